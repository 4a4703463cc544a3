"""`bench`, as an organisation would use it: what is written, what is refused, and that a supply is permitted only when two people agree."""

import re
from dataclasses import replace
from datetime import date, datetime

import pytest
from adopted import publish
from at_the_bench import DAY, FIRST, SECOND, answer_all, bench, entry, made_up, write_in
from shares import of_each

from pharmacyfirst import Permit, authorise, load
from pharmacyfirst.authority.adoption import documents_to_adopt
from pharmacyfirst.authority.bench import Bench, BenchAnswer, ClauseFound
from pharmacyfirst.authority.clauses import backings_of, clauses_of
from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.content.adoption import read_adoption
from pharmacyfirst.content.bench import bench_written, read_bench
from pharmacyfirst.content.cases import answers_that_fit
from pharmacyfirst.kernel.frozen import Frozen

ADOPTS = "FW844\nn\n2026-11-01 to 2027-01-30\nC. Test\nsuperintendent pharmacist\n2012345\npharmacist\n\n\n"


@pytest.fixture
def started(tmp_path):
    root, file = made_up(tmp_path), tmp_path / "bench.yaml"
    result = bench(root, "start", "hiccups", "--out", file)
    assert result.exit_code == 0, result.output
    return root, file


@pytest.fixture
def answered(started):
    answer_all(started[1])
    return started


def confirmed(root, file, by=SECOND, day=DAY):
    return bench(root, "confirm", file, "--by", by, day=day, input="y\n")


def test_every_clause_is_laid_out_in_our_words_with_its_sources_and_open_items(started):
    root, file = started
    pathway, words = load(root).newest("hiccups"), file.read_text(encoding="utf-8")
    for document, clauses in clauses_of(pathway).items():
        assert f"  {document.in_words()}:\n" in words
        for clause in clauses:
            assert f"digest: {clause.digest}\n" in words
    behind = backings_of(pathway)[documents_to_adopt(pathway)[0]]
    evidence = next(one for backings in behind.values() for backing in backings for one in backing.evidence)
    assert f"# source: {evidence.in_words()}\n" in words
    assert "# open: HIC-O1\n" in words
    assert read_bench(file).answers == {}


def test_two_people_carry_a_condition_to_an_adoption_that_permits(answered, tmp_path):
    root, file = answered
    assert "not answered" not in (said := bench(root, "check", file)).output
    assert said.exit_code == 1  # nobody has confirmed it
    assert confirmed(root, file).exit_code == 0
    said = bench(root, "check", file)
    assert (said.exit_code, "agreed, and confirmed by a second person" in said.output) == (0, True)
    record = tmp_path / "adoption.yaml"
    result = bench(root, "adopt", file, "--to", record, input=ADOPTS)
    assert result.exit_code == 0, result.output

    pathway, adoption = load(root).newest("hiccups"), read_adoption(record)
    assert {one.item for one in adoption.checked} == {*pathway.open_items}
    assert {(one.by, one.how) for one in adoption.checked} == {(FIRST, "agrees: page 3")}
    assert adoption.agreed == {
        document: {one.name: one.digest for one in each} for document, each in clauses_of(pathway).items()
    }
    _, facts = answers_that_fit(load(root), pathway)
    at = datetime(2026, 11, 21, 10, 30)
    permit = authorise(pathway, facts, adoption, "2012345", Channel.IN_PERSON, at)
    assert isinstance(permit, Permit), permit


def test_nothing_is_adopted_before_a_second_person_confirmed(answered, tmp_path):
    root, file = answered
    result = bench(root, "adopt", file, "--to", tmp_path / "a.yaml", input=ADOPTS)
    assert result.exit_code != 0
    assert "nobody has confirmed it" in result.output
    assert not (tmp_path / "a.yaml").exists()


@pytest.mark.parametrize("by", [FIRST, "a.  EXAMPLE"])
def test_nobody_confirms_what_they_answered(answered, by):
    result = confirmed(*answered, by=by)
    assert "a second person has to" in result.output
    assert read_bench(answered[1]).confirmed == {}


def test_a_confirmation_is_of_the_answers_as_they_stood(answered):
    root, file = answered
    confirmed(root, file)
    name = next(iter(clauses_of(load(root).newest("hiccups")).values()))[0].name
    before = entry(file, name)
    write_in(file, (before, before.replace("where: 'page 3'", "where: 'page 4'")))
    said = bench(root, "check", file)
    assert said.exit_code == 1
    assert "it was changed since it was confirmed" in said.output


def test_who_wrote_their_own_confirmation_by_hand_is_found(answered):
    root, file = answered
    confirmed(root, file)
    write_in(file, (f"by: '{SECOND}'", f"by: '{FIRST}'"))
    said = bench(root, "check", file)
    assert (said.exit_code, "a second person has to" in said.output) == (1, True)


@pytest.mark.parametrize(
    ("found", "where", "says", "wrong"),
    [
        ("differs", "page 3", "", "write what the signed document says"),
        ("agrees", "", "", "name the page or section"),
        ("perhaps", "page 3", "", "found"),
        ("not in the document, may stand", "page 3", "", "why the clause may stand"),
    ],
)
def test_an_answer_that_does_not_say_enough_is_refused_in_its_place(started, found, where, says, wrong):
    root, file = started
    answer_all(file)
    name = load(root).newest("hiccups").stopping[0].id
    lines = entry(file, name)
    changed = lines.replace("found: agrees", f"found: {found}").replace("where: page 3", f"where: {where}".rstrip())
    write_in(file, (lines, changed))
    said = bench(root, "check", file)
    assert wrong in said.output
    before = file.read_text(encoding="utf-8").split(f"    {name}:\n")[0].count("\n")
    (line,) = map(int, re.findall(r"bench.yaml:(\d+):", said.output))
    assert before < line <= before + len(lines.splitlines())


def test_our_words_cannot_be_changed_in_the_file(answered):
    root, file = answered
    clause = next(iter(clauses_of(load(root).newest("hiccups")).values()))[0]
    write_in(file, (f"- '{clause.lines[0]}'\n", "- 'other words'\n"))
    said = bench(root, "check", file)
    assert said.exit_code != 0
    assert "what stands under ours: is not what its digest was made of" in said.output


def test_what_differs_keeps_it_from_being_adopted(answered, tmp_path):
    root, file = answered
    dose = load(root).newest("hiccups").pgds["placebo-syrup"].doses[0].id
    lines = entry(file, dose)
    write_in(file, (lines, lines.replace("found: agrees", "found: differs").replace("says:", "says: two spoons")))
    assert confirmed(root, file).exit_code == 0
    said = bench(root, "check", file)
    assert f"not agreed: {dose}: differs" in said.output
    result = bench(root, "adopt", file, "--to", tmp_path / "a.yaml", input=ADOPTS)
    assert result.exit_code != 0
    assert not (tmp_path / "a.yaml").exists()


def test_a_dose_never_stands_without_the_signed_document(answered):
    root, file = answered
    dose = load(root).newest("hiccups").pgds["placebo-syrup"].doses[0].id
    lines = entry(file, dose)
    stands = lines.replace("found: agrees", "found: not in the document, may stand").replace(
        "says:", "says: we like it"
    )
    write_in(file, (lines, stands))
    said = bench(root, "check", file)
    assert f"open: {dose}: it may not stand without the signed document" in said.output
    assert "Nothing was confirmed" in confirmed(root, file).output


def test_a_new_version_asks_only_for_clauses_whose_words_changed(answered, tmp_path):
    root, file = answered
    confirmed(root, file)
    pathway = load(root).newest("hiccups")
    stop = pathway.stopping[0]
    write_in(root / "hiccups" / "pathway.yaml", (stop.because, "words that nobody has seen"))
    publish(root)
    result = bench(root, "start", "hiccups", "--from", file, "--out", tmp_path / "next.yaml")
    assert "1 clauses to answer, 1 of them in other words." in result.output
    read = read_bench(tmp_path / "next.yaml")
    assert (("hiccups pathway", stop.id) in read.answers) is False
    assert {(one.by, str(one.on)) for one in read.answers.values()} == {(FIRST, DAY)}
    # What nobody touched stays confirmed; what has an open clause does not.
    assert {*read.confirmed} == {"hiccups placebo-lozenge", "hiccups placebo-syrup", "hiccups open items"}


def test_an_answer_given_to_other_words_is_none(answered):
    root, file = answered
    stop = load(root).newest("hiccups").stopping[0]
    write_in(root / "hiccups" / "pathway.yaml", (stop.because, "words that nobody has seen"))
    publish(root)
    said = bench(root, "check", file)
    assert f"open: {stop.id}: its words have changed since it was answered" in said.output


def test_a_part_can_be_laid_out_alone_and_is_joined_again(started, tmp_path):
    root, _ = started
    files = []
    for part in ("pathway", "placebo-syrup", "placebo-lozenge"):
        files.append(tmp_path / f"{part}.yaml")
        result = bench(root, "start", f"hiccups/{part}", "--out", files[-1])
        assert result.exit_code == 0, result.output
        answer_all(files[-1])
        assert confirmed(root, files[-1]).exit_code == 0
    assert bench(root, "check", *files).exit_code == 0
    assert "open items: HIC-O1: not answered" in bench(root, "adopt", *files, "--to", tmp_path / "a.yaml").output


def test_a_file_that_may_have_been_filled_in_is_never_written_over(answered):
    root, file = answered
    before = file.read_bytes()
    assert bench(root, "start", "hiccups", "--out", file).exit_code == 1
    assert file.read_bytes() == before


def test_what_was_answered_after_the_signature_is_not_adopted(started, tmp_path):
    root, file = started
    answer_all(file, on="2026-11-05")
    assert confirmed(root, file, day="2026-11-05").exit_code == 0
    result = bench(root, "adopt", file, "--to", tmp_path / "a.yaml", input=ADOPTS, day="2026-11-04")
    assert "after the day on which it is to be signed" in result.output


@pytest.mark.parametrize("condition", of_each(load().conditions))
def test_all_that_ships_can_be_laid_out_and_read_back(condition, tmp_path):
    laid = Bench(load().newest(condition))
    answers = {
        (sheet.of, one.name): BenchAnswer(
            one.digest, ClauseFound.AGREES, "p. 3: 'x' #", "", "A. O'Example", date(2026, 11, 1)
        )
        for sheet in laid.sheets
        for one in sheet.clauses
    }
    file = tmp_path / "bench.yaml"
    file.write_text(bench_written(Bench(laid.pathway, Frozen(answers))), encoding="utf-8")
    assert read_bench(file).answers == answers


def test_a_draft_is_not_adopted_because_it_would_permit_nothing(answered):
    root, file = answered
    assert confirmed(root, file).exit_code == 0
    (root / "published.yaml").unlink()
    said = bench(root, "check", file)
    assert said.exit_code == 1
    assert "it is a draft" in bench(root, "adopt", file, "--to", root / "a.yaml", input=ADOPTS).output


def test_a_condition_without_open_items_can_be_adopted():
    pathway = replace(load().newest("shingles"), open_items=Frozen())
    on = date(2026, 11, 1)
    laid = Bench(pathway)
    answers = {
        (sheet.of, one.name): BenchAnswer(one.digest, ClauseFound.AGREES, "p. 3", "", FIRST, on)
        for sheet in laid.sheets
        for one in sheet.clauses
    }
    laid = Bench(pathway, Frozen(answers))
    seconds = {sheet.of: laid.confirm(sheet, SECOND, on) for sheet in laid.sheets if sheet.clauses}
    assert Bench(pathway, Frozen(answers), Frozen(seconds)).checked(on) == ()
