"""The answers of a choice or a set, as a question or a shared list writes them: their words, what they rule out, and what they call for."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from pharmacyfirst.content.blocks import HARM_UNSOURCED, Form, plain_name
from pharmacyfirst.content.shape import Shape
from pharmacyfirst.content.text import Block
from pharmacyfirst.kernel.questions import Action, Bar, Choice, Origin


def read_choices(form: Form, heading: str, shared: str = "") -> dict[str, Choice]:
    """The answers under a heading of a question, or of the shared list of that name, each with what the file says of it."""
    node = form.node(heading)
    # An answer with no block under it is noted; it is still an answer, and sentences may name it.
    choices = {name: Choice(name) for name in (node.items if isinstance(node, Block) else ())}
    for name, block in form.blocks(heading):
        inner = Form(block, _shape_of(block, form.shape.headings[heading].shapes), form.tags, form.mistakes)
        was = tuple(before.words for before in inner.names("was"))
        bars, actions = _by_pgd(inner) if says_of_each_pgd(block) else (_bars(inner), ())
        action = inner.text("action") or _in_one(actions)
        origin = Origin(shared, bars, inner.backing(), inner.text("says"), action, was, actions)
        choices[name.words] = Choice(
            plain_name(name, form.mistakes), origin.says, action, (origin,), inner.text("group")
        )
    return choices


def says_of_each_pgd(block: Block) -> bool:
    """Whether an answer says of each PGD by itself what it does, each on evidence of its own."""
    return "cautions" in block.items or isinstance(block.items.get("bars"), Block)


def _shape_of(block: Block, shapes: tuple[Shape, ...]) -> Shape:
    return shapes[-1] if says_of_each_pgd(block) else shapes[0]


def _bars(form: Form) -> tuple[Bar, ...]:
    backing = form.backing()
    for does in form.shape.with_evidence:
        if does in form and "evidence" not in form:
            form.refuse(does, "what the answer does has no evidence", "Write evidence:.", HARM_UNSOURCED)
            break
    return tuple(Bar(pgd.words, backing) for pgd in form.names("bars"))


def _by_pgd(form: Form) -> tuple[tuple[Bar, ...], tuple[Action, ...]]:
    if "cautions" not in form.shape.headings:  # noted as an unknown heading
        return (), ()
    bars = (Bar(pgd.words, inner.backing(), inner.text("because")) for pgd, inner in form.forms("bars"))
    actions = (Action(pgd.words, inner.text("action"), inner.backing()) for pgd, inner in form.forms("cautions"))
    return tuple(bars), tuple(actions)


def _in_one(actions: Iterable[Action]) -> str:
    """What to do, in one line: once where it is the same with every PGD."""
    says = {action.pgd: action.says for action in actions}
    if len(set(says.values())) < 2:
        return "".join(set(says.values()))
    return "; ".join(f"{pgd}: {words}" for pgd, words in says.items())


def about(choice: Choice, pgds: Collection[str]) -> Choice:
    """The same answer with nothing but what it says of some PGDs."""
    return replace(choice, origins=tuple(_about(origin, pgds) for origin in choice.origins))


def _about(origin: Origin, pgds: Collection[str]) -> Origin:
    if not origin.actions and not origin.bars:
        return origin
    actions = tuple(one for one in origin.actions if one.pgd in pgds)
    action = _in_one(actions) if origin.actions else origin.action
    bars = tuple(bar for bar in origin.bars if bar.pgd in pgds)
    return replace(origin, bars=bars, actions=actions, action=action)


def actions_of(choice: Choice) -> tuple[Action, ...]:
    """What an answer calls for with single PGDs, whichever file says so."""
    return tuple(action for origin in choice.origins for action in origin.actions)


def of_the_folder(choices: Mapping[str, Choice], by_pgd: Collection[str], pgds: Collection[str]) -> dict[str, Choice]:
    """Of a shared list the answers that matter to a PGD of the folder, each with what it says of those alone.

    ``by_pgd`` are those that say of each PGD what they do; any other answer is for every folder.
    """
    found = {}
    for name, choice in choices.items():
        if name not in by_pgd:
            found[name] = choice
            continue
        here = about(choice, pgds)
        if any(origin.bars or origin.actions for origin in here.origins):
            found[name] = replace(here, action="; ".join(one.action for one in here.origins if one.action))
    return found


def add_choices(found: dict[str, Choice], more: Mapping[str, Choice]) -> None:
    """Answers added to those there are. What is said of one that is there already adds up; its last words are shown."""
    for name, choice in more.items():
        before = found.get(name)
        if before is None or not choice.origins:
            found[name] = choice
        else:
            says, action = choice.says or before.says, choice.action or before.action
            origins, group = before.origins + choice.origins, choice.group or before.group
            found[name] = Choice(name, says, action, origins, group)
