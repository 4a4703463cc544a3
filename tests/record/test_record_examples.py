"""The commands of records, and the examples they write: one for each condition and each outcome its cases reach."""

import json
import re
from collections import defaultdict

import pytest
from click.testing import CliRunner
from lxml import etree
from paper_records import every_one, remade_with
from shipped import cases_of

from pharmacyfirst import load
from pharmacyfirst.cli.main import main
from pharmacyfirst.kernel.identifiers import nhs_number, snomed_code
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.record import Account, make_record, read_record, write_record
from pharmacyfirst.record.examples import practice_nhs_number
from pharmacyfirst.record.products import actual_products

LIBRARY = load()
SECRET = "Featherstonehaugh"


@pytest.fixture
def run():
    def run(*args):
        result = CliRunner().invoke(main, ["record", *map(str, args)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    assert CliRunner().invoke(main, ["record", "examples", str(folder)]).exit_code == 0
    return folder


def supply_in(folder):
    return next(iter(sorted(folder.glob("*/supply.json"))))


def test_there_is_one_for_each_condition_and_each_kind_its_cases_reach(folder):
    wanted = {
        f"{condition}/{case.expected.kind.key}"
        for condition in LIBRARY.conditions
        for case in cases_of(LIBRARY, condition)
    }
    for ending in ("json", "xml"):
        assert {f"{path.parent.name}/{path.stem}" for path in folder.glob(f"*/*.{ending}")} == wanted
    assert {path.stem for path in folder.glob("*/*.xml")} == {kind.key for kind in Kind}


def test_every_example_passes_every_check(folder, run):
    messages = sorted(folder.glob("*/*.xml"))
    result = run("check", *messages)
    assert result.exit_code == 0
    assert result.output.count("passes the schema, the profiles and every rule") == len(messages)


def test_the_same_content_gives_the_same_files(folder, run, tmp_path):
    run("examples", tmp_path)
    for path in sorted(folder.glob("*/*")):
        assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes(), path.name


def test_the_message_of_an_example_is_the_one_beside_it(folder, run):
    for path in sorted(folder.glob("*/*.json")):
        written = run("message", path, "--mailbox", "X26OT000")
        assert written.stdout_bytes == path.with_suffix(".xml").read_bytes(), path.name


def test_everybody_in_them_is_invented(folder):
    for path in folder.glob("*/*.json"):
        record = read_record(path.read_bytes())
        assert record.practice
        assert record.patient.nhs_number.startswith("999")
        assert all(supply.practice for supply in record.supplies)
    assert len({nhs_number(practice_nhs_number(seed)) for seed in range(200)}) > 150


def test_the_example_that_ended_early_says_so_and_decides_nothing(folder):
    for path in folder.glob("*/need_facts.json"):
        record = read_record(path.read_bytes())
        assert record.decision.done == "ended early"
        assert record.assessment["missing"]
        assert not record.supplies


def test_the_products_of_examples_have_right_check_digits_and_are_no_virtual_ones():
    virtual = {
        code for p in LIBRARY.newest_all() for pgd in p.pgds.values() for one in pgd.products for code in one.codes
    }
    for code, actual in actual_products().items():
        assert snomed_code(code) == code
        assert snomed_code(actual.code) == actual.code
        assert actual.code not in virtual


def test_every_product_supplied_in_a_case_has_a_product_and_a_batch():
    by_product = defaultdict(set)
    for example in every_one():
        for supply in example.record.supplies:
            by_product[supply.product].add(supply.amp.code)
            assert supply.batch == "PRACTICE1"
    assert all(len(codes) == 1 for codes in by_product.values())


def test_the_records_in_the_examples_folder_are_read_and_sent(run):
    folder = LIBRARY.root.parent / "examples"
    if not folder.is_dir():
        return  # an installed wheel has none
    paths = sorted(folder.glob("consultation*.json"))
    assert paths
    for path in paths:
        record = read_record(path.read_bytes())
        assert write_record(record, indent=2) + "\n" == path.read_text()
        result = run("message", path, "--mailbox", "X26OT000")
        assert result.exit_code == (0 if record.consent.to_share else 1)


def test_message_writes_a_file_and_a_later_version(folder, run, tmp_path):
    into = tmp_path / "message.xml"
    result = run(
        "message",
        supply_in(folder),
        "--mailbox",
        "M",
        "--version",
        2,
        "--at",
        "2026-11-22T09:00:00+00:00",
        "--to",
        into,
    )
    assert (result.exit_code, result.output) == (0, "")
    assert b'<code value="replaces"/>' in into.read_bytes()
    assert run("check", into).exit_code == 0


def test_a_message_that_the_check_would_refuse_is_not_written(folder, run, tmp_path):
    into = tmp_path / "message.xml"
    early = ("--mailbox", "M", "--at", "2020-01-01T00:00:00+00:00")
    for more in ((), ("--to", into)):
        result = run("message", supply_in(folder), *early, *more)
        assert result.exit_code == 1
        assert not result.stdout
        assert "nothing was written" in result.stderr
        assert re.search(r"^UR-35", result.stderr, re.MULTILINE), "the rule on times does not say why"
        record = read_record(supply_in(folder).read_bytes())
        assert not any(one in result.output for one in (record.patient.family, record.patient.nhs_number, "2020-01-01"))
    assert not into.exists()


def test_message_says_why_there_is_none(folder, run, tmp_path):
    held = json.loads(supply_in(folder).read_text())
    refused = remade_with(read_record(supply_in(folder).read_bytes()), agreed={"to_share": False})
    path = tmp_path / f"{SECRET}.json"
    path.write_text(write_record(refused))
    result = run("message", path, "--mailbox", "M")
    assert result.exit_code == 1
    assert "No message: the patient did not agree" in result.output
    assert SECRET not in result.output
    assert held["patient"]["nhs_number"] not in result.output


def test_a_correction_needs_the_id_of_the_first(folder, run, tmp_path):
    record = read_record(supply_in(folder).read_bytes())
    first = record.id
    corrected = Account(
        **{name: getattr(record.account(), name) for name in Account.model_fields}
        | {
            "id": "9a4e29c0-93cf-5519-87d6-adfa0215056d",
            "corrects": first,
            "corrects_because": "the batch was mistyped",
        }
    )
    path = tmp_path / "correction.json"  # the permit of the first record holds on
    path.write_text(write_record(make_record(corrected, LIBRARY, recorded_at=record.recorded_at)))
    assert "--first" in run("message", path, "--mailbox", "M").output
    result = run("message", path, "--mailbox", "M", "--first", first, "--version", 2)
    assert etree.fromstring(result.stdout_bytes).find(".//{*}relatesTo/{*}code").get("value") == "replaces"


@pytest.mark.parametrize(
    "words", [SECRET, json.dumps({SECRET: 1}), json.dumps({"patient": {"family": SECRET}}), "{}", "[1]", "\x00"]
)
def test_bad_input_is_refused_without_a_word_of_it(run, tmp_path, words):
    path = tmp_path / f"{SECRET}.json"
    path.write_text(words)
    for command in (("message", path, "--mailbox", "M"), ("check", path)):
        result = run(*command)
        assert result.exit_code == 2
        assert SECRET not in result.output
        assert "passes" not in result.output


def test_a_file_that_is_not_there_is_not_named(run, tmp_path):
    result = run("check", tmp_path / f"{SECRET}.xml")
    assert result.exit_code == 2
    assert SECRET not in result.output


def test_check_gives_the_rule_and_the_place(folder, run, tmp_path):
    path = tmp_path / "broken.xml"
    path.write_bytes(supply_in(folder).with_suffix(".xml").read_bytes().replace(b"ITK014M", b"ITK013M"))
    result = run("check", path)
    assert result.exit_code == 1
    assert result.output == "FILE 1: UR-02 MessageHeader.event: is not ITK014M of its code system\n"


def test_a_wrong_time_is_refused(folder, run):
    result = run("message", supply_in(folder), "--mailbox", "M", "--at", "yesterday")
    assert result.exit_code == 2
    assert "distance from UTC" in result.output
