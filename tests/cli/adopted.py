"""A made-up pharmacy that adopts: a published copy of the content, and what somebody types at `adopt`."""

import shutil
from pathlib import Path

import the_program

from pharmacyfirst import load
from pharmacyfirst.authority.adoption import documents_to_adopt
from pharmacyfirst.content.library import pathways_folder

HOW = "read against the signed document"
FIRST = "2026-11-01"


def publish(root):
    """Write the list of published versions anew, so that everything in a folder of pathways is published as it stands."""
    listed = Path(root) / "published.yaml"
    listed.unlink(missing_ok=True)
    library = load(root)
    stretches = [one.pathway for each in library.stretches.values() for one in each]
    documents = dict.fromkeys(document for pathway in stretches for document in documents_to_adopt(pathway))
    lines = [f"  {one.condition}/{one.document} {one.version}: {one.digest}" for one in documents]
    listed.write_text("\n".join(["published:", *dict.fromkeys(lines), ""]), encoding="utf-8")
    return Path(root)


def copy_of_what_ships(folder):
    return publish(shutil.copytree(pathways_folder(), folder / "pathways"))


def typed(pathway, agrees="yes", practitioners=("2012345",)):
    """What is typed for a whole record: the pharmacy, every open item, the practitioners. None leaves every item open."""
    items = pathway.open_items
    item = [""] if agrees is None else [agrees, HOW]
    words = ["FW844", "n", "2026-11-01 to 2027-01-30", "A. O'Example", "superintendent pharmacist", *item * len(items)]
    for number in practitioners:
        words += [number, "pharmacist", "2027-01-30"]
    return "\n".join([*words, "", ""])


def adopt(root, condition, to, typed, *more, day=FIRST):
    return the_program.run("adopt", condition, "--to", to, "--as-of", day, "--pathways", root, *more, input=typed)
