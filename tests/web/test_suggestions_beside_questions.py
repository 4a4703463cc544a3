"""Suggestions beside their questions: they answer nothing until confirmed, an answer against one needs a reason, and both go on record."""

import re

import pytest
from shipped import cases_of
from test_every_outcome import DID, LIBRARY, supplied
from test_handing_over import PATIENT, opened
from visiting import AGREES, Clock, at_the_desk, begun, open_form

from pharmacyfirst import Kind
from pharmacyfirst.store import open_store
from pharmacyfirst.web import elsewhere

CONDITION = "acute-sore-throat"
SUPPLY = next(case for case in cases_of(LIBRARY, CONDITION) if case.expected.kind is Kind.SUPPLY)
ALLERGY = "penicillin_allergy"
BORN = {"birth_date": "1992-01-02"}
KNOWN = {
    "pathway": CONDITION,
    "allergies": [{"words": "Amoxicillin: rash", "dated": "2019-05-01"}],
    "medicines": [{"words": "Simvastatin 20mg tablets", "issued": "2026-11-01", "current": True}],
    "known": [{"fact": "g6pd_deficiency", "value": True, "words": "G6PD deficiency"}],
}


@pytest.fixture
def desk(tmp_path):
    with open_form(tmp_path) as client:
        visitor = at_the_desk(client)
        opened(visitor, tmp_path, **KNOWN, patient=PATIENT | BORN)
        yield visitor, tmp_path


def page_with(visitor, name):
    """The page on which a question stands."""
    for number in range(1, 12):
        page = visitor.go(f"{visitor.consultation}/page/{number}")
        if f'id="row-{name}"' in page.words:
            return page
    raise AssertionError(name)


def beside(page, name):
    found = re.search(f'id="beside-{name}".*?</div>\n</fieldset>', page.words, re.DOTALL)
    return found[0] if found else ""


def kept(visitor, folder):
    with open_store(folder, Clock()) as store:
        return store.drafts.get(visitor.consultation.removeprefix("/c/"))


def test_it_says_what_in_which_words_from_where_and_when_and_answers_nothing(desk):
    visitor, folder = desk
    words = beside(page_with(visitor, ALLERGY), ALLERGY)
    assert "<b>Yes?</b> The record lists an allergy or reaction: Amoxicillin: rash" in words
    assert "Handed over by Example PMR, 1 May 2019" in words
    assert "Asked, and it is so: yes" in words
    assert "checked" not in words
    assert f'name="q-{ALLERGY}" value="yes" data-key="Y" checked' not in visitor.page.words
    visitor.send(visitor.path)
    assert ALLERGY not in kept(visitor, folder).answers


def test_it_is_an_answer_once_it_is_confirmed_and_the_store_keeps_where_it_came_from(desk):
    visitor, folder = desk
    page_with(visitor, ALLERGY)
    visitor.send(visitor.path, **{f"b-{ALLERGY}": "yes"})
    held = kept(visitor, folder)
    assert (held.answers[ALLERGY], held.origins[ALLERGY]) == (True, "confirmed suggestion")
    (taken,) = next(iter(held.fields.values()))["taken"][ALLERGY]
    assert taken["source"] == "handed over by Example PMR"
    assert (taken["dated"], taken["by"], taken["at"]) == ("2019-05-01", "2999999", Clock().now.isoformat())
    page = page_with(visitor, ALLERGY)
    assert f'name="b-{ALLERGY}" value="yes" data-confirms checked' in page.words


def test_the_date_of_birth_came_handed_over_until_it_is_typed_otherwise(desk):
    visitor, folder = desk
    visitor.go(f"{visitor.consultation}/patient")
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | AGREES)
    assert kept(visitor, folder).origins["date_of_birth"] == "handed over"
    visitor.go(f"{visitor.consultation}/patient")
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"p-born_day": "3"})
    assert kept(visitor, folder).origins["date_of_birth"] == "typed"


def test_confirmed_and_answered_otherwise_at_once_does_not_fit(desk):
    visitor, folder = desk
    page_with(visitor, ALLERGY)
    page = visitor.send(visitor.path, **{f"b-{ALLERGY}": "yes", f"q-{ALLERGY}": "no"})
    assert "confirmed, and answered otherwise" in page.words
    assert visitor.reply.status_code == 422
    assert ALLERGY not in kept(visitor, folder).answers


def test_an_answer_against_it_is_asked_why_once_and_stands_with_the_reason(desk):
    visitor, folder = desk
    page_with(visitor, ALLERGY)
    page = visitor.send(visitor.path, **{f"q-{ALLERGY}": "no"})
    assert "the answer contradicts what was found elsewhere. Say why" in page.words
    assert "Why your answer stands against it" in beside(page, ALLERGY)
    assert kept(visitor, folder).answers[ALLERGY] is False  # nothing typed is lost
    fields = page.forms[visitor.path] | {f"w-{ALLERGY}": "De-labelled in 2024; letter seen"}
    page = visitor.post(visitor.path, fields)
    assert "contradicts what was found elsewhere" not in page.words
    assert 'value="De-labelled in 2024; letter seen"' in beside(page_with(visitor, ALLERGY), ALLERGY)


def test_not_known_is_against_nothing(desk):
    visitor, folder = desk
    page_with(visitor, ALLERGY)
    page = visitor.send(visitor.path, **{f"q-{ALLERGY}": "?"})
    assert "contradicts what was found elsewhere" not in page.words
    assert kept(visitor, folder).answers[ALLERGY] is None


def to_the_outcome(visitor, facts):
    visitor.go(f"{visitor.consultation}/patient")
    visitor.answer_all(dict(facts), AGREES)


def test_both_go_on_record_and_without_the_reason_no_record_is_made(desk):
    visitor, folder = desk
    opened(visitor, folder, **KNOWN | {"medicines": []}, patient=PATIENT | BORN)
    id = visitor.consultation.removeprefix("/c/")
    facts = dict(SUPPLY.facts) | {ALLERGY: False}
    visitor.answer_page(facts, **AGREES)
    for path in dict.fromkeys(
        re.findall(r"/c/[^\"]+/page/\d+", visitor.page.words)
    ):  # whatever a page says, on to the next
        visitor.go(path)
        visitor.answer_page(facts)
    visitor.go(f"/c/{id}/outcome")
    supplied(visitor)
    assert "Say why on its page, or answer again" in visitor.page.words
    page_with(visitor, ALLERGY)
    visitor.send(visitor.path, **{f"w-{ALLERGY}": "De-labelled in 2024"})
    to_the_outcome(visitor, facts)
    supplied(visitor)
    with open_store(folder, Clock()) as store:
        (against,) = store.records.record(id, LIBRARY).answered_against
    assert (against.fact, against.suggested, against.answer, against.reason) == (
        ALLERGY,
        True,
        False,
        "De-labelled in 2024",
    )
    assert (against.source, str(against.dated)) == ("handed over by Example PMR", "2019-05-01")
    assert "Amoxicillin: rash" in against.found


def test_an_emergency_waits_for_no_reason(desk):
    visitor, folder = desk
    id = visitor.consultation.removeprefix("/c/")
    visitor.go(f"/c/{id}/patient")
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | AGREES)
    page_with(visitor, ALLERGY)
    visitor.send(visitor.path, **{f"q-{ALLERGY}": "no"})
    fields = visitor.page.forms[visitor.path]
    visitor.post(f"/c/{id}/threat", {name: fields[name] for name in ("token", "revision", "mark")} | {"threat": "yes"})
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | DID[Kind.EMERGENCY])
    with open_store(folder, Clock()) as store:
        (against,) = store.records.record(id, LIBRARY).answered_against
    assert "Nobody was asked why" in against.reason


def test_what_fits_no_question_is_to_be_borne_in_mind(desk):
    visitor, _ = desk
    page = visitor.go(f"{visitor.consultation}/patient")
    assert "To bear in mind" in page.words
    assert (
        "The system says: “G6PD deficiency” (handed over by Example PMR). No question here asks about it so"
        in page.words
    )
    assert "G6PD deficiency" in page_with(visitor, ALLERGY).words
    assert "G6PD deficiency" not in visitor.go(f"{visitor.consultation}/page/1").words


def test_a_medicine_is_ticked_and_the_others_are_still_to_be_answered(desk):
    visitor, folder = desk
    page_with(visitor, ALLERGY)
    visitor.send(visitor.path, **{f"b-{ALLERGY}": "yes"})
    page = page_with(visitor, "interacting_medicines")
    words = beside(page, "interacting_medicines")
    assert "Simvastatin 20mg tablets" in words
    (value,) = re.findall(r'name="b-interacting_medicines" value="([^"]+)"', words)
    page = visitor.send(visitor.path, **{"b-interacting_medicines": value, "q-interacting_medicines": "-"})
    assert "confirmed, and answered otherwise" in page.words  # none of these, and this one
    visitor.send(visitor.path, **{"b-interacting_medicines": value, "q-interacting_medicines": None})
    held = kept(visitor, folder)
    assert held.answers["interacting_medicines"] == [value]
    assert held.origins["interacting_medicines"] == "confirmed suggestion"
    page_with(visitor, "interacting_medicines")
    page = visitor.send(visitor.path, **{"b-interacting_medicines": None, "q-interacting_medicines": "-"})
    assert "contradicts what was found elsewhere" in page.words


def test_nothing_is_shown_of_another_person(desk):
    visitor, _ = desk
    visitor.go(f"{visitor.consultation}/patient")
    page = visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"p-family": "Otherwise"})
    page = visitor.go(f"{visitor.consultation}/patient")
    assert "The handover that came in may be another person&#39;s: the family name differs" in page.words
    assert not beside(page_with(visitor, ALLERGY), ALLERGY)


def test_nothing_is_suggested_before_it_is_known_who_is_there(desk):
    visitor, _ = desk
    visitor.go(f"{visitor.consultation}/patient")
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"p-family": ""})
    page = visitor.go(f"{visitor.consultation}/patient")
    assert "shown once name and date of birth are there" in page.words
    assert not beside(page_with(visitor, ALLERGY), ALLERGY)


def test_what_was_read_is_kept_for_so_many_and_that_of_the_oldest_is_read_again(desk, monkeypatch):
    visitor, _ = desk
    read, was = [], elsewhere._read
    monkeypatch.setattr(elsewhere, "MOST_READ", 2)
    monkeypatch.setattr(
        elsewhere, "_read", lambda visit, here, *more: read.append(here.held.id) or was(visit, here, *more)
    )
    each = [visitor.consultation]
    for _ in range(2):
        begun(visitor, CONDITION)
        each.append(visitor.consultation)
    ids = [one.removeprefix("/c/") for one in each]
    for one in each[1:]:
        visitor.go(f"{one}/page/1")
    read.clear()
    for one in (*each[1:], each[0], each[2], each[1]):
        visitor.go(f"{one}/page/1")
    assert read == [ids[0], ids[1]]
