"""The definitions of ``pathways/shared/definitions.yaml`` that a pathway uses: those it names, and those that these and the bars speak of."""

from collections.abc import Iterable, Iterator, Mapping

from pharmacyfirst.content.blocks import Form
from pharmacyfirst.content.sentence_forms import HARM_NEVER_MET, named_in
from pharmacyfirst.content.sentences import Vocabulary, suggest
from pharmacyfirst.content.shapes_of_definitions import DEFINITION
from pharmacyfirst.content.text import Block, Text

DEFINITIONS = "definitions"
SHARED = "shared"


def own_definitions(form: Form) -> Iterator[tuple[Text, Form]]:
    """The definitions that stand in the pathway's own file."""
    for name, block in form.blocks(DEFINITIONS, skip=_named_shared(form)):
        yield name, Form(block, DEFINITION, form.tags, form.mistakes)


def shared_definitions(
    form: Form, shared: Mapping[str, Block], whole: bool, vocabulary: Vocabulary, taken: Iterable[Block]
) -> Iterator[tuple[Text, Form]]:
    """The shared definitions that the pathway says it uses, and those that they, or what it takes of a medicine, speak of.

    ``whole`` is false where the shared file could not be read. A definition that reads what the pathway does not ask is noted, and is
    then neither read nor called missing.
    """
    named = _named_shared(form)
    for name, key in named.items():
        if name not in shared and whole:
            fix = suggest(name, shared, "Write it here.")
            form.mistakes.add(key.place, f'"{name}" is not a shared definition', fix, HARM_NEVER_MET)
    _refuse_own_of_the_same_name(form, shared)
    wanted = {name: key for name, key in named.items() if name in shared}
    mentioned = {name for block in taken for name in named_in(block)}
    todo = [*wanted, *(name for name in shared if name in mentioned)]
    order: list[str] = []
    while todo:
        name = todo.pop(0)
        if name not in order:
            order.append(name)
            todo += [other for other in named_in(shared[name]) if other in shared]
    for name in order:
        key = wanted.get(name) or Text(name, shared[name].place)
        lacking = vocabulary.lacks(shared[name], also=shared)
        if lacking:
            at = key if name in wanted else form.block.keys.get(DEFINITIONS) or form.block.keys.get("questions") or key
            form.mistakes.add(
                at.place,
                f'the shared definition "{name}" reads "{lacking[0]}", which this pathway does not ask',
                f"Write {lacking[0]}: shared under questions, or the sentence without the definition.",
                HARM_NEVER_MET,
            )
            vocabulary.unread.add(name)
        else:
            yield key, Form(shared[name], DEFINITION, form.tags, form.mistakes)


def _named_shared(form: Form) -> dict[str, Text]:
    """The definitions of which the pathway says that they are shared, each with its key."""
    node = form.node(DEFINITIONS)
    if not isinstance(node, Block):
        return {}
    return {name: node.keys[name] for name, one in node.items.items() if isinstance(one, Text) and one.words == SHARED}


def _refuse_own_of_the_same_name(form: Form, shared: Mapping[str, Block]) -> None:
    for heading in (DEFINITIONS, "scores", "questions"):
        node = form.node(heading)
        for name, one in node.items.items() if isinstance(node, Block) else ():
            if name in shared and not (heading == DEFINITIONS and isinstance(one, Text)):
                assert isinstance(node, Block)
                form.mistakes.add(
                    node.keys[name].place,
                    f'"{name}" is a shared definition too',
                    f"Write {name}: shared under definitions, or give this another name.",
                    "One name for two things is read as the wrong one.",
                )
