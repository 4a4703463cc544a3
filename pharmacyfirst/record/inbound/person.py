"""Who a source is about: the patient as it has them, the organisations it names, and the names that people and organisations go by."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pharmacyfirst.kernel.identifiers import WrongIdentifier, practice_ods
from pharmacyfirst.record.inbound.bundle import Resource, everything, texts

ODS_CODE = "/id/ods-organization-code"


@dataclass(frozen=True, slots=True)
class PersonSeen:
    """The patient as the source has them, to be compared with the one who is there. What could not be read is None."""

    family: str | None = field(default=None, repr=False)
    given: tuple[str, ...] = field(default=(), repr=False)
    birth_date: date | None = field(default=None, repr=False)
    gender: str | None = field(default=None, repr=False)
    nhs_number: str | None = field(default=None, repr=False)
    number_verified: bool = False
    address: tuple[str, ...] = field(default=(), repr=False)
    postcode: str | None = field(default=None, repr=False)
    telephones: tuple[str, ...] = field(default=(), repr=False)
    practice_ods: str | None = field(default=None, repr=False)
    practice_name: str | None = field(default=None, repr=False)
    restricted: bool = False
    deceased: bool = False


def official(names: Iterable[Any]) -> Any:
    """The official name of several, or the usual one, or the first."""
    found = list(names)
    for use in ("official", "usual"):
        for one in found:
            if next(texts(one, "use"), "") == use:
                return one
    return found[0] if found else None


def telephones_of(body: Mapping[str, Any]) -> Iterator[str]:
    """The patient's own telephones by their rank; BaRS puts them under a contact that is the patient."""
    own = [one for one in everything(body, "contact") if "ONESELF" in texts(one, "relationship", "coding", "code")]
    lines = [one for place in (body, *own) for one in everything(place, "telecom")]
    ranked = sorted(lines, key=lambda one: next(texts(one, "rank"), "9"))
    numbers = [text for one in ranked if "phone" in texts(one, "system") for text in texts(one, "value")]
    yield from dict.fromkeys(numbers)


def name_of(one: Resource | None) -> str | None:
    """The name of an organisation."""
    return next(texts(one.body, "name"), None) if one is not None and one.type == "Organization" else None


def ods_of(one: Resource | None) -> str | None:
    """The ODS code of an organisation; None where it has none that can be one."""
    for identifier in everything(one.body, "identifier") if one is not None else ():
        if next(texts(identifier, "system"), "").lower().endswith(ODS_CODE):
            try:
                return practice_ods(next(texts(identifier, "value"), ""))[0]
            except WrongIdentifier:
                return None
    return None
