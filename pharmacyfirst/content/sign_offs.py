"""``sign-off.yaml``: who signed which review pack, by its digest and those of its parts, and what they said of it. It lies beside the pack."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from pharmacyfirst.authority.digests import digest_of
from pharmacyfirst.content.filled_in import Day, Digest, FilledIn, Words, read_filled_in

FILE = "sign-off.yaml"
AGREED, ONCE_CHANGED, NOT_AGREED = "agreed", "agreed once changed", "not agreed"
HARM = "A signature that cannot be read for certain is taken for one that was given, or not given."
MEND = "Mend it as docs/review.md shows."


class SignOff(FilledIn):
    """A signature: ``of`` is the condition and version, ``pack`` the digest of the whole pack, ``parts`` that of each of its parts.

    ``signed`` names the parts that were read and signed; ``says`` is what was found of them; ``remarks`` may be empty.
    """

    of: Words = Field(alias="sign-off")
    pack: Digest
    parts: dict[Words, Digest] = Field(min_length=1)
    signed: list[Words] = Field(min_length=1)
    says: Literal["agreed", "agreed once changed", "not agreed"]
    name: Words
    role: Words
    registration: Words
    signed_on: Day = Field(alias="signed on")
    remarks: str = ""

    @model_validator(mode="after")
    def _holds_together(self) -> "SignOff":
        if {*self.signed} - {*self.parts}:
            raise ValueError("signed: a part is named that has no digest under parts")
        if digest_of(self.parts) != self.pack:
            raise ValueError("pack: this is not the digest over those of the parts")
        return self


def read_sign_off(path: Path) -> SignOff:
    """The sign-off in a file. Raises ``ContentRefused`` with every mistake, none of which repeats what stands there."""
    return read_filled_in(path, FILE, SignOff, (SignOff,), MEND, HARM)


def blank_sign_off(of: str, pack: str, parts: Mapping[str, str]) -> str:
    """The text of a sign-off that nobody has signed: the digests are filled in, who, when and what was found are not."""
    lines = [
        f"# The signature under the review pack of {of}: fill in what is empty, take out of signed: what you did not read.",
        f"# says: {AGREED}, {ONCE_CHANGED} (write under remarks: what), or {NOT_AGREED}. signed on: a day, 2026-12-01.",
        "# Whether it still holds: pharmacyfirst review --verify sign-off.yaml review-pack.json",
        f"sign-off: {of}",
        f"pack: {pack}",
        "parts:",
        *(f"  {name}: {digest}" for name, digest in parts.items()),
        "signed:",
        *(f"  - {name}" for name in parts),
        *(f"{heading}:" for heading in ("says", "name", "role", "registration", "signed on", "remarks")),
    ]
    return "\n".join(lines) + "\n"


def nobody_signed(words: str) -> bool:
    """Whether a sign-off is as ``blank_sign_off`` wrote it, of whichever pack: then another may take its place."""
    of, pack = (re.search(rf"(?m)^{heading}: (.*)$", words) for heading in ("sign-off", "pack"))
    parts = dict(re.findall(r"(?m)^  ([a-z_]+): (sha256:[0-9a-f]{64})$", words))
    return of is not None and pack is not None and words == blank_sign_off(of[1], pack[1], parts)
