"""``bench draft``, ``edited``, ``approve``: what the signed document says otherwise becomes a version of the organisation's own."""

from datetime import date
from pathlib import Path

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import NotDone
from pharmacyfirst.content.library import load
from pharmacyfirst.content.own_version import (
    Edited,
    OwnVersionRefused,
    begin_own_version,
    put_down_edited,
    read_own_version,
    why_not_approved,
)
from pharmacyfirst.content.own_version import (
    approve as approve_it,
)

_folder = click.argument("own", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
_by = click.option("--by", required=True, metavar="NAME", help="Who does this; kept with it.")


@click.command()
@click.argument("condition")
@click.option("--into", required=True, type=options.FOLDER, metavar="DIR", help="The folder to make.")
@options.as_of
@options.pathways
def draft(condition: str, into: Path, as_of: date | None, folder: Path | None) -> None:
    """Begin an organisation's own version of CONDITION, where the signed document says otherwise.

    Makes a folder with all the content, in which the documents of the condition have a version of their own (of 2026.2 it is 2026.2001) and are
    drafts, which permit nothing. Edit the files of the condition there, and no others; what they say is checked by pharmacyfirst check.

    \b
    Example:
      pharmacyfirst bench draft shingles --into ours
    """
    library = options.library(folder)
    options.conditions(library, condition)
    made = begin_own_version(library.in_force(condition, as_of or options.today_in_london()), library.root, into)
    click.echo(f"Made: {condition} {made.says.version}, a draft. Edit the files in the folder {condition} there, then:")
    click.echo("  pharmacyfirst check --pathways DIR")
    click.echo("  pharmacyfirst bench edited DIR --by NAME")


@click.command()
@_folder
@_by
@options.as_of
@options.pathways
def edited(own: Path, by: str, as_of: date | None, folder: Path | None) -> None:
    """Put down who edited the own version in DIR, once it is proved, and say who is treated differently.

    Every property and invariant has to hold; what is wrong in the files is said as pharmacyfirst check does. --pathways is the content to
    compare with, if not what ships.

    \b
    Example:
      pharmacyfirst bench edited ours --by "A. Example"
    """
    held = read_own_version(own)
    _prove(held)
    _say_changes(held, folder)
    put_down_edited(held, by, as_of or options.today_in_london())
    click.echo("Put down. A second person approves it: pharmacyfirst bench approve DIR --by NAME")


@click.command()
@_folder
@_by
@options.as_of
@options.pathways
def approve(own: Path, by: str, as_of: date | None, folder: Path | None) -> None:
    """Approve the own version in DIR as a second person, so that it is published there and can be adopted.

    Proves it once more and says who is treated differently. Nobody approves what they edited. Then lay it on the bench:
    pharmacyfirst bench start CONDITION --pathways DIR --from FILE asks only for the clauses that changed.

    \b
    Example:
      pharmacyfirst bench approve ours --by "B. Sample"
    """
    held = read_own_version(own)
    if wrong := why_not_approved(held, by):
        raise OwnVersionRefused(f"{wrong} Nothing was approved.")
    _prove(held)
    _say_changes(held, folder)
    for one in held.documents:
        click.echo(f"{one.in_words()}  {one.digest}")
    if not click.confirm("Does each change follow the signed document, and is it right for who changes?", default=None):
        raise NotDone("Nothing was approved.")
    approve_it(held, by, as_of or options.today_in_london())
    click.echo("Approved, and published in its folder.")


def _prove(own: Edited) -> None:
    from pharmacyfirst.content.invariants import invariants_of
    from pharmacyfirst.proof import prove as proofs

    library = load(own.root)
    proved = proofs.prove(library, own.pathway.id, None, invariants_of(library, None))
    if proved.failed:
        click.echo("\n".join(proofs.in_words(proved)))
        raise NotDone("It is not proved: put right what fails above. Nothing was put down.")
    click.echo(f"Proved: {own.pathway.id} {own.says.version}, every property and invariant.")


def _say_changes(own: Edited, folder: Path | None) -> None:
    from pharmacyfirst.proof import changes_in_words as words
    from pharmacyfirst.proof.changes import changes
    from pharmacyfirst.proof.versions import version_of

    before = options.library(folder)
    found = changes(
        version_of(before, own.pathway.id, "", "--pathways"), version_of(load(own.root), own.pathway.id, "", "DIR")
    )
    click.echo("\n".join(words.in_words(found)))
