"""``authorise``: asks whether this practitioner may supply, here and now."""

from datetime import date, datetime, time
from pathlib import Path

import click

from pharmacyfirst.authority.authorise import authorise as permit_or_reasons
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.authority.permit import Channel, NoPermit, Permit
from pharmacyfirst.cli import options
from pharmacyfirst.cli.facts import read_facts
from pharmacyfirst.cli.guard import WrongCommand
from pharmacyfirst.content.adoption import read_adoption
from pharmacyfirst.exact import read, write


@click.command()
@click.argument("condition")
@click.argument("facts")
@click.option(
    "--adoption", type=options.FILE_THERE, metavar="FILE", required=True, help="The organisation's adoption record."
)
@click.option("--practitioner", required=True, metavar="GPHC", help="GPhC number of whoever would supply.")
@click.option(
    "--channel",
    type=click.Choice([channel.value for channel in Channel]),
    required=True,
    help="How the consultation is held.",
)
@click.option("--offer", metavar="PGD", help="Which offer, where there are several; without it, the first.")
@click.option("--record", default="", metavar="ID", help="The record that the permit is for.")
@click.option(
    "--patient", type=options.FILE_THERE, metavar="FILE", help="Who it is for: the patient of the record, as JSON."
)
@click.option("--json", "as_json", is_flag=True, help="Print the permit, or the reasons, as JSON.")
@options.as_of
@options.pathways
def authorise(
    condition: str, facts: str, adoption: Path, practitioner: str, channel: str, offer: str | None, record: str,
    patient: Path | None, as_json: bool, as_of: date | None, folder: Path | None,
) -> None:  # fmt: skip
    """Ask whether this pharmacist, here and now, may supply what is offered.

    Assesses FACTS as `assess` does, then prints the permit, or every reason why there is none; the exit status is then 1. A permit is for
    now; for another day it is marked as if, and no record accepts it. A record needs one with --record and --patient.

    \b
    Example:
      pharmacyfirst authorise uncomplicated-uti facts.json --adoption adoption.yaml --practitioner 2012345 --channel "in person"
    """
    if bool(record) != (patient is not None):
        raise WrongCommand("--record and --patient go together: a permit is for one record of one person.")
    library = options.library(folder)
    given = read_facts(library, condition, facts, as_of)
    now = options.this_moment()
    as_if = given.as_of != now.date()
    # Midday, because a time of today on another day would say that somebody asked then.
    at = in_england(datetime.combine(given.as_of, time(12))) if as_if else now
    answer = permit_or_reasons(
        library.in_force(given.pathway, given.as_of), given.facts, read_adoption(adoption), practitioner, Channel(channel), at,
        record=record, person=_person(patient), pgd=offer, as_if=as_if,
    )  # fmt: skip
    _print(answer, as_json)
    if isinstance(answer, NoPermit):
        raise SystemExit(1)


def _person(path: Path | None) -> str:
    if path is None:
        return ""
    from pharmacyfirst.record.fields import read_back
    from pharmacyfirst.record.people import Patient

    return read_back(Patient, read(options.read_file(path, "--patient"))).digest


def _print(answer: Permit | NoPermit, as_json: bool) -> None:
    for line in [write(answer.as_dict(), indent=2)] if as_json else _in_words(answer):
        click.echo(line)


def _in_words(answer: Permit | NoPermit) -> list[str]:
    if isinstance(answer, NoPermit):
        reasons = [f"  {reason.code}: {reason.says}" for reason in answer.reasons]
        return ["NO PERMIT: nothing may be supplied.", *reasons]
    who = f"{answer.ods_code}, practitioner {answer.gphc_number}, {answer.channel.value}"
    return [
        f"{'AS IF, and no permit for a supply' if answer.as_if else 'PERMIT'}: {answer.offer.pgd.title if answer.offer else answer.pathway}",
        f"  {who}, {answer.at:%Y-%m-%d %H:%M}",
        *(f"  {document.in_words()}  {document.digest}" for document in answer.documents),
        *(f"  warning: {warning}" for warning in answer.warnings),
    ]
