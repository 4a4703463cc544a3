"""The room of the command line: who knows click, what starting up costs, and what every command can do."""

import ast
import subprocess
import sys

import click
import pytest
from the_program import ENVIRONMENT, EXAMPLES, ROOT, commands, run

PACKAGE = ROOT / "pharmacyfirst"
COMMANDS = {" ".join(path): (path, command) for path, command in commands()}


def imports(path):
    """The top-level names that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def test_click_is_imported_in_this_room_and_nowhere_else():
    rooms = {path.relative_to(PACKAGE).parts[0] for path in PACKAGE.rglob("*.py") if "click" in imports(path)}

    assert rooms == {"cli"}


def test_no_module_is_looked_for_by_a_name_at_run_time():
    found = [path.name for path in (PACKAGE / "cli").glob("*.py") if {"importlib", "pkgutil"} & set(imports(path))]

    assert found == []


def test_there_is_one_error_for_bad_input_and_no_long_module():
    named = [
        (node.name, path.name)
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and "badinput" in node.name.lower()
    ]

    assert named == [("BadInput", "guard.py")]
    assert [one.name for one in (PACKAGE / "cli").glob("*.py") if len(one.read_text().splitlines()) > 400] == []


@pytest.mark.parametrize(
    ("words", "spared"),
    [
        (["--help"], {"yaml", "pydantic", "jinja2", "lxml"}),
        (["--version"], {"yaml", "pydantic", "jinja2", "lxml"}),
        (["record", "--help"], {"yaml", "pydantic", "jinja2", "lxml"}),
        (["nonsense"], {"pydantic", "jinja2", "lxml"}),
        (["assess", "uncomplicated-uti", str(EXAMPLES / "uti-supply.json")], {"jinja2", "lxml", "mesh_client"}),
        (["consult", "--help"], {"pydantic", "jinja2", "lxml"}),
    ],
)
def test_starting_up_imports_only_what_the_command_needs(words, spared):
    seen = (
        "import sys\nfrom pharmacyfirst.cli.main import main\n"
        f"main({words}, standalone_mode=True) if not sys.argv[1:] else None\n"
    )
    code = f"import atexit, sys\natexit.register(lambda: print('IMPORTED', *sys.modules, file=sys.stderr))\n{seen}"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT)

    imported = ran.stderr.split("IMPORTED")[1].split()
    assert "click" in imported
    assert spared & set(imported) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_help_under_both_names_with_an_example(name):
    path, command = COMMANDS[name]

    short = run(*path, "-h")
    assert short.exit_code == 0
    assert short.stdout == run(*path, "--help").stdout
    example = short.stdout.split("Example:\n")[1].split("\n\n")[0].strip()
    assert example.startswith(" ".join(["pharmacyfirst", *path]))
    if not isinstance(command, click.Group):
        arguments = [one for one in command.params if one.required]
        assert len(example.split()) >= 1 + len(path) + len(arguments)


@pytest.mark.parametrize("name", [name for name, (_, one) in COMMANDS.items() if isinstance(one, click.Group)])
def test_the_line_of_a_command_in_its_groups_help_is_the_first_of_its_own(name):
    _, group = COMMANDS[name]
    context = click.Context(group)

    for one in group.list_commands(context):
        entry = getattr(group, "entries", {}).get(one)
        help = group.get_command(context, one).help
        assert entry is None or help.split("\n\n")[0] == entry.__doc__
