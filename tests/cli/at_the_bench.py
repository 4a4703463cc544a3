"""A made-up condition on the bench, and what is written into its file."""

import shutil

import the_program
from adopted import publish

FIRST, DAY = "A. Example", "2026-11-01"
SECOND = "B. Sample"


def made_up(folder):
    return publish(shutil.copytree(the_program.GOOD, folder / "pathways"))


def bench(root, command, *args, day=DAY, input=None):
    return the_program.run("bench", command, *args, "--pathways", root, "--as-of", day, input=input)


def write_in(file, *changes):
    words = file.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in words, old
        words = words.replace(old, new)
    file.write_text(words, encoding="utf-8")


def answer_all(file, found="agrees", by=FIRST, on=DAY):
    write_in(
        file,
        ("found:\n", f"found: {found}\n"),
        ("where:\n", "where: page 3\n"),
        ("read by:\n", f"read by: {by}\n"),
        ("read on:\n", f"read on: {on}\n"),
    )


def entry(file, name):
    """The lines of one clause in a bench file."""
    words = file.read_text(encoding="utf-8")
    start = words.index(f"    {name}:\n")
    return words[start : words.index("      on:", start)]
