"""The documents of pathways, ready to be written: which there are, and each as HTML."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from pharmacyfirst.content.hazards import Hazard, HazardLog
from pharmacyfirst.content.library import templates_folder
from pharmacyfirst.content.written import SharedMedicine
from pharmacyfirst.kernel.evidence import Source
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.pathway import PATHWAY, Pathway
from pharmacyfirst.kernel.pgd import PGD
from pharmacyfirst.kernel.service import Service
from pharmacyfirst.paper.html import Paper
from pharmacyfirst.paper.words import sentence
from pharmacyfirst.review.authorisation import authorisation_sheet
from pharmacyfirst.review.blank import blank_form
from pharmacyfirst.review.hazards import identity_of_hazards, sections_of_hazards
from pharmacyfirst.review.identity import identity_of_condition
from pharmacyfirst.review.open_items import to_clear
from pharmacyfirst.review.pack.pack import NOT_COMPARED, ReviewPack
from pharmacyfirst.review.pack.page import page_of
from pharmacyfirst.review.pathway_document import pathway_document
from pharmacyfirst.review.pgd_document import pgd_document
from pharmacyfirst.review.service_document import service_document, service_file

OPEN_ITEMS = "open-items"
BLANK = "paper-form"
AUTHORISATION = "authorisation"
HAZARD_LOG = "hazards"
REVIEW_PACK = "review-pack"
_NO_DAY = date(2026, 1, 1)  # of the log's first version: a page that is made again is the same


@dataclass(frozen=True, slots=True)
class Printed:
    """One document as HTML; ``name`` is its path without an ending, ``made_on`` the day it says it was made."""

    name: PurePosixPath
    html: str
    made_on: date


class Printer:
    """Makes the documents of pathways; ``medicines`` and ``sources`` are what stands once for all of them."""

    def __init__(
        self, medicines: Mapping[str, SharedMedicine] = Frozen(), sources: Mapping[str, Source] = Frozen()
    ) -> None:
        self._paper = Paper(templates_folder())
        self._medicines, self._sources = medicines, sources

    def of_pgd(self, pathway: Pathway, pgd: PGD) -> Iterator[Printed]:
        """The PGD or clinical protocol itself, and its authorisation sheet."""
        document = pgd_document(pathway, pgd, self._medicines.get(pgd.id), self._sources)
        sheet = authorisation_sheet(pathway, pgd)
        folder, made_on = PurePosixPath(pathway.id), document.identity.made_on
        yield Printed(folder / pgd.id, self._paper.html("pgd.html", document=document), made_on)
        yield Printed(
            folder / f"{pgd.id}-{AUTHORISATION}", self._paper.html("authorisation.html", sheet=sheet), made_on
        )

    def of_pathway(self, pathway: Pathway) -> Printed:
        """The pathway itself: who goes where and why, the conversation, and what stands behind it."""
        document = pathway_document(pathway)
        html = self._paper.html("pathway.html", document=document)
        return Printed(PurePosixPath(pathway.id) / PATHWAY, html, document.identity.made_on)

    def of_service(self, service: Service, pathways: Sequence[Pathway]) -> Printed:
        """A service, whose file stands in no digest of its ``pathways``: codes, who may provide it, what is claimed, consents."""
        document = service_document(service, pathways, self._sources)
        html = self._paper.html("service.html", document=document)
        return Printed(PurePosixPath(service_file(service)), html, document.identity.made_on)

    def open_items(self, pathway: Pathway) -> Printed:
        """The open items of a condition, to be cleared by whoever adopts it."""
        identity = identity_of_condition(pathway)
        html = self._paper.html("open-items.html", identity=identity, items=to_clear(pathway))
        return Printed(PurePosixPath(pathway.id) / OPEN_ITEMS, html, identity.made_on)

    def hazards(self, log: HazardLog, hazards: tuple[Hazard, ...]) -> Printed:
        """The hazard log, with those of its hazards that are given. It says no day of its own: its name on disk and its digest tell it."""
        identity = identity_of_hazards(log, _NO_DAY)
        html = self._paper.html("hazards.html", identity=identity, log=log, sections=sections_of_hazards(log, hazards))
        return Printed(PurePosixPath(HAZARD_LOG), html, identity.made_on)

    def pack(self, pack: ReviewPack) -> Printed:
        """The review pack of a condition, as one page that stands alone."""
        page = page_of(pack)
        reports = [pack.report] if pack.report is not None else []
        html = self._paper.html("review-pack.html", page=page, reports=reports, not_compared=sentence(NOT_COMPARED))
        return Printed(PurePosixPath(pack.pathway.id) / REVIEW_PACK, html, page.identity.made_on)

    def blank(self, pathway: Pathway, on: date, *, practice: bool = False) -> Printed:
        """The paper form for when the system is down, as the pathway stands on a day; ``practice`` marks it as no real patient's."""
        form = blank_form(pathway, on, practice=practice)
        html = self._paper.html("blank.html", form=form)
        return Printed(PurePosixPath(pathway.id) / BLANK, html, form.identity.made_on)
