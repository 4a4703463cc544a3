"""The content that ships, each file of cases read once for all tests of a session."""

from functools import cache

from pharmacyfirst.content import cases
from pharmacyfirst.content.library import shipped_library


@cache
def _of_what_ships(condition):
    return cases.cases_of(shipped_library(), condition)


def cases_of(library, condition):
    """As ``pharmacyfirst.content.cases.cases_of``."""
    return _of_what_ships(condition) if library is shipped_library() else cases.cases_of(library, condition)


def cases_of_each(library, conditions):
    """As ``pharmacyfirst.content.cases.cases_of_each``."""
    return {condition: cases_of(library, condition) for condition in conditions}
