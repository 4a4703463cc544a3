"""Cases: people as sentences, with the outcome that must come out. Specification, review pages and conformance set in one."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

from pharmacyfirst.content.amounts import amount, days_within
from pharmacyfirst.content.blocks import HARM_MISSING, HARM_NAME, Form, Tags, article
from pharmacyfirst.content.expectations import COMPARED, EXPECTED, Expected, ExpectedOffer, differences
from pharmacyfirst.content.files import CASES_FILE, name_shown, shown_below
from pharmacyfirst.content.library import Library
from pharmacyfirst.content.sentence_forms import NUMBER
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.content.shapes_of_cases import CASE_GRADES, EXPECTATION, FILE_OF_CASES, OFFER_EXPECTED
from pharmacyfirst.content.spellings import DAYS
from pharmacyfirst.content.text import Block, ContentRefused, List, Mistakes, Node, Text, read_file
from pharmacyfirst.errors import NOTHING_ASSESSED, Refused
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.outcome import EMERGENCY_999, EMERGENCY_DEPARTMENT, KIND_OF_WORD
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import Answer, Question, read_day
from pharmacyfirst.kernel.tables import IF_NOT_ANSWERED
from pharmacyfirst.kernel.trace import Assessment

_COUNT = re.compile(DAYS)

HARM_CASE = "A case that says something else than it means proves nothing."


@dataclass(frozen=True, slots=True)
class Case:
    """One person in a sentence, the facts known of them, and what must come out. ``note`` is for who reads the file."""

    id: str
    says: str
    pathway: str
    as_of: date
    facts: Mapping[str, Any]
    expected: Expected
    evidence: str
    note: str = ""

    def failure(self, assessment: Assessment) -> str:
        """What came out differently, in words; nothing where all is as expected."""
        return "; ".join(differences(EXPECTED.as_dict(self.expected), COMPARED.as_dict(assessment)))


def cases_of(library: Library, condition: str) -> tuple[Case, ...]:
    """The cases of a condition. Raises ``ContentRefused`` with every mistake of the file; none without a file."""
    return cases_of_each(library, [condition])[condition]


def cases_of_each(library: Library, conditions: Iterable[str]) -> dict[str, tuple[Case, ...]]:
    """The cases of several conditions. Raises ``ContentRefused`` with every mistake of all their files."""
    mistakes = Mistakes()
    cases = {condition: tuple(_cases_of(library, condition, mistakes)) for condition in conditions}
    if len(mistakes):
        raise ContentRefused(mistakes)
    return cases


def _cases_of(library: Library, condition: str, mistakes: Mistakes) -> Iterable[Case]:
    path = library.root / condition / f"{CASES_FILE}.yaml"
    if not os.path.lexists(path):  # a link that leads nowhere is there, and is refused
        return ()
    shown = shown_below(library.root, path)
    block = read_file(path, shown, mistakes)
    return () if block is None else _read(block, library, condition, mistakes)


def baseline_of(library: Library, condition: str) -> tuple[date, dict[str, Any]] | None:
    """The day of a condition's cases and the answers they change; None without a file. Raises ``ContentRefused``."""
    path = library.root / condition / f"{CASES_FILE}.yaml"
    if not os.path.lexists(path):
        return None
    mistakes = Mistakes()
    block = read_file(path, shown_below(library.root, path), mistakes)
    form = Form(block, FILE_OF_CASES, Tags(), mistakes) if block is not None else None
    as_of = form.parsed("as of", read_day, "a day, for instance 2026-11-21") if form is not None else None
    baseline: dict[str, Any] = {}
    if form is not None and as_of is not None:
        questions = library.in_force(condition, as_of).questions
        baseline = read_facts(form.node("baseline"), questions, mistakes)
    if len(mistakes):
        raise ContentRefused(mistakes)
    return (as_of, baseline) if as_of is not None else None


def answers_that_fit(library: Library, pathway: Pathway) -> tuple[date | None, dict[str, Any]]:
    """The day of a condition's cases, and those answers of their baseline that fit the questions of one version of its pathway.

    Cases are of the newest version, so that another may not take all of the answers; what does not fit is left out.
    """
    path = library.root / pathway.id / f"{CASES_FILE}.yaml"
    if not os.path.lexists(path):
        return None, {}
    aside = Mistakes()
    block = read_file(path, shown_below(library.root, path), aside)
    if block is None:
        return None, {}
    form = Form(block, FILE_OF_CASES, Tags(), aside)
    return form.parsed("as of", read_day, "a day"), read_facts(form.node("baseline"), pathway.questions, aside)


def failures(library: Library, cases: Iterable[Case]) -> Iterable[tuple[Case, str]]:
    """Those of the cases that come out differently, each with what is different."""
    for case in cases:
        try:
            failure = case.failure(assess(library.in_force(case.pathway, case.as_of), case.facts, case.as_of))
        except Refused as refused:
            failure = f"refused: {refused}"
        if failure:
            yield case, failure


def _read(block: Block, library: Library, condition: str, mistakes: Mistakes) -> Iterable[Case]:
    form = Form(block, FILE_OF_CASES, Tags(), mistakes)
    as_of = form.parsed("as of", read_day, "a day, for instance 2026-11-21")
    if form.text("pathway", condition) != condition:
        form.refuse(
            "pathway",
            f'the folder is called "{name_shown(condition)}"',
            "Give the cases the name of their pathway.",
            HARM_NAME,
        )
    if as_of is None:
        return
    try:
        pathway = library.in_force(condition, as_of)
    except Refused as refused:
        what = str(refused).removesuffix(f" {NOTHING_ASSESSED}").removesuffix(".")
        form.refuse("as of", what, "Choose a day on which the pathway is in force.", HARM_CASE)
        return
    answers = form.node("baseline")
    baseline = read_facts(answers, pathway.questions, mistakes)
    given = set(answers.items) if isinstance(answers, Block) else {*pathway.questions}
    for name, inner in form.forms("cases"):
        facts = dict(baseline)
        if "only" in inner:
            only = inner.node("only")
            nothing = isinstance(only, Text) and only.words == "nothing"
            facts = {} if nothing else read_facts(only, pathway.questions, mistakes)
            for heading in ("set", "unset"):
                if heading in inner:
                    what = f'"{heading}" stands beside "only", which puts the baseline aside'
                    mistakes.add(inner.block.keys[heading].place, what, "Write all the answers under only:.", HARM_CASE)
        set_here = read_facts(inner.node("set"), pathway.questions, mistakes)
        facts.update(set_here)
        for text in inner.names("unset"):
            if text.words in set_here:
                what = f'"{text.words}" stands under "set" and under "unset"'
                mistakes.add(text.place, what, "Keep one of the two.", HARM_CASE)
            if facts.pop(text.words, None) is None and text.words not in given and "only" not in inner:
                fix = suggest(text.words, facts, "Name an answer of the baseline.")
                mistakes.add(text.place, f'"{text.words}" is not among the answers of this case', fix, HARM_CASE)
        expected = _expected(inner, pathway, mistakes)
        grade = inner.parsed(
            "evidence",
            lambda w: w if w in CASE_GRADES else None,
            "firm, provisional or inferred",
        )
        if expected is not None and grade:
            says, note = inner.text("says"), inner.text("note")
            yield Case(name.words, says, condition, as_of, Frozen(facts), expected, grade, note)


def read_facts(node: Node | None, declared: Mapping[str, Question], mistakes: Mistakes) -> dict[str, Any]:
    """A block of answers in the words of cases (yes, no, 36.8, none, names with commas) as values of facts."""
    facts: dict[str, Any] = {}
    if node is None:
        return facts
    if not isinstance(node, Block):
        mistakes.add(
            node.place, "answers are a block", "Write one question a line, a colon, and its answer.", HARM_MISSING
        )
        return facts
    for name, inner in node.items.items():
        fact = declared.get(name)
        if fact is None:
            fix = suggest(name, declared, "Name a question of the pathway.")
            mistakes.add(node.keys[name].place, f'"{name}" is not a question of this pathway', fix, HARM_CASE)
            continue
        value = read_answer(fact, inner)
        if value is None:
            mistakes.add(inner.place, f'this does not answer "{name}"', f"Give {how_written(fact)}.", HARM_CASE)
        else:
            facts[name] = value
    return facts


def read_answer(fact: Question, node: Node) -> Any:
    """One answer in words as the value of a fact; None where it does not fit."""
    parts = node.items if isinstance(node, List) else [node]
    words = ", ".join(part.words if isinstance(part, Text) else "" for part in parts)  # no answer is the empty word
    try:
        return fact.read(_value(fact, words))
    except ValueError:  # int("1.5"), or Refused, which is one
        return None


# int() and Decimal() also take 1_0, 1e1, other scripts' digits and surrounding blanks, which a person may have meant otherwise.
_WRITTEN_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")


def _value(fact: Question, words: str) -> Any:
    match fact.answer:
        case Answer.YES_NO:
            return {"yes": True, "no": False}.get(words)
        case Answer.WHOLE_NUMBER:
            return int(words) if _WRITTEN_NUMBER.fullmatch(words) else None
        case Answer.NUMBER:
            return Decimal(words) if _WRITTEN_NUMBER.fullmatch(words) else None
        case Answer.ANY_OF:
            return [] if words == "none" else [word.strip() for word in words.split(",")]
        case _:
            return words


def how_written(fact: Question) -> str:
    """What fits a fact, in the words of cases."""
    match fact.answer:
        case Answer.YES_NO:
            return "yes or no"
        case Answer.ANY_OF:
            return f"none, or any of {', '.join(fact.choice_names())}"
        case _:
            return fact.what_fits()


def _expected(case: Form, pathway: Pathway, mistakes: Mistakes) -> Expected | None:
    node = case.node("expect")
    if not isinstance(node, Block):
        if node is not None:
            case.refuse("expect", "what is expected is a block", "Write outcome: and the rest under it.", HARM_CASE)
        return None
    form = Form(node, EXPECTATION, Tags(), mistakes)
    kind = form.parsed("outcome", KIND_OF_WORD.get, f"one of {', '.join(KIND_OF_WORD)}")
    destinations = (EMERGENCY_999, EMERGENCY_DEPARTMENT, *(row.leads_to for row in pathway.treatment if row.leads_to))
    destination = form.parsed(
        "destination", lambda words: words if words in destinations else None, " or ".join(destinations)
    )
    missing, not_missing = form.names("missing"), form.names("not missing")
    for text in (*missing, *not_missing):
        if text.words not in pathway.questions:
            fix = suggest(text.words, pathway.questions, "Name a question of the pathway.")
            mistakes.add(text.place, f'"{text.words}" is not a question of this pathway', fix, HARM_CASE)
    offers = form.node("offers")
    wanted = None
    if isinstance(offers, List):
        wanted = tuple(offer for one in offers.items if (offer := _expected_offer(one, pathway, mistakes)))
    elif offers is not None:
        form.refuse("offers", "offers are a list", "Write pgd: and the rest under a dash.", HARM_MISSING)
    decided_by, ids = form.names("decided by"), _can_decide(pathway)
    for text in decided_by:
        if text.words not in ids:
            fix = suggest(text.words, ids, "Name a criterion, a treatment row, or what bars one of its medicines.")
            mistakes.add(text.place, f'nothing that decides in this pathway has the id "{text.words}"', fix, HARM_CASE)
    if kind is None:
        return None
    decided, named, unnamed = (tuple(text.words for text in texts) for texts in (decided_by, missing, not_missing))
    points = tuple(point.id for point in pathway.gateways)
    return Expected(
        kind, destination, decided, wanted, named, unnamed,
        gateways=_whole_list(form, "gateways", points),
        gateways_not_known=_whole_list(form, "gateways not known", points),
        if_not_answered=form.parsed("if not answered", {one.word: one for one in IF_NOT_ANSWERED}.get, "refer urgent, or refer"),
        tells=_lines(form, "tells"),
        tells_not=_lines(form, "tells not"),
        within_days=form.parsed("within", days_within, "7 days, or 3 weeks"),
        next=form.text("next") or None,
        duties=_whole_list(form, "duties", tuple(one.id for one in pathway.duties), "duty"),
    )  # fmt: skip


def _can_decide(pathway: Pathway) -> tuple[str, ...]:
    """The ids that can stand in ``decided_by``; a document out of force stands there by its own."""
    of_the_pathway = (rule.id for rule in (*pathway.stopping, *pathway.treatment))
    of_pgds = (
        (pgd.id, *(one.id for one in (*pgd.every_medicine, *pgd.inclusion, *pgd.exclusions, *pgd.doses)))
        for pgd in pathway.pgds.values()
    )
    return (*of_the_pathway, *chain.from_iterable(of_pgds))


def _whole_list(
    form: Form, heading: str, known: tuple[str, ...], what: str = "gateway point"
) -> tuple[str, ...] | None:
    """A list that has to come out whole; None where it is not written, and ``none`` is the empty one."""
    if heading not in form:
        return None
    names = form.names(heading)
    if [text.words for text in names] == ["none"]:
        return ()
    for text in names:
        if text.words not in known:
            fix = suggest(text.words, known, f"Name {article(what)} {what} of the pathway, or write none.")
            form.mistakes.add(text.place, f'"{text.words}" is no {what} of this pathway', fix, HARM_CASE)
    return tuple(text.words for text in names)


def _lines(form: Form, heading: str) -> tuple[str, ...]:
    node = form.node(heading)
    lines = node.items if isinstance(node, List) else [node] if node is not None else []
    if any(not isinstance(line, Text) for line in lines):
        form.refuse(heading, "words belong here", "Write them on the line, or as a list with dashes.", HARM_CASE)
    return tuple(line.words for line in lines if isinstance(line, Text))


def _expected_offer(node: Node, pathway: Pathway, mistakes: Mistakes) -> ExpectedOffer | None:
    if not isinstance(node, Block):
        mistakes.add(node.place, "an offer is a block", "Write pgd: and the rest under a dash.", HARM_MISSING)
        return None
    form = Form(node, OFFER_EXPECTED, Tags(), mistakes)
    if form.text("pgd") and form.text("pgd") not in pathway.pgds:
        form.refuse(
            "pgd",
            f'the pathway has no PGD "{form.text("pgd")}"',
            suggest(form.text("pgd"), pathway.pgds, "Name one of its PGDs."),
            HARM_CASE,
        )
    count = "a whole number"
    return ExpectedOffer(
        form.text("pgd"),
        form.parsed("dose", amount, "an amount, for instance 100 mg"),
        form.parsed("first day", lambda words: Decimal(words) if re.fullmatch(NUMBER, words) else None, "a number"),
        form.parsed("times a day", lambda words: int(words) if _COUNT.fullmatch(words) else None, count),
        form.parsed("days", lambda words: int(words) if _COUNT.fullmatch(words) else None, count),
        form.parsed("quantity", amount, "an amount, for instance 6 capsule"),
        form.parsed("quantity at least", amount, "an amount, for instance 6 month"),
        _whole_list(form, "instructions", _instructions(pathway, form.text("pgd")), "instruction"),
    )


def _instructions(pathway: Pathway, pgd: str) -> tuple[str, ...]:
    return tuple(one.id for one in pathway.pgds[pgd].instructions) if pgd in pathway.pgds else ()
