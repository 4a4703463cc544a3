"""By what a consultation is found: names, birth date, NHS number, product and batch, and what somebody has to do about it.

Names and products are compared without accents, capitals, apostrophes and hyphens: O'Neill is found as oneill and as neill, Siân as sian,
Łukasz as lukasz. The marks are made from the events alone and prove nothing; ``verify`` makes them again.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pharmacyfirst.ledger import as_text
from pharmacyfirst.store.so_far import ConsultationSoFar, ConsultationState

OURS = "store: "
NAME, BORN, NUMBER, PRODUCT, BATCH = "name", "born", "nhs number", "product", "batch"
STATE, CHANGED, DRAFT, EMERGENCY, FINISHED = "state", "changed", "draft", "emergency", "finished"
CLAIM, CLAIM_KEY, INCIDENT, HELD, DIFFERS, DUTY = "claim due", "claim key", "incident", "held", "differs", "duty open"
WAITING, REQUEST, JOURNEY, BECAME = "waiting", "request", "journey", "became"

# Letters that Unicode does not take apart into a letter and a mark.
_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"})
_APOSTROPHES = re.compile("[’'‘`\u00b4]")


def folded(words: str) -> tuple[str, ...]:
    """The words as they are compared: small letters without accents and apostrophes; a hyphen parts two words."""
    small = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", words).casefold().translate(_LETTERS))
    plain = "".join(one if one.isalnum() else " " for one in small if not unicodedata.combining(one))
    return tuple(plain.split())


def ways_to_say(name: str) -> set[str]:
    """Each word by which a name is found: also what an apostrophe parts, and the whole of it written as one."""
    parted, whole = folded(_APOSTROPHES.sub(" ", name)), folded(name)
    return {*parted, *whole, "".join(whole)} - {""}


def digits(words: str) -> str:
    """The digits alone, as an NHS number is compared."""
    return "".join(one for one in words if one.isdecimal() and one.isascii())


def marks_of(now: ConsultationSoFar, record: Mapping[str, Any]) -> set[tuple[str, str]]:
    """All marks of a consultation; ``record`` is the JSON of its record, empty where it is not finished."""
    patient = record.get("patient") or now.patient
    found = {*_about(patient), *_supplied(record), (STATE, now.state.value), (CHANGED, as_text(now.changed_at))}
    if now.state in (ConsultationState.OPEN, ConsultationState.EXPIRED):
        found.add((DRAFT, as_text(now.changed_at)))
    if now.state is ConsultationState.DETAILS_FOLLOW:
        found.add((EMERGENCY, as_text(now.begun_at)))
    if now.finished_at is not None:
        found.add((FINISHED, as_text(now.finished_at)))
    if now.claim_due:
        found.add((CLAIM, now.claim_due))
    if now.incidents_open:
        found.add((INCIDENT, as_text(now.changed_at)))
    if now.finished_at is not None and now.differs_late:
        found.add((DIFFERS, as_text(now.finished_at)))
    if now.finished_at is not None and now.duties_open:
        found.add((DUTY, as_text(now.finished_at)))
    if now.held:
        found.add((HELD, "yes"))
    found |= {(CLAIM_KEY, one.key) for one in now.claims}
    return {(OURS + name, value) for name, value in found}


def _about(patient: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for words in (patient.get("family"), *_texts(patient.get("given"))):
        yield from ((NAME, word) for word in (ways_to_say(words) if isinstance(words, str) else ()))
    if isinstance(born := patient.get("birth_date"), str) and born:
        yield BORN, born
    if isinstance(number := patient.get("nhs_number"), str) and digits(number):
        yield NUMBER, digits(number)


def _supplied(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for supply in (*record.get("supplies", ()), *record.get("unpermitted", ())):
        amp = supply.get("amp") or {}
        yield PRODUCT, str(amp.get("code", ""))
        for words in (amp.get("display", ""), supply.get("medicine", "")):
            yield from ((PRODUCT, word) for word in folded(words))
        if supply.get("batch"):
            yield BATCH, "".join(folded(supply["batch"]))


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return (value,)
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list | tuple) else ()
