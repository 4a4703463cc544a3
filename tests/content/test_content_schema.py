"""The JSON Schema of content accepts every file that loads, and refuses the mistakes a schema can see."""

import re
from pathlib import Path

import jsonschema
import pytest
from by_shape import shape_of_file, tree_of

from pharmacyfirst.content.filled_in import plain
from pharmacyfirst.content.library import pathways_folder
from pharmacyfirst.content.schema import content_schema
from pharmacyfirst.content.text import Block, Mistakes, read_file

BAD = Path(__file__).resolve().parents[1] / "bad"
SCHEMA = content_schema()
WHOLE = jsonschema.Draft202012Validator(SCHEMA)
SOUND = sorted([*pathways_folder().rglob("*.yaml"), *(BAD / "good").rglob("*.yaml")])

# Why a schema accepts what the loader refuses, each with what the loader then says.
NOT_SEEN = {
    "how the YAML is written: anchors, tags, letters nobody can see, a heading twice": "is an anchor|is a tag|nobody can see|a second time",
    "a name that is declared elsewhere, or is not": (
        "is not (a|an) (question|answer|source|open item|shared question|product|list)|is no PGD|is nobody|covers nothing|there is no PGD"
        "|has no PGD|which is no PGD|is no gateway point|nothing that decides|is no stopping criterion|is not among the answers"
    ),
    "a name that is used nowhere, twice, or for two things": "nothing reads|used nowhere|already used|is a (question|score) too|no treatment row offers",
    "the name of a file or folder, and the set of files": "is version|is called|the folder says|there is no pathway.yaml|would never be read|published",
    "what fits a question: its answers, its range, its kind": (
        "does not answer|is answered|has one answer|may have several|is a (date|definition|score)$|whole number|goes from|lies outside"
        "|no answer (to|of)|is not an answer|is a number$|has no answers|has no meaning outside|is not answered"
    ),
    "a destination that no row leads to": 'does not fit "destination"',
    "a sentence that always or never holds, or leads back to itself": (
        "holds for|leads back|definitions one inside|can never decide|has a condition|no exclusion of .* is judged"
    ),
    "what two numbers have in common": "are not two whole numbers of one unit",
    "a threat to life: a criterion of its own, that nobody waits for": "no criterion for an immediate threat to life|which nobody waits for",
    "an answer that a case both gives and takes away": 'stands under "set" and under "unset"',
    "a day or a range that is none": "is not a range|range is empty|does not fit \"days\"|\"in force\"|in force",
    "what a question that is not always asked may do": "not asked of everybody|not always asked",
    "sums, units and digits": "check digit|come to|the step is larger|word of the form|can be worked out|is rounded|\"rounding\"|\"strength\"|\"dose\"",
    "the dose table: everybody in one row": "dose row|goes by weight|too many people apart",
    "how strong the evidence has to be": "rests on|has no open item",
    "an earlier name of two questions, or of one that is still asked": "\", which \"",
    "one question that needs another": "\"age_years\"|is not asked",
    "the pages: each question once, in the order to ask it": "stands on (no page|the pages twice)|stands (before|after)|of the pages|does not head|12 fit",
    "a page, heading, kind, PGD or form that is there": "is not a (page|kind of outcome|heading or id|stopping criterion)|no form of a product",
    "what a unit, a moment or an answer is in words": "in the plural|no words|in hours|with a number",
    "what only a row that offers may say, and must": "row offers|nothing says where",
    "what a contradiction may end in, and what may be said to a patient": "cannot both be|said to a patient",
    "answers that nothing reads": "reads \"colour\"",
    "bars of a medicine: each taken once, or said to differ": "no bar of|bars placebo-spray wherever|is taken on line|said to differ",
    "what a bar, a caution or a shared definition reads": "does not ask$|, and SNO-F1 does not|no caution of it reads|looks at it before",
    "what stands once, and under one name": "has no file in|no file of|is a shared definition too|not a shared definition|stands in pathways/shared",
}  # fmt: skip


def as_its_kind(tree: Block) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{shape_of_file(tree).key}", "$defs": SCHEMA["$defs"]})


@pytest.mark.parametrize("path", SOUND, ids=lambda path: "/".join(path.parts[-3:]))
def test_every_file_of_the_repository_fits(path):
    tree = tree_of(path)
    as_its_kind(tree).validate(plain(tree))
    WHOLE.validate(plain(tree))


def refused_by_the_schema(folder: Path) -> bool | None:
    """Whether a file of the folder is refused; None where none is, and one cannot be read at all."""
    trees = [read_file(path, path.name, Mistakes()) for path in folder.rglob("*.yaml")]
    if any(not WHOLE.is_valid(plain(tree)) for tree in trees if tree is not None):
        return True
    return False if all(trees) and trees else None


def first_words(folder: Path) -> str:
    """What the loader says first, without the place."""
    return (folder / "message.txt").read_text(encoding="utf-8").split("\n")[0].split(": ", 1)[1]


def test_mistakes_of_headings_structure_and_closed_lists_are_refused():
    folders = sorted(folder for folder in BAD.iterdir() if folder.name != "good")
    seen = {folder.name: refused_by_the_schema(folder) for folder in folders}
    unseen = [folder for folder in folders if seen[folder.name] is False]

    assert {
        kind for kind, said in NOT_SEEN.items() if not any(re.search(said, first_words(one)) for one in unseen)
    } == set()
    unexplained = [
        one.name for one in unseen if not any(re.search(said, first_words(one)) for said in NOT_SEEN.values())
    ]
    assert unexplained == []
    assert list(seen.values()).count(True) == 135
    structure = re.compile(
        "is not a heading of an? (?!stopping criteria$)|^this .* has no |belongs? under|has no headings|is a block|are a list$"
    )
    assert [one.name for one in unseen if structure.search(first_words(one))] == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda file: file["treatment"]["YAW-T1"].update(becuase="x"), "'becuase' was unexpected"),
        (lambda file: file.update({"stopping criteria": "nonsense"}), "'nonsense' is not of type 'object'"),
        (lambda file: file["sources"].update(Y9=["a"]), "['a'] is not of type 'object'"),
    ],
)
def test_what_stands_inside_is_looked_at_too(change, why):
    file = plain(tree_of(BAD / "good" / "yawning" / "pathway.yaml"))
    kind = as_its_kind(tree_of(BAD / "good" / "yawning" / "pathway.yaml"))
    kind.validate(file)
    change(file)

    assert not WHOLE.is_valid(file)
    assert any(why in error.message for error in kind.iter_errors(file))
