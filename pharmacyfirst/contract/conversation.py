"""A consultation under way, page by page: what is asked now, what no longer matters, what is in the way, and where to go on.

Terminal and form hold the same conversation by this module. It decides nothing: every answer goes through ``assess``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import date
from enum import Enum
from typing import Any

from pharmacyfirst.classes import dataclass
from pharmacyfirst.fast.assess import assess
from pharmacyfirst.kernel.conditions import MET, NOT_KNOWN, NOT_MET, Count
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import Criterion, Page, Pathway, Row
from pharmacyfirst.kernel.questions import AGE, BORN, LIFE_THREATENING, Question
from pharmacyfirst.kernel.rule import Finding
from pharmacyfirst.kernel.trace import Assessment


class Stands(Enum):
    """How a question of a page stands: answered, still to ask, of no more weight, or not put to this person (yet)."""

    ANSWERED = "answered"
    OPEN = "open"
    NO_LONGER = "no longer changes the outcome"
    NOT_PUT = "not put"

    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Put:
    """A question of a page as it stands. ``in_the_way``: nobody knows the answer, and it can still change the outcome."""

    question: Question
    stands: Stands
    in_the_way: bool = False

    @property
    def shown(self) -> bool:
        """Whether it stands on the page."""
        return self.stands is not Stands.NOT_PUT


@dataclass(frozen=True, slots=True)
class StageSoFar:
    """A heading of stopping criteria: how many of them are known and clear, and the page on which the first one open is asked.

    ``page`` is the number of the page; None where nothing is open.
    """

    title: str
    clear: int
    of: int
    met: bool
    page: int | None


@dataclass(frozen=True, slots=True)
class ScoreSoFar:
    """A score that the pathway counts: the fewest and the most points it can come to, and of how many."""

    title: str
    fewest: int
    most: int
    of: int

    def in_words(self) -> str:
        """For instance ``FeverPAIN 3 of 5``, or ``FeverPAIN 3 to 5 of 5`` while an item is open."""
        points = str(self.fewest) if self.fewest == self.most else f"{self.fewest} to {self.most}"
        return f"{self.title} {points} of {self.of}"


@dataclass(frozen=True, slots=True)
class Conversation:
    """The conversation with one person so far.

    ``given`` are the answers: fact names and values, None for one that was asked for and that nobody knows; what is absent was not
    answered. Made by ``converse``.
    """

    assessment: Assessment
    given: Mapping[str, Any]
    _wanted: frozenset[str] = field(repr=False)

    @property
    def pathway(self) -> Pathway:
        """The pathway that is gone through."""
        return self.assessment.pathway

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages of the conversation."""
        return self.pathway.pages

    @property
    def decided(self) -> bool:
        """Whether there is an outcome."""
        return self.assessment.outcome.kind is not Kind.NEED_FACTS

    @property
    def emergency(self) -> bool:
        """Whether the person has to go at once, so that nothing more is asked."""
        return self.assessment.outcome.kind is Kind.EMERGENCY

    @property
    def stopped(self) -> tuple[Criterion, ...]:
        """The stopping criteria that are met."""
        return tuple(one.item for one in self._stops() if one.verdict is MET)

    @property
    def contradictions(self) -> tuple[Criterion, ...]:
        """The criteria met that say two answers contradict each other: to be said at the second of them, and asked again once."""
        return tuple(one for one in self.stopped if one.id in self.pathway.cannot_be)

    @property
    def wanted(self) -> tuple[str, ...]:
        """What is still to ask, in the order of the pages: what can change the outcome, then what the record alone wants."""
        return tuple(name for page in self.pages for name in page.facts if name in self._wanted)

    @property
    def open(self) -> tuple[str, ...]:
        """What is wanted and was not answered, in the order of the pages, and can be asked now."""
        return tuple(name for name in self.wanted if self.stands(name) is Stands.OPEN)

    @property
    def could_be_more_urgent(self) -> tuple[str, ...]:
        """Beside an outcome: what was not answered and could make it more urgent."""
        return tuple(name for name in self.assessment.missing if self.decided and name not in self.given)

    @property
    def in_the_way(self) -> tuple[str, ...]:
        """What was asked, is not known, and can still change the outcome."""
        missing = self.assessment.missing
        return tuple(name for name in missing if name in self.given and self.given[name] is None)

    @property
    def undecided_by_not_known(self) -> bool:
        """Whether everything was asked, and there is no outcome because of what nobody knows."""
        return not self.decided and not self.open

    def answered(self, name: str) -> bool:
        """Whether somebody gave an answer, if only that it is not known; the date of birth answers for the age."""
        return name in self.given or (name == AGE and BORN in self.given)

    def stands(self, name: str) -> Stands:
        """How a question stands. ``life_threatening`` is never put: it is a way out on every page, and nobody waits for it (rule 2)."""
        if name == LIFE_THREATENING and not self.given.get(name):
            return Stands.NOT_PUT
        if self.answered(name):
            return Stands.ANSWERED
        if not self._gate_open(name):
            return Stands.NOT_PUT
        if name in self._wanted or (self.decided and name in self.assessment.missing):
            return Stands.OPEN
        read_by_stops = any(name in one.reads for one in self.pathway.stopping)
        return Stands.NO_LONGER if read_by_stops and self.stopped else Stands.NOT_PUT

    def put(self, page: Page) -> tuple[Put, ...]:
        """The questions of a page as they stand, those that are not put too."""
        in_the_way = self.in_the_way
        return tuple(Put(self.pathway.questions[name], self.stands(name), name in in_the_way) for name in page.facts)

    def open_on(self, page: Page) -> tuple[str, ...]:
        """What is open on a page."""
        return tuple(name for name in page.facts if self.stands(name) is Stands.OPEN)

    def to_ask_on(self, page: Page) -> bool:
        """Whether anything of a page is put to this person."""
        return any(one.shown for one in self.put(page))

    def page_after(self, number: int) -> int | None:
        """The page to go on to: the next with something open, else the first that has; None where the outcome is next."""
        if self.emergency:
            return None
        numbers = [*range(number + 1, len(self.pages)), *range(number + 1)]
        return next((one for one in numbers if self.open_on(self.pages[one])), None)

    def page_of(self, name: str) -> int:
        """The number of the page on which a question stands."""
        return next(number for number, page in enumerate(self.pages) if name in page.facts)

    @property
    def stages(self) -> tuple[StageSoFar, ...]:
        """The headings of the stopping criteria, in the order of the file, with how far each is."""
        found: dict[str, list[Finding[Criterion]]] = {}
        for one in self._stops():
            found.setdefault(one.item.stage, []).append(one)
        return tuple(self._stage(title, findings) for title, findings in found.items())

    def _stage(self, title: str, findings: list[Finding[Criterion]]) -> StageSoFar:
        unknown = [name for one in findings if one.verdict is NOT_KNOWN for name in one.item.reads]
        pages = [self.page_of(name) for name in self.open if name in unknown]
        verdicts = [one.verdict for one in findings]
        return StageSoFar(title, verdicts.count(NOT_MET), len(findings), MET in verdicts, min(pages, default=None))

    @property
    def checked(self) -> tuple[str, ...]:
        """The medicines being looked at: only where every stopping criterion is known and clear, so that none is held out before."""
        if any(one.verdict is not NOT_MET for one in self._stops()):
            return ()
        offered = [
            pgd
            for one in self.assessment.findings
            if isinstance(one.item, Row) and one.verdict is not NOT_MET
            for pgd in one.item.offers
        ]
        return tuple(dict.fromkeys(self.pathway.pgds[pgd].medicine for pgd in offered))

    @property
    def scores(self) -> tuple[ScoreSoFar, ...]:
        """The scores of which something is known."""
        return tuple(self._scores())

    def _scores(self) -> Iterator[ScoreSoFar]:
        known = self.assessment.known
        for named in self.pathway.named:
            counted = named.sentence
            if named.points and isinstance(counted, Count) and not known.keys().isdisjoint(counted.facts()):
                yield ScoreSoFar(named.says or named.name, *counted.reach(known), len(counted.items))

    def emptied(self) -> tuple[str, ...]:
        """The answers given to questions that this person is not asked (any more): a change upstream empties what hung on it."""
        return tuple(name for name in self.given if self._gate(name) is NOT_MET)

    def _stops(self) -> Iterator[Finding[Criterion]]:
        stopping = len(self.pathway.stopping)  # their findings come first, one each
        yield from self.assessment.findings[:stopping]  # type: ignore[misc]

    def _gate(self, name: str) -> Any:
        gate = self.pathway.questions[name].asked_when
        return MET if gate is None else gate.verdict(self.assessment.answers)

    def _gate_open(self, name: str) -> bool:
        """Whether it can be put now: its gate is met, or was asked about and is not known."""
        verdict = self._gate(name)
        if verdict is not NOT_KNOWN:
            return verdict is MET
        gate = self.pathway.questions[name].asked_when
        return gate is not None and all(self.answered(one) for one in gate.unknown(self.assessment.answers))


def converse(pathway: Pathway, given: Mapping[str, Any], on: date) -> Conversation:
    """The conversation as it stands with these answers. Raises ``Refused`` as ``assess`` does."""
    assessment = assess(pathway, given, on)
    decided = assessment.outcome.kind is not Kind.NEED_FACTS
    return Conversation(assessment, given, frozenset(assessment.for_the_record if decided else assessment.missing))
