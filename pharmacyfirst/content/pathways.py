"""Pathway files read into kernel objects. Everything is read before anything is refused, so that all mistakes show at once."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pharmacyfirst.content.blocks import (
    HARM_NAME,
    HARM_UNSOURCED,
    Form,
    Headings,
    Tags,
    code,
    identified,
    named_blocks,
    names_under,
)
from pharmacyfirst.content.definitions import DEFINITIONS, shared_definitions
from pharmacyfirst.content.documents import (
    read_edition,
    read_open_items,
    read_sources,
    refuse_shared_tags,
    source_document,
)
from pharmacyfirst.content.files import name_shown
from pharmacyfirst.content.for_people import (
    read_diagnosis,
    read_pages,
    read_prompts,
    read_records,
    read_use,
    read_where_to,
)
from pharmacyfirst.content.medicines import taken_blocks
from pharmacyfirst.content.questions import Questions
from pharmacyfirst.content.rules import named_stops, read_criteria, read_gateways, read_named, read_rows
from pharmacyfirst.content.sentences import Vocabulary, suggest
from pharmacyfirst.content.shapes import ADVICE, ALLOWED, CHANNELS, DUTIES, HAS_IT, MOST_TITLE, PATHWAY_FILE
from pharmacyfirst.content.shared import Shared
from pharmacyfirst.content.text import Block, List, Mistakes, Place, Text
from pharmacyfirst.content.words_of_questions import short
from pharmacyfirst.kernel.conditions import Condition, Count, Defined, parts
from pharmacyfirst.kernel.evidence import Statement
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.pathway import AllowedChannel, ConditionCode, Conflict, Criterion, Pathway
from pharmacyfirst.kernel.pgd import SourceDocument
from pharmacyfirst.kernel.questions import Question
from pharmacyfirst.kernel.trace import AUDIENCES

HARM_CHANNEL = "A consultation held in a way the service does not allow is no ground for a supply."


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
    asked_after: frozenset[str] = (
        frozenset()
    )  # the questions that wait for headings of stopping criteria, and for nothing else


def read_pathway(
    block: Block,
    folder: str,
    shared: Shared,
    mistakes: Mistakes,
    exclusions: Mapping[str, tuple[Block, ...]] = Frozen(),
    unread: Collection[str] = (),
) -> Draft:
    """One ``pathway.yaml``. The PGDs are read after it, in its words; it may say that one is excluded, so it is given their exclusions.

    ``unread`` are the PGDs of the folder that could not be read.
    """
    before = len(mistakes)
    form = Form(block, PATHWAY_FILE, Tags(), mistakes)
    tags = form.tags = Tags(names_under(form, "sources"), names_under(form, "open items"), shared=shared.sources)
    refuse_shared_tags(form, shared.sources)
    tags.whole = bool(tags.sources) and ("open items" not in form or bool(tags.open_items)) and shared.whole
    tags.whole = tags.whole and not {"sources", "open items"} & form.misspelt
    sources, open_items = read_sources(form), read_open_items(form)
    if form.text("pathway", folder) != folder:
        fix = "Give the pathway the name of its folder."
        form.refuse("pathway", f'the folder is called "{name_shown(folder)}"', fix, HARM_NAME)
    questions = Questions(form, shared, {*exclusions, *unread})
    vocabulary = Vocabulary(questions.found, mistakes, declared=questions.declared, exclusions=exclusions)
    ids: dict[str, Place] = {}
    taken = taken_blocks(form.node("every medicine"), exclusions, shared.medicines)
    of_all = list(shared_definitions(form, shared.definitions, shared.whole, vocabulary, taken))
    named = tuple(read_named(form, vocabulary, ids, of_all))
    _read_gates(questions, vocabulary)
    places: dict[str, Place] = {}
    stopping = tuple(read_criteria(form, vocabulary, ids, places))
    every_medicine = form.blocks("every medicine")
    for name, _ in every_medicine:
        identified(name, mistakes, ids)
    treatment = tuple(read_rows(form, vocabulary, ids, places))
    groups = form.blocks("stopping criteria")
    stops = {name for stage, group in groups for name in (stage.words, *group.items)} - {"then"}
    asked_after = _wait_for_headings(questions, stopping, stops)
    pathway = Pathway(
        id=folder,
        title=form.text("title"),
        edition=read_edition(form),
        questions=Frozen(questions.found),
        stopping=stopping,
        treatment=treatment,
        gateways=tuple(read_gateways(form, vocabulary, ids, stops)),
        pgds=Frozen(),
        source_documents=tuple(_source_documents(form)),
        channels=tuple(_channels(form)),
        named=named,
        advice=tuple(_said(form, "advice", ids, vocabulary)),
        safety_netting=tuple(_said(form, "safety-netting", ids, vocabulary)),
        leaflets=tuple(_said(form, "leaflets", ids, vocabulary)),
        records=tuple(read_records(form, ids)),
        prompts=tuple(read_prompts(form, ids)),
        duties=tuple(_said(form, DUTIES, ids, vocabulary)),
        codes=tuple(_codes(form)),
        open_items=Frozen(open_items),
        conflicts=tuple(_conflicts(form)),
        sources=Frozen(sources),
        title_for_patients=short(form, "title for patients", MOST_TITLE),
        where_to=Frozen(read_where_to(form)),
        pages=read_pages(form),
        diagnosis=read_diagnosis(form, vocabulary),
        cannot_be=tuple(text.words for text in form.names("cannot be")),
        lists=Frozen(dict(sorted(questions.lists.items()))),
    )
    whole = len(mistakes) == before and shared.whole and questions.whole
    used = questions.shared_used | shared.files_of(DEFINITIONS, [name.words for name, _ in of_all])
    return Draft(pathway, vocabulary, tags, ids, every_medicine, places, used, whole, asked_after)


def _wait_for_headings(questions: Questions, stopping: Iterable[Criterion], stops: set[str]) -> frozenset[str]:
    """Questions that are asked once some stopping criteria are known and clear: that is a sentence like any other gate.

    Gives back those that wait for nothing else. The sentence counts the criteria that are met, and none may be.
    """
    alone = []
    for name, form in questions.asked_after.items():
        named = named_stops(
            form, "asked after", stops, "Somebody would be asked whom the service is not for, or nobody."
        )
        if name not in questions.found:
            continue
        own = questions.found[name].asked_when
        alone += [name] if own is None else []
        gate = once_clear(stopping, named, own)
        questions.found[name] = replace(questions.found[name], asked_when=gate, asked_after=named)
    return frozenset(alone)


def once_clear(stopping: Iterable[Criterion], named: Collection[str], own: Condition | None = None) -> Condition | None:
    """That of the criteria named, by heading or id, none is met, beside a sentence of the question's ``own``."""
    clear = tuple(Defined(one.id, _met(one)) for one in stopping if {one.stage, one.id} & {*named})
    if not clear:
        return own
    return Count(clear, 0, 0) if own is None else Count((own, Count(clear, 0, 0)), 2, 2)


def own_gate(question: Question) -> Condition | None:
    """The sentence by which a question is asked beside what it is asked after; without that, the whole of ``asked_when``."""
    gate = question.asked_when
    if gate is None or not question.asked_after:
        return gate
    return parts(gate)[0] if len(parts(gate)) > 1 else None


def _met(criterion: Criterion) -> Condition:
    return Count((criterion.sentence,), 0, 0) if criterion.must else criterion.sentence


def _read_gates(questions: Questions, vocabulary: Vocabulary) -> None:
    """When each question is asked, in the words of the file, scores and definitions among them."""
    for name, block in questions.asked_when.items():
        gate = vocabulary.condition(block, ("asked when",))
        if gate is not None and name in questions.found:
            questions.found[name] = replace(questions.found[name], asked_when=gate)


def _said(form: Form, heading: str, ids: dict[str, Place], vocabulary: Vocabulary) -> Iterator[Statement]:
    for name, inner in form.forms(heading):
        identified(name, form.mistakes, ids)
        to_somebody = "for" in inner.shape.required
        spoken_to = tuple(text.words for text in inner.names("for")) if to_somebody else ()
        # It speaks and decides nothing, so it may say "is not met" of what not everybody is asked.
        sentence = vocabulary.condition(inner.block) if to_somebody else None
        who = inner.text("who") if "who" in inner.shape.required else ""
        yield Statement(inner.text("says"), inner.backing(), name.words, spoken_to, sentence=sentence, who=who)


def check_audiences(
    form_block: Block, decides: Iterable[str], mistakes: Mistakes, standing: Mapping[str, int] = Frozen()
) -> None:
    """Advice is for people who exist: outcome kinds, ids of what ``decides`` (criteria, rows, clauses), or PGDs of this pathway.

    ``standing`` as for ``refuse_unused``: an id may stand in a file that could not be read.
    """
    known = {*AUDIENCES, *(kind.word for kind in Kind), *decides}
    for heading in (*ADVICE, DUTIES):
        node = form_block.items.get(heading)
        for _, block in named_blocks(node, f"clause of {heading}", mistakes) if isinstance(node, Block) else []:
            for text in Headings(block, Tags(), mistakes).names("for"):
                if text.words not in known and standing.get(text.words, 0) < 2:
                    fix = suggest(text.words, known, "Write everyone, outcome kinds, or ids of criteria, rows or PGDs.")
                    mistakes.add(
                        text.place,
                        f'"{text.words}" is nobody this advice can be for',
                        fix,
                        "Advice for nobody is never given.",
                    )


def _source_documents(form: Form) -> Iterator[SourceDocument]:
    node = form.node("source documents")
    if node is not None and not isinstance(node, List):
        form.refuse("source documents", "source documents are a list", "Write each with a dash.", HARM_UNSOURCED)
    for one in node.items if isinstance(node, List) else []:
        if document := source_document(one, form):
            yield document


def _channels(form: Form) -> Iterator[AllowedChannel]:
    for name, inner in form.forms("channels"):
        if name.words not in CHANNELS:
            fix = suggest(name.words, CHANNELS, f"The channels are: {', '.join(CHANNELS)}.")
            form.mistakes.add(name.place, f'"{name.words}" is not a channel', fix, HARM_CHANNEL)
        known = dict(zip(ALLOWED, ALLOWED, strict=True))
        allowed = inner.parsed("allowed", known.get, " or ".join(ALLOWED), HARM_CHANNEL)
        yield AllowedChannel(name.words, allowed or "not known", inner.backing())


def _codes(form: Form) -> Iterator[ConditionCode]:
    for name, inner in form.forms("codes"):
        use = read_use(inner)
        yield ConditionCode(code(name, form.mistakes), inner.text("says"), use, use == HAS_IT, inner.backing())


def _conflicts(form: Form) -> Iterator[Conflict]:
    for name, inner in form.forms("conflicts"):
        yield Conflict(name.words, inner.text("says"), inner.text("shipped"), inner.backing())
