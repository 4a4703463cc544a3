"""What `make system` brings, and an environment of somebody else's program, is used by tests with the mark ``system`` alone.

`make test` leaves them out, and so needs Python and its own packages only. A test that uses such a part without the mark fails, and so does
one that is given a fixture which used it, whatever ran before.
"""

import os
import sys
from pathlib import PurePath

import pytest

PROGRAMS = {
    "chromium", "chromium-browser", "google-chrome", "node", "npm", "npx", "java", "javac", "mono", "mcs",
    "pdftotext", "pdftoppm", "pdfinfo", "psql", "postgres", "initdb", "pg_ctl", "systemd-analyze",
}  # fmt: skip
LIBRARIES = {"weasyprint"}  # it opens Pango as soon as it is imported
OURS = "not system and not large"

used: list[str] = []  # by the test that runs now
of_fixtures: dict[int, str] = {}  # the part that a fixture used, by the identity of the fixture


def uses(part):
    """The test that runs now uses this part."""
    used.append(part)


def watch(event, arguments):
    if event == "import":
        if arguments[0] in LIBRARIES and arguments[0] not in sys.modules:  # there as None: a test took it away
            uses(arguments[0])
    elif event == "subprocess.Popen" and (name := PurePath(os.fsdecode(arguments[0])).name) in PROGRAMS:
        uses(name)


sys.addaudithook(watch)


def left_out(config):
    """Whether this run leaves the tests with the mark out, as `make test` does."""
    return config.option.markexpr == OURS


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef):
    before = len(used)
    made = yield
    if new := used[before:]:
        of_fixtures[id(fixturedef)] = new[0]
    return made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "setup":
        served = (one for found in item._fixtureinfo.name2fixturedefs.values() for one in found)
        used.extend(of_fixtures[id(one)] for one in served if id(one) in of_fixtures)
    parts, used[:] = list(dict.fromkeys(used)), []
    if parts and report.passed and item.get_closest_marker("system") is None:
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} uses {', '.join(parts)} and has no mark for it: make test would not run on a machine without. "
            "Write @pytest.mark.system above it."
        )
    return report
