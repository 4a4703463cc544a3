"""The modules that were generated when a wheel was built: an outcome with its verdicts for little more than the price of starting Python.

They are used where the content that ships is, byte for byte, the content they were generated from (its ``key``), and where the answers are
plain and fit. Everything else goes through the library and the kernel: the same answer, and the refusals, later.
"""

import os

from pharmacyfirst.content.key import PACKAGE, key_of

TYPE_CHECKING = False  # that of `typing`, without what importing it costs
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Any

    from pharmacyfirst.fast.run import Generated, Verdicts

GENERATED = "pharmacyfirst.shipped.generated"
"""The package of the modules: ``KEY``, and ``STRETCHES``, for each condition from when until when which module holds."""


def verdicts(condition: str, facts: "Mapping[str, Any]", on: "date") -> "Verdicts":
    """The outcome of one consultation by the content that ships, with the verdict of everything that was reached. Raises ``Refused``."""
    module = module_for(condition, on)
    read = module.read(facts) if module is not None and type(facts) is dict else None
    if module is None or read is None:
        return _through_the_library(condition, facts, on)
    from pharmacyfirst.fast.run import Verdicts

    return Verdicts(*module.judge(read))


def module_for(condition: str, on: "date") -> "Generated | None":
    """The generated module of a condition for a day; None where there is none for the content as it is."""
    stretches = _stretches()
    for first, last, name in stretches.get(condition, ()) if stretches else ():
        if first <= on.isoformat() <= last:
            found: Generated = _imported(f"{GENERATED}.{name}").MODULE
            return found
    return None


_found: "list[Mapping[str, tuple[tuple[str, str, str], ...]] | None]" = []


def _stretches() -> "Mapping[str, tuple[tuple[str, str, str], ...]] | None":
    """What the package of the modules says, where it is there and its key is that of the content; looked up once."""
    if not _found:
        _found.append(_looked_up(os.path.join(PACKAGE, "shipped", "pathways")))
    return _found[0]


def _looked_up(root: str) -> "Mapping[str, tuple[tuple[str, str, str], ...]] | None":
    try:
        generated = _imported(GENERATED)
    except ImportError:  # a checkout, or a wheel that was built without them
        return None
    stretches: Mapping[str, tuple[tuple[str, str, str], ...]] = generated.STRETCHES
    return stretches if key_of(root) == generated.KEY else None


def _imported(name: str) -> "Any":
    """A module by its whole name, as ``importlib.import_module`` gives it, without what importing that costs."""
    return __import__(name, fromlist=["__name__"])


def _through_the_library(condition: str, facts: "Mapping[str, Any]", on: "date") -> "Verdicts":
    from pharmacyfirst.content.library import load_one, pathways_folder
    from pharmacyfirst.fast.assess import verdicts_of

    return verdicts_of(load_one(pathways_folder(), condition).in_force(condition, on), facts, on)
