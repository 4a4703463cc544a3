"""What is made when a wheel is built: the content as plain data, and the modules generated from it, each with the key of the content."""

from datetime import date
from pathlib import Path

from pharmacyfirst import __version__
from pharmacyfirst.content.kept import SHIPPED, keep
from pharmacyfirst.content.key import key_of
from pharmacyfirst.content.library import Library, parts_of, read
from pharmacyfirst.fast.make import module_of

Modules = dict[str, str]


def make(pathways: Path, folder: Path) -> None:
    """Write what a wheel with this content holds beside it: ``kept-content`` and ``generated/``. Raises ``ContentRefused``."""
    key = key_of(pathways, __version__)
    if key is None:
        raise OSError("the content cannot be read")
    library = read(pathways)
    if not keep(key, parts_of(library), folder / SHIPPED):
        raise OSError("the content cannot be written")
    generated = folder / "generated"
    generated.mkdir(parents=True, exist_ok=True)
    for name, text in modules(library, key).items():
        (generated / f"{name}.py").write_text(text, encoding="utf-8")


def modules(library: Library, key: str) -> Modules:
    """The modules of a library by name, and ``__init__``, which says of what they were made and when each holds."""
    made: Modules = {}
    stretches: dict[str, list[tuple[str, str, str]]] = {}
    for condition, each in library.stretches.items():
        for at, stretch in enumerate(each):
            pathway, period = stretch.pathway, stretch.period
            in_force = frozenset(id for id, pgd in pathway.pgds.items() if period.first in pgd.edition.in_force)
            name = f"m{len(made)}_{at}"
            made[name] = module_of(pathway, in_force)
            days = period.first.isoformat(), (period.last or date.max).isoformat()
            stretches.setdefault(condition, []).append((*days, name))
    said = {condition: tuple(each) for condition, each in stretches.items()}
    head = '"""Modules generated from the content that ships; made when the wheel was built."""\n\n'
    return {"__init__": f"{head}KEY = {key!r}\nSTRETCHES = {said!r}\n", **made}
