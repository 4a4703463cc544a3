"""An account with something else at one of its places: the words of somebody, or a value of another shape. Every place in turn."""

import json
import sys
from collections.abc import Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
MADE_AT = "2026-11-21T10:42:00+00:00"

Step = str | int

# Nobody's name, in the ways in which it may stand: as it is written, as a name of ours is, and within what is nearly right.
SOMEBODY = ("Zebedee Quizzlethwaite", "zebedee_quizzlethwaite", "zebedee-quizzlethwaite")
PLANTED = ("zebedee", "quizzlethwaite")

OTHER_SHAPES = (
    {},
    {"a": 1},
    [],
    [[]],
    [{}],
    None,
    True,
    False,
    0,
    -1,
    10**39,
    10**6000,
    1.5,
    "",
    " ",
    "1e400",
    "\ud800",
    "x" * 5000,
)
# What the messages of Python and of pydantic are made of, and no pharmacist's words.
OF_PYTHON = (
    "instance of", "Channel", "dictionary", "tuple", "NoneType", "Decimal", "unhashable", "Traceback", "isoformat", "'dict'", "4300",
)  # fmt: skip


def accounts() -> list[dict[str, Any]]:
    """The accounts that ship as examples, and the first with every other thing that an account may hold."""
    held = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(EXAMPLES.glob("account-*.json"))]
    return [*held, held[0] | MORE | {"supplies": [held[0]["supplies"][0] | {"permit": _permit(held[0])}]}]


def _permit(account: dict[str, Any]) -> dict[str, Any]:
    digest = "sha256:" + "0" * 64
    document = {"condition": account["pathway"], "document": "pathway", "version": "2026.1", "digest": digest}
    return {
        "pathway": account["pathway"], "pgd": "nitrofurantoin", "documents": [document], "content_digest": digest, "facts": digest,
        "record": account["id"], "person": digest, "ods_code": "FZZ99", "gphc_number": "2999999", "channel": "in person",
        "at": MADE_AT, "as_if": True, "afterwards": {"entered_by": "Robin Sample", "entered_at": MADE_AT}, "warnings": ["soon"],
    }  # fmt: skip


SOMEONE = {"relationship": "parent", "name": "Robin Sample"}
MORE: dict[str, Any] = {
    "measured_by": {"name": "Robin Sample", "role": "pharmacist"},
    "late": {"because": "paper", "paper_at": MADE_AT},
    "accompanied_by": [SOMEONE],
    "readings": [{"systolic": 150, "diastolic": 90, "arm": "left", "posture": "sitting", "at": MADE_AT}],
    "observations": [{"kind": "temperature", "value": 36.8, "at": MADE_AT}],
    "answered_against": [
        {
            "fact": "pregnancy",
            "suggested": "pregnant",
            "source": "a",
            "found": "b",
            "answer": "not_pregnant",
            "reason": "c",
        }
    ],
    "notice": {"route": "letter", "to": "a", "by": "b", "at": MADE_AT},
    "claim": {"state": "a", "reference": "b"},
    "incident": {"what": "a", "lfpse": "b"},
    "hold": {"because": "a", "until": "2030-01-01"},
    "duties": [{"id": "a", "done": False, "note": "b"}],
    "gateways_passed": [{"id": "a", "at": MADE_AT}],
    "reactions": [{"agent": "a", "reaction": "b", "on": "2026-11-21"}],
}


def places(value: Any, at: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """Every place of a value, outermost first, as the keys and numbers that lead to it."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*at, key)
        yield from places(inner, (*at, key))


def with_value(account: dict[str, Any], place: tuple[Step, ...], value: Any) -> dict[str, Any]:
    """The account with another value at one place."""
    changed = deepcopy(account)
    held: Any = changed
    for step in place[:-1]:
        held = held[step]
    held[place[-1]] = value
    return changed


def with_key(account: dict[str, Any], place: tuple[Step, ...], name: str) -> dict[str, Any]:
    """The account with another name for what stands at one place."""
    changed = deepcopy(account)
    held: Any = changed
    for step in place[:-1]:
        held = held[step]
    held[name] = held.pop(place[-1])
    return changed


def _each_once(among: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], tuple[Step, ...]]]:
    """Every place of the accounts; one that holds the same in an earlier of them is left out."""
    seen = set()
    for account in among:
        for place in places(account):
            held: Any = account
            for step in place:
                held = held[step]
            if (alike := (place, json.dumps(held))) not in seen:
                seen.add(alike)
                yield account, place


def with_somebody(
    among: Iterable[dict[str, Any]], names: Iterable[str] = SOMEBODY
) -> Iterator[tuple[tuple[Step, ...], dict[str, Any]]]:
    """Every one of the accounts with somebody's name in every place in turn, as a value and as the name of a field."""
    for account, place in _each_once(among):
        for name in names:
            yield place, with_value(account, place, name)
            if isinstance(place[-1], str):
                yield place, with_key(account, place, name)


def with_other_shapes(
    among: Iterable[dict[str, Any]], shapes: Iterable[Any] = OTHER_SHAPES
) -> Iterator[tuple[tuple[Step, ...], Any, dict[str, Any]]]:
    """Every one of the accounts with a value of every other shape in every place in turn."""
    for account, place in _each_once(among):
        yield from ((place, value, with_value(account, place, value)) for value in shapes)


def written(account: dict[str, Any]) -> str:
    """An account as JSON text, with whole numbers however long they are."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return json.dumps(account)
    finally:
        sys.set_int_max_str_digits(before)


def holds_planted(said: str) -> bool:
    """Whether what was said holds anything of the name that was planted."""
    return any(one in said.lower() for one in PLANTED)


def says_of_python(said: str) -> bool:
    """Whether what was said is in the words of Python, which whoever sent an account cannot act on."""
    return any(one in said for one in OF_PYTHON)
