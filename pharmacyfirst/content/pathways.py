"""Pathway files read into kernel objects. Everything is read before anything is refused, so that all mistakes show at once."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from pharmacyfirst.content.as_in_2026_1 import called, doubts_of_the_last_day, says_who_has_it
from pharmacyfirst.content.blocks import (
    HARM_LOST,
    HARM_MISSING,
    HARM_NAME,
    HARM_UNIT,
    HARM_UNSOURCED,
    Form,
    Tags,
    code,
    identified,
    named_blocks,
    names_under,
    plain_name,
    split,
)
from pharmacyfirst.content.sentences import HARM_NEVER_MET, NUMBER, Vocabulary, nearest, suggest
from pharmacyfirst.content.text import Block, List, Mistakes, Node, Place, Text
from pharmacyfirst.kernel.authority import DISTANCE_SELLING, REMOTE_ONLY, Channel
from pharmacyfirst.kernel.conditions import Condition
from pharmacyfirst.kernel.evidence import Backing, Grade, OpenItem, Source, Statement
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.outcome import KIND_OF_WORD, STOPPING_KINDS, Kind
from pharmacyfirst.kernel.pathway import (
    AllowedChannel,
    ConditionCode,
    Conflict,
    Criterion,
    GatewayPoint,
    Named,
    Pathway,
    Row,
    SharedList,
)
from pharmacyfirst.kernel.pgd import Edition, Period, SourceDocument
from pharmacyfirst.kernel.questions import Answer, Bar, Choice, Origin, Question

QUESTIONS = "questions"
PARTS = ("items", "non_severe", "none", "examples")  # of a readable shared list
REMARKS = ("open", "note")
SENTENCE = ("when", "any of")

_IDENTITY = ("title", "version", "status", "in force")
_PATHWAY_OPTIONAL = (
    "channels", "scores", "definitions", "every medicine", "gateway points", "advice", "safety-netting", "leaflets",
    "records", "prompts", "codes", "open items", "conflicts",
)  # fmt: skip

_ANSWER = re.compile(
    rf"(whole number|number) from ({NUMBER}) to ({NUMBER})(?: (.+))?|(one of|any of)(?: (.+))?|(yes or no|date)"
)
_OFFER = re.compile(r"offer ([a-z-]+)(?: and ([a-z-]+)|, or ([a-z-]+) where that is excluded)?")
_VERSION = re.compile(r"\d{4}\.\d+")


@dataclass
class Shared:
    """What stands once in ``pathways/shared/``: questions, lists of answers, and what each list is, by name."""

    questions: dict[str, Block] = field(default_factory=dict)
    answers: dict[str, tuple[Block, Tags]] = field(default_factory=dict)
    lists: dict[str, SharedList] = field(default_factory=dict)
    whole: bool = True  # False where a file could not be read: then what it would have held is not called missing


@dataclass
class Draft:
    """A pathway as read so far, with what its PGD files need: its words, tags, ids, and exclusions of every medicine."""

    pathway: Pathway
    vocabulary: Vocabulary
    tags: Tags
    ids: dict[str, Place]
    every_medicine: list[tuple[Text, Block]]
    places: dict[str, Place]
    shared_used: set[str]
    whole: bool = True  # nothing in it was refused


def read_shared(files: Mapping[str, Block], mistakes: Mistakes) -> Shared:
    """The shared files, each known by the heading it begins with: ``questions``, ``values`` or ``list``."""
    shared = Shared()
    for name, block in files.items():
        if not {"questions", "values", "list"} & set(block.items):
            mistakes.add(
                block.place,
                "a shared file holds questions, answers or a list",
                'Write "questions:", "values:" with its name, or "list:" with its name.',
                HARM_LOST,
            )
            shared.whole = False
            continue
        if "questions" in block.items:
            form = Form(block, "file of shared questions", Tags(), mistakes, ("questions",))
            if name != QUESTIONS:
                form.refuse("questions", f'the file is called "{name}"', f"Keep them in {QUESTIONS}.yaml.", HARM_NAME)
            shared.questions.update({key.words: inner for key, inner in form.blocks("questions", "question")})
            continue
        kind = "values" if "values" in block.items else "list"
        body = "values list" if kind == "values" else "items"
        optional = () if kind == "values" else PARTS[1:]
        form = Form(block, "shared file", Tags(), mistakes, (kind, "title", body, "sources"), optional)
        if form.text(kind) != name:
            form.refuse(kind, f'the file is called "{name}"', "Give the list the name of its file.", HARM_NAME)
        sources_of_list = Frozen(read_sources(form))
        tags = Tags(sources := names_under(form, "sources"), whole=bool(sources))
        parts: dict[str, tuple[Statement, ...]] = {}
        if kind == "values":
            shared.answers[name] = (block, tags)
        else:
            listed = Form(block, "shared file", tags, mistakes, (), tuple(block.items))
            parts = {heading: listed.statements(heading) for heading in PARTS if heading in block.items}
            refuse_unused(tags, listed, mistakes)
        answers = names_under(form, body) if kind == "values" else ()
        shared.lists[name] = SharedList(name, form.text("title"), Frozen(parts), answers, sources_of_list)
    return shared


def read_pathway(block: Block, folder: str, shared: Shared, mistakes: Mistakes) -> Draft:
    """One ``pathway.yaml``. The PGDs are read after it, in its words."""
    before = len(mistakes)
    required = ("pathway", *_IDENTITY, "source documents", "stopping criteria", "treatment", "questions", "sources")
    form = Form(block, "pathway file", Tags(), mistakes, required, _PATHWAY_OPTIONAL)
    tags = form.tags = Tags(names_under(form, "sources"), names_under(form, "open items"))
    tags.whole = bool(tags.sources) and ("open items" not in form or bool(tags.open_items))
    tags.whole = tags.whole and not {"sources", "open items"} & form.misspelt
    sources, open_items = read_sources(form), read_open_items(form)
    if form.text("pathway", folder) != folder:
        form.refuse(
            "pathway", f'the folder is called "{folder}"', "Give the pathway the name of its folder.", HARM_NAME
        )
    questions = _Questions(form, shared)
    vocabulary = Vocabulary(questions.facts, mistakes, declared=questions.declared)
    ids: dict[str, Place] = {}
    named = _named(form, vocabulary, ids)
    asked = {
        name: condition
        for name, block in questions.asked_when.items()
        if (condition := vocabulary.condition(block, ("asked when",)))
    }
    for fact, condition in asked.items():
        if fact in questions.facts:
            questions.facts[fact] = replace(questions.facts[fact], asked_when=condition)
    places: dict[str, Place] = {}
    stopping = tuple(_criteria(form, vocabulary, ids, places))
    every_medicine = form.blocks("every medicine", "exclusion")
    for name, _ in every_medicine:
        identified(name, mistakes, ids)
    treatment = tuple(_rows(form, vocabulary, ids, places))
    pathway = Pathway(
        id=folder,
        title=form.text("title"),
        edition=read_edition(form, open_items.values()),
        questions=Frozen(questions.facts),
        stopping=stopping,
        treatment=treatment,
        gateways=tuple(_gateways(form, vocabulary, ids, {stage.words for stage, _ in _stages(form)})),
        pgds=Frozen(),
        source_documents=tuple(_source_documents(form)),
        channels=tuple(_channels(form)),
        named=named,
        advice=tuple(_addressed(form, "advice", ids)),
        safety_netting=tuple(_addressed(form, "safety-netting", ids)),
        leaflets=tuple(_addressed(form, "leaflets", ids)),
        records=tuple(_addressed(form, "records", ids)),
        prompts=tuple(_addressed(form, "prompts", ids)),
        codes=tuple(_codes(form)),
        open_items=Frozen(open_items),
        conflicts=tuple(_conflicts(form)),
        sources=Frozen(sources),
        lists=Frozen({name: shared.lists[name] for name in sorted(questions.shared_used & {*shared.lists})}),
    )
    whole = len(mistakes) == before and shared.whole
    return Draft(pathway, vocabulary, tags, ids, every_medicine, places, questions.shared_used, whole)


def read_edition(form: Form, open_items: Iterable[OpenItem]) -> Edition:
    """Version, status and dates of a document; its digest is set when all it uses is known."""
    version = form.parsed(
        "version", lambda words: words if _VERSION.fullmatch(words) else None, "year and number, for instance 2026.1"
    )
    period = form.period()
    # Where the dates are wrong nothing loads; a stand-in lets the rest of the file be read and its mistakes be found.
    doubts = doubts_of_the_last_day(period, open_items) if period else ()
    return Edition(version or "", form.text("status"), period or Period(date.max), Backing(open=doubts))


def read_sources(form: Form) -> dict[str, Source]:
    """The source tags of a file and what they stand for."""
    sources = {}
    for name, block in form.blocks("sources", "source"):
        inner = Form(block, "source", form.tags, form.mistakes, ("says",), ("date", "note"))
        sources[name.words] = Source(name.words, inner.text("says"), inner.text("date"), inner.text("note"))
    return sources


def read_open_items(form: Form) -> dict[str, OpenItem]:
    """The open items of a condition, by id."""
    items = {}
    for name, block in form.blocks("open items", "open item"):
        inner = Form(block, "open item", form.tags, form.mistakes, ("says", "until then"), ("note", "evidence"))
        backing = Backing(inner.evidence(), note=inner.text("note"))
        items[name.words] = OpenItem(name.words, inner.text("says"), inner.text("until then"), backing)
    return items


def refuse_unused(tags: Tags, form: Form, mistakes: Mistakes, standing: Mapping[str, int] = Frozen()) -> None:
    """A source or open item that nothing names is noted: it misleads whoever counts them.

    ``standing`` counts the words of all the files where something could not be read: what may be named there is not called unused.
    """
    harms = {
        "sources": "A source that supports nothing makes the file look better founded than it is.",
        "open items": "An open item that no clause names is never shown to whoever has to clear it.",
    }
    for heading, named in (("sources", tags.sources), ("open items", tags.open_items)):
        block = form.node(heading)
        for name in named:
            if name not in tags.used and standing.get(name, 0) < 2 and isinstance(block, Block):
                mistakes.add(
                    block.keys[name].place,
                    f'"{name}" is used nowhere',
                    "Name it where it matters, or take it out.",
                    harms[heading],
                )


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


def _declared(form: Form) -> set[str]:
    """Every name that sentences may use, whether or not what stands under it can be read."""
    blocks = (form.node(heading) for heading in (QUESTIONS, "scores", "definitions"))
    return {name for block in blocks if isinstance(block, Block) for name in block.items}


class _Questions:
    """The questions of a pathway, its own and shared, with the answers that bar PGDs."""

    def __init__(self, form: Form, shared: Shared):
        self.form, self.shared, self.mistakes = form, shared, form.mistakes
        self.facts: dict[str, Question] = {}
        self.asked_when: dict[str, Block] = {}
        self.shared_used: set[str] = set()
        node = form.node(QUESTIONS)
        self.declared = _declared(form) if isinstance(node, Block) else None
        if not isinstance(node, Block):
            if node is not None:
                named_blocks(node, "question", self.mistakes)
            return
        for name, inner in node.items.items():
            fact = self.question(node.keys[name], inner)
            if fact is not None:
                self.facts[fact.name] = fact

    def question(self, name: Text, node: Node) -> Question | None:
        plain_name(name, self.mistakes)
        if isinstance(node, Text):
            if node.words != "shared":
                self.mistakes.add(
                    node.place,
                    f'"{node.words}" is not how a question is written',
                    'Write "shared", or ask: and answer: under it.',
                    HARM_MISSING,
                )
                return None
            node = Block(node.place)
            own = Form(node, "question", self.form.tags, self.mistakes)
            return self.shared_question(name, own)
        if isinstance(node, List):
            self.mistakes.add(
                node.place, "a question is a block of headings", "Write ask: and answer: under its name.", HARM_MISSING
            )
            return None
        if "shared" in node.items:
            own = Form(
                node,
                "shared question",
                self.form.tags,
                self.mistakes,
                ("shared",),
                ("note", "values", "values from", "explained by", "asked when", "answer"),
            )
            own.parsed("shared", {"yes": True}.get, "yes, or take it out and write ask: and answer:")
            return self.shared_question(name, own)
        own = Form(
            node,
            "question",
            self.form.tags,
            self.mistakes,
            ("ask", "answer"),
            ("values", "values from", "judgement", "asked when", "explained by", "note"),
        )
        return self.read(name, own, own)

    def shared_question(self, name: Text, own: Form) -> Question | None:
        block = self.shared.questions.get(name.words)
        if block is None and not self.shared.whole:
            return None
        if block is None:
            fix = suggest(name.words, self.shared.questions, "Write its ask: and answer: here.")
            self.mistakes.add(name.place, f'"{name.words}" is not a shared question', fix, HARM_NEVER_MET)
            return None
        self.shared_used.add(QUESTIONS)
        asked = Form(block, "question", Tags(), self.mistakes, ("ask", "answer"), ("judgement", "asked when", "note"))
        return self.read(name, asked, own)

    def read(self, name: Text, asked: Form, own: Form) -> Question | None:
        answer_from = own if "answer" in own else asked
        match = answer_from.parsed(
            "answer",
            _ANSWER.fullmatch,
            "yes or no; whole number from 0 to 9 UNIT; number from ...; one of a, b; any of a, b; date",
        )
        if match is None:
            return None
        for form in (own, asked):
            if "asked when" in form:
                self.asked_when[name.words] = form.block
                break
        number, low, high, unit, choice, names, other = match.groups()
        answered = Answer(number or choice or other)
        fact = Question(
            name=name.words,
            ask=asked.text("ask"),
            answer=answered,
            called=called(name.words, answered),
            judgement=asked.yes("judgement"),
            explained_by=self.list_named(own),
            shared=asked is not own,
            backing=Backing(note=own.text("note") or asked.text("note")),
        )
        if choice:
            values = self.values(fact, own, answer_from, names)
            return None if values is None else replace(fact, choices=tuple(values))
        for heading in ("values", "values from"):
            if heading in own:
                own.refuse(
                    heading,
                    f'"{fact.name}" is answered with {answer_from.text("answer")}, and takes no "{heading}"',
                    "Write one of or any of after answer:, or take them out.",
                    "What an answer bars would never be applied.",
                )
        return self.number(fact, answer_from, low, high, unit) if number else fact

    def number(self, fact: Question, form: Form, low: str, high: str, unit: str | None) -> Question:
        if not unit:
            form.refuse(
                "answer",
                "the number has no unit",
                "Write the unit after the range: completed years, kg, days.",
                HARM_UNIT,
            )
        if Decimal(low) >= Decimal(high):
            form.refuse(
                "answer", "the range is empty", "Write the smaller number first.", "No answer at all would be accepted."
            )
            return replace(fact, unit=unit or "")
        return replace(fact, low=Decimal(low), high=Decimal(high), unit=unit or "")

    def list_named(self, form: Form) -> str:
        name = form.text("explained by")
        readable = [one.name for one in self.shared.lists.values() if one.name not in self.shared.answers]
        if name and name not in readable and not self.shared.whole:
            return name
        if name and name not in readable:
            form.refuse(
                "explained by",
                f'"{name}" is not a list in pathways/shared/',
                suggest(name, readable, "Write the list there."),
                HARM_LOST,
            )
        elif name:
            self.shared_used.add(name)
        return name

    def values(self, fact: Question, own: Form, answer: Form, names: str | None) -> Iterable[Choice] | None:
        """The answers, of the line first, then shared lists, then the pathway's own; the same name adds up.

        None where some of them could not be found: then no sentence about the question can be judged.
        """
        found: dict[str, Choice] = {}
        lists = own.names("values from")
        whole = ("values from" not in own or bool(lists)) and not isinstance(own.node("values"), Text | List)
        whole = whole and not {"values", "values from"} & own.misspelt
        line = answer.node("answer")
        if names and isinstance(line, Text):
            offset = line.words.index(names)
            for one in split(Text(names, line.at(offset), line.plain)):
                found[plain_name(one, self.mistakes)] = Choice(one.words)
        for name in lists:
            if name.words not in self.shared.answers:
                whole = False
                if not self.shared.whole:
                    continue
                fix = suggest(name.words, self.shared.answers, "Write the list in pathways/shared/.")
                self.mistakes.add(
                    name.place, f'"{name.words}" is not a list of answers in pathways/shared/', fix, HARM_NEVER_MET
                )
                continue
            self.shared_used.add(name.words)
            block, tags = self.shared.answers[name.words]
            found.update(
                self.listed(
                    Form(block, "shared file", tags, self.mistakes, (), tuple(block.items)),
                    "values list",
                    found,
                    name.words,
                )
            )
            refuse_unused(tags, Form(block, "shared file", tags, self.mistakes, (), tuple(block.items)), self.mistakes)
        found.update(self.listed(own, "values", found))
        if not found and whole:
            answer.refuse(
                "answer",
                f'"{fact.name}" has no answers',
                "Name them after one of or any of, or under values.",
                "No answer at all would be accepted.",
            )
        return found.values() if whole and found else None

    def listed(self, form: Form, heading: str, before: Mapping[str, Choice], shared: str = "") -> dict[str, Choice]:
        node = form.node(heading)
        # An answer with no block under it is noted; it is still an answer, and sentences may name it.
        choices = {name: Choice(name) for name in (node.items if isinstance(node, Block) else ())}
        for name, block in form.blocks(heading, "answer"):
            inner = Form(
                block, "answer", form.tags, form.mistakes, (), ("says", "bars", "action", "evidence", *REMARKS)
            )
            backing = inner.backing()
            if ("bars" in inner or "action" in inner) and "evidence" not in inner:
                inner.refuse(
                    "bars" if "bars" in inner else "action",
                    "what the answer does has no evidence",
                    "Write evidence:.",
                    HARM_UNSOURCED,
                )
            bars = tuple(Bar(pgd.words, Backing(backing.evidence)) for pgd in inner.names("bars"))
            origins = (Origin(shared, bars, backing),) if bars or backing else ()
            choice = Choice(plain_name(name, self.mistakes), inner.text("says"), inner.text("action"), origins)
            choices[choice.name] = _added(before.get(choice.name), choice)
        return choices


def _added(before: Choice | None, choice: Choice) -> Choice:
    if before is None:
        return choice
    return Choice(
        choice.name, choice.says or before.says, choice.action or before.action, before.origins + choice.origins
    )


def _named(form: Form, vocabulary: Vocabulary, ids: dict[str, Place]) -> tuple[Named, ...]:
    """Scores and definitions. All names are known before any body is read, so that they may stand in any order."""
    forms = []
    for name, block in form.blocks("scores", "score"):
        inner = Form(block, "score", form.tags, form.mistakes, ("title", "points", "evidence"), REMARKS)
        points = inner.node("points")
        if isinstance(points, List):
            vocabulary.points[name.words] = points
        elif points is not None:
            inner.refuse("points", "points are a list", "Write one sentence a point, each with a dash.", HARM_MISSING)
        forms.append((name, inner))
    for name, block in form.blocks("definitions", "definition"):
        inner = Form(block, "definition", form.tags, form.mistakes, ("evidence",), ("means", "id", *SENTENCE, *REMARKS))
        vocabulary.bodies[name.words] = block
        if not any(heading in inner or heading in inner.misspelt for heading in SENTENCE):
            form.mistakes.add(
                block.place,
                f'"{name.words}" defines nothing',
                "Write when: or any of: and its sentences.",
                HARM_NEVER_MET,
            )
        forms.append((name, inner))
    found = []
    for name, inner in forms:
        also = "question" if plain_name(name, form.mistakes) in vocabulary.facts else ""
        if name.words in vocabulary.points and name.words in vocabulary.bodies and inner.what == "definition":
            also = "score"
        if also:
            form.mistakes.add(
                name.place,
                f'"{name.words}" is a {also} too',
                f"Give the {inner.what} another name.",
                "One name for two things is read as the wrong one.",
            )
        is_score = inner.what == "score"
        body = vocabulary.named(name.words) if name.words in (*vocabulary.points, *vocabulary.bodies) else None
        if body is not None:
            says = inner.text("title" if is_score else "means")
            own_id = inner.node("id")
            id_ = identified(own_id, form.mistakes, ids) if isinstance(own_id, Text) else ""
            stage = "scores" if is_score else "definitions"
            found.append(
                Named(
                    id=id_,
                    stage=stage,
                    sentence=body,
                    backing=inner.backing(),
                    name=name.words,
                    says=says,
                    points=is_score,
                )
            )
    return tuple(found)


def _criteria(
    form: Form, vocabulary: Vocabulary, ids: dict[str, Place], places: dict[str, Place]
) -> Iterable[Criterion]:
    optional = ("when", "any of", "must", "then", "where to", *REMARKS)
    for stage, group in _stages(form):
        thens = [name for name, node in group.items.items() if isinstance(node, Text) and nearest(name, ("then",))]
        for heading in thens:
            if heading != "then":
                what, fix = f'"{heading}" is not a heading of stopping criteria', 'Did you mean "then"?'
                form.mistakes.add(group.keys[heading].place, what, fix, HARM_LOST)
        then = group.items.get(thens[0] if thens else "then")
        for name, block in named_blocks(group, "stopping criterion", form.mistakes, skip=("then", *thens)):
            inner = Form(block, "stopping criterion", form.tags, form.mistakes, ("because", "evidence"), optional)
            identified(name, form.mistakes, ids)
            places[name.words] = name.place
            kind = _stopping_kind(inner.node("then") or then, inner)
            condition = one_sentence(inner, vocabulary, (*SENTENCE, "must"))
            if kind is None or condition is None:
                inner.evidence(), inner.open_items()
                continue
            needs(inner, name.words)
            yield Criterion(
                id=name.words, stage=stage.words, sentence=condition, backing=inner.backing(), because=inner.text("because"),
                where_to=inner.text("where to"), must="must" in inner, kind=kind[0], always_999=kind[1],
            )  # fmt: skip


def _stages(form: Form) -> list[tuple[Text, Block]]:
    return form.blocks("stopping criteria", "heading of stopping criteria")


def one_sentence(
    form: Form, vocabulary: Vocabulary, headings: tuple[str, ...], instead: tuple[str, ...] = ()
) -> Condition | None:
    """The sentence of a clause that cannot do without one, or not without that or one of the headings ``instead``."""
    headings_of_another = {"when", "any of", "must"} & set(form.block.items) - set(
        headings
    )  # noted as unknown headings
    if any(heading in form.misspelt for heading in (*headings, *instead)) or headings_of_another:
        return vocabulary.condition(form.block, headings)
    if not any(heading in form for heading in (*headings, *instead)):
        written = (*headings, *instead)
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
    always_999 = words == "emergency, always 999"
    word = "emergency" if always_999 else words
    if word not in allowed:
        fix = suggest(word, allowed, f"Write one of: {', '.join(allowed)}; emergency, always 999.")
        form.mistakes.add(
            node.place, f'"{words}" is not a kind that stops', fix, "Somebody would be sent to the wrong place."
        )
        return None
    return KIND_OF_WORD[word], always_999


def _rows(form: Form, vocabulary: Vocabulary, ids: dict[str, Place], places: dict[str, Place]) -> Iterable[Row]:
    for name, block in form.blocks("treatment", "treatment row"):
        inner = Form(
            block,
            "treatment row",
            form.tags,
            form.mistakes,
            ("because", "then", "evidence"),
            ("when", "any of", "where to", *REMARKS),
        )
        identified(name, form.mistakes, ids)
        places[name.words] = name.place
        result = inner.parsed(
            "then",
            result_of,
            "self-care, refer, refer urgent, offer A, offer A and B, or offer A, or B where that is excluded",
        )
        has_sentence = any(heading in inner for heading in SENTENCE)
        condition = vocabulary.condition(block) if has_sentence else None
        if result is None or (has_sentence and condition is None):
            inner.evidence(), inner.open_items()
            continue
        kind, offers, fallback = result
        needs(inner, name.words, enables=kind is Kind.SUPPLY)
        yield Row(
            id=name.words, sentence=condition, backing=inner.backing(), because=inner.text("because"),
            where_to=inner.text("where to"), kind=kind, offers=offers, fallback=fallback,
        )  # fmt: skip


def result_of(words: str) -> tuple[Kind, tuple[str, ...], bool] | None:
    """The kind, the PGDs offered, and whether the second stands in for the first; None where the words are no result of a row."""
    if words in ("self-care", "refer", "refer urgent"):
        return KIND_OF_WORD[words], (), False
    match = _OFFER.fullmatch(words)
    if match is None:
        return None
    return Kind.SUPPLY, tuple(pgd for pgd in match.groups() if pgd), bool(match.group(3))


def _gateways(form: Form, vocabulary: Vocabulary, ids: dict[str, Place], stages: set[str]) -> Iterable[GatewayPoint]:
    for name, block in form.blocks("gateway points", "gateway point"):
        inner = Form(
            block, "gateway point", form.tags, form.mistakes, ("evidence",), ("after", "at", *SENTENCE, *REMARKS)
        )
        identified(name, form.mistakes, ids)
        headings = {heading: tuple(text.words for text in inner.names(heading)) for heading in ("after", "at")}
        for text in (*inner.names("after"), *inner.names("at")):
            if text.words not in stages:
                fix = suggest(text.words, stages, f"The headings are: {', '.join(sorted(stages))}.")
                form.mistakes.add(
                    text.place,
                    f'"{text.words}" is not a heading of stopping criteria',
                    fix,
                    "The payment point would be reported at the wrong place.",
                )
        if not any(headings.values()) and not {"after", "at"} & ({*inner.misspelt, *block.items}):
            form.mistakes.add(
                block.place, f'"{name.words}" has no place', "Write after: or at: and the headings.", HARM_MISSING
            )
        condition = vocabulary.condition(block) if any(heading in inner for heading in SENTENCE) else None
        yield GatewayPoint(
            id=name.words, sentence=condition, backing=inner.backing(), after=headings["after"], at=headings["at"]
        )


def _addressed(form: Form, heading: str, ids: dict[str, Place]) -> Iterable[Statement]:
    audience = heading in ("advice", "safety-netting")
    for name, block in form.blocks(heading, f"clause of {heading}"):
        required = ("for", "says", "evidence") if audience else ("says", "evidence")
        inner = Form(block, f"clause of {heading}", form.tags, form.mistakes, required, REMARKS)
        identified(name, form.mistakes, ids)
        spoken_to = tuple(text.words for text in inner.names("for")) if audience else ()
        yield Statement(inner.text("says"), inner.backing(), name.words, spoken_to)


def check_audiences(
    form_block: Block, decides: Iterable[str], mistakes: Mistakes, standing: Mapping[str, int] = Frozen()
) -> None:
    """Advice is for people who exist: outcome kinds, ids of what ``decides`` (criteria, rows, clauses), or PGDs of this pathway.

    ``standing`` as for ``refuse_unused``: an id may stand in a file that could not be read.
    """
    known = {"everyone", *(kind.word for kind in Kind if kind is not Kind.NEED_FACTS), *decides}
    for heading in ("advice", "safety-netting"):
        node = form_block.items.get(heading)
        for _, block in named_blocks(node, f"clause of {heading}", mistakes) if isinstance(node, Block) else []:
            for text in Form(block, heading, Tags(), mistakes, (), tuple(block.items)).names("for"):
                if text.words not in known and standing.get(text.words, 0) < 2:
                    fix = suggest(text.words, known, "Write everyone, outcome kinds, or ids of criteria, rows or PGDs.")
                    mistakes.add(
                        text.place,
                        f'"{text.words}" is nobody this advice can be for',
                        fix,
                        "Advice for nobody is never given.",
                    )


def _source_documents(form: Form) -> Iterable[SourceDocument]:
    node = form.node("source documents")
    if node is not None and not isinstance(node, List):
        form.refuse("source documents", "source documents are a list", "Write each with a dash.", HARM_UNSOURCED)
    for one in node.items if isinstance(node, List) else []:
        if document := source_document(one, form):
            yield document


def source_document(node: Node | None, form: Form) -> SourceDocument | None:
    """The national document a file was transcribed from."""
    if node is None:
        return None
    if not isinstance(node, Block):
        form.mistakes.add(
            node.place,
            "a source document is a block",
            "Write title, reference, edition and evidence.",
            HARM_UNSOURCED,
        )
        return None
    inner = Form(
        node, "source document", form.tags, form.mistakes, ("title", "reference", "edition", "evidence"), REMARKS
    )
    return SourceDocument(inner.text("title"), inner.text("reference"), inner.text("edition"), inner.backing())


CHANNELS = (*(channel.value for channel in Channel), DISTANCE_SELLING)
ALLOWED = ("yes", "no", "not known", REMOTE_ONLY)
HARM_CHANNEL = "A consultation held in a way the service does not allow is no ground for a supply."


def _channels(form: Form) -> Iterable[AllowedChannel]:
    for name, block in form.blocks("channels", "channel"):
        inner = Form(block, "channel", form.tags, form.mistakes, ("allowed", "evidence"), REMARKS)
        if name.words not in CHANNELS:
            fix = suggest(name.words, CHANNELS, f"The channels are: {', '.join(CHANNELS)}.")
            form.mistakes.add(name.place, f'"{name.words}" is not a channel', fix, HARM_CHANNEL)
        allowed = inner.parsed(
            "allowed", dict(zip(ALLOWED, ALLOWED, strict=True)).get, " or ".join(ALLOWED), HARM_CHANNEL
        )
        yield AllowedChannel(name.words, allowed or "not known", inner.backing())


def _codes(form: Form) -> Iterable[ConditionCode]:
    for name, block in form.blocks("codes", "code"):
        inner = Form(block, "code", form.tags, form.mistakes, ("says", "use", "evidence"), REMARKS)
        use = inner.text("use")
        yield ConditionCode(code(name, form.mistakes), inner.text("says"), use, says_who_has_it(use), inner.backing())


def _conflicts(form: Form) -> Iterable[Conflict]:
    for name, block in form.blocks("conflicts", "conflict"):
        inner = Form(block, "conflict", form.tags, form.mistakes, ("says", "shipped"), ("note", "evidence", "open"))
        yield Conflict(name.words, inner.text("says"), inner.text("shipped"), inner.backing())
