"""Somebody who was here before: shown on the pages, suggested from, and begun again with without typing."""

import re
from datetime import datetime

import pytest
from shipped import cases_of
from test_every_outcome import LIBRARY, supplied, who
from test_handing_over import PATIENT, SECRET, opened
from visiting import NOW, Clock, at_the_desk, begun, open_form

from pharmacyfirst import Kind
from pharmacyfirst.store import open_store

CONDITION, ALLERGY = "acute-sore-throat", "penicillin_allergy"
CASE = next(
    case
    for case in cases_of(LIBRARY, CONDITION)
    if case.expected.kind is Kind.SUPPLY and dict(case.facts).get(ALLERGY) is True and dict(case.facts).get("age_years", 0) >= 18
)  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A desk at which Charlie, a training patient who is allergic to penicillin, was supplied; and the id of that."""
    folder = tmp_path_factory.mktemp("form")
    with open_form(folder) as client:
        visitor = begun(at_the_desk(client), CONDITION)
        visitor.answer_all(dict(CASE.facts), who(CASE))
        supplied(visitor)
        assert visitor.path.startswith("/r/"), visitor.page.words
        yield visitor, folder, visitor.path.removeprefix("/r/")


def found(visitor, words="Training"):
    visitor.go("/")
    return visitor.send("/find", find=words)


def again(visitor, id, condition="shingles"):
    """A new consultation for the patient of another, as the found page leads to it."""
    assert f'href="/again/{id}">New consultation for Charlie Training<' in found(visitor).words
    visitor.go(f"/again/{id}")
    return visitor.send(f"/again/{id}", condition=condition)


def test_the_details_of_an_earlier_patient_are_taken_over_and_what_was_agreed_to_is_not(desk):
    visitor, folder, id = desk
    page = again(visitor, id)
    assert page.title == "Patient"
    fields = page.forms[visitor.path]
    taken = [
        fields[f"p-{name}"][0] for name in ("family", "given", "nhs_number", "postcode", "practice_ods", "telephone")
    ]
    assert taken == ["Training", "Charlie", "9990000018", "ZZ99 3WZ", "Y99999", ""]
    assert not {"p-share", "p-look", "p-by", "p-source", "p-channel", "p-viewed"} & {*fields}
    assert "TRAINING PATIENT" in page.words
    with open_store(folder, Clock()) as store:
        assert store.drafts.get(visitor.consultation.removeprefix("/c/")).practice
        read = [one.told["what"] for one in store.records.history(id) if one.deed.value == "read"]
    assert "patient, for a new consultation" in read


def test_what_was_done_before_is_said_beside_every_page_with_the_way_to_its_record(desk):
    visitor, folder, id = desk
    again(visitor, id)
    day = datetime.fromisoformat(NOW)
    (line,) = re.findall(rf'<a href="/r/{id}">([^<]*)</a>', visitor.page.words)
    assert re.fullmatch(rf"{day.day} November {day.year}, Acute sore throat, supplied [a-z]+", line)
    assert line in visitor.go(f"{visitor.consultation}/page/1").words
    with open_store(folder, Clock()) as store:
        read = [one.told["what"] for one in store.records.history(id) if one.deed.value == "read"]
    assert "record, for a later consultation" in read


def test_what_lasts_is_suggested_from_an_earlier_record(desk):
    visitor, _, id = desk
    again(visitor, id, CONDITION)
    pages = dict.fromkeys(re.findall(r'/c/[^"]+/page/\d+', visitor.page.words))
    words = "".join(visitor.go(path).words for path in pages)
    (beside,) = re.findall(rf'id="beside-{ALLERGY}".*?</div>', words, re.DOTALL)
    assert "Answered so on 21 November 2026, in a consultation about Acute sore throat" in beside
    assert "Record of this pharmacy, 21 November 2026" in beside


def test_a_real_patient_and_a_practice_patient_of_one_name_stay_apart(desk):
    visitor, folder, _ = desk
    invented = {
        **PATIENT,
        "family": "Training",
        "given": ["Charlie"],
        "birth_date": f"{who(CASE)['p-born_year']}-01-02",
    }
    real = {name: value for name, value in invented.items() if name not in ("nhs_number", "trace", "practice_patient")}
    assert "Earlier here" in opened(visitor, folder, patient=invented, at="2026-11-21T10:29:31+00:00").words
    assert "Earlier here" not in opened(visitor, folder, patient=real).words


def test_a_record_of_another_name_under_the_same_number_gives_nothing_and_is_said(desk):
    visitor, folder, _ = desk
    page = opened(visitor, folder, patient=PATIENT)
    assert SECRET in page.words
    assert "Earlier here" not in page.words
    assert "An earlier record here has this name or NHS number, and may be another person&#39;s" in page.words


def test_whom_a_draft_is_about_can_be_begun_with_again(desk):
    visitor, _, _ = desk
    draft = begun(visitor, "shingles", practice="2").consultation.removeprefix("/c/")
    visitor.go(f"/again/{draft}")
    page = visitor.send(f"/again/{draft}", condition=CONDITION)
    assert page.forms[visitor.path]["p-given"] == ["Dana"]
    assert "TRAINING PATIENT" in page.words


@pytest.mark.parametrize("id", ["x", "00000000-0000-4000-8000-000000000000"])
def test_nobody_of_an_id_that_is_none_is_begun_with(desk, id):
    visitor, _, _ = desk
    assert visitor.go(f"/again/{id}").title == "It cannot be begun"


def test_of_very_many_earlier_records_the_newest_alone_are_read_and_that_is_said(desk, monkeypatch):
    visitor, _, id = desk
    monkeypatch.setattr("pharmacyfirst.web.elsewhere.MOST_EARLIER", 0)
    page = again(visitor, id)
    assert "More than 0 earlier records are here: the newest alone were read" in page.words
    assert "Earlier here" not in page.words
