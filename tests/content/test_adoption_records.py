"""An adoption record is read whole or not at all, every mistake in its place; and what is written reads as the same."""

import re
import shutil
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from random import Random

import jsonschema
import pytest
import yaml

from pharmacyfirst import load
from pharmacyfirst.authority.adoption import Disagreement, Halted
from pharmacyfirst.content.adoption import AdoptionRecord, read_adoption
from pharmacyfirst.content.adoption_written import written
from pharmacyfirst.content.text import ContentRefused
from pharmacyfirst.contract.schemas import schemas

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "adoption.yaml"
SOUND = EXAMPLE.read_text(encoding="utf-8")
PATHWAY_NAME = "uncomplicated-uti pathway 2026.2"
NAME = "uncomplicated-uti nitrofurantoin 2026.2"
HALTED = f"suspended:\n  - document: {NAME}\n    since: 2026-12-01 09:30\n    because: recalled\n    by: A. Example\n"
NOT_AGREED = f"not agreed:\n  {NAME}:\n    UTI-NIT-X1:\n      how: it says otherwise\n      by: A. Example\n      on: 2026-11-01\n"


@pytest.fixture
def read(tmp_path):
    """Reads a record from its words."""

    def read(words):
        path = tmp_path / "adoption.yaml"
        path.write_text(words, encoding="utf-8")
        return read_adoption(path)

    return read


def with_heading(words):
    return SOUND.replace("clauses:\n", f"{words}clauses:\n", 1)


def test_the_example_is_sound(read):
    assert read(SOUND).practitioners[0].gphc_number == "2012345"


WRONG = [
    ("organisation: FW844", "organisation: J83001", "ODS code of a pharmacy"),
    ("distance selling: no", "distance selling: maybe", "distance selling"),
    ("distance selling: no", "distance selling: false", "distance selling"),
    ("in force: 2026-11-01", "in force: 1.11.2026", "in force"),
    ("in force: 2026-11-01 to", "in force: 2026-W45-7 to", "in force"),
    ("signed by: 'A. Example'", "signed by: ''", "signed by"),
    ("signed on: 2026-11-01", "signed on: yesterday", "signed on"),
    ("signed on: 2026-11-01", "signed on: 2026-W45-7", "signed on"),
    ("signed on: 2026-11-01", "signed on: 20261101", "signed on"),
    ("signed on: 2026-11-01", "signed on: 2026-11-01T10:00", "signed on"),
    ("signed on: 2026-11-01", "signed on: 2026-10-31", "looked into after the record was signed"),
    ("role:", "rolle:", "rolle"),
    ("open items:", "cleared:", "Extra inputs are not permitted"),
    ("    agrees: yes\n", "", "agrees under an entry under open items: Field required"),
    ("    agrees: yes\n", "    agrees: true\n", "agrees"),
    ("    agrees: yes\n", "    agrees: maybe\n", "agrees"),
    ("    how: 'example only: nobody has looked'\n", "    how: ''\n", "how"),
    ("    on: 2026-11-01\n", "    on: 2026-W45-7\n", "on under an entry"),
    ("    on: 2026-11-01\n", "    on: 2026-11-02\n", "looked into after the record was signed"),
    ("  2012345:", "  5012345:", "begins with 2"),
    ("  2012345:", "  '201 2345':", "String should match pattern"),
    ("  2012345:", "  Ann:", "String should match pattern"),
    ("profession: pharmacist", "profession: nurse", "profession"),
    ("    until: 2027-01-30", "    until: 2027-W04-6", "until"),
    (f"      - {NAME}", "      - uncomplicated-uti nitrofurantoin 2025.1", "document 2 of practitioner 1 is not among the documents adopted"),
    (f"  {NAME}: sha256:", f"  {NAME}: sha512:", "String should match pattern"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "says"), WRONG)
def test_a_record_that_is_wrong_is_refused_in_its_place(read, old, new, says):
    assert old in SOUND
    with pytest.raises(ContentRefused) as refused:
        read(SOUND.replace(old, new, 1))
    assert says in str(refused.value)
    assert re.match(r"adoption\.yaml:\d+:\d+: ", str(refused.value))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (HALTED.replace(NAME, "uncomplicated-uti nitrofurantion 2026.2"), "suspended: document 1 is not among"),
        (
            HALTED.replace("suspended", "withdrawn").replace(NAME, "shingles aciclovir 2026.2"),
            "withdrawn: document 1 is not among",
        ),
        (HALTED.replace("suspended", "withdrawn") + "    until: 2027-01-01\n", "until"),
        (HALTED.replace("    because: recalled\n", ""), "because under"),
        (HALTED.replace("    by: A. Example\n", ""), "by under"),
        (HALTED.replace("2026-12-01 09:30", "2026-12-01T09:30"), 'write "2026-12-01" or'),
        (HALTED.replace("2026-12-01 09:30", "2026-12-01 9:30"), 'write "2026-12-01" or'),
        (HALTED.replace("2026-12-01 09:30", "2026-12-01 24:00"), "a day has 24 hours"),
        (HALTED.replace("2026-12-01 09:30", "2026-02-30"), 'write "2026-12-01" or'),
        (HALTED.replace("2026-12-01 09:30", "2026-W45-7"), 'write "2026-12-01" or'),
        (HALTED.replace("2026-12-01 09:30", "2026-10-25 01:30"), "happens twice in England"),
        (HALTED.replace("2026-12-01 09:30", "2026-03-29 01:30"), "does not exist in England"),
        (HALTED + "    until: 2026-11-30\n", "halted until a later moment"),
        (HALTED + "    until: 2026-12-01 09:30\n", "halted until a later moment"),
        (HALTED + "    unless: it is needed\n", "Extra inputs"),
        (NOT_AGREED.replace(NAME, "uncomplicated-uti nitrofurantoin 2026.1"), "not agreed: document 1 is not among"),
        (NOT_AGREED.replace("      how: it says otherwise\n", ""), "how under"),
        (NOT_AGREED.replace("2026-11-01", "2026-11-02"), "looked into after the record was signed"),
    ],
)
def test_what_stops_a_document_is_read_as_strictly(read, words, says):
    with pytest.raises(ContentRefused) as refused:
        read(with_heading(words))
    assert says in str(refused.value)
    assert "Nothing was assessed" not in str(refused.value)


@pytest.mark.parametrize(
    ("since", "until", "moments"),
    [
        ("2026-12-01", None, ("2026-12-01T00:00:00+00:00", None)),
        ("2026-12-01 09:30", "2026-12-01", ("2026-12-01T09:30:00+00:00", "2026-12-02T00:00:00+00:00")),
        ("2026-07-01 09:30", "2026-07-02 18:00", ("2026-07-01T09:30:00+01:00", "2026-07-02T18:00:00+01:00")),
        ("2026-10-25", "2026-10-25", ("2026-10-25T00:00:00+01:00", "2026-10-26T00:00:00+00:00")),
    ],
)
def test_a_moment_is_englands_and_a_day_is_whole(read, since, until, moments):
    words = HALTED.replace("2026-12-01 09:30", since) + (f"    until: {until}\n" if until else "")
    (halted,) = read(with_heading(words)).halted
    assert (halted.since.isoformat(), halted.until and halted.until.isoformat()) == moments


def test_an_unknown_document_of_the_clauses_is_refused(read):
    with pytest.raises(ContentRefused, match="clauses: document 1 is not among the documents adopted"):
        read(SOUND.replace(f"clauses:\n  {PATHWAY_NAME}:", "clauses:\n  uncomplicated-uti pathway 2026.1:"))


@pytest.mark.parametrize("without", [NAME, PATHWAY_NAME])
def test_a_record_may_keep_no_clauses_of_a_document(read, without):
    start = SOUND.index(f"\n  {without}:\n    ") + 1
    rest = re.search(r"\n  \S|\Z", SOUND[start + 2 :])
    words = SOUND[:start] + SOUND[start + 2 + rest.start() :].lstrip("\n")
    assert without not in {document.in_words() for document in read(words).agreed}


def test_what_is_written_reads_as_the_same(read):
    adoption = read(SOUND)
    pathway, pgd = adoption.documents
    full = replace(
        adoption,
        distance_selling=True,
        signed_by="A. O'Example: lead",
        checked=tuple(replace(one, agrees=False) for one in adoption.checked),
        practitioners=(*adoption.practitioners, replace(adoption.practitioners[0], gphc_number="2012346", until=None)),
        halted=(
            Halted(pgd, datetime(2026, 12, 1), "recalled", "A. Example"),
            Halted(pgd, datetime(2026, 12, 5, 10, 15), "recalled again", "A. Example", until=datetime(2026, 12, 6)),
            Halted(pathway, datetime(2026, 12, 7), "wrong", "A. Example", for_good=True),
        ),
        disagreements=(
            Disagreement(pgd, "where to, refer", "'other' words", "A. Example", date(2026, 11, 1)),
            Disagreement(pgd, "differs: allergy", "# no comment", "A. Example", date(2026, 11, 1)),
            Disagreement(pathway, "- a dash", "yes", "A. Example", date(2026, 11, 1)),
        ),
    )
    assert read(written(full)) == full
    assert written(read(written(full))) == written(full)
    assert f"{written(adoption)}" == SOUND.partition("\n")[2]


def test_the_example_fits_the_schema_and_what_is_wrong_does_not():
    schema = schemas(load())["adoption.schema.json"]
    as_text = yaml.load(SOUND, Loader=yaml.BaseLoader)
    jsonschema.validate(as_text, schema)
    halted = yaml.load(HALTED + NOT_AGREED, Loader=yaml.BaseLoader)
    jsonschema.validate(as_text | halted, schema)
    for old, new in (("agrees: yes", "agrees: true"), ("signed on:", "signed at:"), ("sha256:", "sha512:")):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(yaml.load(SOUND.replace(old, new), Loader=yaml.BaseLoader), schema)


HEADINGS = [number for number, line in enumerate(SOUND.splitlines()) if ":" in line and not line.startswith("#")]


@pytest.mark.parametrize("number", HEADINGS[:: max(1, len(HEADINGS) // 60)])
def test_any_heading_that_is_repeated_refuses_the_record(read, number):
    lines = SOUND.splitlines(keepends=True)
    with pytest.raises(ContentRefused, match="stands here a second time"):
        read("".join([*lines[: number + 1], lines[number], *lines[number + 1 :]]))


def test_whatever_is_done_to_a_record_it_is_read_whole_or_refused_in_our_words(tmp_path):
    chance, path, refused = Random(20261129), tmp_path / "adoption.yaml", 0
    for _ in range(150):
        held = bytearray(SOUND.encode())
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(SOUND.index("clauses:"))
            held[at : at + chance.randint(0, 2)] = bytes(chance.randrange(256) for _ in range(chance.randint(0, 2)))
        path.write_bytes(held)
        try:
            assert read_adoption(path).documents
        except ContentRefused:
            refused += 1
    assert refused > 60


def test_no_reader_gives_a_record_beside_its_mistakes(tmp_path):
    path = Path(shutil.copy(EXAMPLE, tmp_path / "adoption.yaml"))
    path.write_text(SOUND.replace("role:", "role: lead\nrole:"), encoding="utf-8")
    with pytest.raises(ContentRefused) as refused:
        read_adoption(path)
    assert not hasattr(refused.value, "adoption")
    assert AdoptionRecord.model_config["extra"] == "forbid"


@pytest.mark.parametrize("heading", ["signed by", "documents", "open items", "practitioners", "clauses"])
@pytest.mark.parametrize("value", [": words\n", ":\n  - a\n", ":\n  a: b\n"])
def test_what_is_of_another_shape_is_told_in_words_of_the_file_and_not_of_python(heading, value, tmp_path):
    other, many = re.subn(rf"^{heading}:.*?(?=^[a-z#]|\Z)", heading + value, SOUND, flags=re.MULTILINE | re.DOTALL)
    assert many == 1
    file = tmp_path / "adoption.yaml"
    file.write_text(other, encoding="utf-8")
    if (heading, value) == ("signed by", ": words\n"):
        assert read_adoption(file).signed_by == "words"
        return
    with pytest.raises(ContentRefused) as refused:
        read_adoption(file)
    assert not re.search(r"dictionary|instance of|[A-Z][a-z]+Entry|valid (string|list)", str(refused.value))
