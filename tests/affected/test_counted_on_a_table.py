"""How many of a table would come out differently: counted by both versions as the kernel judges each row, by the ways that are proved."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree

import polars
import pytest
from cli.the_program import run
from proof.edited import DIABETES, TYPES_OF_DIABETES, UTI, edited, uti_without_diabetes

from pharmacyfirst import load
from pharmacyfirst.affected.count import Affected, NotInTheReport, count, in_the_report
from pharmacyfirst.affected.seen import SeenBy
from pharmacyfirst.affected.shown import held_back, shown
from pharmacyfirst.affected.tables import table_of_both
from pharmacyfirst.audit.reading import source_of
from pharmacyfirst.audit.table import table_of
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.outcome import Kind, Outcome
from pharmacyfirst.population.consultations import MadeUp, shipped_population
from pharmacyfirst.population.files import write_rows
from pharmacyfirst.proof.changes import changes
from pharmacyfirst.proof.changes_in_words import transition_in_words
from pharmacyfirst.proof.classes import Ending, Transition
from pharmacyfirst.proof.versions import version_of

LIBRARY = load()
ROWS = 700
OLD = version_of(LIBRARY, UTI, "", "OLD")


@pytest.fixture(scope="module")
def people():
    """Made-up consultations of two conditions, with a few that lack answers."""
    return MadeUp(LIBRARY, shipped_population(), ROWS, 6, lacking=Decimal("0.1"), only=(UTI, "impetigo")).block(0)


@pytest.fixture(scope="module")
def table(people, tmp_path_factory):
    path = tmp_path_factory.mktemp("table") / "people.parquet"
    with write_rows(path, table_of(LIBRARY), {}) as add:
        add(people)
    return path


@pytest.fixture(scope="module")
def without_diabetes(tmp_path_factory):
    return version_in(uti_without_diabetes(tmp_path_factory.mktemp("content")))


@pytest.fixture(scope="module")
def half_the_dose(tmp_path_factory):
    """The folder of the version: for whoever reads it, and for the command."""
    return edited(
        tmp_path_factory.mktemp("content"),
        UTI,
        ("nitrofurantoin.yaml", "    dose: 100 mg\n", "    dose: 50 mg\n"),
        ("nitrofurantoin.yaml", "quantity: 6 capsule", "quantity: 3 capsule"),
    )


def version_in(folder):
    return version_of(load(folder.parent), UTI, "", "NEW")


def counted(table, new):
    source = source_of(table, table_of_both(LIBRARY, {UTI: OLD}, {UTI: new}))
    (found,), unread = count(source, [(OLD, new)], lambda at: None)
    assert unread == 0
    return found


def by_kernel(people, new, seen):
    """The outcomes of each row by both versions, by the kernel; ``seen`` gives the answers as the new version takes them."""
    found = Counter()
    for batch in people.batches:
        for at in range(len(batch)) if batch.of.pathway.id == UTI else ():
            facts = batch.facts(at)
            before, now = assess(OLD.pathway, facts, OLD.on), assess(new.pathway, seen(facts), new.on)
            found[before.outcome.kind, now.outcome.kind] += 1
    return found


def test_as_many_change_as_the_kernel_says_and_in_the_ways_that_are_proved(people, table, without_diabetes):
    new = without_diabetes
    found = counted(table, new)
    by_both = by_kernel(people, new, lambda facts: {n: v for n, v in facts.items() if n != "diabetes"})
    assert (found.rows, found.aside) == (by_both.total(), 0)
    assert found.changed == sum(n for (before, now), n in by_both.items() if before != now) > 10
    for kind in Kind:
        assert found.before[kind] == sum(n for (before, _), n in by_both.items() if before is kind)
        assert found.now[kind] == sum(n for (_, now), n in by_both.items() if now is kind)
    ways = {transition_in_words(way): n for way, n in found.ways.items()}
    assert ways["not eligible -> supply of nitrofurantoin"] == by_both[Kind.NOT_ELIGIBLE, Kind.SUPPLY] > 5
    with pytest.raises(NotInTheReport, match="the proof says nobody does"):
        in_the_report(found, changes(OLD, OLD))  # where nobody changes


def test_another_dose_is_a_change_with_the_same_outcome(table, half_the_dose):
    found = counted(table, version_in(half_the_dose))
    (way,) = found.ways
    assert "100 mg" in transition_in_words(way)
    assert "-> 50 mg" in transition_in_words(way)
    assert found.before == found.now
    assert (
        150 < found.changed < found.before[Kind.SUPPLY]
    )  # whoever has no modified-release capsules has another dose already


def test_the_same_version_twice_changes_nobody(table):
    found = counted(table, OLD)
    assert found.changed == 0
    assert list(shown(found).in_words()) == [
        f"On the table: of {found.rows:,} consultations judged by both versions, 0 come out differently."
    ]


def test_an_answer_that_could_be_one_of_several_is_not_known_and_others_are_carried_over(tmp_path):
    """Yes to diabetes is type 1 or another; no is none."""
    new = version_in(
        edited(
            tmp_path, UTI, ("pathway.yaml", DIABETES, TYPES_OF_DIABETES),
            ("pathway.yaml", "    when: diabetes is yes\n", "    when: diabetes is type_1 or other_type\n"),
            ("nitrofurantoin.yaml", "covered by: UTI-E3", "covered by: UTI-E3"),
        )
    )  # fmt: skip
    frame = polars.DataFrame({"diabetes": [True, False, None]})
    assert SeenBy(new.pathway, OLD.pathway).of(frame)["diabetes"].to_list() == [None, "none", None]
    assert SeenBy(OLD.pathway, new.pathway).of(frame)["diabetes"].to_list() == [True, False, None]
    back = polars.DataFrame({"diabetes": ["type_1", "none", "nonsense"]})
    with pytest.raises(TypeError):
        SeenBy(OLD.pathway, new.pathway).of(back)  # the table is of the old version's types


# What may be shown


@pytest.mark.parametrize(
    ("counts", "all_", "seen"),
    [
        ([64, 14, 9], 87, [64, 14, 9]),
        ([64, 14, 3], 81, [64, None, None]),
        ([64, 14, 9, 2, 1, 1], 91, [64, 14, None, None, None, None]),
        ([64, 4, 4], 72, [64, None, None]),
        ([3], None, [None]),
        ([5, 0], 5, [5, 0]),
        ([], 0, []),
    ],
)
def test_what_could_be_somebody_is_held_back_and_cannot_be_worked_out(counts, all_, seen):
    assert held_back(counts) == (all_, seen)


def test_what_is_shown_is_the_same_in_words_as_data_and_drawn(table, without_diabetes):
    found = counted(table, without_diabetes)
    small = shown(replace(found, ways=dict.fromkeys(found.ways, 4), aside=2))
    assert small.as_dict()["set_aside"] is None
    assert {one["count"] for one in small.as_dict()["ways"]} == {None}
    said = "\n".join(small.in_words())
    assert said.count("held back  ") == len(found.ways)
    assert "\nheld back more could not be judged" in said
    assert said.count("-> held back") == len(Kind)
    words = shown(found)
    drawn = ElementTree.fromstring(words.drawing().svg())
    numbers = [one.text for one in drawn.iter("text")]
    assert [one for one in numbers if one == "held back"] == ["held back"] * sum(n is None for _, n in words.ways)
    assert f"{words.outcomes[Kind.SUPPLY - 1][1]:,}" in numbers
    for _, before, now in words.outcomes:
        assert before % 10 == 0
        assert now is None if words.now_held_back else now % 10 == 0


def test_a_count_alone_that_is_small_is_held_back():
    none = Affected(UTI, 3, 0, {}, {}, {})
    assert next(shown(none).in_words()).startswith("On the table: of held back consultations")


def told_of(*takers):
    """What is shown of 316 who were told self-care before, where so many take each of the proved ways away from it."""
    ways = dict(zip(three_ways(), takers, strict=True))
    before = {Kind.SELF_CARE: 316, Kind.SUPPLY: 500}
    now = {Kind.SELF_CARE: 316 - sum(takers), Kind.SUPPLY: 500, Kind.NOT_ELIGIBLE: sum(takers)}
    return shown(Affected(UTI, 816, 0, ways, before, now))


def three_ways():
    to = (Kind.NOT_ELIGIBLE, Kind.REFER, Kind.EMERGENCY)
    return [Transition(Ending(Outcome(Kind.SELF_CARE, None), ()), Ending(Outcome(kind, None), ())) for kind in to]


@pytest.mark.parametrize("takers", [(1, 0, 0), (0, 1, 0), (2, 1, 1), (0, 0, 4), (1, 2, 0)])
def test_a_way_held_back_could_be_nobodys_with_an_audit_of_the_same_table_beside_it(takers):
    """The audit says 316 exactly; self-care now, rounded to 320, leaves at most one who changes, and a way that is listed at least one."""
    told = told_of(*takers)
    assert told == told_of(1, 0, 0)
    assert told.as_dict()["outcomes"][Kind.SELF_CARE - 1]["now"] is None
    words = "\n".join(told.in_words())
    assert words.count("held back  self-care ->") == len(takers)
    assert "-> 320" not in words
    assert "Do not publish this beside an audit" in words


def test_ways_held_back_do_not_stand_by_how_many_they_are():
    assert [way for way, _ in told_of(1, 4, 2).ways] == [way for way, _ in told_of(4, 1, 2).ways]


def test_where_nothing_is_held_back_ways_that_nobody_takes_are_not_listed():
    told = told_of(20, 0, 8)
    assert [count for _, count in told.ways] == [20, 8]
    assert not told.now_held_back


def test_few_rows_that_cannot_be_read_are_held_back(tmp_path):
    path = tmp_path / "people.jsonl"
    path.write_text("not json\n" * 3, encoding="utf-8")
    ran = run("changes", f"{UTI}@2026.2", f"{UTI}@2026.2", "--on", path)
    assert "Some (held back) rows of the table could not be read" in ran.stdout + ran.stderr


# The command


def test_the_command_adds_the_counts_and_a_plot_to_the_page(table, half_the_dose):
    """Which it does only where every way counted is one that is proved."""
    ran = run("changes", f"{UTI}@2026.2", half_the_dose, "--on", table, "--html")
    assert ran.exit_code == 0, ran.stderr
    assert "<h3>On a table of consultations</h3>" in ran.stdout
    assert '<svg viewBox="' in ran.stdout
    assert shown(counted(table, version_in(half_the_dose))).changes_in_words() in ran.stdout


def test_a_table_that_is_none_is_refused(tmp_path):
    path = tmp_path / "people.txt"
    path.write_text("no table")
    ran = run("changes", f"{UTI}@2026.2", f"{UTI}@2026.2", "--on", path)
    assert ran.exit_code == 2
    assert "What kind of file it is" in ran.stderr
    assert "people" not in ran.stderr
