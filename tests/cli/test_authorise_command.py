"""`authorise`: a permit is for now, for one record of one person, or says that it is as if; every no has its reasons and exit status 1."""

import json
import shutil
from datetime import date, datetime
from pathlib import Path

import jsonschema
import pytest
from misplaced import MARKS, files
from the_program import EXAMPLES, run

from pharmacyfirst import load
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.authority.digests import digest_of_facts
from pharmacyfirst.cli.kept_answers import keep
from pharmacyfirst.contract.schemas import schemas
from pharmacyfirst.exact import read
from pharmacyfirst.record.people import Patient

CONDITION = "uncomplicated-uti"
FACTS = EXAMPLES / "uti-supply.json"
NOW = in_england(datetime(2026, 11, 21, 14, 30, 5))
RECORD = "3f1f0d4e-5c0b-4a7e-9d53-5a3c1c1a9f10"
SOMEBODY = {
    "family": "Practice",
    "given": ["Alex"],
    "birth_date": "1995-01-02",
    "gender": "female",
    "practice_patient": True,
}
SCHEMA = schemas(load())["permit.schema.json"]


@pytest.fixture
def adoption(tmp_path):
    """The example of a record, to be changed by one test."""
    return Path(shutil.copy(EXAMPLES / "adoption.yaml", tmp_path / "adoption.yaml"))


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr("pharmacyfirst.cli.options.this_moment", lambda: NOW)
    monkeypatch.setattr("pharmacyfirst.cli.options.now_in_london", lambda: NOW.replace(tzinfo=None))


@pytest.fixture
def authorise(adoption):
    def authorise(*more, number="2012345", channel="in person", facts=FACTS):
        given = ["--adoption", adoption, "--practitioner", number, "--channel", channel]
        return run("authorise", CONDITION, facts, *given, *more)

    return authorise


def change(path, old, new):
    words = path.read_text(encoding="utf-8")
    assert old in words
    path.write_text(words.replace(old, new), encoding="utf-8")


def test_a_permit_is_for_now(authorise):
    result = authorise()
    assert result.exit_code == 0, result.output
    assert result.output.startswith("PERMIT: Supply of nitrofurantoin")
    assert "FW844, practitioner 2012345, in person, 2026-11-21 14:30" in result.output


@pytest.mark.parametrize("day", ["2026-11-20", "2026-11-22", "2027-01-30"])
def test_for_another_day_it_says_as_if_and_has_no_time_of_today(authorise, day):
    result = authorise("--as-of", day)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("AS IF, and no permit for a supply: ")
    assert f"{day} 12:00" in result.output
    said = json.loads(authorise("--as-of", day, "--json").stdout)
    assert (said["as_if"], said["at"]) == (True, f"{day}T12:00:00+00:00")


def test_the_day_of_today_may_be_named(authorise):
    assert json.loads(authorise("--as-of", "2026-11-21", "--json").stdout)["as_if"] is False


def test_facts_that_bring_another_day_are_as_if_too(authorise, tmp_path):
    whole = tmp_path / "whole.json"
    whole.write_text(json.dumps({"pathway": CONDITION, "as_of": "2026-11-20", "facts": json.loads(FACTS.read_text())}))
    assert authorise(facts=whole).output.startswith("AS IF")
    whole.write_text(whole.read_text().replace("2026-11-20", "2026-11-21"))
    assert authorise(facts=whole).output.startswith("PERMIT")


def test_what_consult_kept_is_taken_as_facts(authorise, tmp_path):
    facts = read(FACTS.read_bytes())
    keep(
        tmp_path / "kept.json",
        load().newest(CONDITION),
        date(2026, 11, 21),
        {name: (name, value) for name, value in facts.items()},
    )
    result = authorise("--json", facts=tmp_path / "kept.json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["facts"] == digest_of_facts(facts)


def test_as_json_it_is_bound_to_facts_record_and_person_and_fits_its_schema(authorise, tmp_path):
    patient = tmp_path / "patient.json"
    patient.write_text(json.dumps(SOMEBODY))
    result = authorise("--json", "--record", RECORD, "--patient", patient)
    permit = read(result.stdout)
    assert result.exit_code == 0
    jsonschema.validate(permit, SCHEMA)
    assert permit["facts"] == digest_of_facts(read(FACTS.read_bytes()))
    assert permit["record"] == RECORD
    assert permit["person"] == Patient(**{**SOMEBODY, "given": ("Alex",), "birth_date": date(1995, 1, 2)}).digest
    assert "Practice" not in result.output
    assert (permit["pathway"], permit["pgd"], permit["at"]) == (
        CONDITION,
        "nitrofurantoin",
        "2026-11-21T14:30:05+00:00",
    )


def test_as_json_the_reasons_fit_the_schema_and_the_status_is_1(authorise):
    result = authorise("--json", channel="telephone", number="2999999")
    said = json.loads(result.stdout)
    assert result.exit_code == 1
    jsonschema.validate(said, SCHEMA)
    assert [one["code"] for one in said["reasons"]] == ["practitioner_not_known", "channel"]


def test_the_schema_takes_no_permit_without_what_it_is_bound_to(authorise):
    permit = json.loads(authorise("--json").stdout)
    for key in permit:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({name: value for name, value in permit.items() if name != key}, SCHEMA)
    for key, value in (("facts", "a name"), ("person", "a name"), ("at", "2026-11-21T14:30"), ("channel", "post")):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**permit, key: value}, SCHEMA)


@pytest.mark.parametrize("given", [("--record", RECORD), ("--patient", FACTS)])
def test_a_record_and_its_patient_go_together(authorise, given):
    result = authorise(*given)
    assert result.exit_code == 2
    assert "--record and --patient go together" in result.output


def test_who_it_is_for_is_never_repeated(authorise, tmp_path):
    for path in files(tmp_path):
        result = authorise("--record", RECORD, "--patient", path)
        assert result.exit_code == 2, path.name
        assert not MARKS.search(result.output), path.name


def test_after_its_last_day_a_document_permits_nothing_and_is_named(authorise):
    assert "warning: " in authorise("--as-of", "2027-01-30").output
    after = authorise("--as-of", "2027-01-31")
    assert after.exit_code == 1
    assert after.output.startswith("NO PERMIT: nothing may be supplied.")
    assert "nitrofurantoin" in after.output
    assert "2027-01-30" in after.output


def test_a_stranger_a_telephone_and_another_offer_get_their_reasons(authorise):
    assert (
        "practitioner_not_known: no practitioner of the adoption has this GPhC number"
        in authorise(number="2999999").output
    )
    assert "not known to be allowed" in authorise(channel="telephone").output
    assert "not among the offers" in authorise("--offer", "amoxicillin").output


def test_what_was_adopted_in_other_words_is_refused(adoption, authorise):
    digest = load().newest(CONDITION).pgds["nitrofurantoin"].edition.digest
    change(adoption, digest, "sha256:" + "0" * 64)
    assert "digest_differs" in authorise().output


def test_an_open_item_left_open_bars(adoption, authorise):
    words = adoption.read_text(encoding="utf-8")
    adoption.write_text(words.replace(words[words.index("  UTI-O1:") : words.index("  UTI-O2:")], ""), encoding="utf-8")
    assert "open_item: the open item UTI-O1 has not been checked" in authorise().output


@pytest.mark.parametrize(
    ("heading", "since", "until", "code"),
    [
        ("suspended", "2026-11-21 14:30", "", "suspended"),
        ("suspended", "2026-11-21 14:31", "", None),
        ("suspended", "2026-11-21", "", "suspended"),
        ("suspended", "2026-11-20", "    until: 2026-11-20\n", None),
        ("suspended", "2026-11-20", "    until: 2026-11-21\n", "suspended"),
        ("suspended", "2026-11-20", "    until: 2026-11-21 14:30\n", None),
        ("withdrawn", "2026-11-21 14:30", "", "withdrawn_here"),
        ("withdrawn", "2026-11-22", "", None),
    ],
)
def test_a_document_that_the_organisation_stopped_permits_nothing_from_then(
    adoption, authorise, heading, since, until, code
):
    name = "uncomplicated-uti nitrofurantoin 2026.2"
    halted = f"{heading}:\n  - document: {name}\n    since: {since}\n    because: a batch was recalled\n    by: A. Example\n{until}"
    change(adoption, "\nclauses:\n", f"\n{halted}clauses:\n")
    result = authorise()
    assert result.exit_code == (1 if code else 0), result.output
    assert result.output.startswith("PERMIT") is (code is None)
    if code:
        assert f"  {code}: {name} is {heading} since " in result.output
        assert "by A. Example: a batch was recalled" in result.output
