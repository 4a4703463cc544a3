"""A finished consultation: what became of it, its papers to print or to copy, and how the practice is told."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from starlette.responses import Response

from pharmacyfirst.errors import ExtraMissing, PharmacyFirstError, Refused
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.paper.html import style_sources
from pharmacyfirst.paper.pdf import NoPDF
from pharmacyfirst.paper.words import day, listed
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.papers.claim import claim_of
from pharmacyfirst.record.papers.label import label_pdf, label_text, labels_of
from pharmacyfirst.record.papers.leaflet import leaflet_html, leaflet_text
from pharmacyfirst.record.papers.letter import letter_html, letter_text
from pharmacyfirst.record.papers.one_page import one_page_html
from pharmacyfirst.record.papers.parts import quantity_of, spaced
from pharmacyfirst.store import ConsultationSoFar, NotThere, StoreRefused
from pharmacyfirst.web.desk import Talk, Visit
from pharmacyfirst.web.finishing import message_of
from pharmacyfirst.web.frame import PRACTICE, Frame, PatientBar, drawn, frame, go_on
from pharmacyfirst.web.news import NewsShown, news_shown
from pharmacyfirst.web.opened import said
from pharmacyfirst.web.pages.again import leads_to
from pharmacyfirst.web.replies import go, html
from pharmacyfirst.web.who_may import may


@dataclass(frozen=True, slots=True)
class SavedPage:
    """What the page shows. ``stick``: what to look at before a label is stuck on. ``works``: to somebody who may do something about the record; to others it is to be read alone.

    ``then`` are the pathways that may be begun next with the same patient, each with its id.
    """

    title: str
    medicines: tuple["MedicineShown", ...]
    news: NewsShown
    claim: str
    papers: tuple["PaperLink", ...]
    stick: tuple[str, ...]
    id: str
    incident: str
    reports: bool
    corrected: str
    corrects: str
    because: str
    late: str
    differs: bool
    works: bool
    then: tuple["PaperLink", ...] = ()


@dataclass(frozen=True, slots=True)
class MedicineShown:
    """A medicine that was supplied: how much of what, and how it is taken."""

    says: str
    directions: str


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


@dataclass(frozen=True, slots=True)
class RecordHere:
    """The record that a path names, and how it stands in the store."""

    record: Consultation
    now: ConsultationSoFar


def record_here(visit: Visit, what: str) -> RecordHere | Response:
    """The record that the path names, which is put down as read by whoever is at the desk; else the page that says why not."""
    id, records = visit.names["id"], visit.desk.store.records
    try:
        record = records.record(id, visit.desk.library)
        return RecordHere(record, records.read(id, visit.actor, what))
    except NotThere as refused:
        return said(visit, "There is no such record", str(refused), status=404)
    except StoreRefused:
        return go(f"/c/{id}/outcome")
    except PharmacyFirstError as refused:
        return said(visit, "The record cannot be shown", str(refused))


def saved(visit: Visit) -> Response:
    """``GET /r/ID``: the record, with what became of it and what can be done with it."""
    here = record_here(visit, "record")
    if isinstance(here, Response):
        return here
    id, record, now, done = here.record.id, here.record, here.now, here.record.decision
    works = may("/r/{id}/correct", "POST", visit.at_the_desk.person.roles)
    medicines = listed(dict.fromkeys(one.medicine for one in record.supplies)) if record.supplies else ""
    view = SavedPage(
        title=f"Saved: {done.done} {medicines}".rstrip(),
        medicines=tuple(
            MedicineShown(f"{quantity_of(one)} of {one.product}", one.directions) for one in record.supplies
        ),
        news=news_shown(visit, here.record, now),
        claim=_claim(record, now),
        papers=tuple(_links(record, works)),
        stick=_before_it_is_stuck_on(visit, record),
        id=id,
        incident=_incident(record, now),
        reports=not record.practice,
        corrected=f"/r/{now.corrected_by}" if now.corrected_by else "",
        corrects=f"/r/{record.corrects}" if record.corrects else "",
        because=record.corrects_because or "",
        late=_late(record),
        differs=record.late is not None and (record.differs or bool(record.unpermitted)),
        works=works,
        then=tuple(_then(visit, record)) if works and not now.corrected_by else (),
    )
    return html(drawn("saved.html", f=record_frame(visit, view.title, record), v=view))


def _then(visit: Visit, record: Consultation) -> Iterator[PaperLink]:
    """What may be begun next with the same patient, by the pathways that this one leads to and that are in force today."""
    for condition in leads_to(record):
        with suppress(Refused):
            pathway = visit.desk.library.in_force(condition, visit.today)
            yield PaperLink(f"Go on with {pathway.title.partition(', ')[0]}", condition)


def recorded(visit: Visit, here: Talk) -> Response:
    """The way to the record of a consultation that was just finished, which says that it is made."""
    what = "The correction is stored" if here.held.corrects else "The record is made and stored"
    return go_on(visit, f"/r/{here.held.id}", f"{what}, {visit.now:%H:%M}.")


def record_frame(visit: Visit, title: str, record: Consultation) -> Frame:
    """The frame of a page about a record, with its patient on top."""
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


def _late(record: Consultation) -> str:
    """That it was entered late, by whom, and of which day it is."""
    if record.late is None or record.entered_by is None:
        return ""
    return (
        f"Held on {day(record.on)} by {record.practitioner.name}; entered {'from paper ' if record.late.paper_at else ''}"
        f"on {day(record.recorded_at.date())} by {record.entered_by.name}, because {record.late.because}."
    )


def _claim(record: Consultation, now: ConsultationSoFar) -> str:
    claim = claim_of(record)
    points = record.assessment["gateways"]
    by = f" (gateway {', '.join(str(one) for one in points)})" if points else ""
    state = coded_lists()["claim"].in_words(now.claim_state) if now.claim_state else ""
    due = f"to be entered by {day(date.fromisoformat(now.claim_due))}" if now.claim_due else ""
    return "; ".join(filter(None, (f"{claim.claimable}{by}", state, due)))


def _incident(record: Consultation, now: ConsultationSoFar) -> str:
    if record.practice:
        return "There was no permit: of a real patient it would be an incident" if record.is_incident else ""
    if now.incidents_open:
        return "Marked as an incident; somebody has still to look at it"
    return "Marked as an incident; it was looked at" if now.incidents or record.is_incident else ""


WANTS = "What else the document wants on a label:"  # the words of content may be “Not known.” alone


def _before_it_is_stuck_on(visit: Visit, record: Consultation) -> tuple[str, ...]:
    """What the pharmacist has to know of the labels, which is on none of them: what else the document wants there, and what is not known."""
    try:
        labels = labels_of(record, visit.desk.library.in_force(record.pathway, record.on))
    except PharmacyFirstError:  # printing it says why there is none
        return ()
    return tuple(line for label in labels for line in (*label.beside, *(f"{WANTS} {one}" for one in label.not_known)))


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


def _links(record: Consultation, works: bool) -> list[PaperLink]:
    base = f"/r/{record.id}"
    message = PaperLink("See the GP message, as people read it", f"{base}/message")
    label = [PaperLink("Print the label", f"{base}/label.pdf")] if record.supplies else []
    return [
        *label,
        PaperLink("Print the patient's sheet", f"{base}/leaflet.html"),
        PaperLink("Print the letter to the practice", f"{base}/letter.html"),
        PaperLink("Print the record", f"{base}/page.html"),
        *([message] if works else []),
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
    except (PharmacyFirstError, NoPDF, ExtraMissing) as refused:
        return said(visit, "This cannot be printed", str(refused))
    if made is None:
        return said(visit, "There is no such paper", "Choose one on the record's page.", status=404)
    visit.desk.store.records.printed(record.id, visit.actor, f"{name} as {ending}")
    return made


def _made(visit: Visit, record: Consultation, content: Pathway, name: str, ending: str) -> Response | None:
    if (name, ending) == ("message", "xml"):
        words = message_of(visit, record, visit.desk.store.drafts.get(record.id)).decode()
        view = TextPage("GP message, as it is sent", words, f"/r/{record.id}/message")
        return html(drawn("text.html", f=record_frame(visit, view.title, record), v=view))
    if ending == "html" and name in _PAGES:
        return styled(_PAGES[name][1](record, content))
    if ending == "txt" and name in _TEXTS:
        title, make = _TEXTS[name]
        view = TextPage(title, make(record, content), f"/r/{record.id}")
        return html(drawn("text.html", f=record_frame(visit, title, record), v=view))
    if (name, ending) == ("label", "pdf"):
        return Response(label_pdf(record, content), media_type="application/pdf")
    return None


def styled(words: str) -> Response:
    """A paper of ours, whose own style sheet, and nothing else, is let through by its digest."""
    reply = html(words)
    reply.headers["x-style-digests"] = style_sources(words)
    return reply
