"""What was read of something that came in, whole, as JSON holds it: for the command line and for other systems."""

from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from pharmacyfirst.record.inbound.seen import Seen
from pharmacyfirst.record.inbound.sources import GPRecordRead, ReferralRead
from pharmacyfirst.record.inbound.suggestions import Suggestion

NO_ANSWER = "Suggestions only: none of them is an answer until you have asked. What is not here is not known."


def as_told(read: GPRecordRead | ReferralRead, suggestions: tuple[Suggestion, ...]) -> dict[str, Any]:
    """All that was read, with these suggestions of it; of a referral also the reference that the patient is given."""
    held: dict[str, Any] = _plain(read) | {"suggestions": _plain(suggestions), "note": NO_ANSWER}
    if isinstance(read, ReferralRead):
        held["patient_reference"] = read.patient_reference
    return held


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        kind = {"kind": value.kind} if isinstance(value, Seen) else {}
        return kind | {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
