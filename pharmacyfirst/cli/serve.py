"""``pharmacyfirst serve``: the pharmacist's form, on this machine."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput
from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError
from pharmacyfirst.log import Lines, write_lines
from pharmacyfirst.people.provider import read_provider

if TYPE_CHECKING:
    from pharmacyfirst.web.place import WhereServed

DATA = Path("pharmacyfirst-data")


@click.command()
@click.option(
    "--data", type=options.FOLDER, default=DATA, show_default=True, metavar="DIR", help="Folder of the records."
)
@click.option(
    "--pharmacy", type=options.FILE_THERE, metavar="FILE", help="The pharmacy's file, in place of the first page."
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Address. Another than this machine's own needs people who sign in, --name, and a certificate or --proxy.",
)
@click.option("--port", type=click.IntRange(1, 65535), default=8080, show_default=True, help="Port.")
@click.option("--name", default="", metavar="NAME", help="The one name by which browsers reach the form elsewhere.")
@click.option("--certificate", type=options.FILE_THERE, metavar="FILE", help="Certificate for TLS (PEM).")
@click.option("--key", type=options.FILE_THERE, metavar="FILE", help="The key of the certificate (PEM).")
@click.option("--proxy", default="", metavar="ADDRESS", help="The one proxy that ends TLS and passes requests on.")
@click.option(
    "--provider",
    type=options.FILE_THERE,
    metavar="FILE",
    help="The identity provider with which people may sign in (JSON).",
)
@options.lines
@options.pathways
def serve(
    data: Path, pharmacy: Path | None, host: str, port: int, name: str,
    certificate: Path | None, key: Path | None, proxy: str, provider: Path | None, lines: str,
    folder: Path | None,
) -> None:  # fmt: skip
    """Serve the pharmacist's form to a browser on this machine.

    The first page sets the pharmacy up. Until an adoption record is named there it is for evaluation: nothing is supplied but to training
    patients. Once there are people (pharmacyfirst people add), nobody comes in without signing in; other machines reach it only then.

    \b
    Example:
      pharmacyfirst serve
    """
    try:
        from pharmacyfirst.web import serve as served
        from pharmacyfirst.web.place import place_of
    except ImportError:
        raise BadInput(f"{ExtraMissing('web', 'the form')}. Nothing was started.") from None
    options.library(folder)
    try:
        signing_in = served.must_open(data, pharmacy)
        where = place_of(host, name, str(certificate or ""), str(key or ""), proxy, signing_in)
        known = read_provider(provider) if provider is not None else None
    except PharmacyFirstError as refused:
        raise BadInput(f"{refused} Nothing was started.") from None
    write_lines(Lines(lines))
    app = served.application(
        data,
        content=folder,
        pharmacy=pharmacy,
        place=where,
        provider=known,
    )
    click.echo(
        f"The form is at {_address(host, port, where)}. Ctrl-C ends it; what was saved is kept in the data folder."
    )
    served.run(app, host, port, where)


def _address(host: str, port: int, where: "WhereServed") -> str:
    if where.elsewhere:
        return f"https://{where.names[0]}{'' if where.proxy else f':{port}'}"
    return f"http://{f'[{host}]' if ':' in host else host}:{port} on this machine"
