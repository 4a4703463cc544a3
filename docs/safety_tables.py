"""The tables of docs/safety that repeat what stands elsewhere: the hazard log, the content, and the figures of large runs."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from pharmacyfirst import load
from pharmacyfirst.content.cases import cases_of_each
from pharmacyfirst.content.hazards import Hazard, HazardLog, hazards_of
from pharmacyfirst.paper.words import begun

FIGURES = Path(__file__).with_name("figures.md")


def _log() -> HazardLog:
    log = hazards_of(load())
    if log is None:
        raise SystemExit("docs/safety: no hazard log stands beside the conditions")
    return log


def _linked(hazards: list[Hazard]) -> str:
    return ", ".join(f"[{one.id}](../hazards.md#{one.id.lower()})" for one in hazards) or "none"


def risks() -> str:
    """How many hazards there are of each class, before and after, and which have what remains of them."""
    log = _log()
    first, left = (Counter(getattr(one, when).risk_class for one in log.hazards) for when in ("initial", "residual"))
    rows = ["| class | meaning | at first | remains (proposed) |", "|---|---|---|---|"]
    rows += [f"| {number} | {says} | {first[number]} | {left[number]} |" for number, says in log.class_words.items()]
    rows.append(f"| all | | {len(log.hazards)} | {len(log.hazards)} |")
    return "\n".join(rows) + "\n"


def statuses() -> str:
    """The hazards by what became of them."""
    log = _log()
    rows = ["| status | how many | which |", "|---|---|---|"]
    for status in sorted({one.status for one in log.hazards}):
        some = [one for one in log.hazards if one.status == status]
        rows.append(f"| {status} | {len(some)} | {_linked(some)} |")
    return "\n".join(rows) + "\n"


def owed() -> str:
    """What the hazard log leaves to the deploying organisation: each control of training and of business process, with its hazards."""
    owing: dict[tuple[str, str], list[Hazard]] = {}
    for one in _log().hazards:
        for kind, controls in (("training", one.training), ("business process", one.business)):
            for says in controls:
                owing.setdefault((kind, says), []).append(one)
    rows = ["| done | control | kind | hazards |", "|---|---|---|---|"]
    rows += [f"| ☐ | {begun(says)} | {kind} | {_linked(some)} |" for (kind, says), some in sorted(owing.items())]
    return "\n".join(rows) + "\n"


def content() -> str:
    """The content that the safety case is about: each condition with its version, what it holds, and its digest."""
    library = load()
    cases = cases_of_each(library, library.conditions)
    rows = [
        "| condition | version | documents | stopping criteria | cases | open items | digest |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in library.newest_all():
        digest = one.content_digest.removeprefix("sha256:")[:16]
        rows.append(
            f"| {one.title} | {one.edition.version} | {1 + len(one.pgds)} | {len(one.stopping)} | {len(cases[one.id])} | {len(one.open_items)} | `{digest}...` |"
        )
    return "\n".join(rows) + "\n"


def tried() -> str:
    """The large runs, from docs/figures.md: what was looked at, with how many, and when."""
    rows = ["| property | figure | day |", "|---|---|---|"]
    for line in re.findall(r"^\| (?!part |---)(.+) \|$", FIGURES.read_text(encoding="utf-8"), re.MULTILINE):
        _, what, _, figure, _, day = line.split(" | ")
        rows.append(f"| {begun(what)} | {figure} | {day} |")
    return "\n".join(rows) + "\n"


TABLES: dict[str, Callable[[], str]] = {
    "content": content,
    "owed": owed,
    "risks": risks,
    "statuses": statuses,
    "tried": tried,
}
