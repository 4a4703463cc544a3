"""Content files walked by the table of shapes: each block with its shape, each scalar with the way to it. For tests."""

from collections.abc import Iterator

from pharmacyfirst.content.filled_in import plain
from pharmacyfirst.content.invariant_shapes import FILE_OF_INVARIANTS
from pharmacyfirst.content.shape import Shape, Under
from pharmacyfirst.content.shapes import PATHWAY_FILE, SHARED_ANSWERS, SHARED_LIST, SHARED_QUESTIONS
from pharmacyfirst.content.shapes_of_cases import FILE_OF_CASES, PUBLISHED_LIST
from pharmacyfirst.content.shapes_of_hazards import FILE_OF_HAZARDS
from pharmacyfirst.content.shapes_of_medicines import SHARED_DEFINITIONS, SHARED_MEDICINE, SHARED_SOURCES
from pharmacyfirst.content.shapes_of_pgds import DOSE_GAP, DOSE_ROW, PGD_FILE, PROTOCOL_FILE
from pharmacyfirst.content.shapes_of_questions import ANSWER_BY_PGD, QUESTION, SHARED_QUESTION
from pharmacyfirst.content.shapes_of_services import SERVICE_FILE
from pharmacyfirst.content.spellings import NO_DOSE
from pharmacyfirst.content.text import Block, List, Mistakes, Node, Text, read_file

FILES = (
    ("service", SERVICE_FILE),
    ("hazard log", FILE_OF_HAZARDS), ("stopping criteria", PATHWAY_FILE), ("cases", FILE_OF_CASES), ("values list", SHARED_ANSWERS),
    ("items", SHARED_LIST), ("published", PUBLISHED_LIST), ("questions", SHARED_QUESTIONS),
    ("invariants", FILE_OF_INVARIANTS), ("shared medicine", SHARED_MEDICINE), ("shared definitions", SHARED_DEFINITIONS),
    ("shared sources", SHARED_SOURCES),
)  # fmt: skip


def tree_of(path) -> Block:
    """A file that can be read, as text with places."""
    block = read_file(path, path.name, mistakes := Mistakes())
    assert block is not None, list(mistakes)
    return block


def shape_of_file(block: Block) -> Shape:
    """The shape of a file, known by a heading that no other kind of file has."""
    if "mechanism" in block.items:
        is_pgd = plain(block.items["mechanism"]) == "pgd"
        return PGD_FILE if is_pgd else PROTOCOL_FILE
    return next(shape for heading, shape in FILES if heading in block.items)


def blocks_of(block: Block, shape: Shape) -> Iterator[tuple[Block, Shape]]:
    """A block and every block in it, each with its shape."""
    yield block, shape
    for heading, node in block.items.items():
        under = shape.headings.get(heading)
        for inner, its_shape in _inside(node, under) if under is not None and under.shapes else ():
            yield from blocks_of(inner, its_shape)


def _inside(node: Node, under: Under) -> Iterator[tuple[Block, Shape]]:
    if under.how == "grouped":
        for group in node.items.values():
            yield Block(group.place, {h: n for h, n in group.items.items() if h == "then"}), under.shapes[0]
            yield from ((one, under.shapes[1]) for name, one in group.items.items() if name != "then")
        return
    nodes = node.items.values() if under.how == "named" else node.items if isinstance(node, List) else [node]
    yield from ((one, _meant(one, under.shapes)) for one in nodes if isinstance(one, Block))


def _meant(block: Block, allowed: tuple[Shape, ...]) -> Shape:
    if SHARED_QUESTION in allowed:
        return SHARED_QUESTION if "shared" in block.items else QUESTION
    if DOSE_GAP in allowed:
        dose = block.items.get("dose")
        return DOSE_GAP if isinstance(dose, Text) and dose.words == NO_DOSE else DOSE_ROW
    return meant(block.items, allowed)


def meant(headings, allowed: tuple[Shape, ...]) -> Shape:
    """Which of two shapes a block has that is told by a heading only one of them has, or by a block under ``bars``."""
    if ANSWER_BY_PGD in allowed:
        by_pgd = "cautions" in headings or isinstance(headings.get("bars"), Block | dict)
        return ANSWER_BY_PGD if by_pgd else allowed[0]
    return next(
        (shape for shape in allowed[1:] if ({*shape.required} - {*allowed[0].headings}) & {*headings}), allowed[0]
    )
