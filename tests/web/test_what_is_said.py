"""What somebody who sees the form for the first time has to be told: what does not fit, what is missing, what was done, and nothing preset."""

import re

import pytest
from shipped import cases_of
from test_every_outcome import LIBRARY, SUPPLIED, supplied, who
from visiting import AGREES, NOW, PHARMACY, Clock, Visitor, at_the_desk, begun, open_form, somebody_new

from pharmacyfirst import Kind, assess
from pharmacyfirst.record.fields import RecordRefused
from pharmacyfirst.record.make import make_record
from pharmacyfirst.store import ConsultationState, open_store
from pharmacyfirst.web.brought import WHO_IT_IS
from pharmacyfirst.web.pages.saved import WANTS

CONDITION = "uncomplicated-uti"
CASE = next(case for case in cases_of(LIBRARY, CONDITION) if case.expected.kind is Kind.SUPPLY)
EMERGENCY = next(case for case in cases_of(LIBRARY, CONDITION) if case.expected.kind is Kind.EMERGENCY)
PEOPLE = ("1", "2", "3", "4")
NOT_SHARED = {"p-share": "no"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("said")
    with open_form(folder) as client:
        yield at_the_desk(client), folder


@pytest.fixture
def visitor(desk):
    return desk[0]


def says(visitor):
    """What was just done, as the page says it."""
    return re.findall(r'id="done" role="status">([^<]*)<', visitor.page.words)


def errors(visitor):
    """What the summary of errors says, by where it leads."""
    summary = visitor.page.words.partition('id="errors"')[2].partition("</div>")[0]
    return dict(re.findall(r'<a href="([^"]*)">([^<]*)</a>', summary))


def an_emergency(visitor, practice="1", **who_it_is):
    """A red flag, and a patient page on which only this was said."""
    begun(visitor, CONDITION, practice)
    visitor.answer_page(dict(EMERGENCY.facts), **who_it_is)
    visitor.go(f"{visitor.consultation}/page/1")
    return visitor.answer_page(dict(EMERGENCY.facts))


# The charge


def offered_charges(words):
    return set(re.findall(r'<option value="(00[01][0-9])"', words))


def supply_page(visitor, case=CASE):
    begun(visitor, case.pathway)
    visitor.answer_all(dict(case.facts), who(case))
    return visitor.go(next(one for one in visitor.page.words.split('"') if "/supply/" in one))


@pytest.mark.parametrize("code", ["0002", "0003", "0004"])
def test_an_exemption_that_is_an_age_is_not_taken_of_somebody_of_another(visitor, code):
    page = supply_page(visitor)
    assert code not in offered_charges(page.words)
    back = visitor.path.partition("/supply/")[0] + "/outcome"
    visitor.go(back)
    supplied(visitor, **{"s-charge": code})
    assert visitor.reply.status_code == 422
    assert errors(visitor) == {
        "#s-charge": "Charge: this is not for somebody of the patient&#39;s age; say whether it was paid, or why not"
    }


@pytest.mark.parametrize(
    ("code", "fits", "not_for"),
    [("0002", (0, 15), (16, 90)), ("0003", (16, 18), (15, 19)), ("0004", (60, 110), (0, 59)), ("0007", (0, 110), ())],
)
def test_the_ages_of_an_exemption_are_those_of_its_words(code, fits, not_for):
    from pharmacyfirst.record.decision import exemption_fits

    assert all(exemption_fits(code, age) for age in fits)
    assert not any(exemption_fits(code, age) for age in not_for)


def test_no_new_record_has_an_exemption_that_the_age_rules_out_whoever_makes_it():
    from pharmacyfirst.record.decision import Charge
    from pharmacyfirst.record.examples import account_of

    account = account_of(LIBRARY, CASE)
    wrong = account.model_copy(update={"charge": Charge(exemption="0002")})
    with pytest.raises(RecordRefused, match=r"charge, exemption: 0002 \(is under 16 years of age\)"):
        make_record(wrong, LIBRARY, recorded_at=account.ended_at)


# Pages


def test_a_page_that_nobody_needs_any_more_is_called_that_and_not_done(visitor):
    begun(visitor, CONDITION)
    visitor.go(f"{visitor.consultation}/page/1")
    page = visitor.send(visitor.path, **{"q-sepsis_suspected": "yes"})  # one answer, and every page is moot
    assert visitor.path.endswith("/outcome")
    steps = re.findall(r'<li><a href="[^"]*" class="pf-(\w+)"[^>]*>([^<]*)(.*?)</a></li>', page.words)
    pages = {
        title.strip(): (state, more) for state, title, more in steps if title.strip() not in ("Patient", "Outcome")
    }
    assert len(pages) > 3
    for title, (state, more) in pages.items():
        assert (state, "not needed" in more) == ("idle", True), title


# Nothing is preset


@pytest.mark.parametrize("practice", PEOPLE)
def test_of_a_practice_patient_too_nothing_is_preset_but_who_it_is(visitor, practice):
    begun(visitor, CONDITION, practice)
    fields = {name: [one for one in held if one] for name, held in visitor.page.forms[visitor.path].items()}
    filled = {name.removeprefix("p-") for name, held in fields.items() if held and name.startswith("p-")}
    assert filled <= WHO_IT_IS
    assert {name for name in fields if name.startswith("q-") and any(fields[name])} == set()


def test_nothing_is_preset_of_a_paper_consultation(visitor):
    visitor.go("/paper")
    fields = {name: [one for one in held if one] for name, held in visitor.page.forms["/paper"].items()}
    assert {name for name, held in fields.items() if held and name != "token"} == set()


def of_several_products():
    """A case in which more than one product of a medicine may be supplied."""
    for condition in LIBRARY.conditions:
        for case in cases_of(LIBRARY, condition):
            if case.expected.kind is Kind.SUPPLY and case.as_of.isoformat() == NOW[:10]:
                pathway = LIBRARY.in_force(condition, case.as_of)
                if len(assess(pathway, case.facts, case.as_of).offers[0].supplied) > 1:
                    return case
    raise AssertionError("no case offers several products")


def test_neither_the_product_of_several_nor_the_pack_is_preset(visitor):
    page = supply_page(visitor, of_several_products())
    assert page.words.count('name="s-product"') > 1
    assert {"s-actual", "s-product"}.isdisjoint(page.forms[visitor.path])
    visitor.send(visitor.path, **{name: value for name, value in SUPPLIED.items()})
    assert {"#s-actual", "#s-product"} <= {*errors(visitor)}


# What contradicts


def test_no_consent_and_news_to_the_practice_are_asked_about_once_also_in_an_emergency(visitor):
    begun(visitor, CONDITION)
    facts = dict(EMERGENCY.facts) | {"consent_given": False}
    page = visitor.go(f"{visitor.consultation}/page/1")
    visitor.answer_page(facts)
    visitor.go(f"{visitor.consultation}/patient")
    if 'name="q-consent_given"' not in visitor.page.words:
        number = LIBRARY.in_force(CONDITION, EMERGENCY.as_of).pages
        at = next(at for at, one in enumerate(number) if "consent_given" in one.facts)
        visitor.answer_page(facts, **AGREES)
        visitor.go(f"{visitor.consultation}/page/{at}")
    page = visitor.answer_page(facts, **(AGREES if visitor.path.endswith("/patient") else {}))
    assert "The record may say both only where the patient agreed to that apart" in page.words
    page = visitor.answer_page(facts, **(AGREES if visitor.path.endswith("/patient") else {}))
    assert "The record may say both" not in page.words


def test_nobody_there_is_spoken_to_of_whom_the_patient_does_not_agree_that_it_is_told(visitor):
    urgent = next(case for case in cases_of(LIBRARY, CONDITION) if case.expected.kind is Kind.REFER_URGENT)
    begun(visitor, CONDITION)
    visitor.answer_all(dict(urgent.facts), who(urgent) | NOT_SHARED)
    did = {"o-did": "spoken", "o-accepted": "the duty doctor", "o-to": "the GP practice"}
    visitor.send(visitor.path, **{name: value for name, value in did.items()})
    assert visitor.reply.status_code == 422
    assert "The record may say both only with the reason" in errors(visitor)["#o-because"]
    visitor.send(visitor.path, **did, **{"o-because": "they could not go there without it"})
    assert visitor.page.title == "Saved: referred"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"notice": {"route": "letter"}}, "notice says that the practice is told"),
        ({"pregnancy_confirmed": "not_pregnant"}, "for the GP record"),
    ],
)
def test_no_new_record_tells_a_practice_that_is_not_to_be_told(more, why):
    from pharmacyfirst.record.consultation import Account
    from pharmacyfirst.record.examples import account_of
    from pharmacyfirst.record.fields import read_back

    held = account_of(LIBRARY, CASE).as_dict()
    held["consent"]["to_share"] = False
    account = read_back(Account, held | more)
    with pytest.raises(RecordRefused, match=why):
        make_record(account, LIBRARY, recorded_at=account.ended_at)


def test_the_gp_record_is_not_offered_where_the_practice_is_not_told(visitor):
    begun(visitor, CONDITION)
    visitor.answer_all(dict(CASE.facts), who(CASE))
    assert "Write in the GP record" in visitor.page.words
    begun(visitor, CONDITION)
    visitor.answer_all(dict(CASE.facts), who(CASE) | NOT_SHARED)
    assert "Write in the GP record" not in visitor.page.words


# What is missing


def test_an_emergency_without_details_says_which_and_leads_to_each(visitor):
    an_emergency(visitor, practice="")
    here = visitor.consultation
    assert {"Family name", "Date of birth", "GP practice"} <= set(
        re.findall(r'<a href="[^"]*/patient#[^"]*">([^<]*)</a>', visitor.page.words)
    )
    visitor.send(visitor.path, o__did="called")
    assert visitor.path == "/"
    assert "Of the patient there is still missing: Family name" in says(visitor)[0]
    visitor.go(f"{here}/patient")
    visitor.send(f"{here}/patient", **{"p-family": "Nobody"})
    assert visitor.path == f"{here}/patient"
    assert errors(visitor)["#row-born"] == "Date of birth: give day, month and year"
    assert "#p-family" not in errors(visitor)
    visitor.go(f"{here}/outcome")
    visitor.send(f"{here}/outcome")
    assert visitor.reply.status_code == 422
    found = errors(visitor)
    assert found[f"{here}/patient#row-born"] == "Date of birth: give day, month and year"
    assert f"{here}/patient#p-family" not in found
    visitor.go(f"{here}/patient")
    real = {"p-address": "7 Nowhere Lane", "p-practice_ods": "B86999", "p-nhs_number": ""} | somebody_new()
    visitor.send(f"{here}/patient", **(who(EMERGENCY) | real))
    assert visitor.path == f"{here}/outcome", errors(visitor)
    visitor.send(f"{here}/outcome")
    assert visitor.page.title == "Saved: referred"


def test_what_is_missing_of_the_patient_is_named_where_it_ends_early(visitor):
    begun(visitor, CONDITION, practice="")
    here = visitor.consultation
    visitor.go(f"{here}/end")
    visitor.send(f"{here}/end", e__reason="left")
    assert errors(visitor)[f"{here}/patient#p-family"] == "Family name: give it"


# What was done


def test_what_was_done_is_said_once(visitor):
    begun(visitor, CONDITION)
    visitor.answer_all(dict(CASE.facts), who(CASE))
    supplied(visitor)
    assert says(visitor) == ["The record is made and stored, 10:30."]
    visitor.go(visitor.path)
    assert says(visitor) == []


def test_a_mistake_and_a_paper_put_down_are_said(visitor):
    begun(visitor, CONDITION)
    visitor.go(f"{visitor.consultation}/end")
    visitor.send(visitor.path, e__reason="mistake")
    assert "there is no record of it" in says(visitor)[0]
    visitor.go("/paper")
    visitor.send("/paper", **{"w-condition": CONDITION, "w-day": "20/11/2026", "do": "later"})
    assert says(visitor) == ["The paper consultation is put down: it waits on the work list."]


@pytest.mark.no_accounts
def test_people_at_the_desk_are_told_what_was_done(tmp_path):
    with open_form(tmp_path) as client:
        visitor = at_the_desk(client)
        visitor.go("/at-the-desk")
        added = {
            "do": "add",
            "n-family": "New",
            "n-given": "Alex",
            "n-gphc": "5099999",
            "n-profession": "pharmacy technician",
            "n-pin": "8642",
        }
        visitor.send("/at-the-desk", **added)
        assert says(visitor) == ["They may be at the desk now."]
        visitor.send("/at-the-desk", do="take off", who="5099999")
        assert says(visitor) == ["They may be at the desk no more."]


# Times


def test_a_time_that_is_still_to_come_is_refused_and_not_taken_for_now(visitor):
    an_emergency(visitor, **AGREES)
    visitor.send(visitor.path, **{"o-did": "called", "o-at": "23:59"})
    assert visitor.reply.status_code == 422
    assert "still to come today" in errors(visitor)["#o-at"]
    visitor.send(visitor.path, **{"o-did": "called", "o-at": "10:30"})
    assert visitor.page.title == "Saved: referred", errors(visitor)


# Whom it is about


def test_a_practice_patient_stays_chosen_and_the_page_says_so_until_a_real_one_is(visitor):
    begun(visitor, CONDITION, "2")
    page = visitor.go("/")
    assert page.forms["/begin"]["practice"] == ["2"]
    assert "TRAINING PATIENT: what is begun here is training" in page.words
    assert page.words.index('id="practice"') < page.words.index('class="pf-conditions"')
    begun(visitor, CONDITION, "")
    page = visitor.go("/")
    assert page.forms["/begin"].get("practice") in (None, [""])
    assert "what is begun here is training" not in page.words


@pytest.mark.parametrize("said", [None, "9", "x"])
def test_whoever_is_not_said_to_be_real_or_practice_is_taken_for_neither(visitor, said):
    visitor.go("/")
    visitor.send("/begin", condition=CONDITION, practice=said)
    assert visitor.reply.status_code == 422
    assert "Say first whether it is a real patient" in visitor.page.words


def test_whoever_is_on_a_paper_form_is_said_too(visitor):
    visitor.go("/paper")
    visitor.send("/paper", **{"w-condition": CONDITION, "w-day": "20/11/2026", "w-practice": "9", "do": "later"})
    assert "Say first whether it is a real patient" in errors(visitor)["#w-practice"]


# Training patients


def test_what_was_handed_over_to_a_practice_patient_without_a_permit_waits_for_nobody(desk):
    from test_from_paper import OTHERWISE, PAPER

    visitor, folder = desk
    visitor.go("/paper")
    visitor.send("/paper", **(PAPER | {"w-practice": "1"}))
    visitor.answer_all(dict(CASE.facts), who(CASE))
    id = visitor.consultation.removeprefix("/c/")
    visitor.go(next(one for one in visitor.page.words.split('"') if "/handed-over/" in one))
    visitor.send(visitor.path, **OTHERWISE)
    assert visitor.page.title == "Saved: supplied", errors(visitor)
    assert "of a real patient it would be an incident" in visitor.page.words
    with open_store(folder, Clock()) as store:
        assert id not in {one.id for one in store.work_list().incidents}
    assert f"/r/{id}/incident" not in visitor.go("/closing").words


# Setting up


@pytest.mark.no_accounts
def test_all_that_is_wrong_with_the_pharmacy_is_said_at_once_each_at_its_field(tmp_path):
    with open_form(tmp_path) as client:
        visitor = Visitor(client)
        visitor.go("/setting-up")
        wrong = {
            "u-name": "",
            "u-ods": "12",
            "u-postcode": "nowhere",
            "u-gphc": "123",
            "u-family": "",
            "u-pin": "1",
            "u-adoption": "/no/such/file",
        }
        visitor.post("/setting-up", PHARMACY | wrong)
        assert set(errors(visitor)) == {f"#{name}" for name in wrong}
        for name in wrong:
            assert f'id="{name}-error"' in visitor.page.words, name
        assert errors(visitor)["#u-name"] == "Name of the pharmacy: give it"
        assert "seven digits" in errors(visitor)["#u-gphc"]


# Ways out, and words that fit what is done


def test_a_draft_of_which_nobody_can_be_judged_is_ended_with_the_reason(desk):
    visitor, folder = desk
    begun(visitor, CONDITION, practice="")
    id = visitor.consultation.removeprefix("/c/")
    with open_store(folder, Clock()) as store:  # as an older version of the form saved it
        now = store.drafts.get(id)
        store.drafts.post(id, now.owner, now.revision, now.patient_mark, "patient", {"age_years": 1000})
    visitor.go(f"/c/{id}/outcome")
    assert visitor.reply.status_code == 409
    assert f'href="/c/{id}/end"' in visitor.page.words
    visitor.go(f"/c/{id}/end")
    visitor.send(f"/c/{id}/end")
    assert errors(visitor) == {"#e-because": "Write the reason"}
    visitor.send(f"/c/{id}/end", e__because="the year of birth was mistyped")
    assert says(visitor) == ["Ended, with the reason: there is no record of it, and what was answered is kept."]
    with open_store(folder, Clock()) as store:
        assert store.drafts.get(id).state is ConsultationState.ABANDONED
        assert id not in {one.id for one in store.work_list().drafts}


def test_a_consultation_that_can_be_judged_has_no_such_way_out(visitor):
    begun(visitor, CONDITION, practice="")
    visitor.go(f"{visitor.consultation}/end")
    assert "Why does it end here?" in visitor.page.words


def test_the_last_button_of_a_correction_says_that(visitor):
    begun(visitor, CONDITION, "3")  # somebody of whom nothing is on record here
    visitor.answer_all(dict(CASE.facts), who(CASE))
    supply = next(one for one in visitor.page.words.split('"') if "/supply/" in one)
    assert ">Record the supply</button>" in visitor.go(supply).words
    visitor.go(f"{visitor.consultation}/outcome")
    supplied(visitor)
    visitor.go(f"{visitor.path}/correct")
    visitor.send(visitor.path, r__because="the batch was mistyped")
    visitor.go(f"{visitor.consultation}/outcome")
    assert ">Finish the correction without a supply</button>" in visitor.page.words
    supply = next(one for one in visitor.page.words.split('"') if "/supply/" in one)
    page = visitor.go(supply)
    assert ">Finish the correction</button>" in page.words
    assert "Record the supply" not in page.words


def test_what_to_look_at_before_a_label_is_stuck_on_stands_beside_the_way_to_print_it(visitor):
    begun(visitor, CONDITION, "4")  # somebody of whom nothing is on record here
    visitor.answer_all(dict(CASE.facts), who(CASE))
    supplied(visitor)
    text = visitor.go(f"{visitor.path}/label.txt").words
    page = visitor.go(visitor.path.removesuffix("/label.txt"))
    notes = re.findall(r"<li>([^<]*)</li>", page.words.partition('id="label"')[2].partition("</section>")[0])
    assert notes
    assert all(one.removeprefix(WANTS).strip()[:40] in text for one in notes)


def test_how_many_there_are_of_something_fits_one_of_it_too(tmp_path):
    with open_form(tmp_path) as client:
        visitor = begun(at_the_desk(client), CONDITION, practice="")
        assert "Drafts (1)" in visitor.go("/").words


def test_the_letter_counts_what_it_calls_by_name():
    from pharmacyfirst.record.examples import example_of
    from pharmacyfirst.record.papers.letter import letter_text

    record = example_of(LIBRARY, CASE).record
    count = len(record.in_words.red_flags)
    assert f"None of the {count} red flags and other reasons to be seen the same day was found" in letter_text(record)


def test_n_chooses_the_no_of_several_answers_and_the_number_stands_beside_each(visitor):
    begun(visitor, "acute-sore-throat")
    pages = [at for at, one in enumerate(LIBRARY.newest("acute-sore-throat").pages) if "immunosuppression" in one.facts]
    page = visitor.go(f"{visitor.consultation}/page/{pages[0]}")
    row = page.words.partition('id="row-immunosuppression"')[2].partition("</fieldset>")[0]
    assert re.findall(r'data-key="([^"]*)"', row) == ["1 N", "2", "3", "U"]
    assert re.findall(r"<kbd[^>]*>([^<]*)</kbd>", row) == ["1", "2", "3"]
    hints = page.words.partition('id="keys"')[2].partition("</p>")[0]
    assert "<kbd>N</kbd>" in hints
    assert "<kbd>C</kbd>" not in hints  # nothing is suggested here
    assert "<kbd>/</kbd>" not in hints  # no list is so long
