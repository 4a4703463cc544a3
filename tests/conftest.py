import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

NO_SKIPS = os.environ.get("PHARMACYFIRST_NO_SKIPS") == "1"

# How fast this machine is says nothing about whether a pathway is safe, so neither profile judges by time.
TIMELESS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow], "print_blob": True}

# quick gives every developer the same examples; thorough looks for new ones each time it runs.
settings.register_profile("quick", max_examples=60, derandomize=True, **TIMELESS)
settings.register_profile("thorough", max_examples=2000, derandomize=False, **TIMELESS)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def shared():
    """The reference material that is not ours to ship: a test that reads it runs only where it lies."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("../shared is not beside this checkout")
    return folder


def skipped(config):
    """Each skipped test with its reason, as pytest counted them."""
    reports = config.pluginmanager.get_plugin("terminalreporter").stats.get("skipped", [])
    return [(report.nodeid, report.longrepr[2].removeprefix("Skipped: ")) for report in reports]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    passed = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    if NO_SKIPS and passed and skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


# Outermost, so that it is printed after every other summary.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter, config):
    yield
    tests = skipped(config)
    if not tests:
        return
    terminalreporter.section("skipped")
    for name, reason in tests:
        terminalreporter.line(f"{name}: {reason}")
    terminalreporter.line("`make system` installs the missing parts.")
    if NO_SKIPS:
        terminalreporter.line("PHARMACYFIRST_NO_SKIPS=1: a skipped test is a failure, so this run failed.")
