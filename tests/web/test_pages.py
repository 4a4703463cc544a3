"""The pages of a consultation: what is asked when, what is saved, what is said at once, and what stands in the way."""

import re
from decimal import Decimal

import pytest
from shipped import cases_of
from test_every_outcome import LIBRARY, supplied, who
from visiting import AGREES, Clock, at_the_desk, begun, open_form, there_again

from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.store import ConsultationState, open_store
from pharmacyfirst.store.drafts import Drafts

NOBODY = AGREES | {
    "p-family": "Nobody", "p-given": "Ann", "p-born_day": "3", "p-born_month": "4", "p-born_year": "1990", "p-no_address": "no fixed address",
    "p-no_practice": "not registered",
}  # fmt: skip


@pytest.fixture(scope="module")
def clock():
    return Clock()


@pytest.fixture(scope="module")
def desk(tmp_path_factory, clock):
    folder = tmp_path_factory.mktemp("form")
    with open_form(folder, clock) as client:
        yield at_the_desk(client), folder


@pytest.fixture
def visitor(desk):
    return desk[0]


def held(desk, id):
    with open_store(desk[1], Clock()) as store:
        return store.drafts.get(id)


def page(visitor, number):
    return visitor.go(f"{visitor.consultation}/page/{number}")


def test_the_red_flags_are_reached_before_any_name_and_an_emergency_ends_with_details_to_follow(desk):
    visitor = begun(desk[0], "acute-sore-throat", practice="")
    page(visitor, 1)
    visitor.answer_page({"sepsis_suspected": False, "epiglottitis_suspected": False, "stridor": True})
    assert visitor.path.endswith("/outcome")
    assert visitor.page.title == "Send to A&amp;E now"
    assert "Is there an immediate threat to life?" in visitor.page.words
    assert "Get medical help at once if you get worse" not in visitor.page.words
    id = visitor.consultation.removeprefix("/c/")
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"o-did": "sent"})
    assert visitor.path == "/"
    assert "details missing" in visitor.page.words
    assert held(desk, id).state is ConsultationState.DETAILS_FOLLOW
    visitor.go(f"/c/{id}/patient")
    visitor.answer_page({"consent_given": True}, **NOBODY)
    assert visitor.path.endswith("/outcome"), visitor.page.words
    assert "What was done is kept" in visitor.page.words
    visitor.post(visitor.path, visitor.page.forms[visitor.path])
    assert visitor.page.title == "Saved: referred", visitor.page.words
    record = recorded(desk, id)
    assert record.kind is Kind.EMERGENCY
    assert record.decision.onward[0].how == "told to go"
    assert not record.practice


def recorded(desk, id):
    with open_store(desk[1], Clock()) as store:
        return store.records.record(id)


def test_the_threat_to_life_is_a_button_on_every_page_and_keeps_what_stands_there(desk):
    visitor = begun(desk[0], "uncomplicated-uti")
    page(visitor, 1)
    fields = visitor.page.forms[visitor.path] | {"q-rigors": "no", "threat": "yes"}
    visitor.post(f"{visitor.consultation}/threat", fields)
    assert visitor.page.title == "Dial 999 now"
    assert held(desk, visitor.consultation.removeprefix("/c/")).answers == {"rigors": False, "life_threatening": True}


def test_a_blank_is_no_answer_and_is_asked_for_by_name(visitor):
    begun(visitor, "uncomplicated-uti")
    page(visitor, 1)
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"q-sepsis_suspected": "no"})
    assert visitor.reply.status_code == 422
    links = re.findall(r'<li><a href="#row-([a-z_]+)">', visitor.page.words)
    assert "rigors" in links
    assert "sepsis_suspected" not in links
    assert 'id="q-sepsis_suspected-1" name="q-sepsis_suspected" value="no" data-key="N" checked' in visitor.page.words


@pytest.mark.parametrize("typed", ["29.9", "45.1", "warm", "36.8F", "1e2"])
def test_a_number_out_of_range_is_refused_with_what_fits_and_stays_on_the_page(visitor, typed):
    begun(visitor, "uncomplicated-uti")
    page(visitor, 1)
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"q-temperature_c": typed})
    assert "Temperature: give a number from 30.0 to 45.0" in visitor.page.words
    assert f'value="{typed}"' in visitor.page.words


def test_none_and_one_of_a_list_together_are_no_answer(visitor):
    begun(visitor, "uncomplicated-uti")
    page(visitor, 6)
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"q-interacting_medicines": ["-", "probenecid"]})
    assert "only one of the three" in visitor.page.words


def test_a_question_behind_a_gate_comes_once_the_gate_is_met_and_is_emptied_when_it_is_met_no_more(desk):
    visitor = begun(desk[0], "uncomplicated-uti")
    page(visitor, 5)
    assert "egfr_ml_min" not in visitor.page.shown
    visitor.answer_page({name: False for name in visitor.page.shown} | {"known_kidney_disease": True})
    assert visitor.path.endswith("/page/5")
    assert "egfr_ml_min" in visitor.page.shown
    visitor.answer_page(
        {name: False for name in visitor.page.shown} | {"known_kidney_disease": True, "egfr_ml_min": 60}
    )
    page(visitor, 5)
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"q-known_kidney_disease": "no"})
    assert "Emptied, because it is no longer asked" in visitor.page.words
    assert "egfr_ml_min" not in held(desk, visitor.consultation.removeprefix("/c/")).answers


def test_answers_that_contradict_each_other_are_said_once_and_stand_when_given_again(visitor):
    begun(visitor, "uncomplicated-uti")
    page(visitor, 3)
    facts = {"uti_episodes_last_6_months": 2, "uti_episodes_last_12_months": 0}
    visitor.answer_page(facts)
    assert "Change an answer, or continue to leave it so" in visitor.page.words
    visitor.answer_page(facts)
    assert not visitor.path.endswith("/page/3")


def test_an_answer_that_is_believable_and_odd_is_asked_about_once_and_that_it_stands_is_kept(desk):
    visitor = begun(desk[0], "uncomplicated-uti")
    path, id = page(visitor, 1) and visitor.path, visitor.consultation.removeprefix("/c/")
    facts = {name: False for name in visitor.page.shown} | {"temperature_c": Decimal("34.9")}
    visitor.answer_page(facts)
    assert visitor.path == path
    assert "Is this right? Few people who walk in are below 35.0 degrees" in visitor.page.words
    assert "stands" not in str(held(desk, id).fields)
    visitor.answer_page(facts | {"temperature_c": Decimal("34.8")})  # another odd answer is asked about anew
    assert "Is this right?" in visitor.page.words
    visitor.answer_page(facts | {"temperature_c": Decimal("34.8")})
    assert "Is this right?" not in visitor.page.words
    assert held(desk, id).fields["Red flags"]["stands"] == ["cold"]


def test_an_age_that_is_odd_is_asked_about_where_the_date_of_birth_is_given(desk):
    visitor = begun(desk[0], "impetigo")
    born = {"p-born_day": "2", "p-born_month": "1", "p-born_year": "1920"}
    visitor.answer_page({"consent_given": True}, **AGREES | born)
    assert "Is this right? Few people are over 100, and a year is easily mistyped" in visitor.page.words
    visitor.answer_page({"consent_given": True}, **AGREES | born)
    assert not visitor.path.endswith("/patient")


def test_the_panel_says_what_is_not_known_and_in_the_way_and_never_what_would_be(visitor):
    begun(visitor, "uncomplicated-uti")
    page(visitor, 1)
    visitor.answer_page({})
    panel = visitor.page.words.partition('id="panel"')[2]
    assert "Not decided yet" in panel
    assert "Not known, and in the way" in panel
    assert "Nitrofurantoin" not in panel
    assert "May be supplied" not in panel


def test_red_flags_that_are_not_known_are_said_once(visitor):
    begun(visitor, "uncomplicated-uti")
    page(visitor, 1)
    path = visitor.path
    visitor.answer_page({})
    assert visitor.path == path
    assert "red flags are not known. Nothing can be supplied while that is so." in visitor.page.words
    visitor.answer_page({})
    assert visitor.path != path


def test_an_emergency_is_finished_on_a_later_day_with_the_reason(tmp_path):
    clock = Clock()
    with open_form(tmp_path, clock) as client:
        visitor = begun(at_the_desk(client), "acute-sore-throat", practice="")
        page(visitor, 1)
        visitor.answer_page({"stridor": True})
        id = visitor.consultation
        visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"o-did": "called"})
        clock.pass_seconds(24 * 3600)
        there_again(visitor)
        visitor.go(f"{id}/patient")
        visitor.answer_page({"consent_given": True}, **NOBODY)
        visitor.post(visitor.path, visitor.page.forms[visitor.path])
        assert "say why it is finished now" in visitor.page.words
        visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"o-late": "the family rang the next day"})
        assert visitor.page.title == "Saved: referred", visitor.page.words
    with open_store(tmp_path, clock) as store:
        record = store.records.record(id.removeprefix("/c/"))
    assert (str(record.on), record.late.because) == ("2026-11-21", "the family rang the next day")
    assert record.decision.onward[0].at.day == 21


def test_the_live_answer_stores_nothing_and_says_what_is_shown(desk):
    visitor = begun(desk[0], "uncomplicated-uti")
    id = visitor.consultation.removeprefix("/c/")
    page(visitor, 5)
    before = held(desk, id).revision
    visitor.post(f"/c/{id}/live/5", visitor.page.forms[f"/c/{id}/page/5"] | {"q-known_kidney_disease": "yes"})
    answer = visitor.reply.json()
    assert "egfr_ml_min" in answer["shown"]
    assert "Not decided yet" in answer["panel"]
    visitor.post(f"/c/{id}/live/1", {"token": visitor_token(visitor), "q-sepsis_suspected": "yes"})
    assert visitor.reply.json()["stop"].startswith("Send to A&E now")
    assert held(desk, id).revision == before


def visitor_token(visitor):
    visitor.go("/")
    return visitor.page.forms["/begin"]["token"][0]


@pytest.mark.parametrize("done", ["did not attend", "could not be reached"])
def test_somebody_who_did_not_come_is_on_record_where_nothing_was_asked(desk, done):
    visitor = begun(desk[0], "acute-sore-throat", practice="")
    nobody_came = NOBODY | {"p-share": "?", "p-look": "?", "p-viewed": "none", "p-not_viewed": "nobody came"}
    id = visitor.consultation.removeprefix("/c/")
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | nobody_came)
    visitor.go(f"/c/{id}/end")
    assert f'value="{done}"' in visitor.page.words
    visitor.send(f"/c/{id}/end", **{"e-reason": done})
    assert visitor.page.title == f"Saved: {done}", visitor.page.words
    record = recorded(desk, id)
    assert record.decision.done == done
    assert record.decision.because.startswith("The patient ")
    assert not record.facts.keys() - {"age_years", "date_of_birth"}
    begun(visitor, "acute-sore-throat")
    page(visitor, 1)
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"q-stridor": "no"})
    visitor.go(f"{visitor.consultation}/end")
    assert f'value="{done}"' not in visitor.page.words  # somebody answered
    visitor.send(visitor.path, **{"e-reason": done})
    assert "Say why it ends here" in visitor.page.words


def test_what_is_typed_and_not_continued_is_kept_answers_nothing_and_does_not_make_continue_older(desk):
    visitor = begun(desk[0], "uncomplicated-uti")
    id = visitor.consultation.removeprefix("/c/")
    page(visitor, 1)
    path, fields = (
        visitor.path,
        visitor.page.forms[visitor.path] | {"q-sepsis_suspected": "no", "q-temperature_c": "hot"},
    )
    before = held(desk, id)
    visitor.post(f"/c/{id}/keep/1", fields)
    assert visitor.reply.json() == {"says": "Saved 10:30"}
    now = held(desk, id)
    assert (now.revision, now.answers) == (before.revision, before.answers)
    assert "token" not in now.typed["Red flags"].form
    again = page(visitor, 1)  # as after a crash
    assert "What was typed here by 10:30 was not continued" in again.words
    assert 'name="q-sepsis_suspected" value="no" data-key="N" checked' in again.words
    assert 'value="hot"' in again.words
    visitor.post(f"/c/{id}/keep/1", fields | {"q-sepsis_suspected": "yes"})
    assert (
        "Send to A&amp;E now. Continue leads to the outcome." in page(visitor, 1).words
    )  # a red flag among it is said at once
    assert held(desk, id).answers == {}
    assert 'class="pf-open">Red flags' in visitor.go(f"/c/{id}/outcome").words
    visitor.post(path, fields | {"q-temperature_c": "36.8"})  # the page as it was shown before: not older
    assert held(desk, id).answers["temperature_c"] == Decimal("36.8")
    assert held(desk, id).typed == {}
    visitor.post(f"/c/{id}/keep/1", fields)  # of an older page nothing is kept
    assert visitor.reply.status_code == 409
    assert held(desk, id).typed == {}


def test_the_patients_details_that_were_typed_are_there_again(desk):
    visitor = begun(desk[0], "uncomplicated-uti", practice="")
    id = visitor.consultation.removeprefix("/c/")
    visitor.post(f"/c/{id}/keep/patient", visitor.page.forms[visitor.path] | NOBODY)
    assert held(desk, id).patient_mark == ""
    assert 'id="p-family" name="p-family" value="Nobody"' in visitor.go(f"/c/{id}/patient").words


def test_nothing_is_supplied_over_a_page_that_was_typed_and_not_continued(desk):
    case = next(one for one in cases_of(LIBRARY, "uncomplicated-uti") if one.expected.kind is Kind.SUPPLY)
    visitor = begun(desk[0], case.pathway)
    visitor.answer_all(dict(case.facts), who(case))
    id = visitor.consultation.removeprefix("/c/")
    page(visitor, 1)
    visitor.post(f"/c/{id}/keep/1", visitor.page.forms[f"/c/{id}/page/1"] | {"q-rigors": "yes"})
    visitor.go(f"/c/{id}/outcome")
    supplied(visitor)
    assert "Something was typed and not continued: Red flags" in visitor.page.words


def test_nothing_is_ended_over_a_red_flag_that_was_typed_and_not_continued(desk):
    visitor = begun(desk[0], "uncomplicated-uti")
    id = visitor.consultation.removeprefix("/c/")
    visitor.answer_page({"consent_given": True}, **AGREES)
    page(visitor, 1)
    fields = visitor.page.forms[visitor.path]
    ended = {"e-reason": "left"}
    visitor.post(f"/c/{id}/keep/1", fields | {"q-sepsis_suspected": "yes"})
    visitor.go(f"/c/{id}/end")
    assert "Something was typed and not continued: Red flags" in visitor.send(f"/c/{id}/end", **ended).words
    visitor.post(f"/c/{id}/keep/1", fields | {"q-sepsis_suspected": "no"})
    visitor.go(f"/c/{id}/end")
    visitor.send(f"/c/{id}/end", **ended)
    assert visitor.page.title == "Saved: ended early", visitor.page.words


def test_the_score_is_counted_while_it_is_asked(visitor):
    begun(visitor, "acute-sore-throat")
    id = visitor.consultation
    visitor.post(
        f"{id}/live/5",
        {"token": visitor_token(visitor), "q-pus_on_tonsils": "yes", "q-cough_present": "yes"},
    )
    assert re.search(r"FeverPAIN \d to \d of 5", visitor.reply.json()["score"])


def test_hours_are_chosen_by_the_day_and_counted_until_now(desk, clock):
    visitor = begun(desk[0], "shingles")
    number = next(number for number in range(1, 7) if "hours_rash_onset_to_first_dose" in page(visitor, number).shown)
    facts = {name: False for name in visitor.page.shown if not name.startswith("hours")}
    visitor.answer_page(facts, **{"q-hours_rash_onset_to_first_dose-day": "2026-11-20"})
    id = visitor.consultation.removeprefix("/c/")
    now = held(desk, id)
    assert now.answers["hours_rash_onset_to_first_dose"] == Decimal("34.5")  # from 00:00 of the day before until 10:30
    assert "since 20 November 2026" in visitor.go(f"/c/{id}/outcome").words
    page(visitor, number)
    visitor.post(
        visitor.path,
        visitor.page.forms[visitor.path]
        | {"q-hours_rash_onset_to_first_dose-day": "earlier", "q-hours_rash_onset_to_first_dose-on": "22/11/2026"},
    )
    assert "not still to come" in visitor.page.words


def test_an_older_page_is_refused_and_what_is_newer_is_named(desk):
    visitor = begun(desk[0], "uncomplicated-uti")
    page(visitor, 1)
    path, old = visitor.path, visitor.page.forms[visitor.path]
    visitor.answer_page({})
    visitor.post(path, old | {"q-sepsis_suspected": "yes"})
    assert visitor.reply.status_code == 409
    assert visitor.page.title == "Not saved: there is something newer"
    assert "page posted by Robin Sample" in visitor.page.words
    assert "this is an emergency, and it is not saved: act on it, and answer it again now" in visitor.page.words
    assert "Signs of sepsis: you answered Yes, and Not known stands now." in visitor.page.words
    assert f'href="{path}"' in visitor.page.words  # the way back to answer it again


def test_a_page_about_another_patient_is_refused(desk):
    visitor = begun(desk[0], "uncomplicated-uti")
    page(visitor, 1)
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"mark": "another"})
    assert "shown about another patient" in visitor.page.words


def test_end_here_asks_one_question_and_a_mistake_records_nothing(desk):
    visitor = begun(desk[0], "uncomplicated-uti")
    id = visitor.consultation.removeprefix("/c/")
    visitor.go(f"/c/{id}/end")
    visitor.send(f"/c/{id}/end")
    assert "Say why it ends here" in visitor.page.words
    visitor.send(f"/c/{id}/end", **{"e-reason": "mistake"})
    assert visitor.path == "/"
    assert held(desk, id).state is ConsultationState.ABANDONED


def test_a_consultation_that_ends_early_is_recorded_with_its_reason(desk):
    visitor = begun(desk[0], "uncomplicated-uti")
    id = visitor.consultation.removeprefix("/c/")
    visitor.answer_page({"consent_given": True, "urinary_anatomy": "female"}, **AGREES)
    visitor.go(f"/c/{id}/end")
    visitor.send(f"/c/{id}/end", **{"e-reason": "left"})
    assert visitor.page.title == "Saved: ended early", visitor.page.words
    record = recorded(desk, id)
    assert (record.kind, record.decision.done, record.decision.because) == (
        Kind.NEED_FACTS,
        "ended early",
        "The patient left, or had to go",
    )


def test_a_child_is_not_recorded_without_who_agreed(visitor):
    begun(visitor, "impetigo", practice="3")
    visitor.answer_page(
        {"consent_given": True}, **AGREES | {"p-consenter": "", "p-relationship": "", "p-competence": ""}
    )
    assert visitor.reply.status_code == 422
    assert "patient under 16 consents where judged competent" in visitor.page.words


def test_nothing_is_finished_while_something_is_open(visitor):
    begun(visitor, "uncomplicated-uti")
    outcome = visitor.go(f"{visitor.consultation}/outcome")
    assert outcome.title == "Not decided yet"
    assert "What did you do?" not in outcome.words
    token = visitor.page.forms["/leave"]["token"]
    visitor.post(visitor.path, {"token": token, "revision": "2", "mark": "", "o-did": "goes"})
    assert "Not everything was asked" in visitor.page.words


def test_a_supply_that_is_not_offered_leads_back_to_the_outcome(visitor):
    begun(visitor, "uncomplicated-uti")
    visitor.go(f"{visitor.consultation}/supply/nitrofurantoin")
    assert visitor.path.endswith("/outcome")


def test_the_practice_mark_stands_on_every_page_and_paper(desk):
    visitor = begun(desk[0], "uncomplicated-uti")
    for part in ("patient", "page/1", "outcome", "end"):
        assert "TRAINING PATIENT" in visitor.go(f"{visitor.consultation}/{part}").words


@pytest.mark.parametrize(
    "path", ["/c/nobody/outcome", "/c/00000000-0000-0000-0000-000000000000/page/1", "/r/nobody", "/r/nobody/letter.txt"]
)
def test_a_consultation_that_is_not_there_is_said_to_be_none(visitor, path):
    visitor.go(path)
    assert visitor.reply.status_code in (404, 409)
    assert "The store has no consultation of this id" in visitor.page.words


def test_where_the_disk_is_full_what_was_typed_stays_on_the_page_to_be_sent_again(tmp_path):
    with open_form(tmp_path) as client:
        visitor = begun(at_the_desk(client), "uncomplicated-uti")
        page(visitor, 1)
        database = client.app.state.desk.store.ledger._database.connection
        pages = client.portal.call(lambda: database.execute("PRAGMA page_count").fetchone()[0])
        client.portal.call(database.execute, f"PRAGMA max_page_count = {pages}")
        facts = {name: False for name in visitor.page.shown}
        for _ in range(40):  # until what is left of the file is used up
            visitor.answer_page(facts | {"temperature_c": 36.8, "immunosuppression": "none"})
            if visitor.reply.status_code == 503:
                break
            page(visitor, 1)
        assert visitor.reply.status_code == 503
        assert "Not saved: " in visitor.page.words
        assert visitor.page.forms[visitor.path]["q-temperature_c"] == ["36.8"]
        client.portal.call(database.execute, "PRAGMA max_page_count = 1000000")
        visitor.post(visitor.path, visitor.page.forms[visitor.path])
        assert visitor.reply.status_code == 200, re.findall(r'<li><a href="#row-([a-z_]+)">', visitor.page.words)
        assert visitor.page.title != "Red flags"


def test_pasted_details_fill_fields_and_answer_nothing(desk):
    visitor = begun(desk[0], "uncomplicated-uti", practice="")
    id = visitor.consultation
    words = "LEE, Ann (Ms); Born 07-Mar-1996; NHS No. 999 000 0018; 1 High Street, Exampleton; LS1 4AB; likes tea"
    visitor.post(f"{id}/paste", {"token": visitor_token(visitor), "paste": words})
    answer = visitor.reply.json()
    assert answer["fields"]["p-family"].upper() == "LEE"
    assert (answer["fields"]["p-born_day"], answer["fields"]["p-born_month"], answer["fields"]["p-born_year"]) == (
        "7",
        "3",
        "1996",
    )
    assert answer["fields"]["p-nhs_number"] == "9990000018"
    assert "Check it with the patient" in answer["says"]
    assert held(desk, id.removeprefix("/c/")).answers == {}


def test_no_record_is_read_where_the_patient_does_not_agree_to_it(visitor):
    begun(visitor, "uncomplicated-uti")
    visitor.answer_page({"consent_given": True, "urinary_anatomy": "female"}, **AGREES | {"p-look": "no"})
    assert "None may be read: the patient does not agree to it" in visitor.page.words
    visitor.answer_page(
        {"consent_given": True, "urinary_anatomy": "female"},
        **AGREES | {"p-look": "no", "p-viewed": "none", "p-not_viewed": "not agreed to"},
    )
    assert visitor.page.title == "Red flags"


def test_a_practice_patient_is_seen_as_of_a_named_day_and_every_page_and_paper_says_so(desk):
    visitor = desk[0]
    visitor.go("/")
    visitor.send("/begin", condition="uncomplicated-uti", practice="1", as_of="3/2/2027")
    id = visitor.consultation.removeprefix("/c/")
    assert "Judged as of 3 February 2027" in visitor.page.words
    visitor.answer_page({"consent_given": True, "urinary_anatomy": "female"}, **AGREES)
    visitor.answer_page({"sepsis_suspected": True})
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"o-did": "called"})
    assert visitor.page.title == "Saved: referred", visitor.page.words
    record = recorded(desk, id)
    assert (str(record.on), str(record.recorded_at.date()), record.practice, record.late) == (
        "2027-02-03",
        "2027-02-03",
        True,
        None,
    )
    assert "3 February 2027" in visitor.go(f"/r/{id}/leaflet.txt").words


def test_another_day_is_for_practice_patients_alone(visitor):
    visitor.go("/")
    visitor.send("/begin", condition="uncomplicated-uti", practice="", as_of="3/2/2027")
    assert visitor.page.title == "It cannot be begun"


def test_the_start_page_says_in_words_when_no_pgd_is_in_force(tmp_path):
    with open_form(tmp_path, Clock("2027-04-03T10:30:00+00:00")) as client:
        page = at_the_desk(client).page
    assert "No PGD is in force today. The last day of the newest was 30 January 2027." in page.words
    assert "assess, advise and refer as usual" in page.words


def test_the_time_of_a_day_is_asked_only_where_times_of_that_day_are_judged_differently(desk):
    visitor = begun(desk[0], "shingles")
    number = next(number for number in range(1, 9) if 'rash_onset_to_first_dose-day"' in page(visitor, number).words)
    path, name = visitor.path, "q-hours_rash_onset_to_first_dose-day"
    fields = visitor.page.forms[path]
    asked = {}
    for day in ("2026-11-21", "2026-11-20", "2026-11-18", "2026-11-14", "?"):
        visitor.post(path.replace("page", "live"), fields | {name: day})
        asked[day] = visitor.reply.json()["times"] != []
    # 72 hours and 168 hours end within the third and the seventh day back
    assert asked == {"2026-11-21": False, "2026-11-20": False, "2026-11-18": True, "2026-11-14": True, "?": False}
    visitor.post(path.replace("page", "live"), fields | {name: "2026-11-20", name.replace("-day", "-time"): "14:00"})
    assert visitor.reply.json()["times"] == ["hours_rash_onset_to_first_dose"]  # a time that was given stays to be seen
    assert "data-matters" not in page(visitor, number).words


def test_a_year_of_birth_at_which_nobody_can_be_judged_is_said_beside_it_and_locks_nothing(visitor):
    begun(visitor, "uncomplicated-uti")
    path = visitor.path
    visitor.answer_page({}, **AGREES | {"p-born_year": "1890"})
    assert visitor.reply.status_code == 422
    assert "nobody can be judged at the age that it gives" in visitor.page.words
    assert visitor.go(path).title == "Patient"
    assert visitor.go(f"{visitor.consultation}/outcome").title


def test_going_to_the_outcome_from_the_panel_takes_what_was_just_answered_along(visitor):
    begun(visitor, "uncomplicated-uti")
    page(visitor, 1)
    fields = visitor.page.forms[visitor.path] | {"q-sepsis_suspected": ["yes"], "go": ["outcome"]}
    visitor.post(visitor.path, fields)
    assert visitor.path.endswith("/outcome")
    assert visitor.page.title == "Send to A&amp;E now"


def test_what_could_still_make_it_more_urgent_is_a_link_to_its_question(desk):
    visitor = begun(desk[0], "uncomplicated-uti")
    page(visitor, 1)
    visitor.send(visitor.path, **{"q-kidney_pain_or_tenderness": "yes"})
    words = visitor.go(f"{visitor.consultation}/outcome").words
    listed = words.partition("could still make it more urgent.")[2].partition("</ul>")[0]
    assert 'page/1#row-sepsis_suspected">' in listed
    assert "life_threatening" not in listed  # asked apart, and never needed


@pytest.mark.parametrize("fault", ["newer", "disk", "ours"])
def test_a_threat_to_life_that_cannot_be_saved_is_told_to_dial_all_the_same(desk, monkeypatch, fault):
    visitor = begun(desk[0], "uncomplicated-uti")
    page(visitor, 1)
    fields = visitor.page.forms[visitor.path] | {"threat": "yes"}
    if fault == "newer":
        visitor.answer_page({})
    else:

        def fails(*_, **__):
            raise (OSError("full") if fault == "disk" else ZeroDivisionError)

        monkeypatch.setattr(Drafts, "post", fails)
    visitor.post(f"{visitor.consultation}/threat", fields)
    assert visitor.reply.status_code >= 400
    assert "If life is in danger, dial 999 now: that waits for nothing here." in visitor.page.words
