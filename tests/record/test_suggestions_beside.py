"""Suggestions of every source beside their questions: with source, date and words, in conflict where they are, and answering nothing."""

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sound_records import ADDRESS, SECRET, account_for, case_of, library, record_for

from pharmacyfirst import Kind
from pharmacyfirst.record import Patient, make_record
from pharmacyfirst.record.consultation import Account, Consultation
from pharmacyfirst.record.inbound.against import ReasonMissing, put_on_record
from pharmacyfirst.record.inbound.beside import suggested_for
from pharmacyfirst.record.inbound.earlier import OWN_RECORD, Denied, read_earlier
from pharmacyfirst.record.inbound.refusal import InboundRefused
from pharmacyfirst.record.inbound.suggestions import Suggestion, confirm
from pharmacyfirst.record.people import Reaction

CASE = case_of("uncomplicated-uti", Kind.SUPPLY)
ON = CASE.as_of
PATHWAY = library().in_force("acute-sore-throat", ON)
GP, SCR, PMR = "GP record", "Summary Care Record", "handed over by Example PMR"
PENICILLIN = Suggestion("penicillin_allergy", True, GP, date(2019, 5, 1), "the record lists an allergy: Amoxicillin")
OTHER = Suggestion("penicillin_allergy", True, SCR, None, "penicillin V, rash")
SIMVASTATIN = Suggestion("interacting_medicines", ("simvastatin",), GP, date(2026, 11, 1), "Simvastatin 20mg")
WARFARIN = Suggestion("interacting_medicines", ("warfarin",), PMR, date(2026, 10, 1), "Warfarin 1mg")
PREGNANT = Suggestion("pregnancy", "pregnant", GP, date(2026, 10, 1), "pregnant, by its code")


def named(found):
    return {one.fact: one for one in found}


def test_each_question_has_all_that_is_suggested_for_it_the_newest_first_with_source_date_and_words():
    found = suggested_for(PATHWAY, [OTHER, WARFARIN, PENICILLIN, SIMVASTATIN, PREGNANT, PENICILLIN])

    order = [fact for page in PATHWAY.pages for fact in page.facts]
    assert [one.fact for one in found] == sorted((one.fact for one in found), key=order.index)
    allergy, medicines = named(found)["penicillin_allergy"], named(found)["interacting_medicines"]
    assert [(one.says, one.suggestion.source, one.from_when) for one in allergy.suggested] == [
        ("yes", GP, "1 May 2019"), ("yes", SCR, "no date is given"),
    ]  # fmt: skip
    assert [one.says for one in medicines.suggested] == [
        PATHWAY.questions["interacting_medicines"].in_words((name,)) for name in ("simvastatin", "warfarin")
    ]
    assert [one.suggestion.why for one in allergy.suggested] == [PENICILLIN.why, OTHER.why]
    assert allergy.called == PATHWAY.questions["penicillin_allergy"].called
    assert all(one.open and not one.needs_reason and one.disagree == () for one in found)


def test_what_bears_on_no_question_is_a_judgement_or_says_no_is_not_suggested():
    no = Suggestion("macrolide_allergy", False, GP, None, "none")
    none = Suggestion("interacting_medicines", (), GP, None, "none")
    judgement = Suggestion("sepsis_suspected", True, GP, None, "sepsis 2010")
    nothing = Suggestion("nitrofurantoin_allergy", True, GP, None, "Macrobid")
    assert suggested_for(PATHWAY, [no, none, judgement, nothing]) == ()


def test_sources_that_do_not_agree_are_shown_to_and_neither_wins():
    possible = Suggestion("pregnancy", "possible", SCR, date(2026, 11, 2), "missed a period")
    (found,) = suggested_for(PATHWAY, [PREGNANT, possible])
    assert [one.suggestion.value for one in found.suggested] == ["possible", "pregnant"]
    (says,) = found.disagree
    assert says.startswith("The sources do not agree: ")
    assert GP in says
    assert SCR in says


def test_two_medicines_of_two_sources_are_no_conflict():
    (found,) = suggested_for(PATHWAY, [SIMVASTATIN, WARFARIN])
    assert found.disagree == ()


def test_an_earlier_no_stands_beside_what_says_otherwise_and_suggests_nothing():
    denied = Denied("penicillin_allergy", OWN_RECORD, date(2026, 10, 12))
    assert suggested_for(PATHWAY, [], denied=[denied]) == ()
    (found,) = suggested_for(PATHWAY, [PENICILLIN], denied=[denied, denied])
    assert found.disagree == ("It was answered with no on 12 October 2026 (record of this pharmacy). Ask what is so.",)


def test_an_answer_against_a_suggestion_needs_a_reason_and_a_confirmed_one_does_not():
    answered = {"penicillin_allergy": False}
    (against,) = suggested_for(PATHWAY, [PENICILLIN], facts=answered)
    assert (against.needs_reason, against.open) == (True, False)
    with pytest.raises(ReasonMissing):
        put_on_record([one.suggestion for one in against.suggested], answered, {})

    taken = confirm(PENICILLIN, "2012345", datetime(2026, 11, 21, 10, tzinfo=UTC))
    (with_it,) = suggested_for(PATHWAY, [PENICILLIN], facts={"penicillin_allergy": True}, confirmed=[taken])
    assert (with_it.suggested[0].confirmed, with_it.needs_reason, with_it.open) == (True, False, False)


def test_nothing_is_answered_and_what_is_given_back_cannot_be_changed():
    facts = {"penicillin_allergy": None}
    (found,) = suggested_for(PATHWAY, [PENICILLIN], facts=facts)
    assert facts == {"penicillin_allergy": None}
    assert not found.needs_reason
    with pytest.raises(FrozenInstanceError):
        found.suggested[0].confirmed = True
    assert PENICILLIN.why not in repr(found)


@given(st.lists(st.sampled_from([PENICILLIN, OTHER, SIMVASTATIN, WARFARIN, PREGNANT]), max_size=10))
def test_nothing_suggested_is_lost_and_the_order_it_came_in_does_not_matter(suggestions):
    found = suggested_for(PATHWAY, suggestions)
    assert {one.suggestion for each in found for one in each.suggested} == {*suggestions}
    assert suggested_for(PATHWAY, reversed(suggestions)) == found


# Earlier records


def earlier(days=30, **changes):
    """The record of an earlier consultation with the patient of the case."""
    record = record_for(CASE)
    started = record.started_at - timedelta(days=days)
    facts = dict(account_for(CASE).facts) | changes.pop("facts", {})
    held = {name: getattr(account_for(CASE), name) for name in Account.model_fields}
    moved = held | {
        "id": changes.pop("id", f"0000000{days % 10}-0000-4000-8000-000000000000"), "facts": facts, "as_of": started.date(),
        "started_at": started, "ended_at": started + timedelta(minutes=10), "supplies": (), "charge": None, **changes,
    }  # fmt: skip
    moved["decision"] = moved["decision"].model_copy(
        update={"done": "advised", "because": "it was agreed to wait", "told": None}
    )
    account = Account(**moved)
    return make_record(account, library(), recorded_at=account.ended_at)


HERE = account_for(CASE).patient


def test_an_earlier_allergy_suggests_and_an_earlier_no_is_kept_apart():
    found = read_earlier([earlier(facts={"nitrofurantoin_allergy": True})], HERE, ON)
    (one,) = found.suggestions
    assert (one.fact, one.value, one.source, one.date) == (
        "nitrofurantoin_allergy",
        True,
        OWN_RECORD,
        ON - timedelta(days=30),
    )
    assert one.why.startswith("answered so on 22 October 2026, in a consultation about ")
    assert found.denied == ()

    no = read_earlier([earlier(facts={"nitrofurantoin_allergy": False})], HERE, ON)
    assert no.suggestions == ()
    assert [(one.fact, one.date) for one in no.denied] == [("nitrofurantoin_allergy", ON - timedelta(days=30))]


def test_how_somebody_felt_then_suggests_nothing_today():
    found = read_earlier([earlier(facts={"dysuria": True, "rigors": True, "diabetes": True})], HERE, ON)
    assert found.suggestions == ()


def test_medicines_suggest_for_three_months_only():
    facts = {"interacting_medicines": ["probenecid", "sglt2_inhibitor"]}
    recent = read_earlier([earlier(30, facts=facts)], HERE, ON)
    assert [one.value for one in recent.suggestions] == [("probenecid",), ("sglt2_inhibitor",)]
    assert read_earlier([earlier(93, facts=facts)], HERE, ON).suggestions == ()


def test_a_medicine_that_this_pharmacy_handed_over_suggests_that_it_was_taken():
    record = record_for(CASE)
    assert record.supplies
    found = read_earlier([record], HERE, ON)
    assert [(one.fact, one.value) for one in found.suggestions] == [("nitrofurantoin_last_3_months", True)]
    assert "handed over by this pharmacy" in found.suggestions[0].why
    assert read_earlier([record], HERE, ON + timedelta(days=120)).suggestions == ()


def test_a_reaction_that_was_found_here_suggests_and_one_that_no_name_is_known_for_is_minded():
    reactions = (Reaction(agent="Amoxicillin", reaction="rash"), Reaction(agent="Latex"))
    found = read_earlier([earlier(reactions=reactions)], HERE, ON)
    assert [one.fact for one in found.suggestions if one.fact == "penicillin_allergy"] == ["penicillin_allergy"]
    assert any("Latex" in one for one in found.mind)


def test_of_a_corrected_record_the_correction_alone_is_read():
    wrong = earlier(30, facts={"nitrofurantoin_allergy": True})
    right = earlier(
        31, facts={"nitrofurantoin_allergy": False}, corrects=wrong.id, corrects_because="it was another patient's answer",
        id="00000000-0000-4000-8000-000000000009",
    )  # fmt: skip
    found = read_earlier([wrong, right], HERE, ON)
    assert found.suggestions == ()
    assert [one.fact for one in found.denied] == ["nitrofurantoin_allergy"]


def test_another_persons_record_is_refused_and_nobody_is_named():
    other = Patient(**{name: getattr(HERE, name) for name in Patient.model_fields} | {"given": ("Beth",)})
    with pytest.raises(InboundRefused, match="may not be, about the patient who is there") as refused:
        read_earlier([earlier()], other, ON)
    assert not [one for one in (SECRET, ADDRESS, "Beth", "Ann") if one in str(refused.value)]
    practice = Patient(**{name: getattr(HERE, name) for name in Patient.model_fields} | {"practice_patient": True})
    with pytest.raises(InboundRefused, match="training patient"):
        read_earlier([earlier()], practice, ON)


def test_a_record_after_today_and_one_that_was_not_judged_are_told_apart():
    future = read_earlier([earlier(1, facts={"nitrofurantoin_allergy": True})], HERE, ON - timedelta(days=5))
    assert future.suggestions == ()
    assert future.mind == ("An earlier record is dated after today; nothing was taken from it.",)

    judged = earlier(facts={"nitrofurantoin_allergy": True})
    copied = Consultation(**{name: getattr(judged, name) for name in Consultation.model_fields})
    (one,) = read_earlier([copied], HERE, ON).suggestions
    assert one.why.endswith("that record was not judged again")


def test_neither_repr_shows_what_was_found():
    found = read_earlier(
        [earlier(facts={"nitrofurantoin_allergy": True}, reactions=(Reaction(agent="Latex"),))], HERE, ON
    )
    assert not [one for one in (SECRET, "Latex", "answered so") if one in repr(found)]
