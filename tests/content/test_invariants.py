"""The file of invariants: what it must hold, how each sentence is read for each condition, and its mistakes with their places."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pharmacyfirst import load
from pharmacyfirst.content.files import INVARIANTS
from pharmacyfirst.content.invariants import NOTHING_SAID, invariants_of
from pharmacyfirst.content.text import ContentRefused
from pharmacyfirst.kernel.evidence import Grade
from pharmacyfirst.kernel.outcome import Kind

ON = date(2026, 11, 21)
LIBRARY = load()
SHIPPED = invariants_of(LIBRARY)

FILE = """\
sources:
  S1:
    says: a source
invariants:
  INV-N1:
    says: Nobody who may be allergic to penicillin is offered one.
    never:
      - penicillin_allergy is yes
      - offer of amoxicillin or flucloxacillin
    evidence: corroborated S1
"""


def read(words, tmp_path):
    (tmp_path / INVARIANTS).write_text(words, encoding="utf-8")
    return invariants_of(replace(LIBRARY, root=tmp_path))


def refused(words, tmp_path):
    with pytest.raises(ContentRefused) as error:
        read(words, tmp_path)
    return str(error.value)


def with_line(old, new):
    assert old in FILE
    return FILE.replace(old, new)


def test_at_least_sixty_sentences_ship_each_with_source_and_grade():
    assert len(SHIPPED.invariants) >= 60
    assert len({one.says for one in SHIPPED.invariants}) == len(SHIPPED.invariants)
    for one in SHIPPED.invariants:
        assert one.backing.evidence, one.id
        assert all(line.sources for line in one.backing.evidence), one.id
        assert one.claims, f"{one.id} can be said for no condition"


def test_what_is_inferred_says_what_it_stands_on():
    for one in SHIPPED.invariants:
        for line in one.backing.evidence:
            assert line.grade is not Grade.UNKNOWN or line.about, one.id


def test_nothing_that_ships_is_known_to_fail():
    assert not [one.id for one in SHIPPED.invariants if one.fails]


def test_how_somebody_is_referred_while_answers_are_missing_can_be_said(tmp_path):
    words = with_line("offer of amoxicillin or flucloxacillin", "if not answered is refer urgent").replace(
        "    never", "    for: impetigo\n    never"
    )
    (one,) = read(words, tmp_path).invariants

    assert set(one.claims) == {"impetigo"}
    assert one.claims["impetigo"].comes[0].unanswered is Kind.REFER_URGENT


def test_a_sentence_is_about_the_conditions_that_offer_its_medicines(tmp_path):
    (one,) = read(FILE, tmp_path).invariants

    assert set(one.claims) == {"acute-otitis-media", "impetigo", "infected-insect-bites"}
    assert one.claims["impetigo"].person[0].in_words() == "penicillin_allergy is yes"
    assert one.claims["impetigo"].comes[0].pgds == ("amoxicillin", "flucloxacillin")


def test_without_a_file_nothing_is_said(tmp_path):
    assert invariants_of(replace(LIBRARY, root=tmp_path)) is NOTHING_SAID


def test_a_question_that_a_condition_does_not_ask_is_a_mistake_until_it_is_listed(tmp_path):
    words = with_line("penicillin_allergy is yes", "bullous_impetigo is yes")

    said = refused(words, tmp_path)
    assert 'for acute-otitis-media: "bullous_impetigo" is not a question in this file' in said
    assert 'Or write acute-otitis-media under "cannot be said for".' in said

    listed = words + "    cannot be said for: acute-otitis-media, infected-insect-bites\n"
    (one,) = read(listed, tmp_path).invariants
    assert set(one.claims) == {"impetigo"}
    assert one.cannot == ("acute-otitis-media", "infected-insect-bites")


def test_what_is_listed_as_not_to_be_said_and_can_be_is_a_mistake(tmp_path):
    said = refused(FILE + "    cannot be said for: impetigo\n", tmp_path)

    assert "it can be said for impetigo" in said


MISTAKES = {
    "no word of what comes out": (
        ("      - offer of amoxicillin or flucloxacillin\n", ""),
        "nothing says what comes out",
    ),
    "a PGD that nobody has": (("offer of amoxicillin", "offer of amoxicilin"), '"amoxicilin" is not a PGD'),
    "an answer misspelt": (("penicillin_allergy is yes", "penicillin_allergy is maybe"), '"penicillin_allergy" is answered yes or no'),
    "no form": (("never:", "nevr:"), '"nevr" is not a heading of an invariant'),
    "two forms": (("    evidence: corroborated S1", "    possible: supply\n    evidence: corroborated S1"), "one of never, possible, always"),
    "when without always": (("    never:", "    when: penicillin_allergy is no\n    never:"), "one of never, possible, always"),
    "an outcome misspelt": (("offer of amoxicillin or flucloxacillin", "outcome is refered"), '"refered" is not an outcome'),
    "a dose without a limit": (
        ("offer of amoxicillin or flucloxacillin", "daily dose of amoxicillin is about 3 mg"), 'nothing says what comes out',
    ),
    "a course after the first day": (
        ("offer of amoxicillin or flucloxacillin", "course of amoxicillin after the first day is above 5 days"),
        'nothing says what comes out',
    ),
    "a source that is not there": (("corroborated S1", "corroborated S2"), '"S2" is not a source of this file'),
    "a grade without a source": (("corroborated S1", "corroborated"), '"corroborated" without a source'),
    "a condition that is not there": (("    evidence", "    for: impetigoo\n    evidence"), '"impetigoo" is no condition'),
    "an id that is none": (("INV-N1:", "first:"), '"first" is not an id'),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_shown_at_its_place_with_how_to_mend_it(name, tmp_path):
    (old, new), what = MISTAKES[name]
    said = refused(with_line(old, new), tmp_path)

    assert what in said
    assert f"{INVARIANTS}:" in said
    assert "nothing was loaded" in said


def test_a_failure_is_listed_by_version_and_condition(tmp_path):
    fails = """\
    fails for:
      impetigo:
        version: 2026.2
        set:
          penicillin_allergy: no
        unset: breastfeeding
        outcome: supply
      acute-otitis-media:
        version: 2025.9
        outcome: refer
"""
    (one,) = read(FILE + fails, tmp_path).invariants

    ((key, listed),) = one.fails.items()
    assert key == ("impetigo", "2026.2")
    assert (dict(listed.facts), listed.unset, listed.kind) == (
        {"penicillin_allergy": False},
        ("breastfeeding",),
        Kind.SUPPLY,
    )


def test_a_failure_is_listed_for_a_condition_it_is_said_of_only(tmp_path):
    said = refused(
        FILE + "    fails for:\n      shingles:\n        version: 2026.2\n        outcome: supply\n", tmp_path
    )

    assert '"shingles" cannot be listed here' in said


def test_what_never_decides_alone_names_rules_of_its_condition(tmp_path):
    words = FILE + "never decides alone:\n  impetigo:\n    IMP-CLA-X2: a second lock\n    IMP-CLA-X99: another\n"
    said = refused(words, tmp_path)

    assert 'nothing of impetigo is called "IMP-CLA-X99"' in said
    assert "IMP-CLA-X2" not in said.partition("\n")[0]


def test_an_implausible_person_is_read_where_the_questions_are_asked(tmp_path):
    words = (
        FILE
        + "implausible:\n  heavy:\n    says: no child of 1 weighs 40 kg\n    never:\n      - age_years is 1\n      - weight_kg is at least 40\n    evidence: inferred S1\n"
    )
    implausible = read(words, tmp_path).implausible

    assert [len(implausible[one]) for one in ("impetigo", "shingles")] == [1, 0]


def test_the_made_up_file_uses_every_heading_and_reads():
    read = invariants_of(load(Path(__file__).resolve().parents[1] / "bad" / "good"))

    assert [one.form for one in read.invariants] == ["never", "always", "possible"]
    assert read.invariants[1].cannot == ("yawning", "snoring")
    assert not read.invariants[2].fails, "it failed in a version that is not there"
    assert read.never_alone["hiccups"] == {"HIC-E4": "a second lock"}


def test_the_file_stands_under_no_digest(tmp_path):
    """With it and without it every document has the same digest, and is published with the same."""
    with_it = Path(__file__).resolve().parents[1] / "bad" / "good"
    without = Path(shutil.copytree(with_it, tmp_path / "pathways"))
    (without / INVARIANTS).unlink()

    def editions(root):
        every = [one.pathway for stretches in load(root).stretches.values() for one in stretches]
        return [(one.edition, one.content_digest, {id: pgd.edition for id, pgd in one.pgds.items()}) for one in every]

    assert editions(without) == editions(with_it)
    assert any(not edition.draft for edition, _, _ in editions(without))
    assert invariants_of(load(without)) is NOTHING_SAID


def test_a_source_of_every_file_may_be_cited_and_not_given_again(tmp_path):
    cites = with_line("evidence: corroborated S1", "evidence: corroborated S1 L-PEN")
    cites = cites.replace("    evidence:", "    for: acute-sore-throat, acute-otitis-media, impetigo\n    evidence:")
    assert read(cites, tmp_path).invariants[0].backing.evidence[0].sources == ("S1", "L-PEN")

    said = refused(
        cites.replace("  S1:\n    says: a source\n", "  S1:\n    says: a source\n  L-PEN:\n    says: mine\n"), tmp_path
    )
    assert '"L-PEN" stands in pathways/shared/sources.yaml too' in said
