"""The client pages: each program holds a consultation with the real server, to a supply, its record and its message."""

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from calling import ACCOUNT, MAILBOX, ROOT, a_key

CLIENTS = ROOT / "examples" / "clients"
GSON = Path("/usr/share/java/gson.jar")
PAGE = (ROOT / "docs" / "api-clients.md").read_text(encoding="utf-8")


def need(*there):
    missing = [str(one) for one in there if not (one.exists() if isinstance(one, Path) else shutil.which(one))]
    if missing:
        pytest.skip(f"{', '.join(missing)} is not here; `make system` installs it")


def python(_):
    return [sys.executable, CLIENTS / "consultation.py"]


def javascript(_):
    need("node")
    return ["node", CLIENTS / "consultation.mjs"]


def java(_):
    need("java", "javac", GSON)
    return ["java", "-cp", GSON, CLIENTS / "Consultation.java"]


def csharp(folder):
    need("mcs", "mono", Path("/usr/lib/mono/4.5/System.Web.Extensions.dll"))
    program = folder / "Consultation.exe"
    subprocess.run(["mcs", "-r:System.Web.Extensions.dll", f"-out:{program}", CLIENTS / "Consultation.cs"], check=True)
    return ["mono", program]


@pytest.fixture
def an_account(tmp_path):
    """The example's account, of another consultation each time."""

    def an_account(**changes):
        path = tmp_path / "account.json"
        held = json.loads(ACCOUNT)
        held["facts"] |= changes
        path.write_text(json.dumps(held | {"id": str(uuid4())}), encoding="utf-8")
        return path

    return an_account


@pytest.mark.parametrize(
    "client", [python, *(pytest.param(one, marks=pytest.mark.system) for one in (javascript, java, csharp))]
)
def test_a_client_holds_a_consultation_to_a_supply_and_its_message(client, tmp_path, served, an_account):
    command = client(tmp_path)
    data = tmp_path / "data"
    key = a_key(data)
    url = served("--data", data, "--mailbox", MAILBOX)

    def ran(account, key=key):
        environment = os.environ | {"PHARMACYFIRST_API_KEY": key}
        return subprocess.run(
            [*map(str, command), url, str(account)],
            capture_output=True,
            text=True,
            timeout=300,
            env=environment,
            check=False,
        )

    done = ran(an_account())
    assert done.stdout.lower() == "may be supplied nitrofurantoin\nfinished supplied\nmessage true\n", done.stderr
    stopped = ran(an_account(rigors=True))
    assert stopped.stdout.lower() == "refer the same day\n", stopped.stderr
    same = an_account()
    for _ in range(2):  # the page's own commands, one after the other on one store: each is a consultation of its own
        assert ran(same).stdout.lower().endswith("message true\n")
    unlucky = ran(an_account(), key="none")
    assert unlucky.returncode != 0
    assert "wrong_key: This API key is not in use." in unlucky.stderr + unlucky.stdout


def test_where_no_answer_comes_the_python_client_says_what_to_do_and_shows_no_traceback(tmp_path, an_account):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # nobody listens there
        said = subprocess.run(
            [*map(str, python(tmp_path)), f"http://127.0.0.1:{free.getsockname()[1]}", str(an_account())],
            capture_output=True,
            text=True,
            timeout=60,
            env=os.environ | {"PHARMACYFIRST_API_KEY": "none"},
            check=False,
        )
    assert said.returncode == 1
    assert said.stderr.startswith("no answer: ")
    assert said.stderr.endswith("Send the same again.\n")


@pytest.mark.parametrize("name", ["consultation.py", "consultation.mjs", "Consultation.java", "Consultation.cs"])
def test_the_page_shows_the_program_that_was_run(name):
    assert (CLIENTS / name).read_text(encoding="utf-8").rstrip() in PAGE
