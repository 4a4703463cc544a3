"""Whatever happens to a file, the loader answers with its mistakes and never with a traceback. `make thorough` does it a hundred times over."""

import pytest
from thorough.garbled import garble_and_load


@pytest.mark.parametrize(("source", "seed", "times"), [("real", 1, 15), ("every heading", 2, 60)])
def test_a_garbled_set_is_refused_or_loads(source, seed, times):
    assert garble_and_load(source, seed, times)["garbled files"] == times
