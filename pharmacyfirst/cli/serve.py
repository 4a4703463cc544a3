"""``pharmacyfirst serve``: the pharmacist's form, on this machine."""

from pathlib import Path

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput
from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError

DATA = Path("pharmacyfirst-data")


@click.command()
@click.option(
    "--data", type=options.FOLDER, default=DATA, show_default=True, metavar="DIR", help="Folder of the records."
)
@click.option(
    "--pharmacy", type=options.FILE_THERE, metavar="FILE", help="The pharmacy's file, in place of the first page."
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address: this machine's own alone."
)
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Port.")
@options.pathways
def serve(data: Path, pharmacy: Path | None, host: str, port: int, folder: Path | None) -> None:
    """Serve the pharmacist's form to a browser on this machine.

    The first page sets the pharmacy up. Until an adoption record is named there it is for evaluation: nothing is supplied but to practice
    patients. Other addresses than this machine's own are refused.

    \b
    Example:
      pharmacyfirst serve
    """
    try:
        from pharmacyfirst.web import serve as served
    except ImportError:
        raise BadInput(f"{ExtraMissing('web', 'the form')}. Nothing was started.") from None
    try:
        served.must_be_here(host)
    except served.NotOnThisMachine as refused:
        raise BadInput(f"--host: {refused}") from None
    options.library(folder)
    try:
        served.must_open(data, pharmacy)
    except PharmacyFirstError as refused:
        raise BadInput(f"{refused} Nothing was started.") from None
    app = served.application(data, content=folder, pharmacy=pharmacy, log=lambda line: click.echo(line, err=True))
    shown = f"[{host}]" if ":" in host else host
    click.echo(
        f"The form is at http://{shown}:{port} on this machine. Ctrl-C ends it; what was saved is kept in the data folder."
    )
    served.run(app, host, port)
