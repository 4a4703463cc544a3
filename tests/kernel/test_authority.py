"""The legal gate: a permit, or every reason why not. Dates on the day before, the day, and the day after."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

import pytest
from shipped import cases_of

from pharmacyfirst import assess, load
from pharmacyfirst.kernel.authority import (
    Adoption,
    Channel,
    Cleared,
    DocumentVersion,
    NoPermit,
    Permit,
    Practitioner,
    authorise,
    documents_of,
)
from pharmacyfirst.kernel.pathway import AllowedChannel
from pharmacyfirst.kernel.pgd import Period, Withdrawal

ON = date(2026, 11, 21)
LIBRARY = load()
UTI = LIBRARY.in_force("uncomplicated-uti", ON)
SUPPLY = next(dict(case.facts) for case in cases_of(LIBRARY, "uncomplicated-uti") if case.id == "uti-001")


def marked(pathway, draft):
    """The pathway as if its digests had been published, or had not."""
    pgds = {name: replace(pgd, edition=replace(pgd.edition, draft=draft)) for name, pgd in pathway.pgds.items()}
    return replace(pathway, edition=replace(pathway.edition, draft=draft), pgds=MappingProxyType(pgds))


PATHWAY, DRAFT = marked(UTI, draft=False), marked(UTI, draft=True)
PGD = PATHWAY.pgds["nitrofurantoin"]
DOCUMENTS = documents_of(PATHWAY, PGD)
CLEARED = tuple(Cleared(item, "read against the signed document", "A. Example", ON) for item in PATHWAY.open_items)
PHARMACIST = Practitioner("2012345", "pharmacist", DOCUMENTS, until=date(2027, 6, 30))
ADOPTION = Adoption(
    "FW844",
    False,
    DOCUMENTS,
    Period(ON, date(2027, 6, 30)),
    CLEARED,
    "A. Example",
    "superintendent pharmacist",
    (PHARMACIST,),
)


def ask(
    day=ON,
    pathway=PATHWAY,
    facts=SUPPLY,
    adoption=ADOPTION,
    practitioner=PHARMACIST,
    channel=Channel.IN_PERSON,
    at=None,
    pgd=None,
):
    assessment = assess(pathway, facts, day)
    return authorise(assessment, adoption, practitioner, channel, datetime.combine(at or day, datetime.min.time()), pgd)


def codes(answer):
    return [reason.code for reason in answer.reasons] if isinstance(answer, NoPermit) else "permit"


def test_where_all_three_layers_hold_there_is_a_permit_for_this_offer_alone():
    permit = ask()

    assert isinstance(permit, Permit)
    assert permit.offer.pgd.id == "nitrofurantoin"
    assert (permit.ods_code, permit.gphc_number, permit.channel) == ("FW844", "2012345", Channel.IN_PERSON)
    assert permit.content_digest == PATHWAY.content_digest
    assert permit.documents == DOCUMENTS
    assert permit.warnings == ()


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


def test_an_assessment_of_one_day_permits_nothing_on_another():
    assert codes(ask(ON, at=ON + timedelta(days=1))) == ["other_day"]
    last = PGD.edition.in_force.last
    assert codes(ask(last, at=last + timedelta(days=1))) == ["other_day", "not_in_force"]


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


def test_every_open_item_of_the_condition_has_to_be_cleared_by_then():
    one_left = ask(adoption=replace(ADOPTION, cleared=CLEARED[1:]))
    assert codes(one_left) == ["open_item"]
    assert CLEARED[0].item in one_left.reasons[0].says
    tomorrow = tuple(replace(item, on=ON + timedelta(days=1)) for item in CLEARED)
    assert set(codes(ask(adoption=replace(ADOPTION, cleared=tomorrow)))) == {"open_item"}


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
    nothing = replace(ADOPTION, documents=(), cleared=(), period=Period(date(2020, 1, 1), date(2020, 12, 31)))

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
