"""The faults of adoptions that were found: each planted on a sound record of the content as it ships is refused, for its reason."""

from datetime import datetime
from pathlib import Path

import pytest

from pharmacyfirst import NoPermit, Permit, authorise, load
from pharmacyfirst.authority.permit import Channel
from pharmacyfirst.content.adoption import read_adoption
from pharmacyfirst.content.text import ContentRefused
from pharmacyfirst.exact import read

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SOUND = (EXAMPLES / "adoption.yaml").read_text(encoding="utf-8")
FACTS = read((EXAMPLES / "uti-supply.json").read_bytes())
AT = datetime(2026, 11, 21, 10, 30)
PATHWAY = load().in_force("uncomplicated-uti", AT.date())
PRACTITIONER = SOUND[SOUND.index("  2012345:\n") : SOUND.index("clauses:\n")]
LISTED = "\n".join(f"      - uncomplicated-uti {name} 2026.2" for name in ("pathway", "nitrofurantoin"))


@pytest.fixture
def ask(tmp_path):
    """Asks for a permit under a record with these words."""

    def ask(words, at=AT, number="2012345"):
        path = tmp_path / "adoption.yaml"
        path.write_text(words, encoding="utf-8")
        return authorise(PATHWAY, FACTS, read_adoption(path), number, Channel.IN_PERSON, at)

    return ask


def planted(old, new):
    assert old in SOUND
    return SOUND.replace(old, new, 1)


def test_the_record_is_sound_without_them(ask):
    assert isinstance(ask(SOUND), Permit)


# C9: the mistake, by the name that its file had, and what is said of it.
MISTAKES = {
    "anchor": (planted("organisation: FW844", "organisation: &a FW844"), "this is an anchor"),
    "tag": (planted("organisation: FW844", "organisation: !!binary FW844"), "this is a tag"),
    "hidden": (
        planted("'superintendent pharmacist'", '"superintendent\\u202epharmacist"'),
        "nobody can see stands here, U+202E",
    ),
    "distance-dup": (
        planted("distance selling: no\n", "distance selling: no\ndistance selling: yes\n"),
        "stands here a second time, first on line 3",
    ),
    "dup-in-force": (
        planted("signed by:", "in force: 2026-11-01 to 2026-11-10\nsigned by:"),
        "stands here a second time, first on line 4",
    ),
    "dup-practitioner-revoked-second": (
        planted(PRACTITIONER, PRACTITIONER + PRACTITIONER.replace("2027-01-30", "2026-01-01")),
        "stands here a second time",
    ),
    # Others of the kind.
    "practitioner twice, in other letters": (
        planted(PRACTITIONER, PRACTITIONER + PRACTITIONER.replace("2012345", "'2012345 '")),
        "stands here a second time",
    ),
    "practitioner twice, with a blank": (
        planted(PRACTITIONER, PRACTITIONER + PRACTITIONER.replace("2012345", "'201 2345'")),
        "String should match pattern",
    ),
    "open item twice": (planted("  UTI-O2:", "  UTI-O1:"), "stands here a second time"),
    "document twice": (
        planted("open items:", f"  {LISTED.split('- ')[-1]}: sha256:{'0' * 64}\nopen items:"),
        "second time",
    ),
    "alias": (planted("role: 'superintendent pharmacist'", "role: *a"), "points at another place"),
    "two documents": (f"{SOUND}---\n{SOUND}", "a second document begins here"),
    "merge key": (planted("practitioners:\n", "practitioners:\n  <<: 1\n"), "String should match pattern"),
    "flow": (planted(LISTED, "      [uncomplicated-uti pathway 2026.2]"), "brackets are not used"),
    "hidden plain": (planted("A. Example", "A. Exam\u200bple"), "nobody can see stands here, U+200B"),
    "cut off": (SOUND[: SOUND.index("documents:")], "documents: Field required"),
    "form of before": (planted("open items:", "cleared:"), "Extra inputs are not permitted"),
    # C10: days that are no calendar days as people write them.
    "week date": (planted("signed on: 2026-11-01", "signed on: 2026-W45-7"), "Input should be a valid date"),
    "week date of an answer": (planted("    on: 2026-11-01", "    on: 2026-W45-7"), "Input should be a valid date"),
    "days without dashes": (planted("signed on: 2026-11-01", "signed on: 20261101"), "Input should be a valid date"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_refuses_the_whole_record_for_its_reason(ask, name):
    words, says = MISTAKES[name]
    with pytest.raises(ContentRefused) as refused:
        ask(words)
    assert says in str(refused.value)
    assert "nothing was loaded" in str(refused.value)


def reasons(answer):
    assert isinstance(answer, NoPermit)
    return [(one.code, one.says) for one in answer.reasons]


def test_says_wrong(ask):
    """C8: an open item that was looked into and is wrong was counted as settled."""
    how = "the signed PGD says 250 mg: ours is WRONG and must change"
    words = SOUND.replace("agrees: yes", "agrees: no").replace("example only: nobody has looked", how)
    found = reasons(ask(words))
    assert {code for code, _ in found} == {"open_item_disagrees"}
    assert len(found) == len(PATHWAY.open_items)
    assert all(says.endswith(f"does not agree (A. Example, 2026-11-01): {how}") for _, says in found)


@pytest.mark.parametrize("at", [datetime(2026, 11, 1), datetime(2026, 11, 1, 23, 59, 59)])
def test_a_record_is_signed_by_the_day_it_says(ask, at):
    assert isinstance(ask(SOUND, at=at), Permit)


def test_a_record_that_will_be_signed_permits_nothing_yet(ask):
    """C10: signed on a day to come."""
    assert reasons(ask(planted("signed on: 2026-11-01", "signed on: 2026-11-22"))) == [
        ("adoption_not_signed", "the adoption was signed on 2026-11-22, which is after 2026-11-21")
    ]


def test_a_practitioner_who_ended_gets_no_permit(ask):
    words = SOUND.replace("    until: 2027-01-30", "    until: 2026-01-01")
    assert reasons(ask(words)) == [
        ("practitioner_expired", "the practitioner is authorised until 2026-01-01, not on 2026-11-21")
    ]


def test_a_number_that_nobody_has_is_not_that_of_somebody_without_rights(ask):
    assert [code for code, _ in reasons(ask(SOUND, number="2999999"))] == ["practitioner_not_known"]
