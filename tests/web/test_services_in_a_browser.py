"""Every pathway of the services beside the conditions, in a real browser, to each kind of outcome that its cases reach."""

import pytest
from in_a_browser import (
    LIBRARY,
    MAILBOX,
    NOBODY,
    VIEWS,
    Person,
    adopted,
    desk_of,
    facts_of,
    first_case,
    patient_of,
    serving,
    whole,
)

from pharmacyfirst import Kind
from pharmacyfirst.kernel.service import GATEWAY_POINTS

pytestmark = pytest.mark.system
OTHERS = [one for one in LIBRARY.services.values() if one.claimable != GATEWAY_POINTS]
CASES = [
    pytest.param(case, id=f"{condition}: {kind.word}")
    for service in OTHERS
    for condition in service.pathways
    for kind in Kind
    if (case := first_case(condition, kind)) is not None
]


@pytest.fixture(scope="module")
def desk(chromium, tmp_path_factory):
    folder = tmp_path_factory.mktemp("form")
    file = adopted(tmp_path_factory.mktemp("adoption"))
    with serving(folder) as address:
        yield address, desk_of(chromium, address, **{"u-adoption": str(file), "u-mailbox": MAILBOX}), folder


@pytest.fixture
def person(chromium, desk):
    one = Person(chromium, *desk[:2], VIEWS[0])
    yield one
    one.leave()


@pytest.mark.parametrize("case", CASES)
def test_a_consultation_of_a_service_to_its_record(person, desk, case):
    # A draft permits nothing, so what it offers is handed to a training patient alone.
    real = (Kind.MEASURE_NEXT,) if content(case).draft else (Kind.SUPPLY, Kind.MEASURE_NEXT)
    practice = "" if case.expected.kind in real else "1"
    person.begin(case.pathway, practice)
    person.answer_all(facts_of(case), patient_of(case, {} if practice else NOBODY))
    if case.expected.kind is Kind.SUPPLY:
        person.supply()
    else:
        person.finish(case.expected.kind)
    assert person.title.startswith("Saved: "), person.page.text_content("main")
    record = whole(desk[2], person.consultation, case)
    assert record.service == case_service(case).id.replace("-", " ")
    assert (record.in_words.condition is None) == (not any(one.of_the_condition for one in content(case).codes))


def content(case):
    return LIBRARY.in_force(case.pathway, case.as_of)


def case_service(case):
    return next(one for one in OTHERS if case.pathway in one.pathways)


def test_every_service_beside_the_conditions_is_among_them():
    assert {case.values[0].pathway for case in CASES} == {name for one in OTHERS for name in one.pathways}
