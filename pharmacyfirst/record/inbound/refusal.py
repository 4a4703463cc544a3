"""What is not taken of what comes in, and what of it was passed over: the words that are put in front of a person."""

from dataclasses import dataclass

from pharmacyfirst.errors import PharmacyFirstError

NOTHING_TAKEN = "Nothing was taken from it, and what it may hold is not known."


class InboundRefused(PharmacyFirstError, ValueError):
    """A message that is not taken: ``code`` stays, the words say why. ``about`` is the referrer's own id, so that it can be closed.

    Codes: ``not_readable``, ``not_a_referral``, ``not_a_record``, ``open_by_hand``, ``withdrawn_use_case``,
    ``other_use_case``, ``revoked``, ``not_active``, ``no_performer``, ``no_patient``, ``other_patient``, ``no_clock``.
    """

    def __init__(self, code: str, why: str, about: str | None = None):
        super().__init__(f"{why} {NOTHING_TAKEN}")
        self.code = code
        self.about = about

    # Exceptions are copied and pickled by calling the class with ``args``, which is the finished message alone.
    def __reduce__(self) -> "tuple[type[InboundRefused], tuple[str, str, str | None]]":
        return type(self), (self.code, str(self).removesuffix(f" {NOTHING_TAKEN}"), self.about)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something in the source that was not read, or that does not fit, and why. Never what it says of the patient."""

    entry: str
    why: str
