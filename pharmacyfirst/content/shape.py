"""What a shape is: the headings of one kind of block, and what stands under each. ``shapes`` holds all there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pharmacyfirst.kernel.frozen import Frozen

SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class Under:
    """What stands under a heading: in words for whoever writes it, and as JSON Schema, every scalar being text.

    Where blocks do, ``shapes`` are the shapes one of them may have, and ``how`` says how they stand: ``block`` (one), ``line or block``, ``named`` (each
    under a name of its own), ``grouped`` (named, under names of groups, which have the first shape), ``list`` (each with a dash), ``one or
    list``. ``called`` is what messages call one that has a name. Where a sentence does, ``how`` is ``sentence``.
    """

    words: str
    schema: Mapping[str, Any]
    shapes: tuple["Shape", ...] = ()
    how: str = ""
    called: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of block. ``name`` is what messages call it; ``key`` tells apart those that are called the same.

    ``required`` and ``optional`` are its headings, in the order in which messages name them. Of the headings ``one_of`` exactly one
    stands in the block, of ``most_one`` at most one, of ``some_of`` at least one; where one of ``with_evidence`` stands, evidence
    does too; and where the first of ``apart`` stands, none of the rest does. ``headings`` are all of them, the required ones first.
    """

    name: str
    required: Mapping[str, Under] = Frozen()
    optional: Mapping[str, Under] = Frozen()
    one_of: tuple[str, ...] = ()
    most_one: tuple[str, ...] = ()
    some_of: tuple[str, ...] = ()
    with_evidence: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    key: str = ""
    headings: Mapping[str, Under] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "required", Frozen(self.required))
        object.__setattr__(self, "optional", Frozen(self.optional))
        object.__setattr__(self, "key", self.key or self.name)
        object.__setattr__(self, "headings", Frozen({**self.required, **self.optional}))

    @property
    def sentence(self) -> tuple[str, ...]:
        """The headings of which at most one stands there, with the sentence it is judged by."""
        return tuple(heading for heading, under in self.headings.items() if under.how == SENTENCE)

    def need_not(self, headings: Iterable[str]) -> "Shape":
        """The same, where some of the headings may be missing."""
        free = {heading: self.headings[heading] for heading in headings}
        needed = {heading: under for heading, under in self.required.items() if heading not in free}
        return replace(self, required=needed, optional={**self.optional, **free})


def matching(pattern: str, words: str) -> Under:
    """Words that fit a pattern."""
    return Under(words, {"type": "string", "pattern": rf"^(?:{pattern})$"})


def at_most(most: int) -> Under:
    """Words of at most so many characters."""
    return Under(f"words, at most {most} characters", {"type": "string", "pattern": r"\S", "maxLength": most})


def names_of(*allowed: str) -> Under:
    """Names of a closed list, with commas or as a list."""
    one = f"(?:{'|'.join(allowed)})"
    line = {"type": "string", "pattern": rf"^\s*{one}(?:\s*,\s*{one})*\s*$"}
    words = " or ".join(f"`{name}`" for name in allowed)
    return Under(
        f"{words}, or more of them with commas", {"anyOf": [line, {"type": "array", "minItems": 1, "items": line}]}
    )


def line_or_block(line: Under, shape: Shape) -> Under:
    """What stands on a line, or a block that says it with more."""
    return Under(
        f"{line.words}; or a block: {shape.name}",
        {"anyOf": [line.schema, any_of_shapes(shape)]},
        (shape,),
        "line or block",
    )


def one_word_of(*allowed: str) -> Under:
    """One of a closed list of words."""
    return Under(", ".join(f"`{word}`" for word in allowed[:-1]) + f" or `{allowed[-1]}`", {"enum": list(allowed)})


def any_of_shapes(*shapes: Shape) -> dict[str, Any]:
    """The schema of a block of one of some shapes."""
    each = [{"$ref": f"#/$defs/{shape.key}"} for shape in shapes]
    return each[0] if len(each) == 1 else {"anyOf": each}


def block_of(shape: Shape) -> Under:
    """One block."""
    return Under(f"a block: {shape.name}", any_of_shapes(shape), (shape,), "block")


def named(*shapes: Shape, called: str = "", names: str | list[str] = "") -> Under:
    """Blocks with names of their own: any, those that fit a pattern, or those of a list."""
    called = called or shapes[0].name
    schema: dict[str, Any] = {"type": "object", "additionalProperties": any_of_shapes(*shapes)}
    if names:
        schema["propertyNames"] = {"enum": names} if isinstance(names, list) else {"pattern": rf"^(?:{names})$"}
    return Under(f"names, each with a block: {called}", schema, shapes, "named", called)


def list_of(shape: Shape) -> Under:
    """Blocks, each with a dash."""
    return Under(
        f"a list of blocks: {shape.name}",
        {"type": "array", "minItems": 1, "items": any_of_shapes(shape)},
        (shape,),
        "list",
    )


def one_or_list_of(shape: Shape) -> Under:
    """One block, or several, each with a dash."""
    one = any_of_shapes(shape)
    either = {"anyOf": [one, {"type": "array", "minItems": 1, "items": one}]}
    return Under(f"a block, or a list of them: {shape.name}", either, (shape,), "one or list")


def line_or_list(pattern: str, words: str) -> Under:
    """A line that fits a pattern, or a list of such lines."""
    line = {"type": "string", "pattern": rf"^(?:{pattern})$"}
    return Under(words, {"anyOf": [line, {"type": "array", "minItems": 1, "items": line}]})
