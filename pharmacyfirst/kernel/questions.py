"""What is asked, and what fits the answer, said once: its type, unit, range and choices; and the check of a plain dict against it.

Nothing is coerced: ``"yes"``, ``1`` for true or ``"30"`` for 30 are refused, because a value that was guessed at can hide a
red flag or permit a supply. Absent and ``None`` both mean *not known*, never "no".
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from pharmacyfirst.classes import dataclass
from pharmacyfirst.errors import Refused, nearest, shown
from pharmacyfirst.kernel.conditions import NOT_ASKED, NOT_MET, Condition
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.evidence import NO_BACKING, Backing
from pharmacyfirst.kernel.outcome import Kind

AGE = "age_years"
BORN = "date_of_birth"
LIFE_THREATENING = "life_threatening"


class Answer(Enum):
    """The types a fact can have."""

    YES_NO = "yes or no"
    WHOLE_NUMBER = "whole number"
    NUMBER = "number"
    ONE_OF = "one of"
    ANY_OF = "any of"
    DATE = "date"

    __hash__ = object.__hash__  # there is one of each, and looking it up should not run Python code


@dataclass(frozen=True, slots=True)
class Bar:
    """A PGD that an answer rules out, what stands behind that, and why in words, where the file gives it words of its own."""

    pgd: str
    backing: Backing
    because: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """What an answer calls for where a PGD is offered that it does not rule out, and what stands behind that."""

    pgd: str
    says: str
    backing: Backing


@dataclass(frozen=True, slots=True)
class Origin:
    """What one file says of an answer: what it rules out, what stands behind that, its words, and the action it calls for.

    ``shared`` is the name of the shared list that says so; empty where the pathway's own file does. The tags of a shared list are its own.
    ``backing`` stands behind the answer as a whole; a bar or an action may have its own. ``actions`` are those called for with one PGD.
    ``was`` are the answers that stood for it in an earlier version.
    """

    shared: str
    bars: tuple[Bar, ...]
    backing: Backing
    says: str = ""
    action: str = ""
    was: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()

    def apart(self) -> tuple[Bar | Action, ...]:
        """The bars and actions behind which something else stands than behind the answer as a whole."""
        each: tuple[Bar | Action, ...] = (*self.bars, *self.actions)
        return tuple(one for one in each if one.backing != self.backing)


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a choice or a set: its name, its words, the action it calls for, and what each file says of it.

    ``group`` is what a form puts together: the medicines for the heart, for instance.
    """

    name: str
    says: str = ""
    action: str = ""
    origins: tuple[Origin, ...] = ()
    group: str = ""

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The PGDs it rules out, whichever file says so."""
        return tuple(bar for origin in self.origins for bar in origin.bars)

    @property
    def was(self) -> tuple[str, ...]:
        """The answers that stood for it in an earlier version; nothing is decided by them."""
        return tuple(dict.fromkeys(name for origin in self.origins for name in origin.was))

    @property
    def backing(self) -> Backing:
        """What stands behind it, of all the files that speak of it."""
        behind = (one for o in self.origins for one in (o.backing, *(part.backing for part in o.apart())))
        each = tuple(dict.fromkeys(behind))
        return Backing(
            tuple(line for one in each for line in one.evidence),
            tuple(item for one in each for item in one.open),
            "; ".join(one.note for one in each if one.note),
        )


@dataclass(frozen=True, slots=True)
class Moment:
    """From when until when the hours of a question are counted, in words.

    ``as_long_as_possible`` says how where only the day is known: from its first moment, or else from its last.
    """

    since: str
    until: str
    as_long_as_possible: bool
    backing: Backing = NO_BACKING


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its words, what fits, and, where not everybody is asked, the condition for asking.

    ``name`` is that of the fact it asks for; ``called`` says it in a few words, ``help`` is what the pharmacist may want to know before
    asking. ``singular`` is the unit of one. ``if_not_answered`` is REFER_URGENT where it belongs to a treatment window that closes (rule 9);
    ``moment`` is from when the hours that it asks for are counted. ``low`` and ``high`` are the plausible range in ``unit``.
    ``judgement`` marks what only the clinician can answer. ``explained_by`` names a readable shared list; ``shared`` is true of a
    question that several pathways share. ``beside`` holds the shared file's note where the condition's own file has another.
    ``was`` are its names in earlier versions; nothing is decided by them. ``asked_after`` names the headings and ids of stopping criteria of
    which everything has to be known and clear before it is asked, which is part of ``asked_when``. ``observation`` is the
    coded observation that its answer is in a message, in words.
    """

    name: str
    ask: str
    answer: Answer
    called: str = ""
    help: str = ""
    unit: str = ""
    singular: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    choices: tuple[Choice, ...] = ()
    judgement: bool = False
    asked_when: Condition | None = None
    if_not_answered: Kind | None = None
    moment: Moment | None = None
    explained_by: str = ""
    shared: bool = False
    backing: Backing = NO_BACKING
    beside: Backing = NO_BACKING
    was: tuple[str, ...] = ()
    asked_after: tuple[str, ...] = ()
    observation: str = ""
    # Every answer of every person is checked against these, so they are gathered once.
    _names: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_names", tuple(choice.name for choice in self.choices))

    def choice_names(self) -> tuple[str, ...]:
        """The names of the answers of a choice or a set, in the file's order."""
        return self._names

    def what_fits(self) -> str:
        """What fits, in words for whoever gave something else."""
        match self.answer:
            case Answer.YES_NO:
                return "true or false"
            case Answer.WHOLE_NUMBER | Answer.NUMBER:
                return f"a {self.answer.value} from {self.low} to {self.high} ({self.unit})"
            case Answer.ONE_OF:
                return f"one of {', '.join(self.choice_names())}"
            case Answer.ANY_OF:
                return f"a list of any of {', '.join(self.choice_names())}; an empty list means none of them"
            case _:
                return "a date written as YYYY-MM-DD, not in the future"

    def in_words(self, value: Any) -> str:
        """An answer as a person reads it: ``yes``, ``36.8 degrees Celsius``, ``1 episode``, the words of the choice, ``none``, ``not known``."""
        if value is None:
            return "not known"
        match self.answer:
            case Answer.YES_NO:
                return "yes" if value else "no"
            case Answer.WHOLE_NUMBER | Answer.NUMBER:
                return self.counted(value)
            case Answer.ONE_OF | Answer.ANY_OF:
                words = {choice.name: choice.says or choice.name.replace("_", " ") for choice in self.choices}
                return ", ".join(words[name] for name in (value if isinstance(value, tuple) else (value,))) or "none"
            case _:
                return str(value)

    @property
    def in_short(self) -> str:
        """What it is called; the whole question where it has no short words."""
        return self.called or self.ask

    def with_answer(self, value: Any) -> str:
        """An answer beside what is asked: ``Pregnancy test: “Positive”``."""
        return f"{self.in_short}: “{self.in_words(value)}”"

    def counted(self, number: int | Decimal) -> str:
        """A number with the unit of this question, which reads otherwise at 1."""
        unit = self.singular if number == 1 and self.singular else self.unit
        return f"{plain(Decimal(number))} {unit}".strip()

    def read(self, value: Any) -> Any:
        """The value as the kernel holds it: bool, int, Decimal, str, tuple in the file's order, or date.

        Raises ``Refused`` (``wrong_value``) where it does not fit.
        """
        held = _READERS[self.answer](self, value)
        if held is None:
            raise self.does_not_fit()
        return held

    def does_not_fit(self) -> Refused:
        """What is raised for a value that does not fit; it says what does."""
        return Refused("wrong_value", f"{self.name}: what was given does not fit. Give {self.what_fits()}.", self.name)


def _yes_no(question: Question, value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _whole_number(question: Question, value: Any) -> int | None:
    return value if type(value) is int and _in_range(question, value) else None


def _number(question: Question, value: Any) -> Decimal | None:
    if type(value) not in (int, float, Decimal):
        return None
    # A float is read as the decimal it prints as: 36.8 is 36.8, not the binary fraction nearest to it.
    number = value if type(value) is Decimal else Decimal(str(value) if isinstance(value, float) else value)
    # One of more noughts than anybody measures (as in ``exact.MOST_DIGITS``) would be written out in full wherever it is told.
    if not number.is_finite() or abs(number.adjusted()) > 40 or not _in_range(question, number):
        return None
    return number.copy_abs() if number.is_zero() else number  # -0 is 0, and is written so


def _in_range(question: Question, number: int | Decimal) -> bool:
    return (question.low is None or number >= question.low) and (question.high is None or number <= question.high)


def _one_of(question: Question, value: Any) -> str | None:
    # Our own name for it, as what was given may be more than text.
    names = question.choice_names()
    return names[names.index(value)] if isinstance(value, str) and value in names else None


_LISTS = (list, tuple, set, frozenset)


def _any_of(question: Question, value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, _LISTS):
        return None
    if not value:  # as most are
        return ()
    names = question.choice_names()
    if any(one not in names for one in value):
        return None
    return tuple(name for name in names if name in value)


def _date(question: Question, value: Any) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return date(value.year, value.month, value.day)
    return read_day(value)


def read_day(words: Any) -> date | None:
    """A day written as YYYY-MM-DD and in no other shape; None where it is not."""
    # fromisoformat also takes 20140521 and week dates, which a person may have meant otherwise.
    if isinstance(words, str) and len(words) == len("YYYY-MM-DD") and "W" not in words:
        try:
            return date.fromisoformat(words)
        except ValueError:
            return None
    return None


_YES_NO = Answer.YES_NO  # looking a member up in its class is slow
_READERS = {
    Answer.YES_NO: _yes_no,
    Answer.WHOLE_NUMBER: _whole_number,
    Answer.NUMBER: _number,
    Answer.ONE_OF: _one_of,
    Answer.ANY_OF: _any_of,
    Answer.DATE: _date,
}


def known_facts(declared: Mapping[str, Question], given: Mapping[str, Any], on: date) -> dict[str, Any]:
    """What is known of one person: every given value checked, unknown ones left out, the age worked out on the day.

    Raises ``Refused``: ``unknown_fact`` for a name the pathway does not ask, ``wrong_value`` for one that does not fit,
    ``facts_disagree`` where ``age_years`` is not the age that ``date_of_birth`` gives. ``given`` is not changed.
    """
    known: dict[str, Any] = {}
    # Found by `map`, as this is done for every answer of every person.
    for (name, value), question in zip(given.items(), map(declared.get, given), strict=True):
        if question is None:
            named = shown(name, declared)
            says = f"{named} is not a fact of this pathway{_meant(name, declared)}"
            raise Refused("unknown_fact", says, name if named == name else None)
        # The name is the question's own, which is found faster than one that was read. Most answers are yes or no.
        if (value is True or value is False) and question.answer is _YES_NO:
            known[question.name] = value
        elif value is not None:
            held = _READERS[question.answer](question, value)
            if held is None:
                raise question.does_not_fit()
            known[question.name] = held
    born = known.pop(BORN, None)
    if born is not None:
        known[AGE] = _agreed_age(declared, born, known.get(AGE), on)
    return known


def _agreed_age(declared: Mapping[str, Question], born: date, given: int | None, on: date) -> int:
    age = completed_years(born, on)
    if born > on or not _in_range(declared[AGE], age):
        says = f"{BORN}: it has to give, on {on}, an age that is {declared[AGE].what_fits()}. Give the right date of birth, no later than that day."
        raise Refused("wrong_value", says, BORN)
    if given is not None and given != age:
        says = f"{AGE} is not the age that {BORN} gives on {on}. Give one of them, or both right."
        raise Refused("facts_disagree", says, AGE)
    return age


def refuse_no_day(on: Any) -> None:
    """Raise ``Refused`` (``wrong_value``) for what is no day of a consultation; a moment is none either."""
    if not isinstance(on, date) or isinstance(on, datetime):
        raise Refused("wrong_value", "on: give the day of the consultation as a datetime.date.")


def completed_years(born: date, on: date) -> int:
    """Age in completed years; somebody born on 29 February is a year older on 1 March in other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def asked(gated: Iterable[Question], known: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to judge by: what is known, and ``NOT_ASKED`` for what this person is not asked (rule 7).

    Gates are judged in the order of the file, on the answers so far, so that one may read a question that is not always asked either.
    Where the condition for asking is itself not known the fact stays not known. A value given all the same is used.
    A question without a gate stands among ``gated`` only where nobody waits for its answer: ``life_threatening`` (rule 2).
    """
    answers = dict(known)
    for question in gated:
        gate = question.asked_when
        if question.name not in known and (gate is None or gate.verdict(answers) is NOT_MET):
            answers[question.name] = NOT_ASKED
    return answers


def _meant(name: Any, declared: Mapping[str, Question]) -> str:
    near = nearest(name, declared)
    return f'; did you mean "{near}"?' if near else "."
