"""What was checked by machine, as a section of the page of a pack."""

from collections.abc import Iterable, Mapping

from pharmacyfirst.review.doses import DASH
from pharmacyfirst.review.layout import Line, Part, Section, Table, TableRow, line, lines, link, row_of
from pharmacyfirst.review.pack.both_ways import SAYS, RulesInCases
from pharmacyfirst.review.pack.checks import NOT_RUN, Checks


def checked(checks: Checks, tools: Mapping[str, str], whole: str) -> Section:
    """The section: cases, proofs, mutants, readings, large runs and tools. What was not run says so; ``whole`` is a condition or a pathway."""
    said = [
        line(f"Cases: {checks.cases - len(checks.differ)} of {checks.cases} agree."),
        line(f"By the cases {checks.in_cases.in_words()}. {SAYS}"),
    ]
    tables = []
    if checks.in_cases.left:
        tables.append(_not_both_ways(checks.in_cases))
    if checks.proofs is None:
        said.append(line(f"Proofs: {NOT_RUN} (pharmacyfirst review --prove, or --proofs FILE)."))
    else:
        tables.append(
            table_of(checks.proofs["results"], ("id", "says", "result"), "Properties and invariants", "proved")
        )
        cannot = ", ".join(checks.proofs["cannot_be_said"])
        said += lines(f"Invariants that cannot be said of this {whole}: {cannot}." if cannot else "")
    if checks.mutants is None:
        said.append(line(f"Mutants: {NOT_RUN} (pharmacyfirst review --mutants)."))
    else:
        said.append(
            line(
                f"Mutants: {checks.mutants['noticed']} of {checks.mutants['mutants']} are noticed by the cases. {checks.mutants['says']}"
            )
        )
        said += lines("; ".join(checks.mutants["not_noticed"]), "note")
    for one in checks.agreement:
        said += (line(words) for words in one.in_words())
    if not checks.agreement:
        said.append(line("Blind readings: none was given (pharmacyfirst review --agreement FILE --out DIR)."))
    figures = checks.as_dict()["figures"]
    if figures:
        tables.append(
            table_of(
                figures,
                ("part", "property", "figure", "seed", "day"),
                "Large runs by hand, of what shipped on their day (docs/figures.md)",
                "figure",
            )
        )
    else:
        said.append(
            line(
                "Large runs: none of this content is at hand; those of what ships stand in docs/figures.md of a checkout."
            )
        )
    said.append(
        line(
            "Coverage of the program: make coverage refuses a build in which the tests of kernel and legal half do not reach every branch; it is not measured for a pack."
        )
    )
    tables.append(
        table_of(
            [{"tool": name, "version": number} for name, number in tools.items()],
            ("tool", "version"),
            "What made this pack",
            "tool",
        )
    )
    return Section("checks", "", "What was checked by machine", tuple(said), tuple(tables))


def _not_both_ways(found: RulesInCases) -> Table:
    """The rules of which the cases leave something open."""
    columns = (
        Part("Rule", "id"), Part("Met", "tiny"), Part("Not met", "tiny"), Part("Not known", "tiny"), Part("Answers that no two cases show to turn it"),
    )  # fmt: skip
    rows = tuple(
        TableRow(
            f"both-ways-{one.document}-{one.id}",
            (Line((link(one.id),)), line(one.document, "note")),
            (*((line(str(count)),) for count in (one.met, one.not_met, one.not_known)), (Line(row_of(one.not_shown)),)),
        )
        for one in found.left
    )
    return Table("Rules that the cases do not decide both ways, or not by each answer alone", columns, rows, "close")


def table_of(rows: Iterable[dict[str, object]], keys: tuple[str, ...], caption: str, anchor: str) -> Table:
    """Data as a table, a column for each key."""
    first, *others = keys
    columns = (
        Part(first.capitalize(), "name"),
        *(Part(key.replace("_", " ").capitalize(), _width(key)) for key in others),
    )
    made = tuple(
        TableRow(
            f"{anchor}-{number}", (line(str(row[first])),), tuple((line(str(row[key]) or DASH),) for key in others)
        )
        for number, row in enumerate(rows, 1)
    )
    return Table(caption, columns, made, "close")


def _width(key: str) -> str:
    return {"result": "short", "mark": "tiny", "seed": "short", "day": "short", "goes_to": "dated"}.get(key, "wide")
