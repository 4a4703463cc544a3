"""``pharmacyfirst prove``: every property of a pathway and every invariant, proved, with the patient where one fails."""

from datetime import date
from pathlib import Path

import click

from pharmacyfirst import exact
from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import WrongCommand


@click.command()
@click.argument("condition", required=False)
@click.option(
    "--as-of", type=options.day, metavar="DATE", help="Day to prove for, YYYY-MM-DD; without it, that of the cases."
)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option(
    "--save",
    "save_to",
    type=options.FILE,
    metavar="FILE",
    help="Write each patient found as a case to a file of cases.",
)
@click.option(
    "--watch", "watched", type=click.Path(exists=True, path_type=Path), metavar="PATH",
    help="Prove the pathway of a file or folder again at every save.",
)  # fmt: skip
@options.pathways
def prove(
    condition: str | None,
    as_of: date | None,
    as_json: bool,
    save_to: Path | None,
    watched: Path | None,
    folder: Path | None,
) -> None:
    """Prove that no supply is unsafe, that nobody falls through, and what a pharmacist would sign.

    Prints each property and invariant with its time. Where one fails it prints the nearest plausible patient, judged again by assess,
    and the exit status is 1. One that stands in the content as known to fail must fail exactly so. What is proved and what is not:
    docs/proof.md.

    With --save the patients become cases; where several conditions fail, each has a file of its own beside FILE. With --watch one pathway
    is proved again whenever one of its files is saved, and only what fails is printed.

    \b
    Example:
      pharmacyfirst prove uncomplicated-uti --save found.yaml
    """
    if watched is not None:
        if condition or as_of or as_json or save_to or folder:
            raise WrongCommand("--watch stands alone: it proves the pathway that the file belongs to.")
        from pharmacyfirst.proof.watch import watch

        watch(watched, click.echo)
        return
    library = options.library(folder)
    wanted = options.conditions(library, condition)

    from pharmacyfirst.content.invariants import invariants_of
    from pharmacyfirst.proof import prove as proofs

    invariants = invariants_of(library, as_of)
    everything = []
    for one in wanted:
        everything.append(proofs.prove(library, one, as_of, invariants))
        if not as_json:
            click.echo("\n".join(proofs.in_words(everything[-1])))
    if as_json:
        click.echo(exact.write({"proved": [proved.as_dict() for proved in everything]}, 2).encode())
    if save_to is not None:
        count = len(proofs.save(everything, save_to))
        click.echo(f"{count} file{'' if count == 1 else 's'} of cases written.", err=True)
    if any(proved.failed for proved in everything):
        raise SystemExit(1)
