"""What services brought, proved and compared on the made-up service: mutants are noticed, invariants hold or fail, changes are told."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.content.invariants import invariants_of
from pharmacyfirst.content.library import load
from pharmacyfirst.content.text import ContentRefused
from pharmacyfirst.proof.changes import changes
from pharmacyfirst.proof.changes_in_words import report
from pharmacyfirst.proof.counterexample import cases_file
from pharmacyfirst.proof.equivalence import Comparison, Level, case_that_notices
from pharmacyfirst.proof.mutants import Mutant, mutants, survives
from pharmacyfirst.proof.prove import prove
from pharmacyfirst.proof.rewritten import rewritten
from pharmacyfirst.proof.versions import Version

ON = date(2026, 11, 21)
HUMMING = Path(__file__).resolve().parents[1] / "humming"
LIBRARY = load(HUMMING)
CHECK, RELIEF = LIBRARY.newest("hum-check"), LIBRARY.newest("hum-relief")
PERSON = {
    "hum-check": dict(cases_of(LIBRARY, "hum-check")[0].facts),
    "hum-relief": dict(cases_of(LIBRARY, "hum-relief")[0].facts),
}


@pytest.mark.parametrize("condition", ["hum-check", "hum-relief"])
def test_every_property_is_proved(condition):
    assert [one.id for one in prove(LIBRARY, condition).results if one.failed] == []


NOTICED = {
    "hum-check": (
        "HUC-T1 without its time", "HUC-T1 within a day more", "HUC-T1 leads to another", "HUC-E1 without what follows",
        "hum_high asked when not after eligibility", "HUC-DU1 dropped", "HUC-T2 without its time",
    ),
    "hum-relief": (
        "long-sweet HUR-LON-I2a dropped", "long-sweet HUR-LON-D2 least changed", "HUR-T1 without what follows", "HUR-DU1 said when whatever is so",
    ),
}  # fmt: skip


@pytest.mark.parametrize("condition", NOTICED)
def test_a_mistake_in_each_of_them_is_made_and_a_case_notices_it(condition):
    made = {one.name: one for one in mutants(LIBRARY.newest(condition))}
    cases = cases_of(LIBRARY, condition)

    assert [name for name in NOTICED[condition] if survives(made[name], cases)] == []


@pytest.mark.parametrize("condition", NOTICED)
def test_the_solver_tells_each_of_them_apart_and_the_case_it_proposes_notices(condition, tmp_path):
    root = Path(shutil.copytree(HUMMING, tmp_path / "pathways"))
    compared = Comparison(LIBRARY.newest(condition), ON, PERSON[condition])
    made = {one.name: one for one in mutants(LIBRARY.newest(condition))}

    proposed = [case_that_notices(compared, made[name]) for name in NOTICED[condition]]
    numbered = [words.replace("  notices:\n", f"  notices-{at}:\n") for at, words in enumerate(proposed)]
    (root / condition / "cases.yaml").write_text(
        cases_file(condition, ON, PERSON[condition], numbered), encoding="utf-8"
    )

    cases = cases_of(load(root), condition)
    assert [name for name, case in zip(NOTICED[condition], cases, strict=True) if survives(made[name], [case])] == []
    assert survives(Mutant("nothing changed", LIBRARY.newest(condition)), cases)


# The two ways of I2a never hold at once, and no tune has a 29th day.
THE_SAME = {"long-sweet HUR-LON-I2a high -1", "long-sweet HUR-LON-I2a (day_of_tune high +1)"}


def test_an_instruction_said_to_somebody_else_is_told_apart_though_it_decides_nothing():
    compared = Comparison(RELIEF, ON, PERSON["hum-relief"])
    found = {one.name: compared.difference(one.pathway) for one in mutants(RELIEF) if "HUR-LON-I" in one.name}

    assert {name for name, difference in found.items() if difference is None} == THE_SAME
    assert {one.level for one in found.values() if one is not None} == {Level.EVERYTHING}


def test_of_a_row_without_days_no_days_are_changed():
    assert not [one.name for one in mutants(RELIEF) if "LON-D" in one.name and "days" in one.name]
    assert [one.name for one in mutants(RELIEF) if "SHO-D" in one.name and "days" in one.name]


INVARIANT = """invariants:
  INV-N1:
    says: made up
    evidence: inferred
    {claim}
sources:
  H1:
    says: the book of hums
"""


def with_invariant(tmp_path, claim):
    root = Path(shutil.copytree(HUMMING, tmp_path / "pathways"))
    (root / "invariants.yaml").write_text(INVARIANT.format(claim=claim), encoding="utf-8")
    return load(root)


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("for: hum-check\n    never:\n      - outcome is measure next\n      - hum_high is at least 180", True),
        ("for: hum-check\n    never:\n      - destination is hum-check\n      - hum_high is below 160", False),
        ("for: hum-check\n    never:\n      - destination is hum-check\n      - hums_already is yes", True),
        ("for: hum-check\n    possible: within is 7 days", True),
        ("for: hum-check\n    never: within is 21 days", False),
        ("for: hum-check\n    possible: next is hum-relief", True),
    ],
)
def test_invariants_speak_of_them(tmp_path, claim, holds):
    library = with_invariant(tmp_path, claim)
    (result,) = [one for one in prove(library, "hum-check").results if one.sort == "invariant"]

    assert result.failed is not holds


def test_an_invariant_is_about_the_pathways_of_a_service_and_of_a_supply_about_those_with_medicines(tmp_path):
    (of_a_service,) = invariants_of(
        with_invariant(tmp_path / "1", "for: humming-service\n    never: outcome is declined")
    ).invariants
    (of_a_supply,) = invariants_of(with_invariant(tmp_path / "2", "possible: supply")).invariants

    assert [*of_a_service.claims] == ["hum-check", "hum-relief"]
    assert [*of_a_supply.claims] == ["hum-relief"]


def test_an_invariant_leads_to_no_pathway_that_is_not_there(tmp_path):
    with pytest.raises(ContentRefused, match='"hum-song" is not a destination'):
        invariants_of(with_invariant(tmp_path, "for: hum-check\n    possible: destination is hum-song"))


def ways(old, new):
    found = changes(*(Version(one, ON, PERSON[one.id]) for one in (old, new)))
    return {way.title for section in report(found).sections for way in section.ways}


def with_row(pathway, at, **other):
    rows = pathway.treatment
    return replace(pathway, treatment=(*rows[:at], replace(rows[at], **other), *rows[at + 1 :]))


def test_another_time_and_another_pathway_that_measures_are_changes():
    assert "measure next by hum-check, within 2 weeks -> measure next by hum-check, within 7 days" in ways(
        CHECK, with_row(CHECK, 0, within_days=7)
    )
    assert "measure next by hum-check, within 2 weeks -> measure next by hum-song, within 2 weeks" in ways(
        CHECK, with_row(CHECK, 0, leads_to="hum-song")
    )
    assert "self-care, within 30 days, next hum-relief -> self-care, within 30 days" in ways(
        CHECK, with_row(CHECK, 1, next=None)
    )
    assert ways(CHECK, replace(CHECK, title="Another title")) == set()


def test_what_is_written_otherwise_is_told():
    def told(old, new):
        return [one.in_words() for one in rewritten(old, new, {name: name for name in new.questions})]

    sooner = with_row(CHECK, 0, within_days=7)
    assert told(CHECK, sooner) == [
        "HUC-T1: high_hum is met, then measure next, led to hum-check, within 14 days -> high_hum is met, then measure next, led to hum-check, within 7 days"
    ]
    long = RELIEF.pgds["long-sweet"]
    words = replace(long, instructions=(replace(long.instructions[0], says="Bite it."), *long.instructions[1:]))
    assert told(RELIEF, replace(RELIEF, pgds={**RELIEF.pgds, "long-sweet": words})) == [
        "HUR-LON-I1a: everybody: Suck it slowly. -> everybody: Bite it."
    ]
    waits = replace(CHECK.questions["hum_high"], asked_after=("eligibility",))
    (one,) = told(CHECK, replace(CHECK, questions={**CHECK.questions, "hum_high": waits}))
    assert "asked after eligibility, HUC-C1" in one
