"""The one way to make a record: from an account of it, judged as of the right moment, and judged again whenever it is read."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from paper_records import with_changes
from sound_records import SECRET, account_for, as_json, case_of, library, permit_for, real_patient, sound

from pharmacyfirst import Kind, exact
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.cli.main import main
from pharmacyfirst.record import (
    Coded,
    Consultation,
    Handed,
    Quantity,
    RecordRefused,
    make_record,
    read_account,
    read_record,
    write_record,
)
from pharmacyfirst.record.examples import account_of, example_adoption
from pharmacyfirst.record.judged import judge
from pharmacyfirst.record.make import NOT_JUDGED, is_judged
from pharmacyfirst.record.papers.claim import NEVER, claim_of
from pharmacyfirst.record.papers.letter import letter_text
from pharmacyfirst.record.papers.one_page import one_page_html

CASE = case_of("uncomplicated-uti", Kind.SUPPLY)
STARTED = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)
OTHER_ID = "9a4e29c0-93cf-5519-87d6-adfa0215056d"
NEXT_DAY = STARTED + timedelta(days=1)
LATE = {"late": {"because": "the system was down", "paper_at": "2026-11-21T14:20:00+00:00"}}


@pytest.fixture(scope="module")
def adoption():
    return example_adoption(library().in_force(CASE.pathway, CASE.as_of))


def without_permit(account, **changes):
    handed = with_changes(account.supplies[0], {"permit": None, **changes})
    return with_changes(account, {"supplies": (handed,)})


def late(account):
    return read_account(
        exact.write(account.as_dict() | LATE | {"entered_by": {"name": "Lee Example", "role": "dispenser"}})
    )


# With a permit, and without


def test_a_permit_that_is_asked_for_when_the_record_is_made_is_for_a_hand_over_now(adoption):
    account = without_permit(account_for(CASE), handed_over_at=None)

    record = make_record(account, library(), recorded_at=account.ended_at, adoption=adoption)

    (supply,) = record.supplies
    assert supply.handed_over_at == supply.permit.at == record.recorded_at
    assert (supply.permit.record, supply.permit.person) == (record.id, record.patient.digest)
    assert read_record(write_record(record), library(), adoption) == record


def test_what_was_handed_over_before_a_permit_was_asked_for_is_refused(adoption):
    account = without_permit(account_for(CASE))
    with pytest.raises(RecordRefused, match="handed over before a permit was asked for"):
        make_record(account, library(), recorded_at=account.ended_at, adoption=adoption)


def test_without_permit_and_adoption_nothing_is_recorded():
    account = without_permit(account_for(CASE))
    with pytest.raises(RecordRefused, match="no supply without a permit"):
        make_record(account, library(), recorded_at=account.ended_at)


def test_where_there_is_no_permit_every_reason_is_said(adoption):
    account = without_permit(account_for(CASE), handed_over_at=None)
    with pytest.raises(RecordRefused, match=r"there is no permit: .*GPhC number"):
        make_record(account, library(), recorded_at=account.ended_at, adoption=replace(adoption, practitioners=()))


def test_a_permit_is_asked_again_where_the_adoption_is_at_hand(adoption):
    record, words = sound("uncomplicated-uti")
    assert read_record(words, library(), adoption) == record
    fewer = replace(adoption, checked=adoption.checked[1:])
    with pytest.raises(RecordRefused, match="the adoption at hand does not give this permit"):
        read_record(words, library(), fewer)


def test_a_permit_as_if_is_for_practice_patients_alone():
    account = account_for(CASE)
    given = permit_for(CASE, account.patient, account.id, STARTED + timedelta(minutes=5), as_if=True)
    asked = with_changes(account, {"supplies": (with_changes(account.supplies[0], {"permit": given}),)})
    with pytest.raises(RecordRefused, match="for training patients alone"):
        make_record(asked, library(), recorded_at=account.ended_at)

    practice = account_of(library(), CASE)
    given = permit_for(CASE, practice.patient, practice.id, practice.started_at, as_if=True)
    asked = with_changes(practice, {"supplies": (with_changes(practice.supplies[0], {"permit": given}),)})
    assert make_record(asked, library(), recorded_at=practice.ended_at).supplies[0].permit.as_if


# Entered late


def test_a_late_entry_is_judged_as_of_its_hand_over_and_says_who_entered_it(adoption):
    record = make_record(late(without_permit(account_for(CASE))), library(), recorded_at=NEXT_DAY, adoption=adoption)

    (supply,) = record.supplies
    assert supply.permit.at == supply.handed_over_at
    assert supply.permit.afterwards.entered_by == "Lee Example"
    assert supply.permit.afterwards.entered_at == record.recorded_at == NEXT_DAY
    assert read_record(write_record(record), library(), adoption) == record
    assert not record.is_incident


def test_a_correction_of_a_late_entry_keeps_its_permit(adoption):
    first = make_record(late(without_permit(account_for(CASE))), library(), recorded_at=NEXT_DAY, adoption=adoption)
    again = with_changes(
        first.account(), {"id": OTHER_ID, "corrects": first.id, "corrects_because": "the batch was mistyped"}
    )

    record = make_record(again, library(), recorded_at=NEXT_DAY + timedelta(hours=1))

    assert record.supplies[0].permit == first.supplies[0].permit
    assert read_record(write_record(record), library(), adoption) == record


def test_a_late_entry_that_would_not_have_been_permitted_is_kept_as_an_incident_and_never_claimed(adoption):
    ended = tuple(replace(one, until=STARTED.date() - timedelta(days=1)) for one in adoption.practitioners)
    account = late(without_permit(account_for(CASE)))

    record = make_record(account, library(), recorded_at=NEXT_DAY, adoption=replace(adoption, practitioners=ended))

    assert not record.supplies
    (found,) = record.unpermitted
    assert [one.code for one in found.reasons] == ["practitioner_expired"]
    assert record.is_incident
    assert claim_of(record).claimable == NEVER
    assert "without a permit" in letter_text(record)
    assert "practitioner is authorised until" in one_page_html(record)
    assert read_record(write_record(record), library()) == record


def test_a_late_entry_without_an_adoption_is_kept_as_one_without_a_permit():
    record = make_record(late(without_permit(account_for(CASE))), library(), recorded_at=NEXT_DAY)
    assert [one.code for one in record.unpermitted[0].reasons] == ["no_adoption"]
    assert read_record(write_record(record), library()) == record


def test_what_was_handed_over_though_nothing_was_offered_is_kept_with_the_directions_that_were_given(adoption):
    refused = case_of("uncomplicated-uti", Kind.NOT_ELIGIBLE)
    given = Handed(
        pgd="nitrofurantoin", amp=account_for(CASE).supplies[0].amp, quantity=Quantity(amount=6, unit="capsule"),
        directions="Take one twice a day for 3 days.", handed_over_at=STARTED + timedelta(minutes=9),
    )  # fmt: skip
    decision = with_changes(account_for(CASE).decision, {"because": "it was not seen that he may not have it"})
    account = late(account_for(refused, supplies=(given,), decision=decision))

    record = make_record(account, library(), recorded_at=NEXT_DAY, adoption=adoption)

    assert [one.code for one in record.unpermitted[0].reasons] == ["not_offered"]
    assert record.unpermitted[0].directions == "Take one twice a day for 3 days."
    without = with_changes(account, {"supplies": (with_changes(given, {"directions": None}),)})
    with pytest.raises(RecordRefused, match="quantity and directions have to say"):
        make_record(without, library(), recorded_at=NEXT_DAY, adoption=adoption)


def test_another_medicine_than_was_permitted_that_was_handed_over_on_paper_is_an_incident(adoption):
    wrong = {"amp": Coded(code="930411000001106", display="Amoxicillin 500mg capsules (A A H Pharmaceuticals Ltd)")}
    account = without_permit(account_for(CASE), **wrong)
    with pytest.raises(RecordRefused, match="name another medicine than was offered"):
        make_record(late(account), library(), recorded_at=NEXT_DAY, adoption=adoption)

    told = wrong | {"quantity": Quantity(amount=21, unit="capsule"), "directions": "Take one three times a day."}
    record = make_record(
        late(without_permit(account_for(CASE), **told)), library(), recorded_at=NEXT_DAY, adoption=adoption
    )

    assert [one.code for one in record.unpermitted[0].reasons] == ["other_than_offered"]
    assert (
        read_record(write_record(record), library()) == read_record(write_record(record), library(), adoption) == record
    )


def test_directions_that_were_given_on_paper_and_are_not_those_offered_are_kept(adoption):
    given = {"quantity": Quantity(amount=6, unit="capsule"), "directions": "Take one four times a day."}
    record = make_record(
        late(without_permit(account_for(CASE), **given)), library(), recorded_at=NEXT_DAY, adoption=adoption
    )
    assert record.unpermitted[0].directions == "Take one four times a day."
    assert "directions that were given are not those offered" in record.unpermitted[0].reasons[0].says
    assert read_record(write_record(record), library(), adoption) == record


def test_an_expired_pack_that_was_handed_over_on_paper_is_an_incident(adoption):
    account = without_permit(account_for(CASE), expiry="2026-10")
    record = make_record(late(account), library(), recorded_at=NEXT_DAY, adoption=adoption)
    assert "expired before the last dose" in record.unpermitted[0].reasons[0].says
    assert (
        read_record(write_record(record), library()) == read_record(write_record(record), library(), adoption) == record
    )


def test_what_was_handed_over_to_a_practice_patient_though_nothing_was_offered_is_kept():
    refused = account_of(library(), case_of("uncomplicated-uti", Kind.NOT_ELIGIBLE))
    given = Handed(
        pgd="nitrofurantoin", amp=account_for(CASE).supplies[0].amp, quantity=Quantity(amount=6, unit="capsule"),
        directions="Take one twice a day for 3 days.", handed_over_at=refused.started_at,
    )  # fmt: skip
    decision = with_changes(account_for(CASE).decision, {"because": "for practice"})
    account = late(with_changes(refused, {"supplies": (given,), "decision": decision}))
    record = make_record(account, library(), recorded_at=NEXT_DAY)
    assert [one.code for one in record.unpermitted[0].reasons] == ["not_offered"]
    assert read_record(write_record(record), library()) == record


def test_a_late_entry_says_why_and_by_whom():
    account = account_for(CASE)
    with pytest.raises(RecordRefused, match="late has to say why"):
        make_record(account, library(), recorded_at=NEXT_DAY)
    told = with_changes(account, {"entered_by": None, "late": late(account).late})
    with pytest.raises(RecordRefused, match="names who entered it"):
        make_record(told, library(), recorded_at=NEXT_DAY)


# What another record suggested


def test_an_answer_against_another_record_stands_beside_what_that_record_says():
    suggested = {
        "fact": "nitrofurantoin_allergy", "suggested": True, "source": "Summary Care Record", "found": "Allergy: nitrofurantoin",
        "dated": "2019-03-01", "answer": False, "reason": "the patient took it last year without trouble",
    }  # fmt: skip
    held = account_for(CASE).as_dict() | {"answered_against": [suggested]}

    record = make_record(read_account(exact.write(held)), library(), recorded_at=account_for(CASE).ended_at)

    assert "Allergy: nitrofurantoin; answered otherwise, because the patient took it last year" in one_page_html(record)
    wrong = account_for(CASE).as_dict() | {"answered_against": [suggested | {"answer": True}]}
    with pytest.raises(RecordRefused, match="not the one that was assessed"):
        make_record(read_account(exact.write(wrong)), library(), recorded_at=account_for(CASE).ended_at)


# England's clock


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2026-07-02T09:30:00+00:00", "2026-07-02T10:30:00+01:00"),
        ("2026-11-21T10:30:00+00:00", "2026-11-21T10:30:00+00:00"),
        ("2026-10-25T00:30:00+00:00", "2026-10-25T01:30:00+01:00"),  # the hour that clocks show twice
        ("2026-10-25T01:30:00+00:00", "2026-10-25T01:30:00+00:00"),
        ("2026-07-02T23:30:00+00:00", "2026-07-03T00:30:00+01:00"),
    ],
)
def test_a_time_is_kept_as_clocks_in_england_show_it(given, kept):
    case = account_of(library(), CASE)
    held = with_changes(case, {"supplies": (), "charge": None, "as_of": None}).as_dict()
    held |= {
        "started_at": given,
        "ended_at": None,
        "decision": {"done": "advised", "because": "no wish for a medicine"},
    }
    held |= {"records_viewed": [], "not_viewed_because": "it could not be reached"}
    held["patient"]["trace"] = {"status": "02"}
    account = read_account(exact.write({name: value for name, value in held.items() if value is not None}))

    record = make_record(account, library(), recorded_at=account.started_at)

    assert record.as_dict()["started_at"] == kept
    assert record.on == datetime.fromisoformat(kept).date()
    assert in_england(record.started_at) == record.started_at


# Believed where it was judged, and nowhere else


def test_a_record_that_was_not_judged_says_so_on_every_paper_and_is_not_sent():
    from pharmacyfirst.record.message.envelope import why_no_message

    record = read_record(sound()[1])

    assert not is_judged(record)
    assert NOT_JUDGED in letter_text(record)
    assert NOT_JUDGED in one_page_html(record)
    assert why_no_message(record).code == "not_judged"
    assert claim_of(record).claimable == "check"

    assert judge(record, library())
    assert NOT_JUDGED not in letter_text(record)


def test_a_copy_that_was_changed_in_python_is_not_believed():
    record = sound()[0]
    forged = record.supplies[0].model_copy(update={"directions": "Take 10 capsules every hour."})
    copied = record.model_copy(update={"supplies": (forged,)})

    assert is_judged(record)
    assert not is_judged(copied)
    with pytest.raises(RecordRefused, match="supplies, 1, directions"):
        judge(copied, library())
    held = {name: getattr(record, name) for name in Consultation.model_fields}
    assert not is_judged(Consultation(**held))


def test_content_that_is_not_at_hand_leaves_a_record_unjudged():
    record, words = sound()
    other = replace(
        library(), stretches={name: some for name, some in library().stretches.items() if name != record.pathway}
    )
    assert not is_judged(read_record(words, other))


def test_a_permit_for_somebody_else_is_refused_though_all_else_agrees():
    account = account_for(CASE)
    other = with_changes(real_patient(CASE), {"given": ("Beth",)})
    given = permit_for(CASE, other, account.id, STARTED + timedelta(minutes=5))
    with pytest.raises(RecordRefused, match="a permit is for another person"):
        make_record(
            with_changes(account, {"supplies": (with_changes(account.supplies[0], {"permit": given}),)}),
            library(),
            recorded_at=account.ended_at,
        )


# The command


@pytest.fixture
def run(tmp_path):
    def run(*words, **held):
        for name, value in held.items():
            (tmp_path / f"{name}.json").write_text(value if isinstance(value, str) else json.dumps(value, default=str))
        return CliRunner().invoke(main, [str(one) for one in words])

    return run


def practice_account():
    account = account_of(library(), CASE)
    return json.loads(write_record(without_permit(account)))


def test_the_command_makes_a_record_that_is_read_and_sent(run, tmp_path):
    into = tmp_path / "record.json"
    made = run(
        "record",
        "make",
        tmp_path / "account.json",
        "--at",
        "2026-11-21T10:42:00+00:00",
        "--to",
        into,
        account=practice_account(),
    )
    assert (made.exit_code, made.output) == (0, "")
    assert run("record", "letter", into).exit_code == 0
    assert run("record", "judge", into).output == "FILE 1: judged again, and the same\n"
    assert run("record", "message", into, "--mailbox", "M", "--to", tmp_path / "m.xml").exit_code == 0
    assert run("record", "check", tmp_path / "m.xml").exit_code == 0


def test_the_facts_may_be_what_consult_saved(run, tmp_path):
    account = practice_account()
    asked = {name: account.pop(name) for name in ("pathway", "as_of", "facts")}
    account.pop("id")
    words = (
        "record",
        "make",
        tmp_path / "account.json",
        "--facts",
        tmp_path / "asked.json",
        "--at",
        "2026-11-21T10:42:00+00:00",
    )

    made = run(*words, account=account, asked=asked)

    record = read_record(made.output, library())
    assert record.pathway == CASE.pathway
    twice = run(*words, account=account | {"pathway": CASE.pathway}, asked=asked)
    assert (twice.exit_code, "of its own" in twice.output) == (2, True)


def test_only_a_practice_patients_record_is_made_as_if_at_another_time(run, tmp_path):
    account = json.loads(write_record(account_for(CASE)))
    made = run("record", "make", tmp_path / "account.json", "--at", "2026-11-21T14:20:00+00:00", account=account)
    assert made.exit_code == 2
    assert "a training patient's" in made.output
    assert SECRET not in made.output


@pytest.mark.parametrize(
    "words", ["", "[]", "{}", '{"patient": {"family": "Featherstonehaugh"}}', "\x00", '{"id": 1, "id": 2}']
)
def test_bad_accounts_are_refused_without_a_word_of_them(run, tmp_path, words):
    made = run("record", "make", tmp_path / "account.json", account=words)
    assert made.exit_code == 2
    assert SECRET not in made.output
    assert "Traceback" not in made.output


def test_the_command_says_which_records_are_not_what_their_accounts_come_to(run, tmp_path):
    spoilt = as_json(sound()[0])
    spoilt["supplies"][0]["directions"] = "Take 10 capsules every hour."
    words = [tmp_path / f"{name}.json" for name in ("good", "bad")]

    judged = run("record", "judge", *words, good=as_json(sound()[0]), bad=spoilt)

    assert judged.exit_code == 1
    good, bad = judged.output.splitlines()
    assert good == "FILE 1: judged again, and the same"
    assert bad.startswith("FILE 2: The record is not what its own account comes to: supplies, 1, directions.")
    assert SECRET not in judged.output
