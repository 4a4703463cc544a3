"""A pathway is proved again at every save: content first, then what fails, each time."""

import shutil
import time
from threading import Thread

import pytest
from proof.proving import LIBRARY

from pharmacyfirst.proof.watch import condition_of, proved_again, stamps, watch

CONDITION = "uncomplicated-uti"


@pytest.fixture
def root(tmp_path):
    """A copy of the content in which a file may be changed: what is published may not, and would be refused for that."""
    copied = shutil.copytree(LIBRARY.root, tmp_path / "pathways")
    (copied / "published.yaml").unlink()
    return copied


def rewrite(root, old, new):
    path = root / CONDITION / "pathway.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_file_or_a_folder_leads_to_its_condition(root):
    assert condition_of(root / CONDITION) == (root, CONDITION)
    assert condition_of(root / CONDITION / "nitrofurantoin.yaml") == (root, CONDITION)


def test_mistakes_of_the_content_are_shown_first_and_nothing_is_proved(root):
    rewrite(root, "when: rigors is yes", "when: rigours is yes")

    said = "\n".join(proved_again(root, CONDITION))

    assert 'Did you mean "rigors"?' in said
    assert "does not load, so nothing was proved" in said


def test_what_fails_is_shown_with_its_patient_and_the_time(root):
    rewrite(root, "must: age_years is 16 to 64", "must: age_years is 16 to 94")

    said = "\n".join(proved_again(root, CONDITION))

    assert "Nobody of 65 or over is offered nitrofurantoin." in said
    assert "nearest patient: age_years 65 -> supply: nitrofurantoin 100 mg [UTI-NIT-D1] (decided by UTI-T1)" in said
    assert "1 FAIL" not in said  # that a urinary infection at 65 is not for this service fails too
    assert "2 FAIL" in said
    assert "s from the file to the proof" in said


def test_nothing_is_said_of_what_holds(root):
    title, total, seconds = proved_again(root, CONDITION)

    assert title.startswith("Uncomplicated urinary tract infection")
    assert "0 FAIL" in total
    assert seconds.endswith("s from the file to the proof")


def test_it_says_nothing_until_a_file_is_saved_and_then_proves_again(root):
    rounds = []
    watching = Thread(target=watch, args=(root / CONDITION, rounds.append, 2), daemon=True)
    watching.start()
    ended = time.monotonic() + 60
    while not any("watching" in line for line in rounds):
        assert time.monotonic() < ended
        time.sleep(0.05)
    before = len(rounds)
    time.sleep(0.7)
    assert len(rounds) == before

    rewrite(root, "when: rigors is yes", "when: rigours is yes")
    watching.join(60)

    assert not watching.is_alive()
    assert any("rigours" in line for line in rounds[before:])


def test_every_file_that_the_proof_reads_is_looked_at(root):
    looked = {path.relative_to(root).as_posix() for path in stamps(root, CONDITION)}

    assert {f"{CONDITION}/pathway.yaml", f"{CONDITION}/cases.yaml", "shared/questions.yaml"} <= looked
