"""Situations that content 2026.1 answered otherwise than its sources, in the names of its facts, and what 2026.2 answers.

clinical/expect.yaml says it: `drop` takes an old name out, `set` gives what the words of the situation name and 2026.1 could not hold.
What 2026.2 asks besides is as in the baseline of the condition's public vignettes; nothing else is filled in.
"""

from pathlib import Path

import pytest
import yaml

from pharmacyfirst import Kind, Refused, assess, load
from pharmacyfirst.exact import read
from pharmacyfirst.kernel.told import ADVICE

HERE = Path(__file__).parent / "clinical"
VIGNETTES = Path(__file__).resolve().parents[1] / "vignettes"
EXPECT = yaml.safe_load((HERE / "expect.yaml").read_text(encoding="utf-8"))
ON, CASES = EXPECT["as_of"], EXPECT["cases"]
LIBRARY = load()
# What 2026.2 asks and 2026.1 did not.
NEW = {
    "acute_porphyria", "antibiotic_colitis_history", "bite_near_eye_mouth_or_throat", "catheter_removed_last_48h", "cochlear_implant",
    "discharge_over_2_weeks", "glandular_fever_suspected", "high_risk_illness", "muffled_voice", "myasthenia_gravis",
    "neutropenia_risk_medicine", "no_working_spleen", "previous_systemic_reaction_same_sting", "sepsis_suspected", "systemically_unwell",
    "unfinished_antibiotic_this_episode",
}  # fmt: skip


def condition_of(name):
    return name.partition("-")[2]


def as_it_was(name):
    """The facts of a situation in the names of 2026.1."""
    return read((HERE / f"{name}.json").read_text(encoding="utf-8"))


def as_it_is(name):
    """The same situation in the names of 2026.2."""
    document = yaml.safe_load((VIGNETTES / condition_of(name) / "vignettes.yaml").read_text(encoding="utf-8"))
    wanted, was = CASES[name], as_it_was(name)
    assert set(wanted.get("drop", ())) <= {*was}
    kept = {fact: value for fact, value in was.items() if fact not in wanted.get("drop", ())}
    new = {fact: value for fact, value in document["baseline"].items() if fact in NEW and fact not in kept}
    return new | kept | wanted.get("set", {})


def judged(name):
    return assess(LIBRARY.in_force(condition_of(name), ON), as_it_is(name), ON)


def test_every_situation_has_an_answer_and_every_answer_is_understood():
    assert {path.stem for path in HERE.glob("*.json")} == {*CASES}
    assert len(CASES) == 17
    read_here = {
        "drop",
        "set",
        "kind",
        "decided_by",
        "offers",
        "gateways",
        "gateways_not_known",
        "advice",
        "not_advice",
    }
    assert {heading for one in CASES.values() for heading in one} == read_here


@pytest.mark.parametrize("name", CASES)
def test_the_outcome_and_what_decides_it(name):
    wanted, found = CASES[name], judged(name)

    assert found.outcome.kind.key == wanted["kind"]
    assert [offer.pgd.id for offer in found.offers] == wanted.get("offers", [])
    if "decided_by" in wanted:
        assert list(found.decided_by) == wanted["decided_by"]
    assert {reason.id for reason in found.reasons} == {*found.decided_by}
    assert all(reason.says for reason in found.reasons)


@pytest.mark.parametrize(
    "name", [name for name, one in CASES.items() if "gateways" in one or "gateways_not_known" in one]
)
def test_the_payment_points(name):
    wanted, found = CASES[name], judged(name)

    assert list(found.gateways) == wanted.get("gateways", list(found.gateways))
    assert list(found.gateways_not_known) == wanted.get("gateways_not_known", list(found.gateways_not_known))


@pytest.mark.parametrize("name", [name for name, one in CASES.items() if "advice" in one])
def test_what_is_said_and_what_is_not(name):
    said = [one.source for one in judged(name).to_say if one.part == ADVICE]

    assert [id for id in CASES[name]["advice"] if id not in said] == []
    assert [id for id in CASES[name]["not_advice"] if id in said] == []


@pytest.mark.parametrize(
    "name", [name for name, one in CASES.items() if one["kind"].startswith(("emergency", "refer"))]
)
def test_who_is_sent_away_is_told_where_to(name):
    found = judged(name)

    assert found.where_to or found.outcome.destination


@pytest.mark.parametrize("name", [name for name, one in CASES.items() if "drop" in one])
def test_an_old_name_is_refused_and_never_misread(name):
    with pytest.raises(Refused) as refused:
        assess(LIBRARY.in_force(condition_of(name), ON), as_it_was(name), ON)

    assert (refused.value.code, refused.value.fact) == ("unknown_fact", "muffled_or_lost_voice")
    assert 'did you mean "muffled_voice"?' in str(refused.value)


@pytest.mark.parametrize("name", CASES)
def test_without_the_new_answers_nothing_is_supplied(name):
    """What 2026.1 held is not enough: what is new is asked, and nothing is offered before it is known."""
    given = {fact: value for fact, value in as_it_was(name).items() if fact not in CASES[name].get("drop", ())}
    listed = {fact: value for fact, value in given.items() if fact != "interacting_medicines"}  # its values changed too
    found = assess(LIBRARY.in_force(condition_of(name), ON), listed, ON)

    assert not found.offers
    assert found.outcome.kind is not Kind.SUPPLY
