"""Suggested answers: what a GP record or a referral says that bears on a question, with where it stands and from when.

A suggestion is no answer. Nothing here puts one among the facts; ``confirm`` makes an answered fact of it, once the pharmacist has asked.
What is not found is not known: no suggestion says "no", "not pregnant" or "none of these".
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from pharmacyfirst.content.text import Block, ContentRefused, Mistakes, Node, Quote, Text, read_file
from pharmacyfirst.errors import PharmacyFirstError, Refused
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import BORN, Question
from pharmacyfirst.record.fields import PREGNANCY

INTERACTING = "interacting_medicines"
TABLE = Path(__file__).with_name("names_in_records.yaml")
RECENT_MEDICINE = timedelta(days=92)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a source says that bears on a question. ``date`` is the source's own and None where it gives none; ``why`` quotes it.

    For a question with several answers ``value`` holds the one that the source speaks of, and says nothing of the others.
    """

    fact: str
    value: Any = field(repr=False)
    source: str
    date: date | None
    why: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AnsweredFact:
    """A fact that the pharmacist has answered, and the suggestion that it came from."""

    fact: str
    value: Any = field(repr=False)
    suggestion: Suggestion
    by: str
    at: datetime


class NotConfirmed(PharmacyFirstError, ValueError):
    """A suggestion that cannot become an answer as it was confirmed; nothing was answered."""


def confirm(suggestion: Suggestion, by: str, at: datetime, answer: Iterable[str] | None = None) -> AnsweredFact:
    """The answered fact, once the pharmacist ``by`` has asked and found the suggestion true.

    Where the question takes several answers ``answer`` is the whole of it, as the pharmacist found it: one medicine in a record is no
    word on the others. Raises ``NotConfirmed``.
    """
    if not by.strip() or at.utcoffset() is None:
        raise NotConfirmed(f"{suggestion.fact}: say who confirms it, and when, with an offset. Nothing was answered.")
    if not isinstance(suggestion.value, tuple):
        if answer is not None:
            raise NotConfirmed(f"{suggestion.fact}: it takes one answer. Confirm it, or answer the question yourself.")
        return AnsweredFact(suggestion.fact, suggestion.value, suggestion, by.strip(), at)
    if answer is None:
        raise NotConfirmed(
            f"{suggestion.fact}: give the whole answer. The record names one; ask about the others. Nothing was answered."
        )
    whole = tuple(answer)
    if not set(suggestion.value) <= set(whole):
        raise NotConfirmed(
            f"{suggestion.fact}: the answer leaves out what is suggested. Answer the question yourself. Nothing was answered."
        )
    return AnsweredFact(suggestion.fact, whole, suggestion, by.strip(), at)


def facts_from(answered: Iterable[AnsweredFact]) -> dict[str, Any]:
    """The facts of a consultation that were confirmed. Raises ``Refused`` (``facts_disagree``) where two do not agree."""
    facts: dict[str, Any] = {}
    for one in answered:
        if one.fact in facts and facts[one.fact] != one.value:
            raise Refused("facts_disagree", f"{one.fact} was confirmed twice, and not alike. Ask once more.", one.fact)
        facts[one.fact] = one.value
    return facts


def for_pathway(suggestions: Iterable[Suggestion], pathway: Pathway) -> tuple[Suggestion, ...]:
    """Those that bear on a question of this pathway. What only the clinician can answer is never suggested."""
    return tuple(one for one in suggestions if _fits(one, pathway.questions.get(one.fact)))


def _fits(suggestion: Suggestion, question: Question | None) -> bool:
    if question is None or question.judgement or suggestion.value in (False, ()):
        return False
    try:
        question.read(suggestion.value)
    except Refused:  # an answer that this pathway does not list
        return False
    return True


# What was seen in a source, before it is known whether it bears on anything.


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry of a source: its words and codes, when it was recorded, and what the source says of it. Shown whether or not it suggests anything.

    ``doubt`` says why it is not taken as it stands (refuted, entered by mistake, another person's); then it suggests nothing.
    """

    words: str = field(repr=False)
    entry: str
    when: date | None = None
    codes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = field(default=(), repr=False)
    doubt: str = ""
    kind: ClassVar[str] = "entry"
    called: ClassVar[str] = "the record says"


@dataclass(frozen=True, slots=True)
class AllergySeen(Seen):
    """An allergy or other reaction; ``severe`` where the entry itself says so."""

    kind: ClassVar[str] = "allergy"
    called: ClassVar[str] = "the record lists an allergy or reaction"
    severe: bool = False


@dataclass(frozen=True, slots=True)
class MedicineSeen(Seen):
    """A medicine; ``current`` where it stands on the current list. ``when`` is that of the last issue, as far as it is given."""

    kind: ClassVar[str] = "medicine"
    called: ClassVar[str] = "the record lists a medicine"
    current: bool = False


@dataclass(frozen=True, slots=True)
class FindingSeen(Seen):
    """A coded problem or observation; ``plain`` where it is a code alone, neither resolved nor with a value that may turn it over."""

    kind: ClassVar[str] = "finding"
    plain: bool = True


def suggested(seen: Iterable[Seen], source: str, on: date) -> tuple[Suggestion, ...]:
    """What the entries of one source suggest for a consultation on a day. Entries in doubt suggest nothing."""
    taken = [one for one in seen if not one.doubt]
    return (
        *(s for one in taken if isinstance(one, AllergySeen) for s in _of_allergy(one, source)),
        *(s for one in taken if isinstance(one, MedicineSeen) for s in _of_medicine(one, source, on)),
        *_of_pregnancy([one for one in taken if isinstance(one, FindingSeen)], source, on),
    )


def of_birth(born: date, source: str, on: date) -> Suggestion | None:
    """The date of birth as a suggestion; None for one that is still to come."""
    return Suggestion(BORN, born, source, None, "the date of birth in the source") if born <= on else None


# "No known allergy", "not allergic to penicillin", a relative's allergy: words about a medicine that say the patient has none.
_TURNED_OVER = re.compile(
    r"\b(no|not|nil|never|denie[sd]|excluded|ruled out|refuted|disproved|tolerate[sd]?|de-?label\w*|family|father|mother|parents?|"
    r"siblings?|brother|sister)\b",
    re.IGNORECASE,
)


def turned_over(words: str) -> bool:
    """Whether words may say that there is no allergy, or speak of somebody else. Then a person has to read them."""
    return _TURNED_OVER.search(words) is not None


def _of_allergy(allergy: AllergySeen, source: str) -> Iterator[Suggestion]:
    if turned_over(allergy.words):
        return
    names = names_in_records()
    for fact, named in names.allergies.items():
        if named.speaks_of(allergy):
            yield Suggestion(fact, True, source, allergy.when, f"{_entry(allergy)}; that is {named.says}")
    for fact, named in names.severe.items():
        if allergy.severe and named.speaks_of(allergy):
            yield Suggestion(fact, True, source, allergy.when, f"{_entry(allergy)}, as severe; that is {named.says}")


def _of_medicine(medicine: MedicineSeen, source: str, on: date) -> Iterator[Suggestion]:
    names = names_in_records()
    lately = medicine.when is not None and timedelta(0) <= on - medicine.when <= RECENT_MEDICINE
    if medicine.current or lately:
        how = (
            "on the current list"
            if medicine.current
            else "not on the current list, but issued in the last three months"
        )
        for value, named in names.interacting.items():
            if named.speaks_of(medicine):
                yield Suggestion(INTERACTING, (value,), source, medicine.when, f"{_entry(medicine)}; {how}")
    for fact, named in names.taken.items():
        if named.speaks_of(medicine) and named.counts(medicine, on):
            yield Suggestion(fact, True, source, medicine.when, f"{_entry(medicine)}; that is {named.says}")


def _of_pregnancy(findings: list[FindingSeen], source: str, on: date) -> Iterator[Suggestion]:
    """Pregnant, where the newest word on it is that code alone, and recent. Never "not pregnant"."""
    named = names_in_records().pregnancy
    words = [one for one in findings if {named.code, named.opposite}.intersection(one.codes)]
    if not words or any(not one.plain or one.when is None for one in words):
        return
    newest = max(one.when for one in words if one.when)
    last = [one for one in words if one.when == newest]
    recent = timedelta(0) <= on - newest <= timedelta(days=named.within_days)
    if recent and all(named.code in one.codes and named.opposite not in one.codes for one in last):
        why = f"{_entry(last[0])}, by its code; ask, and check that it is this patient's"
        yield Suggestion(PREGNANCY, named.value, source, newest, why)


def _entry(seen: Seen) -> str:
    remarks = f" ({'; '.join(seen.remarks)})" if seen.remarks else ""
    return f"{seen.called}: {seen.words or 'code ' + ', '.join(seen.codes)}{remarks}"


# The table of names.


@dataclass(frozen=True, slots=True)
class NamedInRecords:
    """Words and codes by which an entry is known to speak of something, unless it holds one of some other words."""

    says: str
    pattern: re.Pattern[str]
    codes: frozenset[str]
    unless: re.Pattern[str] | None
    source: str
    issued_within_months: int | None = None

    def speaks_of(self, seen: Seen) -> bool:
        """Whether the entry names it."""
        if self.unless is not None and self.unless.search(seen.words):
            return False
        return bool(self.codes.intersection(seen.codes)) or self.pattern.search(seen.words) is not None

    def counts(self, medicine: MedicineSeen, on: date) -> bool:
        """Whether the medicine was issued recently enough, or stands on the current list, as the question asks."""
        if self.issued_within_months is None:
            return medicine.current
        return medicine.when is not None and _months_before(on, self.issued_within_months) <= medicine.when <= on


@dataclass(frozen=True, slots=True)
class PregnancyCode:
    """The code that says pregnant, the one that says the opposite, and for how many days the first can hold."""

    code: str
    opposite: str
    value: str
    within_days: int
    source: str


@dataclass(frozen=True, slots=True)
class Names:
    """The table, by question; ``interacting`` by answer of the question about interacting medicines."""

    allergies: Mapping[str, NamedInRecords]
    severe: Mapping[str, NamedInRecords]
    interacting: Mapping[str, NamedInRecords]
    taken: Mapping[str, NamedInRecords]
    pregnancy: PregnancyCode


@cache
def names_in_records() -> Names:
    """The table that ships with the package, read once. Raises ``ContentRefused`` where it cannot be read."""
    mistakes = Mistakes()
    block = read_file(TABLE, TABLE.name, mistakes, Quote.ALL)
    if block is None:
        raise ContentRefused(mistakes)
    table = _plain(block)
    coded = table["coded"][PREGNANCY]
    return Names(
        _all_named(table["allergies"]),
        _all_named(table["severe reactions"]),
        _all_named(table["interacting medicines"]),
        _all_named(table["medicines taken"]),
        PregnancyCode(coded["codes"], coded["opposite"], coded["value"], int(coded["within days"]), coded["source"]),
    )


def _plain(node: Node) -> Any:
    if isinstance(node, Block):
        return {name: _plain(inner) for name, inner in node.items.items()}
    return node.words if isinstance(node, Text) else [_plain(inner) for inner in node.items]


def _all_named(rows: Mapping[str, Mapping[str, str]]) -> dict[str, NamedInRecords]:
    return {name: _named(name, row) for name, row in rows.items()}


def _named(name: str, row: Mapping[str, str]) -> NamedInRecords:
    months = re.fullmatch(r"issued within ([0-9]+) months", row.get("counts", ""))
    return NamedInRecords(
        says=row.get("says", name.replace("_", " ")),
        pattern=_any_of(_listed(row["words"])),
        codes=frozenset(_listed(row.get("codes", ""))),
        unless=_any_of(_listed(row["unless"])) if "unless" in row else None,
        source=row["source"],
        issued_within_months=int(months[1]) if months else None,
    )


def _listed(words: str) -> list[str]:
    return [word for part in words.split(",") if (word := " ".join(part.split()))]


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(_one(word) for word in words), re.IGNORECASE)


def _one(word: str) -> str:
    """A whole word; the end of one where it begins with a hyphen, the beginning of one where it ends with it."""
    inner = re.escape(word.strip("-")).replace(r"\ ", r"\s+")
    before = r"\w*" if word.startswith("-") else r"(?<![\w-])"
    after = r"\w*" if word.endswith("-") else r"s?(?!\w)"
    return before + inner + after


def _months_before(on: date, months: int) -> date:
    """The day so many months earlier; the last of its month where the month has no such day."""
    month = on.year * 12 + on.month - 1 - months
    year, number = divmod(month, 12)
    for day in (on.day, 30, 29, 28):
        try:
            return date(year, number + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")
