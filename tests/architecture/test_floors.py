"""Imports point one way, as the table in docs/architecture.md draws them, and the kernel reaches for nothing outside itself."""

import ast
import builtins
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "pharmacyfirst"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
# The front doors: what they lead to is the public face, not a floor.
DOORS = {"__init__", "__main__"}
EVERYTHING = "everything"
# A kernel that could read a clock, a file or a network would not give one answer to one input.
IMPURE = {
    "asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "shutil", "socket", "sqlite3", "subprocess", "tempfile",
    "threading", "time", "urllib", "uuid", "zoneinfo",
}  # fmt: skip


def table(page, head):
    """The rows of the table of a page whose first column is headed so: the name in the first, the names in the second."""
    rows = {}
    block = page[page.index(f"| {head} |") :].split("\n\n")[0]
    for line in block.splitlines()[2:]:
        first, second = [cell.strip() for cell in line.strip("|").split("|")[:2]]
        rows[first.strip("`")] = {EVERYTHING} if second == EVERYTHING else {*re.findall(r"`([^`]+)`", second)}
    return rows


FLOORS = table(PAGE, "room")
ONE_PLACE = table(PAGE, "library")


def rooms(package):
    """The rooms of a package, each with its modules."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        room = path.relative_to(package).parts[0].removesuffix(".py")
        if room not in DOORS:
            found.setdefault(room, []).append(path)
    return found


KEPT = (ast.Import, ast.ImportFrom, ast.ClassDef)


@cache
def nodes_of(text):
    """What the tests look for in the text of a file: imports, classes, and calls by a name. A copy of a file is the same to read."""
    return [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, KEPT) or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    ]


def nodes(path, *kinds):
    return [node for node in nodes_of(path.read_text(encoding="utf-8")) if isinstance(node, kinds)]


def imported(path):
    """Each import of a file, wherever in it: its line and the whole name of what is imported."""
    for node in nodes(path, ast.Import, ast.ImportFrom):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        else:
            assert node.level == 0, f"{path}:{node.lineno} imports from beside itself: write the whole name"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def out_of_place(package, floors):
    """Every import that the table does not allow, and every room it does not know."""
    for room, paths in rooms(package).items():
        if room not in floors:
            yield f"{room} is not in the table of rooms"
            continue
        allowed = floors[room] | {room, "errors"}
        for path in paths:
            for line, name in imported(path):
                package_name, _, rest = name.partition(".")
                if package_name != "pharmacyfirst" or EVERYTHING in allowed or rest == "__version__":
                    continue
                # Any other of the package's own names is the public face, which stands above every room.
                other = rest.split(".")[0]
                if other not in allowed:
                    yield f"{path.relative_to(package.parent)}:{line} imports {name}"


def test_no_room_imports_one_that_the_table_does_not_name():
    assert [*out_of_place(PACKAGE, FLOORS)] == []


def test_the_table_names_no_room_that_is_not_there():
    assert {*FLOORS} == {*rooms(PACKAGE)}
    for allowed in FLOORS.values():
        assert allowed <= {*FLOORS, EVERYTHING}


def test_floors_are_floors():
    """No two rooms may import each other, round whichever corner."""
    reach = {room: {*FLOORS} - {room} if EVERYTHING in FLOORS[room] else FLOORS[room] for room in FLOORS}
    for _ in reach:
        reach = {room: below.union(*(reach[one] for one in below)) for room, below in reach.items()}
    assert [room for room, below in reach.items() if room in below] == []


@pytest.fixture
def copy(tmp_path):
    return Path(shutil.copytree(PACKAGE, tmp_path / "pharmacyfirst", ignore=shutil.ignore_patterns("__pycache__")))


@pytest.mark.parametrize(
    ("where", "planted"),
    [
        ("kernel/dose.py", "from pharmacyfirst.content.library import load"),
        ("kernel/assess.py", "import pharmacyfirst.exact"),
        ("kernel/assess.py", "from pharmacyfirst.authority.permit import Permit"),
        ("authority/permit.py", "from pharmacyfirst.content.adoption import read_adoption"),
        ("content/text.py", "from pharmacyfirst.record import consultation"),
        ("paper/words.py", "from pharmacyfirst.kernel.dose import plain"),
        ("proof/mutants.py", "from pharmacyfirst.cli import main"),
        ("review/notes.py", "from pharmacyfirst import load"),
    ],
)
def test_a_forbidden_import_that_is_planted_is_found(copy, where, planted):
    path = copy / where
    path.write_text(f"{path.read_text(encoding='utf-8')}\n\ndef planted():\n    {planted}\n", encoding="utf-8")
    (found,) = out_of_place(copy, FLOORS)
    assert found.startswith(f"pharmacyfirst/{where}:")
    assert " imports pharmacyfirst." in found


@pytest.mark.parametrize("name", ["attic/__init__.py", "attic.py"])
def test_a_room_that_the_table_does_not_name_is_found(copy, name):
    (copy / name).parent.mkdir(exist_ok=True)
    (copy / name).write_text("", encoding="utf-8")
    assert [*out_of_place(copy, FLOORS)] == ["attic is not in the table of rooms"]


@pytest.mark.parametrize("library", ONE_PLACE)
def test_a_library_with_one_way_in_is_imported_there_alone(library):
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for line, name in imported(path)
        if name.split(".")[0] == library
        and not any(
            path.is_relative_to(PACKAGE / place) or path == PACKAGE / f"{place}.py" for place in ONE_PLACE[library]
        )
    ]
    assert wrong == []


def test_sending_knows_the_message_wing_alone_and_in_one_module():
    for path in rooms(PACKAGE).get("sending", []):
        ours = [name for _, name in imported(path) if name.startswith("pharmacyfirst.record")]
        assert not ours or path.name == "prepare.py", path
        assert all(name.startswith("pharmacyfirst.record.message") for name in ours), ours


def test_review_knows_of_records_their_names_and_tables_alone_and_each_in_one_module():
    allowed = {"blank.py": {"decision", "lists", "people"}, "recorded.py": {"standard"}}
    for path in rooms(PACKAGE)["review"]:
        ours = {name.rpartition(".")[0] for _, name in imported(path) if name.startswith("pharmacyfirst.record")}
        assert ours <= {f"pharmacyfirst.record.{one}" for one in allowed.get(path.name, ())}, (path, ours)


def test_no_two_classes_of_the_package_share_a_name():
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in nodes(path, ast.ClassDef):
            found.setdefault(node.name, []).append(str(path.relative_to(PACKAGE)))
    assert {name: where for name, where in found.items() if len(where) > 1} == {}


def test_no_module_is_longer_than_one_sitting():
    longer = {
        str(path.relative_to(PACKAGE)): size
        for path in sorted(PACKAGE.rglob("*.py"))
        if (size := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert longer == {}


# The legal half tells time by England's clock, which the system's table of zones knows.
PURE = {"kernel": set(), "authority": {"zoneinfo"}}


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_imports_the_standard_library_alone_and_nothing_impure(room):
    wrong = []
    for path in sorted((PACKAGE / room).glob("*.py")):
        for line, module in imported(path):
            top = module.split(".")[0]
            if top != "pharmacyfirst" and (top not in sys.stdlib_module_names or top in IMPURE - PURE[room]):
                wrong.append(f"{path.name}:{line} imports {module}")
    assert not wrong


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_opens_prints_and_evaluates_nothing(room):
    forbidden = {"open", "print", "eval", "exec", "input", "__import__", "compile"}
    wrong = [
        f"{path.name}:{node.lineno} calls {node.func.id}"
        for path in sorted((PACKAGE / room).glob("*.py"))
        for node in nodes(path, ast.Call)
        if node.func.id in forbidden
    ]
    assert not wrong


def test_importing_the_package_brings_neither_pydantic_nor_yaml():
    seen = (
        "import sys, datetime, pharmacyfirst; from pharmacyfirst import assess, explain, Pathway, Refused;"
        "print(sorted({'pydantic', 'yaml', 'click', 'jinja2', 'lxml'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert run.stdout.strip() == "[]"


def test_nothing_outside_the_front_door_reads_an_attribute_by_a_name_made_at_run_time():
    """A getattr with a name that is not written there hides who calls whom; a few places list their names beside it."""
    wrong = []
    for path in sorted((PACKAGE / "kernel").glob("*.py")):
        for node in nodes(path, ast.Call):
            if node.func.id == "getattr":
                wrong.append(f"{path.name}:{node.lineno}")
    assert wrong == []


INLINED = ast.ListComp | ast.SetComp | ast.DictComp


def named_in(node):
    """Every name under a node that is neither a function of its own nor in one."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Name):
            yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from named_in(child)


def bound_in(comprehension):
    return {one.id for part in comprehension.generators for one in ast.walk(part.target) if isinstance(one, ast.Name)}


def both_ours_and_pythons(source):
    """Where a comprehension binds a name of Python's own that stands beside it as Python's own, as ``name in function``."""
    found = []
    functions = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    for function in functions:
        comprehensions = [one for one in ast.walk(function) if isinstance(one, INLINED | ast.GeneratorExp)]
        ours = {name for one in comprehensions if isinstance(one, INLINED) for name in bound_in(one)}
        inside = {
            id(name) for one in comprehensions for name in ast.walk(one) if getattr(name, "id", None) in bound_in(one)
        }
        beside = {name.id for name in named_in(function) if id(name) not in inside}
        beside -= {one.arg for one in ast.walk(function.args) if isinstance(one, ast.arg)}
        found += [f"{name} in {function.name}" for name in sorted(ours & beside & set(dir(builtins)))]
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_name_is_ours_in_one_comprehension_and_pythons_own_in_the_next(path):
    """Python 3.12.0 and 3.12.1 make one scope of both, and fail where the second is run: UnboundLocalError, in a function that is right."""
    assert both_ours_and_pythons(path.read_text(encoding="utf-8")) == []


def test_a_name_that_is_both_is_found():
    once = "def f(ours):\n    return [id for id in ours], [id(one) for one in ours]\n"
    assert both_ours_and_pythons(once) == ["id in f"]
    assert both_ours_and_pythons(once.replace("[id for id", "[one for one")) == []
