"""The legal gate: a permit, or every reason why not. Dates on the day before, the day, and the day after."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType

import pytest
from shipped import cases_of

from pharmacyfirst import NoPermit, Permit, Refused, authorise, load
from pharmacyfirst.authority.adoption import (
    Adoption,
    Checked,
    Disagreement,
    DocumentVersion,
    Halted,
    Practitioner,
    documents_of,
)
from pharmacyfirst.authority.clauses import digest_of_item
from pharmacyfirst.authority.digests import digest_of_facts
from pharmacyfirst.authority.permit import Afterwards, Channel
from pharmacyfirst.kernel.pathway import AllowedChannel
from pharmacyfirst.kernel.pgd import Period, Withdrawal

ON = date(2026, 11, 21)
LIBRARY = load()
UTI = LIBRARY.in_force("uncomplicated-uti", ON)
SUPPLY = next(dict(case.facts) for case in cases_of(LIBRARY, "uncomplicated-uti") if case.id == "uti-001")
RECORD = "3f1f0d4e-5c0b-4a7e-9d53-5a3c1c1a9f10"
SOMEBODY = "sha256:" + "a" * 64


def marked(pathway, draft):
    """The pathway as if its digests had been published, or had not."""
    pgds = {name: replace(pgd, edition=replace(pgd.edition, draft=draft)) for name, pgd in pathway.pgds.items()}
    return replace(pathway, edition=replace(pathway.edition, draft=draft), pgds=MappingProxyType(pgds))


PATHWAY, DRAFT = marked(UTI, draft=False), marked(UTI, draft=True)
PGD = PATHWAY.pgds["nitrofurantoin"]
DOCUMENTS = documents_of(PATHWAY, PGD)
CHECKED = tuple(
    Checked(item.id, digest_of_item(item), True, "read against the signed document", "A. Example", ON)
    for item in PATHWAY.open_items.values()
)
PHARMACIST = Practitioner("2012345", "pharmacist", DOCUMENTS, until=date(2027, 6, 30))
ADOPTION = Adoption(
    ods_code="FW844",
    distance_selling=False,
    documents=DOCUMENTS,
    period=Period(ON, date(2027, 6, 30)),
    checked=CHECKED,
    signed_by="A. Example",
    role="superintendent pharmacist",
    signed_on=date(2026, 11, 1),
    practitioners=(PHARMACIST,),
)


def ask(
    day=ON, pathway=PATHWAY, facts=SUPPLY, adoption=ADOPTION, practitioner=PHARMACIST, channel=Channel.IN_PERSON, at=None, **more
):  # fmt: skip
    """Ask for a permit at noon of the day, with the practitioner as the only one of the adoption."""
    adoption = replace(adoption, practitioners=(practitioner,))
    number = more.pop("number", practitioner.gphc_number)
    return authorise(pathway, facts, adoption, number, channel, at or datetime.combine(day, time(12)), **more)


def codes(answer):
    return [reason.code for reason in answer.reasons] if isinstance(answer, NoPermit) else "permit"


def test_where_all_three_layers_hold_there_is_a_permit_for_this_offer_alone():
    permit = ask()

    assert isinstance(permit, Permit)
    assert permit.offer.pgd.id == "nitrofurantoin"
    assert (permit.ods_code, permit.gphc_number, permit.channel) == ("FW844", "2012345", Channel.IN_PERSON)
    assert permit.content_digest == PATHWAY.content_digest
    assert (permit.pathway, permit.pgd) == ("uncomplicated-uti", "nitrofurantoin")
    assert permit.documents == DOCUMENTS
    assert permit.warnings == ()
    assert permit.at == datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert not permit.as_if
    assert permit.afterwards is None


@pytest.mark.parametrize(
    ("day", "warning"),
    [
        (date(2026, 12, 31), None),
        (date(2027, 1, 1), "29 days left"),
        (date(2027, 1, 29), "1 day left"),
        (date(2027, 1, 30), "today is its last day"),
    ],
)
def test_a_document_about_to_expire_is_a_warning_until_its_last_day(day, warning):
    permit = ask(day)

    assert isinstance(permit, Permit)
    assert [warning in said for said in permit.warnings] == ([True] if warning else [])


def test_on_the_day_after_a_document_expires_there_is_no_permit_and_it_says_which_document_and_when():
    answer = ask(date(2027, 1, 31))

    assert codes(answer) == ["not_in_force"]
    assert "nitrofurantoin" in answer.reasons[0].says
    assert "2025-10-01 to 2027-01-30, not on 2027-01-31" in answer.reasons[0].says


def test_a_draft_permits_nothing():
    answer = ask(pathway=DRAFT)

    assert codes(answer) == ["draft", "draft"]
    assert "uncomplicated-uti nitrofurantoin 2026.2 is a draft" in answer.reasons[1].says


@pytest.mark.parametrize(("day", "code"), [(ON - timedelta(days=1), True), (ON, False)])
def test_the_adoption_begins_on_its_first_day(day, code):
    assert ("adoption_not_in_force" in codes(ask(day))) is code


@pytest.mark.parametrize(("days", "wanted"), [(-1, "permit"), (0, "permit"), (1, ["adoption_not_in_force"])])
def test_the_adoption_ends_with_its_last_day(days, wanted):
    adoption = replace(ADOPTION, period=Period(ON, ON + timedelta(days=5)))

    assert codes(ask(ON + timedelta(days=5 + days), adoption=adoption)) == wanted


@pytest.mark.parametrize(("days", "wanted"), [(-1, "permit"), (0, "permit"), (1, ["practitioner_expired"])])
def test_the_practitioner_is_authorised_up_to_a_day(days, wanted):
    until = replace(PHARMACIST, until=ON + timedelta(days=5))

    assert codes(ask(ON + timedelta(days=5 + days), practitioner=until)) == wanted


def test_what_was_not_adopted_and_what_was_adopted_in_other_words_are_told_apart():
    assert codes(ask(adoption=replace(ADOPTION, documents=DOCUMENTS[:1]))) == ["not_adopted"]
    other = replace(DOCUMENTS[1], digest="sha256:" + "0" * 64)
    assert codes(ask(adoption=replace(ADOPTION, documents=(DOCUMENTS[0], other)))) == ["digest_differs"]


def test_every_open_item_of_the_condition_has_to_be_checked_by_then():
    one_left = ask(adoption=replace(ADOPTION, checked=CHECKED[1:]))
    assert codes(one_left) == ["open_item"]
    assert f"{CHECKED[0].item} has not been checked" in one_left.reasons[0].says
    tomorrow = tuple(replace(item, on=ON + timedelta(days=1)) for item in CHECKED)
    answer = ask(adoption=replace(ADOPTION, checked=tomorrow))
    assert set(codes(answer)) == {"open_item"}
    assert "was checked on 2026-11-22 only" in answer.reasons[0].says


def test_an_open_item_that_does_not_agree_bars_and_says_what_was_found():
    wrong = replace(CHECKED[0], agrees=False, how="the signed document says 250 mg")
    answer = ask(adoption=replace(ADOPTION, checked=(wrong, *CHECKED[1:])))
    assert codes(answer) == ["open_item_disagrees"]
    assert answer.reasons[0].says.endswith("does not agree (A. Example, 2026-11-21): the signed document says 250 mg")


def test_an_answer_to_other_words_of_an_open_item_is_no_answer():
    other = replace(CHECKED[0], digest="sha256:" + "0" * 64)
    answer = ask(adoption=replace(ADOPTION, checked=(other, *CHECKED[1:])))
    assert codes(answer) == ["open_item"]
    assert "in other words than it now has" in answer.reasons[0].says


def test_a_clause_that_does_not_agree_bars_its_document_alone():
    wrong = Disagreement(DOCUMENTS[1], "UTI-NIT-X1", "the signed document says 5 days", "A. Example", ON)
    answer = ask(adoption=replace(ADOPTION, disagreements=(wrong,)))
    assert codes(answer) == ["clause_disagrees"]
    assert "UTI-NIT-X1 of uncomplicated-uti nitrofurantoin 2026.2 does not agree" in answer.reasons[0].says
    assert answer.reasons[0].says.endswith("the signed document says 5 days")
    elsewhere = replace(wrong, document=replace(DOCUMENTS[1], document="another"))
    assert codes(ask(adoption=replace(ADOPTION, disagreements=(elsewhere,)))) == "permit"


@pytest.mark.parametrize(("signed", "wanted"), [(ON, "permit"), (ON + timedelta(days=1), ["adoption_not_signed"])])
def test_an_adoption_that_is_not_signed_yet_permits_nothing(signed, wanted):
    assert codes(ask(adoption=replace(ADOPTION, signed_on=signed))) == wanted


def test_a_practitioner_signs_this_version_and_no_other():
    old = replace(DOCUMENTS[1], version="2025.1")

    assert codes(ask(practitioner=replace(PHARMACIST, authorised_for=(DOCUMENTS[0], old)))) == [
        "practitioner_not_authorised"
    ]
    assert codes(ask(practitioner=replace(PHARMACIST, authorised_for=()))) == ["practitioner_not_authorised"] * 2


def test_a_profession_the_document_does_not_name_may_not_use_it():
    answer = ask(practitioner=replace(PHARMACIST, gphc_number="5012345", profession="pharmacy technician"))

    assert codes(answer) == ["profession"]
    assert "pharmacist; not by a pharmacy technician" in answer.reasons[0].says


def test_telephone_alone_is_not_known_to_be_allowed_and_is_refused():
    assert codes(ask(channel=Channel.VIDEO)) == "permit"
    answer = ask(channel=Channel.TELEPHONE)
    assert codes(answer) == ["channel"]
    assert "not known to be allowed" in answer.reasons[0].says


def with_channels(**allowed):
    channels = tuple(AllowedChannel(name.replace("_", " "), words, ()) for name, words in allowed.items())
    return replace(PATHWAY, channels=channels)


def test_a_distance_selling_pharmacy_consults_remotely_only():
    online = replace(ADOPTION, distance_selling=True)

    assert codes(ask(adoption=online, channel=Channel.IN_PERSON)) == ["distance_selling"]
    assert codes(ask(adoption=online, channel=Channel.VIDEO)) == "permit"


def test_a_condition_that_a_distance_selling_pharmacy_may_not_offer_or_is_not_known_to():
    online = replace(ADOPTION, distance_selling=True)
    barred = replace(
        with_channels(video="yes"),
        channels=(*with_channels(video="yes").channels, AllowedChannel("distance-selling pharmacy", "no", ())),
    )

    assert "does not offer" in ask(pathway=barred, adoption=online, channel=Channel.VIDEO).reasons[0].says
    assert (
        "not known to offer"
        in ask(pathway=with_channels(video="yes"), adoption=online, channel=Channel.VIDEO).reasons[0].says
    )
    assert "not allowed" in ask(pathway=with_channels(video="no"), channel=Channel.VIDEO).reasons[0].says
    assert codes(ask(pathway=with_channels(video="yes"))) == ["channel"]


def test_nothing_offered_is_nothing_permitted():
    answer = ask(facts={**SUPPLY, "rigors": True})

    assert codes(answer) == ["not_offered"]
    assert "refer urgent" in answer.reasons[0].says


def test_only_what_is_offered_can_be_chosen():
    assert codes(ask(pgd="amoxicillin")) == ["not_offered"]
    assert codes(ask(pgd="nitrofurantoin")) == "permit"


def test_every_reason_is_given_and_not_the_first():
    stranger = Practitioner("5012345", "pharmacy technician", ())
    nothing = replace(ADOPTION, documents=(), checked=(), period=Period(date(2020, 1, 1), date(2020, 12, 31)))

    answer = ask(pathway=DRAFT, adoption=nothing, practitioner=stranger, channel=Channel.TELEPHONE)

    assert set(codes(answer)) == {
        "draft",
        "adoption_not_in_force",
        "not_adopted",
        "open_item",
        "practitioner_not_authorised",
        "profession",
        "channel",
    }
    assert all(reason.says for reason in answer.reasons)
    assert answer.as_dict() == {"reasons": [{"code": one.code, "says": one.says} for one in answer.reasons]}


@pytest.mark.parametrize("number", ["2012346", "", "2", "x" * 40])
def test_a_number_that_the_adoption_does_not_have_has_a_reason_of_its_own(number):
    assert codes(ask(number=number)) == ["practitioner_not_known"]


def test_a_number_may_be_written_with_blanks():
    assert ask(number=" 201 2345 ").gphc_number == "2012345"


WITHOUT = {
    **{f"open item {one.item}": {"checked": tuple(each for each in CHECKED if each is not one)} for one in CHECKED},
    **{f"document {one.document}": {"documents": tuple(each for each in DOCUMENTS if each is not one)} for one in DOCUMENTS},
    "practitioner": {"practitioners": ()},
}  # fmt: skip


@pytest.mark.parametrize("part", WITHOUT)
def test_no_part_of_a_sound_adoption_can_be_missing(part):
    adoption = replace(ADOPTION, **WITHOUT[part])
    answer = authorise(PATHWAY, SUPPLY, adoption, "2012345", Channel.IN_PERSON, datetime(2026, 11, 21, 12))
    (code,) = codes(answer)
    assert code == {"open": "open_item", "docu": "not_adopted", "prac": "practitioner_not_known"}[part[:4]]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_practitioner_signs_for_both_documents(document):
    signed = tuple(one for one in DOCUMENTS if one is not document)
    answer = ask(practitioner=replace(PHARMACIST, authorised_for=signed))
    assert codes(answer) == ["practitioner_not_authorised"]
    assert document.in_words() in answer.reasons[0].says


# What was withdrawn


def taken_back(pathway, document):
    """The pathway as it would stand if this document of it had been taken back."""
    old = next(one for one in documents_of(pathway, PGD) if one.document == document)
    return Withdrawal(old.condition, old.document, old.version, old.digest, ON, "a dose was wrong")


def test_a_document_that_was_withdrawn_permits_nothing():
    gone = taken_back(PATHWAY, "nitrofurantoin")
    pgd = replace(PGD, edition=replace(PGD.edition, draft=True, withdrawn=gone))
    pathway = replace(PATHWAY, pgds={"nitrofurantoin": pgd}, withdrawn=(gone,))
    reasons = ask(pathway=pathway).reasons

    assert [one.code for one in reasons] == ["withdrawn"]
    assert reasons[0].says == f"uncomplicated-uti nitrofurantoin {gone.version} was withdrawn on {ON}: a dose was wrong"


@pytest.mark.parametrize("document", ["pathway", "nitrofurantoin"])
def test_an_adoption_of_what_was_withdrawn_says_so_though_its_file_is_gone(document):
    old = DocumentVersion("uncomplicated-uti", document, "2020.1", "sha256:" + "0" * 64)
    gone = Withdrawal(*(old.condition, old.document, old.version, old.digest), ON, "a dose was wrong")
    pathway = replace(PATHWAY, withdrawn=(gone,))
    others = tuple(one for one in DOCUMENTS if one.document != document)
    reasons = ask(pathway=pathway, adoption=replace(ADOPTION, documents=(old, *others))).reasons

    assert [one.code for one in reasons] == ["withdrawn", "not_adopted"]
    assert "2020.1 was withdrawn" in reasons[0].says
    # Who has adopted what replaced it may supply, whatever else stands in the record.
    assert isinstance(ask(pathway=pathway, adoption=replace(ADOPTION, documents=(old, *DOCUMENTS))), Permit)


# What the organisation itself stopped


@pytest.mark.parametrize(("document", "code"), [(DOCUMENTS[0], True), (DOCUMENTS[1], True)])
@pytest.mark.parametrize("for_good", [True, False])
def test_a_document_is_halted_from_a_moment_and_not_before(document, code, for_good):
    halted = Halted(document, datetime(2026, 11, 21, 9, 30), "a batch was recalled", "A. Example", for_good=for_good)
    adoption = replace(ADOPTION, halted=(halted,))
    assert codes(ask(adoption=adoption, at=datetime(2026, 11, 21, 9, 29, 59))) == "permit"
    answer = ask(adoption=adoption, at=datetime(2026, 11, 21, 9, 30))
    assert codes(answer) == ["withdrawn_here" if for_good else "suspended"]
    how = "withdrawn" if for_good else "suspended"
    says = f"{document.in_words()} is {how} since 2026-11-21 09:30 by A. Example: a batch was recalled"
    assert answer.reasons[0].says == says


def test_a_suspension_ends_at_its_moment():
    halted = Halted(DOCUMENTS[1], datetime(2026, 11, 21), "why", "A. Example", until=datetime(2026, 11, 22, 8))
    adoption = replace(ADOPTION, halted=(halted,))
    assert codes(ask(adoption=adoption, at=datetime(2026, 11, 22, 7, 59, 59))) == ["suspended"]
    assert "since 2026-11-21 00:00 until 2026-11-22 08:00" in halted.in_words()
    assert codes(ask(adoption=adoption, at=datetime(2026, 11, 22, 8))) == "permit"


def test_a_suspension_of_another_document_bars_nothing_here():
    other = replace(DOCUMENTS[1], version="2025.1")
    adoption = replace(ADOPTION, halted=(Halted(other, datetime(2026, 11, 1), "why", "A. Example"),))
    assert codes(ask(adoption=adoption)) == "permit"


# What a permit is bound to


def test_a_permit_says_which_record_person_facts_and_moment_it_is_for():
    permit = ask(record=RECORD, person=SOMEBODY)
    assert (permit.record, permit.person, permit.facts) == (RECORD, SOMEBODY, digest_of_facts(SUPPLY))
    assert ask(facts={**SUPPLY, "temperature_c": Decimal("36.9")}).facts != permit.facts
    assert permit.as_dict() == {
        "pathway": "uncomplicated-uti",
        "pgd": "nitrofurantoin",
        "documents": [
            {"condition": one.condition, "document": one.document, "version": one.version, "digest": one.digest}
            for one in DOCUMENTS
        ],
        "content_digest": PATHWAY.content_digest,
        "facts": permit.facts,
        "record": RECORD,
        "person": SOMEBODY,
        "ods_code": "FW844",
        "gphc_number": "2012345",
        "channel": "in person",
        "at": "2026-11-21T12:00:00+00:00",
        "as_if": False,
        "afterwards": None,
        "warnings": [],
    }


def test_what_is_assessed_is_what_the_permit_is_bound_to():
    class Facts(Mapping):
        read = 0

        def __getitem__(self, name):
            self.read += name == "rigors"
            return {**SUPPLY, "rigors": self.read > 1}[name]

        def __iter__(self):
            return iter({**SUPPLY, "rigors": False})

        def __len__(self):
            return len({**SUPPLY, "rigors": False})

    assert ask(facts=Facts()).facts == digest_of_facts({**SUPPLY, "rigors": False})


def test_without_a_record_a_permit_is_for_none_and_says_when_it_is_as_if():
    assert ask().as_dict() | {"record": None, "person": None} == ask().as_dict()
    assert ask(as_if=True).as_dict()["as_if"] is True


def test_no_permit_shows_the_medicine_of_a_patient_by_accident():
    assert "Offer(" not in repr(ask())


def test_a_late_entry_is_judged_as_of_its_hand_over_and_says_who_entered_it_and_when():
    entered = Afterwards("A. Example", datetime(2026, 11, 23, 9, 15))
    halted = Halted(DOCUMENTS[1], datetime(2026, 11, 22), "why", "A. Example")
    ended = replace(PHARMACIST, until=ON)
    permit = ask(afterwards=entered, adoption=replace(ADOPTION, halted=(halted,)), practitioner=ended)
    assert permit.as_dict()["afterwards"] == {"entered_by": "A. Example", "entered_at": "2026-11-23T09:15:00+00:00"}
    assert permit.at == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_nothing_is_entered_before_it_was_handed_over():
    with pytest.raises(Refused, match="entered before it was handed over"):
        ask(afterwards=Afterwards("A. Example", datetime(2026, 11, 21, 11, 59)))
    assert codes(ask(afterwards=Afterwards("A. Example", datetime(2026, 11, 21, 12)))) == "permit"


def test_the_day_of_a_permit_is_that_of_englands_clock():
    summer, last = Period(date(2026, 7, 1), date(2026, 7, 1)), datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    adoption = replace(
        ADOPTION, period=summer, signed_on=ON - timedelta(days=300), checked=tuple(replace(one, on=date(2026, 1, 1)) for one in CHECKED)
    )  # fmt: skip
    permit = ask(adoption=adoption, at=last)
    assert permit.at.isoformat() == "2026-07-01T00:30:00+01:00"
    assert codes(ask(adoption=adoption, at=last - timedelta(hours=1))) == ["adoption_not_in_force"]


# What is refused


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"record": RECORD}, "record and person are given together"),
        ({"person": SOMEBODY}, "record and person are given together"),
        ({"record": "Ann Example", "person": SOMEBODY}, "record: give the id"),
        ({"record": RECORD, "person": "Ann Example"}, "person: give the digest"),
        ({"record": RECORD, "person": "9990000018"}, "person: give the digest"),
        ({"as_if": True, "afterwards": Afterwards("A. Example", datetime(2026, 11, 23))}, "as_if and afterwards"),
        ({"at": datetime(2026, 3, 29, 1, 30)}, "does not exist in England"),
        ({"facts": {**SUPPLY, "rigors": "no"}}, "rigors"),
        ({"day": date(2020, 1, 1)}, "is in force from"),
    ],
)
def test_what_makes_no_sense_is_refused_and_never_repeated(change, says):
    with pytest.raises(Refused) as refused:
        ask(**change)
    assert says in str(refused.value)
    assert not any(words in str(refused.value) for words in ("Ann Example", "9990000018"))


ASKED = {
    "pathway": PATHWAY, "facts": SUPPLY, "adoption": ADOPTION, "gphc_number": "2012345", "channel": Channel.IN_PERSON,
    "at": datetime(2026, 11, 21, 12), "record": RECORD, "person": SOMEBODY, "pgd": "nitrofurantoin", "as_if": True,
    "afterwards": Afterwards("A. Example", datetime(2026, 11, 23)),
}  # fmt: skip
ANYTHING = (
    None, True, 0, -1, 10**400, 1.5, float("nan"), Decimal("sNaN"), "in person", b"yes", [], ["yes"], {"a": 1}, (None,), set(), ON,
    datetime(2026, 11, 21), object(), int, len, range(3), 1j, ..., PATHWAY, ADOPTION,
)  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("given", ANYTHING, ids=lambda one: type(one).__name__)
def test_anything_in_place_of_what_a_permit_is_asked_with(name, given):
    wanted = ASKED[name]
    if isinstance(given, type(wanted)) or (given is None and name in ("pgd", "afterwards")):
        return
    asked = {**ASKED, "as_if": False, name: given}
    with pytest.raises(Refused) as refused:
        authorise(**asked)
    assert refused.value.code in ("wrong_value", "unknown_fact")
