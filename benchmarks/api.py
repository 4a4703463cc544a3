"""How much CPU time the API takes for an assessment, beside bare handlers in the same run: python benchmarks/api.py [--requests N] [--rounds N]

Each server is a process of its own under uvicorn with httptools, called over ten connections on loopback; the times are
CPU time of that process alone, so that what else the machine does counts less. Rounds go through all servers in turn. The goal is 2,000
requests a second on one core. Linux alone, as it reads /proc.
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from pharmacyfirst import load
from pharmacyfirst.contract.answers import answer_line

ROOT = Path(__file__).resolve().parents[1]
GOAL = 2_000
AT_ONCE = 10  # connections: a server that is never idle is measured, as one at its limit is
LINES = (ROOT / "examples" / "consultations.jsonl").read_bytes().splitlines()
# Answered by each of the three: a supply, a referral, an emergency. One that is refused is left out.
BODIES = [line for line in LINES if b'"rigors": "' not in line]
SERVE = """
import sys
import uvicorn
kind, port, size, loop = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
BODY = b"x" * size
async def bare(request):
    await request.body()
    return Response(BODY, media_type="application/json")
if kind == "api":
    from pharmacyfirst.api.serve import ApiSettings, application
    app = application(ApiSettings())
else:
    from starlette.requests import Request
    from starlette.responses import Response
    if kind == "starlette":
        from starlette.applications import Starlette
        from starlette.routing import Route
        app = Starlette(routes=[Route("/v1/assessments", bare, methods=["POST"])])
    else:
        from fastapi import FastAPI
        bare.__annotations__ = {"request": Request}
        app = FastAPI()
        app.add_api_route("/v1/assessments", bare, methods=["POST"], response_model=None)
uvicorn.run(app, port=port, access_log=False, log_level="warning", server_header=False, date_header=False, http="httptools", loop=loop,
            timeout_keep_alive=600)
"""
KINDS = {
    "api": "the API: read, assessed, written",
    "starlette": "a bare Starlette handler",
    "fastapi": "a bare FastAPI handler",
}


class Server:
    """A server in a process of its own, and the connections to it."""

    def __init__(self, kind, size, loop):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, kind, str(port), str(size), loop], env=environment
        )
        self.connections = [self._connected(port) for _ in range(AT_ONCE)]
        self.answers = [one.makefile("rb") for one in self.connections]

    def _connected(self, port):
        until = time.monotonic() + 120
        while True:
            try:
                found = socket.create_connection(("127.0.0.1", port))
                found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return found
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def cpu(self):
        """The CPU time of the process so far, in seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ask(self, number):
        """So many requests; the CPU time of one, in microseconds."""
        requests = [
            b"POST /v1/assessments HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            % len(body)
            + body
            for body in BODIES
        ]
        begun = self.cpu()
        for at in range(number // AT_ONCE):
            for one in self.connections:
                one.sendall(requests[at % len(requests)])
            for one in self.answers:
                self._answer(one)
        return (self.cpu() - begun) / (number // AT_ONCE * AT_ONCE) * 1e6

    def _answer(self, answers):
        assert b" 200 " in answers.readline()
        length = 0
        while (line := answers.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        assert len(answers.read(length)) == length

    def end(self):
        for one in self.connections:
            one.close()
        self.process.terminate()
        self.process.wait(timeout=60)


def in_process(library, number):
    """The same assessments without any server: CPU time of one, in microseconds."""
    begun = time.process_time()
    for at in range(number):
        answer_line(library, BODIES[at % len(BODIES)])
    return (time.process_time() - begun) / number * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    library = load()
    size = statistics.mean(len(answer_line(library, body)) for body in BODIES)
    print(
        f"{len(BODIES)} inputs in turn, answers of {size:,.0f} bytes on average; {given.rounds} rounds of {given.requests} requests.\n"
    )
    print("| server | event loop | microseconds of CPU a request | range | requests a second on one core |")
    print("|---|---|---:|---:|---:|")
    times = {}
    for loop in ("uvloop", "asyncio"):
        servers = {kind: Server(kind, int(size), loop) for kind in KINDS}
        try:
            for server in servers.values():
                server.ask(given.requests // 4)  # what is made once is made before
            for _ in range(given.rounds):
                for kind, server in servers.items():
                    times.setdefault((kind, loop), []).append(server.ask(given.requests))
                times.setdefault(("alone", ""), []).append(in_process(library, given.requests))
        finally:
            for server in servers.values():
                server.end()
    for (kind, loop), each in times.items():
        middle = statistics.median(each)
        name = KINDS.get(kind, "the same assessments, without a server")
        print(f"| {name} | {loop} | {middle:,.0f} | {min(each):,.0f} to {max(each):,.0f} | {1e6 / middle:,.0f} |")
    best = 1e6 / statistics.median(times["api", "uvloop"])
    print(f"\nGoal {GOAL:,} a second with uvloop: {'met' if best >= GOAL else 'not met'}.")


if __name__ == "__main__":
    main()
