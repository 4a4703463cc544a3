"""The JSON text of an assessment, byte for byte that of ``exact.write(assessment.as_dict())``, at a fraction of its cost.

Nearly all of the text is the same for everybody. It is written once: for each pathway, for each criterion the text around the answers
that it read, for each offer, for each set of people who are told the same. Of one person only the answers are written anew. Keys and
their order are those of ``kernel.fields``; a field that nothing is said about here is written as it stands there.

What is remembered goes by the ``id`` of an object, and keeps that object, so that the id stays its own.
"""

from collections.abc import Callable, Iterable
from itertools import starmap
from typing import Any, NamedTuple, TypeVar

from pharmacyfirst.exact import quoted, write
from pharmacyfirst.kernel.conditions import Verdict
from pharmacyfirst.kernel.fields import JsonField, plainly
from pharmacyfirst.kernel.offer import Arises, Offer
from pharmacyfirst.kernel.outcome import Outcome
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import Answer
from pharmacyfirst.kernel.rule import Finding, Judged
from pharmacyfirst.kernel.tables import ASSESSMENT, LINE, OFFER, OUTCOME, TraceLine
from pharmacyfirst.kernel.trace import Assessment, NotInForce

# What is remembered is thrown away as a whole once there is this much of it; made again it is the same.
MOST_PATHWAYS = 64
MOST_REMEMBERED = 4096
MOST_TEXTS_OF_A_LINE = 256

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


class LineText:
    """One line of the trace: what is the same for everybody, and the text for each of the answers that have been met with.

    ``asks`` names the question of a line that reads one answer, as most do; ``names`` are those of any other.
    """

    __slots__ = ("_around", "_yes_no", "asks", "finding", "names", "texts")

    def __init__(self, finding: Finding[Judged], found: Assessment) -> None:
        fields = LINE.as_dict(TraceLine(finding, found))
        self.finding = finding
        self.names = tuple(fields["read"])
        self.asks = self.names[0] if len(self.names) == 1 else None
        self.texts: dict[Any, str] = {}
        self._yes_no = [found.pathway.questions[name].answer is Answer.YES_NO for name in self.names]
        self._around = f"{{{', '.join(starmap(_with_gaps, fields.items()))}}}"

    def made(self, answers: Any) -> str:
        """The line for an answer, or the answers, that it has not met with yet."""
        values = answers if self.asks is None else (answers,)
        text = self._around % tuple(map(write, values))
        of_the_questions = zip(self._yes_no, values, strict=True)
        if any(isinstance(value, bool) is not yes_no for yes_no, value in of_the_questions if value is not None):
            return text  # no answer that `assess` gives: 0 would be remembered for no
        return _remember(self.texts, answers, text, MOST_TEXTS_OF_A_LINE)


class WhyTexts(NamedTuple):
    """What decided, as text: why, to whom the person goes, what is not known of it. ``of`` is what it was made of."""

    of: tuple[Finding[Judged], ...]
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
        self._scores = any(named.points for named in self.pathway.named)
        said = (*self.pathway.advice, *self.pathway.safety_netting)
        self._conditional = tuple(one.sentence for one in said if one.sentence is not None)
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
            "outcome": lambda one: _outcome(one.found.outcome),
            "offers": lambda one: f"[{', '.join(map(self._offer, one.found.offers))}]" if one.found.offers else "[]",
            "decided_by": lambda one: _names(one.found.decided_by),
            "reasons": lambda one: one.why.reasons,
            "where_to": lambda one: one.why.where_to,
            "missing": lambda one: _names(one.found.missing),
            "gateways": lambda one: _names(one.found.gateways),
            "gateways_not_known": lambda one: _names(one.found.gateways_not_known),
            "for_the_record": lambda one: _names(one.found.for_the_record) if self._scores else "[]",
            "open_items": lambda one: one.why.open_items,
            "to_say": lambda one: one.told.to_say,
            "advice": lambda one: one.told.advice,
            "safety_netting": lambda one: one.told.safety_netting,
            "trace": lambda one: self._trace(one.found),
        }

    def _why_of(self, found: Assessment) -> WhyTexts:
        deciding = found.deciding if found.decided_by else ()
        # The words of a clause name the answers that it looks for; those of any other rule are the same for everybody.
        key = (
            found.outcome, found.if_not_answered, *[offer.open_items for offer in found.offers],
            *[(id(one.item), one.verdict, *map(found.known.get, one.item.reads if one.item.pgd else ())) for one in deciding],
        )  # fmt: skip
        kept = self._why.get(key)
        return kept or _remember(
            self._why, key, WhyTexts(deciding, *map(_field(found), ("reasons", "where_to", "open_items")))
        )

    def _told_of(self, found: Assessment) -> ToldTexts:
        # All that a statement can be addressed to, and which of those that are said under a condition are.
        answers = found.answers if self._conditional else found.known
        key = (
            found.outcome.kind, found.if_not_answered, found.decided_by, *[offer.pgd.id for offer in found.offers],
            *[sentence.verdict(answers) for sentence in self._conditional],
            *[(id(offer.row), *_raised(offer)) for offer in found.offers],
        )  # fmt: skip
        kept = self._told.get(key)
        return kept or _remember(
            self._told, key, ToldTexts(found.offers, *map(_field(found), ("advice", "safety_netting", "to_say")))
        )

    def _offer(self, offer: Offer) -> str:
        supplied = [
            (id(one.product), one.bottles, one.quantity and (one.quantity.amount, one.quantity.unit))
            for one in offer.supplied
        ]
        key = (
            id(offer.pgd), id(offer.row), offer.dose.amount, offer.dose.unit, *supplied, *_raised(offer), offer.open_items,
        )  # fmt: skip
        kept = self._offers.get(key)
        if kept is None:
            kept = _remember(self._offers, key, (offer, write(OFFER.as_dict(offer))))
        return kept[1]

    def _trace(self, found: Assessment) -> str:
        answer, kept = found.known.get, self._lines
        lines = []
        for finding in found.findings:
            line = kept.get(id(finding)) or self._line(finding, found)
            asks = line.asks
            # Equal answers to one question have one text: 37.0 is written as 37 is, and yes is never beside 1.
            answers = answer(asks) if asks is not None else tuple(map(answer, line.names))
            lines.append(line.texts.get(answers) or line.made(answers))
        return f"[{', '.join(lines)}]"

    def _line(self, finding: Finding[Judged], found: Assessment) -> LineText:
        """The text of a finding that is not remembered as it is: one that was made for this person, or one not met with before."""
        item = finding.item
        if isinstance(item, NotInForce):  # made for this person too
            return LineText(finding, found)
        if finding is item.met or finding is item.not_met or finding is item.not_known:
            return _remember(self._lines, id(finding), LineText(finding, found))
        key = (id(item), finding.verdict, finding.not_asked)
        return self._not_asked.get(key) or _remember(self._not_asked, key, LineText(finding, found))


_PATHWAYS: dict[int, PathwayTexts] = {}
_OUTCOMES: dict[Outcome, str] = {}


def _outcome(outcome: Outcome) -> str:
    text = _OUTCOMES.get(outcome)
    return _remember(_OUTCOMES, outcome, write(OUTCOME.as_dict(outcome))) if text is None else text


def _raised(offer: Offer) -> list[tuple[int, Arises]]:
    """Which cautions come with an offer, and how."""
    return [(id(one.caution), one.arises) for one in offer.cautions]


def _names(names: tuple[str, ...]) -> str:
    return f"[{', '.join(map(quoted, names))}]" if names else "[]"


def _field(found: Assessment) -> Callable[[str], str]:
    """What writes one field of an assessment, by its key, as its table has it."""
    return lambda key: write(ASSESSMENT.only(key).as_dict(found)[key])


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
