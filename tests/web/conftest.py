"""The canary of the form, over all these tests: who they are about is in no log, nothing printed, no address and no error."""

import pytest
from lines_written import lines_written
from visiting import CANARIES, LEAKS, Clock, at_the_desk, open_form


@pytest.fixture(scope="module")
def clock():
    """The clock of a pharmacy that several tests are about; a module may have one for each test."""
    return Clock()


@pytest.fixture(scope="module")
def desk(tmp_path_factory, clock):
    """Somebody at the desk of a pharmacy that has adopted what it supplies and has a mailbox, and its folder; a module may have another."""
    from test_real_patients import adopted

    folder = tmp_path_factory.mktemp("form")
    with open_form(folder, clock) as client:
        yield at_the_desk(client, **{"u-adoption": str(adopted(folder)), "u-mailbox": "X26OT000"}), folder


@pytest.fixture(autouse=True)
def nothing_leaks():
    """Every answer of the form was looked at on its way (``visiting.Watched``), and so is every line that it wrote of it."""
    LEAKS.clear()
    with lines_written() as lines:
        yield lines
    assert [*dict.fromkeys(LEAKS)] == []
    said = "\n".join(lines())
    assert [word for word in CANARIES if word in said] == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Whatever a test made the form print or log is looked through; a test that names somebody there fails."""
    report = yield
    said = report.capstdout + report.capstderr + report.caplog
    if report.passed and (named := [word for word in CANARIES if word in said]):
        report.outcome, report.longrepr = "failed", f"printed or logged while {report.when}: {', '.join(named)}"
    return report
