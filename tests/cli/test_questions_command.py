"""pharmacyfirst questions: all that a form of one's own needs, as text and as JSON."""

import json

import jsonschema
import pytest
import the_program

from pharmacyfirst import Verdict, load, questions
from pharmacyfirst.content.cases import baseline_of
from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.exact import write
from pharmacyfirst.kernel.questions import AGE, BORN, LIFE_THREATENING

ON = "2026-11-21"
LIBRARY = load()
SCHEMA = json.loads((the_program.ROOT / "docs" / "schema" / "questions.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", params=LIBRARY.conditions)
def condition(request):
    return request.param


@pytest.fixture(scope="module")
def as_json(condition):
    ran = the_program.run("questions", condition, "--as-of", ON, "--json")
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def as_text(condition):
    return the_program.run("questions", condition, "--as-of", ON).stdout


def by_name(held):
    return {question["name"]: question for question in held["questions"]}


def test_the_json_fits_its_schema_and_is_what_python_gives(condition, as_json):
    jsonschema.Draft202012Validator(SCHEMA).validate(as_json)

    pathway = LIBRARY.newest(condition)
    assert as_json == json.loads(write(questions(pathway)))
    assert (as_json["pathway"], as_json["version"]) == (condition, pathway.edition.version)
    assert as_json["content_digest"] == pathway.content_digest


def test_every_question_stands_on_one_page_and_nothing_else_does(condition, as_json):
    on_pages = [name for page in as_json["pages"] for name in page["questions"]]

    assert len(on_pages) == len(set(on_pages))
    assert set(on_pages) == set(by_name(as_json)) == set(LIBRARY.newest(condition).questions)
    assert all(1 <= len(page["questions"]) <= 12 for page in as_json["pages"])
    assert len({page["title"] for page in as_json["pages"]}) == len(as_json["pages"])


def test_the_age_comes_first_and_the_threat_to_life_first_of_the_red_flags(as_json):
    first, red_flags = as_json["pages"][:2]

    assert first["questions"][:2] == [BORN, AGE]
    assert red_flags["title"].startswith("Red flags")
    assert red_flags["questions"][0] == LIFE_THREATENING


def test_whoever_says_whether_a_question_is_asked_stands_before_it(as_json):
    order = [name for page in as_json["pages"] for name in page["questions"]]
    for question in as_json["questions"]:
        assert (question["asked_when"] is None) is (question["asked_when_reads"] == [])
        for name in question["asked_when_reads"]:
            assert order.index(name) < order.index(question["name"])


def test_what_fits_is_said_by_the_type_of_the_answer(as_json):
    for question in as_json["questions"]:
        number = question["answer"] in ("whole number", "number")
        chosen = question["answer"] in ("one of", "any of")
        assert (question["lowest"] is not None) is (question["highest"] is not None) is number
        assert (question["unit"] is not None) is (question["singular"] is not None) is number
        assert bool(question["choices"]) is chosen
        assert question["ask"]
        assert 1 <= len(question["called"]) <= 40
        assert question["help"] is None or len(question["help"]) <= 160
        assert all(choice["says"] for choice in question["choices"])


def test_an_answer_bars_the_documents_whose_exclusion_it_meets(condition, as_json):
    """Each bar that a form may show is one that the document itself judges so; and no other of the lists of medicines is."""
    on, baseline = baseline_of(LIBRARY, condition)
    pathway = LIBRARY.in_force(condition, on)
    barred = set()
    for question in as_json["questions"]:
        for choice in question["choices"]:
            for pgd in choice["bars"]:
                answers = {**baseline, question["name"]: (choice["name"],)}
                judged = pathway.pgds[pgd].judged()
                met = [
                    one
                    for one in judged
                    if question["name"] in one.reads and one.sentence.verdict(answers) is Verdict.MET
                ]
                assert met, f"{question['name']}: {choice['name']} does not rule {pgd} out"
                barred.add(pgd)
    asked_about = {
        id for id, pgd in pathway.pgds.items() for one in pgd.judged() if "interacting_medicines" in one.reads
    }
    assert barred >= asked_about


def test_the_text_has_every_page_question_and_bar(as_json, as_text):
    head = f"{as_json['title']}\n{as_json['pathway']} {as_json['version']}: {len(as_json['questions'])} questions on {len(as_json['pages'])} pages\n"
    assert as_text.startswith(head)
    for number, page in enumerate(as_json["pages"], 1):
        assert f"\n{number}. {page['title']}\n" in as_text
    places = [as_text.index(f"      {name}: ") for page in as_json["pages"] for name in page["questions"]]
    assert places == sorted(places)
    for question in as_json["questions"]:
        assert f"   {question['ask']}{' (your judgement)' if question['judgement'] else ''}\n" in as_text
        assert question["help"] is None or f"      {question['help']}\n" in as_text
        for choice in question["choices"]:
            rules_out = f"; rules out {', '.join(choice['bars'])}" if choice["bars"] else ""
            assert f"      - {choice['name']}: {choice['says']}{rules_out}\n" in f"{as_text}\n"


def test_what_contradicts_and_what_closes_is_there_for_a_form():
    held = {one: questions(LIBRARY.newest(one)) for one in LIBRARY.conditions}

    assert [(one["id"], one["questions"]) for one in held["uncomplicated-uti"]["contradictions"]] == [
        ("UTI-E10", ["uti_episodes_last_6_months", "uti_episodes_last_12_months"])
    ]
    assert [one["id"] for one in held["acute-otitis-media"]["contradictions"]] == ["AOM-E4"]
    counted = {
        one: {q["name"]: q["hours_since"] for q in body["questions"] if q["hours_since"]} for one, body in held.items()
    }
    assert {one: how for one, how in counted.items() if how} == {
        "shingles": {
            "hours_rash_onset_to_first_dose": {
                "since": "the rash began",
                "until": "the first dose can be taken",
                "day_only": "as long as possible",
            }
        },
        "infected-insect-bites": {
            "hours_since_bite": {"since": "the bite or sting", "until": "now", "day_only": "as short as possible"}
        },
        "emergency-contraception": {
            "hours_upsi_to_dose": {
                "since": "the most recent unprotected sex",
                "until": "the tablet is taken",
                "day_only": "as long as possible",
            }
        },
    }
    closing = {q["name"] for q in held["shingles"]["questions"] if q["if_not_answered"] == "refer_urgent"}
    assert "hours_rash_onset_to_first_dose" in closing


def test_a_title_for_patients_is_what_a_patient_calls_it():
    for condition in LIBRARY.conditions:
        title = questions(LIBRARY.newest(condition))["title_for_patients"]
        assert 1 <= len(title) <= 40
    assert questions(LIBRARY.newest("shingles"))["title_for_patients"] == "Shingles"


def test_a_condition_or_a_day_that_is_not_there_is_refused(run):
    nearest, day = run("questions", "sore-throat"), run("questions", "shingles", "--as-of", "2020-01-01")

    assert (nearest.exit_code, nearest.stdout, day.exit_code, day.stdout) == (2, "", 2, "")
    assert 'Did you mean "acute-sore-throat"?' in nearest.stderr
    assert "not on 2020-01-01" in day.stderr


def test_python_refuses_what_is_no_pathway():
    with pytest.raises(PharmacyFirstError, match="pathway has to be Pathway, not str"):
        questions("shingles")
