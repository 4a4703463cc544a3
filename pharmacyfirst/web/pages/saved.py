"""A finished consultation: what became of it, its papers to print or to copy, and how the practice is told."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.paper.pdf import NoPDF
from pharmacyfirst.paper.words import day
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.papers.claim import claim_of
from pharmacyfirst.record.papers.label import label_pdf, label_text
from pharmacyfirst.record.papers.leaflet import leaflet_html, leaflet_text
from pharmacyfirst.record.papers.letter import letter_html, letter_text
from pharmacyfirst.record.papers.one_page import one_page_html
from pharmacyfirst.record.papers.parts import quantity_of, spaced
from pharmacyfirst.store import NotThere, StoreRefused
from pharmacyfirst.web.desk import Visit
from pharmacyfirst.web.frame import PRACTICE, PatientBar, drawn, frame
from pharmacyfirst.web.opened import said
from pharmacyfirst.web.replies import go, html


@dataclass(frozen=True, slots=True)
class SavedPage:
    """What the page shows."""

    title: str
    medicine: str
    directions: str
    news: str
    claim: str
    papers: tuple["PaperLink", ...]
    id: str
    incident: bool
    late: str
    differs: bool


@dataclass(frozen=True, slots=True)
class PaperLink:
    """A paper that can be made of the record."""

    says: str
    path: str


@dataclass(frozen=True, slots=True)
class TextPage:
    """A paper as text to copy."""

    title: str
    text: str
    back: str


def saved(visit: Visit) -> Response:
    """``GET /r/ID``: the record, which is put down as read by whoever is at the desk."""
    id = visit.names["id"]
    try:
        record = _read(visit, "record")
    except NotThere as refused:
        return said(visit, "There is no such record", str(refused), status=404)
    except StoreRefused:
        return go(f"/c/{id}/outcome")
    except PharmacyFirstError as refused:
        return said(visit, "The record cannot be shown", str(refused))
    done = record.decision
    supplied = record.supplies[0] if record.supplies else None
    what = {"supplied": f"supplied {supplied.medicine}" if supplied is not None else "supplied"}.get(
        done.done, done.done
    )
    view = SavedPage(
        title=f"Saved: {what}",
        medicine=f"{quantity_of(supplied)} of {supplied.product}" if supplied is not None else "",
        directions=supplied.directions if supplied is not None else "",
        news=_news(visit, record),
        claim=_claim(record),
        papers=tuple(_links(record)),
        id=id,
        incident=record.is_incident,
        late=_late(record),
        differs=record.late is not None and (record.differs or bool(record.unpermitted)),
    )
    return html(drawn("saved.html", f=_frame(visit, view.title, record), v=view))


def _frame(visit: Visit, title: str, record: Consultation) -> object:
    from dataclasses import replace

    patient = record.patient
    bar = PatientBar(
        name=patient.name,
        born=day(patient.birth_date),
        age=f"{patient.age_on(record.on)} years",
        number=spaced(patient.nhs_number) if patient.nhs_number else "",
        condition=record.in_words.title.partition(", ")[0],
        saved=f"{record.recorded_at:%H:%M}",
        requirements="; ".join(patient.requirements),
    )
    return replace(frame(visit, title), bar=bar, practice=PRACTICE if record.practice else "")


def _read(visit: Visit, what: str) -> Consultation:
    id = visit.names["id"]
    visit.desk.store.records.read(id, visit.actor, what)
    return visit.desk.store.records.record(id, visit.desk.library)


def _news(visit: Visit, record: Consultation) -> str:
    if record.practice:
        return "A practice patient: nothing is sent."
    summary = visit.desk.store.drafts.get(record.id).summary
    told = summary.get("told_by")
    if told == "message":
        return "The GP message is queued. It stays on the work list until the practice has confirmed it."
    if told is not None:
        return "No message can be sent: print the letter and send it to the practice. It stays on the work list until then."
    return f"The practice is not told: {summary.get('not_told_because', '')}."


def _late(record: Consultation) -> str:
    """That it was entered late, by whom, and of which day it is."""
    if record.late is None or record.entered_by is None:
        return ""
    return (
        f"Held on {day(record.on)} by {record.practitioner.name}; entered {'from paper ' if record.late.paper_at else ''}"
        f"on {day(record.recorded_at.date())} by {record.entered_by.name}, because {record.late.because}."
    )


def _claim(record: Consultation) -> str:
    claim = claim_of(record)
    points = record.assessment["gateways"]
    by = f" (gateway {', '.join(str(one) for one in points)})" if points else ""
    return f"{claim.claimable}{by}"


Maker = Callable[[Consultation, Pathway], str]
_TEXTS: dict[str, tuple[str, Maker]] = {
    "leaflet": ("The patient's sheet", leaflet_text),
    "letter": ("Letter to the GP practice", lambda record, _: letter_text(record)),
    "label": ("Label", label_text),
}
_PAGES: dict[str, tuple[str, Maker]] = {
    "leaflet": ("The patient's sheet", leaflet_html),
    "letter": ("Letter to the GP practice", lambda record, _: letter_html(record)),
    "page": ("The whole record, for the pharmacy's file", lambda record, _: one_page_html(record)),
}


def _links(record: Consultation) -> list[PaperLink]:
    base = f"/r/{record.id}"
    label = [PaperLink("Print the label", f"{base}/label.pdf")] if record.supplies else []
    return [
        *label,
        PaperLink("Print the patient's sheet", f"{base}/leaflet.html"),
        PaperLink("Print the letter to the practice", f"{base}/letter.html"),
        PaperLink("Print the record", f"{base}/page.html"),
        PaperLink("Copy the letter as text", f"{base}/letter.txt"),
        PaperLink("Copy the patient's sheet as text", f"{base}/leaflet.txt"),
        *([PaperLink("Copy the label as text", f"{base}/label.txt")] if record.supplies else []),
    ]


def paper(visit: Visit) -> Response:
    """``GET /r/ID/PAPER``: a paper to print, or its text to copy; put down as printed."""
    name, _, ending = visit.names["paper"].partition(".")
    try:
        record = visit.desk.store.records.record(visit.names["id"], visit.desk.library)
        content = visit.desk.library.in_force(record.pathway, record.on)
        made = _made(visit, record, content, name, ending)
    except NotThere as refused:
        return said(visit, "There is no such record", str(refused), status=404)
    except (PharmacyFirstError, NoPDF) as refused:
        return said(visit, "This cannot be printed", str(refused))
    if made is None:
        return said(visit, "There is no such paper", "Choose one on the record's page.", status=404)
    visit.desk.store.records.printed(record.id, visit.actor, f"{name} as {ending}")
    return made


def _made(visit: Visit, record: Consultation, content: Pathway, name: str, ending: str) -> Response | None:
    if ending == "html" and name in _PAGES:
        return styled(_PAGES[name][1](record, content))
    if ending == "txt" and name in _TEXTS:
        title, make = _TEXTS[name]
        view = TextPage(title, make(record, content), f"/r/{record.id}")
        return html(drawn("text.html", f=_frame(visit, title, record), v=view))
    if (name, ending) == ("label", "pdf"):
        return Response(label_pdf(record, content), media_type="application/pdf")
    return None


_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def styled(words: str) -> Response:
    """A paper of ours, whose own style sheet, and nothing else, is let through by its digest."""
    digests = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in _STYLE.findall(words)]
    reply = html(words)
    reply.headers["x-style-digests"] = " ".join(f"'sha256-{one}'" for one in digests)
    return reply
