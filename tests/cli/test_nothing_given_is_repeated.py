"""A patient's record, or words about a patient, where something else belongs: no command repeats any of it."""

import click
import pytest
from misplaced import EXTRA, MARKS, NAME, WHO, WORDS, account, files, folders, record
from shares import every_nth
from shipped import once_for_what_ships
from the_program import EXAMPLES, commands, program, run

from pharmacyfirst.proof import prove

COMMANDS = {" ".join(path): (path, command) for path, command in commands()}
LEAVES = [name for name, (_, command) in COMMANDS.items() if not isinstance(command, click.Group)]
# What a command needs beside the one thing that is misplaced, by the name of its parameter. One that is not named here gets
# something that its type takes.
FITS = {
    "condition": "uncomplicated-uti",
    "conditions": "uncomplicated-uti",
    "pgd": "nitrofurantoin",
    "facts": EXAMPLES / "uti-supply.json",
    "account": EXAMPLES / "account-uti.json",
    "adoption": EXAMPLES / "adoption.yaml",
    "practitioner": "2012345",
    "consultation": EXAMPLES / "consultation-supply.json",
    "consultations": EXAMPLES / "consultation-supply.json",
}
MESH = {
    "PHARMACYFIRST_MESH_URL": "http://127.0.0.1:9",
    "PHARMACYFIRST_MESH_MAILBOX": "FZZ99OT001",
    "PHARMACYFIRST_MESH_PASSWORD": "password",
    "PHARMACYFIRST_MESH_SHARED_KEY": "key",
}
# Parameters that take a record. Where one is taken, papers about its patient are what the command is for; what it says of one that
# it refuses is not.
RECORDS = {"account", "consultation", "consultations"}
MAKES = {"new"}  # what somebody names here is the name of what is made, and said once it is


def fits(parameter, folder):
    kind = parameter.type
    if parameter.name in FITS:
        return str(FITS[parameter.name])
    if isinstance(kind, click.Choice):
        return kind.choices[0]
    if isinstance(kind, click.Path):
        return str(folder / f"new-{parameter.name}")
    return "1" if isinstance(kind, click.IntRange) else "x"


def words_with(command, planted, value, folder):
    """The words of a command with a value planted at one of its parameters, and all that it needs beside."""
    words = []
    for one in command.params:
        if one is planted:
            given = value
        elif one.required or (isinstance(one, click.Argument) and one.name in FITS):
            given = fits(one, folder)
        else:
            continue
        if not isinstance(one, click.Option):
            words.append(str(given))
        elif one.is_flag:
            words.append(f"{one.opts[-1]}={given}")
        else:
            words += [one.opts[-1], str(given)]
    return words


def places(command):
    return [one for one in command.params if not (isinstance(one, click.Option) and one.is_eager)]


def plants(parameter, folder):
    """What stands where this parameter's value belongs."""
    if isinstance(parameter.type, click.Path) and not parameter.type.file_okay:
        there = list(folders(folder))
        yield from (*WORDS, *there) if parameter.type.exists else (WORDS[0], there[1])  # the others are written to
        return
    yield from WORDS
    if isinstance(parameter.type, click.Path) or parameter.name in ("facts", "condition"):
        yield from files(folder)


def first_with(parameter):
    """The first command that has this option: what many commands share is read by the same lines in each."""
    told = (parameter.opts, parameter.type.name, parameter.help)
    return next(
        name
        for name in LEAVES
        for one in COMMANDS[name][1].params
        if isinstance(one, click.Option) and (one.opts, one.type.name, one.help) == told
    )


def some(name, parameter, planted):
    """All that is planted; at an option that an earlier command has too, one of them, by turns."""
    if not isinstance(parameter, click.Option) or first_with(parameter) == name:
        return planted
    return [planted[LEAVES.index(name) % len(planted)]]


def leaks(path, words, folder):
    ran = run(*path, *words, input="", **MESH)
    name = " ".join(path)
    papers = ran.exit_code == 0 and (name in MAKES or RECORDS & {one.name for one in COMMANDS[name][1].params})
    said = (ran.stderr,) if papers else (ran.stdout, ran.stderr)
    return [f"{' '.join(map(str, words))}: {one}" for one in said if MARKS.search(one.replace(str(folder), ""))]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where files are written; no part of its own name is anybody's."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


PROVED = once_for_what_ships(prove.prove)


@pytest.fixture
def proved_once(monkeypatch):
    """What is proved of the content that ships is the same whatever is planted beside it, and takes half a second each time."""
    monkeypatch.setattr(prove, "prove", PROVED)


@pytest.mark.usefixtures("proved_once")
@pytest.mark.parametrize("name", every_nth(LEAVES, 5))
def test_no_command_repeats_what_stands_where_something_else_belongs(name, folder):
    path, command = COMMANDS[name]
    found = []
    for number, parameter in enumerate(places(command)):
        own = folder / str(number)
        own.mkdir()
        for count, value in enumerate(some(name, parameter, list(plants(parameter, own)))):
            (work := folder / f"{number}-{count}").mkdir()
            found += leaks(path, words_with(command, parameter, value, work), folder)

    assert found == []


@pytest.mark.parametrize("name", every_nth(COMMANDS, 3))
def test_no_command_repeats_a_word_that_it_does_not_know(name, folder):
    path, command = COMMANDS[name]
    needed = words_with(command, None, None, folder) if name in LEAVES else []

    assert [leak for extra in EXTRA for leak in leaks(path, [*needed, *extra], folder)] == []


@pytest.mark.parametrize("name", [name for name in LEAVES if RECORDS & {one.name for one in COMMANDS[name][1].params}])
def test_a_sound_record_is_not_named_where_it_is_refused(name, folder):
    """Without consent to share, or with content that is not at hand: the reason, and nobody's name."""
    import json

    path, command = COMMANDS[name]
    file = folder / f"{WHO}.json"
    held = record(consent={"to_treat": True, "to_share": False}, records_viewed=[], not_viewed_because="refused")
    file.write_text(json.dumps(account() if "account" in RECORDS & {one.name for one in command.params} else held))
    parameter = next(one for one in command.params if one.name in RECORDS)
    ran = run(*path, *words_with(command, parameter, file, folder))

    assert not MARKS.search(ran.stderr)
    assert not MARKS.search(ran.stdout) or ran.exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("assess", "uncomplicated-uti", "-"),
        ("assess", "--jsonl"),
        ("consult", "uncomplicated-uti"),
        ("adopt", "uncomplicated-uti"),
    ],
)
def test_a_record_on_standard_input_is_not_repeated(words, folder):
    import json

    for given in (json.dumps(record(), indent=2), json.dumps(record()), f"{NAME}\n" * 20):
        ran = program(*words, input=given.encode())
        assert not MARKS.search((ran.stdout + ran.stderr).decode()), ran
        assert b"Traceback" not in ran.stderr


def test_a_name_that_is_near_one_of_ours_is_still_said():
    file = EXAMPLES / "uti-supply.json"

    assert 'Did you mean "uncomplicated-uti"?' in run("assess", "uncomplicated-utis", file).stderr
    assert 'Did you mean "--as-of"?' in run("assess", "uncomplicated-uti", file, "--asof", "2026-11-21").stderr
    assert 'Did you mean "assess"?' in run("asess").stderr
    assert "choose one of: in person, video, telephone." in run("authorise", "--channel", "phone", "a", "b").stderr
