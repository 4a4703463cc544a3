"""``pharmacyfirst check``: every mistake of the content, or what there is."""

from pathlib import Path

import click

from pharmacyfirst.authority.adoption import documents_to_adopt
from pharmacyfirst.cli import options
from pharmacyfirst.content.cases import cases_of_each
from pharmacyfirst.content.library import Library


@click.command()
@click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--digests", is_flag=True, help="Print the digest of each document, as published.yaml lists them.")
def check(path: Path | None, digests: bool) -> None:
    """Check content, and list what there is.

    Every mistake of the whole set is reported at once, each with its place, how to mend it, and the harm it prevents; then nothing
    loads and the exit status is 1. PATH is a folder of pathways; without it, those that ship with the package.

    \b
    Example:
      pharmacyfirst check my-pathways
    """
    library = options.library(path)
    if digests:
        _print_digests(library)
    else:
        _print_counts(library)
        of_that = " --pathways with that folder" if path is not None else ""
        click.echo(f"No mistake was found. `pharmacyfirst cases{of_that}` runs the cases.")


def _print_counts(library: Library) -> None:
    cases = cases_of_each(library, library.conditions)
    for pathway in library.newest_all():
        documents = [pathway.edition, *(pgd.edition for pgd in pathway.pgds.values())]
        drafts = sum(edition.draft for edition in documents)
        exclusions = sum(len(pgd.judged()) for pgd in pathway.pgds.values())
        click.echo(
            f"{pathway.id} {pathway.edition.version}: {len(documents)} documents ({drafts} draft), {len(pathway.questions)} questions, "
            f"{len(pathway.stopping)} stopping criteria, {len(pathway.treatment)} treatment rows, {exclusions} PGD clauses, "
            f"{len(cases[pathway.id])} cases, {len(pathway.open_items)} open items"
        )
        click.echo(f"  {pathway.content_digest}")
    for service in library.services_in_order:
        click.echo(f"{service.id}: service of {len(service.pathways)} pathways, {len(service.open_items)} open items")
        click.echo(f"  {service.digest}")
    pathways = library.newest_all()
    documents_in_all = sum(1 + len(pathway.pgds) for pathway in pathways)
    criteria = sum(
        len(pathway.stopping) + sum(len(pgd.judged()) for pgd in pathway.pgds.values()) for pathway in pathways
    )
    items = sum(len(pathway.open_items) for pathway in pathways)
    count = sum(len(some) for some in cases.values())
    click.echo(f"In all {documents_in_all} documents, {criteria} criteria, {count} cases, {items} open items.")


def _print_digests(library: Library) -> None:
    click.echo("published:")
    for pathway in library.newest_all():
        for document in documents_to_adopt(pathway):
            click.echo(f"  {document.condition}/{document.document} {document.version}: {document.digest}")
