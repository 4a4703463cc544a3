"""What a browser posts, read with bounds: names and values of one form, and nothing of it in any message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from pharmacyfirst.errors import PharmacyFirstError

MOST_BYTES = 64_000
MOST_FIELDS = 600
LONGEST_VALUE = 4_000


class NotAForm(PharmacyFirstError, ValueError):
    """What was posted is no form that a page of ours sends; says so, and repeats nothing of it."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The fields of a form, each with all its values in order. What it holds is not shown by ``repr``."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)

    def one(self, name: str) -> str:
        """The last value of a field without the blanks around it; nothing where it was not sent."""
        values = self.fields.get(name)
        return values[-1].strip() if values else ""

    def whole(self, name: str) -> str:
        """The last value of a field as it was typed, for passwords; nothing where it was not sent."""
        values = self.fields.get(name)
        return values[-1] if values else ""

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field, in order."""
        return self.fields.get(name, ())

    def ticked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return name in self.fields


def read_form(body: bytes) -> Posted:
    """A form as a browser encodes it (``application/x-www-form-urlencoded``, UTF-8). Raises ``NotAForm`` beyond the bounds."""
    if len(body) > MOST_BYTES:
        raise NotAForm("More was sent than any page of this form sends. Nothing was saved.")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        raise NotAForm("What was sent is no form of ours. Nothing was saved.") from None
    found: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        if len(value) > LONGEST_VALUE:
            raise NotAForm("A field holds more than any field of this form takes. Nothing was saved.")
        found[name] = (*found.get(name, ()), value)
    return Posted(found)
