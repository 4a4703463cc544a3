"""The content that ships, each file of cases read once for all tests of a session."""

from functools import cache

import pytest

from pharmacyfirst.content import cases
from pharmacyfirst.content.library import load, pathways_folder, shipped_library


@cache
def _of_what_ships(condition):
    return cases.cases_of(shipped_library(), condition)


def cases_of(library, condition):
    """As ``pharmacyfirst.content.cases.cases_of``."""
    return _of_what_ships(condition) if library is shipped_library() else cases.cases_of(library, condition)


def cases_of_each(library, conditions):
    """As ``pharmacyfirst.content.cases.cases_of_each``."""
    return {condition: cases_of(library, condition) for condition in conditions}


@pytest.fixture(scope="session", autouse=True)
def content_is_loaded_once():
    """Every form and server that a test opens over the content that ships takes it as it was loaded: that alone is most of what one costs."""

    def loaded(folder):
        return shipped_library() if folder == pathways_folder() else load(folder)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pharmacyfirst.store.in_force_now.load", loaded)
        yield
