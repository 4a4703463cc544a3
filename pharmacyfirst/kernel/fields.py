"""What an assessment is as data: one table of fields for each thing in it, and all that is made of them.

``as_dict`` of an assessment, the text of ``assess --jsonl``, the JSON Schema of what comes out, and the cases of the conformance kit
take their keys, their order and their types from here. A new field is one line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from pharmacyfirst.kernel.conditions import Verdict
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, Kind, Outcome
from pharmacyfirst.kernel.pgd import Caution, Mechanism

if TYPE_CHECKING:
    from pharmacyfirst.kernel.dose import Amount, Supplied
    from pharmacyfirst.kernel.rule import Finding, Judged
    from pharmacyfirst.kernel.trace import Assessment, Offer

EVALUATION_ONLY = "evaluation only: not authorised for supply"

Thing = TypeVar("Thing")
Whole = TypeVar("Whole")


class Plain(Enum):
    """The types of a field that holds nothing further."""

    TEXT = "text"
    WHOLE_NUMBER = "whole number"
    NUMBER = "number"
    YES_NO = "yes or no"
    DAY = "a day as YYYY-MM-DD"
    DIGEST = "sha256: and 64 hexadecimal digits"
    ANSWERS = "answers by the name of their question; null is not known"


TEXT, WHOLE_NUMBER, NUMBER, YES_NO = Plain.TEXT, Plain.WHOLE_NUMBER, Plain.NUMBER, Plain.YES_NO


@dataclass(frozen=True, slots=True)
class OneWord:
    """One of a closed set of words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListOf:
    """Any number of one type, in an order that means something."""

    each: What


@dataclass(frozen=True, slots=True)
class BlockOf:
    """A block with the fields of a table."""

    table: FieldTable[Any]


@dataclass(frozen=True, slots=True)
class OrNone:
    """A type or null; the key is always there."""

    what: What


What = Plain | OneWord | ListOf | BlockOf | OrNone


@dataclass(frozen=True, slots=True)
class JsonField(Generic[Thing]):
    """One field: its key, how it is read from the thing, its type, and what it means.

    ``left_out``: the key is not there at all where there is no value.
    """

    key: str
    of: Callable[[Thing], Any]
    what: What
    says: str
    left_out: bool = False

    def within(self, part: Callable[[Whole], Thing]) -> JsonField[Whole]:
        """The same field of something larger that holds the thing."""
        return JsonField(self.key, lambda whole: self.of(part(whole)), self.what, self.says, self.left_out)

    def read_as(self, of: Callable[[Whole], Any], what: What | None = None, left_out: bool = True) -> JsonField[Whole]:
        """The same field of something that stands for the thing, such as what a case expects of it."""
        return JsonField(self.key, of, what or self.what, self.says, left_out)


@dataclass(frozen=True, slots=True)
class FieldTable(Generic[Thing]):
    """The fields of one thing, in the order in which they are written; ``name`` is that of its definition in a schema."""

    name: str
    says: str
    fields: tuple[JsonField[Thing], ...]
    _always: tuple[tuple[str, Callable[[Thing], Any]], ...] = field(init=False, repr=False, compare=False)
    _left_out: tuple[tuple[str, Callable[[Thing], Any]], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, left_out in (("_always", False), ("_left_out", True)):
            read = tuple((one.key, _read_plainly(one)) for one in self.fields if one.left_out is left_out)
            object.__setattr__(self, name, read)

    def __getitem__(self, key: str) -> JsonField[Thing]:
        """The field of a key. Raises ``KeyError`` where there is none."""
        return {one.key: one for one in self.fields}[key]

    def as_dict(self, thing: Thing) -> dict[str, Any]:
        """The thing as JSON holds it; numbers are int or Decimal."""
        plain = {key: of(thing) for key, of in self._always}
        if self._left_out:
            present = {key: value for key, of in self._left_out if (value := of(thing)) is not None}
            if present:
                plain |= present
                return {one.key: plain[one.key] for one in self.fields if one.key in plain}
        return plain

    def within(self, part: Callable[[Whole], Thing]) -> tuple[JsonField[Whole], ...]:
        """The fields as those of something larger that holds the thing."""
        return tuple(one.within(part) for one in self.fields)

    def only(self, *keys: str) -> FieldTable[Thing]:
        """The table with some of its fields alone, in the table's order."""
        return replace(self, fields=tuple(one for one in self.fields if one.key in keys))


def _read_plainly(one: JsonField[Any]) -> Callable[[Any], Any]:
    of, made = one.of, plainly(OrNone(one.what) if one.left_out else one.what)
    if made is None:
        return of
    as_json = made
    return lambda thing: as_json(of(thing))


def plainly(what: What) -> Callable[[Any], Any] | None:
    """How a value of a type becomes what JSON holds; None where it is that already."""
    match what:
        case OrNone(inner) | ListOf(inner) if (each := plainly(inner)) is not None:
            if isinstance(what, OrNone):
                return lambda value: None if value is None else each(value)
            return lambda values: [each(value) for value in values]
        case ListOf():
            return list
        case BlockOf(table):
            return table.as_dict
        case Plain.ANSWERS:
            return answers_plainly
        case _:
            return None


def answers_plainly(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as JSON holds them: the names of an any-of question as a list."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in answers.items()}


AMOUNT: FieldTable[Amount] = FieldTable(
    "Amount",
    "A number with its unit.",
    (
        JsonField("amount", lambda amount: amount.amount, NUMBER, "How much, exactly."),
        JsonField("unit", lambda amount: amount.unit, TEXT, "Of what, for instance mg or capsule."),
    ),
)

DOSE: FieldTable[Offer] = FieldTable(
    "Dose",
    "What is taken each time; on the first day perhaps another amount.",
    (
        *AMOUNT.within(lambda offer: offer.dose),
        JsonField(
            "first_day_amount",
            lambda offer: offer.row.dose.first_day if offer.row.dose is not None else None,
            NUMBER,
            "What is taken each time on the first day, in the same unit.",
            left_out=True,
        ),
    ),
)

SUPPLIED: FieldTable[Supplied] = FieldTable(
    "Supplied",
    "A product and how much of it.",
    (
        JsonField("product", lambda one: one.product.name, TEXT, "The product by name."),
        JsonField("form", lambda one: one.product.form, TEXT, "The form, for instance modified-release capsule."),
        JsonField("strength", lambda one: one.product.strength.words, TEXT, "The strength as printed."),
        JsonField(
            "quantity",
            lambda one: one.quantity,
            OrNone(BlockOf(AMOUNT)),
            "How much is supplied; null where the document does not say.",
        ),
        JsonField("bottles", lambda one: one.bottles, WHOLE_NUMBER, "How many whole bottles that is.", left_out=True),
    ),
)

CAUTION: FieldTable[Caution] = FieldTable(
    "Caution",
    "Something to weigh or to tell the patient.",
    (
        JsonField("id", lambda caution: caution.id, TEXT, "The id of the caution in its document."),
        JsonField("says", lambda caution: caution.says, TEXT, "What there is to be careful about."),
        JsonField("action", lambda caution: caution.action, TEXT, "What to do about it."),
    ),
)

OFFER: FieldTable[Offer] = FieldTable(
    "Offer",
    "A medicine that may be offered, with the dose and quantity for this person.",
    (
        JsonField("pgd", lambda offer: offer.pgd.id, TEXT, "The id of the document it may be supplied under."),
        JsonField("medicine", lambda offer: offer.pgd.medicine, TEXT, "The medicine."),
        *SUPPLIED.within(lambda offer: offer.supplied[0]),
        JsonField("route", lambda offer: offer.pgd.route, TEXT, "How it is given, for instance oral."),
        JsonField("dose", lambda offer: offer, BlockOf(DOSE), "What is taken each time."),
        JsonField("times_per_day", lambda offer: offer.row.times_a_day, WHOLE_NUMBER, "How often a day, at least."),
        JsonField("duration_days", lambda offer: offer.row.days, WHOLE_NUMBER, "For how many days."),
        JsonField(
            "mechanism",
            lambda offer: offer.pgd.mechanism.key,
            OneWord(tuple(mechanism.key for mechanism in Mechanism)),
            "The legal ground of a supply.",
        ),
        JsonField(
            "open_items", lambda offer: offer.open_items, ListOf(TEXT), "The ids of what is open about what led to it."
        ),
        JsonField("pgd_version", lambda offer: offer.pgd.edition.version, TEXT, "The version of the document."),
        JsonField("dose_row", lambda offer: offer.row.id, TEXT, "The id of the row of its dose table."),
        JsonField(
            "alternatives",
            lambda offer: offer.supplied[1:],
            ListOf(BlockOf(SUPPLIED)),
            "Other products of the same dose row.",
        ),
        JsonField("cautions", lambda offer: offer.cautions, ListOf(BlockOf(CAUTION)), "What arises for this person."),
        JsonField(
            "times_per_day_max",
            lambda offer: offer.row.times_a_day_most,
            WHOLE_NUMBER,
            "How often a day, at most, where the document gives a range.",
            left_out=True,
        ),
    ),
)

OUTCOME: FieldTable[Outcome] = FieldTable(
    "Outcome",
    "How the consultation comes out.",
    (
        JsonField(
            "kind", lambda outcome: outcome.kind.key, OneWord(tuple(kind.key for kind in Kind)), "The kind of outcome."
        ),
        JsonField(
            "destination",
            lambda outcome: outcome.destination,
            OrNone(OneWord((EMERGENCY_999, EMERGENCY_DEPARTMENT))),
            "Where an emergency goes; null for every other kind.",
        ),
    ),
)


class TraceLine(NamedTuple):
    """A finding with the assessment that it belongs to, whose answers it read."""

    finding: Finding[Judged]
    assessment: Assessment


LINE: FieldTable[TraceLine] = FieldTable(
    "TraceLine",
    "One criterion as it was judged.",
    (
        JsonField("id", lambda line: line.finding.item.id, TEXT, "The id of the criterion, row or clause."),
        JsonField("stage", lambda line: line.finding.item.stage, TEXT, "The heading it stands under."),
        JsonField(
            "verdict",
            lambda line: line.finding.verdict.value,
            OneWord(tuple(verdict.value for verdict in Verdict)),
            "What is known of it.",
        ),
        JsonField(
            "read",
            lambda line: line.assessment.read(line.finding),
            Plain.ANSWERS,
            "The answers it read; null is one that there is not, because it is not known or not asked.",
        ),
        JsonField(
            "not_asked",
            lambda line: line.finding.not_asked,
            ListOf(TEXT),
            "Of the questions it reads, those that nobody asks this person.",
        ),
    ),
)

ASSESSMENT: FieldTable[Assessment] = FieldTable(
    "Assessment",
    "The answer to one consultation.",
    (
        JsonField("pathway", lambda found: found.pathway.id, TEXT, "The id of the pathway."),
        JsonField("version", lambda found: found.pathway.edition.version, TEXT, "The version of the pathway."),
        JsonField("as_of", lambda found: found.on.isoformat(), Plain.DAY, "The day of the consultation."),
        JsonField("outcome", lambda found: found.outcome, BlockOf(OUTCOME), "How the consultation comes out."),
        JsonField(
            "offers", lambda found: found.offers, ListOf(BlockOf(OFFER)), "What may be offered, in order of preference."
        ),
        JsonField("decided_by", lambda found: found.decided_by, ListOf(TEXT), "The ids of what decided."),
        JsonField(
            "missing",
            lambda found: found.missing,
            ListOf(TEXT),
            "The questions whose answers can still change the outcome, in the order to ask them.",
        ),
        JsonField(
            "gateways", lambda found: found.gateways, ListOf(TEXT), "The payment points reached; they decide nothing."
        ),
        JsonField(
            "advice", lambda found: found.advice, ListOf(TEXT), "What to tell the patient, the most cautious first."
        ),
        JsonField(
            "safety_netting",
            lambda found: found.safety_netting,
            ListOf(TEXT),
            "When to come back or seek help, the most cautious first.",
        ),
        JsonField(
            "trace",
            lambda found: [TraceLine(finding, found) for finding in found.findings],
            ListOf(BlockOf(LINE)),
            "Every criterion as it was judged, in file order.",
        ),
        JsonField(
            "content_digest",
            lambda found: found.pathway.content_digest,
            Plain.DIGEST,
            "The digest of the pathway file and its documents.",
        ),
        JsonField(
            "draft", lambda found: found.pathway.draft, YES_NO, "Whether the pathway or a document is not published."
        ),
        JsonField("authority", lambda _: EVALUATION_ONLY, TEXT, "What this assessment allows by itself: nothing."),
    ),
)
