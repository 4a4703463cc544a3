"""How what was seen bears on the questions: what it suggests, and what a person has to read because it is not understood.

No entry about an allergy is passed over in silence: it suggests, or stands among what to mind in its own words, or does both.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from pharmacyfirst.record.fields import PREGNANCY
from pharmacyfirst.record.inbound.asking import quoted
from pharmacyfirst.record.inbound.names import NamedInRecords, names_in_records
from pharmacyfirst.record.inbound.seen import AllergySeen, FindingSeen, FlagSeen, MedicineSeen, Seen
from pharmacyfirst.record.inbound.suggestions import INTERACTING, Suggestion
from pharmacyfirst.record.inbound.wording import (
    clauses,
    folded,
    of_somebody_else,
    says_severe,
    speaks_of_allergy,
    turned_over,
)

RECENT_MEDICINE = timedelta(days=92)
ALLERGIES, SEVERE, MEDICINES, TAKEN = "allergies", "severe reactions", "interacting medicines", "medicines taken"
# The SNOMED CT concept that says that no allergy is known, as the example of GP Connect holds it.
NONE_KNOWN = frozenset({"716186003"})
_NONE_SAID = re.compile(r"\b(?:no known|nil known|none known|nkda|nka)\b")


@dataclass(frozen=True, slots=True)
class Bearing:
    """What the entries of one source suggest, and what of them has to be minded, in the source's order."""

    suggestions: tuple[Suggestion, ...] = field(repr=False)
    mind: tuple[str, ...] = field(repr=False)


def bearing(seen: Iterable[Seen], source: str, on: date) -> Bearing:
    """What the entries of one source mean for a consultation on a day. Entries in doubt suggest nothing, and are minded."""
    suggestions: list[Suggestion] = []
    mind: list[str] = []
    entries = list(seen)
    for one in entries:
        if isinstance(one, AllergySeen):
            suggestions += _of_allergy(one, source, mind)
        elif isinstance(one, FlagSeen) and speaks_of_allergy(folded(one.words)):
            suggestions += _of_allergy(
                _as_allergy(one), source, []
            )  # its words stand before everything else as they are
    mind += _contradictions(one for one in entries if isinstance(one, AllergySeen) and not one.doubt)
    for one in entries:
        if isinstance(one, MedicineSeen) and not one.doubt:
            suggestions += _of_medicine(one, source, on, mind)
        elif isinstance(one, FindingSeen) and not one.doubt:
            mind += _named_in(one)
    suggestions += _of_pregnancy([one for one in entries if isinstance(one, FindingSeen)], source, on, mind)
    return Bearing(tuple(suggestions), tuple(dict.fromkeys(mind)))


# Allergies


def _of_allergy(allergy: AllergySeen, source: str, mind: list[str]) -> list[Suggestion]:
    says = quoted(_said(allergy))
    if allergy.doubt:
        mind.append(f"An allergy or reaction is in doubt, for {allergy.doubt}: {says}. Ask.")
        return []
    named, unclear = _names_of(allergy)
    found = [
        Suggestion(row.name, True, source, allergy.when, f"{_entry(allergy)}; that is {row.says}")
        for row in named
        if row.part == ALLERGIES
    ]
    severe = [row for row in named if row.part == SEVERE]
    if allergy.severe:
        found += [
            Suggestion(row.name, True, source, allergy.when, f"{_entry(allergy)}, as severe; that is {row.says}")
            for row in severe
        ]
    elif severe:
        mind.append(f"A reaction to {severe[0].says}, and it is not said how severe it was: {says}. Ask.")
    if unclear:
        mind.append(
            f"Words that may say that there is no allergy, or speak of somebody else: {says}. Read them, and ask."
        )
    elif not found and not severe:
        mind.append(
            f"An allergy or reaction that bears on no question by any name known here: {says}. Judge it yourself."
        )
    return found


def _as_allergy(flag: FlagSeen) -> AllergySeen:
    severe = says_severe(folded(flag.words))
    remarks = ("a flag", *flag.remarks)
    return AllergySeen(
        flag.words, flag.entry, flag.when, flag.codes, remarks, flag.doubt, flag.part, severe, (flag.words,)
    )


def _names_of(allergy: AllergySeen) -> tuple[list[NamedInRecords], bool]:
    """What an entry names, each once; and whether words in it may say that there is none, or speak of somebody else."""
    names = names_in_records()
    whole = folded(allergy.words)
    if NONE_KNOWN.intersection(allergy.codes) or of_somebody_else(whole):
        return [], True
    found = {} if turned_over(whole) else dict.fromkeys(names.named("", allergy.codes))
    unclear = False
    for text in map(folded, allergy.texts or (allergy.words,)):
        if of_somebody_else(text):
            unclear = True
        elif turned_over(text):
            unclear = True
            said = (clause for clause in clauses(text) if not turned_over(clause))
            found.update((row, None) for clause in said for row in names.named(clause))
        else:
            found.update(dict.fromkeys(names.named(text)))
    return list(found), unclear


def _contradictions(allergies: Iterable[AllergySeen]) -> Iterator[str]:
    """A record that says that no allergy is known, and lists one."""
    held = list(allergies)
    none = [one for one in held if _says_none(one)]
    if none and len(none) < len(held):
        yield f"The record contradicts itself: it says {quoted(_said(none[0]))}, and lists an allergy or reaction as well. Ask."


def _says_none(allergy: AllergySeen) -> bool:
    return bool(NONE_KNOWN.intersection(allergy.codes)) or _NONE_SAID.search(folded(allergy.words)) is not None


# Medicines


def _of_medicine(medicine: MedicineSeen, source: str, on: date, mind: list[str]) -> Iterator[Suggestion]:
    text = folded(medicine.words)
    rows = [row for row in names_in_records().named(text, medicine.codes) if row.part in (MEDICINES, TAKEN)]
    if rows and not medicine.current and medicine.first_day is None:
        mind.append(
            f"A medicine that bears on a question, without a day that can be read: {quoted(_said(medicine))}. Ask."
        )
    lately = _issued_since(medicine, on - RECENT_MEDICINE, on)
    how = "on the current list" if medicine.current else "not on the current list, but issued in the last three months"
    for row in rows:
        if row.part == MEDICINES and (medicine.current or lately):
            yield Suggestion(INTERACTING, (row.name,), source, medicine.when, f"{_entry(medicine)}; {how}")
        elif row.part == TAKEN and _counts(row, medicine, on):
            yield Suggestion(row.name, True, source, medicine.when, f"{_entry(medicine)}; that is {row.says}")


def _counts(row: NamedInRecords, medicine: MedicineSeen, on: date) -> bool:
    since = row.since(on)
    return medicine.current if since is None else _issued_since(medicine, since, on)


def _issued_since(medicine: MedicineSeen, since: date, on: date) -> bool:
    """Whether it was, or may have been, issued between two days: a month alone may be any day of it."""
    first, last = medicine.first_day, medicine.last_day
    return first is not None and last is not None and since <= last and first <= on


# Findings


def _named_in(finding: FindingSeen) -> Iterator[str]:
    """A problem or observation that names what somebody may be allergic to, without saying so."""
    if any(row.part in (ALLERGIES, SEVERE) for row in names_in_records().named(folded(finding.words), finding.codes)):
        yield f"A problem or observation names a medicine that an allergy is asked about: {quoted(_said(finding))}. Ask why."


def _of_pregnancy(findings: list[FindingSeen], source: str, on: date, mind: list[str]) -> Iterator[Suggestion]:
    """Pregnant, where the newest word on it is that code alone, and recent. Never "not pregnant"."""
    named = names_in_records().pregnancy
    words = [one for one in findings if not one.doubt and {named.code, named.opposite}.intersection(one.codes)]
    if not words:
        return
    if any(not one.plain or one.when is None for one in words):
        mind.append(
            "The record holds an entry about a pregnancy that is not a code alone with its day. Ask about pregnancy."
        )
        return
    newest = max(one.when for one in words if one.when)
    last = [one for one in words if one.when == newest]
    recent = timedelta(0) <= on - newest <= timedelta(days=named.within_days)
    if recent and all(named.code in one.codes and named.opposite not in one.codes for one in last):
        why = f"{_entry(last[0])}, by its code; ask, and check that it is this patient's"
        yield Suggestion(PREGNANCY, named.value, source, newest, why)


def _said(seen: Seen) -> str:
    remarks = f" ({'; '.join(seen.remarks)})" if seen.remarks else ""
    return f"{seen.words or ('code ' + ', '.join(seen.codes) if seen.codes else 'an entry without words')}{remarks}"


def _entry(seen: Seen) -> str:
    when = f", {seen.part.words} without a day" if seen.part else ""
    return f"{seen.called}: {_said(seen)}{when}"
