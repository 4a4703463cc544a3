"""`adopt`, as a pharmacy would use it: what is shown, what is asked, what is written; and a new version that asks only for what changed."""

import re
import shutil
from pathlib import Path

import pytest
from adopted import HOW, adopt, copy_of_what_ships, publish, typed
from the_program import GOOD, run

from pharmacyfirst import load
from pharmacyfirst.authority.adoption import NOT_PERMITTED_BY_A_DRAFT, documents_to_adopt
from pharmacyfirst.authority.clauses import clauses_of
from pharmacyfirst.content.adoption import read_adoption

CONDITION = "uncomplicated-uti"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return copy_of_what_ships(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def pathway(published):
    return load(published).newest(CONDITION)


@pytest.fixture(scope="module")
def said_and_written(published, pathway, tmp_path_factory):
    record = tmp_path_factory.mktemp("adopted") / "adoption.yaml"
    result = adopt(published, CONDITION, record, typed(pathway))
    assert result.exit_code == 0, result.output
    return result.output, record


def test_every_document_and_open_item_is_shown_before_it_is_asked(pathway, said_and_written):
    said, _ = said_and_written
    for document in documents_to_adopt(pathway):
        assert document.digest in said
    for item in pathway.open_items.values():
        assert f"{item.id}: {item.says}" in said
    assert "0 open items not answered." in said


def test_files_that_stand_for_one_signed_document_are_named_and_each_keeps_its_digest(tmp_path):
    humming = Path(__file__).resolve().parents[1] / "humming"
    relief = load(humming).newest("hum-relief")

    said = adopt(humming, "hum-relief", tmp_path / "adoption.yaml", "").output  # it ends at the first question

    assert "humming-sweets is one signed document: compare each of these with it: long-sweet, short-sweet." in said
    assert all(one.digest in said for one in documents_to_adopt(relief))
    assert len({one.digest for one in documents_to_adopt(relief)}) == 3


def test_the_record_says_what_was_typed(pathway, said_and_written):
    record = read_adoption(said_and_written[1])
    assert (record.ods_code, record.distance_selling, record.signed_by) == ("FW844", False, "A. O'Example")
    assert record.period.in_words() == "2026-11-01 to 2027-01-30"
    assert str(record.signed_on) == "2026-11-01"
    assert record.practitioners[0].gphc_number == "2012345"
    assert record.practitioners[0].authorised_for == record.documents
    assert [one.item for one in record.checked] == [*pathway.open_items]
    assert {(one.agrees, one.how, one.by) for one in record.checked} == {(True, HOW, "A. O'Example")}
    agreed = {document: {one.name: one.digest for one in each} for document, each in clauses_of(pathway).items()}
    assert record.agreed == agreed


def test_an_open_item_left_open_is_not_written_and_bars(published, pathway, tmp_path):
    result = adopt(published, CONDITION, tmp_path / "a.yaml", typed(pathway, agrees=None))
    assert "16 open items not answered, which bars every permit." in result.output
    assert read_adoption(tmp_path / "a.yaml").checked == ()


def test_an_open_item_that_does_not_agree_is_written_and_said_to_bar(published, pathway, tmp_path):
    result = adopt(published, CONDITION, tmp_path / "a.yaml", typed(pathway, agrees="no"))
    assert "Not agreed: 16 answers, which bars every permit that it is about." in result.output
    assert {one.agrees for one in read_adoption(tmp_path / "a.yaml").checked} == {False}


def test_a_signed_record_is_never_written_over(published, pathway, said_and_written):
    _, record = said_and_written
    before = record.read_bytes()
    result = adopt(published, CONDITION, record, typed(pathway))
    assert result.exit_code == 1
    assert "there already" in result.output
    assert record.read_bytes() == before


def test_a_wrong_answer_is_asked_again(published, pathway, tmp_path):
    words = (
        typed(pathway)
        .replace("FW844", "J83001\nFW844", 1)
        .replace("2026-11-01 to", "soon\n2026-11-01 to", 1)
        .replace("yes", "perhaps\nyes", 1)
        .replace("2012345", "1012345\npharmacist\n2012345", 1)
        .replace("2027-01-30\n\n", "2027-W04-6\n2027-01-30\n2012345\npharmacist\n\n", 1)
    )
    result = adopt(published, CONDITION, tmp_path / "a.yaml", words)
    assert result.exit_code == 0, result.output
    for said in (
        "ODS code of a pharmacy",
        'or "from 2026-11-01"',
        "yes, no, or Enter",
        "premises",
        "write the day as YYYY-MM-DD",
        "already",
    ):
        assert said in result.output
    assert len(read_adoption(tmp_path / "a.yaml").practitioners) == 1


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\x07"])
def test_what_cannot_be_read_back_is_not_written(published, pathway, tmp_path, hidden):
    words = typed(pathway).replace("superintendent", f"super{hidden}intendent")
    result = adopt(published, CONDITION, tmp_path / "a.yaml", words)
    assert result.exit_code == 1
    assert "a character that nobody sees" in result.output
    assert not (tmp_path / "a.yaml").exists()


# A new version of a made-up condition


@pytest.fixture
def two_versions(tmp_path):
    """Hiccups as adopted, and its next version: a criterion in other words, a new one, one gone, an open item in other words."""
    root = publish(shutil.copytree(GOOD, tmp_path / "pathways"))
    adopted = tmp_path / "2026.yaml"
    result = adopt(root, "hiccups", adopted, typed(load(root).newest("hiccups"), practitioners=("2012345", "2012346")))
    assert result.exit_code == 0, result.output
    return root, adopted, tmp_path / "2027.yaml"


def rewrite(path, *changes):
    words = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in words, old
        words = words.replace(old, new, 1)
    path.write_text(words, encoding="utf-8")


def test_the_same_content_asks_nothing_of_anybody(two_versions):
    root, adopted, new = two_versions
    result = adopt(root, "hiccups", new, "\n\n\n\n", "--from", adopted)
    assert result.exit_code == 0, result.output
    assert "0 clauses changed, 0 added, 0 open items to answer, 0 no longer there." in result.output
    assert new.read_bytes() == adopted.read_bytes()


NEXT = "the signed document has another number of spoons"


@pytest.fixture
def changed(two_versions):
    root, adopted, new = two_versions
    pathway, syrup = root / "hiccups" / "pathway.yaml", root / "hiccups" / "placebo-syrup.yaml"
    before = load(root).newest("hiccups")
    stop, item = before.stopping[0], next(iter(before.open_items.values()))
    caution = before.pgds["placebo-syrup"].cautions[-1]
    for path in (pathway, syrup):
        rewrite(path, (re.search(r"^version: .*$", path.read_text(), re.MULTILINE)[0], "version: 2027.1"))
    rewrite(
        pathway, (stop.because, "words that nobody has seen"), (item.until_then, "until then nobody holds a breath")
    )
    rewrite(syrup, (caution.says, "a caution that nobody has seen"))
    return publish(root), adopted, new, stop, item, caution


def test_a_new_version_asks_only_for_what_changed_was_added_or_is_open(changed):
    root, adopted, new, stop, item, caution = changed
    old = read_adoption(adopted)
    # In force, signed by, role; two clauses; one open item; two practitioners, of whom one has signed; nobody new.
    words = "\n".join(["", "", "", "y", "n", NEXT, "yes", "read again", "y", "n", "", ""])
    result = adopt(root, "hiccups", new, words, "--from", adopted, day="2026-11-20")

    assert result.exit_code == 0, result.output
    assert "2 clauses changed, 0 added, 1 open item to answer, 0 no longer there." in result.output
    assert re.findall(r"^(?:CHANGED|ADDED): (\S+)", result.output, re.MULTILINE) == [stop.id, caution.id]
    assert "words that nobody has seen" in result.output
    assert re.findall(r"^(HIC-O\d+): ", result.output, re.MULTILINE) == [item.id]

    record = read_adoption(new)
    pathway = load(root).newest("hiccups")
    assert record.documents == documents_to_adopt(pathway)
    assert {one.item: (one.how, str(one.on)) for one in record.checked} == {
        one.item: ("read again", "2026-11-20") if one.item == item.id else (HOW, "2026-11-01") for one in old.checked
    }
    (wrong,) = record.disagreements
    assert (wrong.document.document, wrong.clause, wrong.how, str(wrong.on)) == (
        "placebo-syrup",
        caution.id,
        NEXT,
        "2026-11-20",
    )
    assert caution.id not in record.agreed[wrong.document]
    # The digest of a PGD covers its pathway: who has not signed again has signed for nothing that stands.
    (practitioner,) = record.practitioners
    assert (practitioner.gphc_number, practitioner.authorised_for) == ("2012345", record.documents)
    assert "2012346 has signed for nothing and is left out." in result.output


def test_what_was_taken_away_is_told(two_versions):
    root, adopted, new = two_versions
    before = load(root).newest("hiccups")
    path = root / "hiccups" / "placebo-lozenge.yaml"
    said = [one.says for each in before.pgds["placebo-lozenge"].particulars.values() for one in each]
    assert said
    caution = before.pgds["placebo-syrup"].cautions[-1]
    words = (root / "hiccups" / "placebo-syrup.yaml").read_text(encoding="utf-8")
    start = words.index(f"  {caution.id}:")
    rest = re.search(r"\n(?=  \S|\S)", words[start + 2 :])
    (root / "hiccups" / "placebo-syrup.yaml").write_text(
        words[:start] + words[start + 2 + rest.end() :], encoding="utf-8"
    )
    publish(root)
    result = adopt(root, "hiccups", new, "\n\n\ny\ny\n\n", "--from", adopted)
    assert result.exit_code == 0, result.output
    assert f"  no longer there: hiccups placebo-syrup: {caution.id}\n" in result.output
    assert "0 clauses changed, 0 added, 0 open items to answer, 1 no longer there." in result.output
    assert path.exists()


def test_an_earlier_record_of_more_conditions_loses_none_of_them_in_silence(two_versions):
    root, adopted, new = two_versions
    result = adopt(root, "snoring", new, "\n" * 9, "--from", adopted)
    assert result.exit_code == 1
    assert "also adopts hiccups" in result.output
    assert not new.exists()


def halt(adopted, document, heading="suspended", since="2026-11-10 09:30", more=""):
    words = adopted.read_text(encoding="utf-8")
    halted = f"{heading}:\n  - document: {document}\n    since: {since}\n    because: a batch was recalled\n    by: A. Example\n{more}"
    adopted.write_text(words.replace("clauses:\n", f"{halted}clauses:\n"), encoding="utf-8")


@pytest.mark.parametrize(("answer", "halted"), [("y", 1), ("n", 0)])
def test_a_suspension_holds_for_the_new_version_unless_somebody_says_that_it_does_not(changed, answer, halted):
    root, adopted, new, *_ = changed
    old = next(one for one in read_adoption(adopted).documents if one.document == "placebo-syrup")
    halt(adopted, old.in_words())
    words = "\n".join(["", "", "", "y", "y", "yes", "read again", "y", "y", "", answer, ""])
    result = adopt(root, "hiccups", new, words, "--from", adopted, day="2026-11-20")
    assert result.exit_code == 0, result.output
    assert "is suspended since 2026-11-10 09:30 by A. Example: a batch was recalled" in result.output
    assert [one.document.version for one in read_adoption(new).halted] == ["2027.1"] * halted


def test_a_suspension_of_the_same_version_stays_and_one_that_is_over_goes(two_versions):
    root, adopted, new = two_versions
    document = read_adoption(adopted).documents[-1].in_words()
    halt(adopted, document, more="    until: 2026-11-12\n")
    result = adopt(root, "hiccups", new, "\n\n\n\n", "--from", adopted, day="2026-11-12")
    assert result.exit_code == 0, result.output
    assert [one.in_words() for one in read_adoption(new).halted] == [
        f"{document} is suspended since 2026-11-10 09:30 until 2026-11-13 00:00 by A. Example: a batch was recalled"
    ]
    later = new.with_name("later.yaml")
    assert adopt(root, "hiccups", later, "\n\n\n\n", "--from", adopted, day="2026-11-13").exit_code == 0
    assert read_adoption(later).halted == ()


def test_a_practitioner_who_ended_or_signed_for_nothing_is_left_out_and_said_so(changed):
    root, adopted, new, *_ = changed
    rewrite(adopted, ("until: 2027-01-30", "until: 2026-11-15"))
    answers = "\n".join(["", "", "", "y", "y", "yes", "read again", "y", "", ""])
    result = adopt(root, "hiccups", new, answers, "--from", adopted, day="2026-11-20")
    assert result.exit_code == 0, result.output
    assert "2012345 ended on 2026-11-15 and is left out." in result.output
    assert [one.gphc_number for one in read_adoption(new).practitioners] == ["2012346"]


@pytest.mark.parametrize(("signs", "documents"), [("y", 3), ("n", 2)])
def test_a_practitioner_signs_again_for_what_changed_and_stays_for_what_did_not(two_versions, signs, documents):
    root, adopted, new = two_versions
    rewrite(root / "hiccups" / "placebo-syrup.yaml", ("version: 2026.1", "version: 2026.2"))
    publish(root)
    result = adopt(root, "hiccups", new, f"\n\n\n{signs}\n{signs}\n\n", "--from", adopted)
    assert result.exit_code == 0, result.output
    assert "2012345: hiccups placebo-syrup 2026.2\n" in result.output
    assert [len(one.authorised_for) for one in read_adoption(new).practitioners] == [documents] * 2


def test_a_practitioner_is_asked_to_sign_for_a_document_that_is_new(two_versions):
    root, adopted, new = two_versions
    document = next(one for one in read_adoption(adopted).documents if one.document == "placebo-lozenge")
    name, clauses = document.in_words(), clauses_of(load(root).newest("hiccups"))[document]
    words = re.sub(rf"  {re.escape(name)}: .*\n|      - {re.escape(name)}\n", "", adopted.read_text(encoding="utf-8"))
    start = words.index(f"  {name}:\n")
    adopted.write_text(words[:start] + words[words.index("  hiccups ", start + 3) :], encoding="utf-8")

    result = adopt(root, "hiccups", new, "\n\n\n" + "y\n" * len(clauses) + "y\ny\n\n", "--from", adopted)
    assert result.exit_code == 0, result.output
    assert f"0 clauses changed, {len(clauses)} added" in result.output
    assert f"2012345: {name}\n" in result.output
    assert {len(one.authorised_for) for one in read_adoption(new).practitioners} == {3}


# Drafts

DRAFTS = ("emergency-contraception", "blood-pressure-check")


def adopted_with_drafts(folder, *conditions):
    """What is said where an organisation adopts conditions as they ship, and the record that is written."""
    held = [load().newest(condition) for condition in conditions]
    items = ["yes", HOW] * sum(len(one.open_items) for one in held)
    words = ["FW844", "n", "2026-11-01 to 2027-01-30", "A. O'Example", "superintendent pharmacist", *items, "", ""]
    record = folder / "adoption.yaml"
    ran = run("adopt", *conditions, "--to", record, "--as-of", "2026-11-21", input="\n".join(words))
    assert ran.exit_code == 0, ran.output
    return ran.output, record


def test_a_draft_is_called_one_at_the_start_beside_itself_and_at_the_end(tmp_path):
    said, _ = adopted_with_drafts(tmp_path, "shingles", *DRAFTS)
    drafts = [one for condition in DRAFTS for one in documents_to_adopt(load().newest(condition))]
    before, asked, after = said.partition("ODS code of the pharmacy")[0], said, said.partition("\nWritten. ")[2]
    told = f"{len(drafts)} of these documents are drafts. {NOT_PERMITTED_BY_A_DRAFT}"

    assert before.index(told) < before.index(drafts[0].digest)
    assert told in after
    for one in drafts:
        assert f"{one.digest}  DRAFT: permits nothing\n" in asked
    for one in documents_to_adopt(load().newest("shingles")):
        assert f"{one.digest}\n" in asked


def test_a_draft_is_called_one_where_an_earlier_record_is_adopted_again(tmp_path):
    _, record = adopted_with_drafts(tmp_path, DRAFTS[1])
    ran = run(
        "adopt", DRAFTS[1], "--from", record, "--to", tmp_path / "new.yaml", "--as-of", "2026-11-22", input="\n" * 20
    )

    assert ran.exit_code == 0, ran.output
    assert ran.output.count(f"1 of these documents is a draft. {NOT_PERMITTED_BY_A_DRAFT}") == 2


def test_nothing_is_said_of_drafts_where_there_is_none(said_and_written):
    assert "draft" not in said_and_written[0].lower()


def test_a_draft_is_called_one_where_it_is_laid_on_the_bench(tmp_path):
    said = run("bench", "start", DRAFTS[1], "--out", tmp_path / "bench.yaml", "--as-of", "2026-11-21").output
    assert f"Drafts: {documents_to_adopt(load().newest(DRAFTS[1]))[0].in_words()}. {NOT_PERMITTED_BY_A_DRAFT}" in said

    said = run("bench", "start", "shingles", "--out", tmp_path / "other.yaml", "--as-of", "2026-11-21").output
    assert "raft" not in said
