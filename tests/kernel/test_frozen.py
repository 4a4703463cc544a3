"""What is loaded and what is returned never changes, and can be hashed, compared, copied and pickled (threads and caches rely on it)."""

import copy
import dataclasses
import pickle
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from pathlib import Path

import pytest
from shares import A_FEW
from shipped import cases_of

from pharmacyfirst import Kind, assess, authorise, load
from pharmacyfirst.authority.adoption import Adoption, Practitioner
from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pgd import Period

ON = date(2026, 11, 21)
LIBRARY = load()
CASES = {condition: cases_of(LIBRARY, condition) for condition in LIBRARY.conditions}


def assessments():
    """One assessment of each outcome kind of each condition."""
    for condition, cases in CASES.items():
        pathway = LIBRARY.in_force(condition, ON)
        of_kind = {case.expected.kind: case for case in cases}
        for kind, case in of_kind.items():
            marks = [] if condition in A_FEW else [pytest.mark.large]
            yield pytest.param(assess(pathway, case.facts, ON), id=f"{condition} {kind.word}", marks=marks)


def everything_inside(thing, seen):
    """A thing and all that can be reached from it, each once."""
    if id(thing) in seen:
        return
    seen[id(thing)] = thing
    yield thing
    if isinstance(thing, dict):
        inner = [*thing, *thing.values()]
    elif isinstance(thing, tuple | frozenset):
        inner = list(thing)
    elif dataclasses.is_dataclass(thing):
        inner = [getattr(thing, field.name) for field in dataclasses.fields(thing)]
    else:
        inner = []
    for one in inner:
        yield from everything_inside(one, seen)


def changeable(thing):
    """Why a thing could be changed; nothing where it cannot."""
    if thing is None or isinstance(thing, str | int | Decimal | date | Enum | tuple | frozenset | Frozen | Path):
        return ""
    if dataclasses.is_dataclass(thing):
        return "" if thing.__dataclass_params__.frozen and not hasattr(thing, "__dict__") else "it takes attributes"
    return f"a {type(thing).__name__} can be changed"


@pytest.mark.parametrize("assessment", [*assessments()])
def test_nothing_that_an_assessment_leads_to_can_be_changed(assessment):
    wrong = {changeable(one) for one in everything_inside(assessment, {})}
    assert wrong == {""}


def test_nothing_that_the_library_leads_to_can_be_changed():
    assert {changeable(one) for one in everything_inside(LIBRARY, {})} == {""}
    assert {changeable(one) for cases in CASES.values() for one in everything_inside(cases, {})} == {""}


@pytest.mark.parametrize("assessment", [*assessments()])
def test_an_assessment_is_the_same_after_pickling_and_copying(assessment):
    for again in (pickle.loads(pickle.dumps(assessment)), copy.deepcopy(assessment), copy.copy(assessment)):
        assert again == assessment
        assert hash(again) == hash(assessment)
        assert again.as_dict() == assessment.as_dict()


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_library_that_was_pickled_decides_alike(protocol):
    again = pickle.loads(pickle.dumps(LIBRARY, protocol))
    assert (again, hash(again)) == (LIBRARY, hash(LIBRARY))
    for condition, cases in CASES.items():
        for case in cases[:5]:
            here, there = (assess(one.in_force(condition, ON), case.facts, ON) for one in (LIBRARY, again))
            assert there == here


def test_two_assessments_of_the_same_answers_are_one_key_and_of_others_two():
    pathway = LIBRARY.in_force("uncomplicated-uti", ON)
    first, same, other = (assess(pathway, {"rigors": answer}, ON) for answer in (True, True, False))
    assert len({first, same, other}) == 2


def test_the_trace_cannot_be_rewritten():
    assessment = assess(LIBRARY.in_force("uncomplicated-uti", ON), {"rigors": True}, ON)
    for change in (
        lambda: assessment.known.__setitem__("rigors", False),
        lambda: assessment.known.pop("rigors"),
        lambda: assessment.known.update(rigors=False),
        lambda: assessment.known.__ior__({"rigors": False}),
        lambda: assessment.pathway.questions.clear(),
        lambda: assessment.pathway.pgds.popitem(),
        lambda: assessment.known.setdefault("age_years", 30),
        lambda: assessment.known.__delitem__("rigors"),
    ):
        with pytest.raises(TypeError, match="never changes"):
            change()
    with pytest.raises(dataclasses.FrozenInstanceError):
        assessment.findings[0].verdict = None
    assert assessment.read(assessment.findings[0]) is not assessment.read(assessment.findings[0])
    assert assess(LIBRARY.in_force("uncomplicated-uti", ON), {"rigors": True}, ON) == assessment


def test_answers_given_stay_the_callers_own():
    given = {"rigors": True, "interacting_medicines": ["probenecid"]}
    assessment = assess(LIBRARY.in_force("uncomplicated-uti", ON), given, ON)
    given["rigors"] = False
    given["interacting_medicines"].clear()
    assert assessment.known == {"rigors": True, "interacting_medicines": ("probenecid",)}


def test_a_permit_and_an_adoption_can_be_hashed_copied_and_pickled():
    supply = next(case for case in CASES["uncomplicated-uti"] if case.expected.kind is Kind.SUPPLY)
    pathway = LIBRARY.in_force("uncomplicated-uti", ON)
    practitioner = Practitioner("2000001", "pharmacist", ())
    adoption = Adoption(
        ods_code="FW844", distance_selling=False, documents=(), period=Period(date(2026, 1, 1)), checked=(), signed_by="A B",
        role="lead", signed_on=date(2026, 1, 1), practitioners=(practitioner,),
    )  # fmt: skip
    refused = authorise(pathway, supply.facts, adoption, "2000001", Channel.IN_PERSON, datetime(2026, 11, 21, 10))
    for thing in (adoption, refused):
        again = pickle.loads(pickle.dumps(thing))
        assert (again, hash(again), copy.deepcopy(thing)) == (thing, hash(thing), thing)


def test_a_frozen_mapping_is_equal_whatever_its_order_and_says_how_to_change_it():
    assert Frozen({"a": 1, "b": 2}) == Frozen({"b": 2, "a": 1}) == {"a": 1, "b": 2}
    assert hash(Frozen({"a": 1, "b": 2})) == hash(Frozen({"b": 2, "a": 1}))
    with pytest.raises(TypeError, match="make a dict of it"):
        Frozen({"a": 1})["a"] = 2
    assert copy.copy(Frozen({"a": 1})) == Frozen({"a": 1})


def test_a_mapping_that_is_made_is_not_made_again():
    assessment = assess(LIBRARY.in_force("uncomplicated-uti", ON), {"rigors": False}, ON)
    with pytest.raises(TypeError, match="never changes"):
        assessment.known.__init__({"rigors": True})
    assert assessment.known == {"rigors": False}


class Pregnancy(StrEnum):
    """An answer as a vendor's program may hold it: text, and more."""

    KNOWN = "not_pregnant"


class BirthDay(date):
    """A day with attributes of its own."""


def test_what_is_held_is_our_own_whatever_was_given():
    pathway = LIBRARY.in_force("uncomplicated-uti", ON)
    given = {"pregnancy": Pregnancy.KNOWN, "date_of_birth": BirthDay(1995, 1, 1)}
    assessment = assess(pathway, given, ON)
    assert type(assessment.known["pregnancy"]) is str
    assert assessment == assess(pathway, {"pregnancy": "not_pregnant", "date_of_birth": date(1995, 1, 1)}, ON)
    assert {changeable(one) for one in everything_inside(assessment.known, {})} == {""}
    assert type(pathway.questions["date_of_birth"].read(BirthDay(1995, 1, 1))) is date
