"""``pharmacyfirst changes``: who is treated differently by two versions of a pathway, and that nobody else is."""

from functools import cache, partial
from pathlib import Path

import click

from pharmacyfirst import exact
from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput, WrongCommand


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--reasons", is_flag=True, help="Compare what decided and what is asked, too.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--html", "as_html", is_flag=True, help="Print a fragment of HTML, for a page.")
@options.pathways
def changes(old: str, new: str, reasons: bool, as_json: bool, as_html: bool, folder: Path | None) -> None:
    """Say who is treated differently by two versions of a pathway.

    OLD and NEW are each a condition with a version or a day (uncomplicated-uti@2026.2, or @2026-11-21; without either, the newest), or
    the path of the folder of a condition, or of all conditions.

    Prints each way in which people change with one patient, judged by both versions, and proves that nobody else changes. What is true
    of everybody who changes is said first. Where nobody changes, the versions are proved equal.

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
    found = []
    for condition in conditions:
        found.append(comparing.changes(before.versions[condition], after.versions[condition], reasons))
        if not as_json and not as_html:
            click.echo("\n".join([*([""] if len(found) > 1 else []), *words.in_words(found[-1])]))
    apart = {
        which: sorted(set(one.versions) - set(conditions))
        for which, one in (("OLD", before), ("NEW", after))
        if one.whole
    }
    if as_json:
        alone = {f"only_{which.lower()}": names for which, names in apart.items() if names}
        click.echo(exact.write({"changes": [words.as_dict(one) for one in found], **alone}, 2).encode())
    elif as_html:
        from pharmacyfirst.content.library import templates_folder
        from pharmacyfirst.paper.html import Paper

        reports = [words.report(one) for one in found]
        click.echo(Paper(templates_folder()).html("changes.html", reports=reports), nl=False)
    for which, names in apart.items():
        if names and not as_json:
            click.echo(f"Only {which} has, so not compared: {', '.join(names)}", err=as_html)
