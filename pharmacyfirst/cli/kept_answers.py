"""The answers of a consultation in the terminal, kept in a file that only its owner can read, to go on with later."""

import os
from datetime import date
from pathlib import Path
from typing import Any

from pharmacyfirst.cli import options
from pharmacyfirst.contract.answers import read_input
from pharmacyfirst.errors import Refused
from pharmacyfirst.exact import read, write
from pharmacyfirst.kernel.fields import answers_plainly
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import AGE, BORN, known_facts

Answers = dict[str, tuple[str, Any]]


def keep(path: Path, pathway: Pathway, day: date, answers: Answers) -> None:
    """Write the answers as an input object, an answer that is not known as null; what was there before stays until this is on disk.

    Raises ``Refused`` where it cannot be written.
    """
    facts = answers_plainly(dict(answers.values()))
    text = write({"pathway": pathway.id, "as_of": day.isoformat(), "facts": facts}, 2) + "\n"
    beside = path.with_name(f"{path.name}.new")
    try:
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise Refused(
            "wrong_value", f"--save: the answers cannot be written: {error.strerror}. They are not kept."
        ) from None


def kept(path: Path, pathway: Pathway, day: date) -> Answers:
    """The answers that were kept, in the order in which they were given.

    Hours that were counted on another day are asked again. Raises ``Refused`` where the file holds no answers to this pathway.
    """
    consultation = read_input(read(options.read_file(path, "--save")))
    if consultation.pathway != pathway.id:
        raise Refused(
            "wrong_value", "--save: these are the answers of another pathway. Name another file, or take it away."
        )
    facts = dict(consultation.facts)
    known_facts(pathway.questions, facts, day)  # refuses what does not fit
    if consultation.as_of != day:
        facts = {name: value for name, value in facts.items() if pathway.questions[name].moment is None}
    return {AGE if name == BORN else name: (name, value) for name, value in facts.items()}
