"""What a server writes of its own work: one JSON object a line, which tells what happened where and how long it took, and names nobody."""

import asyncio
import json
import logging
import subprocess
import sys
from io import StringIO

import pytest
from lines_written import lines_written

from pharmacyfirst.log import Lines, Requests, asked_by, failed, tell

SECRET = "Featherstonehaugh"


class Route:
    path = "/c/{id}/page/{number}"


def scope(method="GET", **more):
    return {
        "type": "http",
        "method": method,
        "path": f"/c/{SECRET}/page/1",
        "query_string": SECRET.encode(),
        "route": Route(),
        **more,
    }


def asked(app, which=Lines.REQUESTS, **more):
    """What was sent, and the lines that were written."""
    sent = []

    async def send(message):
        sent.append(message)

    with lines_written(which) as lines:
        asyncio.run(Requests(app, "web")(scope(**more), None, send))
        return sent, [json.loads(line) for line in lines()]


async def answers(scope, receive, send):
    asked_by(scope, ["technician", "pharmacist"], "account-of-somebody")
    await send({"type": "http.response.start", "status": 303, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_a_line_of_a_request_has_the_pattern_of_its_path_and_who_asked_by_their_roles():
    sent, (line,) = asked(answers)
    assert {*line} == {
        "at",
        "level",
        "room",
        "what",
        "request",
        "method",
        "path",
        "status",
        "wall_ms",
        "cpu_ms",
        "roles",
        "by",
    }
    assert (line["level"], line["room"], line["what"]) == ("info", "web", "answered")
    assert (line["method"], line["path"], line["status"]) == ("GET", "/c/{id}/page/{number}", 303)
    assert line["roles"] == ["pharmacist", "technician"]
    assert line["at"].endswith("+00:00")
    assert dict(sent[0]["headers"])[b"x-request-id"].decode() == line["request"]
    assert SECRET not in str(line)


def test_a_mark_joins_the_lines_of_one_person_in_one_run_and_leads_to_nobody():
    both = [asked(answers)[1][0] for _ in range(2)]
    assert both[0]["by"] == both[1]["by"]
    assert both[0]["request"] != both[1]["request"]
    other = subprocess.run(
        [sys.executable, "-c", "from pharmacyfirst.log import asked_by; s = {}; asked_by(s, [], 'account-of-somebody'); print(s)"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "'by': '" in other
    assert both[0]["by"] not in other


def test_a_method_that_somebody_made_up_and_a_path_that_is_no_page_are_not_repeated():
    _, (line,) = asked(answers, method=SECRET.upper(), route=None)
    assert (line["method"], line["path"]) == ("another", "(another path)")


def test_what_nobody_caught_is_answered_without_what_it_says_and_written_with_its_place():
    async def fails(scope, receive, send):
        raise ValueError(SECRET)

    sent, (line, answered) = asked(fails)
    assert sent[0]["status"] == answered["status"] == 500
    assert (line["level"], line["what"], line["error"]) == ("error", "failed", "ValueError")
    assert "test_log.py:" in line["places"]
    assert line["request"] == answered["request"]
    assert line["request"].encode() in sent[1]["body"]
    assert SECRET not in str((sent, line))


def test_an_answer_that_was_begun_is_not_begun_again():
    async def breaks_off(scope, receive, send):
        await answers(scope, receive, send)
        raise ValueError(SECRET)

    sent, lines = asked(breaks_off)
    assert [one["type"] for one in sent] == ["http.response.start", "http.response.body"]
    assert [line["what"] for line in lines] == ["failed", "answered"]


@pytest.mark.parametrize(("which", "written"), [(Lines.REQUESTS, 2), (Lines.ERRORS, 1), (Lines.NOTHING, 0)])
def test_which_lines_are_written_is_chosen(which, written):
    async def fails(scope, receive, send):
        failed("web", scope, ValueError())
        await answers(scope, receive, send)

    assert len(asked(fails, which)[1]) == written


def test_who_asked_stands_beside_a_failure_also_where_no_other_line_is_written():
    async def fails(scope, receive, send):
        asked_by(scope, key="0123456789ab")
        failed("api", scope, KeyError(SECRET))

    _, (line,) = asked(fails, Lines.ERRORS)
    assert (line["key"], line["error"]) == ("0123456789ab", "KeyError")


def test_cpu_time_is_of_this_request_alone_and_not_of_others_while_it_waits():
    def work(until=0.03):
        from time import thread_time

        begun = thread_time()
        while thread_time() - begun < until:
            pass

    async def waits(scope, receive, send):
        await asyncio.sleep(0.001)
        await answers(scope, receive, send)

    async def works(scope, receive, send):
        work()
        await answers(scope, receive, send)

    async def both():
        async def send(message):
            pass

        await asyncio.gather(Requests(waits, "web")(scope(), None, send), Requests(works, "web")(scope(), None, send))

    with lines_written() as lines:
        asyncio.run(both())
        of_works, of_waits = sorted((json.loads(line) for line in lines()), key=lambda line: -line["cpu_ms"])
    assert of_works["cpu_ms"] >= 30
    assert of_waits["cpu_ms"] < 25
    assert of_waits["wall_ms"] >= 29


def test_somebody_who_goes_away_while_they_are_answered_is_no_failure():
    async def waits(scope, receive, send):
        await asyncio.sleep(60)

    async def gone():
        task = asyncio.create_task(Requests(waits, "web")(scope(), None, None))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with lines_written() as lines:
        asyncio.run(gone())
        assert lines() == []


LIBRARY = """
import logging
from pharmacyfirst.log import Lines, write_lines
write_lines(Lines.{which})
logging.getLogger("uvicorn.error").info("Nobody needs this")
logging.getLogger("uvicorn.error").warning("Invalid request from %s", "Featherstonehaugh")
logging.getLogger("uvicorn.error").error(OSError(98, "address already in use"))
try:
    int("Featherstonehaugh")
except ValueError as error:
    logging.getLogger("some.library").error("It broke", exc_info=error)
logging.getLogger("pharmacyfirst.web").info("started")
"""


def run(which):
    ran = subprocess.run(
        [sys.executable, "-c", LIBRARY.format(which=which)], capture_output=True, text=True, check=True
    )
    assert ran.stdout == ""
    return ran.stderr


def test_lines_of_libraries_are_json_too_without_what_was_filled_into_them():
    said = run("REQUESTS")
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["what"] for line in lines] == [
        "Invalid request from %s",
        "address already in use",
        "It broke",
        "started",
    ]
    assert [line["room"] for line in lines] == ["uvicorn.error", "uvicorn.error", "some.library", "web"]
    assert (lines[2]["error"], lines[2]["places"]) == ("ValueError", "<string>:9")
    assert SECRET not in said


def test_nothing_is_written_where_nothing_is_wanted():
    assert run("NOTHING") == ""


def test_a_line_is_one_line_whatever_stands_in_it():
    with lines_written() as lines:
        tell("web", "two\nlines", {"with": "a\u2028break"})
        (line,) = lines()
    assert json.loads(line)["what"] == "two\nlines"


def test_our_own_handlers_are_not_doubled():
    from pharmacyfirst.log import write_lines

    root = logging.getLogger()
    handlers, levels = root.handlers[:], (root.level, logging.getLogger("pharmacyfirst").level)
    try:
        said = StringIO()
        for _ in range(2):
            write_lines(Lines.REQUESTS, said)
        tell("web", "started")
        assert len(said.getvalue().splitlines()) == 1
    finally:
        root.handlers[:] = handlers
        root.setLevel(levels[0])
        logging.getLogger("pharmacyfirst").setLevel(levels[1])
