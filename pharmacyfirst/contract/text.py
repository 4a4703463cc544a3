"""The JSON text of an assessment, byte for byte that of ``exact.write(assessment.as_dict())``, at a fraction of its cost.

Nearly all of the text is the same for everybody. It is written once: for each pathway, for each criterion the text around the answers
that it read, for each offer, for each set of people who are told the same. Of one person only the answers are written anew. Keys and
their order are those of ``kernel.fields``; a field that nothing is said about here is written as it stands there.

What is remembered goes by the ``id`` of an object, and keeps that object, so that the id stays its own.
"""

from collections.abc import Callable, Iterable
from dataclasses import fields
from itertools import starmap
from operator import attrgetter, getitem
from typing import Any, NamedTuple, TypeVar

from pharmacyfirst.exact import quoted, write
from pharmacyfirst.kernel.conditions import Condition, Count, Verdict, within
from pharmacyfirst.kernel.fields import JsonField, plainly
from pharmacyfirst.kernel.offer import Arises, Offer
from pharmacyfirst.kernel.outcome import Outcome
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import Answer
from pharmacyfirst.kernel.rule import Finding, Judged
from pharmacyfirst.kernel.tables import ASSESSMENT, LINE, OFFER, TraceLine
from pharmacyfirst.kernel.trace import Assessment, NotInForce

# What is remembered is thrown away as a whole once there is this much of it; made again it is the same.
MOST_PATHWAYS = 64
MOST_REMEMBERED = 4096
MOST_TEXTS_OF_A_LINE = 256
MOST_WAYS = 1024

THE_SAME_FOR_EVERYBODY = ("pathway", "version", "content_digest", "draft", "authority")

Key = TypeVar("Key")
Value = TypeVar("Value")


def text_of(assessment: Assessment) -> str:
    """The JSON text of an assessment, in one line."""
    pathway = assessment.pathway
    texts = _PATHWAYS.get(id(pathway))
    if texts is None:
        texts = _remember(_PATHWAYS, id(pathway), PathwayTexts(assessment), MOST_PATHWAYS)
    return texts.of(assessment)


def _remember(kept: dict[Key, Value], key: Key, value: Value, most: int = MOST_REMEMBERED) -> Value:
    if len(kept) >= most:
        kept.clear()
    kept[key] = value
    return value


class LineText(dict[Any, str]):
    """One line of the trace: what is the same for everybody, and the text for each of the answers that have been met with.

    ``asks`` names the question of a line that reads one answer, as most do, and its text goes by that answer; ``names`` are those of any
    other, and its text goes by the tuple of them. Equal answers to one question have one text: 37.0 is written as 37 is, and yes is never
    beside 1.
    """

    __slots__ = ("_around", "_yes_no", "asks", "finding", "names")

    def __init__(self, finding: Finding[Judged], found: Assessment) -> None:
        fields = LINE.as_dict(TraceLine(finding, found))
        self.finding = finding
        self.names = tuple(fields["read"])
        self.asks = self.names[0] if len(self.names) == 1 else None
        self._yes_no = [found.pathway.questions[name].answer is Answer.YES_NO for name in self.names]
        self._around = f"{{{', '.join(starmap(_with_gaps, fields.items()))}}}"

    def __missing__(self, answers: Any) -> str:
        """The text for an answer, or the answers, that it has not met with yet."""
        values = answers if self.asks is None else (answers,)
        text = self._around % tuple(map(write, values))
        of_the_questions = zip(self._yes_no, values, strict=True)
        if any(isinstance(value, bool) is not yes_no for yes_no, value in of_the_questions if value is not None):
            return text  # no answer that `assess` gives: 0 would be remembered for no
        return _remember(self, answers, text, MOST_TEXTS_OF_A_LINE)


class TraceWay(NamedTuple):
    """The lines of one trace that read one answer, which each asks, and the lines that read several, by their place. ``of`` is what it was made of."""

    of: tuple[Finding[Judged], ...]
    lines: list[dict[Any, str]]
    asks: list[str]
    of_several: list[tuple[int, LineText]]


class WhyTexts(NamedTuple):
    """How it came out, as text: what decided, why, to whom the person goes, what is not known of it. ``of`` is what it was made of."""

    of: tuple[Finding[Judged], ...]
    outcome: str
    decided_by: str
    if_not_answered: str
    reasons: str
    where_to: str
    open_items: str


class ToldTexts(NamedTuple):
    """What the patient is told, as text. ``of`` is what it was made of."""

    of: tuple[Offer, ...]
    advice: str
    safety_netting: str
    to_say: str


class Partly(NamedTuple):
    """An assessment with the texts that several of its fields come from."""

    found: Assessment
    why: WhyTexts
    told: ToldTexts


Writer = Callable[[Partly], str]


class PathwayTexts:
    """The texts that belong to one pathway, and how each field of an assessment by it is written."""

    def __init__(self, first: Assessment) -> None:
        self.pathway: Pathway = first.pathway
        self._lines: dict[int, LineText] = {}
        self._not_asked: dict[tuple[int, Verdict, tuple[str, ...]], LineText] = {}
        self._offers: dict[tuple[Any, ...], tuple[Offer, str]] = {}
        self._why: dict[tuple[Any, ...], WhyTexts] = {}
        self._told: dict[tuple[Any, ...], ToldTexts] = {}
        self._scored = _scored(self.pathway)
        self._seen: set[int] = set()
        self._ways: dict[int, TraceWay] = {}
        self._stopping = frozenset(one.id for one in self.pathway.stopping)
        said = (*self.pathway.advice, *self.pathway.safety_netting)
        # By no other id can somebody be told more, or less (``Assessment.audience``).
        self._told_by = {word for one in said for word in one.audience} | {
            row.id for row in self.pathway.treatment if row.offers
        }
        self._conditional = tuple(one.sentence for one in said if one.sentence is not None)
        self._read_by_conditions = _read_by(self.pathway, self._conditional)
        self._said: dict[tuple[Any, ...], tuple[Verdict, ...]] = {}
        self._fields = tuple(self._fields_of(first))

    def of(self, found: Assessment) -> str:
        """The text of an assessment by this pathway."""
        partly = Partly(found, self._why_of(found), self._told_of(found))
        return "".join([part for before, written in self._fields for part in (before, written(partly))])

    def _fields_of(self, first: Assessment) -> Iterable[tuple[str, Writer]]:
        """What writes each field that is not the same for everybody, with the text that stands before it; the end comes last."""
        writers = self._writers()
        same, before = "", "{"
        for field in ASSESSMENT.fields:
            if field.left_out and field.of(first) is None:  # by the pathway: it has none for anybody
                continue
            same += f"{before}{quoted(field.key)}: "
            if field.key in THE_SAME_FOR_EVERYBODY:
                same += write(field.of(first))
            else:
                yield same, writers.get(field.key) or _as_it_stands(field)
                same = ""
            before = ", "
        yield same, lambda _: "}"

    def _writers(self) -> dict[str, Writer]:
        return {
            "outcome": lambda one: one.why.outcome,
            "offers": lambda one: f"[{', '.join(map(self._offer, one.found.offers))}]" if one.found.offers else "[]",
            "decided_by": lambda one: one.why.decided_by,
            "if_not_answered": lambda one: one.why.if_not_answered,
            "reasons": lambda one: one.why.reasons,
            "where_to": lambda one: one.why.where_to,
            "missing": lambda one: _names(one.found.missing),
            "gateways": lambda one: _names(one.found.gateways),
            "gateways_not_known": lambda one: _names(one.found.gateways_not_known),
            "for_the_record": lambda one: (
                "[]" if one.found.known.keys() >= self._scored else _names(one.found.for_the_record)
            ),
            "open_items": lambda one: one.why.open_items,
            "to_say": lambda one: one.told.to_say,
            "advice": lambda one: one.told.advice,
            "safety_netting": lambda one: one.told.safety_netting,
            "trace": lambda one: self._trace(one.found),
        }

    def _why_of(self, found: Assessment) -> WhyTexts:
        # A stopping criterion decides where it is met, and its words are the same for everybody; so are those of any other rule, but for
        # those of a clause, which name the answers that it looks for.
        deciding = () if self._stopping.issuperset(found.decided_by) else found.deciding
        key = (
            _all_of(found.outcome), found.if_not_answered, found.decided_by, *[offer.open_items for offer in found.offers],
            *[(id(one.item), one.verdict, *map(found.known.get, one.item.reads if one.item.pgd else ())) for one in deciding],
        )  # fmt: skip
        kept = self._why.get(key)
        return kept or _remember(self._why, key, WhyTexts(deciding, *map(_field(found), WhyTexts._fields[1:])))

    def _told_of(self, found: Assessment) -> ToldTexts:
        # All that a statement can be addressed to, and which of those that are said under a condition are.
        key = (
            found.outcome.kind, found.if_not_answered, tuple([one for one in found.decided_by if one in self._told_by]),
            tuple([offer.pgd.id for offer in found.offers]), self._conditions_met(found),
            *[(id(offer.row), *_raised(offer), offer.instructions) for offer in found.offers],
        )  # fmt: skip
        kept = self._told.get(key)
        return kept or _remember(self._told, key, ToldTexts(found.offers, *map(_field(found), ToldTexts._fields[1:])))

    def _conditions_met(self, found: Assessment) -> tuple[Verdict, ...]:
        """The verdicts on the conditions under which something is said; the same for all of whom the same is known of what these read."""
        known = tuple(map(found.known.get, self._read_by_conditions))
        said = self._said.get(known)
        if said is None:
            answers = found.answers
            said = _remember(self._said, known, tuple([one.verdict(answers) for one in self._conditional]))
        return said

    def _offer(self, offer: Offer) -> str:
        supplied = [
            (id(one.product), one.bottles, one.quantity and (one.quantity.amount, one.quantity.unit))
            for one in offer.supplied
        ]
        key = (
            id(offer.pgd), id(offer.row), offer.dose.amount, offer.dose.unit, *supplied, *_raised(offer), offer.open_items,
            offer.instructions,
        )  # fmt: skip
        kept = self._offers.get(key)
        if kept is None:
            kept = _remember(self._offers, key, (offer, write(OFFER.as_dict(offer))))
        return kept[1]

    def _trace(self, found: Assessment) -> str:
        answer = found.known.get
        way = self._ways.get(id(found.findings))
        if way is None:
            lines = self._lines_of(found)
            texts = [line[answer(asks) if (asks := line.asks) else tuple(map(answer, line.names))] for line in lines]
        else:
            texts = list(map(getitem, way.lines, map(answer, way.asks)))
            for at, line in way.of_several:
                texts[at] = line[tuple(map(answer, line.names))]
        return f"[{', '.join(texts)}]"

    def _lines_of(self, found: Assessment) -> list[LineText]:
        """The lines of these findings; what many people share, as one tuple (``fast.ends``), is looked up together from its third time."""
        findings, kept = found.findings, self._lines.get
        lines = [self._line(finding, found) if (line := kept(id(finding))) is None else line for finding in findings]
        if id(findings) in self._seen:
            several = [(at, line) for at, line in enumerate(lines) if line.asks is None]
            of_one = [_NO_LINE if line.asks is None else line for line in lines]
            way = TraceWay(findings, of_one, [line.asks or "" for line in lines], several)
            _remember(self._ways, id(findings), way, MOST_WAYS)
        elif len(self._seen) < MOST_REMEMBERED:
            self._seen.add(id(findings))
        else:
            self._seen.clear()
        return lines

    def _line(self, finding: Finding[Judged], found: Assessment) -> LineText:
        """The text of a finding that is not remembered as it is: one that was made for this person, or one not met with before."""
        item = finding.item
        if isinstance(item, NotInForce):  # made for this person too
            return LineText(finding, found)
        if finding is item.met or finding is item.not_met or finding is item.not_known:
            return _remember(self._lines, id(finding), LineText(finding, found))
        key = (id(item), finding.verdict, finding.not_asked)
        kept = self._not_asked.get(key)
        return _remember(self._not_asked, key, LineText(finding, found)) if kept is None else kept


_ALONE = {key: ASSESSMENT.only(key) for key in (*WhyTexts._fields[1:], *ToldTexts._fields[1:])}
_NO_LINE: dict[Any, str] = {None: ""}
_PATHWAYS: dict[int, PathwayTexts] = {}
_all_of = attrgetter(*(field.name for field in fields(Outcome)))  # an outcome itself hashes and compares in Python


def _read_by(pathway: Pathway, sentences: Iterable[Condition]) -> tuple[str, ...]:
    """The facts of these sentences, and those by which it is known whether they are asked."""
    names = dict.fromkeys(fact for one in sentences for fact in one.facts())
    for name in (waiting := list(names)):
        question = pathway.questions.get(name)
        gate = question.asked_when if question is not None else None
        more = [fact for fact in gate.facts() if fact not in names] if gate is not None else []
        names.update(dict.fromkeys(more))
        waiting += more
    return tuple(names)


def _scored(pathway: Pathway) -> frozenset[str]:
    """The facts of every score that something is judged by."""
    scores = {named.name for named in pathway.named if named.points}
    pgds = [rule for pgd in pathway.pgds.values() for rule in (*pgd.judged(), *pgd.doses)]
    judged: list[Judged] = [*pathway.stopping, *pathway.treatment, *pgds]
    said = [one for rule in judged if rule.sentence is not None for one in within(rule.sentence)]
    return frozenset(fact for one in said if isinstance(one, Count) and one.name in scores for fact in one.facts())


def _raised(offer: Offer) -> list[tuple[int, Arises]]:
    """Which cautions come with an offer, and how."""
    return [(id(one.caution), one.arises) for one in offer.cautions]


def _names(names: tuple[str, ...]) -> str:
    return f"[{', '.join(map(quoted, names))}]" if names else "[]"


def _field(found: Assessment) -> Callable[[str], str]:
    """What writes one field of an assessment, by its key, as its table has it."""
    return lambda key: write(_ALONE[key].as_dict(found)[key])


def _as_it_stands(field: JsonField[Assessment]) -> Writer:
    of, made = field.of, plainly(field.what)
    if made is not None:
        return lambda one: write(made(of(one.found)))
    # A day, a word or None: no type of a field has equal values that are written differently.
    texts: dict[Any, str] = {}

    def remembered(one: Partly) -> str:
        value = of(one.found)
        return texts.get(value) or _remember(texts, value, write(value))

    return remembered


def _with_gaps(key: str, value: Any) -> str:
    """A field of a line of the trace; its answers are gaps, and no other per cent sign is taken for one."""
    if key != "read":
        return f"{quoted(key)}: {write(value)}".replace("%", "%%")
    return f"{quoted(key)}: {{{', '.join(quoted(name) + ': %s' for name in value)}}}"
