"""``reading.yaml``: what somebody says must become of the people of the cases, who has not seen what the pathway says of them."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from textwrap import wrap
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from pharmacyfirst.content.filled_in import Day, Digest, FilledIn, Words, read_filled_in
from pharmacyfirst.kernel.outcome import KIND_OF_WORD, Kind

FILE = "reading.yaml"
HARM = "A reading that says something else than its reader meant makes agreement out of a slip of the pen."
MEND = "Mend it as docs/review.md shows."
NOT_READ = ""
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .,()_/-]*")


def _kind(words: object) -> object:
    if words == NOT_READ:
        return None
    if words in KIND_OF_WORD:
        return KIND_OF_WORD[str(words)]
    raise ValueError(f"write one of {', '.join(KIND_OF_WORD)}, or leave it empty")


class ReadCase(FilledIn):
    """One person, and what the reader says must come out; None where they have not read it."""

    answers: Words
    outcome: Annotated[Kind | None, BeforeValidator(_kind), WithJsonSchema({"enum": [NOT_READ, *KIND_OF_WORD]})] = None


class BlindReading(FilledIn):
    """One reader's answers; ``digest`` is that of the cases they were given."""

    of: Words = Field(alias="reading of")
    digest: Digest
    reader: Words
    role: Words
    read_on: Day = Field(alias="read on")
    cases: dict[Words, ReadCase] = Field(min_length=1)

    @property
    def answers(self) -> dict[str, Kind]:
        """What the reader said, by the id of the case; a case they left empty is not there."""
        return {name: one.outcome for name, one in self.cases.items() if one.outcome is not None}


def read_reading(path: Path) -> BlindReading:
    """The reading in a file. Raises ``ContentRefused`` with every mistake, none of which repeats what stands there."""
    return read_filled_in(path, FILE, BlindReading, (BlindReading, ReadCase), MEND, HARM)


def blank_reading(of: str, digest: str, usual: str, people: Iterable[tuple[str, str]], on: date) -> str:
    """The text of a reading that nobody has made: the usual patient's answers, then each person's that differ, by the id of the case."""
    lines = [
        f"# A blind reading of {of}: for each person write what must become of them, before you look at the pack. Judge as of {on}.",
        f"# outcome: {', '.join(KIND_OF_WORD)}; leave it empty where you have not read the case.",
        "# need facts: an answer that is missing decides. Agreement: pharmacyfirst review --agreement reading.yaml",
        "# The usual patient, of whom all holds that a person does not say otherwise:",
        *(f"#   {line}" for line in wrap(usual, 150)),
        f"reading of: {of}",
        f"digest: {digest}",
        "reader:",
        "role:",
        "read on:",
        "cases:",
    ]
    for name, answers in people:
        lines += [f"  {name}:", f"    answers: {_quoted(answers)}", "    outcome:"]
    return "\n".join(lines) + "\n"


def _quoted(words: str) -> str:
    """Words as YAML reads them back, on one line."""
    return words if _PLAIN.fullmatch(words) and ": " not in words else "'" + words.replace("'", "''") + "'"
