"""Whatever happens to a file, the loader answers with its mistakes and never with a traceback.

The real files are garbled line by line, always in the same way; so is the set of tests/bad/good/, which has every heading.
"""

import random
import shutil
from pathlib import Path

import pytest

from pharmacyfirst.content.cases import cases_of_each
from pharmacyfirst.content.library import SHARED, load, pathways_folder
from pharmacyfirst.content.text import ContentRefused

GOOD = Path(__file__).resolve().parents[1] / "bad" / "good"
STRANGE = (
    "", "²", "0", "-1", "9" * 5000, "1e9", "²-²", "[a]", "{", "&a", "*a", "!!x", "- x", "? y", "'", '"', "|", ">-", "#", "\t", "---", "~",
    "none", "nothing", "shared", "not known", "everyone", "emergency", "offer a and b", "any of a, b", "from 9999-12-31", "0 mg", "2%",
    "9999-12-31 to 9999-12-31", "0.0000001 mg for each kg", "999999999 mg for each kg", "worked out", "\x00", "\u202e", "\ufeff",
)  # fmt: skip


def test_garbled_real_files(tmp_path):
    garble_and_load(pathways_folder(), tmp_path, seed=1, times=40)


def test_garbled_set_with_every_heading(tmp_path):
    garble_and_load(GOOD, tmp_path, seed=2, times=120)


def garble_and_load(source, into, seed, times):
    chance = random.Random(seed)
    conditions = sorted(folder.name for folder in source.iterdir() if folder.is_dir() and folder.name != SHARED)
    refused = 0
    for number in range(times):
        condition = chance.choice(conditions)
        root = into / str(number)
        for name in (condition, SHARED):
            shutil.copytree(source / name, root / name)
        file = chance.choice(sorted(root.rglob("*.yaml")))
        file.write_text(garbled(file.read_text(encoding="utf-8"), chance), encoding="utf-8")
        refused += is_refused(root, f"{file} after {number} of seed {seed}")
    assert refused > times / 2  # else the files are hardly garbled at all


def is_refused(root, where):
    try:
        cases_of_each(library := load(root), library.conditions)
    except ContentRefused as refused:
        return bool(str(refused))
    except Exception as error:
        pytest.fail(f"{where}: {error!r}")
    return False


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
