"""One condition's pathway as frozen data: stopping criteria, then one treatment table. There is no routing to follow."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field

from pharmacyfirst.classes import dataclass
from pharmacyfirst.kernel.conditions import MET, NOT_MET, Answers, Condition
from pharmacyfirst.kernel.evidence import NO_BACKING, Backed, Backing, OpenItem, Source, Statement
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.outcome import Kind, Outcome
from pharmacyfirst.kernel.pgd import PGD, Edition, SourceDocument, Withdrawal
from pharmacyfirst.kernel.questions import LIFE_THREATENING, Choice, Question
from pharmacyfirst.kernel.rule import Finding, Judged, Rule
from pharmacyfirst.kernel.service import Service

TREATMENT = "treatment"
GATEWAY = "gateway points"
PATHWAY = "pathway"


@dataclass(frozen=True, slots=True)
class AllowedChannel:
    """A way to hold the consultation, and whether the service allows it: ``yes``, ``no``, ``not known`` or words of its own."""

    name: str
    allowed: str
    backing: Backing = NO_BACKING


@dataclass(frozen=True, slots=True, kw_only=True)
class Named(Rule):
    """A score or a definition: words that several sentences share. ``points`` is true of a score, ``says`` is its title or meaning.

    ``id`` is empty where the file gives it none. ``shared`` is true of a definition that stands in ``pathways/shared/``.
    """

    name: str
    says: str
    sentence: Condition
    points: bool
    shared: bool = False

    def in_words(self) -> str:
        """What it is, for instance ``score feverpain``."""
        return f"{'score' if self.points else 'definition'} {self.name}"

    @property
    def place(self) -> str:
        """The same for whoever reads, ``score “FeverPAIN”``; by its name where it has no words of its own."""
        return f"{'score' if self.points else 'definition'} “{self.says}”" if self.says else self.in_words()


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion(Judged):
    """A stopping criterion: whatever ends the pathway before treatment, with the kind of outcome it ends in.

    ``always_999``: an emergency that says 999 itself. ``within_days`` and ``next`` are those of the outcome that it decides.
    """

    sentence: Condition
    kind: Kind
    always_999: bool = False
    within_days: int | None = None
    next: str | None = None

    @property
    def urgency(self) -> int:
        """Smaller is more urgent; an emergency that is always 999 stands before the others."""
        return 2 * self.kind - self.always_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Judged):
    """A row of the treatment table; without a sentence it is met. ``offers`` are PGD ids in order of preference.

    ``fallback``: the second offer opens only where an exclusion of the first is met (*or B where that is excluded*).
    ``each``: the offers are alike right, and one that is not decided yet holds up none that is clear (*offer each of A, B*).
    ``nothing_left`` is the kind of outcome where none of the offers may be made (rule 4), ``where_nothing`` to whom somebody then goes.
    ``leads_to`` is the id of the pathway by which somebody is measured next.
    """

    kind: Kind
    offers: tuple[str, ...] = ()
    fallback: bool = False
    nothing_left: Kind = Kind.REFER
    where_nothing: str = ""
    each: bool = False
    leads_to: str | None = None
    within_days: int | None = None
    next: str | None = None
    stage: str = TREATMENT

    def outcome(self, kind: Kind) -> Outcome:
        """The outcome where the row decides and comes to this kind. What stands beside ``then`` goes with that alone, not with nothing left."""
        return Outcome(kind, self.leads_to, self.within_days, self.next) if kind is self.kind else Outcome(kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayPoint(Rule):
    """A point that decides payment only; nothing else reads it (rule 5).

    Reached when every criterion that ``after`` names, by heading or by id, is known and clear and the sentence holds; not reached when
    one of them is met or the sentence is not; else it is not known, as it is while its position has not been read.
    """

    after: tuple[str, ...]
    position_known: bool = True
    stage: str = GATEWAY

    def comes_after(self, criterion: Criterion) -> bool:
        """Whether the criterion closes the point where it is met."""
        return criterion.stage in self.after or criterion.id in self.after


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the conversation: its title, and the questions that stand there, in the order to ask them. It decides nothing."""

    title: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """When a record may say that somebody has the condition. Nothing that decides reads this.

    ``clear`` names headings or ids of stopping criteria that must be known and clear; the sentence must hold. ``otherwise`` is what
    the patient *presented with* where it is not so.
    """

    clear: tuple[str, ...]
    otherwise: str
    sentence: Condition | None = None
    backing: Backing = NO_BACKING

    def established(self, stops: Iterable[Finding[Criterion]], answers: Answers) -> bool:
        """Whether it is established, by what was found of the stopping criteria and by the answers."""
        named = (one for one in stops if one.item.stage in self.clear or one.item.id in self.clear)
        clear = all(one.verdict is NOT_MET for one in named)
        return clear and (self.sentence is None or self.sentence.verdict(answers) is MET)


@dataclass(frozen=True, slots=True)
class ConditionCode:
    """A SNOMED CT code of the condition. ``of_the_condition`` is true of the one that says a person has it; ``use`` is what the file says."""

    code: str
    says: str
    use: str
    of_the_condition: bool
    backing: Backing = NO_BACKING


@dataclass(frozen=True, slots=True)
class Conflict:
    """Sources that disagree, and what is shipped."""

    id: str
    says: str
    shipped: str
    backing: Backing = NO_BACKING


@dataclass(frozen=True, slots=True)
class SharedList:
    """A list in ``pathways/shared/`` that a condition uses: one for people to read, or one of answers that questions take.

    ``parts`` are the statements of a readable list, by heading; ``choices`` the answers it gives, with what it says of each, which the
    questions hold too. ``sources`` are what its own tags stand for: L1 there and L1 in the condition's file are different sources.
    """

    name: str
    title: str
    parts: Mapping[str, tuple[Statement, ...]]
    choices: tuple[Choice, ...]
    sources: Mapping[str, Source]


@dataclass(frozen=True, slots=True)
class Pathway:
    """A pathway with the PGDs it offers, as they stand on one day. Never changes; threads may share it.

    ``where_to`` says where somebody goes by the kind of outcome, unless what decided says so itself; ``pages`` are the conversation;
    ``cannot_be`` are the stopping criteria that say two answers contradict each other; ``withdrawn`` are the versions of its documents
    that were taken back. ``gated`` are the questions that may go unasked: those with a gate, in the order of the file, and
    ``life_threatening``. ``content_digest`` is SHA-256 over the condition's name, the pathway file, its PGD files and the shared files
    they use.
    """

    id: str
    title: str
    edition: Edition
    questions: Mapping[str, Question]
    stopping: tuple[Criterion, ...]
    treatment: tuple[Row, ...]
    gateways: tuple[GatewayPoint, ...]
    pgds: Mapping[str, PGD]
    source_documents: tuple[SourceDocument, ...] = ()
    channels: tuple[AllowedChannel, ...] = ()
    named: tuple[Named, ...] = ()
    advice: tuple[Statement, ...] = ()
    safety_netting: tuple[Statement, ...] = ()
    leaflets: tuple[Statement, ...] = ()
    records: tuple[Statement, ...] = ()
    prompts: tuple[Statement, ...] = ()
    duties: tuple[Statement, ...] = ()
    codes: tuple[ConditionCode, ...] = ()
    open_items: Mapping[str, OpenItem] = Frozen()
    conflicts: tuple[Conflict, ...] = ()
    lists: Mapping[str, SharedList] = Frozen()
    sources: Mapping[str, Source] = Frozen()
    title_for_patients: str = ""
    where_to: Mapping[Kind, Statement] = Frozen()
    pages: tuple[Page, ...] = ()
    diagnosis: Diagnosis | None = None
    cannot_be: tuple[str, ...] = ()
    withdrawn: tuple[Withdrawal, ...] = ()
    content_digest: str = ""
    service: Service | None = None
    # Looked through for every person, so they are picked out once.
    gated: tuple[Question, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        questions = self.questions.values()
        gated = (one for one in questions if one.asked_when is not None or one.name == LIFE_THREATENING)
        object.__setattr__(self, "gated", tuple(gated))

    @property
    def draft(self) -> bool:
        """Whether the pathway or one of its PGDs is not published."""
        return self.edition.draft or any(pgd.edition.draft for pgd in self.pgds.values())

    def rules(self) -> Iterator[Rule]:
        """Every rule of the pathway and its PGDs, in the order of the files; an exclusion of every medicine once for each PGD."""
        yield from (*self.named, *self.stopping, *self.treatment, *self.gateways)
        for pgd in self.pgds.values():
            yield from pgd.rules()

    def sentences(self) -> tuple[Condition, ...]:
        """Every sentence that something is judged by, gates of questions included; ``inner()`` leads to scores and definitions."""
        gates = (question.asked_when for question in self.questions.values())
        ruling = (rule.sentence for rule in self.rules() if not isinstance(rule, Named))
        diagnosed = self.diagnosis.sentence if self.diagnosis is not None else None
        return tuple(one for one in (*ruling, *gates, diagnosed) if one is not None)

    def backed(self) -> Iterator[Backed]:
        """Everything of the condition that has evidence, open items or a note, the pathway's file first, in the order of the files.

        An exclusion of every medicine stands in the pathway's file, and is given there, once; what a shared list says, there.
        """
        yield from (Backed(PATHWAY, *one) for one in self._own() if one[1])
        yield from (one for pgd in self.pgds.values() for one in pgd.backed() if one.backing)
        for shared in self.lists.values():
            for heading, statements in shared.parts.items():
                yield from (Backed(shared.name, heading, one.backing) for one in statements)
            for choice in shared.choices:
                place = f"answer “{choice.says or choice.name}”"
                yield from (Backed(shared.name, *one) for one in _answer(choice, shared.name, place) if one[1])

    def _own(self) -> Iterator[tuple[str, Backing]]:
        yield "in force", self.edition.dates
        yield from ((f"where to, {kind.word}", one.backing) for kind, one in self.where_to.items())
        yield from ((f"source document {one.title}", one.backing) for one in self.source_documents)
        yield from ((f"channel {one.name}", one.backing) for one in self.channels)
        yield from ((one.place, one.backing) for one in self.named)
        yield from ((one.id, one.backing) for one in (*self.stopping, *self.treatment, *self.gateways))
        # One that takes a bar of the medicine may rest on something else for each.
        yield from dict.fromkeys((one.id, one.backing) for pgd in self.pgds.values() for one in pgd.every_medicine)
        for question in self.questions.values():
            yield from ((f"question “{question.in_short}”", one) for one in (question.backing, question.beside))
            if question.moment is not None:
                yield f"hours of question “{question.in_short}”", question.moment.backing
            for choice in question.choices:
                yield from _answer(choice, "", question.with_answer(choice.name))
        if self.diagnosis is not None:
            yield "diagnosis established when", self.diagnosis.backing
        said = (*self.advice, *self.safety_netting, *self.leaflets, *self.records, *self.prompts, *self.duties)
        yield from ((one.id, one.backing) for one in said)
        yield from ((f"code {one.code}", one.backing) for one in self.codes)
        yield from ((one.id, one.backing) for one in self.conflicts)
        yield from ((one.id, one.backing) for one in self.open_items.values())


def _answer(choice: Choice, shared: str, place: str) -> Iterator[tuple[str, Backing]]:
    """What stands behind an answer in one file: the shared list of that name, or the pathway's own."""
    for origin in choice.origins:
        if origin.shared == shared:
            yield place, origin.backing
            yield from ((f"{place}, {one.pgd}", one.backing) for one in origin.apart())
