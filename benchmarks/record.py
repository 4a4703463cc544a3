"""What one GP message costs to write and to check, beside fhir.resources building the same bundle.

``python benchmarks/record.py [--fast]`` prints Markdown. All contenders take turns in one process, so that each ratio comes from one
moment. Before anything is timed the other library's XML is compared with ours, element by element. Needs lxml and fhir.resources[xml].
"""

import argparse
from collections.abc import Callable
from functools import partial
from statistics import median
from time import process_time
from typing import Any

from fhir.resources.STU3.bundle import Bundle
from goals import Figure
from lxml import etree

import pharmacyfirst
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.record import envelope_of, make_record, read_record, update_record, write_record
from pharmacyfirst.record.examples import MAILBOX, examples
from pharmacyfirst.record.message import rules
from pharmacyfirst.record.message.opened import OpenedMessage
from pharmacyfirst.record.message.profile_table import against_profile

OURS = "write the message from the record (`update_record`)"
CHECK = "check, all layers (`rules.check`)"


def main() -> None:
    """Compare, time in turn, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="a quick look, not to be quoted")
    print(part(parser.parse_args().fast)[1])


def part(fast: bool) -> tuple[list[Figure], str]:
    """Compare, then time in turn; figures and a table."""
    rounds = 1 if fast else 40
    records = [one.record for one in examples(pharmacyfirst.load()) if one.kind is Kind.SUPPLY]
    record = max(records, key=lambda one: len(write_record(one)))
    envelope = envelope_of(record, MAILBOX, record.ended_at)
    message = update_record(record, envelope)
    theirs = Bundle.model_validate_xml(message)
    differ = differences(etree.fromstring(message), etree.fromstring(theirs.model_dump_xml()))
    tasks = contenders(record, envelope, message, theirs)
    rows = [
        "### One GP message, and one record",
        "",
        f"One supply: {len(message)} bytes, {sum(1 for _ in etree.fromstring(message).iter())} elements. "
        f"What fhir.resources writes differs from ours in {len(differ)} places{': ' if differ else ''}{'; '.join(differ[:5])}.",
        "",
        "| what | milliseconds of CPU | beside ours |",
        "|---|---:|---:|",
    ]
    times = timed(tasks, rounds)
    rows += [f"| {name} | {spent * 1000:.2f} | {spent / times[OURS]:.1f} |" for name, spent in times.items()]
    figures = [Figure("P13, write", (times[OURS] * 1000,)), Figure("P13, check", (times[CHECK] * 1000,))]
    return figures, "\n".join(rows) + "\n"


def contenders(record: Any, envelope: Any, message: bytes, theirs: Any) -> dict[str, Callable[[], Any]]:
    """What is timed, by name; each is run once before."""
    tree = rules.read_xml(message)
    held, written = theirs.model_dump(), write_record(record)
    parsed = OpenedMessage(tree, len(message))
    library, account = pharmacyfirst.load(), record.account()
    return {
        OURS: partial(update_record, record, envelope),
        "fhir.resources: validate the same bundle from a dict and write XML": lambda: Bundle.model_validate(
            held
        ).model_dump_xml(),
        "fhir.resources: validate alone": partial(Bundle.model_validate, held),
        "fhir.resources: read the XML (shape and types, no profiles, no code lists)": partial(
            Bundle.model_validate_xml, message
        ),
        CHECK: partial(rules.check, message),
        "of which reading and the XML schema": lambda: rules._schema().validate(rules.read_xml(message)),
        "of which the profile table": lambda: [
            list(against_profile(one, parsed.resources)) for one in (tree, *parsed.resources.values())
        ],
        "of which the rules of the guide": lambda: [list(one.found(parsed)) for one in rules.RULES.values()],
        "write the record as JSON": partial(write_record, record),
        "make the record from its account": partial(make_record, account, library, recorded_at=record.recorded_at),
        "read the record back, not judged": partial(read_record, written),
        "read the record back and judge it again": partial(read_record, written, library),
    }


def timed(tasks: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """The median seconds of CPU time of each task; every round runs every task once, ten times over."""
    spent: dict[str, list[float]] = {name: [] for name in tasks}
    for run in tasks.values():
        run()
    for _ in range(rounds):
        for name, run in tasks.items():
            started = process_time()
            for _ in range(10):
                run()
            spent[name].append((process_time() - started) / 10)
    return {name: median(some) for name, some in spent.items()}


def differences(ours: Any, theirs: Any) -> list[str]:
    """The values that are not the same in both, in reading order."""
    left, right = [[(etree.QName(one).localname, one.get("value")) for one in tree.iter()] for tree in (ours, theirs)]
    if len(left) != len(right):
        return [f"{len(left)} elements against {len(right)}"]
    return [f"{a[0]} {a[1]} against {b[1]}" for a, b in zip(left, right, strict=True) if a != b]


if __name__ == "__main__":
    main()
