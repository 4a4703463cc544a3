"""All shapes together: the files there are, and every kind of block in them."""

from pharmacyfirst.content.invariant_shapes import FILE_OF_INVARIANTS
from pharmacyfirst.content.shape import Shape
from pharmacyfirst.content.shapes import PATHWAY_FILE, SHARED_ANSWERS, SHARED_LIST, SHARED_QUESTIONS
from pharmacyfirst.content.shapes_of_cases import FILE_OF_CASES, PUBLISHED_LIST
from pharmacyfirst.content.shapes_of_hazards import FILE_OF_HAZARDS
from pharmacyfirst.content.shapes_of_medicines import SHARED_DEFINITIONS, SHARED_MEDICINE, SHARED_SOURCES
from pharmacyfirst.content.shapes_of_pgds import PGD_FILE, PROTOCOL_FILE
from pharmacyfirst.content.shapes_of_services import SERVICE_FILE

FILES = (
    PATHWAY_FILE, PGD_FILE, PROTOCOL_FILE, FILE_OF_CASES, SHARED_QUESTIONS, SHARED_ANSWERS, SHARED_LIST, SHARED_MEDICINE,
    SHARED_DEFINITIONS, SHARED_SOURCES, PUBLISHED_LIST, FILE_OF_INVARIANTS, FILE_OF_HAZARDS, SERVICE_FILE,
)  # fmt: skip


def every_shape() -> tuple[Shape, ...]:
    """All shapes, each after the file or block it stands in, each once."""
    return shapes_within(*FILES)


def shapes_within(*files: Shape) -> tuple[Shape, ...]:
    """The shapes of some files and of every kind of block in them, each after the file or block it stands in, each once."""
    found: dict[str, Shape] = {}

    def note(shape: Shape) -> None:
        if shape.key not in found:
            found[shape.key] = shape
            for under in shape.headings.values():
                for inner in under.shapes:
                    note(inner)

    for file in files:
        note(file)
    return tuple(found.values())
