"""The documentation stays true: generated parts, commands and options, error codes, links, and the examples in Python."""

import ast
import builtins
import importlib.util
import re
from pathlib import Path

import click
import pytest

from pharmacyfirst.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
COMMAND_LINE = ROOT / "docs" / "command-line.md"

specification = importlib.util.spec_from_file_location("regenerate", ROOT / "docs" / "regenerate.py")
regenerate = importlib.util.module_from_spec(specification)
specification.loader.exec_module(regenerate)


def shown(path):
    return path.relative_to(ROOT).as_posix()


def markdown():
    """Every page of ours; environments and caches lie in folders whose names begin with a dot."""
    yield from sorted(ROOT.glob("*.md"))
    for folder in sorted(one for one in ROOT.iterdir() if one.is_dir() and not one.name.startswith(".")):
        yield from sorted(path for path in folder.rglob("*.md") if "node_modules" not in path.parts)


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^( *)```.*?^\1```$", "", text, flags=re.DOTALL | re.MULTILINE))


def by_hand(text):
    """What somebody wrote: a page without its generated parts."""
    return regenerate.PART.sub("", text)


LONG = {"consultations.md", "records.md"}  # what they show is worked out over every case


@pytest.mark.parametrize(
    "path",
    [pytest.param(one, marks=pytest.mark.large) if one.name in LONG else one for one in regenerate.pages()],
    ids=shown,
)
def test_the_generated_parts_of_a_page_are_current(path):
    text = path.read_text(encoding="utf-8")

    assert regenerate.regenerated(text) == text, "stale: run `make docs`"
    parts = list(regenerate.parts_of(text))
    assert text.count("<!-- generated:") == text.count("<!-- end of generated -->") == len(parts)
    assert not re.search(r"^<!-- (?!generated: |end of generated -->|figures: |end of figures -->)", text, re.MULTILINE)


@pytest.mark.large
def test_the_pages_generated_as_a_whole_are_current():
    stale = [name for name, page in regenerate.PAGES.items() if (ROOT / name).read_text(encoding="utf-8") != page()]

    assert stale == [], "stale: run `make docs`"


def test_a_stale_part_is_written_anew_and_the_rest_of_the_page_left_alone():
    page = "before\n<!-- generated: file examples/uti-emergency.yaml -->\nold\n<!-- end of generated -->\nafter\n"

    written = regenerate.regenerated(page)

    assert written.startswith("before\n<!-- generated: file examples/uti-emergency.yaml -->\n```yaml\n# Facts alone")
    assert written.endswith("```\n<!-- end of generated -->\nafter\n")
    assert regenerate.regenerated(written) == written


def test_no_transcript_shows_a_traceback():
    assert "Traceback" not in COMMAND_LINE.read_text(encoding="utf-8")


CONTEXT = click.Context(main)


@pytest.mark.parametrize("name", main.list_commands(CONTEXT))
def test_every_command_is_documented_with_all_its_options(name):
    page = COMMAND_LINE.read_text(encoding="utf-8")
    heading = f"\n## `pharmacyfirst {name}`\n"
    assert heading in page
    section = page.split(heading)[1].split("\n## ")[0]

    assert f"<!-- generated: help {name} -->" in section
    options = [
        max(one.opts, key=len) for one in main.get_command(CONTEXT, name).params if one.param_type_name == "option"
    ]
    assert [one for one in options if f"`{one}`" not in by_hand(section)] == []


def test_the_options_of_the_program_itself_are_documented():
    page = by_hand(COMMAND_LINE.read_text(encoding="utf-8"))

    assert [one for one in ("--version", "--help", "-h") if f"`{one}`" not in page] == []


def test_every_error_code_is_in_the_table_and_no_other():
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "pharmacyfirst").rglob("*.py"))
    section = COMMAND_LINE.read_text(encoding="utf-8").split("\n## Error codes\n")[1].split("\n## ")[0]

    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(
        re.findall(r'(?<!\w)Refused\(\s*"(\w+)"', source)
    )


def anchors(path):
    """The names under which a page's headings can be linked to."""
    text = re.sub(r"^( *)```.*?^\1```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_into(page, anchor):
    """Whether a page has such a heading, or a file of code so many lines."""
    if page.suffix == ".py" and re.fullmatch(r"L[0-9]+", anchor):
        return int(anchor[1:]) <= len(page.read_text(encoding="utf-8").splitlines())
    return anchor in anchors(page)


@pytest.mark.parametrize("path", list(markdown()), ids=shown)
def test_every_relative_link_leads_somewhere(path):
    targets = re.findall(r"\]\(<?([^)\s>]+)>?(?: +\"[^\"]*\")?\)", without_code(path.read_text(encoding="utf-8")))
    broken = []
    for target in targets:
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        page = (path.parent / name).resolve() if name else path
        if not page.exists() or (anchor and not leads_into(page, anchor)):
            broken.append(target)

    assert broken == []


def python_in(path):
    return re.findall(r"^```python\n(.*?)^```$", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def not_made_in(block):
    """The names that a block of Python uses and does not make."""
    nodes = [*ast.walk(ast.parse(block))]
    names = [one for one in nodes if isinstance(one, ast.Name)]
    imported = [one for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for one in node.names]
    made = {one.id for one in names if not isinstance(one.ctx, ast.Load)}
    made |= {(one.asname or one.name).partition(".")[0] for one in imported}
    made |= {one.name for one in nodes if isinstance(one, ast.FunctionDef | ast.ClassDef | ast.ExceptHandler)}
    made |= {one.arg for one in nodes if isinstance(one, ast.arg)}
    return {one.id for one in names} - made - {*dir(builtins)}


@pytest.mark.parametrize("path", [*regenerate.pages()], ids=shown)
def test_a_block_of_python_that_does_not_run_alone_says_that_it_goes_on(path):
    """Whoever copies one block gets a NameError, and looks for a fault of their own."""
    words = path.read_text(encoding="utf-8")
    for block in re.finditer(r"^```(?:py|python)\n(.*?)^```$", words, re.DOTALL | re.MULTILINE):
        if not_made_in(block[1]):
            assert "goes on from" in words[: block.start()].rstrip().splitlines()[-1], (shown(path), block[1])


@pytest.mark.parametrize("path", [path for path in regenerate.pages() if python_in(path)], ids=shown)
def test_the_python_of_a_page_runs(path, monkeypatch):
    """Block after block in one session, as a reader would type it, in the checkout."""
    monkeypatch.chdir(ROOT)
    session = {"__name__": "__main__"}
    for number, block in enumerate(python_in(path), 1):
        exec(compile(block, f"{shown(path)}, Python block {number}", "exec"), session)
