"""The paper form for when the system is down: a pathway's own questions, page by page, with boxes, and room for what a record needs.

It is made from the content alone. Beside each answer stands what it leads to by itself (``alone``); what needs several answers stands under
the questions, with the treatment table. It is no PGD: exclusions that need several answers, cautions and doses are read in the signed one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import get_args

from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.outcome import Kind, Outcome
from pharmacyfirst.kernel.pathway import Page, Pathway
from pharmacyfirst.kernel.questions import LIFE_THREATENING, Answer, Choice, Question
from pharmacyfirst.kernel.rule import Judged
from pharmacyfirst.kernel.service import Service
from pharmacyfirst.kernel.told import in_words
from pharmacyfirst.kernel.trace import EVERYONE
from pharmacyfirst.paper.words import day, listed
from pharmacyfirst.record.decision import FITS, Done
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.people import CONSENTS_FROM, USUAL_WAYS_IN, Sex
from pharmacyfirst.review.alone import Alone, Leads, together
from pharmacyfirst.review.identity import Identity, identity_of_condition, kind_in_short
from pharmacyfirst.review.who_goes_where import OUTCOMES, offer_in_words, outcomes_of
from pharmacyfirst.review.wording import Wording

PRACTICE = "TRAINING: NOT A REAL PATIENT"
UPPER_FIGURE = "blood pressure, sitting, systolic"  # what content calls it; the readings are written beside it


@dataclass(frozen=True, slots=True)
class Box:
    """An answer to tick: its words, what it leads to by itself, and the medicines it rules out; both empty for nothing."""

    words: str
    leads: str = ""
    rules_out: str = ""


@dataclass(frozen=True, slots=True)
class BoxesUnder:
    """Answers of a long list that rule out the same: the heading says what; empty where the list is short."""

    heading: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class QuestionOnPaper:
    """One question as it is written on paper.

    ``blank`` is what is filled in (``____ kg``); empty where boxes are ticked. ``bounds`` are the numbers that lead to something, as boxes
    nobody ticks. ``remarks`` say whom it is asked of, and how a missing answer counts.
    """

    number: int
    ask: str
    help: str
    blank: str
    boxes: tuple[BoxesUnder, ...]
    bounds: tuple[Box, ...]
    remarks: tuple[str, ...]
    judgement: bool
    not_known: bool


@dataclass(frozen=True, slots=True)
class PageOnPaper:
    """One page of the conversation on paper: its title, what to mind, its questions."""

    title: str
    prompts: tuple[str, ...]
    questions: tuple[QuestionOnPaper, ...]


@dataclass(frozen=True, slots=True)
class Stops:
    """What stops only with several answers together: what to do, why, and the answers, a sentence a line."""

    leads: str
    because: str
    when: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Going:
    """One way to come out: what to do, and to whom that sends."""

    to_do: str
    where_to: str


@dataclass(frozen=True, slots=True)
class Asks:
    """Boxes that a record takes, in the words of its lists: what is ticked, and between what."""

    what: str
    boxes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BlankForm:
    """The whole form. ``until`` says until when it may be used; ``documents`` name each signed document that has to lie beside it.

    ``charged``: a prescription charge is due, or an exemption is put down.
    """

    identity: Identity
    practice: str
    until: str
    documents: tuple[str, ...]
    lists: tuple[str, ...]
    pages: tuple[PageOnPaper, ...]
    together: tuple[Stops, ...]
    treatment: tuple[Stops, ...]
    scores: tuple[str, ...]
    going: tuple[Going, ...]
    not_known: tuple[Going, ...]
    when_to_get_help: tuple[str, ...]
    patient: tuple[Asks, ...]
    consent: tuple[Asks, ...]
    decision: tuple[Asks, ...]
    supply: tuple[Asks, ...]
    charged: bool

    @property
    def running(self) -> str:
        """What stands at the top of every page."""
        return f"{self.identity.running} · {self.until}"


def blank_form(pathway: Pathway, on: date, *, practice: bool = False) -> BlankForm:
    """The form of a pathway as it stands on a day; ``practice`` marks every page as no real patient's."""
    return _BlankWriter(pathway, on).form(practice=practice)


class _BlankWriter:
    def __init__(self, pathway: Pathway, on: date):
        self._pathway, self._on = pathway, on
        self._alone, self._wording = Alone(pathway), Wording(pathway)
        self._number = 0

    def form(self, *, practice: bool) -> BlankForm:
        pathway = self._pathway
        explained = dict.fromkeys(one.explained_by for one in pathway.questions.values() if one.explained_by)
        return BlankForm(
            identity=identity_of_condition(pathway),
            practice=PRACTICE if practice else "",
            until=_until(pathway, self._on),
            documents=tuple(self._documents()),
            lists=tuple(pathway.lists[name].title for name in explained if name in pathway.lists),
            pages=tuple(self._page(page) for page in _pages(pathway)),
            together=tuple(self._stops(one) for one in together(pathway.stopping)),
            treatment=tuple(self._rows()),
            scores=tuple(self._scores()),
            going=tuple(self._going()),
            not_known=tuple(self._not_known()),
            when_to_get_help=tuple(one.says for one in pathway.safety_netting if EVERYONE in one.audience),
            patient=tuple(_of_patient(pathway.service)),
            consent=tuple(_of_consent(pathway.service)),
            decision=(*_of_decision(pathway), *_of_duties(pathway)),
            supply=tuple(self._of_supply()),
            charged=pathway.service is None or pathway.service.charged,
        )

    def _documents(self) -> Iterator[str]:
        for pgd in self._pathway.pgds.values():
            period = pgd.edition.in_force
            last = f", to {day(period.last)}" if period.last is not None else ""
            out = "" if self._on in period else "; NOT IN FORCE, not to be supplied"
            yield f"{kind_in_short(pgd)} {pgd.medicine}, version {pgd.edition.version}{last}{out}"

    # Questions

    def _page(self, page: Page) -> PageOnPaper:
        prompts = tuple(one.says for one in self._pathway.prompts if page.title in one.at)
        return PageOnPaper(
            page.title, prompts, tuple(self._written(self._pathway.questions[name]) for name in page.facts)
        )

    def _written(self, question: Question) -> QuestionOnPaper:
        self._number += 1
        return QuestionOnPaper(
            number=self._number,
            ask=question.ask,
            help=question.help,
            blank=_blank(question),
            boxes=tuple(self._boxes(question)),
            bounds=tuple(self._bounds(question)),
            remarks=tuple(self._remarks(question)),
            judgement=question.judgement,
            not_known=question.name != LIFE_THREATENING,
        )

    def _boxes(self, question: Question) -> Iterator[BoxesUnder]:
        match question.answer:
            case Answer.YES_NO:
                yield BoxesUnder("", (self._box(question, "Yes", True), self._box(question, "No", False)))
            case Answer.ONE_OF:
                yield BoxesUnder("", tuple(self._box(question, _says(one), one.name) for one in question.choices))
            case Answer.ANY_OF:
                yield from self._several(question)
            case _:
                return

    def _several(self, question: Question) -> Iterator[BoxesUnder]:
        """None of these first; then the answers, those that lead to the same under one heading."""
        yield BoxesUnder("", (Box("None of these"),))
        alike: dict[tuple[str, str], list[Box]] = {}
        for one in question.choices:
            leads = self._alone.of(question, (one.name,))
            rules_out = self._medicines((*leads.rules_out, *(bar.pgd for bar in one.bars)))
            alike.setdefault((leads.to_do, rules_out), []).append(Box(_says(one)))
        for (leads_to, rules_out), boxes in alike.items():
            if len(boxes) == 1:
                yield BoxesUnder("", (Box(boxes[0].words, leads_to, rules_out),))
                continue
            ruled = f"rules out {rules_out}" if rules_out else "rules nothing out by itself: see the signed document"
            yield BoxesUnder("; ".join(filter(None, (leads_to, ruled))), tuple(boxes))

    def _box(self, question: Question, words: str, value: bool | str) -> Box:
        return self._led(words, self._alone.of(question, value))

    def _bounds(self, question: Question) -> Iterator[Box]:
        if question.answer in (Answer.WHOLE_NUMBER, Answer.NUMBER):
            yield from (self._led(one.words, one.leads) for one in self._alone.stretches(question))

    def _led(self, words: str, leads: Leads) -> Box:
        # Whom an answer stops gets no medicine here, so what it rules out besides needs no room.
        return Box(words, leads.to_do, "" if leads.criterion is not None else self._medicines(leads.rules_out))

    def _medicines(self, pgds: tuple[str, ...]) -> str:
        """The medicines of PGDs; *every medicine* where it is all of several."""
        found = [one.medicine for name, one in self._pathway.pgds.items() if name in pgds]
        if len(found) == len(self._pathway.pgds) > 1:
            return "every medicine"
        return listed(found) if found else ""

    def _remarks(self, question: Question) -> Iterator[str]:
        if question.observation == UPPER_FIGURE:
            yield "Every reading, in order, with its arm: ___/___ __  ___/___ __  ___/___ __. From 140/90 a second; the lower of the last two is recorded."
        if question.asked_when is not None:
            yield f"Only: {' '.join(self._wording.lines(question.asked_when))}."
        if question.name == LIFE_THREATENING:
            yield "Never required."
        if question.if_not_answered is Kind.REFER_URGENT:
            yield "Not known: the same day."
        if question.moment is not None:
            counts = "long" if question.moment.as_long_as_possible else "short"
            yield f"Until {question.moment.until}. Where only the day is known the time counts as {counts} as possible."

    # What needs several answers

    def _stops(self, rule: Judged) -> Stops:
        outcome = outcomes_of(rule)[0]
        to = f" (to: {rule.where_to})" if rule.where_to else ""
        return Stops(f"{in_words(outcome)}{to}", rule.because, self._when(rule))

    def _when(self, rule: Judged) -> tuple[str, ...]:
        if rule.sentence is None:
            return ("everyone else",)
        first, *others = self._wording.lines(rule.sentence)
        return (f"unless {first}" if rule.must else first, *others)

    def _rows(self) -> Iterator[Stops]:
        for row in self._pathway.treatment:
            if row.offers:
                to = f" (to: {row.where_nothing})" if row.where_nothing else ""
                nothing = f"; ruled out: {in_words(outcomes_of(row)[1])}{to}"
                yield Stops(f"Offer {offer_in_words(self._pathway, row)}{nothing}", row.because, self._when(row))
            else:
                yield self._stops(row)

    def _going(self) -> Iterator[Going]:
        """Each outcome that is reached before treatment, the most urgent first, and to whom it sends where no answer says so."""
        for outcome in OUTCOMES:
            said = self._pathway.where_to.get(outcome.kind)
            if said is not None:
                yield Going(in_words(outcome), said.says)

    def _not_known(self) -> Iterator[Going]:
        """What becomes of somebody of whom an answer that matters cannot be found out (rule 9 of clinical/README.md)."""
        urgent, other = (self._pathway.where_to.get(kind) for kind in (Kind.REFER_URGENT, Kind.REFER))
        if urgent is not None:
            signs = "an answer that could mean an emergency or the same day, or marked so"
            yield Going(f"{signs}: {in_words(Outcome(Kind.REFER_URGENT))}", urgent.says)
        if other is not None:
            yield Going(f"another answer that matters: {in_words(Outcome(Kind.REFER))}", other.says)

    def _scores(self) -> Iterator[str]:
        for one in self._pathway.named:
            if one.points:
                items = "; ".join(self._wording.words(item) for item in one.sentence.inner())
                yield f"{one.says or one.name}, one point each: {items}"

    def _of_supply(self) -> Iterator[Asks]:
        if self._pathway.pgds:
            yield Asks("Medicine", tuple(dict.fromkeys(one.medicine for one in self._pathway.pgds.values())))
        yield Asks("Told", ("about the medicine", "when to get help", "leaflet given"))
        yield Asks("Collected by", ("the patient", "somebody else: ____"))


def _pages(pathway: Pathway) -> Iterator[Page]:
    """The pages of the conversation, and, where content has some, the questions that stand on none."""
    placed = {name for page in pathway.pages for name in page.facts}
    rest = tuple(name for name in pathway.questions if name not in placed)
    yield from pathway.pages
    if rest:
        yield Page("More questions" if pathway.pages else "Questions", rest)


def _blank(question: Question) -> str:
    """What is filled in, where nothing is ticked."""
    match question.answer:
        case Answer.DATE:
            return "__ / __ / ____ (day, month, year)"
        case Answer.WHOLE_NUMBER | Answer.NUMBER:
            low, high = (plain(end) if end is not None else "" for end in (question.low, question.high))
            fits = f" ({low} to {high})" if low and high else ""
            hours = "day __ / __ / ____ time __ : __ = " if question.moment is not None else ""
            return f"{hours}______ {question.unit}{fits}"
        case _:
            return ""


def _says(choice: Choice) -> str:
    return choice.says or choice.name.replace("_", " ")


def _until(pathway: Pathway, on: date) -> str:
    """Until when the form may be used: the first day on which one of its documents ends."""
    periods = [
        pathway.edition.in_force,
        *(pgd.edition.in_force for pgd in pathway.pgds.values() if on in pgd.edition.in_force),
    ]
    ends = [one.last for one in periods if one.last is not None]
    if len(periods) == 1 and pathway.pgds:
        return "no document of a medicine is in force: nothing may be supplied"
    if not ends:
        return f"valid from {day(pathway.edition.in_force.first)}, no last day is known"
    return f"valid to {day(min(ends))}"


# What a record takes of people, in the words of its own lists


def _listed(what: str, name: str) -> Asks:
    return Asks(what, tuple(coded_lists()[name].items.values()))


def _of_patient(service: Service | None) -> Iterator[Asks]:
    yield Asks("On the NHS record", get_args(Sex))
    ways = [one.id for one in service.ways_in if one.id in coded_lists()["way in"].items] if service is not None else []
    yield Asks("Came", tuple(dict.fromkeys((*USUAL_WAYS_IN[:-1], *ways, USUAL_WAYS_IN[-1]))))
    yield Asks("Held", tuple(one.value for one in Channel))
    yield Asks("Chaperone", tuple(coded_lists()["chaperone"].items))


def _of_consent(service: Service | None) -> Iterator[Asks]:
    yield Asks("GP may be told", ("yes", "no, because: ____", "not asked"))
    if service is not None and any(one.id == "app" for one in service.consents):
        yield Asks("May be seen in the NHS App", ("yes", "no", "not asked"))
        yield _listed("May be reached only", "contact")
    yield Asks("Record may be read", ("yes: read ____", "no", "not asked"))
    yield Asks("Told what is shared", ("yes", "no"))
    yield Asks("Consent by", ("patient", "parent or guardian: ____", "other: ____"))
    yield Asks(f"On what ground (under {CONSENTS_FROM}, or somebody else)", tuple(coded_lists()["competence"].items))


def _of_decision(pathway: Pathway) -> Iterator[Asks]:
    measures = any(one.kind is Kind.MEASURE_NEXT for one in pathway.treatment)
    yield Asks("Done", tuple(one for one in get_args(Done) if measures or one not in FITS[Kind.MEASURE_NEXT.key]))
    yield _listed("How soon", "urgency")
    yield _listed("Handed on", "handed over")
    yield Asks("Offered, not supplied", tuple(coded_lists()["no supply"].items))


def _of_duties(pathway: Pathway) -> Iterator[Asks]:
    """What has to be done whatever the outcome; whom it is for stands in the pathway's document."""
    for one in pathway.duties:
        yield Asks(f"{one.says.rstrip('.')}{f' ({one.who})' if one.who else ''}", ("done", "not, because: ____"))
