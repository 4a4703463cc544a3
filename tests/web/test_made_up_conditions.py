"""No line of the form's code names a condition: made-up ones work unchanged, and none of ours is named."""

import re
from pathlib import Path

import pytest
from visiting import AGREES, at_the_desk, begun, open_form

import pharmacyfirst.web
from pharmacyfirst import load
from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.kernel.told import in_words

MADE_UP = Path(__file__).resolve().parents[1] / "bad" / "good"
LIBRARY = load(MADE_UP)
WEB = Path(pharmacyfirst.web.__file__).parent


@pytest.fixture(scope="module")
def visitor(tmp_path_factory):
    with open_form(tmp_path_factory.mktemp("form"), content=MADE_UP) as client:
        yield at_the_desk(client)


def test_the_start_page_shows_what_the_library_has(visitor):
    page = visitor.go("/")
    assert re.findall(r'name="condition" value="([^"]+)"', page.words) == list(LIBRARY.conditions)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=case.id)
        for condition in LIBRARY.conditions
        for case in [*cases_of(LIBRARY, condition)][:3]
    ],
)
def test_a_made_up_condition_comes_out_as_its_case_says(visitor, case):
    begun(visitor, case.pathway)
    age = dict(case.facts).get("age_years", 30)
    visitor.answer_all(
        dict(case.facts), AGREES | {"p-born_day": "2", "p-born_month": "1", "p-born_year": str(2026 - age)}
    )
    assert visitor.page.title.replace("&amp;", "&").startswith(in_words_of(case))


def in_words_of(case):
    from pharmacyfirst.kernel.outcome import Outcome

    return in_words(Outcome(case.expected.kind, case.expected.destination))


def names_of_ours():
    """Conditions, their medicines and questions, but for the few questions that every pathway shares by name."""
    library = load()
    for pathway in library.newest_all():
        yield pathway.id
        yield from pathway.questions
        yield from (pgd.medicine for pgd in pathway.pgds.values())


# What the record needs of any pathway that asks it: the age, whether there is consent, and pregnancy, which the GP record may be told.
SHARED = {"age_years", "date_of_birth", "consent_given", "life_threatening", "pregnancy"}


def test_no_line_of_the_form_names_a_condition_a_question_or_a_medicine():
    names = {*names_of_ours()} - SHARED
    for path in sorted(WEB.rglob("*")):
        if path.suffix in (".py", ".html", ".js") or path.name == "form.css":
            words = {*re.findall(r"[a-z0-9_]+(?:-[a-z0-9]+)*", path.read_text(encoding="utf-8"))}
            assert not words & names, path.name
