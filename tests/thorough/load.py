"""Part `load`: pharmacists at once over the form as it runs, as in tests/load/under_load.py; first left alone, then killed under them again and again.

The API likewise, under systems that call it without a pause. The machine should do nothing else: the milliseconds are of its clock.
"""

import sys
import tempfile
from functools import partial
from pathlib import Path

from thorough.part import Part

SECONDS = 120
THINKING = 10  # seconds that a page is looked at, on average: quicker than anybody reads it
KILLS = 6  # after each everybody signs in again, which takes 200 of them some seconds
SYSTEMS = 20  # that call the API, each without a pause


def _under_load():
    """The tests' own module; imported late, because no other part needs a form."""
    folder = str(Path(__file__).resolve().parents[1] / "load")
    if folder not in sys.path:
        sys.path.append(folder)
    import under_load

    return under_load


def some(many, seed, kills):
    with tempfile.TemporaryDirectory() as folder:
        found = _under_load().load(Path(folder), many, SECONDS, THINKING, seed, kills)
    assert not found.missing, "\n".join(found.missing[:20])
    assert not found.told["wrong"], "\n".join(found.told["wrong"][:20])
    kept = len(found.told["pages"]) + len(found.told["consultations"])
    if kills:
        return {"kills": kills, "pages and ends acknowledged meanwhile": kept}
    return {
        "pharmacists": many,
        "pages and ends acknowledged": kept,
        **_milliseconds(found, "shown", "a page shown"),
        **_milliseconds(found, "saved", "a page saved"),
        "MB of memory": found.memory,
    }


def some_of_api(seed):
    with tempfile.TemporaryDirectory() as folder:
        found = _under_load().load_of_api(Path(folder), SYSTEMS, SECONDS, seed, KILLS)
    assert not found.missing, "\n".join(found.missing[:20])
    assert not found.told["wrong"], "\n".join(found.told["wrong"][:20])
    return {"kills of the API": KILLS, "records that it acknowledged meanwhile": len(found.told["ids"])}


def _milliseconds(found, what, says):
    return {f"ms for {part:.0%} of {says}": round(found.within(what, part)) for part in (0.5, 0.95, 0.99)}


def pieces(size, seed):
    yield "left alone", partial(some, size, f"{seed} alone", 0)
    yield "killed", partial(some, size, f"{seed} killed", KILLS)
    yield "the API killed", partial(some_of_api, f"{seed} API")


PART = Part(
    name="load",
    property="no request of many pharmacists at once fails, and nothing that the form or the API acknowledged is lost or there twice when it is killed under them",
    test="tests/load/test_under_load.py",
    size=200,
    counts="pharmacists",
    pieces=pieces,
)
