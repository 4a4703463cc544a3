"""The folder of a store, kept in a file or in PostgreSQL, one after the other."""

import pytest


@pytest.fixture
def data(kept_in, tmp_path):
    return kept_in.folder(tmp_path / "data")
