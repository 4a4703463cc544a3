"""Whatever stands at a place of an account is made or refused in our own words, and no refusal repeats what was given."""

import re
from datetime import datetime

import pytest
from paper_records import with_changes
from places_of_accounts import (
    MADE_AT,
    SOMEBODY,
    accounts,
    holds_planted,
    says_of_python,
    with_other_shapes,
    with_somebody,
    written,
)
from shares import every_nth
from sound_records import account_for, as_json, case_of, library

from pharmacyfirst import Kind, PharmacyFirstError
from pharmacyfirst.record import Account, Coded, Onward, RecordRefused, make_record, read_account, read_record
from pharmacyfirst.record.codes import NoServiceCode, service_code
from pharmacyfirst.record.examples import example_adoption, examples
from pharmacyfirst.record.message.envelope import envelope_of
from pharmacyfirst.record.message.update_record import update_record

CASE = case_of("uncomplicated-uti", Kind.SUPPLY)
OF_EVERY_KIND = {one.kind: one.record for one in examples(library())}


def refusal(account, at=MADE_AT, adoption=None):
    """What is said of an account, the record of which is made, read back and sent; empty where nothing is refused."""
    try:
        record = make_record(
            read_account(account), library(), recorded_at=datetime.fromisoformat(at), adoption=adoption
        )
        update_record(record, envelope_of(record, "X26OT000", record.started_at))
    except PharmacyFirstError as refused:
        return str(refused)
    return ""


def test_no_refusal_repeats_a_name_at_any_place_of_an_account():
    assert [place for place, held in with_somebody(accounts()) if holds_planted(refusal(written(held)))] == []


@pytest.mark.parametrize("kind", every_nth(sorted(OF_EVERY_KIND), 3))
def test_nor_at_any_place_of_an_account_that_came_out_otherwise(kind):
    record = OF_EVERY_KIND[kind]
    sound, at = as_json(record.account()), record.recorded_at.isoformat()

    assert [place for place, held in with_somebody([sound]) if holds_planted(refusal(written(held), at))] == []


def test_nor_where_a_permit_was_given_and_the_adoption_is_at_hand():
    account = account_for(CASE)
    adoption, at = example_adoption(library().in_force(CASE.pathway, CASE.as_of)), account.ended_at.isoformat()
    asked_now = with_changes(
        account, {"supplies": (with_changes(account.supplies[0], {"permit": None, "handed_over_at": None}),)}
    )
    for one in (account, asked_now):
        planted = with_somebody([as_json(one)])
        assert [place for place, held in planted if holds_planted(refusal(written(held), at, adoption))] == []


def test_a_pgd_that_the_pathway_knows_is_named_and_any_other_is_told_by_its_place():
    sound = accounts()[0]
    handed = sound["supplies"][0]
    for pgd, named in (("aciclovir", "supplies, 0, pgd: "), ("nitrofurantoin", "nitrofurantoin: ")):
        wrong = sound | {"supplies": [handed | {"pgd": pgd, "product": "another"}]}
        assert refusal(written(wrong)).startswith(named)


def badly_said(said):
    """In the words of Python, or with a sentence that ends twice, or with twice the word that nothing was recorded."""
    return says_of_python(said) or said.count("Nothing was") > 1 or re.search(r"[.?!][.;]", said)


def test_every_refusal_is_in_our_own_words_whatever_stands_at_a_place():
    changed = with_other_shapes(accounts())
    found = [(place, value, said) for place, value, held in changed if badly_said(said := refusal(written(held)))]

    assert found == []


@pytest.mark.parametrize("value", [{}, [], None, 1, True, "phone", "in_person"])
def test_a_channel_that_is_none_is_told_which_there_are(value):
    sound = accounts()[0]

    assert "channel: choose one of: in person, video, telephone." in refusal(written(sound | {"channel": value}))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"patient": []}, "patient: give a JSON object with its fields. Nothing was recorded."),
        ({"supplies": {}}, "supplies: give a list, or leave it out. Nothing was recorded."),
        ({"ended_at": 5}, "ended_at: give a time with its distance from UTC"),
        (
            {"observations": [{"kind": "weight", "value": "x"}]},
            "observations, 0, value: give a number. Nothing was recorded.",
        ),
        ({"id": "5"}, "id: give a UUID in small letters, such as "),
        (
            {"supplies": [accounts()[0]["supplies"][0] | {"expiry": "10/2027"}]},
            "supplies, 0, expiry: give the month or the day on",
        ),
        ({"complaint": 5}, "complaint: give words, in quotes. Nothing was recorded."),
    ],
)
def test_what_fits_is_said_as_whoever_writes_the_account_would_say_it(change, says):
    assert refusal(written(accounts()[0] | change)).startswith(says)


def test_what_is_given_in_python_is_refused_in_the_same_words():
    with pytest.raises(RecordRefused, match=r"^code: give words, in quotes"):
        Coded(code=10**6000, display="x")
    with pytest.raises(RecordRefused, match=r"^to: give words, in quotes"):
        Onward(to=object())
    with pytest.raises(RecordRefused, match="channel: choose one of: in person, video, telephone"):
        Account(**accounts()[0] | {"channel": {}})


def test_the_service_of_a_record_is_named_where_it_is_one_of_ours():
    before_all = datetime(1990, 1, 1).date()
    with pytest.raises(NoServiceCode, match="pharmacy first"):
        service_code("pharmacy first", before_all)
    with pytest.raises(NoServiceCode, match="the service that it belongs to") as refused:
        service_code("Zebedee Quizzlethwaite", before_all)
    assert not holds_planted(str(refused.value))


def test_a_sentence_ends_once():
    """One that asks ended in a question mark and a full stop."""
    sound = accounts()[0]
    says = refusal(written(sound | {"patient": sound["patient"] | {"birth_date": "1990-01-02"}}))

    assert says.endswith("is this the right patient? Nothing was recorded.")


@pytest.mark.parametrize("with_adoption", [True, False])
def test_a_permit_for_another_record_says_so_and_no_more_than_that(with_adoption):
    account = account_for(CASE)
    adoption = example_adoption(library().in_force(CASE.pathway, CASE.as_of)) if with_adoption else None
    other = as_json(account) | {"id": "9a4e29c0-93cf-5519-87d6-adfa0215056d"}

    says = refusal(written(other), account.ended_at.isoformat(), adoption)

    assert says.startswith("nitrofurantoin: a permit is for another record than this: the id that it was asked for")


def refusal_of_record(held):
    try:
        read_record(written(held), library())
    except PharmacyFirstError as refused:
        return str(refused)
    return ""


def test_a_record_that_was_changed_is_refused_as_an_account_is():
    made_by_us = ("assessment", "in_words", "facts")
    planted = with_somebody([as_json(OF_EVERY_KIND[Kind.SUPPLY])], SOMEBODY[:1])
    found = [place for place, held in planted if place[0] not in made_by_us and holds_planted(refusal_of_record(held))]

    assert found == []
