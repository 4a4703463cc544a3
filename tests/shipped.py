"""The content that ships, each file beside it read once for all tests of a session."""

import os
from functools import cache, wraps

import pytest

from pharmacyfirst.content import cases, hazards, invariants, library
from pharmacyfirst.content.kept import FOLDER_VARIABLE
from pharmacyfirst.content.key import key_of
from pharmacyfirst.content.library import load, pathways_folder, shipped_library
from pharmacyfirst.record import examples


def once_for_what_ships(function):
    """A function of a library that is asked once about the content that ships, for each of its other arguments; of any other as often as it is asked."""
    of_what_ships = cache(lambda *rest, **named: function(shipped_library(), *rest, **named))

    @wraps(function)
    def once(held, *rest, **named):
        return of_what_ships(*rest, **named) if held is shipped_library() else function(held, *rest, **named)

    return once


def _each_once(read):
    """``cases_of_each``, that reads the file of each condition that ships once."""
    of_one = once_for_what_ships(lambda held, condition: read(held, [condition])[condition])

    @wraps(read)
    def once(held, conditions):
        return {one: of_one(held, one) for one in conditions} if held is shipped_library() else read(held, conditions)

    return once


def _all_once(make):
    """``examples``, that makes those of what ships once."""
    made = once_for_what_ships(lambda held: tuple(make(held)))
    return wraps(make)(lambda held: iter(made(held)))


def of_this_run_only_what_ships_is_kept():
    """A test that plants a fault in what reads content leaves nothing behind for the others of this run."""
    keeps, run, ships = library.keep, os.environ.get(FOLDER_VARIABLE), key_of(pathways_folder())

    def keep(key, parts):
        if key == ships or os.environ.get(FOLDER_VARIABLE) != run:
            keeps(key, parts)

    library.keep = keep


# Pytest loads this module before any other that takes these functions by their names.
cases.cases_of_each = _each_once(cases.cases_of_each)
examples.examples = _all_once(examples.examples)
hazards.hazards_of = once_for_what_ships(hazards.hazards_of)
invariants.invariants_of = once_for_what_ships(invariants.invariants_of)
cases_of, cases_of_each = cases.cases_of, cases.cases_of_each


def pytest_configure():
    of_this_run_only_what_ships_is_kept()


@pytest.fixture(scope="session", autouse=True)
def usual_answers_are_read_once():
    """They stand at the head of a file of cases, and to read the file is most of what it takes to make a few people up."""
    read, held = cases.answers_that_fit, {}

    def once(library, pathway):
        key = library.root, pathway.id, pathway.content_digest
        if key not in held:
            held[key] = read(library, pathway)
        on, answers = held[key]
        return on, dict(answers)

    with pytest.MonkeyPatch.context() as patched:
        for room in ("population.consultations", "proof.versions"):
            patched.setattr(f"pharmacyfirst.{room}.answers_that_fit", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def plans_are_made_once():
    """A plan is a pure function of pathway and day, and to make seven takes longer than to judge the rows of a test."""
    from pharmacyfirst.audit import judging  # which loads Polars

    made = judging.plan_of

    @cache
    def once(condition, digest, on):
        return made(pathways[condition, digest], on)

    pathways = {}

    def plan_of(pathway, on):
        pathways[pathway.id, pathway.content_digest] = pathway
        return once(pathway.id, pathway.content_digest, on)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(judging, "plan_of", plan_of)
        yield


@pytest.fixture(scope="session", autouse=True)
def content_is_loaded_once():
    """Every form and server that a test opens over the content that ships takes it as it was loaded: that alone is most of what one costs."""

    def loaded(folder):
        return shipped_library() if folder == pathways_folder() else load(folder)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pharmacyfirst.store.in_force_now.load", loaded)
        yield
