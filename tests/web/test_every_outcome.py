"""A browser without a script carries a training patient to every kind of outcome, and to a record that is what the case expects."""

import re
from datetime import date, datetime

import pytest
from shares import some_of
from shipped import cases_of
from visiting import AGREES, NOW, Clock, at_the_desk, begun, open_form

from pharmacyfirst import Kind, load
from pharmacyfirst.kernel.questions import completed_years
from pharmacyfirst.store import open_store

LIBRARY = load()
DAY = datetime.fromisoformat(NOW).date()
EVERYWHERE = {Kind.SUPPLY, Kind.EMERGENCY, Kind.SELF_CARE, Kind.REFER_URGENT}


def chosen():
    """In every condition (in the quick run in a few) a supply, an emergency, a self-care and an urgent referral; every other kind once."""
    seen = set()
    for condition in some_of(LIBRARY.conditions):
        here = set()
        for case in cases_of(LIBRARY, condition):
            kind = case.expected.kind
            if kind not in here and (kind in EVERYWHERE or kind not in seen) and case.as_of == DAY:
                here.add(kind)
                seen.add(kind)
                yield pytest.param(case, id=f"{condition}: {kind.word}")


CASES = [*chosen()]


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("form")
    with open_form(folder) as client:
        yield at_the_desk(client), folder


def who(case):
    """The patient page of a case: somebody of the age that it has."""
    facts = dict(case.facts)
    born, age = facts.get("date_of_birth"), facts.get("age_years", 34)
    day = date.fromisoformat(str(born)) if born else date(DAY.year - age, 1, 2)
    filled = AGREES | {"p-born_day": str(day.day), "p-born_month": str(day.month), "p-born_year": str(day.year)}
    if completed_years(day, DAY) < 16:
        filled |= {
            "p-by": "parent or guardian",
            "p-relationship": "parent",
            "p-competence": "parental responsibility",
            "p-consenter": "Sam",
        }
    return filled | {"p-app": "yes"}


def test_every_kind_of_outcome_is_among_them():
    rows = {row.kind for pathway in LIBRARY.newest_all() for row in pathway.treatment}
    assert {param.values[0].expected.kind for param in CASES} == {*Kind} - {Kind.MEASURE_NEXT} | rows


DID = {
    Kind.EMERGENCY: {"o-did": "called"}, Kind.REFER_URGENT: {"o-did": "spoken", "o-accepted": "the duty doctor"}, Kind.REFER: {"o-did": "goes"},
    Kind.NOT_ELIGIBLE: {"o-did": "goes"}, Kind.ALTERNATIVE_DIAGNOSIS: {"o-did": "advised"}, Kind.DECLINED: {"o-did": "declined"},
    Kind.SELF_CARE: {"o-did": "advised", "o-told-netting": "yes"}, Kind.NEED_FACTS: {"o-did": "goes"}, Kind.MEASURE_NEXT: {"o-did": "next"},
}  # fmt: skip
SUPPLIED = {
    "s-batch": "AB1234", "s-expiry": "05 2028", "s-identity": "name and date of birth", "s-charge": "0001", "s-collected": "patient",
    "o-told-medicine": "yes", "o-told-netting": "yes",
}  # fmt: skip


def much(words):
    """How much is handed over where somebody has to say it: the most that the document gives, or 50 mL where it gives nothing."""
    most = re.search(r"(?:at most|[0-9]+ to) ([0-9]+) (?:pack|month)", words)
    return most[1] if most else "50"


def duties(page):
    """Everything that has to be done whatever the outcome, done."""
    return dict.fromkeys(re.findall(r'name="(d-[^"]+)" value="yes"', page.words), "yes")


def supplied(visitor, **more):
    """Post the supply page of the first offer, with the first pack on it."""
    links = [one for one in visitor.page.words.split('"') if "/supply/" in one]
    page = visitor.go(links[0])
    fields = page.forms[visitor.path] | SUPPLIED
    fields.setdefault("s-product", [one.split('"')[0] for one in page.words.split('name="s-product" value="')[1:]][:1])
    fields.setdefault("s-actual", [one.split('"')[0] for one in page.words.split('name="s-actual" value="')[1:]][:1])
    if "the document does not give" in page.words or "by the document" in page.words:
        fields["s-quantity"] = much(page.words)
    return visitor.post(visitor.path, fields | duties(page) | more)


@pytest.mark.parametrize("case", CASES)
def test_a_consultation_ends_in_a_record_of_what_the_case_expects(desk, case):
    visitor, folder = desk
    begun(visitor, case.pathway)
    visitor.answer_all(dict(case.facts), who(case))
    consultation = visitor.consultation.removeprefix("/c/")
    if case.expected.kind is Kind.SUPPLY:
        supplied(visitor)
    else:
        visitor.post(visitor.path, visitor.page.forms[visitor.path] | DID[case.expected.kind] | duties(visitor.page))
    assert visitor.path == f"/r/{consultation}", visitor.page.words
    with open_store(folder, Clock()) as store:
        record = store.records.record(consultation, LIBRARY)
    assert record.kind is case.expected.kind
    assert {offer["pgd"] for offer in record.assessment["offers"]} == {one.pgd for one in case.expected.offers or ()}
    assert record.practice
    assert "nothing is sent" in visitor.page.words
    assert not record.differs
