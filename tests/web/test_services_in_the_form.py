"""A made-up service in the form: its pathways under its title, its duties, a quantity in a range, what may follow in the same visit."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from shipped import cases_of
from test_every_outcome import DID, SUPPLIED, who
from visiting import AGREES, Clock, at_the_desk, begun, open_form

from pharmacyfirst import Kind, assess, explain, load
from pharmacyfirst.kernel.explain import said_together
from pharmacyfirst.record import codes
from pharmacyfirst.store import open_store
from pharmacyfirst.web.patient import Who, consent_of, lacking, patient_of
from pharmacyfirst.web.posted import Posted
from pharmacyfirst.web.rows import read_answers

HUMMING = Path(__file__).resolve().parents[1] / "humming"
LIBRARY = load(HUMMING)
WHO = AGREES | {"p-born_day": "2", "p-born_month": "1", "p-born_year": "1986"}
ORDINARY = {
    "consent_given": True,
    "age_years": 40,
    "hums_already": False,
    "wobbles": False,
    "hum_high": 120,
    "hum_low": 80,
}
LOW = ORDINARY | {"hum_low": 50}
SWEETS = {
    "hums": True, "hum_unsettled": False, "wanted": "long", "hummed_before": True, "cold_throat": False, "dry_throat": False, "foods": (),
    "day_of_tune": 9,
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("form")
    with open_form(folder, content=HUMMING) as client:
        yield at_the_desk(client), folder


@pytest.fixture
def visitor(desk, monkeypatch):
    monkeypatch.setattr(codes, "shipped_library", lambda: LIBRARY)
    return desk[0]


def outcome_of(visitor, condition, facts):
    begun(visitor, condition)
    visitor.answer_all(facts, WHO)
    return visitor.consultation.removeprefix("/c/")


def done(visitor, **did):
    return visitor.post(visitor.path, visitor.page.forms[visitor.path] | did)


def record_of(desk, id):
    with open_store(desk[1], Clock()) as store:
        return store.records.record(id, LIBRARY)


def test_the_start_page_has_the_title_of_the_service_over_its_pathways(visitor):
    words = visitor.go("/").words
    assert words.index("Humming service") < words.index('value="hum-check"') < words.index('value="hum-relief"')


def test_a_record_closes_once_every_duty_is_answered(visitor, desk):
    id = outcome_of(visitor, "hum-check", ORDINARY)
    done(visitor, **{"o-did": "advised"})
    assert "Write down the hum. (HUC-DU1): say that it was done, or why not" in visitor.page.words
    done(visitor, **{"o-did": "advised", "d-HUC-DU1-why": "no pen"})
    assert visitor.path == f"/r/{id}"
    (duty,) = record_of(desk, id).duties
    assert (duty.id, duty.done, duty.note) == ("HUC-DU1", False, "no pen")


def test_what_may_follow_is_offered_with_the_same_patient_in_the_same_visit(visitor, desk):
    first = outcome_of(visitor, "hum-check", LOW)
    done(visitor, **{"o-did": "advised", "d-HUC-DU1": "yes"})
    assert "Go on with Relief from humming" in visitor.page.words
    visitor.send(f"/again/{first}", condition="hum-relief")
    assert visitor.path.endswith("/patient")
    assert visitor.page.forms[visitor.path]["p-family"] == ["Training"]
    assert "p-share" not in visitor.page.forms[visitor.path]  # what was agreed to is asked anew
    visitor.answer_all(SWEETS, WHO)
    second = visitor.consultation.removeprefix("/c/")
    links = [one for one in visitor.page.words.split('"') if "/supply/" in one]
    page = visitor.go(links[0])
    assert "6 to 12 months, less with a reason" in page.words
    chosen = {"s-product": re.findall(r'name="s-product" value="([^"]+)"', page.words)[0]}
    chosen |= {"s-actual": re.findall(r'name="s-actual" value="([^"]+)"', page.words)[0]}
    fields = page.forms[visitor.path] | SUPPLIED | chosen
    visitor.post(visitor.path, fields)
    assert "the most, so the supply has to" in visitor.page.words
    visitor.post(visitor.path, fields | {"s-quantity": "13"})
    assert "the document says 6 to 12 months" in visitor.page.words
    visitor.go(f"/c/{second}/outcome")
    done(visitor, **{"o-did": "declined", "o-because": "not today", "o-no-supply": "declined"})
    assert visitor.path == f"/r/{second}", re.findall('pf-error">(.*?)<', visitor.page.words)
    record = record_of(desk, second)
    assert (record.visit, record.continues, record.strand) == (first, None, "clinical pathway")


def test_how_this_patient_begins_stands_with_the_offer(visitor):
    outcome_of(visitor, "hum-relief", {name: value for name, value in SWEETS.items() if name != "day_of_tune"})
    assert "How this patient begins or takes it" in visitor.page.words
    assert "It works at once. (Day of the tune: " in visitor.page.words  # it may apply: whoever supplies asks


# A sitting pressure, worked out of its readings


QUESTIONS = LIBRARY.newest("hum-check").questions
PAIR = tuple(
    replace(QUESTIONS[name], observation=f"blood pressure, sitting, {part}")
    for name, part in (("hum_high", "systolic"), ("hum_low", "diastolic"))
)


def answered(**posted):
    return read_answers(PAIR, Posted({name.replace("__", "-"): (value,) for name, value in posted.items()}), None)


def test_the_pair_of_the_readings_takes_the_place_of_what_was_typed():
    found = answered(readings="R 168/96, L 160/90, R 164/94", q__hum_high="120", q__hum_low="70")
    assert (found.values, found.wrong) == ({"hum_high": 164, "hum_low": 94}, {})
    assert answered(q__hum_high="120", q__hum_low="70").values == {"hum_high": 120, "hum_low": 70}


def test_while_more_has_to_be_measured_there_is_no_pair():
    found = answered(readings="168/96", q__hum_high="120")
    assert found.values == {}
    assert "measure again" in found.wrong["hum_high"]
    assert "for instance R 164/92" in answered(readings="168 over 96").wrong["hum_high"]


# The patient page


SERVICE = LIBRARY.services["humming-service"]
ASKS_MORE = replace(
    SERVICE,
    ways_in=(replace(SERVICE.ways_in[0], id="optician"), SERVICE.ways_in[0]),
    consents=(*SERVICE.consents, replace(SERVICE.consents[0], id="app")),
)
TYPED = {name.removeprefix("p-"): value for name, value in WHO.items()} | {
    "family": "Training", "given": "Ann", "address": "2 Example Street", "practice_ods": "Y99999", "contact": "in the pharmacy",
}  # fmt: skip


def test_the_third_consent_is_asked_where_the_service_names_it():
    today = Clock()().date()
    assert lacking(Who(TYPED, True, service=SERVICE), today) == {}
    assert lacking(Who(TYPED, True, service=ASKS_MORE), today) == {
        "app": "Agrees that it is seen in the NHS App? Choose one of the answers"
    }
    who = Who(TYPED | {"app": "no", "source": "optician"}, True, service=ASKS_MORE)
    assert consent_of(who, True).to_show_in_app is False
    assert patient_of(who).may_contact_by == ("in the pharmacy",)


# What is said of two medicines that are both offered


def test_what_is_said_of_each_medicine_stands_under_its_own_name(tmp_path):
    """ "Take both tablets together" is of levonorgestrel, and stood below a line about ulipristal: of two tablets one is taken, never both."""
    case = next(
        one
        for one in cases_of(load(), "emergency-contraception")
        if [each.pgd for each in one.expected.offers] == ["ulipristal", "levonorgestrel"]
        and one.facts.get("weight_kg", 0) > 70
    )
    found = assess(load().in_force(case.pathway, case.as_of), dict(case.facts), case.as_of)
    together = "Take both tablets together."
    said = dict(said_together(found))
    assert together in said["about levonorgestrel"]
    assert together not in said["about ulipristal acetate"]
    assert together in explain(found).partition("Say to the patient, about levonorgestrel:")[2].partition("\n\n")[0]
    with open_form(tmp_path) as client:
        visitor = at_the_desk(client)
        begun(visitor, case.pathway)
        visitor.answer_all(dict(case.facts), AGREES | who(case))
        of_each = dict(re.findall(r"<h3>(About [^<]+)</h3><ul>(.*?)</ul>", visitor.page.words))
    assert together in of_each["About levonorgestrel"]
    assert together not in of_each["About ulipristal acetate"]


def test_nobody_is_asked_for_a_charge_where_the_service_is_free(tmp_path):
    case = next(one for one in cases_of(load(), "emergency-contraception") if one.expected.kind is Kind.SUPPLY)
    with open_form(tmp_path) as client:
        visitor = at_the_desk(client)
        begun(visitor, case.pathway)
        visitor.answer_all(dict(case.facts), AGREES | who(case))
        id = visitor.consultation.removeprefix("/c/")
        page = visitor.go(next(one for one in visitor.page.words.split('"') if "/supply/" in one))
        assert "Prescription charge" not in page.words
        assert "exemption" not in page.words
        duties = {f"d-{one.id}": "yes" for one in load().newest(case.pathway).duties}
        fields = {name: value for name, value in SUPPLIED.items() if name != "s-charge"} | duties
        chosen = {
            f"s-{one}": re.findall(rf'name="s-{one}" value="([^"]+)"', page.words)[0] for one in ("product", "actual")
        }
        visitor.post(visitor.path, page.forms[visitor.path] | fields | chosen)
        assert visitor.path == f"/r/{id}", re.findall('pf-error">(.*?)<', visitor.page.words)
    with open_store(tmp_path, Clock()) as store:
        record = store.records.record(id, load())
    assert record.supplies
    assert record.charge is None


# A number that was measured in the consultation before, of the same visit


@pytest.fixture
def after_emergency_contraception(tmp_path):
    """Starting the pill after emergency contraception, on the page that asks for the BMI, which was 24 a moment ago."""
    shipped = load()
    case = next(
        one
        for one in cases_of(shipped, "emergency-contraception")
        if one.expected.kind is Kind.SUPPLY and one.facts.get("bmi") is not None
    )
    with open_form(tmp_path) as client:
        visitor = at_the_desk(client)
        begun(visitor, case.pathway)
        visitor.answer_all(dict(case.facts) | {"bmi": 24}, AGREES | who(case))
        first = visitor.consultation.removeprefix("/c/")
        duties = {f"d-{one.id}": "yes" for one in shipped.newest(case.pathway).duties}
        done(visitor, **{"o-did": "declined", "o-because": "not today", "o-no-supply": "declined"} | duties)
        visitor.send(f"/again/{first}", condition="oral-contraception-start")
        fields = visitor.page.forms[visitor.path]
        visitor.post(visitor.path, fields | AGREES | who(case))
        pages = shipped.newest("oral-contraception-start").pages
        visitor.go(f"{visitor.consultation}/page/{next(at for at, one in enumerate(pages) if 'bmi' in one.facts)}")
        yield visitor, tmp_path


def test_the_same_number_is_against_nothing(after_emergency_contraception):
    visitor, _ = after_emergency_contraception
    assert "Asked, and it is so: 24 kg/m2" in visitor.page.words
    page = visitor.send(visitor.path, **{"q-bmi": "24.0"})
    assert "contradicts what was found elsewhere" not in page.words


def test_another_number_stands_with_its_reason_and_an_emergency_with_it_is_saved(after_emergency_contraception):
    visitor, folder = after_emergency_contraception
    page = visitor.send(visitor.path, **{"q-bmi": "25"})
    assert "contradicts what was found elsewhere" in page.words
    page = visitor.post(visitor.path, page.forms[visitor.path] | {"w-bmi": "weighed again"})
    assert "contradicts what was found elsewhere" not in page.words
    id, fields = visitor.consultation.removeprefix("/c/"), page.forms[visitor.path]
    visitor.post(f"/c/{id}/threat", {name: fields[name] for name in ("token", "revision", "mark")} | {"threat": "yes"})
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | DID[Kind.EMERGENCY])
    assert visitor.path == f"/r/{id}", re.findall('pf-error">(.*?)<', visitor.page.words)
    with open_store(folder, Clock()) as store:
        (against,) = store.records.record(id, load()).answered_against
    assert (against.fact, against.suggested, against.answer, against.reason) == ("bmi", 24, 25, "weighed again")


def test_what_was_answered_with_no_is_not_told_as_something_to_bear_in_mind(after_emergency_contraception):
    visitor, _ = after_emergency_contraception
    page = visitor.go(f"{visitor.consultation}/patient")
    assert "No question here asks about it so" not in page.words
