"""``pharmacyfirst consult``: a consultation held in the terminal, question by question."""

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click

from pharmacyfirst.cli import options
from pharmacyfirst.content.cases import how_written, read_answer
from pharmacyfirst.content.text import Place, Text
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.explain import explain
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import AGE, BORN, Answer, Question, known_facts
from pharmacyfirst.kernel.trace import Assessment

BACK, HELP = "back", "?"


@click.command()
@click.argument("condition")
@options.as_of
@options.pathways
def consult(condition: str, as_of: date | None, folder: Path | None) -> None:
    """Hold a consultation in the terminal.

    Asks the next question that can change the outcome until there is an outcome or nothing is left to ask, then prints the
    explanation. An emergency or a same-day referral ends the asking at once.

    \b
    Enter alone, or not known    not known, which is never taken for no
    ?                            what fits
    back                         back to the question before
    Ctrl-D or Ctrl-C             end early: nothing is decided

    \b
    Example:
      pharmacyfirst consult uncomplicated-uti
    """
    day = as_of or options.today_in_london()
    pathway = options.library(folder).in_force(condition, day)
    click.echo(f"{pathway.title}\nfor {day}. Enter alone means not known; ? says what fits; back goes back.")
    try:
        assessment = _hold(pathway, day)
    except (click.Abort, KeyboardInterrupt):
        click.echo("\n\nThe consultation ended early. Nothing was decided: this is no all-clear.")
        raise SystemExit(1) from None
    click.echo(f"\n{explain(assessment)}", nl=False)


def _hold(pathway: Pathway, day: date) -> Assessment:
    """Ask until there is an outcome or nothing is left to ask."""
    answers: dict[str, tuple[str, Any]] = {}  # for each question put, in order: the fact answered, and its value
    while True:
        assessment = assess(pathway, dict(answers.values()), day)
        to_ask = [name for name in assessment.missing if name not in answers]
        if assessment.outcome.kind is not Kind.NEED_FACTS or not to_ask:
            return assessment
        question = pathway.questions[to_ask[0]]
        given = _ask(question, pathway.questions, day)
        if given is not None:
            answers[question.name] = given
        elif answers:
            answers.popitem()
        else:
            click.echo("  This is the first question.")


def _ask(question: Question, declared: Mapping[str, Question], day: date) -> tuple[str, Any] | None:
    """Put one question until it is answered, with the fact and its value (None: not known); None is the way back."""
    by_birth = question.name == AGE and BORN in declared
    fits = how_written(question) + (", or the date of birth as YYYY-MM-DD" if by_birth else "")
    click.echo(f"\n{question.ask}{' (your judgement)' if question.judgement else ''}")
    for value in question.choices:
        click.echo(f"  {value.name}{': ' + value.says if value.says not in ('', value.name) else ''}")
    while True:
        typed = _typed(f"  {question.name} ({_in_short(question)})")
        words = typed.strip().lower()
        if words in (BACK, HELP):
            _transcribe(typed)
            if words == BACK:
                return None
            click.echo(f"  Give {fits}.")
            if question.backing.note:
                click.echo(f"  {question.backing.note}")
            continue
        given = _answer(question, words, declared, day, by_birth)
        _transcribe("(what does not fit is not repeated)" if given is None else typed)
        if given is not None:
            return given
        click.echo(f"  That does not fit {question.name}. Give {fits}.")


def _answer(
    question: Question, words: str, declared: Mapping[str, Question], day: date, by_birth: bool
) -> tuple[str, Any] | None:
    """The fact that the words answer, with its value; None where they do not fit."""
    if words in ("", options.NOT_KNOWN):
        return question.name, None
    return _by_birth(words, declared, day) if by_birth and "-" in words else _by_name(question, words)


def _typed(prompt: str) -> str:
    if sys.stdin is None:
        raise click.Abort
    return str(click.prompt(prompt, default="", show_default=False))


def _transcribe(words: str) -> None:
    """A terminal shows what is typed; where answers are piped in, the transcript should too."""
    if not sys.stdin.isatty():
        click.echo(words)


def _by_birth(words: str, declared: Mapping[str, Question], day: date) -> tuple[str, Any] | None:
    try:
        known_facts(declared, {BORN: words}, day)
    except Refused:
        return None
    return BORN, words


def _by_name(question: Question, words: str) -> tuple[str, Any] | None:
    value = read_answer(question, Text({"y": "yes", "n": "no"}.get(words, words), Place("")))
    return None if value is None else (question.name, value)


def _in_short(question: Question) -> str:
    match question.answer:
        case Answer.YES_NO:
            return "yes/no"
        case Answer.WHOLE_NUMBER | Answer.NUMBER:
            return question.unit
        case Answer.ANY_OF:
            return "none, or names with commas"
        case Answer.ONE_OF:
            return "one of these"
        case _:
            return "YYYY-MM-DD"
