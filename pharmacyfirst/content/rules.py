"""What a pathway judges by: scores, definitions, stopping criteria, treatment rows and gateway points."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pharmacyfirst.content.amounts import days_within
from pharmacyfirst.content.blocks import HARM_LOST, HARM_MISSING, Form, Headings, identified, named_blocks, plain_name
from pharmacyfirst.content.definitions import own_definitions
from pharmacyfirst.content.for_people import where_nothing
from pharmacyfirst.content.sentence_forms import HARM_NEVER_MET
from pharmacyfirst.content.sentences import Vocabulary, nearest, suggest
from pharmacyfirst.content.shapes import (
    ALWAYS_999,
    EACH_OF,
    NOT_KNOWN,
    OFFER,
    RESULTS_WITHOUT_OFFER,
    SCORE,
    STOPPING_CRITERION,
)
from pharmacyfirst.content.shapes_of_definitions import DEFINITION
from pharmacyfirst.content.shapes_of_questions import SAME_DAY
from pharmacyfirst.content.text import List, Node, Place, Text
from pharmacyfirst.kernel.conditions import Condition
from pharmacyfirst.kernel.evidence import Grade
from pharmacyfirst.kernel.outcome import KIND_OF_WORD, STOPPING_KINDS, Kind
from pharmacyfirst.kernel.pathway import Criterion, GatewayPoint, Named, Row

_OFFER, _EACH_OF = re.compile(OFFER), re.compile(EACH_OF)
_HARM_LATER = (
    "Somebody who has to be seen at once would be told of a later day, or would wait for another consultation."
)


def read_named(
    form: Form, vocabulary: Vocabulary, ids: dict[str, Place], shared: Iterable[tuple[Text, Form]] = ()
) -> Iterator[Named]:
    """Scores and definitions, then the ``shared`` ones. All names are known before any body is read, so that they may stand in any order."""
    scores, of_all = list(form.forms("scores")), list(shared)
    definitions = [*own_definitions(form), *of_all]
    for name, inner in scores:
        points = inner.node("points")
        if isinstance(points, List):
            vocabulary.points[name.words] = points
        elif points is not None:
            inner.refuse("points", "points are a list", "Write one sentence a point, each with a dash.", HARM_MISSING)
    for name, inner in definitions:
        vocabulary.bodies[name.words] = inner.block
        if not any(heading in inner or heading in inner.misspelt for heading in DEFINITION.one_of):
            what, fix = f'"{name.words}" defines nothing', "Write when: or any of: and its sentences."
            form.mistakes.add(inner.block.place, what, fix, HARM_NEVER_MET)
    for name, inner in (*scores, *definitions):
        _has_one_meaning(name, inner, vocabulary)
        is_score = inner.shape is SCORE
        body = vocabulary.named(name.words) if name.words in (*vocabulary.points, *vocabulary.bodies) else None
        if body is not None:
            own_id = inner.node("id")
            yield Named(
                id=identified(own_id, form.mistakes, ids) if isinstance(own_id, Text) else "",
                stage="scores" if is_score else "definitions",
                sentence=body,
                backing=inner.backing(),
                name=name.words,
                says=inner.text("title" if is_score else "means"),
                points=is_score,
                shared=(name, inner) in of_all,
            )


def _has_one_meaning(name: Text, form: Form, vocabulary: Vocabulary) -> None:
    also = "question" if plain_name(name, form.mistakes) in vocabulary.questions else ""
    if name.words in vocabulary.points and name.words in vocabulary.bodies and form.shape is DEFINITION:
        also = "score"
    if also:
        what, fix = f'"{name.words}" is a {also} too', f"Give the {form.what} another name."
        form.mistakes.add(name.place, what, fix, "One name for two things is read as the wrong one.")


def read_criteria(
    form: Form, vocabulary: Vocabulary, ids: dict[str, Place], places: dict[str, Place]
) -> Iterator[Criterion]:
    """The stopping criteria, heading after heading; ``places`` gathers where each stands."""
    for stage, group in form.blocks("stopping criteria"):
        thens = [name for name, node in group.items.items() if isinstance(node, Text) and nearest(name, ("then",))]
        for heading in thens:
            if heading != "then":
                what, fix = f'"{heading}" is not a heading of stopping criteria', 'Did you mean "then"?'
                form.mistakes.add(group.keys[heading].place, what, fix, HARM_LOST)
        then = group.items.get(thens[0] if thens else "then")
        for name, block in named_blocks(group, STOPPING_CRITERION.name, form.mistakes, skip=("then", *thens)):
            inner = Form(block, STOPPING_CRITERION, form.tags, form.mistakes)
            identified(name, form.mistakes, ids)
            places[name.words] = name.place
            kind = _stopping_kind(inner.node("then") or then, inner)
            condition = one_sentence(inner, vocabulary)
            if kind is None or condition is None:
                inner.evidence(), inner.open_items()
                continue
            needs(inner, name.words)
            yield Criterion(
                id=name.words, stage=stage.words, sentence=condition, backing=inner.backing(), because=inner.text("because"),
                where_to=inner.text("where to"), must="must" in inner, kind=kind[0], always_999=kind[1],
                within_days=_within(inner, kind[0]), next=_next(inner, kind[0]),
            )  # fmt: skip


def one_sentence(form: Form, vocabulary: Vocabulary) -> Condition | None:
    """The sentence of a clause that cannot do without one, or without what its shape lets stand in its place."""
    written, headings = form.shape.one_of, form.shape.sentence
    of_another = {"when", "any of", "must"} & set(form.block.items) - set(headings)  # noted as unknown headings
    if not any(heading in form or heading in form.misspelt for heading in written) and not of_another:
        form.mistakes.add(
            form.block.place,
            f"this {form.what} has no sentence",
            f"Write {', '.join(written[:-1])} or {written[-1]}." if written[1:] else f"Write {written[0]}:.",
            HARM_MISSING,
        )
        return None
    return vocabulary.condition(form.block, headings)


def _stopping_kind(node: Node | None, form: Form) -> tuple[Kind, bool] | None:
    allowed = [kind.word for kind in STOPPING_KINDS]
    if node is None and "then" in form.misspelt:
        return None
    if node is None:
        form.mistakes.add(
            form.block.place,
            "nothing says what this ends in",
            "Write then: here, or once under the heading.",
            HARM_MISSING,
        )
        return None
    words = node.words if isinstance(node, Text) else ""
    always_999 = words == ALWAYS_999
    word = "emergency" if always_999 else words
    if word not in allowed:
        fix = suggest(word, allowed, f"Write one of: {', '.join(allowed)}; {ALWAYS_999}.")
        form.mistakes.add(
            node.place, f'"{words}" is not a kind that stops', fix, "Somebody would be sent to the wrong place."
        )
        return None
    return KIND_OF_WORD[word], always_999


def read_rows(form: Form, vocabulary: Vocabulary, ids: dict[str, Place], places: dict[str, Place]) -> Iterator[Row]:
    """The rows of the treatment table; ``places`` gathers where each stands."""
    fits = "self-care, refer, refer urgent, measure next, offer A, offer A and B, offer A, or B where that is excluded; or offer each of A, B"
    for name, inner in form.forms("treatment"):
        identified(name, form.mistakes, ids)
        places[name.words] = name.place
        result = inner.parsed("then", result_of, fits)
        has_sentence = any(heading in inner for heading in inner.shape.sentence)
        condition = vocabulary.condition(inner.block) if has_sentence else None
        if result is None or (has_sentence and condition is None):
            inner.evidence(), inner.open_items()
            continue
        kind, offers = result.kind, result.offers
        needs(inner, name.words, enables=kind is Kind.SUPPLY)
        yield Row(
            id=name.words, sentence=condition, backing=inner.backing(), because=inner.text("because"),
            where_to=inner.text("where to"), kind=kind, offers=offers, fallback=result.fallback, each=result.each,
            where_nothing=where_nothing(inner, offers), nothing_left=_nothing_left(inner, offers),
            leads_to=_leads_to(inner, kind), within_days=_within(inner, kind), next=_next(inner, kind),
        )  # fmt: skip


def _nothing_left(form: Form, offers: tuple[str, ...]) -> Kind:
    """The kind of outcome where a row's PGDs all rule somebody out: refer, unless the row says that they are seen the same day."""
    wanted = form.parsed("when nothing is left", lambda words: words == SAME_DAY or None, SAME_DAY)
    if wanted and not offers:
        form.refuse(
            "when nothing is left", "the row offers nothing", "Take it out, or write then: offer ...", HARM_LOST
        )
    return Kind.REFER_URGENT if wanted else Kind.REFER


def _within(form: Form, kind: Kind) -> int | None:
    """By when somebody has to be seen, in days. What is at once or the same day has no later one, nor has a supply."""
    if "within" in form and kind in (Kind.EMERGENCY, Kind.REFER_URGENT, Kind.SUPPLY):
        form.refuse("within", f'"{kind.word}" has no day by which', "Take within: out.", _HARM_LATER)
        return None
    return form.parsed("within", days_within, "7 days, or 3 weeks", _HARM_LATER)


def _next(form: Form, kind: Kind) -> str | None:
    """The pathway that may follow in the same visit; after an emergency none does. That it exists is seen with all of them read."""
    if "next" in form and kind is Kind.EMERGENCY:
        form.refuse("next", "nothing follows an emergency in the same visit", "Take next: out.", _HARM_LATER)
        return None
    return form.text("next") or None


def _leads_to(form: Form, kind: Kind) -> str | None:
    """The pathway by which somebody is measured next; such a row says which, and no other does."""
    if ("leads to" in form) is not (kind is Kind.MEASURE_NEXT) and "leads to" not in form.misspelt:
        what = "nothing says what is measured by next" if kind is Kind.MEASURE_NEXT else "the row measures nothing"
        fix = "Write leads to: and the pathway beside then: measure next, and beside nothing else."
        form.mistakes.add(
            form.block.place, what, fix, "Somebody would be sent to be measured, and nobody would know by what."
        )
    return form.text("leads to") or None


class RowResult(NamedTuple):
    """What stands after ``then:`` of a row: the kind, the PGDs, whether the second stands in for the first, and whether each stands for itself."""

    kind: Kind
    offers: tuple[str, ...] = ()
    fallback: bool = False
    each: bool = False


def result_of(words: str) -> RowResult | None:
    """What the words after ``then:`` of a row mean; None where they are no result of a row."""
    if words in RESULTS_WITHOUT_OFFER:
        return RowResult(KIND_OF_WORD[words])
    if match := _EACH_OF.fullmatch(words):
        offers = tuple(match.group(1).split(", "))
        return RowResult(Kind.SUPPLY, offers, each=True) if len({*offers}) == len(offers) else None
    if match := _OFFER.fullmatch(words):
        return RowResult(Kind.SUPPLY, tuple(pgd for pgd in match.groups() if pgd), bool(match.group(3)))
    return None


def read_gateways(form: Form, vocabulary: Vocabulary, ids: dict[str, Place], stops: set[str]) -> Iterator[GatewayPoint]:
    """The gateway points, each after some of the stopping criteria, which ``stops`` names by heading and by id."""
    for name, inner in form.forms("gateway points"):
        identified(name, form.mistakes, ids)
        yield GatewayPoint(
            id=name.words,
            sentence=vocabulary.condition(inner.block),
            backing=inner.backing(),
            after=named_stops(inner, "after", stops, "The payment point would be reported at the wrong place."),
            position_known=not inner.parsed("position", lambda words: words == NOT_KNOWN or None, NOT_KNOWN),
        )


def named_stops(form: Headings, heading: str, stops: set[str], harm: str) -> tuple[str, ...]:
    """Stopping criteria as a clause names them, by the headings they stand under or by their ids."""
    names = form.names(heading)
    for text in names:
        if text.words not in stops:
            fix = suggest(text.words, stops, "Name a heading of the stopping criteria, or the id of one.")
            form.mistakes.add(text.place, f'"{text.words}" is no stopping criterion, nor a heading of them', fix, harm)
    return tuple(text.words for text in names)


def needs(form: Form, supports: str, *, enables: bool = False) -> None:
    """Evidence is there; what enables a supply has a line better than inferred, and an open item where a line is single."""
    evidence, node = form.evidence(), form.node("evidence")
    lines = len(node.items) if isinstance(node, List) else 1
    if not enables or len(evidence) < lines:  # a line that cannot be read is noted, and might be the one that supports
        return
    grades = [line.grade for line in evidence]
    if min(grades) >= Grade.INFERRED:
        form.refuse(
            "evidence",
            f"{supports} rests on nothing better than {min(grades).word}",
            "Find a source, or write dose: none, or refer.",
            "A guess of ours must never permit a supply.",
        )
    elif Grade.SINGLE in grades and "open" not in form:
        # Even beside better lines: which part of the clause the single source alone supports, only a person can weigh.
        form.refuse(
            "evidence",
            f"{supports} rests on a single source, with no open item",
            "Write open: and the item that whoever adopts the document has to clear.",
            "What one source alone says must be seen and settled before anybody is treated by it.",
        )
