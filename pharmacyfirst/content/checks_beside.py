"""What can be wrong with where a criterion or row sends somebody: 999 that cannot be dialled, a pathway that is not there."""

from collections.abc import Collection, Iterator

from pharmacyfirst.content.files import name_shown
from pharmacyfirst.content.pathways import Draft
from pharmacyfirst.content.sentences import suggest
from pharmacyfirst.content.shapes import ALWAYS_999
from pharmacyfirst.content.text import Block, Mistakes, Text
from pharmacyfirst.kernel.conditions import OneOf
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.questions import AGE, BORN, LIFE_THREATENING

_LEADS = ("leads to", "next")


def emergencies_can_dial_999(draft: Draft, block: Block, mistakes: Mistakes) -> None:
    """Where there is an emergency, a threat to life is one by itself; where there is an age, it can come from a date of birth."""
    node = block.items.get("questions")
    if not isinstance(node, Block):
        return
    threat = OneOf(LIFE_THREATENING, (True,))
    emergencies = [criterion.id for criterion in draft.pathway.stopping if criterion.kind is Kind.EMERGENCY]
    if emergencies and LIFE_THREATENING not in node.items:
        mistakes.add(
            draft.places[emergencies[0]],
            f'an emergency, and "{LIFE_THREATENING}" is not asked',
            f"Write {LIFE_THREATENING}: shared under questions.",
            "Nobody could be told to dial 999.",
        )
    elif (
        emergencies
        and draft.whole
        and not any(one.sentence == threat and one.always_999 and not one.must for one in draft.pathway.stopping)
    ):
        mistakes.add(
            draft.places[emergencies[0]],
            "an emergency, and no criterion for an immediate threat to life",
            f"Write one with when: {LIFE_THREATENING} is yes, and then: {ALWAYS_999}.",
            "Somebody in danger of their life could be sent to A&E, or treated, where 999 has to be dialled.",
        )
    if BORN in node.items and AGE not in node.items:
        mistakes.add(
            node.keys[BORN].place,
            f'"{BORN}" without "{AGE}"',
            f"Write {AGE}: shared under questions.",
            "The age could not be worked out.",
        )


def leads_somewhere(block: Block, conditions: Collection[str], mistakes: Mistakes) -> None:
    """A criterion or row that leads on to a pathway which the folder does not have; it may lead to its own once more."""
    for one in _that_decide(block):
        for heading in _LEADS:
            name = one.items.get(heading)
            if isinstance(name, Text) and name.words not in conditions:
                mistakes.add(
                    name.place,
                    f'there is no pathway "{name_shown(name.words)}" in this content',
                    suggest(name.words, conditions, "Name a folder of this content."),
                    "Somebody would be sent on to a consultation that nobody can hold.",
                )


def _that_decide(block: Block) -> Iterator[Block]:
    """The blocks of stopping criteria and treatment rows."""
    stopping, treatment = block.items.get("stopping criteria"), block.items.get("treatment")
    groups = list(stopping.items.values()) if isinstance(stopping, Block) else []
    for group in (*groups, treatment):
        yield from (one for one in (group.items.values() if isinstance(group, Block) else ()) if isinstance(one, Block))
