"""The form as a process of its own: somebody is written down in its data folder, and nowhere else on this machine."""

import os
import socket
import subprocess
import sys
import time

import httpx2
from visiting import AGREES, PHARMACY, PIN, SECRET, Visitor

CANARY = {
    "p-family": SECRET, "p-given": "Ann", "p-address": "7 Nowhere Lane, Leeds", "p-postcode": "LS1 6AE", "p-practice_ods": "B86999",
    "p-born_day": "2", "p-born_month": "1", "p-born_year": "1990",
}  # fmt: skip
WORDS = (SECRET.encode(), b"Nowhere Lane", b"LS1 6AE")


def answers_at(address):
    """Until the process answers."""
    for _ in range(600):
        try:
            return httpx2.get(address, timeout=5)
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError("it does not answer")


def written_in(folder):
    return [path for path in folder.rglob("*") if path.is_file() and any(word in path.read_bytes() for word in WORDS)]


def test_somebody_is_written_in_the_data_folder_and_nowhere_else(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    places = {name: tmp_path / name for name in ("data", "home", "temporary", "here")}
    for place in places.values():
        place.mkdir()
    command = [sys.executable, "-m", "pharmacyfirst", "serve", "--data", str(places["data"]), "--port", str(port)]
    homes = {"HOME": str(places["home"]), "TMPDIR": str(places["temporary"]), "XDG_CACHE_HOME": str(places["home"])}
    program = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=places["here"], env=os.environ | homes
    )
    try:
        answers_at(address)
        with httpx2.Client(
            base_url=address, follow_redirects=True, headers={"sec-fetch-site": "same-origin"}, timeout=60
        ) as client:
            visitor = Visitor(client)
            visitor.post("/setting-up", PHARMACY)
            visitor.post("/who", {"gphc": PHARMACY["u-gphc"], "pin": PIN})
            visitor.go("/")
            condition = visitor.page.words.partition('name="condition" value="')[2].partition('"')[0]
            visitor.send("/begin", condition=condition, practice="")
            visitor.answer_page({"consent_given": True}, **AGREES | CANARY)
            consultation = visitor.consultation
            visitor.go(f"{consultation}/page/1")
            fields = visitor.page.forms[visitor.path] | {"threat": "yes"}
            visitor.post(f"{consultation}/threat", fields)
            visitor.post(visitor.path, visitor.page.forms[visitor.path] | {"o-did": "called"})
            assert visitor.page.title.startswith("Saved: "), visitor.page.title
            record = visitor.path
            assert SECRET in visitor.go(f"{record}/letter.txt").words
            visitor.go(f"{record}/page.html")
            visitor.go("/")
            assert SECRET in visitor.send("/find", find=SECRET).words
            for path, body in ((f"/r/{SECRET}", None), ("/nowhere", {"x": SECRET}), ("/begin", {"condition": SECRET})):
                visitor.post(path, body) if body else visitor.go(path)
    finally:
        program.terminate()
        said = program.communicate(timeout=60)[0]
    assert not [word for word in WORDS if word in said]
    assert written_in(places["data"])
    assert [path for name in ("home", "temporary", "here") for path in written_in(places[name])] == []
