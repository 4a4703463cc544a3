"""What a new version asks of whoever adopted an earlier one: no more than changed, was added or is open, and no less."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from pharmacyfirst import load
from pharmacyfirst.authority.adoption import (
    Adoption,
    Checked,
    Disagreement,
    Halted,
    Practitioner,
    documents_to_adopt,
)
from pharmacyfirst.authority.clauses import clauses_of, digest_of_item
from pharmacyfirst.authority.renewal import joined, renewal
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pgd import Period

ON = date(2026, 11, 21)
OLD = load(Path(__file__).resolve().parents[1] / "bad" / "good").newest("hiccups")
SYRUP = OLD.pgds["placebo-syrup"]


def adopted(pathway, **changes):
    """An adoption of all that stands there, every open item answered with yes."""
    held = {
        "ods_code": "FW844", "distance_selling": False, "documents": documents_to_adopt(pathway), "period": Period(ON),
        "checked": tuple(Checked(one.id, digest_of_item(one), True, "read", "A. Example", ON) for one in pathway.open_items.values()),
        "signed_by": "A. Example", "role": "lead", "signed_on": ON,
        "agreed": Frozen({document: Frozen({one.name: one.digest for one in each}) for document, each in clauses_of(pathway).items()}),
    }  # fmt: skip
    return Adoption(**held | changes)


ADOPTED = adopted(OLD)


def with_syrup(**changes):
    return replace(OLD, pgds=Frozen({**OLD.pgds, "placebo-syrup": replace(SYRUP, **changes)}))


def next_version(pathway):
    """The same words under another version and digest."""
    edition = replace(pathway.edition, version="2027.1", digest="sha256:" + "7" * 64)
    pgds = {name: replace(pgd, edition=replace(pgd.edition, version="2027.1")) for name, pgd in pathway.pgds.items()}
    return replace(pathway, edition=edition, pgds=Frozen(pgds))


def names(found):
    return [one.clause.name for one in found.clauses]


def test_a_version_with_the_same_words_asks_nothing_and_keeps_every_answer():
    found = renewal(ADOPTED, [next_version(OLD)])
    assert (found.clauses, found.items, found.gone) == ((), (), ())
    assert found.kept == ADOPTED.checked


def test_what_changed_and_what_was_added_is_asked_and_what_is_gone_is_told():
    stop, row = OLD.stopping[0], OLD.treatment[-1]
    new = next_version(
        replace(with_syrup(doses=SYRUP.doses[1:]), stopping=(replace(stop, because="other"), *OLD.stopping[1:]))
    )
    new = replace(new, treatment=(*new.treatment[:-1], replace(row, id="HIC-T99")))
    found = renewal(ADOPTED, [new])
    assert [(one.clause.name, one.added) for one in found.clauses] == [(stop.id, False), ("HIC-T99", True)]
    assert found.clauses[0].documents == (documents_to_adopt(new)[0],)
    assert found.gone == (f"hiccups pathway: {row.id}", f"hiccups placebo-syrup: {SYRUP.doses[0].id}")


def test_a_clause_that_stands_alike_in_several_documents_is_asked_once():
    new = with_syrup(particulars=Frozen({**SYRUP.particulars, "thanks": OLD.advice[:1]}))
    lozenge = OLD.pgds["placebo-lozenge"]
    pgds = {
        **new.pgds,
        "placebo-lozenge": replace(lozenge, particulars=Frozen({**lozenge.particulars, "thanks": OLD.advice[:1]})),
    }
    found = renewal(ADOPTED, [replace(new, pgds=Frozen(pgds))])
    assert names(found) == ["thanks"]
    assert {one.document for one in found.clauses[0].documents} == {"placebo-lozenge", "placebo-syrup"}


def test_a_document_that_is_new_is_asked_whole_and_one_that_is_gone_is_told_by_its_name():
    without = replace(OLD, pgds=Frozen({name: pgd for name, pgd in OLD.pgds.items() if name != "placebo-syrup"}))
    assert "hiccups placebo-syrup, the whole document" in renewal(ADOPTED, [without]).gone
    found = renewal(adopted(without), [OLD])
    asked = {
        one.clause.name for one in found.clauses if any(each.document == "placebo-syrup" for each in one.documents)
    }
    syrup = next(document for document in documents_to_adopt(OLD) if document.document == "placebo-syrup")
    assert asked == {one.name for one in clauses_of(OLD)[syrup]}
    assert all(one.added for one in found.clauses)


def test_a_record_that_kept_no_clauses_is_asked_for_all():
    found = renewal(replace(ADOPTED, agreed=Frozen()), [OLD])
    assert len(found.clauses) >= len(clauses_of(OLD)[documents_to_adopt(OLD)[0]])
    assert all(one.added for one in found.clauses)


def test_a_clause_that_did_not_agree_is_asked_again_though_its_words_are_the_same():
    document, stop = ADOPTED.documents[0], OLD.stopping[0]
    wrong = Disagreement(document, stop.id, "it says otherwise", "A. Example", ON)
    found = renewal(replace(ADOPTED, disagreements=(wrong,)), [OLD])
    assert names(found) == [stop.id]
    gone = renewal(replace(ADOPTED, agreed=Frozen(), disagreements=(replace(wrong, clause="HIC-X99"),)), [OLD]).gone
    assert gone == ("hiccups pathway: HIC-X99",)


@pytest.mark.parametrize(
    "answered",
    [
        lambda one: (),
        lambda one: (replace(one, agrees=False),),
        lambda one: (replace(one, digest="sha256:" + "0" * 64),),
    ],
)
def test_an_open_item_is_asked_unless_it_was_answered_with_yes_in_the_same_words(answered):
    first, *rest = ADOPTED.checked
    found = renewal(replace(ADOPTED, checked=(*answered(first), *rest)), [OLD])
    assert [one.id for one in found.items] == [first.item]
    assert found.kept == tuple(rest)


def test_an_open_item_that_is_gone_is_told():
    first, *rest = OLD.open_items
    new = replace(OLD, open_items=Frozen({name: OLD.open_items[name] for name in rest}))
    assert renewal(ADOPTED, [new]).gone == (f"open item {first}",)


# Another condition beside those that were adopted before


SNORING = load(Path(__file__).resolve().parents[1] / "bad" / "good").newest("snoring")
ROBIN = Practitioner("2012345", "pharmacist", ADOPTED.documents)
SAM = Practitioner("2012346", "pharmacist", ADOPTED.documents)
UNTIL = replace(ADOPTED, period=Period(ON, date(2026, 12, 31)), practitioners=(ROBIN, SAM))


def beside(**changes):
    new = adopted(SNORING, period=Period(date(2026, 1, 1)), distance_selling=True)
    return joined(UNTIL, replace(new, practitioners=(replace(ROBIN, authorised_for=new.documents),), **changes))


def test_a_condition_that_is_joined_leaves_every_other_as_it_was():
    both = beside()
    assert {*both.documents} == {*documents_to_adopt(OLD), *documents_to_adopt(SNORING)}
    assert {one.item for one in both.checked} == {*OLD.open_items, *SNORING.open_items}
    robin, sam = both.practitioners
    assert {*robin.authorised_for} == {*both.documents}
    assert sam == SAM
    assert both.agreed.keys() == {*both.documents}


def test_nobody_signs_for_longer_than_the_record_of_before_by_joining_another_condition():
    assert (beside().period, beside().distance_selling) == (UNTIL.period, False)


def test_what_was_adopted_before_of_the_same_condition_is_taken_over_by_what_is_joined():
    newer = next_version(OLD)
    new = adopted(newer, practitioners=(replace(ROBIN, authorised_for=documents_to_adopt(newer)),))
    both = joined(UNTIL, new)
    assert both.documents == documents_to_adopt(newer)
    assert [one.gphc_number for one in both.practitioners] == ["2012345"]  # Sam has signed for nothing that stands


def test_a_suspension_stays_and_holds_for_the_version_that_is_joined():
    newer = next_version(OLD)
    halted = Halted(ADOPTED.documents[-1], datetime(2026, 11, 22), "a batch was recalled", "A. Example")
    both = joined(replace(UNTIL, halted=(halted,)), adopted(newer))
    assert [one.document for one in both.halted] == [documents_to_adopt(newer)[-1]]
    assert joined(replace(UNTIL, halted=(halted,)), adopted(SNORING)).halted == (halted,)
