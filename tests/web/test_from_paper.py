"""A consultation that was held on paper is entered: judged by the pathway of its day, kept with its own times, and never better than it was."""

from datetime import date, datetime

import pytest
from shipped import cases_of
from test_every_outcome import LIBRARY, supplied, who
from visiting import Clock, at_the_desk, begun, open_form, somebody_new

from pharmacyfirst import Kind
from pharmacyfirst.content.adoption_written import written
from pharmacyfirst.record.examples import example_adoption
from pharmacyfirst.store import ConsultationState, open_store

CONDITION = "uncomplicated-uti"
CASE = next(case for case in cases_of(LIBRARY, CONDITION) if case.expected.kind is Kind.SUPPLY)
EMERGENCY = next(case for case in cases_of(LIBRARY, CONDITION) if case.expected.kind is Kind.EMERGENCY)
THAT_DAY = date(2026, 11, 20)
PAPER = {
    "w-condition": CONDITION, "w-day": "20/11/2026", "w-began": "14:05", "w-ended": "14:20", "w-by": "2999999",
    "w-because": "the system was down", "w-sure": "yes",
}  # fmt: skip
REAL = {
    "p-family": "Nobody", "p-given": "Ann", "p-address": "7 Nowhere Lane, Leeds", "p-postcode": "LS1 6AE", "p-practice_ods": "B86999",
    "p-nhs_number": "",
}  # fmt: skip
OTHERWISE = {
    "s-at": "14:15", "s-actual": "other", "s-actual-code": "930411000001106", "s-actual-name": "Amoxicillin 500mg capsules (A A H Pharmaceuticals Ltd)",
    "s-quantity": "21", "s-unit": "capsule", "s-directions": "Take one three times a day.", "s-because": "the wrong pack was taken",
    "s-collected": "patient",
}  # fmt: skip


@pytest.fixture(scope="module")
def clock():
    return Clock()


@pytest.fixture(scope="module")
def desk(tmp_path_factory, clock):
    """One pharmacy for all of it, with an adoption; what is confirmed about times is confirmed beforehand, but where that is looked at."""
    folder = tmp_path_factory.mktemp("paper")
    path = folder / "adoption.yaml"
    path.write_text(written(example_adoption(LIBRARY.in_force(CONDITION, CASE.as_of))), encoding="utf-8")
    with open_form(folder / "data", clock) as client:
        yield at_the_desk(client, **{"u-adoption": str(path)}), folder


def entered(visitor, **changes):
    """The page about the paper, posted; what is left out of the changes is as usual."""
    fields = PAPER | {name.replace("__", "-"): value for name, value in changes.items()}
    fields = {name: value for name, value in fields.items() if value is not None}
    visitor.go("/paper")
    visitor.post("/paper", visitor.page.forms["/paper"] | fields)
    return visitor


def to_the_outcome(visitor, case=CASE, **changes):
    entered(visitor, **changes)
    assert visitor.path.endswith("/patient"), visitor.page.words
    practice = changes.get("w__practice")
    visitor.answer_all(dict(case.facts), who(case) | ({} if practice else REAL | somebody_new()))
    return visitor.consultation.removeprefix("/c/")


def kept(folder, id):
    with open_store(folder / "data", Clock()) as store:
        return store.records.record(id, LIBRARY), store.work_list(), store.drafts.get(id)


def ids(items):
    return [one.id for one in items]


def test_a_supply_on_paper_is_permitted_as_of_its_hand_over_and_keeps_the_papers_times(desk):
    visitor, folder = desk
    id = to_the_outcome(visitor)
    assert "Entered from paper: 20 November 2026, 14:05 to 14:20, by Robin Sample" in visitor.page.words
    assert "What was done, as the paper says?" in visitor.page.words
    supplied(visitor, **{"s-at": "14:15"})
    assert visitor.page.title == "Saved: supplied nitrofurantoin", visitor.page.words
    record, work, now = kept(folder, id)
    (supply,) = record.supplies
    assert (supply.handed_over_at.isoformat(), supply.permit.at.isoformat()) == ("2026-11-20T14:15:00+00:00",) * 2
    assert (record.on, record.started_at.hour, record.ended_at.minute) == (THAT_DAY, 14, 20)
    assert record.recorded_at == datetime.fromisoformat("2026-11-21T10:30:00+00:00")
    assert (record.late.because, record.late.paper_at) == ("the system was down", record.ended_at)
    assert (record.practitioner.name, record.entered_by.name) == ("Robin Sample", "Robin Sample")
    assert supply.permit.afterwards.entered_at == record.recorded_at
    assert record.gateways_passed == ()  # paper does not say when
    assert record.records_viewed[0].at is None
    assert id not in ids(work.differing)
    assert id in ids(work.claims)
    assert now.paper not in ids(work.paper)
    assert id in [one.record_id for one in work.people]
    assert now.summary["late"]
    assert "entered from paper on 21 November 2026 by Robin Sample" in visitor.page.words


def test_somebody_else_may_have_written_it_and_is_who_has_to_be_authorised(desk):
    visitor, folder = desk
    other = {
        "w__by": "else",
        "w__family": "Other",
        "w__given": "Sam",
        "w__gphc": "2999998",
        "w__profession": "pharmacist",
    }
    id = to_the_outcome(visitor, **other)
    links = [one for one in visitor.page.words.split('"') if "/supply/" in one]
    assert "no practitioner of the adoption has this GPhC number" in visitor.go(links[0]).words
    assert "kept as an incident" in visitor.page.words
    visitor.go(f"/c/{id}/outcome")
    supplied(visitor, **{"s-at": "14:15"})
    record, work, _ = kept(folder, id)
    assert record.practitioner.name == "Sam Other"
    assert record.entered_by.name == "Robin Sample"
    assert [one.code for one in record.unpermitted[0].reasons] == ["practitioner_not_known"]
    assert record.is_incident
    assert id in ids(work.differing)
    assert id not in ids(work.claims)


def test_without_an_adoption_what_was_handed_over_is_kept_and_permitted_by_nobody(tmp_path):
    with open_form(tmp_path / "data") as client:
        visitor = at_the_desk(client)
        id = to_the_outcome(visitor)
        supplied(visitor, **{"s-at": "14:15"})
    record, _, _ = kept(tmp_path, id)
    assert [one.code for one in record.unpermitted[0].reasons] == ["no_adoption"]


def test_what_a_paper_form_does_not_say_of_a_supply_stays_blank(desk):
    visitor, folder = desk
    id = to_the_outcome(visitor)
    supplied(visitor, **{"s-at": "14:15", "s-batch": "", "s-expiry": "", "s-identity": "", "s-charge": ""})
    record, _, _ = kept(folder, id)
    assert (record.supplies[0].batch, record.supplies[0].expiry, record.charge, record.identity_checked) == (None,) * 4


def test_an_expired_pack_that_was_handed_over_is_an_incident_and_not_refused(desk):
    visitor, folder = desk
    id = to_the_outcome(visitor)
    supplied(visitor, **{"s-at": "14:15", "s-expiry": "10 2026"})
    record, work, _ = kept(folder, id)
    assert [one.says for one in record.unpermitted[0].reasons] == [
        "nitrofurantoin: the pack expired before the last dose"
    ]
    assert id in ids(work.differing)


def test_a_medicine_that_is_not_offered_was_handed_over_and_stands_for_the_superintendent(desk):
    visitor, folder = desk
    id = to_the_outcome(visitor, EMERGENCY)
    assert "reach them now: they may still be in danger" in visitor.page.words
    assert f'href="/c/{id}/handed-over/nitrofurantoin"' in visitor.page.words
    visitor.go(f"/c/{id}/patient")
    visitor.answer_page(dict(EMERGENCY.facts), **(who(EMERGENCY) | REAL))
    visitor.go(f"/c/{id}/handed-over/nitrofurantoin")
    page = visitor.post(visitor.path, visitor.page.forms[visitor.path] | OTHERWISE | {"s-because": "", "s-at": "9"})
    assert "Say why it was handed over" in page.words
    assert "Handed over at: give the time" in page.words
    visitor.post(visitor.path, page.forms[visitor.path] | OTHERWISE)
    assert visitor.page.title == "Saved: supplied", visitor.page.words
    record, work, _ = kept(folder, id)
    assert record.kind is Kind.EMERGENCY
    assert record.differs
    assert record.unpermitted[0].directions == "Take one three times a day."
    assert id in ids(work.differing)
    assert "Done otherwise on paper, for the superintendent (" in visitor.go("/").words
    page = visitor.go(f"/looked-at/{id}")
    assert "Because: the wrong pack was taken" in page.words
    visitor.send(visitor.path, **{"l-because": ""})
    assert "Say what you found and did about it" in visitor.page.words
    visitor.send(visitor.path, **{"l-because": "rang the patient, who is well"})
    assert f"/looked-at/{id}" not in visitor.page.words
    assert id not in ids(kept(folder, id)[1].differing)


def test_another_medicine_than_is_offered_to_a_practice_patient_is_kept_as_that(desk):
    visitor, folder = desk
    id = to_the_outcome(visitor, **{"w__practice": "1"})
    assert "TRAINING PATIENT" in visitor.page.words
    visitor.go(f"/c/{id}/handed-over/nitrofurantoin")
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | OTHERWISE)
    record, work, now = kept(folder, id)
    assert now.practice
    assert [one.code for one in record.unpermitted[0].reasons] == ["other_than_offered"]
    assert id not in [one.record_id for one in work.people]


def test_a_practice_patient_on_paper_is_supplied_for_practice(desk):
    visitor, folder = desk
    id = to_the_outcome(visitor, **{"w__practice": "1"})
    supplied(visitor, **{"s-at": "14:15"})
    record, _, _ = kept(folder, id)
    assert record.supplies[0].practice
    assert record.late is not None


def test_what_was_done_instead_of_a_supply_needs_its_reason(desk):
    visitor, folder = desk
    id = to_the_outcome(visitor)
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"o-did": "goes"})
    assert "A medicine could be supplied and was not: say why" in visitor.page.words
    visitor.post(
        visitor.path,
        visitor.page.forms[visitor.path]
        | {"o-did": "goes", "o-because": "none was left", "o-no-supply": "out of stock"},
    )
    record, work, _ = kept(folder, id)
    assert record.decision.onward[0].at is None  # nobody wrote when
    assert id in ids(work.differing)


def test_a_blank_on_paper_is_no_answer_and_does_not_hold_up_what_was_done(desk):
    visitor, folder = desk
    entered(visitor)
    visitor.answer_page(dict(CASE.facts), **(who(CASE) | REAL))
    first = visitor.path
    visitor.send(first)
    assert "A blank on paper is not a no" in visitor.page.words
    while not visitor.path.endswith("/outcome"):
        visitor.send(visitor.path)
    assert visitor.page.title == "Not decided yet"
    id = visitor.consultation.removeprefix("/c/")
    visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"o-did": "goes"})
    record, _, _ = kept(folder, id)
    assert record.kind is Kind.NEED_FACTS
    assert set(record.facts) - {"date_of_birth"} < set(CASE.facts)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"w-day": "22/11/2026"}, "Day: this is still to come"),
        ({"w-day": "19/11/2025"}, "Day: this is more than a year ago"),
        ({"w-day": "yesterday"}, "Day: give the day on the paper"),
        ({"w-began": "soon"}, "Began: give the time on the paper"),
        ({"w-ended": "14:04"}, "Ended: this is before it began"),
        ({"w-day": "21/11/2026", "w-began": "10:00", "w-ended": "10:31"}, "Ended: this is still to come"),
        ({"w-by": ""}, "Written by: choose who held the consultation"),
        (
            {"w-by": "else", "w-family": "Other", "w-gphc": "1234567", "w-profession": "pharmacist"},
            "begins with 1 is that of premises",
        ),
        ({"w-because": ""}, "Why it was on paper: say it"),
        ({"w-condition": "hiccups"}, "Condition: choose what the form is for"),
        ({"w-day": "25/10/2026", "w-began": "01:30", "w-ended": "02:30"}, "Began: give the time on the paper"),
    ],
)
def test_a_paper_that_cannot_be_so_is_refused_with_the_reason_and_nothing_is_begun(desk, changed, says):
    visitor, folder = desk

    def under_way():
        with open_store(folder / "data", Clock()) as store:
            return ids(store.drafts.under_way()), ids(store.paper.waiting())

    before = under_way()
    visitor.go("/paper")
    visitor.post("/paper", visitor.page.forms["/paper"] | PAPER | changed)
    assert visitor.reply.status_code == 422
    assert says in visitor.page.words
    assert under_way() == before


def test_a_day_on_which_no_version_was_in_force_is_refused(desk, clock):
    visitor, _ = desk
    clock.now = datetime.fromisoformat("2026-09-20T10:30:00+00:00")
    try:
        entered(visitor, **{"w__day": "29/9/2025"})
    finally:
        clock.now = Clock().now
    assert visitor.reply.status_code == 422
    assert "in force" in visitor.page.words


def test_a_day_long_ago_and_a_time_that_is_taken_are_asked_about_once(desk):
    visitor, _ = desk
    that_day, unsure = {"w__day": "19/11/2026", "w__sure": None}, {"w__sure": None}
    to_the_outcome(visitor, **that_day)
    supplied(visitor, **{"s-at": "14:15"})
    entered(visitor, **that_day)
    assert "Is this right?" in visitor.page.words
    assert "by the same person is on record at that time" in visitor.page.words
    visitor.send("/paper", **{"w-sure": "yes"})
    assert visitor.path.endswith("/patient")
    entered(visitor, **unsure, **{"w__day": "1/11/2026"})
    assert "1 November 2026 is 20 days ago" in visitor.page.words
    entered(visitor, **that_day, **{"w__began": "14:10", "w__ended": "14:30"})
    assert "by the same person at that time is being entered" in visitor.page.words
    entered(visitor, **that_day, **{"w__began": "14:21", "w__ended": "14:30"})
    assert visitor.path.endswith("/patient")  # after both


def test_a_paper_form_is_put_down_waits_and_is_entered_or_taken_off_with_its_reason(desk):
    visitor, _ = desk
    before = {*papers(visitor)}
    for _ in range(2):
        visitor.go("/paper")
        visitor.send("/paper", **{"w-condition": CONDITION, "w-day": "18/11/2026", "do": "later"})
    assert "Paper consultations to enter (" in visitor.page.words
    one, two = sorted({*papers(visitor)} - before)
    assert "18 November 2026. Judged by the pathway of that day." in visitor.go(one).words
    visitor.send(one, **{name: value for name, value in PAPER.items() if name not in ("w-condition", "w-day")})
    assert visitor.path.endswith("/patient")
    id = visitor.consultation.removeprefix("/c/")
    assert "18 November 2026: being entered, yours" in visitor.go("/").words
    assert one not in papers(visitor)
    visitor.go(f"/c/{id}/patient")
    visitor.answer_all(dict(CASE.facts), who(CASE) | REAL)
    supplied(visitor, **{"s-at": "14:15"})
    assert visitor.page.title == "Saved: supplied nitrofurantoin", visitor.page.words
    visitor.go(two)
    visitor.send(two, do="never")
    assert "Not to be entered: say why" in visitor.page.words
    visitor.send(two, **{"do": "never", "w-never": "it was the same form twice"})
    assert not {one, two} & {*papers(visitor)}
    assert visitor.go(one).title == "This paper form waits no more"
    assert visitor.go("/paper/nothing").title == "There is no such paper form"


def papers(visitor):
    """The paper forms that wait, by their addresses on the work list."""
    return [path for path in visitor.go("/").words.split('"') if path.startswith("/paper/")]


def test_a_mistake_leaves_the_form_waiting(desk):
    visitor, folder = desk
    entered(visitor)
    id = visitor.consultation
    visitor.go(f"{id}/end")
    visitor.send(f"{id}/end", **{"e-reason": "mistake"})
    with open_store(folder / "data", Clock()) as store:
        now = store.drafts.get(id.removeprefix("/c/"))
    assert now.state is ConsultationState.ABANDONED
    assert f"/paper/{now.paper}" in papers(visitor)


def test_the_papers_times_are_mended_while_it_is_entered(desk):
    visitor, folder = desk
    id = to_the_outcome(visitor)
    page = visitor.go(f"/c/{id}/paper")
    assert page.forms[f"/c/{id}/paper"]["w-began"] == ["14:05"]
    visitor.send(f"/c/{id}/paper", **{"w-ended": "13:00"})
    assert "Ended: this is before it began" in visitor.page.words
    visitor.send(f"/c/{id}/paper", **{"w-ended": "14:30"})
    assert "14:05 to 14:30" in visitor.page.words
    visitor.go(f"/c/{id}/outcome")
    supplied(visitor, **{"s-at": "14:15"})
    assert kept(folder, id)[0].ended_at.minute == 30


def test_what_is_not_on_paper_knows_nothing_of_these_pages(desk):
    visitor, _ = desk
    id = begun(visitor, CONDITION).consultation
    assert visitor.go(f"{id}/paper").title == "Patient"
    assert visitor.go(f"{id}/handed-over/nitrofurantoin").title == "Not decided yet"
    assert "Was something else handed over?" not in visitor.page.words
