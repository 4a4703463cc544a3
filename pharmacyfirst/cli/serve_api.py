"""``pharmacyfirst serve-api``: the JSON API, for the pharmacy's other systems."""

from pathlib import Path

import click

from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput
from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError
from pharmacyfirst.log import Lines, write_lines


@click.command(name="serve-api")
@click.option(
    "--data", type=options.FOLDER, metavar="DIR", callback=options.in_site,
    help="Folder of the store and the keys; without it, nothing is kept.",
)  # fmt: skip
@options.site
@click.option(
    "--adoption", type=options.FILE_THERE, metavar="FILE", help="The organisation's adoption record, for permits."
)
@click.option("--mailbox", default="", metavar="ID", help="The pharmacy's own MESH mailbox, for GP messages.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address.")
@click.option("--port", type=click.IntRange(1, 65535), default=8090, show_default=True, help="Port.")
@click.option(
    "--rate",
    type=click.FloatRange(min=0, min_open=True),
    default=100,
    show_default=True,
    help="Calls of one key a second; twice as many at once.",
)
@click.option("--tls-certificate", type=options.FILE_THERE, metavar="FILE", help="Certificate chain, PEM.")
@click.option("--tls-key", type=options.FILE_THERE, metavar="FILE", help="Its private key, PEM.")
@click.option("--trusted-proxy", default="", metavar="ADDRESS", help="The proxy's address: nobody else is answered.")
@click.option(
    "--url", default="", metavar="URL", help="The address at which others reach it: for links on cards, and for tokens."
)
@click.option(
    "--cds-clients",
    type=options.FILE_THERE,
    metavar="FILE",
    help="CDS Clients that may call with tokens they sign (docs/cds-hooks.md).",
)
@click.option(
    "--cds-origin",
    "cds_origins",
    multiple=True,
    metavar="ORIGIN",
    help="A site whose pages may call CDS Hooks; may be repeated.",
)
@options.lines
@options.pathways
def serve_api(
    data: Path | None, adoption: Path | None, mailbox: str, host: str, port: int, rate: float, tls_certificate: Path | None,
    tls_key: Path | None, trusted_proxy: str, url: str, cds_clients: Path | None, cds_origins: tuple[str, ...], lines: str,
    folder: Path | None,
) -> None:  # fmt: skip
    """Serve the JSON API to the pharmacy's other systems.

    Without --data nothing is kept, no key is needed, and this machine alone is answered. With --data each call needs a key of "pharmacyfirst
    api-key make"; of an organisation with several sites, each is served by itself (--site). Another address than this machine's own needs keys, and TLS or a trusted proxy. GET /openapi.json describes every call.

    \b
    Example:
      pharmacyfirst serve-api
    """
    try:
        from pharmacyfirst.api import serve as served
    except ImportError:
        raise BadInput(f"{ExtraMissing('api', 'the API')}. Nothing was started.") from None
    settings = served.ApiSettings(
        data=data, content=folder, adoption=adoption, mailbox=mailbox, host=host, port=port, rate=rate, burst=2 * rate,
        certificate=tls_certificate, private_key=tls_key, proxy=trusted_proxy, url=url, cds_clients=cds_clients,
        cds_origins=cds_origins,
    )  # fmt: skip
    options.library(folder)
    try:
        served.must_be_safe(settings)
        served.must_open(settings)
    except PharmacyFirstError as refused:
        raise BadInput(f"{refused} Nothing was started.") from None
    write_lines(Lines(lines))
    app = served.application(settings)
    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if tls_certificate is not None else "http"
    kept = "what is acknowledged is kept in the data folder" if data is not None else "nothing is kept"
    click.echo(f"The API is at {scheme}://{shown}:{port}, described at /openapi.json. Ctrl-C ends it; {kept}.")
    served.run(app, settings)
