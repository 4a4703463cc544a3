"""What a run says last: the tests that were left out, those that were skipped and why, how long it took, and how large the package is."""

import io
import os
import re
import time
import tokenize
from collections import Counter
from pathlib import Path

import pytest
from system_parts import left_out

PACKAGE = Path(__file__).resolve().parents[1] / "pharmacyfirst"
NO_SKIPS = os.environ.get("PHARMACYFIRST_NO_SKIPS") == "1"
NOT_CODE = {
    tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING, tokenize.ENDMARKER,
}  # fmt: skip
STARTED = time.monotonic()


def lines_of_code(folder):
    """How many lines of a folder's Python hold code: no blanks, comments or docstrings."""
    return sum(len(code_in(path.read_text(encoding="utf-8"))) for path in folder.rglob("*.py"))


def code_in(text):
    """The numbers of the lines that hold code."""
    lines, beginning = set(), True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NOT_CODE and not (beginning and token.type == tokenize.STRING):
            lines.update(range(token.start[0], token.end[0] + 1))
        if token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
            beginning = True
        elif token.type not in (tokenize.NL, tokenize.COMMENT):
            beginning = False
    return lines


def skipped(config):
    """Each skipped test with its reason, as pytest counted them; none in a worker, whose tests its controller counts."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
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
    terminalreporter.section("this run")
    for line in closing_lines(skipped(config), left_out(config)):
        terminalreporter.line(line)
    minutes, seconds = divmod(round(time.monotonic() - STARTED), 60)
    terminalreporter.line(f"time: {minutes} min {seconds} s")
    terminalreporter.line(
        f"lines of code: kernel {lines_of_code(PACKAGE / 'kernel'):,} (at most 2,000), package {lines_of_code(PACKAGE):,}"
    )


def closing_lines(tests, left_out=False):
    """What was left out, and how many tests were skipped for each reason, with what helps against it."""
    if left_out:
        yield "left out: tests that need what make system installs (mark: system) and those that take long (large); make test-all and .ci/run run them"
    reasons = Counter(re.sub(r"/tmp/\S+", "...", reason) for _, reason in tests)
    for reason, count in reasons.most_common():
        yield f"skipped: {count}, because {reason}"
    if NO_SKIPS and tests:
        yield "PHARMACYFIRST_NO_SKIPS=1: a skipped test is a failure, so this run failed."
