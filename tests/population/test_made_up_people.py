"""Made-up people: the same from the same seed, with the shares that are said, and judged and written down as the kernel says."""

import csv
import hashlib
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from cli.the_program import program, run

import pharmacyfirst
from pharmacyfirst import Refused, load
from pharmacyfirst.content.population import read_population
from pharmacyfirst.content.text import ContentRefused
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.questions import AGE, LIFE_THREATENING, asked
from pharmacyfirst.population import consultations
from pharmacyfirst.population.answers import EVERY_CONDITION, JOINED, NOT_ASKED
from pharmacyfirst.population.chance import Chance, Wheel, shared_out
from pharmacyfirst.population.consultations import MadeUp, pharmacy_code, shipped_population
from pharmacyfirst.population.files import planted_beside

LIBRARY = load()
PEOPLE = shipped_population()
SHIPPED = Path(pharmacyfirst.__file__).parent / "population" / "population.yaml"


ROWS = 1_200


@pytest.fixture(scope="module")
def block():
    return MadeUp(LIBRARY, PEOPLE, ROWS, 7, lacking=Decimal("0.2")).block(0)


def test_chance_is_the_same_on_every_machine():
    assert list(Chance(1, "a").numbers("age", 5)) == [2024, 22161, 61355, 15193, 1369]
    drawn = Wheel([1, 2, 97]).drawn(Chance(1), "anything", 20_000)
    assert hashlib.sha256(drawn).hexdigest()[:16] == "cc43d2317787d140"


@pytest.mark.parametrize(
    ("whole", "shares", "parts"),
    [(10, [1, 1, 1], [4, 3, 3]), (7, [0, 5], [0, 7]), (3, [1, 1, 2], [1, 1, 1]), (0, [1], [0])],
)
def test_a_whole_is_shared_out_without_a_rest(whole, shares, parts):
    assert shared_out(whole, shares) == parts


def test_what_is_drawn_has_its_share():
    drawn = Counter(Wheel([1, 3, 96]).drawn(Chance(5), "anything", 40_000))
    assert [round(100 * drawn[code] / 40_000) for code in range(3)] == [1, 3, 96]


def test_each_consultation_ends_and_is_written_down_as_the_kernel_says(block):
    """Of every third: outcome, offer, dose and quantity; of those whose answers are missing, how they are referred."""
    ended = Counter()
    for batch in block.batches:
        pathway = batch.of.pathway
        for at in range(0, len(batch), 3):
            assessment, recorded = assess(pathway, batch.facts(at), batch.days[at]), batch.recorded[at]
            kind = assessment.outcome.kind.key
            ended[kind] += 1
            assert batch.ends[at].kind == kind
            assert recorded.outcome in ({kind, assessment.if_not_answered.key} if kind == "need_facts" else {kind})
            assert (recorded.version, recorded.digest) == (pathway.edition.version, pathway.content_digest)
            if kind != "supply":
                assert recorded[1:8] == (None,) * 7
                continue
            offer = next(one for one in assessment.offers if one.pgd.id == recorded.pgd)
            assert (recorded.dose, recorded.dose_unit) == (float(offer.dose.amount), offer.dose.unit)
            assert (recorded.times_a_day, recorded.days) == (offer.row.times_a_day, offer.row.days)
            assert recorded.pgd_version == offer.pgd.edition.version
            quantities = [one.quantity and (float(one.quantity.amount), one.quantity.unit) for one in offer.supplied]
            assert (recorded.quantity and (recorded.quantity, recorded.quantity_unit)) in quantities
    assert ended["supply"] > 120
    assert ended["need_facts"] > 16
    assert len(ended) >= 7


def test_nobody_is_answered_for_what_they_are_not_asked(block):
    """Gates are judged for many at once; the kernel judges them one by one."""
    found = Counter()
    for batch in block.batches:
        pathway = batch.of.pathway
        for at in range(0, len(batch), 3):
            known = batch.facts(at)
            by_kernel = set(asked(pathway.gated, known)) - set(known) - {LIFE_THREATENING}
            by_column = {name for name, codes in batch.columns.items() if codes[at] == NOT_ASKED}
            assert by_column == by_kernel
            found.update(by_column)
    assert found["pregnancy_test_result"] > found["pregnancy"] > 0
    assert found["recurrence_limit_reached"] > 0


def test_conditions_have_their_shares_exactly_and_months_about_theirs(block):
    sizes = {batch.of.pathway.id: len(batch) for batch in block.batches}
    shares = PEOPLE.conditions.shares
    assert sizes == dict(zip(shares, shared_out(ROWS, list(shares.values())), strict=True))
    months = Counter(day.month for batch in block.batches for day in batch.days)
    whole = sum(PEOPLE.months.shares.values())
    for month, share in PEOPLE.months.shares.items():
        assert months[int(month)] / ROWS == pytest.approx(share / whole, abs=0.03)
    pharmacies = Counter(code for batch in block.batches for code in batch.pharmacies)
    assert len(pharmacies) == PEOPLE.pharmacies.count
    assert pharmacies[pharmacy_code(0)] > 3 * pharmacies[pharmacy_code(30)]


def test_so_many_lack_answers_as_are_said(block):
    def lacking(block):
        return sum(
            any(codes[at] == 0 for codes in batch.columns.values())
            for batch in block.batches
            for at in range(len(batch))
        )

    assert lacking(block) == pytest.approx(0.2 * ROWS * 0.88, rel=0.15)  # of some of these, chance takes no answer
    assert lacking(MadeUp(LIBRARY, PEOPLE, 100, 3, lacking=Decimal(0), only=("shingles",)).block(0)) == 0


def test_a_block_is_the_same_by_itself_and_no_two_are_alike(monkeypatch):
    monkeypatch.setattr(consultations, "BLOCK", 80)
    made = MadeUp(LIBRARY, PEOPLE, 100, 9, only=("shingles",))
    first, after = made.every_block()
    alone = made.block(1)
    assert [batch.columns for batch in alone.batches] == [batch.columns for batch in after.batches]
    assert [batch.rows for batch in alone.batches] == [batch.rows for batch in after.batches]
    assert (len(alone.batches[0]), alone.batches[0].rows[0]) == (20, "made-up-9-00000081")
    assert first.batches[0].columns[AGE][:20] != alone.batches[0].columns[AGE]


ASKED_FOR = ("synth", "--rows", 60, "--seed", 4, "--faults", "0.5", "--condition", "shingles", "--out")


@pytest.mark.parametrize("how", ["here", pytest.param("program", marks=pytest.mark.system)])
def test_the_same_command_gives_the_same_files(tmp_path, how):
    """Twice in this process, and as a program with other hashes."""
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    first = run(*ASKED_FOR, one)
    if how == "program":
        assert program(*ASKED_FOR, other, PYTHONHASHSEED="2").stdout.decode() == first.stdout
    else:
        assert run(*ASKED_FOR, other).stdout == first.stdout
    assert first.exit_code == 0
    assert one.read_bytes() == other.read_bytes()
    assert planted_beside(one).read_bytes() == planted_beside(other).read_bytes()


def test_the_command_says_what_was_planted(tmp_path):
    one = tmp_path / "one.csv"
    first = run(*ASKED_FOR, one)
    rows = {one["row"]: one for one in csv.DictReader(one.open(encoding="utf-8"))}
    planted = list(csv.DictReader(planted_beside(one).open(encoding="utf-8")))
    assert len(rows) == 60
    assert len(planted) > 15
    for fault in planted:
        cell = rows[fault["row"]][fault["changed"]]
        empty = "not recorded" if fault["changed"].startswith("recorded_") else "not known"
        assert {"true": "yes", "false": "no", "": empty}.get(cell, cell) == fault["now"]
    assert f"faults planted: {len(planted)} (" in first.stdout


def test_days_on_which_documents_are_not_in_force_are_followed():
    """Beyond the last day of the PGDs nothing is supplied; the pathway itself goes on."""
    block = MadeUp(LIBRARY, PEOPLE, 300, 2, first=date(2027, 1, 1), months=2, only=("impetigo",)).block(0)
    assert len(block.batches) == 2  # two stretches
    by_day = {True: Counter(), False: Counter()}
    for batch in block.batches:
        for day, recorded in zip(batch.days, batch.recorded, strict=True):
            by_day[day <= date(2027, 1, 30)][recorded.outcome] += 1
    assert by_day[True]["supply"] > 50
    assert by_day[False]["supply"] == 0
    assert by_day[False]["refer"] > 50


def test_months_before_there_was_a_pathway_are_refused():
    with pytest.raises(Refused, match="Nobody can be made up"):
        MadeUp(LIBRARY, PEOPLE, 10, 1, first=date(2020, 1, 1), months=3)


# The file of who comes


def test_every_share_says_what_stands_behind_it_and_is_of_a_question_that_is_asked():
    asked_by = {name: set(LIBRARY.newest(name).questions) for name in PEOPLE.conditions.shares}
    assert set(asked_by) <= set(LIBRARY.conditions)
    for group, shares in PEOPLE.answers.items():
        names = set().union(*asked_by.values()) if group == EVERY_CONDITION else asked_by[group]
        assert {name for key in shares for name in key.split(JOINED)} <= names, group
    blocks = [PEOPLE.conditions, PEOPLE.months, *(one for each in PEOPLE.answers.values() for one in each.values())]
    for one in blocks:
        assert (one.evidence is None) != (one.assumed is None)
        for source in (one.evidence or "").replace(",", "").split()[1:2]:
            assert source in PEOPLE.sources


def said_otherwise(folder, was, now):
    """The file of who comes, with one thing in it said otherwise."""
    text = SHIPPED.read_text(encoding="utf-8")
    assert was in text
    file = folder / "who.yaml"
    file.write_text(text.replace(was, now), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("  evidence: single S93\n", "", "say evidence, or what is assumed"),
        ("    acute-sore-throat: 835679\n", "    acute-sore-throat: many\n", "valid integer"),
        ("    01: 237939\n", "", "give a share for each from 01 to 12"),
        ("    0: 4 to 9\n", "    0: light\n", "should match pattern"),
        ("pharmacies:\n", "chemists:\n", "pharmacies"),
    ],
)
def test_a_mistake_in_the_file_is_told_in_its_place(tmp_path, was, now, says):
    with pytest.raises(ContentRefused, match=says):
        read_population(said_otherwise(tmp_path, was, now))


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        ("        yes and yes and no: 45\n", "        yes and yes: 45\n", "as many answers as there are questions"),
        ("        female: 994\n", "        woman: 994\n", "urinary_anatomy: what was given does not fit"),
        ("        16 to 24: 24\n", "        16 to 400: 24\n", "age_years: what was given does not fit"),
        ("        65 to 85: 2\n", "        140: 2\n", "age_years: what was given does not fit"),
        ("    12 to 15: 40 to 70\n", "", "no weight for some of its ages"),
    ],
)
def test_a_share_of_no_answer_is_refused(tmp_path, was, now, says):
    people = read_population(said_otherwise(tmp_path, was, now))
    with pytest.raises(Refused, match=says):
        MadeUp(LIBRARY, people, 20, 1, only=("impetigo" if "weight" in says else "uncomplicated-uti",)).block(0)
