"""The clauses of a document: nothing that anybody acts on is left out of them, and whatever changes in words or meaning changes them."""

from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from pathlib import Path

import pytest

from pharmacyfirst import load
from pharmacyfirst.authority.adoption import documents_to_adopt
from pharmacyfirst.authority.clauses import AgreedClause, clauses_of, digest_of_item
from pharmacyfirst.authority.digests import is_digest
from pharmacyfirst.kernel.conditions import Count, Defined, Includes, OneOf
from pharmacyfirst.kernel.dose import Amount
from pharmacyfirst.kernel.evidence import Backing, Evidence, Grade, OpenItem
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pgd import Period

ON = date(2026, 11, 21)
GOOD = Path(__file__).resolve().parents[1] / "bad" / "good"
LIBRARIES = {"shipped": load(), "made up": load(GOOD)}
CONDITIONS = [(name, condition) for name, library in LIBRARIES.items() for condition in library.conditions]
HICCUPS = LIBRARIES["made up"].newest("hiccups")
UTI = LIBRARIES["shipped"].newest("uncomplicated-uti")
NITROFURANTOIN = UTI.pgds["nitrofurantoin"]

# What is no clause: evidence and notes, earlier names, which file says it, what other documents and the service's file say, and what is
# answered by itself.
NO_CLAUSE = {
    "backing", "beside", "dates", "was", "shared", "sources", "open_items", "withdrawn", "content_digest", "digest", "version", "draft",
    "pgd", "service",
}  # fmt: skip


def words_in(thing):
    """Every text, number and word of a closed set in a thing, however deep, but for what is no clause and for sentences."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, Enum):
        yield getattr(thing, "word", None) or str(thing.value)
    elif isinstance(thing, Period | Amount):
        yield thing.in_words()
    elif isinstance(thing, bool) or thing is None or hasattr(thing, "verdict"):
        return
    elif isinstance(thing, Decimal | int):
        yield f"{Decimal(thing).normalize():f}"
    elif isinstance(thing, dict):
        for each in (*thing, *thing.values()):
            yield from words_in(each)
    elif isinstance(thing, tuple | frozenset):
        for each in thing:
            yield from words_in(each)
    elif is_dataclass(thing):
        for one in fields(thing):
            if one.init and one.name not in NO_CLAUSE:
                yield from words_in(getattr(thing, one.name))


def text_of(pathway):
    return "\n".join("\n".join((one.name, *one.lines)) for each in clauses_of(pathway).values() for one in each)


@pytest.mark.parametrize(("library", "condition"), CONDITIONS)
def test_every_word_that_anybody_acts_on_stands_in_a_clause(library, condition):
    pathway = LIBRARIES[library].newest(condition)
    said = text_of(pathway)
    left_out = {words for words in words_in(pathway) if words and words not in said}
    # The headings of the table and the points stand for themselves: nothing else stands under them.
    assert left_out <= {pathway.id, *pathway.pgds, "treatment", "gateway points"}


@pytest.mark.parametrize(("library", "condition"), CONDITIONS)
def test_every_sentence_stands_in_a_clause_with_what_its_names_stand_for(library, condition):
    pathway = LIBRARIES[library].newest(condition)
    said = text_of(pathway)
    for sentence in pathway.sentences():
        assert sentence.in_words() in said


@pytest.mark.parametrize(("library", "condition"), CONDITIONS)
def test_every_document_has_clauses_each_with_a_name_of_its_own(library, condition):
    pathway = LIBRARIES[library].newest(condition)
    found = clauses_of(pathway)
    assert [*found] == [*documents_to_adopt(pathway)]
    for clauses in found.values():
        names = [one.name for one in clauses]
        assert len(set(names)) == len(names)
        assert all(one.lines and is_digest(one.digest) for one in clauses)
        assert not any("object at" in line or "Backing(" in line for one in clauses for line in one.lines)
    rules = {rule.id for rule in pathway.rules() if rule.id}
    assert rules <= {one.name for each in found.values() for one in each} | {one.id for one in pathway.named}


def changed(before, after):
    """The names of the clauses that two pathways of one condition do not share in the same words."""
    old, new = (
        {(document.document, one.name): one.digest for document, each in clauses_of(pathway).items() for one in each}
        for pathway in (before, after)
    )
    return {key[1] for key in {*old, *new} if old.get(key) != new.get(key)}


def first(items, **changes):
    return (replace(items[0], **changes), *items[1:])


def with_pgd(**changes):
    return replace(UTI, pgds=Frozen({"nitrofurantoin": replace(NITROFURANTOIN, **changes)}))


STOP, ROW, DOSE = UTI.stopping[0], UTI.treatment[0], NITROFURANTOIN.doses[0]
OTHER = OneOf("visible_haematuria", (False,))


@pytest.mark.parametrize(
    ("after", "names"),
    [
        (replace(UTI, stopping=first(UTI.stopping, because="another reason")), {STOP.id}),
        (replace(UTI, stopping=first(UTI.stopping, sentence=OTHER)), {STOP.id}),
        (replace(UTI, stopping=first(UTI.stopping, always_999=not STOP.always_999)), {STOP.id}),
        (replace(UTI, stopping=UTI.stopping[1:]), {STOP.id}),
        (replace(UTI, treatment=first(UTI.treatment, where_nothing="to nobody")), {ROW.id}),
        (replace(UTI, advice=first(UTI.advice, says="drink")), {UTI.advice[0].id}),
        (replace(UTI, pages=first(UTI.pages, facts=UTI.pages[0].facts[::-1])), {f"page {UTI.pages[0].title}"}),
        (replace(UTI, diagnosis=None), {"diagnosis established when"}),
        (with_pgd(doses=first(NITROFURANTOIN.doses, days=5)), {DOSE.id}),
        (with_pgd(doses=first(NITROFURANTOIN.doses, times_a_day_most=9)), {DOSE.id}),
        (with_pgd(professions=("pharmacist", "pharmacy technician")), {"title"}),
        (with_pgd(edition=replace(NITROFURANTOIN.edition, in_force=Period(ON))), {"in force"}),
        (with_pgd(particulars=Frozen({**NITROFURANTOIN.particulars, "storage": ()})), {"storage"}),
    ],
)
def test_what_changes_for_anybody_is_a_clause_that_changed_and_no_other(after, names):
    assert changed(UTI, after) == names


@pytest.mark.parametrize(
    "after",
    [
        replace(UTI, stopping=first(UTI.stopping, backing=Backing((Evidence(Grade.UNKNOWN),), note="as read"))),
        replace(UTI, edition=replace(UTI.edition, version="2026.9", digest="sha256:" + "0" * 64)),
        with_pgd(edition=replace(NITROFURANTOIN.edition, version="2026.9", draft=True)),
        replace(UTI, sources=Frozen()),
        replace(UTI, open_items=Frozen()),
    ],
)
def test_evidence_notes_and_the_version_change_no_clause(after):
    assert changed(UTI, after) == set()


def test_a_definition_that_changes_changes_every_clause_that_uses_its_name():
    def using(body):
        return replace(UTI, stopping=first(UTI.stopping, sentence=Defined("very_ill", body)))

    assert changed(using(OTHER), using(OneOf("visible_haematuria", (True,)))) == {STOP.id}
    assert STOP.id not in changed(using(OTHER), using(OTHER))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Count((OTHER,), 1, 1, "a_score"), Count((OTHER, OneOf("rigors", (True,))), 1, 2, "a_score")),
        (Includes("interacting_medicines", ("zinc",), "x"), Includes("interacting_medicines", ("zinc", "iron"), "x")),
        (Defined("one", Defined("two", OTHER)), Defined("one", Defined("two", OneOf("rigors", (True,))))),
    ],
)
def test_what_a_name_stands_for_is_part_of_the_words(before, after):
    sentences = (before, after)
    one, other = (replace(UTI, stopping=first(UTI.stopping, sentence=sentence)) for sentence in sentences)
    assert STOP.id in changed(one, other)


def test_what_nobody_says_has_no_line():
    clause = next(one for one in next(iter(clauses_of(HICCUPS).values())) if one.name.startswith("question "))
    assert not any(line.endswith((": ", ": None", ":")) for line in clause.lines)
    without = replace(UTI, title="", title_for_patients="")
    assert "title" in changed(UTI, without)


def test_the_digest_of_an_open_item_is_over_its_words_alone_and_stays():
    item = OpenItem("HIC-O1", "how long to hold the breath", "as long as is comfortable")
    written = b'["HIC-O1", "how long to hold the breath", "as long as is comfortable"]'
    assert digest_of_item(item) == digest_of_item(replace(item, backing=Backing(note="a note")))
    assert len({digest_of_item(replace(item, **{name: "other"})) for name in ("id", "says", "until_then")}) == 3
    # Were it worked out otherwise, every open item of every adoption would be open again.
    assert digest_of_item(item) == f"sha256:{sha256(written).hexdigest()}"


def test_a_clause_has_one_digest_for_its_name_and_words():
    clause = AgreedClause("HIC-R1", ("says: hic",))
    assert clause.digest != replace(clause, name="HIC-R2").digest
    assert clause.digest != replace(clause, lines=("says: hic", "kind: refer")).digest
