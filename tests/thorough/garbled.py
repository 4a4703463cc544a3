"""Part `garbled`: whatever happens to a content file, the loader answers with its mistakes and never with a traceback; what it takes, the JSON Schema takes.

The real files are garbled line by line, always in the same way for a seed; so is the set of tests/bad/good/, which has every heading.
"""

import random
import shutil
import tempfile
from functools import partial
from pathlib import Path

import jsonschema
from thorough.part import Part

from pharmacyfirst.content.cases import cases_of_each
from pharmacyfirst.content.files import SHARED
from pharmacyfirst.content.filled_in import plain
from pharmacyfirst.content.library import load, pathways_folder
from pharmacyfirst.content.schema import content_schema
from pharmacyfirst.content.text import ContentRefused, Mistakes, read_file

SCHEMA = jsonschema.Draft202012Validator(content_schema())
SOURCES = {"real": pathways_folder(), "every heading": Path(__file__).resolve().parents[1] / "bad" / "good"}
AT_ONCE = 500
STRANGE = (
    "", "²", "0", "-1", "9" * 5000, "1e9", "²-²", "[a]", "{", "&a", "*a", "!!x", "- x", "? y", "'", '"', "|", ">-", "#", "\t", "---", "~",
    "none", "nothing", "shared", "not known", "everyone", "emergency", "offer a and b", "any of a, b", "from 9999-12-31", "0 mg", "2%",
    "9999-12-31 to 9999-12-31", "0.0000001 mg for each kg", "999999999 mg for each kg", "worked out", "\x00", "\u202e", "\ufeff",
)  # fmt: skip


def garble_and_load(source, seed, times):
    """Garbled copies of a set, each loaded. Raises AssertionError for an error that is no refusal."""
    chance = random.Random(seed)
    source = SOURCES[source]
    conditions = sorted(folder.name for folder in source.iterdir() if folder.is_dir() and folder.name != SHARED)
    refused = 0
    for number in range(times):
        with tempfile.TemporaryDirectory() as into:
            root = Path(into) / "pathways"
            condition = chance.choice(conditions)
            for name in (condition, SHARED):
                shutil.copytree(source / name, root / name)
            file = chance.choice(sorted(root.rglob("*.yaml")))
            file.write_text(garbled(file.read_text(encoding="utf-8"), chance), encoding="utf-8")
            refused += is_refused(root, f"{file.relative_to(root)} after {number} of seed {seed}")
    assert refused > times / 2, "the files are hardly garbled at all"
    return {"garbled files": times, "of them refused": refused}


def is_refused(root, where):
    try:
        cases_of_each(library := load(root), library.conditions)
    except ContentRefused as refused:
        return bool(str(refused))
    except Exception as error:
        raise AssertionError(f"{where}: {error!r}") from error
    for path in root.rglob("*.yaml"):
        file = read_file(path, path.name, Mistakes())
        assert file is not None, where
        assert SCHEMA.is_valid(plain(file)), f"{where}: the loader takes it, and the schema does not"
    return False


def pieces(size, seed):
    for source in SOURCES:
        for number, start in enumerate(range(0, size, AT_ONCE)):
            times = min(AT_ONCE, size - start)
            yield f"{source} {start + 1} to {start + times}", partial(garble_and_load, source, seed + number, times)


def garbled(text, chance):
    lines = text.split("\n")
    for _ in range(chance.choice((1, 1, 2, 4))):
        one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        chance.choice(WAYS)(lines, one, other, chance)
    return "\n".join(lines)


def leave_out(lines, one, other, chance):
    lines[one] = ""


def leave_out_what_stands_under(lines, one, other, chance):
    del lines[one + 1 : end_of_block(lines, one)]


def twice(lines, one, other, chance):
    lines[other:other] = lines[one : end_of_block(lines, one)]


def change_places(lines, one, other, chance):
    lines[one], lines[other] = lines[other], lines[one]


def change_values(lines, one, other, chance):
    heading, _, _ = lines[one].partition(":")
    _, colon, value = lines[other].partition(":")
    lines[one] = heading + colon + value


def something_strange(lines, one, other, chance):
    heading, colon, _ = lines[one].partition(":")
    lines[one] = f"{heading}{colon} {chance.choice(STRANGE)}"


def one_letter(lines, one, other, chance):
    at = chance.randrange(len(lines[one]) + 1)
    lines[one] = lines[one][:at] + chance.choice("aZ0-_:,.' \"[]{}#&*!|>%@~²") + lines[one][at + 1 :]


def deeper(lines, one, other, chance):
    lines[one] = "  " + lines[one]


def as_a_list(lines, one, other, chance):
    heading, colon, value = lines[one].partition(":")
    indent = " " * (len(heading) - len(heading.lstrip()) + 2)
    lines[one : one + 1] = [heading + colon, f"{indent}-{value}"]


def mixed_up(lines, one, other, chance):
    lines[one] = "".join(chance.sample(lines[one], len(lines[one])))


WAYS = (
    leave_out, leave_out_what_stands_under, twice, change_places, change_values, something_strange, one_letter, deeper, as_a_list,
    mixed_up,
)  # fmt: skip


def end_of_block(lines, start):
    depth = len(lines[start]) - len(lines[start].lstrip())
    for at in range(start + 1, len(lines)):
        if len(lines[at]) - len(lines[at].lstrip()) <= depth:
            return at
    return len(lines)


PART = Part(
    name="garbled",
    property="a garbled content file is refused with its mistakes, or loads: never a traceback",
    test="tests/content/test_garbled_files.py",
    size=8_000,
    counts="files of each of two sets",
    pieces=pieces,
)
