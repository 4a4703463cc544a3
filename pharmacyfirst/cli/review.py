"""``pharmacyfirst review``: the review pack of a condition, how far blind readings agree, and whether a sign-off still holds."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import click

from pharmacyfirst import exact
from pharmacyfirst.cli import options
from pharmacyfirst.cli.guard import BadInput, NotDone, WrongCommand
from pharmacyfirst.content.cases import cases_of
from pharmacyfirst.content.library import Library
from pharmacyfirst.content.readings import read_reading
from pharmacyfirst.content.sign_offs import FILE, blank_sign_off, nobody_signed, read_sign_off
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.paper.pdf import NoPDF, pdf, pdf_maker
from pharmacyfirst.review.documents import Printer
from pharmacyfirst.review.pack.checks import checks_of, proved_before, proved_now
from pharmacyfirst.review.pack.pack import ReviewPack, review_pack
from pharmacyfirst.review.pack.reading import ReadersAgree, agreements, chosen, reading_form
from pharmacyfirst.review.pack.signed import standing


@click.command()
@click.argument("condition", required=False)
@click.option(
    "--out",
    "into",
    type=options.FOLDER,
    metavar="DIR",
    help="Folder to write the pack to; it is made where it is not there.",
)
@click.option(
    "--since",
    metavar="VERSION",
    help="Say who is treated differently since this version (2026.1, or CONDITION@2026.1), or a folder with another one.",
)
@click.option(
    "--as-of", type=options.day, metavar="DATE",
    help="The version in force on this day, YYYY-MM-DD; without it, the newest.",
)  # fmt: skip
@click.option("--prove", "prove", is_flag=True, help='Run the proofs now. Needs the extra "proof".')
@click.option(
    "--proofs", type=options.FILE_THERE, metavar="FILE", help="Take the proofs from what `prove --json` printed."
)
@click.option("--mutants", "with_mutants", is_flag=True, help="Run every mutant against the cases now; takes minutes.")
@click.option("--pdf", "as_pdf", is_flag=True, help='Write it as tagged PDF too. Needs the extra "review".')
@click.option(
    "--agreement",
    "readings",
    multiple=True,
    type=options.FILE_THERE,
    metavar="FILE",
    help="Say how far blind readings agree; give it once for each reader.",
)
@click.option("--json", "as_json", is_flag=True, help="With --agreement: print it as JSON.")
@click.option(
    "--verify",
    nargs=2,
    type=options.FILE_THERE,
    metavar="SIGNOFF PACK",
    help="Say whether a sign-off holds of a pack (review-pack.json).",
)
@click.option(
    "--was",
    type=options.FILE_THERE,
    metavar="FILE",
    help="With --verify: the pack that was signed, to say what changed in each part.",
)
@options.pathways
def review(
    condition: str | None,
    into: Path | None,
    since: str | None,
    as_of: date | None,
    prove: bool,
    proofs: Path | None,
    with_mutants: bool,
    as_pdf: bool,
    readings: tuple[Path, ...],
    as_json: bool,
    verify: tuple[Path, Path] | None,
    was: Path | None,
    folder: Path | None,
) -> None:
    """Write the review pack of a condition: all that a clinical safety reviewer needs, to be signed by its digest.

    \b
    pharmacyfirst review CONDITION --out DIR          the pack: a page, JSON, a reading form, a sign-off to fill in; with --pdf a PDF
    pharmacyfirst review CONDITION --agreement FILE   how far readers agree with the pathway and each other; with --out, in the pack
    pharmacyfirst review --verify SIGNOFF PACK        whether a sign-off still holds, and what changed where it does not

    The same content with the same tools gives the same files, byte for byte.

    \b
    Example:
      pharmacyfirst review shingles --out packs --pdf --prove
    """
    if verify is not None:
        _verify(*verify, was)
        return
    if condition is None:
        raise WrongCommand("Name a condition, or give --verify SIGNOFF PACK.")
    library = options.library(folder)
    options.conditions(library, condition)
    pathway = library.in_force(condition, as_of) if as_of else library.newest(condition)
    agreement = _agreement(library, pathway, readings)
    if readings and into is None:
        _say(agreement, as_json)
        return
    if into is None:
        raise WrongCommand("Say where to write the pack: --out DIR.")
    if prove and proofs:
        raise WrongCommand("Give --prove or --proofs, not both.")
    if as_pdf:
        try:
            pdf_maker()
        except NoPDF as missing:
            raise BadInput(f"{missing}. Nothing was written; without --pdf the rest is.") from None
    found = proved_now(library, pathway, as_of) if prove else None
    if proofs is not None:
        found = proved_before(options.read_file(proofs, "--proofs"), pathway)
    checks = checks_of(
        library, pathway, cases_of(library, condition), proofs=found, with_mutants=with_mutants, agreement=agreement
    )
    compared, report = _since(library, pathway, since, as_of) if since else (None, None)
    pack = review_pack(library, pathway, checks, compared=compared, report=report)
    for said in _written(pack, into, with_pdf=as_pdf):
        click.echo(said)
    click.echo(pack.digest)
    for orphan in pack.traceability.orphans:
        click.echo(f"orphan: {orphan}", err=True)


def _since(library: Library, pathway: Pathway, since: str, as_of: date | None) -> tuple[dict[str, object], object]:
    """The comparison with an earlier version of the library, or with what lies in a folder; without the time that it took."""
    from pharmacyfirst.proof import changes_in_words as words  # reads the solver, which nothing else here needs
    from pharmacyfirst.proof.changes import changes
    from pharmacyfirst.proof.versions import side, version_of

    if Path(since).is_dir():
        before = side(since, "--since", lambda: library).versions.get(pathway.id)
        if before is None:
            raise BadInput(f"--since: that folder has no {pathway.id}.")
    else:
        before = version_of(library, pathway.id, since.removeprefix(f"{pathway.id}@"), "--since")
    ending = as_of.isoformat() if as_of else ""
    found = changes(before, version_of(library, pathway.id, ending, "CONDITION"))
    return {key: value for key, value in words.as_dict(found).items() if key != "seconds"}, words.report(
        found, timed=False
    )


def _written(pack: ReviewPack, into: Path, *, with_pdf: bool) -> Iterator[str]:
    """Write the files of a pack, each made before the first is written, and name them below the folder.

    A sign-off or a reading that is there and may have been filled in is left as it is.
    """
    library, pathway = pack.library, pack.pathway
    printed = Printer(library.medicines, library.sources).pack(pack)
    files: dict[str, bytes] = {
        "review-pack.html": printed.html.encode(),
        "review-pack.json": f"{exact.write(pack.as_dict(), 2)}\n".encode(),
        FILE: blank_sign_off(pack.of, pack.digest, pack.digests).encode(),
    }
    if pack.read_blind:
        files["reading.yaml"] = reading_form(pathway, pack.read_blind, pack.baseline).encode()
    if with_pdf:
        files["review-pack.pdf"] = pdf(printed.html, printed.made_on)
    below = into / pathway.id
    below.mkdir(parents=True, exist_ok=True)
    for name, content in sorted(files.items()):
        path = below / name
        if name.endswith(".yaml") and path.exists() and path.read_bytes() != content and not _is_blank(path):
            yield f"left {pathway.id}/{name} as it is: it may have been filled in"
            continue
        path.write_bytes(content)
        yield f"wrote {pathway.id}/{name}"


def _is_blank(path: Path) -> bool:
    return path.name == FILE and nobody_signed(path.read_text(encoding="utf-8", errors="replace"))


def _agreement(library: Library, pathway: Pathway, readings: tuple[Path, ...]) -> tuple[ReadersAgree, ...]:
    cases = chosen(cases_of(library, pathway.id)) if readings else ()
    return tuple(agreements(pathway, cases, [read_reading(path) for path in readings])) if readings else ()


def _say(agreement: tuple[ReadersAgree, ...], as_json: bool) -> None:
    if as_json:
        click.echo(exact.write({"agreement": [one.as_dict() for one in agreement]}, 2).encode())
        return
    for one in agreement:
        click.echo("\n".join(one.in_words()))


def _verify(sign_off: Path, pack: Path, was: Path | None) -> None:
    before = options.read_file(was, "--was") if was is not None else None
    found = standing(read_sign_off(sign_off), options.read_file(pack, "PACK"), before)
    click.echo("\n".join(found.in_words()))
    if not found.holds:
        raise NotDone("The sign-off does not hold: what it was given for is not what is there.")
