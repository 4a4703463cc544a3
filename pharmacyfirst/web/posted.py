"""What a browser posts, read with bounds: names and values of one form, and nothing of it in any message."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser

from pharmacyfirst.errors import PharmacyFirstError

MOST_BYTES = 64_000
MOST_BYTES_OF_A_FILE = 5_000_000 + MOST_BYTES  # what is read of a referral or record, and the form around it
MOST_FIELDS = 600
LONGEST_VALUE = 4_000
BODY_SECONDS = 20.0  # a file over a slow line; what takes longer is no page of ours


class NotAForm(PharmacyFirstError, ValueError):
    """What was posted is no form that a page of ours sends; says so, and repeats nothing of it. ``status`` is what it is answered with."""

    status = 413


class TooSlow(NotAForm):
    """What was posted did not come in time."""

    status = 408


@dataclass(frozen=True, slots=True)
class Posted:
    """The fields of a form, each with all its values in order, and the bytes of the file that came with it. ``repr`` shows neither."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    file: bytes = field(default=b"", repr=False)

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


async def bounded(parts: AsyncIterable[bytes], headers: Mapping[str, str], most: int) -> bytes:
    """A body of ``most`` bytes at the utmost, of which no more than that is read, and no longer than ``BODY_SECONDS``. Raises ``NotAForm``."""
    length = headers.get("content-length", "")
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            if not length.isdecimal() or int(length) <= most:
                async for part in parts:
                    body += part
                    if len(body) > most:
                        break
                else:
                    return body
    except TimeoutError:
        raise TooSlow("What was sent did not come in time. Nothing was saved: send it again.") from None
    raise NotAForm("More was sent than any page of this form sends. Nothing was saved.")


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


class _InMemory(MultiPartParser):
    """Of a file nothing is written to the disk before it is taken in."""

    spool_max_size = MOST_BYTES_OF_A_FILE


async def read_file_form(headers: Headers, body: bytes) -> Posted:
    """A form with one file in it, as a browser sends it (``multipart/form-data``), byte for byte. The file's name, which may be somebody's, is not read.

    Raises ``NotAForm`` for anything else.
    """

    async def whole() -> AsyncGenerator[bytes]:
        yield body

    fields: dict[str, tuple[str, ...]] = {}
    file: bytes | None = None
    try:
        if not headers.get("content-type", "").startswith("multipart/form-data") or len(body) > MOST_BYTES_OF_A_FILE:
            raise MultiPartException("no form with a file")
        reading = _InMemory(headers, whole(), max_files=1, max_fields=MOST_FIELDS, max_part_size=LONGEST_VALUE)
        found = await reading.parse()
        for name, value in found.multi_items():
            if isinstance(value, str):
                fields[name] = (*fields.get(name, ()), value)
            else:
                file = await value.read()
        if file is None:  # also one that was cut off
            raise MultiPartException("no file")
    except MultiPartException:
        raise NotAForm("What was sent is no file of a form of ours. Nothing was saved.") from None
    return Posted(fields, file)
