"""The conformance kit: our cases as plain JSON, and two ways to run them: against a program that speaks the JSON-lines contract, and over HTTP.

A vendor can check another engine with the exported files and no Python of ours.
"""

import shlex
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from pharmacyfirst.classes import dataclass
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
ASSESSMENTS = "/v1/assessments"
OF_A_WEB_ADDRESS = ("http://", "https://")
_SECONDS_A_CALL = 30
_WAIT = 429  # the status of a server that wants to be asked less often


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


def against_server(url: str, cases: Iterable[Case], key: str = "") -> Iterator[Difference]:
    """Run cases through a server: each input object is posted by itself, and its answer is the assessment or a problem.

    ``url`` is the server's, or that of its call for assessments; ``key`` an API key. Raises ``Refused`` (``not_json``) where it cannot be
    reached, or answers neither.
    """
    where = urlsplit(url)
    if not url.startswith(OF_A_WEB_ADDRESS) or not where.hostname or where.username is not None:
        raise Refused("not_json", "This is no web address of a server: http://, its name, and its port.")
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
    path = where.path if where.path not in ("", "/") else ASSESSMENTS
    connection = _connection(where)
    why = ""
    try:
        for case in cases:
            if says := _difference_of_line(
                case, _posted(connection, path, write(INPUT.as_dict(case)).encode(), headers)
            ):
                yield Difference(case, says)
    except (OSError, HTTPException):
        why = "The server could not be reached, or did not answer."
    finally:
        connection.close()
    if why:  # out here: raised above it would carry what was caught
        raise Refused("not_json", why)


def _connection(where: SplitResult) -> HTTPConnection:
    kind = HTTPSConnection if where.scheme == "https" else HTTPConnection
    return kind(where.hostname or "", where.port, timeout=_SECONDS_A_CALL)


def _posted(connection: HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    until = time.monotonic() + MOST_SECONDS
    while True:
        connection.request("POST", path, body, dict(headers))
        reply = connection.getresponse()
        answer = reply.read()
        wait = reply.getheader("retry-after", "1")
        if reply.status != _WAIT or time.monotonic() > until:
            return answer
        time.sleep(int(wait) if wait.isdecimal() else 1)


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
    if "outcome" not in result and "code" in result:  # a problem, as a server answers one
        return f"refused: {result['code']}"
    return "; ".join(differences(EXPECTED.as_dict(case.expected), result))
