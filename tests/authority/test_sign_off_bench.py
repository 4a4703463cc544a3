"""The sign-off bench: an answer is bound to the words it was given to, nobody confirms their own, and nothing that is open, differs or is a draft is adopted."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pharmacyfirst import load
from pharmacyfirst.authority.adoption import documents_to_adopt
from pharmacyfirst.authority.bench import (
    OPEN_ITEMS,
    Bench,
    BenchAnswer,
    BenchRefused,
    ClauseFound,
    Confirmation,
    carried_over,
)
from pharmacyfirst.authority.clauses import backings_of, digest_of_item
from pharmacyfirst.kernel.frozen import Frozen

ON = date(2026, 11, 21)
LATER = date(2026, 11, 22)
GOOD = load(Path(__file__).resolve().parents[1] / "bad" / "good")


def published(pathway):
    """The same, as though every document of it had been published: a draft is never adopted."""
    pgds = {name: replace(pgd, edition=replace(pgd.edition, draft=False)) for name, pgd in pathway.pgds.items()}
    return replace(pathway, edition=replace(pathway.edition, draft=False), pgds=Frozen(pgds))


HICCUPS = published(GOOD.newest("hiccups"))
SYRUP = "hiccups placebo-syrup"


def answer(clause, found=ClauseFound.AGREES, **more):
    held = {"where": "page 4", "says": "" if found is ClauseFound.AGREES else "not so", "by": "A. Example", "on": ON}
    return BenchAnswer(clause.digest, found, **held | more)


def answered(pathway=HICCUPS, found=None, **more):
    """Every clause of a condition answered by one person; ``found`` are other answers, by sheet and clause."""
    each = {
        (sheet.of, clause.name): answer(clause, **more) for sheet in Bench(pathway).sheets for clause in sheet.clauses
    }
    return Bench(pathway, Frozen(each | (found or {})))


def confirmed(bench, by="B. Second", key=""):
    each = {sheet.of: bench.confirm(sheet, by, ON, key) for sheet in bench.sheets if sheet.clauses}
    return replace(bench, confirmed=Frozen(each))


def clause_of(bench, sheet, name):
    return next(one for one in bench.sheet(sheet).clauses if one.name == name)


def test_what_two_people_agreed_on_is_adopted_with_who_found_what_where():
    done = confirmed(answered())
    assert done.why_not == ()
    (item,) = done.checked(ON)
    (open_item,) = HICCUPS.open_items.values()
    assert (item.item, item.digest, item.how) == (open_item.id, digest_of_item(open_item), "agrees: page 4")
    assert all(done.is_confirmed(sheet) for sheet in done.sheets)


def test_an_open_clause_is_named_and_keeps_the_condition_from_being_adopted():
    bench = Bench(HICCUPS)
    sheet = bench.sheet(SYRUP)
    assert [one.why for one in bench.open(sheet)] == ["not answered"] * len(sheet.clauses)
    assert f"{sheet.named}: HIC-SYR-D1: not answered" in bench.why_not
    with pytest.raises(BenchRefused, match=r"cannot be adopted yet\. hiccups pathway .* in all\)"):
        bench.checked(ON)
    with pytest.raises(BenchRefused, match=r"are not answered\. Nothing was confirmed"):
        bench.confirm(sheet, "B. Second", ON)


def test_there_is_nothing_to_agree_to_where_nothing_is_open():
    yawning = confirmed(answered(published(GOOD.newest("yawning"))))
    assert yawning.sheets[-1].clauses == ()
    assert (yawning.why_not, yawning.checked(ON)) == ((), ())


def test_the_only_thing_in_the_way_is_said_alone():
    done = confirmed(answered())
    one_left = replace(done, confirmed=Frozen({of: one for of, one in done.confirmed.items() if of != SYRUP}))
    assert one_left.why_not == (f"{done.sheet(SYRUP).named}: nobody has confirmed it",)
    assert one_left.why_not_of([done.sheet("hiccups pathway")]) == ()
    with pytest.raises(BenchRefused, match=r"nobody has confirmed it\. Nothing was written"):
        one_left.checked(ON)


def test_a_document_that_is_not_there_is_refused():
    with pytest.raises(BenchRefused, match="There is no such document of this condition"):
        Bench(HICCUPS).sheet("hiccups another")


def test_an_answer_to_other_words_is_none():
    done = answered()
    changed = replace(HICCUPS.pgds["placebo-syrup"], title="Another title")
    bench = replace(done, pathway=replace(HICCUPS, pgds=Frozen({**HICCUPS.pgds, "placebo-syrup": changed})))
    assert bench.answer(bench.sheet(SYRUP), clause_of(bench, SYRUP, "title")) is None
    assert [(one.clause.name, one.why) for one in bench.open(bench.sheet(SYRUP))] == [
        ("title", "its words have changed since it was answered")
    ]


def test_a_dose_may_not_stand_without_the_signed_document_and_other_clauses_may():
    sheet = Bench(HICCUPS).sheet(SYRUP)
    other = next(one.name for one in sheet.clauses if one.name not in sheet.must_be_there)
    stands = {
        (SYRUP, name): answer(clause_of(Bench(HICCUPS), SYRUP, name), ClauseFound.STANDS)
        for name in ("HIC-SYR-D1", other)
    }
    bench = answered(found=stands)
    assert [one.clause.name for one in bench.open(sheet)] == ["HIC-SYR-D1"]
    assert bench.open(sheet)[0].why.startswith("it may not stand without the signed document")


@pytest.mark.parametrize("found", [ClauseFound.DIFFERS, ClauseFound.NOT_THERE])
def test_what_does_not_agree_is_never_adopted(found):
    clause = clause_of(Bench(HICCUPS), SYRUP, "HIC-SYR-D1")
    bench = confirmed(answered(found={(SYRUP, clause.name): answer(clause, found)}))
    assert [name.name for name, _ in bench.differing(bench.sheet(SYRUP))] == ["HIC-SYR-D1"]
    assert bench.why_not == (f"{bench.sheet(SYRUP).named}: HIC-SYR-D1: {found.value}",)


def test_a_draft_is_never_adopted():
    draft = replace(HICCUPS, edition=replace(HICCUPS.edition, draft=True))
    why = confirmed(answered(draft)).why_not
    assert why == ("hiccups pathway 2026.1: it is a draft, or was taken back, and would permit nothing",)


@pytest.mark.parametrize(("by", "key"), [("A. Example", ""), ("  a.  EXAMPLE ", ""), ("Another Name", "account-1")])
def test_nobody_confirms_what_they_found(by, key):
    bench = answered(key="account-1" if key else "")
    with pytest.raises(BenchRefused, match="whoever answered cannot confirm it: a second person has to"):
        bench.confirm(bench.sheet(SYRUP), by, ON, key)


def test_who_confirms_has_a_name():
    bench = answered()
    with pytest.raises(BenchRefused, match="by: say who confirms it"):
        bench.confirm(bench.sheet(SYRUP), " ", ON)


def test_a_confirmation_that_somebody_wrote_for_themselves_is_found():
    bench = answered()
    sheet = bench.sheet(SYRUP)
    own = Confirmation(bench.digest_of_answers(sheet), "A. Example", ON)
    assert "whoever answered cannot confirm it" in replace(bench, confirmed=Frozen({SYRUP: own})).why_not_confirmed(
        sheet
    )


def test_a_confirmation_is_of_the_answers_as_they_stood():
    done = confirmed(answered())
    clause = clause_of(done, SYRUP, "HIC-SYR-D1")
    other = {**done.answers, (SYRUP, clause.name): answer(clause, where="page 5")}
    bench = replace(done, answers=Frozen(other))
    assert bench.why_not == (f"{done.sheet(SYRUP).named}: it was changed since it was confirmed",)


def test_what_came_after_the_signature_is_not_adopted():
    done = confirmed(answered(on=LATER))
    assert done.checked(LATER)
    with pytest.raises(BenchRefused, match="answered or confirmed after the day on which it is to be signed"):
        done.checked(ON)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"by": " "}, "by: say who found it"),
        ({"where": ""}, "where: name the page or section"),
        ({"found": ClauseFound.DIFFERS, "says": ""}, "says: write what the signed document says"),
        ({"found": ClauseFound.STANDS, "says": " "}, "says: write what the signed document says"),
    ],
)
def test_an_answer_that_does_not_say_enough_is_refused(given, wrong):
    clause = clause_of(Bench(HICCUPS), SYRUP, "HIC-SYR-D1")
    with pytest.raises(BenchRefused, match=wrong):
        answer(clause, **given)


def test_how_it_was_found_says_what_the_document_says_instead():
    clause = clause_of(Bench(HICCUPS), SYRUP, "HIC-SYR-D1")
    assert answer(clause, ClauseFound.DIFFERS).how == "differs: page 4; not so"


def test_a_new_version_keeps_the_answers_whose_words_are_the_same_of_the_sheets_named():
    done = confirmed(answered())
    kept = carried_over(done, ["hiccups pathway", SYRUP])
    assert {of for of, _ in kept.answers} == {"hiccups pathway", SYRUP}
    assert kept.is_confirmed(kept.sheet(SYRUP))
    half = carried_over(
        replace(done, answers=Frozen({key: one for key, one in done.answers.items() if key[1] != "title"})), [SYRUP]
    )
    assert (SYRUP, "title") not in half.answers
    assert "hiccups pathway" not in half.confirmed


def test_what_stands_behind_a_clause_is_found_by_its_name():
    found = backings_of(HICCUPS)
    assert {*found} == {*documents_to_adopt(HICCUPS)}
    syrup = next(each for document, each in found.items() if document.document == "placebo-syrup")
    assert syrup["HIC-SYR-D1"]
    assert all(all(one.evidence or one.open for one in each) for each in syrup.values())
    assert OPEN_ITEMS not in syrup
