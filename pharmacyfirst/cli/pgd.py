"""The old name of ``pharmacyfirst render``, kept for one version."""

from datetime import date
from pathlib import Path

import click

from pharmacyfirst.cli.groups import LateGroup
from pharmacyfirst.cli.render import taking, write


@click.group(cls=LateGroup)
def pgd() -> None:
    """The old name of "pharmacyfirst render".

    \b
    Example:
      pharmacyfirst pgd render shingles --to pages
    """


@pgd.command()
@taking
def render(
    condition: str | None, pgd: str | None, into: Path, pdf: bool, as_of: date | None, folder: Path | None
) -> None:
    """Write documents to read and sign. Write "pharmacyfirst render": this name goes with the next version.

    \b
    Example:
      pharmacyfirst pgd render shingles aciclovir --to pages
    """
    click.echo(
        '"pharmacyfirst pgd render" is now "pharmacyfirst render"; the old name goes with the next version.', err=True
    )
    write(condition, pgd, into, pdf, as_of, folder)
