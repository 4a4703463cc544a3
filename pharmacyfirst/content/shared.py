"""What stands once in ``pathways/shared/``: questions, definitions, sources, lists of answers, lists for people to read, and medicines."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pharmacyfirst.content.blocks import HARM_LOST, HARM_NAME, Form, Tags, names_under
from pharmacyfirst.content.choices import read_choices, says_of_each_pgd
from pharmacyfirst.content.documents import SOURCES, read_sources, refuse_shared_tags, refuse_unused
from pharmacyfirst.content.files import MEDICINES, name_shown
from pharmacyfirst.content.medicines import Medicine, read_medicine
from pharmacyfirst.content.once import written
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.content.shapes import PARTS, SHARED_ANSWERS, SHARED_LIST, SHARED_QUESTIONS
from pharmacyfirst.content.shapes_of_definitions import DEFINITION
from pharmacyfirst.content.shapes_of_medicines import SHARED_DEFINITIONS, SHARED_SOURCES
from pharmacyfirst.content.text import Block, Mistakes, Text
from pharmacyfirst.content.written import Written
from pharmacyfirst.kernel.evidence import Source
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import SharedList
from pharmacyfirst.kernel.questions import Choice

QUESTIONS = "questions"
DEFINITIONS = "definitions"


@dataclass
class SharedAnswers:
    """A shared list of answers as read; ``whole`` where nothing in it was refused. ``by_pgd`` say of each PGD what they do."""

    choices: Mapping[str, Choice]
    whole: bool
    by_pgd: frozenset[str]


@dataclass
class Shared:
    """What stands once in ``pathways/shared/``, each kind by name; ``cites`` are the lists that cite shared sources, with their files.

    ``written`` are the definitions as they stand, whether or not they are used. ``held`` says of each shared question, definition and
    source in which file it stands: a pathway is signed with the files of what it uses, and with no other.
    """

    questions: dict[str, Block] = field(default_factory=dict)
    definitions: dict[str, Block] = field(default_factory=dict)
    written: dict[str, Written] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    answers: dict[str, SharedAnswers] = field(default_factory=dict)
    lists: dict[str, SharedList] = field(default_factory=dict)
    medicines: dict[str, Medicine] = field(default_factory=dict)
    cites: dict[str, set[str]] = field(default_factory=dict)
    held: dict[str, dict[str, str]] = field(default_factory=lambda: {QUESTIONS: {}, DEFINITIONS: {}, SOURCES: {}})
    whole: bool = True  # False where a file could not be read: then what it would have held is not called missing

    def files_of(self, kind: str, names: Iterable[str]) -> set[str]:
        """The shared files in which these questions, definitions or sources stand; a name that stands in none has none."""
        return {self.held[kind][name] for name in names if name in self.held[kind]}

    def tags(self, *own: str) -> Tags:
        """The tags of a shared file: its own, and those of every file."""
        return Tags(own, whole=self.whole, shared=self.sources)


def read_shared(files: Mapping[str, Block], mistakes: Mistakes, whole: bool = True) -> Shared:
    """The shared files, each known by the heading it begins with; those of medicines stand under ``medicines/``.

    ``whole`` is false where one of them could not be read.
    """
    shared = Shared(whole=whole)
    medicines = [name.removeprefix(f"{MEDICINES}/") for name in files if name.startswith(f"{MEDICINES}/")]
    kinds = {"shared sources": SOURCES, "shared definitions": DEFINITIONS, "questions": QUESTIONS}
    # Sources first, as the others cite them.
    for heading, wanted in kinds.items():
        for name, block in _beginning_with(heading, files):
            _held_once(block, heading, wanted, name, shared, mistakes)
            _read_blocks(block, heading, shared, mistakes, medicines)
            if name != wanted and not name.startswith(f"{wanted}-"):
                what, fix = (
                    f'the file is called "{name_shown(name)}"',
                    f"Keep them in {wanted}.yaml or {wanted}-NAME.yaml.",
                )
                mistakes.add(block.keys[heading].place, what, fix, HARM_NAME)
    for name, block in files.items():
        if name.startswith(f"{MEDICINES}/"):
            of = name.removeprefix(f"{MEDICINES}/")
            shared.medicines[of] = read_medicine(block, of, shared.tags(), mistakes)
        elif {"values", "list"} & set(block.items):
            _read_list(block, name, shared, mistakes)
        elif not set(kinds) & set(block.items):
            mistakes.add(
                block.place,
                "a shared file holds questions, definitions, sources, answers or a list",
                'Write "questions:", "shared definitions:" or "shared sources:", or "values:" or "list:" with its name.',
                HARM_LOST,
            )
            shared.whole = False
    _answers_are_about_medicines(files, shared, mistakes)
    return shared


def _beginning_with(heading: str, files: Mapping[str, Block]) -> Iterator[tuple[str, Block]]:
    yield from (
        (n, block) for n, block in files.items() if heading in block.items and not n.startswith(f"{MEDICINES}/")
    )


def _held_once(block: Block, heading: str, kind: str, file: str, shared: Shared, mistakes: Mistakes) -> None:
    """Each name of a kind stands in one file: two texts under one name would be signed apart and judged as one."""
    node = block.items.get(heading)
    for name, key in node.keys.items() if isinstance(node, Block) else ():
        if name in shared.held[kind]:
            what = f'"{name}" stands in pathways/shared/{shared.held[kind][name]}.yaml too'
            mistakes.add(
                key.place, what, "Keep one of the two.", "One of the two texts would be read, and nobody sees which."
            )
        shared.held[kind].setdefault(name, file)


def _read_blocks(block: Block, heading: str, shared: Shared, mistakes: Mistakes, medicines: Iterable[str]) -> None:
    shapes = {"shared sources": SHARED_SOURCES, "shared definitions": SHARED_DEFINITIONS, "questions": SHARED_QUESTIONS}
    form = Form(block, shapes[heading], Tags(), mistakes)
    if heading == "shared sources":
        shared.sources.update(read_sources(form, heading))
        shared.whole = shared.whole and bool(shared.sources)
        return
    for key, inner in form.blocks(heading):
        if heading == QUESTIONS:
            shared.questions[key.words] = inner
        else:
            shared.definitions[key.words] = inner
            shared.written[key.words] = written(key, Form(inner, DEFINITION, shared.tags(), mistakes), medicines)


def _read_list(block: Block, name: str, shared: Shared, mistakes: Mistakes) -> None:
    before, of_answers = len(mistakes), "values" in block.items
    form = Form(block, SHARED_ANSWERS if of_answers else SHARED_LIST, Tags(), mistakes)
    kind = "values" if of_answers else "list"
    if form.text(kind) != name:
        form.refuse(kind, f'the file is called "{name_shown(name)}"', "Give the list the name of its file.", HARM_NAME)
    sources = read_sources(form)
    refuse_shared_tags(form, shared.sources)
    tags = form.tags = shared.tags(*names_under(form, "sources"))
    tags.whole = tags.whole and bool(tags.sources) == ("sources" in form) and "sources" not in form.misspelt
    choices = read_choices(form, "values list", name) if of_answers else {}
    parts = {} if of_answers else {heading: form.statements(heading) for heading in PARTS if heading in form}
    refuse_unused(tags, form, mistakes)
    cited = {tag: source for tag, source in shared.sources.items() if tag in tags.used}
    if cited:
        shared.cites[name] = shared.files_of(SOURCES, cited)
    if of_answers:
        node = form.node("values list")
        blocks = node.items.items() if isinstance(node, Block) else ()
        by_pgd = frozenset(answer for answer, one in blocks if isinstance(one, Block) and says_of_each_pgd(one))
        shared.answers[name] = SharedAnswers(choices, len(mistakes) == before, by_pgd)
    every = Frozen({**sources, **cited})
    shared.lists[name] = SharedList(name, form.text("title"), Frozen(parts), tuple(choices.values()), every)


def _answers_are_about_medicines(files: Mapping[str, Block], shared: Shared, mistakes: Mistakes) -> None:
    """What an answer says of one PGD is left out of every folder without that PGD, so a name nobody knows would be lost in silence."""
    for name in shared.answers:
        values = files[name].items.get("values list")
        for answer in values.items.values() if isinstance(values, Block) else ():
            for heading in ("bars", "cautions"):
                node = answer.items.get(heading) if isinstance(answer, Block) else None
                for pgd, key in node.keys.items() if isinstance(node, Block) else ():
                    _is_a_medicine(pgd, key, shared, mistakes)


def _is_a_medicine(pgd: str, key: Text, shared: Shared, mistakes: Mistakes) -> None:
    if pgd not in shared.medicines and shared.whole:
        fix = suggest(pgd, shared.medicines, f"Write pathways/shared/{MEDICINES}/{name_shown(pgd)}.yaml.")
        what = f'"{name_shown(pgd)}" has no file in pathways/shared/{MEDICINES}/'
        mistakes.add(key.place, what, fix, "A bar or caution under a name that no PGD has would be lost.")
