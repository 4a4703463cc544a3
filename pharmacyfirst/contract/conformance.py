"""The conformance kit: our cases as plain JSON, and a way to run them against any program that speaks the JSON-lines contract.

A vendor can check another engine with the exported files and no Python of ours.
"""

import shlex
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pharmacyfirst.content.cases import Case, cases_of
from pharmacyfirst.content.expectations import EXPECTED, differences
from pharmacyfirst.content.library import Library
from pharmacyfirst.content.shapes_of_cases import CASE_GRADES
from pharmacyfirst.contract.table_schema import schema_of
from pharmacyfirst.errors import Refused
from pharmacyfirst.exact import read, write
from pharmacyfirst.kernel.fields import TEXT, BlockOf, FieldTable, JsonField, ListOf, OneWord, Plain

SCHEMA_FILE = "cases.schema.json"
MOST_SECONDS = 600


INPUT: FieldTable[Case] = FieldTable(
    "Input",
    "The input object as it is sent.",
    (
        JsonField("pathway", lambda case: case.pathway, TEXT, "The id of the pathway."),
        JsonField("as_of", lambda case: case.as_of.isoformat(), Plain.DAY, "The day of the consultation."),
        JsonField("facts", lambda case: _facts(case.facts), Plain.ANSWERS, "What is known of the person."),
    ),
)

CASE: FieldTable[Case] = FieldTable(
    "Case",
    "One case: a sentence, the input object as it is sent, and what has to come out.",
    (
        JsonField("id", lambda case: case.id, TEXT, "The id of the case, which stays."),
        JsonField("says", lambda case: case.says, TEXT, "The person in a sentence."),
        JsonField("input", lambda case: case, BlockOf(INPUT), "The input object as it is sent."),
        JsonField("expect", lambda case: case.expected, BlockOf(EXPECTED), "What has to come out."),
        JsonField("evidence", lambda case: case.evidence, OneWord(CASE_GRADES), "How sure the sources are of it."),
    ),
)


class CaseFile(NamedTuple):
    """The cases of one condition, and the digest of the content that they were written for."""

    pathway: str
    content_digest: str
    cases: tuple[Case, ...]


CASE_FILE: FieldTable[CaseFile] = FieldTable(
    "CaseFile",
    "The cases of one condition with the digest of the content they were written for.",
    (
        JsonField("pathway", lambda file: file.pathway, TEXT, "The id of the pathway."),
        JsonField(
            "content_digest", lambda file: file.content_digest, Plain.DIGEST, "The digest of pathway and documents."
        ),
        JsonField("cases", lambda file: file.cases, ListOf(BlockOf(CASE)), "The cases, in the order of their file."),
    ),
)


def _facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: one.isoformat() if isinstance(one, date) else one for name, one in facts.items()}


@dataclass(frozen=True, slots=True)
class Difference:
    """A case that another program answers differently, and how."""

    case: Case
    says: str


def export(library: Library, folder: Path) -> list[Path]:
    """Write the cases of every condition as JSON, and their schema. The same content always gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for condition in library.conditions:
        cases = cases_of(library, condition)
        if cases:
            digest = library.in_force(condition, cases[0].as_of).content_digest
            body = CASE_FILE.as_dict(CaseFile(condition, digest, cases))
            written.append(_write(folder / f"{condition}.json", body))
    return [*written, _write(folder / SCHEMA_FILE, case_file_schema())]


def case_file_schema() -> dict[str, Any]:
    """The JSON Schema of an exported file of cases."""
    return schema_of(CASE_FILE, closed=True)


def _write(path: Path, body: Any) -> Path:
    path.write_text(write(body, indent=2) + "\n", encoding="utf-8")
    return path


def against(command: str, cases: Iterable[Case]) -> Iterator[Difference]:
    """Run cases through a program: one input object a line to its standard input, one result a line from its standard output.

    Raises ``Refused`` (``not_json``) where the program cannot be started, takes too long, or answers more or fewer lines.
    """
    cases = list(cases)
    lines = "".join(write(INPUT.as_dict(case)) + "\n" for case in cases)
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words:
        raise Refused("not_json", "There is no command to run: name a program, with its quotes in pairs.")
    why = ""
    try:
        run = subprocess.run(words, input=lines.encode(), capture_output=True, timeout=MOST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        why = f"The command did not end within {MOST_SECONDS // 60} minutes."
    except OSError as error:
        why = f"The command could not be started: {error.strerror}."
    if why:  # out here: raised above it would carry what was caught, and with it the command and what it said
        raise Refused("not_json", why)
    answers = [line for line in run.stdout.splitlines() if line.strip()]
    if len(answers) != len(cases):
        raise Refused(
            "not_json", f"The command gave {len(answers)} answers to {len(cases)} inputs; one line each is wanted."
        )
    for case, answer in zip(cases, answers, strict=True):
        if says := _difference_of_line(case, answer):
            yield Difference(case, says)


def _difference_of_line(case: Case, answer: bytes) -> str:
    try:
        result = read(answer)
    except Refused:
        return "the answer is not JSON"
    if not isinstance(result, Mapping):
        return "the answer is not a JSON object"
    if "error" in result:
        error = result["error"]
        return f"refused: {error.get('code') if isinstance(error, Mapping) else error}"
    return "; ".join(differences(EXPECTED.as_dict(case.expected), result))
