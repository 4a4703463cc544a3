"""What stands once in ``pathways/shared/``: questions that several pathways ask, lists of answers, and lists for people to read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pharmacyfirst.content.blocks import HARM_LOST, HARM_NAME, HARM_UNSOURCED, Form, Tags, names_under, plain_name
from pharmacyfirst.content.documents import read_sources, refuse_unused
from pharmacyfirst.content.files import name_shown
from pharmacyfirst.content.shapes import PARTS, SHARED_ANSWERS, SHARED_LIST, SHARED_QUESTIONS
from pharmacyfirst.content.text import Block, Mistakes
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import SharedList
from pharmacyfirst.kernel.questions import Bar, Choice, Origin

QUESTIONS = "questions"


@dataclass
class SharedAnswers:
    """A shared list of answers as read; ``whole`` where nothing in it was refused."""

    choices: Mapping[str, Choice]
    whole: bool


@dataclass
class Shared:
    """What stands once in ``pathways/shared/``: questions, lists of answers, and what each list is, by name."""

    questions: dict[str, Block] = field(default_factory=dict)
    answers: dict[str, SharedAnswers] = field(default_factory=dict)
    lists: dict[str, SharedList] = field(default_factory=dict)
    whole: bool = True  # False where a file could not be read: then what it would have held is not called missing


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
        elif "questions" in block.items:
            form = Form(block, SHARED_QUESTIONS, Tags(), mistakes)
            if name != QUESTIONS:
                form.refuse(
                    "questions",
                    f'the file is called "{name_shown(name)}"',
                    f"Keep them in {QUESTIONS}.yaml.",
                    HARM_NAME,
                )
            shared.questions.update({key.words: inner for key, inner in form.blocks("questions")})
        else:
            _read_list(block, name, shared, mistakes)
    return shared


def _read_list(block: Block, name: str, shared: Shared, mistakes: Mistakes) -> None:
    before, of_answers = len(mistakes), "values" in block.items
    form = Form(block, SHARED_ANSWERS if of_answers else SHARED_LIST, Tags(), mistakes)
    kind = "values" if of_answers else "list"
    if form.text(kind) != name:
        form.refuse(kind, f'the file is called "{name_shown(name)}"', "Give the list the name of its file.", HARM_NAME)
    sources = read_sources(form)
    tags = form.tags = Tags(tagged := names_under(form, "sources"), whole=bool(tagged))
    choices = read_choices(form, "values list", name) if of_answers else {}
    parts = {} if of_answers else {heading: form.statements(heading) for heading in PARTS if heading in form}
    refuse_unused(tags, form, mistakes)
    if of_answers:
        shared.answers[name] = SharedAnswers(choices, len(mistakes) == before)
    shared.lists[name] = SharedList(name, form.text("title"), Frozen(parts), tuple(choices.values()), Frozen(sources))


def read_choices(form: Form, heading: str, shared: str = "") -> dict[str, Choice]:
    """The answers under a heading of a question, or of the shared list of that name, each with what the file says of it."""
    node = form.node(heading)
    # An answer with no block under it is noted; it is still an answer, and sentences may name it.
    choices = {name: Choice(name) for name in (node.items if isinstance(node, Block) else ())}
    for name, inner in form.forms(heading):
        backing = inner.backing()
        for does in inner.shape.with_evidence:
            if does in inner and "evidence" not in inner:
                inner.refuse(does, "what the answer does has no evidence", "Write evidence:.", HARM_UNSOURCED)
                break
        bars = tuple(Bar(pgd.words, backing) for pgd in inner.names("bars"))
        was = tuple(before.words for before in inner.names("was"))
        origin = Origin(shared, bars, backing, inner.text("says"), inner.text("action"), was)
        choices[name.words] = Choice(plain_name(name, form.mistakes), origin.says, origin.action, (origin,))
    return choices


def add_choices(found: dict[str, Choice], more: Mapping[str, Choice]) -> None:
    """Answers added to those there are. What is said of one that is there already adds up; its last words are shown."""
    for name, choice in more.items():
        before = found.get(name)
        found[name] = choice if before is None or not choice.origins else Choice(
            name, choice.says or before.says, choice.action or before.action, before.origins + choice.origins
        )  # fmt: skip
