"""``pharmacyfirst consult``: a consultation held in the terminal, page by page and question by question."""

import sys
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.kept_answers import keep, kept
from pharmacyfirst.contract.conversation import Conversation, converse
from pharmacyfirst.contract.typed_answers import day_of, fits, in_words, read_typed
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.explain import explain
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import AGE, BORN, LIFE_THREATENING, Answer, Question, known_facts
from pharmacyfirst.kernel.trace import Assessment

BACK, HELP, REFER, DIAL = "back", "?", "refer", "999"


@click.command()
@click.argument("condition")
@options.as_of
@click.option(
    "--save",
    type=options.FILE,
    metavar="FILE",
    help="Keep the answers in FILE, which only you can read; where it is there already, go on from it.",
)
@options.pathways
def consult(condition: str, as_of: date | None, save: Path | None, folder: Path | None) -> None:
    """Hold a consultation in the terminal.

    Asks, page by page, what can still change the outcome until there is an outcome or nothing is left to ask, then prints the
    explanation. An emergency or a same-day referral ends the asking at once.

    \b
    Enter alone, or unknown      not known, which is never taken for no
    ?                            what fits
    back                         back to the question before
    999                          an immediate threat to life
    refer                        stop here, and refer
    Ctrl-D or Ctrl-C             end early: nothing is decided

    A sitting blood pressure may be given as every reading, in order (R 164/92, L 158/90): the pair is worked out. A number may have its unit (36.8C), a date may be 3/4/1995, a choice its number; what is read in another way is read back.
    The answers kept with --save are an input object that "assess" reads too; they are about a patient, so take the file away when
    it has served.

    \b
    Example:
      pharmacyfirst consult uncomplicated-uti
    """
    now = options.now_in_london()
    now = now if as_of is None else datetime.combine(as_of, now.time())
    pathway = options.library(folder).in_force(condition, now.date())
    conversation = InTheTerminal(pathway, now, save)
    click.echo(f"{pathway.title}\nfor {now.date()}. Enter alone means not known; ? says what fits; back, 999, refer.")
    conversation.go_on()
    try:
        assessment = conversation.hold()
    except (click.Abort, KeyboardInterrupt):
        click.echo("\n\nThe consultation ended early. Nothing was decided: this is no all-clear.")
        raise SystemExit(1) from None
    click.echo(f"\n{explain(assessment)}", nl=False)


@dataclass
class InTheTerminal:
    """The conversation with one patient as it goes on. ``answers`` holds, for each question put, in order, the fact answered and its value."""

    pathway: Pathway
    now: datetime
    save: Path | None = None
    answers: dict[str, tuple[str, Any]] = field(default_factory=dict)
    _page: str = ""
    _told: set[str] = field(default_factory=set)

    def go_on(self) -> None:
        """Take up the answers that were kept, if any were. Raises ``Refused`` where they are no answers to this pathway."""
        if self.save is not None and self.save.exists():
            self.answers = kept(self.save, self.pathway, self.now.date())
            click.echo(f"Going on with {len(self.answers)} answers.")

    def hold(self) -> Assessment:
        """Ask until there is an outcome or nothing is left to ask."""
        while True:
            so_far = converse(self.pathway, dict(self.answers.values()), self.now.date())
            assessment = so_far.assessment
            if self._contradicts(so_far):
                continue
            to_ask = [name for name in so_far.wanted if name not in self.answers]
            if not to_ask:
                return assessment
            self._say_what_is_met(so_far)
            question = self.pathway.questions[to_ask[0]]
            given = self._ask(question, len(to_ask))
            if given == REFER:
                click.echo("\nStopped here. What follows is how things stand: refer.")
                return assessment
            if given is not None:
                fact, value = given
                self.answers[LIFE_THREATENING if fact == LIFE_THREATENING else question.name] = (fact, value)
            elif self.answers:
                self.answers.popitem()
            else:
                click.echo("  This is the first question.")
            if self.save is not None:
                keep(self.save, self.pathway, self.now.date(), self.answers)

    def _contradicts(self, so_far: Conversation) -> bool:
        """Whether the last answer contradicts an earlier one; it is then said and asked again, once: given again it stands, and stops."""
        for item in so_far.contradictions:
            if item.id in self._told or next(reversed(self.answers)) not in item.reads:
                continue
            self._told.add(item.id)
            self.answers.popitem()
            click.echo(f"\n{item.id}: {item.because}.\nAnswer again, go back, or give the same answer to leave it so.")
            return True
        return False

    def _say_what_is_met(self, so_far: Conversation) -> None:
        """Why only some questions are left, where something lesser has stopped already."""
        for item in () if so_far.decided else so_far.stopped:
            if item.id not in self._told:
                self._told.add(item.id)
                click.echo(f"\n{item.id}: {item.because}.\nOnly what could make it more urgent is asked now.")

    def _ask(self, question: Question, left: int) -> Any:
        """Put one question until it is answered: the fact and its value (None: not known), ``refer``, or None for the way back."""
        by_birth = question.name == AGE and BORN in self.pathway.questions
        self._put(question, left)
        while True:
            typed = _typed(f"  {question.name} ({_in_short(question)})")
            words = typed.strip().lower()
            if words in (BACK, HELP, REFER, DIAL):
                _transcribe(typed)
                if words == HELP:
                    click.echo(f"  Give {fits(question)}{', or the date of birth' if by_birth else ''}.")
                    continue
                special = {BACK: None, REFER: REFER, DIAL: (LIFE_THREATENING, True)}
                return special[words]
            read = self._by_birth(words) if by_birth and day_of(words) else self._answer(question, words)
            _transcribe("(what does not fit is not repeated)" if read is None else typed)
            if read is not None:
                fact, value, read_back = read
                if read_back:
                    click.echo(f"  {read_back}")
                return fact, value
            click.echo(f"  That does not fit {question.name}. Give {fits(question)}.")

    def _put(self, question: Question, left: int) -> None:
        title = next(page.title for page in self.pathway.pages if question.name in page.facts)
        if title != self._page:
            self._page = title
            click.echo(f"\n-- {title} --")
            for prompt in self.pathway.prompts:
                if title in prompt.at:
                    click.echo(f"  ! {prompt.says}")
        done = len(self.answers)
        click.echo(
            f"\n{question.ask}{' (your judgement)' if question.judgement else ''}   [{done + 1} of about {done + left}]"
        )
        if question.help:
            click.echo(f"  {question.help}")
        for number, choice in enumerate(question.choices, 1):
            click.echo(f"  {number:>2} {choice.says}")

    def _by_birth(self, words: str) -> tuple[str, Any, str] | None:
        born = day_of(words)
        try:
            known = known_facts(self.pathway.questions, {BORN: born}, self.now.date())
        except Refused:
            return None
        assert born is not None
        return BORN, born.isoformat(), f"{in_words(born)}: {self.pathway.questions[AGE].in_words(known[AGE])}"

    def _answer(self, question: Question, words: str) -> tuple[str, Any, str] | None:
        """The fact that the words answer, with its value and how it was read; None where they do not fit."""
        if "/" in words and question.observation:
            return self._measured(question, words)
        typed = read_typed(question, words, self.now)
        return None if typed is None else (question.name, *typed)

    def _measured(self, question: Question, words: str) -> tuple[str, Any, str] | None:
        """Both figures of a pressure, worked out of its readings; None where they do not fit, or more has to be measured."""
        from pharmacyfirst.record.fields import RecordRefused  # records are no part of a conversation but here
        from pharmacyfirst.record.pressure import read_readings, recorded_pressure, sitting_pressure

        pair = sitting_pressure(self.pathway.questions.values())
        try:
            found = recorded_pressure(read_readings(words)) if question in pair else None
        except RecordRefused:
            return None
        if found is None:
            click.echo("  Measure again, and give every reading, the new one last.")
            return None
        upper, lower = pair
        figures = {upper.name: int(found[0]), lower.name: int(found[1])}
        self.answers |= {name: (name, value) for name, value in figures.items() if name != question.name}
        return question.name, figures[question.name], f"recorded: {figures[upper.name]}/{figures[lower.name]}"


def _typed(prompt: str) -> str:
    if sys.stdin is None:
        raise click.Abort
    return str(click.prompt(prompt, default="", show_default=False))


def _transcribe(words: str) -> None:
    """A terminal shows what is typed; where answers are piped in, the transcript should too."""
    if not sys.stdin.isatty():
        click.echo(words)


def _in_short(question: Question) -> str:
    match question.answer:
        case Answer.YES_NO:
            return "yes/no"
        case Answer.WHOLE_NUMBER | Answer.NUMBER:
            return question.unit
        case Answer.ANY_OF:
            return "none, or numbers with commas"
        case Answer.ONE_OF:
            return f"1 to {len(question.choices)}"
        case _:
            return "day/month/year"
