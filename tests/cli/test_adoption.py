"""From the open items to a permit, as a pharmacy would go: adopt, then authorise. Records that are wrong are refused in their place."""

import json
from pathlib import Path

import pytest
import the_program

from pharmacyfirst import load
from pharmacyfirst.content.adoption import documents_to_adopt, read_adoption
from pharmacyfirst.content.text import ContentRefused

CONDITION = "uncomplicated-uti"
EXAMPLE = str(Path(__file__).resolve().parents[2] / "examples" / "uti-supply.json")


PATHWAY = load().newest(CONDITION)  # published, so that a permit hangs on the adoption alone


def run(*arguments, answers=None):
    return the_program.run(*arguments, input=answers)


def answers(clear=True):
    """What somebody types at `adopt`: the record, every open item, one practitioner."""
    items = PATHWAY.open_items
    how = "read against the signed document" if clear else ""
    typed = ["FW844", "n", "2026-11-01 to 2027-01-30", "A. O'Example", "superintendent pharmacist", *[how] * len(items)]
    return "\n".join([*typed, "2012345", "pharmacist", "2027-01-30", "", ""])


@pytest.fixture(scope="module")
def adopted(tmp_path_factory):
    record = tmp_path_factory.mktemp("adopted") / "adoption.yaml"
    result = run("adopt", CONDITION, "--to", record, "--as-of", "2026-11-01", answers=answers())
    assert result.exit_code == 0, result.output
    return record.read_text(encoding="utf-8")


@pytest.fixture
def adoption(adopted, tmp_path):
    """The record that `adopt` writes, to be changed by one test."""
    record = tmp_path / "adoption.yaml"
    record.write_text(adopted, encoding="utf-8")
    return record


def authorise(record, *more, day="2026-11-21", number="2012345", channel="in person"):
    given = [
        "--adoption",
        record,
        "--practitioner",
        number,
        "--channel",
        channel,
        "--as-of",
        day,
    ]
    return run("authorise", CONDITION, EXAMPLE, *given, *more)


def test_what_ships_is_published():
    assert not PATHWAY.draft


def test_adopt_shows_every_document_and_open_item_before_it_asks(tmp_path):
    result = run(
        "adopt",
        CONDITION,
        "--to",
        tmp_path / "a.yaml",
        "--as-of",
        "2026-11-01",
        answers=answers(),
    )

    for document in documents_to_adopt(PATHWAY):
        assert document.digest in result.output
    for item in PATHWAY.open_items.values():
        assert f"{item.id}: {item.says}" in result.output
    assert "0 open items not cleared" in result.output


def test_the_record_says_what_was_typed(adoption):
    record = read_adoption(adoption)

    assert (record.ods_code, record.distance_selling, record.signed_by) == ("FW844", False, "A. O'Example")
    assert record.period.in_words() == "2026-11-01 to 2027-01-30"
    assert record.practitioners[0].gphc_number == "2012345"
    assert record.practitioners[0].authorised_for == record.documents


def test_with_the_record_there_is_a_permit_to_its_last_day_and_none_after(adoption):
    result = authorise(adoption)
    assert result.exit_code == 0, result.output
    assert result.output.startswith("PERMIT: ")
    assert "warning" in authorise(adoption, day="2027-01-30").output
    after = authorise(adoption, day="2027-01-31")
    assert after.exit_code == 1
    assert after.output.startswith("NO PERMIT: nothing may be supplied.")
    assert "nitrofurantoin" in after.output
    assert "2027-01-30" in after.output


def test_an_open_item_left_open_bars_every_permit(tmp_path):
    record = tmp_path / "adoption.yaml"
    result = run(
        "adopt",
        CONDITION,
        "--to",
        record,
        "--as-of",
        "2026-11-01",
        answers=answers(clear=False),
    )

    assert "bar every permit" in result.output
    assert "open_item: the open item UTI-O1 has not been cleared" in authorise(record).output


def test_a_stranger_a_telephone_and_another_offer_get_their_reasons(adoption):
    assert "practitioner_not_authorised" in authorise(adoption, number="2999999").output
    assert "not known to be allowed" in authorise(adoption, channel="telephone").output
    assert "not among the offers" in authorise(adoption, "--offer", "amoxicillin").output


def test_what_was_adopted_in_other_words_is_refused(adoption):
    digest = PATHWAY.pgds["nitrofurantoin"].edition.digest
    adoption.write_text(adoption.read_text(encoding="utf-8").replace(digest, "sha256:" + "0" * 64), encoding="utf-8")

    assert "digest_differs" in authorise(adoption).output


def test_a_signed_record_is_never_written_over(adoption):
    before = adoption.read_bytes()
    result = run(
        "adopt",
        CONDITION,
        "--to",
        adoption,
        "--as-of",
        "2026-11-01",
        answers=answers(),
    )

    assert result.exit_code == 1
    assert "there already" in result.output
    assert adoption.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("organisation: FW844", "organisation: J83001", "ODS code of a pharmacy"),
        ("distance selling: no", "distance selling: maybe", "distance selling"),
        ("in force: 2026-11-01", "in force: 1.11.2026", "in force"),
        ("signed on: 2026-11-01", "signed on: yesterday", "signed on"),
        ("role:", "rolle:", "rolle"),
        ("  2012345:", "  5012345:", "begins with 2"),
        ("profession: pharmacist", "profession: nurse", "profession"),
        (
            "      - uncomplicated-uti nitrofurantoin 2026.2",
            "      - uncomplicated-uti nitrofurantoin 2025.1",
            "not among the documents adopted",
        ),
    ],
)
def test_a_record_that_is_wrong_is_refused_in_its_place(adoption, old, new, says):
    words = adoption.read_text(encoding="utf-8")
    assert old in words
    adoption.write_text(words.replace(old, new), encoding="utf-8")

    with pytest.raises(ContentRefused) as refused:
        read_adoption(adoption)
    assert says in str(refused.value)
    assert "adoption.yaml:" in str(refused.value)


def test_a_wrong_answer_is_asked_again(tmp_path):
    typed = (
        answers()
        .replace("FW844", "J83001\nFW844", 1)
        .replace("2026-11-01 to", "soon\n2026-11-01 to", 1)
        .replace("2012345", "1012345\npharmacist\n2012345", 1)
    )
    result = run("adopt", CONDITION, "--to", tmp_path / "a.yaml", "--as-of", "2026-11-01", answers=typed)

    assert result.exit_code == 0, result.output
    for words in ("ODS code of a pharmacy", 'or "from 2026-11-01"', "premises"):
        assert words in result.output


def test_the_example_record_leads_to_a_permit_under_the_content_as_shipped():
    record = Path(EXAMPLE).with_name("adoption.yaml")
    given = ["--adoption", record, "--practitioner", "2012345", "--channel", "in person", "--as-of", "2026-11-21"]

    result = run("authorise", CONDITION, EXAMPLE, *given)

    assert result.exit_code == 0, result.output
    assert result.output.startswith("PERMIT: ")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("practitioners:\n", "practitioners:\n  2012345:\n    profession: pharmacist\n    until: 2026-01-01\n", "stands here a second time"),
        ("distance selling: no\n", "distance selling: no\ndistance selling: yes\n", "stands here a second time"),
        ("organisation: FW844", "organisation: &ours FW844", "is an anchor"),
        ("organisation: FW844", "organisation: !!str FW844", "is a tag"),
    ],
)  # fmt: skip
def test_a_mistake_anywhere_in_a_record_leaves_no_part_of_it_in_force(adoption, old, new, says):
    written = adoption.read_text(encoding="utf-8")
    assert old in written
    adoption.write_text(written.replace(old, new), encoding="utf-8")
    result = authorise(adoption)
    assert result.exit_code == 1
    assert says in result.output
    assert "PERMIT" not in result.output
    with pytest.raises(ContentRefused, match=says):
        read_adoption(adoption)


def test_authorise_takes_the_day_that_the_facts_bring(adoption, tmp_path):
    facts = json.loads(Path(EXAMPLE).read_text(encoding="utf-8"))
    whole = tmp_path / "whole.json"
    whole.write_text(json.dumps({"pathway": CONDITION, "as_of": "2026-11-21", "facts": facts}), encoding="utf-8")
    rest = ("--practitioner", "2012345", "--channel", "in person")
    result = run("authorise", CONDITION, whole, "--adoption", adoption, *rest)
    assert "2026-11-21" in result.output
    assert result.output.startswith("PERMIT")
