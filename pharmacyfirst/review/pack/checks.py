"""What was checked of a condition by machine, for the pack: cases, proofs, mutants, figures and the tools. What was not run says so."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

from pharmacyfirst import __version__, exact
from pharmacyfirst.content.cases import Case
from pharmacyfirst.content.library import Library, pathways_folder, templates_folder
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.assess import assess
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.proof.mutants import mutants, survives
from pharmacyfirst.review.pack.both_ways import RulesInCases, rules_in_cases
from pharmacyfirst.review.pack.reading import ReadersAgree

NOT_RUN = "not run for this pack"
_TOOLS = ("click", "jinja2", "pydantic", "pyyaml", "weasyprint", "z3-solver")


@dataclass(frozen=True, slots=True)
class Checks:
    """What was found out; ``agreement`` is that of blind readings, where there were any. ``proofs`` and ``mutants`` are None where they were not run.

    ``in_cases`` is how the cases decide each rule; ``figures`` are the rows of docs/figures.md, of the content that ships alone.
    """

    cases: int
    differ: tuple[str, ...]
    in_cases: RulesInCases
    proofs: Mapping[str, Any] | None
    mutants: Mapping[str, Any] | None
    figures: tuple[tuple[str, ...], ...]
    agreement: tuple[ReadersAgree, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """What was found out as JSON holds it; no time that anything took, so that the same content gives the same."""
        keys = ("part", "property", "test", "figure", "seed", "day")
        return {
            "cases": {"count": self.cases, "differ": list(self.differ), "rules": self.in_cases.as_dict()},
            "proofs": self.proofs or {"run": False, "says": NOT_RUN},
            "mutants": self.mutants or {"run": False, "says": NOT_RUN},
            "agreement": [one.as_dict() for one in self.agreement],
            "figures": [dict(zip(keys, row, strict=True)) for row in self.figures],
        }


def checks_of(
    library: Library,
    pathway: Pathway,
    cases: tuple[Case, ...],
    *,
    proofs: Mapping[str, Any] | None = None,
    with_mutants: bool = False,
    agreement: tuple[ReadersAgree, ...] = (),
) -> Checks:
    """Run the cases of a pathway of a library, and its mutants where that is wanted.

    ``proofs`` is what ``proved_now`` or ``proved_before`` found, ``agreement`` what ``agreements`` did.
    """
    assessments = [assess(pathway, case.facts, case.as_of) for case in cases]
    differ = tuple(case.id for case, came_out in zip(cases, assessments, strict=True) if case.failure(came_out))
    found = _mutants(pathway, cases) if with_mutants else None
    large = tuple(figures()) if Path(library.root).resolve() == pathways_folder().resolve() else ()
    return Checks(len(cases), differ, rules_in_cases(pathway, assessments), proofs, found, large, agreement)


def _mutants(pathway: Pathway, cases: Iterable[Case]) -> dict[str, Any]:
    every, of_these = tuple(mutants(pathway)), tuple(cases)
    left = [one.name for one in every if survives(one, of_these)]
    says = "For each that no case notices a case is missing, or it changes nothing (of what ships each is listed in tests/proof/equivalents, where a solver proves that)."
    return {"run": True, "mutants": len(every), "noticed": len(every) - len(left), "not_noticed": left, "says": says}


def proved_now(library: Library, pathway: Pathway, on: date | None = None) -> dict[str, Any]:
    """The proofs of a pathway of a library, run now. Raises ``PharmacyFirstError`` where the solver is not installed."""
    from pharmacyfirst.proof.prove import prove  # reads the solver, which nothing else here needs

    found = prove(library, pathway.id, on).as_dict()
    if found["content_digest"] != pathway.content_digest:  # the day of the cases is one of another version
        (last,) = (one.period.first for one in library.stretches[pathway.id][-1:])
        found = prove(library, pathway.id, last).as_dict()
    return _proofs(found)


def proved_before(raw: bytes, pathway: Pathway) -> dict[str, Any]:
    """The proofs of a pathway, from what ``prove --json`` printed. Raises ``Refused`` where they are of other content, or no such thing."""
    read = exact.read(raw)
    found = read.get("proved") if isinstance(read, dict) else None
    entries = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    (entry, *_) = (*(one for one in entries if one.get("condition") == pathway.id), None)
    if entry is None:
        raise Refused("not_json", f"The proofs are no output of `pharmacyfirst prove --json` with {pathway.id} in it.")
    if entry.get("content_digest") != pathway.content_digest:
        raise Refused("wrong_value", f"The proofs are of other content of {pathway.id} than this. Prove it again.")
    try:
        return _proofs(entry)
    except (KeyError, TypeError):
        pass
    raise Refused("not_json", "The proofs are no output of `pharmacyfirst prove --json`.")


def _proofs(entry: Mapping[str, Any]) -> dict[str, Any]:
    results = [{key: one[key] for key in ("kind", "id", "says", "result")} for one in entry["results"]]
    count = {result: sum(one["result"] == result for one in results) for result in ("proved", "fails", "listed")}
    return {
        "run": True,
        "as_of": entry["as_of"],
        **count,
        "cannot_be_said": list(entry["cannot_be_said"]),
        "results": results,
    }


def tools() -> dict[str, str]:
    """What made the pack: the package, Python, and the libraries that are installed, each with its version."""
    found = {"pharmacyfirst": __version__, "python": python_version()}
    for name in _TOOLS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def figures() -> Iterator[tuple[str, ...]]:
    """The rows of docs/figures.md, which lies beside the content in a checkout; none in an installed package."""
    page = Path(templates_folder()).parent / "docs" / "figures.md"
    for line in page.read_text(encoding="utf-8").splitlines() if page.is_file() else ():
        cells = tuple(cell.strip() for cell in line.strip("|").split("|"))
        if line.startswith("| ") and len(cells) == 6 and cells[0] != "part":
            yield tuple(_without_link(cell) for cell in cells)


def _without_link(cell: str) -> str:
    return cell.partition("]")[0].removeprefix("[")
