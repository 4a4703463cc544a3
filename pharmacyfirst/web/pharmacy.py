"""The pharmacy that the form stands in, kept in one file: name, codes, mailbox, the adoption, and who may be at the desk."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pharmacyfirst import exact
from pharmacyfirst.errors import PharmacyFirstError, Refused
from pharmacyfirst.record.fields import RecordRefused, read_back
from pharmacyfirst.record.people import Pharmacy, PractitionerOnRecord
from pharmacyfirst.web.people import AtTheDesk


class PharmacyRefused(PharmacyFirstError, ValueError):
    """The pharmacy's file cannot be read, or does not fit; says what is wrong, and nothing of what it holds."""


@dataclass(frozen=True, slots=True)
class OurPharmacy:
    """The pharmacy: where it is, its MESH mailbox, the file of its adoption, and the people at the desk.

    Without ``adoption`` everything is for evaluation: nothing is supplied but to training patients.
    """

    pharmacy: Pharmacy
    mailbox: str = ""
    adoption: Path | None = None
    people: tuple[AtTheDesk, ...] = field(default=(), repr=False)

    def person(self, gphc_number: str) -> AtTheDesk | None:
        """Whoever has this GPhC number; None for nobody here."""
        return next((one for one in self.people if one.practitioner.gphc_number == gphc_number), None)


def read_pharmacy(path: Path) -> OurPharmacy:
    """The pharmacy in a file that ``write_pharmacy`` wrote, or that somebody wrote like it (docs/form.md). Raises ``PharmacyRefused``."""
    try:
        held = exact.read(path.read_bytes())
    except (OSError, Refused):
        raise PharmacyRefused(
            "The pharmacy's file cannot be read. Set the pharmacy up again, or name another file."
        ) from None
    try:
        return _pharmacy(held, path.parent.absolute())
    except RecordRefused as refused:
        raise PharmacyRefused(f"The pharmacy's file does not fit: {refused}") from None
    except (KeyError, TypeError, AttributeError):
        raise PharmacyRefused("The pharmacy's file lacks a part. docs/form.md says what it holds.") from None


def _pharmacy(held: Any, folder: Path) -> OurPharmacy:
    adoption = held.get("adoption")
    if adoption and (folder / adoption).exists():
        adoption = folder / adoption  # one that is kept beside this file moves with it
    people = [
        AtTheDesk(read_back(PractitionerOnRecord, one["practitioner"]), str(one["pin"])) for one in held["people"]
    ]
    return OurPharmacy(
        read_back(Pharmacy, held["pharmacy"]),
        str(held.get("mailbox") or ""),
        Path(adoption) if adoption else None,
        tuple(people),
    )


def _written(adoption: Path | None, folder: Path) -> str | None:
    """The adoption as the file names it: below the file's own folder without that, so that both can be moved together."""
    if adoption is None:
        return None
    return str(adoption.relative_to(folder) if adoption.is_relative_to(folder) else adoption)


def write_pharmacy(path: Path, ours: OurPharmacy) -> None:
    """Write the file, which only its owner can read; what was there before stays until this is on disk. Raises ``PharmacyRefused``."""
    held = {
        "pharmacy": ours.pharmacy.model_dump(exclude_none=True),
        "mailbox": ours.mailbox,
        "adoption": _written(ours.adoption, path.parent.absolute()),
        "people": [
            {"practitioner": one.practitioner.model_dump(exclude_none=True), "pin": one.pin} for one in ours.people
        ],
    }
    beside = path.with_name(f"{path.name}.new")
    try:
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(exact.write(held, 2) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise PharmacyRefused(f"The pharmacy's file cannot be written: {error.strerror}. Nothing was set up.") from None
