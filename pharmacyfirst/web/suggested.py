"""Suggestions beside the questions of a page: shown, confirmed by somebody who asked, or answered against for a reason that is kept.

A suggestion is no answer. The box beside it says *asked, and it is so*: then it is one, and where it came from is kept with it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pharmacyfirst.kernel.questions import Answer, Question
from pharmacyfirst.record.inbound.against import AnsweredAgainst, contradicted, put_on_record
from pharmacyfirst.record.inbound.beside import QuestionSuggested, suggested_for
from pharmacyfirst.record.inbound.names import names_in_records
from pharmacyfirst.record.inbound.suggestions import INTERACTING, AnsweredFact, Suggestion, for_pathway
from pharmacyfirst.store import CONFIRMED, TYPED
from pharmacyfirst.web.desk import PATIENT_PAGE, SINCE, Talk, Visit
from pharmacyfirst.web.elsewhere import elsewhere
from pharmacyfirst.web.posted import Posted
from pharmacyfirst.web.rows import Answers, ChoiceShown, RowShown, called

# What the store keeps of a page beside its answers: which suggestions were confirmed, and why an answer against one stands.
TAKEN, AGAINST = "taken", "against"
CONFIRMS = "C"  # the key


@dataclass(frozen=True, slots=True)
class SuggestedShown:
    """One suggestion: what it says in the question's words, in what words of the source, from where and when."""

    says: str = field(repr=False)
    found: str = field(repr=False)
    source: str
    when: str
    confirmed: bool
    against: bool


@dataclass(frozen=True, slots=True)
class BesideShown:
    """What stands beside a question. ``boxes`` confirm it, one for each thing that is suggested; ``disagree`` where sources do not agree.

    ``asks_reason``: the answer contradicts a suggestion, so a field asks why it stands.
    """

    name: str
    suggested: tuple[SuggestedShown, ...]
    disagree: tuple[str, ...] = field(repr=False)
    boxes: tuple[ChoiceShown, ...] = ()
    reason_field: str = ""
    reason: str = field(default="", repr=False)
    asks_reason: bool = False


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A row of a page, with what is suggested for it; None where nothing is."""

    row: RowShown
    beside: BesideShown | None


@dataclass(frozen=True, slots=True)
class Given:
    """A page as it was posted, with what was confirmed on it: the answers, where each came from, and what is kept beside them.

    ``unexplained`` are the questions whose answer contradicts a suggestion while nobody said why.
    """

    answers: Answers
    origins: Mapping[str, str]
    fields: Mapping[str, Any] = field(repr=False)
    unexplained: tuple[str, ...] = ()


def box_of(name: str) -> str:
    """The name of the box that confirms what is suggested for a question."""
    return f"b-{name}"


def reason_of(name: str) -> str:
    """The name of the field that says why an answer against a suggestion stands."""
    return f"w-{name}"


# Posted


def with_suggestions(visit: Visit, here: Talk, questions: Iterable[Question], answers: Answers) -> Given:
    """The answers of a page with what was confirmed on it. What was confirmed and answered otherwise at once does not fit."""
    asked, posted = {one.name: one for one in questions}, visit.posted
    values, wrong = dict(answers.values), dict(answers.wrong)
    taken: dict[str, list[Suggestion]] = {}
    before = _kept_before(here)
    for name, suggestions in _by_question(visit, here).items():
        boxes = posted.all(box_of(name))
        chosen = [one for one in suggestions if _as_field(one.value) in boxes]
        if name not in asked or name in wrong or not chosen:
            continue
        answer = _with(asked[name], values, chosen)
        if answer is None:
            wrong[name] = f"{called(asked[name])}: confirmed, and answered otherwise. Take away one of the two"
            values.pop(name, None)
        else:
            values[name], taken[name] = answer, chosen
    reasons = {name: posted.one(reason_of(name)) for name in asked if posted.one(reason_of(name))}
    fields: dict[str, Any] = {SINCE: dict(answers.since)} if answers.since else {}
    fields |= (
        {TAKEN: {name: [_kept(one, visit, before) for one in ones] for name, ones in taken.items()}} if taken else {}
    )
    fields |= {AGAINST: reasons} if reasons else {}
    mine = [one for name in asked for one in _by_question(visit, here).get(name, ())]
    confirmed = [_answered(one, _kept(one, visit, before)) for ones in taken.values() for one in ones]
    against = dict.fromkeys(one.fact for one in contradicted(mine, values, confirmed))
    return Given(
        Answers(values, answers.since, wrong),
        {name: CONFIRMED if name in taken else TYPED for name in values},
        fields,
        tuple(name for name in against if name not in reasons),
    )


def _by_question(visit: Visit, here: Talk) -> dict[str, list[Suggestion]]:
    """Every suggestion that a question of the pathway asks about, by its name."""
    found: dict[str, list[Suggestion]] = {}
    for one in for_pathway(elsewhere(visit, here).suggestions, here.pathway):
        found.setdefault(one.fact, []).append(one)
    return found


def _with(question: Question, values: Mapping[str, Any], chosen: list[Suggestion]) -> Any:
    """The answer with what was confirmed; None where they do not go together."""
    name = question.name
    if question.answer is Answer.ANY_OF:
        if name in values and not values[name]:
            return None  # none of these, or not known
        every = {*(values.get(name) or ()), *(value for one in chosen for value in one.value)}
        return tuple(one for one in question.choice_names() if one in every)
    said = {one.value for one in chosen} | ({values[name]} if name in values else set())
    return said.pop() if len(said) == 1 else None


def _as_field(value: Any) -> str:
    """A suggested answer as its box holds it."""
    if isinstance(value, tuple):
        return ",".join(value)
    return "yes" if value is True else str(value)


Kept = Mapping[tuple[str, str, str], Mapping[str, str]]


def _kept(one: Suggestion, visit: Visit, before: Kept) -> dict[str, str]:
    """What is kept of a suggestion that was confirmed: where it is from, and who confirmed it when, the first time."""
    if (kept := before.get((one.fact, one.source, one.why))) is not None:
        return dict(kept)
    dated = {"dated": one.date.isoformat()} if one.date is not None else {}
    by = visit.at_the_desk.person.practitioner.gphc_number
    return {"source": one.source, "found": one.why, **dated, "by": by, "at": visit.now.isoformat()}


# Shown


def beside_rows(visit: Visit, here: Talk, rows: Iterable[RowShown], answers: Answers | None) -> Iterator[AskedRow]:
    """The rows of a page with what is suggested for each. ``answers`` are those that were just posted; None where the page is only shown."""
    posted = visit.posted if answers is not None else None
    facts = {**here.held.answers, **(answers.values if answers is not None else {})}
    suggested = {
        one.fact: one
        for one in suggested_for(
            here.pathway,
            elsewhere(visit, here).suggestions,
            denied=elsewhere(visit, here).denied,
            facts=facts,
            confirmed=_confirmed(visit, here, posted),
        )
    }
    reasons = _reasons(here)
    for row in rows:
        one = suggested.get(row.name)
        yield AskedRow(row, _beside(row.name, one, reasons, posted) if one is not None else None)


def _beside(name: str, one: QuestionSuggested, reasons: Mapping[str, str], posted: Posted | None) -> BesideShown:
    shown = tuple(
        SuggestedShown(
            each.says, each.suggestion.why, each.suggestion.source, each.from_when, each.confirmed, each.against
        )
        for each in one.suggested
    )
    boxes: dict[str, ChoiceShown] = {}
    for each in one.suggested:
        value = _as_field(each.suggestion.value)
        ticked = value in posted.all(box_of(name)) if posted is not None else each.confirmed
        boxes.setdefault(value, ChoiceShown(value, f"Asked, and it is so: {each.says}", ticked, CONFIRMS))
    reason = posted.one(reason_of(name)) if posted is not None else reasons.get(name, "")
    asks = one.needs_reason or bool(reason)
    return BesideShown(box_of(name), shown, one.disagree, (*boxes.values(),), reason_of(name), reason, asks)


def _confirmed(visit: Visit, here: Talk, posted: Posted | None = None) -> Iterator[AnsweredFact]:
    """The suggestions that were confirmed: as the pages keep them; of the page that was just posted as it says."""
    before = _kept_before(here)
    for name, suggestions in _by_question(visit, here).items():
        for one in suggestions:
            posted_now = posted is not None and _as_field(one.value) in posted.all(box_of(name))
            if posted_now or (posted is None and (name, one.source, one.why) in before):
                yield _answered(one, _kept(one, visit, before))


def _kept_before(here: Talk) -> Kept:
    """The suggestions that the pages say were confirmed, by question, source and words."""
    return {
        (name, one["source"], one["found"]): one
        for fields in here.held.fields.values()
        for name, ones in dict(fields.get(TAKEN) or {}).items()
        for one in ones
    }


def _answered(one: Suggestion, kept: Mapping[str, str]) -> AnsweredFact:
    return AnsweredFact(one.fact, one.value, one, kept["by"], datetime.fromisoformat(kept["at"]))


def _reasons(here: Talk) -> dict[str, str]:
    """Why answers against a suggestion stand, by question."""
    return {name: why for fields in here.held.fields.values() for name, why in dict(fields.get(AGAINST) or {}).items()}


def minded(visit: Visit, here: Talk, page: str, facts: Iterable[str]) -> tuple[str, ...]:
    """What is to be borne in mind on a page: on that of the patient, and wherever allergies or medicines are asked about."""
    names = names_in_records()
    if page == PATIENT_PAGE or not {*names.allergies, *names.severe, INTERACTING}.isdisjoint(facts):
        return elsewhere(visit, here).mind
    return ()


# On record


def against_on_record(visit: Visit, here: Talk, unless: str = "") -> tuple[AnsweredAgainst, ...]:
    """Every answer that contradicts a suggestion, with the reason, for the record. ``unless`` stands where nobody was asked for one.

    Raises ``ReasonMissing``, which names the questions.
    """
    suggestions = [one for ones in _by_question(visit, here).values() for one in ones]
    facts, confirmed, reasons = here.held.answers, (*_confirmed(visit, here),), _reasons(here)
    if unless:
        reasons = {one.fact: unless for one in suggestions} | reasons
    return put_on_record(suggestions, facts, reasons, confirmed)
