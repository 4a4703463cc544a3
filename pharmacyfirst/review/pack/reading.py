"""Blind readings: which cases are read, in what words a reader is shown a person, and how far readers and pathway agree."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pharmacyfirst.authority.digests import digest_of
from pharmacyfirst.content.cases import Case
from pharmacyfirst.content.readings import BlindReading, blank_reading
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Pathway

PATHWAY_FILE = "the pathway"
_THREE_PLACES = Decimal("0.001")


def chosen(cases: Iterable[Case]) -> tuple[Case, ...]:
    """The cases that are read blind: the first of each way in which a case comes out, by its outcome and what decides it."""
    found: dict[tuple[Any, ...], Case] = {}
    for case in cases:
        expected = case.expected
        offers = tuple(one.pgd for one in expected.offers or ())
        found.setdefault((expected.kind, expected.destination, expected.decided_by, offers), case)
    return tuple(found.values())


def digest_of_reading(pathway: Pathway, cases: Iterable[Case]) -> str:
    """SHA-256 over what a reader is given: the content and the people, never what comes out."""
    people = {case.id: answers_in_words(pathway, case.facts) for case in cases}
    return digest_of({"content": pathway.content_digest, "people": people})


def reading_form(pathway: Pathway, cases: tuple[Case, ...], baseline: Mapping[str, Any]) -> str:
    """The file that a reader fills in: the usual patient, then each person by the answers in which they differ.

    The sentence of a case is left out: it often says what comes out.
    """
    of = f"{pathway.id} {pathway.edition.version}"
    people = ((case.id, differs_in_words(pathway, case, baseline)) for case in cases)
    usual = answers_in_words(pathway, baseline)
    return blank_reading(of, digest_of_reading(pathway, cases), usual, people, cases[0].as_of)


def differs_in_words(pathway: Pathway, case: Case, baseline: Mapping[str, Any]) -> str:
    """The answers in which a person differs from the usual patient of the cases, in the words of the questions."""
    changed = {name: value for name, value in case.facts.items() if name not in baseline or value != baseline[name]}
    gone = {name: None for name in baseline if name not in case.facts}
    return answers_in_words(pathway, {**changed, **gone}) or "as the usual patient"


def answers_in_words(pathway: Pathway, answers: Mapping[str, Any]) -> str:
    """Answers in a row, each as what its question is called and what was answered."""
    return "; ".join(
        f"{pathway.questions[name].in_short}: {pathway.questions[name].in_words(value)}"
        for name, value in answers.items()
    )


@dataclass(frozen=True, slots=True)
class ReadersAgree:
    """How far two agree: of ``count`` cases that both read, ``same`` came out alike. ``kappa`` is Cohen's, None where chance explains all.

    ``differ`` are the cases in which they do not, each with what the one and the other say.
    """

    one: str
    other: str
    count: int
    same: int
    kappa: Decimal | None
    differ: tuple[tuple[str, Kind, Kind], ...]

    @property
    def percent(self) -> Decimal:
        """How many of a hundred cases came out alike, to one place."""
        return (Decimal(100 * self.same) / self.count).quantize(Decimal("0.1")) if self.count else Decimal(0)

    def in_words(self) -> Iterator[str]:
        """The agreement in lines, then each case in which they differ."""
        if not self.count:
            yield f"{self.one} and {self.other}: no case was read by both"
            return
        kappa = (
            f"Cohen's kappa {self.kappa}" if self.kappa is not None else "no kappa: one of the outcomes is all there is"
        )
        yield f"{self.one} and {self.other}: {self.same} of {self.count} cases alike ({self.percent} %), {kappa}"
        for name, first, second in self.differ:
            yield f"  {name}: {self.one} {first.word}, {self.other} {second.word}"

    def as_dict(self) -> dict[str, Any]:
        """The agreement as JSON holds it."""
        return {
            "one": self.one,
            "other": self.other,
            "cases": self.count,
            "alike": self.same,
            "percent": self.percent,
            "kappa": self.kappa,
            "differ": [{"case": name, "one": first.key, "other": second.key} for name, first, second in self.differ],
        }


def agreements(pathway: Pathway, cases: tuple[Case, ...], readings: Iterable[BlindReading]) -> Iterator[ReadersAgree]:
    """Each reader beside the pathway, and each two readers beside each other. Raises ``Refused`` for a reading of other cases."""
    digest, expected = digest_of_reading(pathway, cases), {case.id: case.expected.kind for case in cases}
    answers = {PATHWAY_FILE: expected}
    for number, reading in enumerate(readings, 1):
        if reading.digest != digest or {*reading.cases} - {*expected}:
            raise Refused(
                "wrong_value",
                f"Reading {number} is of other cases than those of {pathway.id} {pathway.edition.version} as it stands. "
                "Agreement with what somebody did not read says nothing: make the form again.",
            )
        answers[f"reader {number}"] = reading.answers
    names = list(answers)
    for at, one in enumerate(names):
        for other in names[at + 1 :]:
            yield agreement(one, answers[one], other, answers[other])


def agreement(one: str, first: Mapping[str, Kind], other: str, second: Mapping[str, Kind]) -> ReadersAgree:
    """How far two sets of outcomes agree, over the cases that both have."""
    both = [name for name in first if name in second]
    same = sum(first[name] is second[name] for name in both)
    differ = tuple((name, first[name], second[name]) for name in both if first[name] is not second[name])
    return ReadersAgree(one, other, len(both), same, _kappa([(first[name], second[name]) for name in both]), differ)


def _kappa(pairs: list[tuple[Kind, Kind]]) -> Decimal | None:
    """Cohen's kappa: the agreement beyond what chance would give two readers who use the outcomes as often as these do."""
    count = len(pairs)
    if not count:
        return None
    observed = Decimal(sum(one is other for one, other in pairs)) / count
    kinds = {kind for pair in pairs for kind in pair}
    by_chance = sum(
        (Decimal(sum(one is kind for one, _ in pairs)) * sum(other is kind for _, other in pairs) for kind in kinds),
        Decimal(0),
    ) / (count * count)
    return None if by_chance == 1 else ((observed - by_chance) / (1 - by_chance)).quantize(_THREE_PLACES)
