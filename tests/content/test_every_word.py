"""Every word of every content file can be reached from the library, and everything with evidence stands in ``pathway.backed()``."""

import re
import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest
from written_again import lost

from pharmacyfirst.content import (
    blocks,
    building,
    cases,
    choices,
    doses,
    for_people,
    medicines,
    pathways,
    pgds,
    words_of_questions,
)
from pharmacyfirst.content.kept import FOLDER_VARIABLE
from pharmacyfirst.content.library import load, read, shipped_library
from pharmacyfirst.kernel.evidence import Backing
from pharmacyfirst.kernel.pathway import PATHWAY
from pharmacyfirst.kernel.pgd import PGD, WHOLE
from pharmacyfirst.kernel.questions import Origin

GOOD = Path(__file__).resolve().parents[1] / "bad" / "good"
SERVICES = GOOD.parents[1] / "humming"
LIBRARIES = {"shipped": shipped_library(), "made up": read(GOOD), "services": read(SERVICES)}


@pytest.fixture(autouse=True)
def nothing_is_kept(monkeypatch):
    """Each set is read anew, by the reader as a test has changed it."""
    monkeypatch.setenv(FOLDER_VARIABLE, "")


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_word_of_every_file_can_be_reached(name):
    assert lost(LIBRARIES[name]) == {}


BROKEN = {
    "a note": (blocks.Headings, "backing", lambda read: dropping(read, lambda backing: replace(backing, note=""))),
    "a line of evidence": (blocks.Headings, "evidence", lambda read: dropping(read, lambda lines: lines[:1])),
    "a statement": (blocks.Headings, "statements", lambda read: dropping(read, lambda statements: statements[:1])),
    "professions": (blocks, "statement", lambda read: dropping(read, lambda one: replace(one, professions=()))),
    "readers": (for_people, "readers", lambda read: dropping(read, lambda names: names[:1])),
    "forms": (for_people, "forms", lambda read: dropping(read, lambda names: ())),
    "a page": (pathways, "read_pages", lambda read: dropping(read, lambda pages: pages[:-1])),
    "where to go": (pathways, "read_where_to", lambda read: dropping(read, lambda found: list(found)[1:])),
    "help": (words_of_questions, "short", lambda read: dropping(read, lambda words: words[:20])),
    "a withdrawal": (building, "read_published", lambda read: dropping(read, lambda found: (found[0], ()))),
    "other products": (doses, "_packs", lambda read: dropping(read, lambda packs: list(packs)[:1])),
    "conflicts": (pathways, "_conflicts", lambda read: dropping(read, lambda found: list(found)[1:])),
    "what answers say": (choices, "Origin", lambda made: lambda *given: made(*given[:4], "", *given[5:])),
    "why an answer bars": (choices, "Bar", lambda made: lambda *given: made(*given[:2])),
    "a bar of a medicine": (medicines, "written", lambda read: dropping(read, lambda one: replace(one, because=""))),
    "the bar of a clause": (pgds, "Clause", lambda made: lambda **given: made(**{**given, "bar": ""})),
    "what differs": (pgds, "BarDifference", lambda made: lambda *given: made(given[0], "", *given[2:])),
    "notes of cases": (cases, "Case", lambda made: lambda *given: made(*given[:7])),
}  # fmt: skip


def dropping(read, change):
    return lambda *given, **named: change(read(*given, **named))


def test_both_notes_of_a_question_are_kept(tmp_path):
    root = Path(shutil.copytree(GOOD, tmp_path / "pathways"))
    file = root / "hiccups" / "pathway.yaml"
    own = "  scarf:\n    shared: yes\n    note: A muffler counts.\n"
    file.write_text(file.read_text(encoding="utf-8").replace("  scarf: shared\n", own), encoding="utf-8")
    library = load(root)
    question = library.newest("hiccups").questions["scarf"]

    assert (question.backing.note, question.beside.note) == ("A muffler counts.", "of no other person is it asked")
    assert [
        one.backing.note for one in library.newest("hiccups").backed() if one.place == f"question “{question.in_short}”"
    ] == [
        "A muffler counts.",
        "of no other person is it asked",
    ]
    assert lost(library) == {}


@pytest.mark.parametrize("what", BROKEN)
def test_a_reader_that_drops_a_word_is_found_out(what, monkeypatch):
    where, name, broken = BROKEN[what]
    monkeypatch.setattr(where, name, broken(getattr(where, name)))

    assert lost(load(GOOD)) != {}


# What stands behind a whole document has a place of its own, without a name in it.
OF_THE_WHOLE = {WHOLE, "in force", "source document", "diagnosis established when"}


def backings(one, owner, document, lists):
    """Every backing under an object: the document that says it, the name of what it stands at, and itself."""
    if isinstance(one, Backing):
        if one:
            yield document, owner, one
    elif isinstance(one, Mapping):
        for key, inner in one.items():
            yield from backings(inner, getattr(key, "word", key), key if one is lists else document, lists)
    elif isinstance(one, tuple):
        for inner in one:
            yield from backings(inner, owner, document, lists)
    elif is_dataclass(one) and not isinstance(one, type):
        document = (
            one.id
            if isinstance(one, PGD)
            else getattr(one, "shared", "") or document
            if isinstance(one, Origin)
            else document
        )
        named = next((getattr(one, key) for key in ("name", "id", "code", "tag") if getattr(one, key, "")), owner)
        # What is only kept for speed stands elsewhere too; a service has a file of its own.
        for field in (one for one in fields(one) if one.compare and one.name != "service"):
            where = PATHWAY if field.name == "every_medicine" else document
            yield from backings(getattr(one, field.name), named, where, lists)


@pytest.mark.parametrize("name", LIBRARIES)
def test_everything_with_something_behind_it_is_listed_where_it_stands(name):
    for stretches in LIBRARIES[name].stretches.values():
        for pathway in (stretch.pathway for stretch in stretches):
            there = set(backings(pathway, "", PATHWAY, pathway.lists))
            listed = [(one.document, one.place, one.backing) for one in pathway.backed()]

            called = defaultdict(set)  # what a page calls a question, an answer or a definition
            for question in pathway.questions.values():
                called[question.name].add(question.in_short)
            for choice in (one for question in pathway.questions.values() for one in question.choices):
                called[choice.name].add(choice.says or choice.name)
            for shared in pathway.lists.values():
                for choice in shared.choices:
                    called[choice.name].add(choice.says or choice.name)
            for one in pathway.named:
                called[one.name].add(one.says)

            def stands(owner, place, documents=frozenset({pathway.id, *pathway.pgds}), called=called):
                of_the_whole = place in OF_THE_WHOLE or place.startswith("source document ")
                return (
                    (owner in documents and of_the_whole)
                    or owner in re.split("[ :,]+(?=\\S)", place)
                    or place.endswith(owner)
                    or any(f"“{words}”" in place for words in called.get(owner, ()))
                )

            assert [
                one for one in there if not any(d == one[0] and b == one[2] and stands(one[1], p) for d, p, b in listed)
            ] == []
            assert [
                one for one in listed if not any(d == one[0] and b == one[2] and stands(o, one[1]) for d, o, b in there)
            ] == []
            assert len({id(one.backing) for one in pathway.backed()}) == len(listed)  # each once
