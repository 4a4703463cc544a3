"""The server time of the form's pages, as a part of ``make bench``; keys, clicks and weight are measured by web.py in a browser."""

import web
from goals import Figure

SHOWN = 10


def part(fast: bool) -> tuple[list[Figure], str]:
    """Times over HTTP on loopback with so many consultations stored."""
    stored, times = (20, 2) if fast else (10_000, 100)
    found = web.on_the_server(stored, times)
    slow = {name: web.p95(some) for name, some in found.items() if len(some) >= times}
    rows = [
        "### A page of the form",
        "",
        f"Milliseconds on the server over HTTP, {stored:,} consultations stored, {times} consultations held; wall time.",
        "",
        "| page | middle | 95 of 100 |",
        "|---|---:|---:|",
    ]
    rows += [
        f"| {name} | {found[name][len(found[name]) // 2]:.1f} | {slow[name]:.1f} |"
        for name in sorted(slow, key=slow.__getitem__, reverse=True)[:SHOWN]
    ]
    return [
        Figure("P13, page", (max(slow.values()),), f"{min(slow.values()):.1f} to {max(slow.values()):.1f}, by page")
    ], "\n".join(rows) + "\n"
