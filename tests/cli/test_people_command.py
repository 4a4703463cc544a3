"""``pharmacyfirst people``: the first administrator and what is done from the terminal; the password is asked for, and shown nowhere."""

import pytest
import the_program
from certificates import certificate_for
from click.testing import CliRunner

from pharmacyfirst.cli.main import main
from pharmacyfirst.people import NotSignedIn, SigningIn, open_people
from pharmacyfirst.store import open_store

PASSWORD = "seven quiet herons wade"
ROBIN = ["add", "robin", "--family", "Sample", "--given", "Robin", "--role", "pharmacist", "--role", "administrator", "--gphc", "2999999"]  # fmt: skip


def run(folder, *arguments, typed=""):
    return CliRunner().invoke(main, ["people", *arguments, "--data", str(folder)], input=typed)


@pytest.fixture
def folder(tmp_path):
    done = run(tmp_path, *ROBIN, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert done.exit_code == 0, done.output
    assert PASSWORD not in done.output
    return tmp_path


def now():
    from datetime import UTC, datetime

    return datetime(2026, 11, 21, 10, 30, tzinfo=UTC)


def may_come_in(folder, password=PASSWORD):
    with open_people(folder, now) as people:
        try:
            return SigningIn(people, lambda: 0.0).sign_in("robin", password).name == "Robin Sample"
        except NotSignedIn:
            return False


def test_the_first_administrator_comes_in_and_the_store_knows_that_people_sign_in(folder):
    assert may_come_in(folder)
    with open_store(folder, now) as store:
        assert store.people_sign_in


@pytest.mark.parametrize(
    ("arguments", "typed", "says"),
    [
        (["add", "sam", "--family", "Other", "--role", "auditor"], "", "has to be an administrator"),
        ([*ROBIN[:-1], "123"], "", "seven digits"),
        (ROBIN, "short\nshort\n", "Password: choose 12"),
        (ROBIN, "robin.sample.robin\nrobin.sample.robin\n", "would be guessed"),
    ],
)
def test_what_does_not_fit_adds_nobody_and_demands_nothing(tmp_path, arguments, typed, says):
    done = run(tmp_path, *arguments, typed=typed)
    assert done.exit_code == 1, done.output
    assert says in done.output
    with open_people(tmp_path, now) as people, open_store(tmp_path, now) as store:
        assert not people.are_there
        assert not store.people_sign_in


def test_people_are_listed_disabled_enabled_and_given_roles(folder):
    run(folder, "add", "alex", "--family", "Example", "--role", "auditor", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert run(folder, "disable", "alex").exit_code == 0
    listed = run(folder, "list").output
    assert "robin: Robin Sample, pharmacist, administrator, GPhC 2999999\n" in listed
    assert "alex: Example, auditor, disabled\n" in listed
    run(folder, "enable", "alex")
    run(folder, "roles", "alex", "--role", "reviewer", "--role", "auditor")
    assert "alex: Example, reviewer, auditor\n" in run(folder, "list").output
    assert "last administrator" in run(folder, "disable", "robin").output
    assert "last administrator" in run(folder, "roles", "robin", "--role", "pharmacist").output
    said = run(folder, "history").output
    assert "Example: roles set (reviewer, auditor), by at the terminal" in said
    assert "$argon2" not in said


def test_a_lost_password_is_set_anew_in_the_terminal(folder):
    another = "a grey boat under the bridge"
    assert run(folder, "password", "robin", typed=f"{another}\n{another}\n").exit_code == 0
    assert not may_come_in(folder)
    assert may_come_in(folder, another)


def test_a_lost_authenticator_is_taken_away_in_the_terminal(folder):
    import pyotp

    from pharmacyfirst.people.second_factor import new_seed

    with open_people(folder, now) as people:
        robin, seed = people.who_signs_in_as("robin"), new_seed()
        people.set_up_second_factor(robin.id, seed, pyotp.TOTP(seed).at(now()), by="Robin Sample")
    assert not may_come_in(folder)
    another = "a grey boat under the bridge"
    assert run(folder, "password", "robin", typed=f"{another}\n{another}\ny\n").exit_code == 0
    assert may_come_in(folder, another)


def test_a_copy_is_never_written_over_another(folder):
    assert run(folder, "backup", str(folder / "copy.sqlite")).exit_code == 0
    assert run(folder, "backup", str(folder / "copy.sqlite")).exit_code == 2


@pytest.mark.parametrize("arguments", [["list"], ["disable", "robin"], ["history"]])
def test_where_there_are_no_accounts_that_is_said(tmp_path, arguments):
    done = run(tmp_path, *arguments)
    assert done.exit_code == 2
    assert "no accounts" in done.output


def test_nobody_of_that_word_is_said_without_the_word(folder):
    done = run(folder, "disable", "charlie.practice")
    assert done.exit_code == 2
    assert "charlie" not in done.output


def test_elsewhere_is_served_only_with_tls_even_where_people_sign_in(folder):
    result = the_program.run("serve", "--data", folder, "--host", "0.0.0.0")
    assert result.exit_code == 2
    assert "over TLS alone" in result.output


def test_where_the_accounts_are_gone_nothing_is_served(folder):
    (folder / "people.sqlite").unlink()
    result = the_program.run("serve", "--data", folder)
    assert result.exit_code == 2
    assert "Put a copy of people.sqlite back" in result.output


def test_over_tls_it_answers_its_own_name_and_nothing_without_tls(folder):
    import http.client
    import socket
    import ssl
    import subprocess
    import sys
    import time

    made, key = certificate_for(folder, "localhost")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = [
        "--data",
        str(folder),
        "--port",
        str(port),
        "--name",
        "localhost",
        "--certificate",
        str(made),
        "--key",
        str(key),
    ]
    command = [sys.executable, "-m", "pharmacyfirst", "serve", *settings]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert f"https://localhost:{port}" in program.stdout.readline()
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        asked = http.client.HTTPSConnection(
            "localhost", port, timeout=30, context=ssl.create_default_context(cafile=made)
        )
        asked.request("GET", "/who")
        reply = asked.getresponse()
        assert (reply.status, b"Sign in" in reply.read()) == (200, True)
        asked.request("GET", "/who", headers={"host": "pharmacy.example"})
        assert asked.getresponse().status == 403
        plain = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        with pytest.raises((http.client.HTTPException, OSError)):
            plain.request("GET", "/who") or plain.getresponse()
        asked.close(), plain.close()
    finally:
        program.terminate()
        program.wait(timeout=20)
