"""The people of the benchmark: a mix to time, and many generated consultations on which every contender must agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from answers import Answer, Supply

from pharmacyfirst import Offer, Pathway, assess
from pharmacyfirst.content.cases import cases_of, read_facts
from pharmacyfirst.content.library import Library
from pharmacyfirst.content.text import Mistakes, read_file
from pharmacyfirst.kernel.questions import AGE, BORN, Question, completed_years
from pharmacyfirst.kernel.questions import Answer as AnswerType

Person = dict[str, Any]

SEED = 20261121
UNKNOWN_FACTS = 5
DRAWS = 4

# Changes to the baseline of cases.yaml, which leads to a supply in both conditions.
MIX: dict[str, dict[str, Person]] = {
    "acute-sore-throat": {
        "an adult with FeverPAIN 5 and severe symptoms": {},
        "a child of 26 kg with a penicillin allergy": {"age_years": 8, "weight_kg": 26.0, "penicillin_allergy": True},
        "a pregnant woman with a penicillin allergy": {"pregnancy": "pregnant", "penicillin_allergy": True},
        "noisy breathing": {"stridor": True, "severe_distress": True},
        "scarlet fever": {"age_years": 6, "weight_kg": 21.0, "scarlet_fever_suspected": True},
        "warfarin, found after the offer": {"interacting_medicines": ["warfarin"]},
        "FeverPAIN 1": {
            "fever_over_38_last_24_hours": False,
            "pus_on_tonsils": False,
            "tonsils_severely_inflamed": False,
            "cough_present": True,
            "symptom_severity": "mild",
        },
        "FeverPAIN 3 at a first visit": {
            "pus_on_tonsils": False,
            "cough_present": True,
            "symptom_severity": "moderate",
        },
    },
    "uncomplicated-uti": {
        "two key signs, moderate": {},
        "back and no better, no modified-release capsules": {
            "symptom_severity": "mild",
            "returning_no_better": True,
            "mr_capsules_available": False,
        },
        "three key signs, with cystitis sachets": {
            "cloudy_urine": True,
            "symptom_severity": "severe",
            "interacting_medicines": ["urinary_alkaliniser"],
        },
        "sepsis": {"sepsis_suspected": True, "temperature_c": 38.9},
        "a sign of kidney infection": {"temperature_c": 38.2, "kidney_pain_or_tenderness": True},
        "aged 70": {"age_years": 70},
        "poor kidneys, found after the offer": {"known_kidney_disease": True, "egfr_ml_min": 38.0},
        "two key signs, mild, first visit": {"symptom_severity": "mild"},
    },
}
MUST_COME_OUT = {"supply", "emergency", "self_care", "refer"}


@dataclass(frozen=True)
class People:
    """The people of one condition, as plain dicts: bool, int, float, str and list, what JSON would give."""

    pathway: Pathway
    on: date
    mix: dict[str, Person]
    generated: list[Person]

    def our_answer(self, person: Person) -> Answer:
        """What pharmacyfirst says. These two conditions never offer two medicines at once."""
        assessment = assess(self.pathway, person, self.on)
        kind, destination = assessment.outcome.kind.key, assessment.outcome.destination
        if not assessment.offers:
            return Answer(kind, destination)
        (offer,) = assessment.offers
        return Answer(kind, destination, _supply(offer))

    @property
    def partly_unknown(self) -> list[Person]:
        """The mix again, some facts of each person taken away, several times over."""
        chance = Random(SEED)
        drawn = []
        for person in self.mix.values():
            for _ in range(DRAWS):
                gone = chance.sample(sorted(person), UNKNOWN_FACTS)
                drawn.append({name: value for name, value in person.items() if name not in gone})
        return drawn


def _supply(offer: Offer) -> Supply:
    quantity: Any = offer.supplied[0].quantity
    return Supply(
        offer.pgd.id, offer.row.id, offer.dose.amount, offer.dose.unit, offer.row.times_a_day, offer.row.days,
        quantity.amount, quantity.unit,
    )  # fmt: skip


def people_of(library: Library, condition: str, count: int = 0) -> People:
    """The mix of a condition, and ``count`` consultations: each case made complete, then mixtures of cases."""
    cases = cases_of(library, condition)
    on = cases[0].as_of
    pathway = library.in_force(condition, on)
    baseline = _baseline(library, condition, pathway)
    mix = {says: {**baseline, **changes} for says, changes in MIX[condition].items()}
    complete = [{**baseline, **_plain(_with_age(case.facts, on))} for case in cases]
    generated = complete[:count]
    chance, seen = Random(SEED), _values_seen(pathway, complete)
    while len(generated) < count:
        person = dict(chance.choice(complete))
        for name in chance.sample(sorted(person), chance.randint(1, 4)):
            person[name] = chance.choice(seen[name])
        generated.append(person)
    return People(pathway, on, mix, generated)


def _baseline(library: Library, condition: str, pathway: Pathway) -> Person:
    """The baseline of cases.yaml; what it leaves out (not asked of such a person) gets an answer that stops nothing."""
    mistakes = Mistakes()
    path = Path(library.root) / condition / "cases.yaml"
    block = read_file(path, path.name, mistakes)
    assert block is not None, f"{path} cannot be read"
    known = _plain(read_facts(block.items["baseline"], pathway.questions, mistakes))
    left_out = {
        name: _first_answer(fact) for name, fact in pathway.questions.items() if name not in known and name != BORN
    }
    return {**known, **left_out}


def _first_answer(fact: Question) -> Any:
    return fact.choice_names()[0] if fact.answer is AnswerType.ONE_OF else False


def _with_age(facts: Mapping[str, Any], on: date) -> Person:
    """A date of birth replaced by the age, which is all that the other engines read."""
    person = dict(facts)
    if born := person.pop(BORN, None):
        person[AGE] = completed_years(born, on)
    return person


def _plain(facts: Mapping[str, Any]) -> Person:
    return {name: _as_json_would(value) for name, value in facts.items()}


def _as_json_would(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return list(value) if isinstance(value, tuple) else value


def _values_seen(pathway: Pathway, people: list[Person]) -> dict[str, list[Any]]:
    """For each fact every value that a case gives it (cases stand at limits), and every answer of a choice or set."""
    return {
        name: [value for person in people if (value := person[name]) != usual]
        + [usual]
        + _answers(pathway.questions[name])
        for name, usual in people[0].items()
    }


def _answers(fact: Question) -> list[Any]:
    match fact.answer:
        case AnswerType.YES_NO:
            return [True, False]
        case AnswerType.ONE_OF:
            return list(fact.choice_names())
        case AnswerType.ANY_OF:
            return [[], *([name] for name in fact.choice_names())]
        case _:
            return []
