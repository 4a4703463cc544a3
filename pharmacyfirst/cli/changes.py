"""``pharmacyfirst changes``: who is treated differently by two versions of a pathway, and that nobody else is."""

import sys
from collections.abc import Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pharmacyfirst import exact
from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput, NotDone, WrongCommand
from pharmacyfirst.errors import ExtraMissing

if TYPE_CHECKING:
    from pharmacyfirst.affected.count import Affected
    from pharmacyfirst.affected.shown import AffectedShown
    from pharmacyfirst.content.library import Library
    from pharmacyfirst.proof.changes import Changes
    from pharmacyfirst.proof.versions import Version


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--reasons", is_flag=True, help="Compare what decided and what is asked, too.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--html", "as_html", is_flag=True, help="Print a fragment of HTML, for a page.")
@click.option(
    "--on",
    "table",
    type=options.FILE_THERE,
    metavar="CONSULTATIONS",
    help='Count how many of a table change how: .parquet, .csv or .jsonl, as audit reads it. Needs the extra "audit".',
)
@options.pathways
def changes(
    old: str, new: str, reasons: bool, as_json: bool, as_html: bool, table: Path | None, folder: Path | None
) -> None:
    """Say who is treated differently by two versions of a pathway.

    OLD and NEW are each a condition with a version or a day (uncomplicated-uti@2026.2, or @2026-11-21; without either, the newest), or
    the path of the folder of a condition, or of all conditions.

    Prints each way in which people change with one patient, judged by both versions, and proves that nobody else changes. What is true
    of everybody who changes is said first. Where nobody changes, the versions are proved equal.

    With --on it counts how many consultations of a table would come out differently, by the same ways, whatever the day of each. Counts
    below 5 are held back. Do not publish it beside an audit of the same table: one could tell what the other holds back.

    \b
    Example:
      pharmacyfirst changes uncomplicated-uti@2026.2 drafts/uncomplicated-uti
    """
    if as_json and as_html:
        raise WrongCommand("Give --json or --html, not both.")
    from pharmacyfirst.proof import changes as comparing
    from pharmacyfirst.proof import changes_in_words as words
    from pharmacyfirst.proof.versions import side

    library = cache(partial(options.library, folder))
    before, after = side(old, "OLD", library), side(new, "NEW", library)
    conditions = comparing.conditions_of_both(before.versions, after.versions)
    if not conditions:
        raise BadInput("OLD and NEW have no condition in common. Name two versions of one condition.")
    pairs = {one: (before.versions[one], after.versions[one]) for one in conditions}
    try:
        counted, unread = _counted(table, library(), pairs) if table is not None else ({}, 0)
    except KeyboardInterrupt:
        raise NotDone("Stopped. Nothing was counted; the same command begins anew.") from None
    found, shown = [], {}
    for condition in conditions:
        found.append(comparing.changes(*pairs[condition], reasons))
        if condition in counted:
            shown[condition] = _shown(counted[condition], found[-1])
        if not as_json and not as_html:
            click.echo("\n".join([*([""] if len(found) > 1 else []), *words.in_words(found[-1])]))
            if condition in shown:
                click.echo("\n".join(["", *shown[condition].in_words()]))
    if unread:
        click.echo(
            f"{_told(unread)} rows of the table could not be read, of whatever condition.", err=as_json or as_html
        )
    apart = {
        which: sorted(set(one.versions) - set(conditions))
        for which, one in (("OLD", before), ("NEW", after))
        if one.whole
    }
    if as_json:
        alone = {f"only_{which.lower()}": names for which, names in apart.items() if names}
        click.echo(exact.write({"changes": [_as_dict(one, shown) for one in found], **alone}, 2).encode())
    elif as_html:
        from pharmacyfirst.content.library import templates_folder
        from pharmacyfirst.paper.html import Paper

        reports = [words.report(one) for one in found]
        tables = [shown.get(one.new.pathway.id) for one in found]
        click.echo(Paper(templates_folder()).html("changes.html", reports=reports, tables=tables), nl=False)
    for which, names in apart.items():
        if names and not as_json:
            click.echo(f"Only {which} has, so not compared: {', '.join(names)}", err=as_html)


def _counted(
    path: Path, library: "Library", pairs: "Mapping[str, tuple[Version, Version]]"
) -> "tuple[dict[str, Affected], int]":
    """How many of a table change how, by condition, and how many rows could not be read."""
    try:
        from pharmacyfirst.affected.count import count
        from pharmacyfirst.affected.tables import table_of_both
        from pharmacyfirst.audit.reading import source_of
    except ModuleNotFoundError:
        raise ExtraMissing("audit", "counting on a table of consultations") from None

    old, new = ({name: pair[at] for name, pair in pairs.items()} for at in (0, 1))
    source = source_of(path, table_of_both(library, old, new))
    with click.progressbar(length=source.size, label="Counted", file=sys.stderr) as bar:
        found, unread = count(source, pairs.values(), lambda at: bar.update(at - bar.pos))
    for remark in source.remarks:
        click.echo(remark, err=True)
    return {one.condition: one for one in found}, unread


def _told(unread: int) -> str:
    from pharmacyfirst.affected.shown import few_held_back

    many = few_held_back(unread)
    return "Some (held back)" if many is None else f"{many:,}"


def _shown(affected: "Affected", found: "Changes") -> "AffectedShown":
    from pharmacyfirst.affected.count import in_the_report
    from pharmacyfirst.affected.shown import shown

    return shown(in_the_report(affected, found))


def _as_dict(found: "Changes", shown: "Mapping[str, AffectedShown]") -> dict[str, Any]:
    from pharmacyfirst.proof.changes_in_words import as_dict

    on = shown.get(found.new.pathway.id)
    return as_dict(found) | ({"on": on.as_dict()} if on is not None else {})
