"""The command from a file to findings and report: the same in every format, nothing lost, and no identity."""

import json
from datetime import date
from html.parser import HTMLParser

import polars as pl
import pytest
from click.testing import CliRunner
from consultations import library, rows, table
from shares import FEW, FEW_OR_EVERY
from written import FORMATS, as_csv, as_json_lines

from pharmacyfirst import exact
from pharmacyfirst.cli.main import main

ONE = ("shingles",)  # where which condition it is does not matter, as a plan takes a while to make


def audit(*arguments):
    return CliRunner().invoke(main, ["audit", *map(str, arguments)])


def planted(conditions):
    """Rows of these conditions, some of them altered: what was altered, by the id of the row."""
    made, altered = rows(12, conditions=conditions), {}
    for at, (head, _, said) in enumerate(made):
        if said["recorded_outcome"] == "supply" and at % 3 == 0:
            said["recorded_dose"] *= 2
            altered[head["row"]] = "wrong_dose"
        elif said["recorded_outcome"] in ("emergency", "refer_urgent") and at % 4 == 0:
            said["recorded_outcome"] = "self_care"
            altered[head["row"]] = "red_flag_passed_over"
        elif at % 10 == 0:
            said["recorded_version"] = "2020.1"
            altered[head["row"]] = "document_out_of_date"
    assert len({*altered.values()}) == 3
    return made, altered


@pytest.fixture(scope="module", params=FEW_OR_EVERY)
def audited(request, tmp_path_factory):
    """Each format audited into a folder of its own, with what was altered."""
    folder = tmp_path_factory.mktemp("audits")
    made, altered = planted(request.param)
    ran = {}
    for ending, write in FORMATS.items():
        path = write(made, table(), folder / f"consultations{ending}")
        ran[ending] = audit(path, "--out", folder / ending.strip("."), "--all-numbers")
    return folder, altered, ran


def findings(folder, ending):
    return pl.read_parquet(folder / ending.strip(".") / "findings.parquet")


@pytest.mark.parametrize("ending", FORMATS)
def test_every_altered_row_has_its_finding_and_no_other_row_has_any(audited, ending):
    folder, altered, ran = audited
    assert ran[ending].exit_code == 0, ran[ending].output
    found = findings(folder, ending)
    assert dict(found.select("row", "finding").iter_rows()) == altered
    assert found.height == len(altered)
    assert {*found["pathway"]} in ({*FEW}, {*library().conditions})


def test_the_findings_are_the_same_whatever_the_format(audited):
    folder, _, _ = audited
    one, *others = (findings(folder, ending).drop("line") for ending in FORMATS)
    assert all(one.equals(other) for other in others)
    assert findings(folder, ".csv")["line"].to_list() == findings(folder, ".parquet")["line"].to_list()


def test_the_summary_counts_what_was_altered(audited):
    _, altered, ran = audited
    for kind in {*altered.values()}:
        many = [*altered.values()].count(kind)
        assert f"{many:>11,}  {kind.replace('_', ' ')}" in ran[".csv"].output
    assert "NOT FOR PUBLICATION" in ran[".csv"].output


class Page(HTMLParser):
    """What a page asks for from outside, and its titles."""

    def __init__(self):
        super().__init__()
        self.outside, self.tags = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.outside += [name for name, _ in attributes if name in ("src", "href", "onclick", "onload")]


def test_the_report_stands_alone_and_each_chart_says_what_it_shows(audited):
    folder, _, _ = audited
    text = (folder / "csv" / "report.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(text)
    assert page.outside == []
    assert "script" not in page.tags
    assert "default-src 'none'" in text
    assert text.count('<svg class="chart"') == text.count('role="img" aria-label="') >= 5
    assert "url(" not in text
    assert "@import" not in text


def test_what_is_published_holds_no_small_number(audited, tmp_path):
    folder, _, _ = audited
    ran = audit(folder / "consultations.csv", "--out", tmp_path)
    assert ran.exit_code == 0
    numbers = json.loads((tmp_path / "numbers.json").read_text(encoding="utf-8"))
    assert numbers["left_out"]
    assert not [key for key, number in numbers["numbers"].items() if 0 < number < 5 and key != "again"]
    assert "not shown" in ran.output
    assert "NOT FOR PUBLICATION" not in (tmp_path / "report.html").read_text(encoding="utf-8")


SPOILT = {
    "no id": ({"row": None}, {}, "missing_key", "row"),
    "no day": ({"as_of": None}, {}, "missing_key", "as_of"),
    "no such pathway": ({"pathway": "hiccups"}, {}, "unknown_pathway", None),
    "before any version": ({"as_of": "2020-01-01"}, {}, "not_in_force", None),
    "an age that nobody has": ({}, {"age_years": 900}, "wrong_value", "age_years"),
    "an answer that is none": ({}, {"immunosuppression": "perhaps"}, "wrong_value", "immunosuppression"),
    "a set with a stranger": ({}, {"interacting_medicines": ["warfarin", "tea"]}, "wrong_value", "interacting_medicines"),
    "an outcome that is none": ({"recorded_outcome": "cured"}, {}, "wrong_value", "recorded_outcome"),
}  # fmt: skip


@pytest.mark.parametrize("ending", FORMATS)
def test_rows_that_cannot_be_judged_are_set_aside_each_with_its_reason(ending, tmp_path):
    good = rows(3, conditions=("acute-otitis-media",))
    bad = []
    for at, (spoilt, answers, _, _) in enumerate(SPOILT.values()):
        head, facts, said = good[0]
        changed = {name: value for name, value in spoilt.items() if name in head}
        said = said | {name: value for name, value in spoilt.items() if name not in head}
        bad.append(({**head, "row": f"bad{at}", **changed}, facts | answers, said))
    made = [*good, *(dated(row) for row in bad)]
    path = write_loosely(made, ending, tmp_path / f"rows{ending}")
    ran = audit(path, "--out", tmp_path / "out", "--all-numbers")
    assert ran.exit_code == 1, ran.output
    aside = pl.read_parquet(tmp_path / "out" / "set-aside.parquet")
    assert aside.select("code", "column").rows() == [(code, column) for _, _, code, column in SPOILT.values()]
    assert aside["line"].to_list() == [len(good) + 1 + at for at in range(len(SPOILT))]
    assert aside["row"].to_list() == [None, *(f"bad{at}" for at in range(1, len(SPOILT)))]
    assert f"{len(made):,} rows: {len(good):,} judged, {len(SPOILT)} set aside" in ran.output


def dated(row):
    """A day as the writers of the rows take it."""
    head, facts, said = row
    on = head["as_of"]
    return ({**head, "as_of": date.fromisoformat(on) if isinstance(on, str) else on}, facts, said)


def write_loosely(made, ending, path):
    """As the writers do, which know no row without a day."""
    if ending != ".jsonl":
        return FORMATS[ending](made, table(), path)
    lines = []
    for head, facts, said in made:
        day = head["as_of"].isoformat() if head["as_of"] is not None else None
        lines.append(exact.write({**head, "as_of": day, "facts": facts, **said}))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_csv_row_with_too_few_cells_or_letters_that_are_none_is_set_aside(tmp_path):
    path = as_csv(rows(2, conditions=ONE), table(), tmp_path / "rows.csv")
    lines = path.read_bytes().splitlines(keepends=True)
    whole = len(lines) - 1
    lines.insert(3, b"r99,shingles\n")
    lines.append(lines[-1].replace(b"FA", b"\xff\xfe"))
    path.write_bytes(b"".join(lines))
    assert audit(path, "--out", tmp_path / "out").exit_code == 1
    aside = pl.read_parquet(tmp_path / "out" / "set-aside.parquet")
    assert aside.select("line", "code", "column").rows() == [
        (3, "wrong_value", None),
        (whole + 2, "wrong_value", "pharmacy"),
    ]


def test_a_json_line_that_is_none_is_set_aside(tmp_path):
    path = as_json_lines(rows(2, conditions=ONE), table(), tmp_path / "rows.jsonl")
    words = path.read_text(encoding="utf-8")
    path.write_text(
        '{"row": "a", "row": "b"}\nnot json\n{"row": "c", "facts": {"fevre": true}}\n\n' + words, encoding="utf-8"
    )
    assert audit(path, "--out", tmp_path / "out").exit_code == 1
    aside = pl.read_parquet(tmp_path / "out" / "set-aside.parquet")
    assert aside.select("line", "row", "code").rows() == [
        (1, None, "not_json"),
        (2, None, "not_json"),
        (3, "c", "unknown_fact"),
    ]


def test_a_column_that_tells_who_somebody_is_is_not_read(tmp_path):
    path = as_csv(rows(2, conditions=ONE), table(), tmp_path / "rows.csv")
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    secret = "Featherstonehaugh"
    path.write_text(
        "\n".join([f"{head},Patient Name", *(f"{line},{secret}" for line in lines)]) + "\n", encoding="utf-8"
    )
    ran = audit(path, "--out", tmp_path / "out")
    assert ran.exit_code == 0, ran.output
    assert f"Column {len(table().columns) + 1} looks like a name: it was not read." in ran.output
    for written in (tmp_path / "out").iterdir():
        assert secret.encode() not in written.read_bytes()
    assert secret not in ran.output


REFUSED = {
    "a misspelt fact": ("age_yaers", "did you mean age_years?"),
    "a stranger": ("favourite_colour", "it is none of the table's"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_column_that_is_not_known_is_refused(why, tmp_path):
    name, says = REFUSED[why]
    path = tmp_path / "rows.csv"
    path.write_text(f"row,pathway,as_of,{name}\nr1,shingles,2026-11-21,70\n", encoding="utf-8")
    ran = audit(path)
    assert ran.exit_code == 2
    assert "Column 4 is not known" in ran.output
    assert says in ran.output


def test_a_column_of_another_type_is_refused_before_anything_is_judged(tmp_path):
    path = tmp_path / "rows.parquet"
    pl.DataFrame(
        {"row": ["r1"], "pathway": ["shingles"], "as_of": ["2026-11-21"], "weight_kg": [36.8]},
        schema_overrides={"weight_kg": pl.Float32},
    ).write_parquet(path)
    ran = audit(path)
    assert ran.exit_code == 2
    assert "The column weight_kg holds Float32, and has to hold number (Float64)" in ran.output


@pytest.mark.parametrize(
    ("name", "holds", "says"),
    [
        ("rows.parquet", b"PAR1 and no more", "cannot be read as Parquet"),
        ("rows.csv", b"", "The file is empty"),
        ("rows.parquet", b"", "The file is empty"),
        ("rows.csv", b"\n", "names its columns"),
        ("rows.csv", b"row;pathway;as_of\nr1;shingles;2026-11-21\n", "by semicolons, and have to be by commas"),
        ("rows.csv", b"row\tpathway\tas_of\n", "by tabs, and have to be by commas"),
        ("rows.csv", "row,pathway,as_of\n".encode("utf-16"), "in UTF-16. Save it as UTF-8"),
        ("rows.jsonl", "{}\n".encode("utf-16"), "in UTF-16. Save it as UTF-8"),
        ("rows.csv", b"PAR1 and so on", "is Parquet, and its name says otherwise"),
        ("rows.jsonl", b"PAR1 and so on", "is Parquet, and its name says otherwise"),
        ("rows.parquet", b"row,pathway,as_of\n", "is no Parquet, as its name says"),
        ("rows.csv", b"PK\x03\x04 and so on", "is a workbook or an archive"),
        ("rows.csv", b"Row,Pathway,As of\n", "Column 1 is not known: did you mean row?"),
        ("rows.csv", b"row,pathway,As of\n", "Column 3 is not known: did you mean as_of?"),
        ("rows.csv", b"row,pathway\n", "no column as_of"),
        ("rows.csv", b"row,row,pathway,as_of\n", "stands twice"),
        ("rows.xlsx", b"", ".parquet, .csv or .jsonl"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(name, holds, says, tmp_path):
    (tmp_path / name).write_bytes(holds)
    ran = audit(tmp_path / name)
    assert ran.exit_code == 2
    assert says in ran.output
    assert "Traceback" not in ran.output


def test_a_table_without_rows_is_audited_and_nothing_is_found(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("row,pathway,as_of\n", encoding="utf-8")
    ran = audit(path, "--out", tmp_path / "out")
    assert ran.exit_code == 0, ran.output
    assert "0 rows: 0 judged" in ran.output
    assert pl.read_parquet(tmp_path / "out" / "findings.parquet").height == 0


def test_a_folder_is_no_file(tmp_path):
    ran = audit(tmp_path)
    assert ran.exit_code == 2
    assert "A folder is none." in ran.output


@pytest.mark.parametrize("out", [(), ("--out", "out")])
def test_columns_that_hold_what_does_not_fit_are_named_with_how_they_are_written(out, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "rows.csv"
    path.write_text(
        "row,pathway,as_of,age_years\nr1,shingles,01/11/2026,70\nr2,shingles,2026-11-21,30.0\n", encoding="utf-8"
    )
    ran = audit(path, *out)
    assert ran.exit_code == 1
    assert "as_of has to hold a day that there is, as YYYY-MM-DD" in ran.output
    assert "age_years has to hold a whole number without a point (30, not 30.0)" in ran.output
    assert "01/11/2026" not in ran.output


def test_a_column_of_numbers_with_a_point_is_refused_in_parquet_with_the_same_words(tmp_path):
    path = tmp_path / "rows.parquet"
    held = {"row": ["r1"], "pathway": ["shingles"], "as_of": ["2026-11-21"], "age_years": [30.0]}
    pl.DataFrame(held).write_parquet(path)
    ran = audit(path)
    assert ran.exit_code == 2
    assert "a whole number without a point (30, not 30.0)" in ran.output
