"""The sheet on which an organisation adopts a document and its practitioners sign for it."""

from dataclasses import dataclass

from pharmacyfirst.authority.adoption import documents_of
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.pgd import PGD, Mechanism
from pharmacyfirst.paper.words import listed
from pharmacyfirst.review.identity import Identity, identity_of, kind_in_short

ROWS = 14


@dataclass(frozen=True, slots=True)
class AuthorisationSheet:
    """What is signed for, who may sign, and the empty rows to sign in. ``layers`` are the three without which nothing is supplied.

    ``signed_for`` are the documents: name, version, the file to read it in, digest.
    """

    identity: Identity
    signed_for: tuple[tuple[str, str, str, str], ...]
    professions: str
    layers: tuple[tuple[str, str], ...]
    declaration: tuple[str, ...]
    rows: tuple[int, ...] = tuple(range(1, ROWS + 1))


def authorisation_sheet(pathway: Pathway, pgd: PGD) -> AuthorisationSheet:
    """The authorisation sheet of one PGD or clinical protocol."""
    what = kind_in_short(pgd)
    in_force = "in force on the day of the supply"
    valid = f"published and {in_force}"
    if pgd.mechanism is Mechanism.PGD:
        valid = f"published, {in_force}, and complete, with all seventeen particulars of Schedule 16"
    return AuthorisationSheet(
        identity=identity_of(pathway, pgd),
        signed_for=tuple(
            (one.document, one.version, f"{one.document}.html", one.digest) for one in documents_of(pathway, pgd)
        ),
        professions=listed(pgd.professions, "or"),
        layers=(
            ("The document", f"It is {valid}."),
            (
                "The organisation",
                "It has checked this version against the signed original, adopted it by its digest, and cleared every open item.",
            ),
            (
                "The practitioner",
                "A named, registered professional whom the organisation lets supply under this version, and who has signed for it.",
            ),
        ),
        declaration=(
            f"I have read this version of the {what}, and the pathway that leads to it, from beginning to end.",
            "I am trained and competent to use it, and I keep myself so.",
            "I supply only to people whom it includes and does not exclude, and only the product, dose and quantity it gives.",
            "I know that it does not replace my own judgement, and that I answer for what I supply.",
            f"I know that a new version of the {what}, or of the pathway, needs a new signature of the organisation and of mine.",
        ),
    )
