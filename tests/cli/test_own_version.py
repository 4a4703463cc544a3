"""An organisation's own version: made beside what ships, proved, told whom it changes, and approved by somebody else than its editor."""

import pytest
from at_the_bench import FIRST, SECOND, answer_all, bench, made_up, write_in

from pharmacyfirst import load
from pharmacyfirst.authority.clauses import clauses_of
from pharmacyfirst.content.own_version import next_own, read_own_version

CONDITION = "snoring"


@pytest.fixture
def own(tmp_path):
    """A made-up condition with an own version, in which fewer snores rule a spray out, and one reason has other words."""
    root = made_up(tmp_path)
    result = bench(root, "draft", CONDITION, "--into", tmp_path / "ours")
    assert result.exit_code == 0, result.output
    stop = load(root).newest(CONDITION).stopping[0]
    ours = tmp_path / "ours" / CONDITION
    write_in(ours / "pathway.yaml", (stop.because, "the signed document has these words"))
    write_in(ours / "placebo-spray.yaml", ("snores_an_hour is above 900", "snores_an_hour is above 800"))
    return root, tmp_path / "ours", stop.id


def edited(own, by=FIRST):
    return bench(own[0], "edited", own[1], "--by", by)


def approved(own, by=SECOND):
    return bench(own[0], "approve", own[1], "--by", by, input="y\n")


def drafts(root):
    pathway = load(root).newest(CONDITION)
    return {pathway.edition.draft, *(one.edition.draft for one in pathway.pgds.values())}


@pytest.mark.parametrize(
    ("version", "own"), [("2026.2", "2026.2001"), ("2026.2001", "2026.2002"), ("2026.12", "2026.12001")]
)
def test_an_own_version_is_one_that_no_publisher_uses(version, own):
    assert next_own(version) == own


def test_a_draft_has_a_version_of_its_own_and_leaves_what_ships_alone(own):
    root, ours, _ = own
    before, after = load(root), load(ours)
    assert before.newest(CONDITION).edition.version == "2026.1"
    assert {one.edition.version for one in after.newest(CONDITION).pgds.values()} == {"2026.1001"}
    assert (drafts(root), drafts(ours)) == ({False}, {True})
    assert after.newest("yawning").content_digest == before.newest("yawning").content_digest


def test_a_second_person_approves_what_the_first_edited_and_it_can_be_adopted(own, tmp_path):
    root, ours, _ = own
    said = edited(own)
    assert said.exit_code == 0, said.output
    assert "Proved: snoring 2026.1001" in said.output
    assert "SNO-SPR-X5" in said.output  # who changes, and by what
    assert drafts(ours) == {True}  # its editor alone publishes nothing
    assert approved(own).exit_code == 0
    assert drafts(ours) == {False}
    held = read_own_version(ours).says
    assert (held.edited.by, held.approved.by) == (FIRST, SECOND)
    assert held.edited.documents == held.approved.documents == read_own_version(ours).digests

    before, after = tmp_path / "bench.yaml", tmp_path / "own.yaml"
    bench(root, "start", CONDITION, "--out", before)
    answer_all(before)
    said = bench(ours, "start", CONDITION, "--from", before, "--out", after)
    then = {document.of(): each for document, each in clauses_of(load(root).newest(CONDITION)).items()}
    now = clauses_of(load(ours).newest(CONDITION))
    changed = sum(one not in then[document.of()] for document, each in now.items() for one in each)
    assert f"Written. {changed} clauses to answer, {changed} of them in other words." in said.output


def test_whoever_edited_does_not_approve(own):
    edited(own)
    said = approved(own, by="a. EXAMPLE")
    assert "a second person has to" in said.output
    assert drafts(own[1]) == {True}


def test_nothing_is_approved_that_was_changed_after_its_editor_put_it_down(own):
    edited(own)
    write_in(own[1] / CONDITION / "pathway.yaml", ("the signed document has these words", "somebody has other words"))
    assert "changed since its editor put it down" in approved(own).output
    assert drafts(own[1]) == {True}


def test_a_mistake_in_the_sentence_language_is_said_as_the_loader_says_it(own):
    _, ours, _ = own
    path = ours / CONDITION / "pathway.yaml"
    write_in(path, ("when: nightcap is yes", "when: night_cap is yes"))
    said = edited(own)
    assert said.exit_code != 0
    assert "pathways/snoring/pathway.yaml:" in said.output
    assert "nightcap" in said.output  # what was meant
    assert not is_put_down(ours)


def is_put_down(ours):
    return "edited:" in (ours / "own-version.yaml").read_text(encoding="utf-8")


def test_what_fails_a_proof_is_not_put_down(tmp_path):
    root = made_up(tmp_path)
    bench(root, "draft", "hiccups", "--into", tmp_path / "ours")  # made so that a property of it fails
    said = edited((root, tmp_path / "ours"))
    assert (said.exit_code, "It is not proved" in said.output) == (1, True)
    assert not is_put_down(tmp_path / "ours")


def test_an_approved_version_never_changes(own):
    edited(own)
    approved(own)
    assert "never changes" in edited(own).output
