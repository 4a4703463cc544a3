"""The sheet that the patient takes home: what was done, how to use the medicine, what helps, and when to get help. HTML, PDF, plain text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pharmacyfirst.kernel.evidence import PATIENT
from pharmacyfirst.kernel.outcome import EMERGENCY_999, Kind
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.paper.words import sentence
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.papers.parts import (
    content_of,
    known_and_not,
    notices,
    page,
    pharmacy_lines,
    quantity_of,
    sheet,
)
from pharmacyfirst.record.supply import Supply

EFFECTS = "adverse effects"
UNFINISHED = "The consultation was not finished, and nothing was decided. This is no all-clear: ask the pharmacist what to do next."


@dataclass(frozen=True, slots=True)
class MedicineTold:
    """A medicine as the patient is told of it."""

    product: str
    quantity: str
    directions: str
    advice: tuple[str, ...]
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leaflet:
    """The sheet, ready to be set. ``urgent`` is what to do at once, first and large; it names no patient."""

    title: str
    notices: tuple[str, ...]
    on: date
    urgent: str
    done: tuple[str, ...]
    medicines: tuple[MedicineTold, ...]
    advice: tuple[str, ...]
    safety_netting: tuple[str, ...]
    reading: tuple[str, ...]
    pharmacy: tuple[str, ...]


def leaflet_of(record: Consultation, pathway: Pathway) -> Leaflet:
    """The sheet of a consultation. Raises ``NoPaper`` where ``pathway`` is not the content that decided."""
    content = content_of(record, pathway)
    assessment = record.assessment
    # Advice that goes with another treatment than was given would mislead; when to get help holds whatever was done.
    advice = () if record.differs else assessment["advice"]
    return Leaflet(
        title=content.title_for_patients,
        notices=tuple(notices(record)),
        on=record.on,
        urgent=_urgent(record),
        done=tuple(sentence(words) for words in _done(record)),
        medicines=tuple(_medicine(record, supply, content) for supply in record.supplies),
        advice=tuple(sentence(words) for words in advice),
        safety_netting=tuple(sentence(words) for words in assessment["safety_netting"]),
        reading=tuple(_reading(record, content)),
        pharmacy=pharmacy_lines(record.pharmacy),
    )


def _urgent(record: Consultation) -> str:
    """What the assessment asks to be done at once, whatever was decided: a sheet never hides it."""
    if record.kind is Kind.EMERGENCY:
        return (
            "Dial 999 now."
            if record.outcome.destination == EMERGENCY_999
            else "Go to A&E now. Dial 999 if life is in danger."
        )
    return "You need to be seen today." if record.kind is Kind.REFER_URGENT else ""


def _done(record: Consultation) -> Iterator[str]:
    decision = record.decision
    match decision.done:
        case "supplied":
            yield "You were given a medicine: " + " and ".join(supply.medicine for supply in record.supplies)
        case "advised":
            yield "You were advised how to look after yourself. No medicine was supplied"
        case "referred":
            where = decision.referred_to or "; ".join(dict.fromkeys(record.where_to))
            yield f"You were sent on to: {where}" if where else "You were sent on to somebody else"
        case "declined":
            yield "You chose not to have this consultation or treatment. You may change your mind at any time"
        case _:
            yield UNFINISHED
            yield from (f"If you cannot: {place}" for place in dict.fromkeys(record.where_to))
    if decision.out_of_stock:
        yield "The medicine that was offered was out of stock"
    if decision.contacted:
        yield f"The pharmacist spoke to {decision.contacted} about you"
    if decision.otc:
        yield f"Without a prescription: {'; '.join(decision.otc)}"


def _medicine(record: Consultation, supply: Supply, pathway: Pathway) -> MedicineTold:
    """What the assessment said about this medicine in the form supplied, its unwanted effects apart."""
    said = pathway.pgds[supply.pgd].particulars.get(EFFECTS, ())
    effects = tuple(sentence(one.says) for one in said if one.is_for(PATIENT, supply.form))
    told = (one for one in record.assessment.get("to_say", ()) if one["pgd"] == supply.pgd)
    words = (sentence(one["says"]) for one in told if not one["forms"] or supply.form in one["forms"])
    advice = tuple(one for one in words if one not in effects)
    return MedicineTold(supply.amp.display, quantity_of(supply), supply.directions, advice, effects)


def _reading(record: Consultation, pathway: Pathway) -> Iterator[str]:
    """The leaflets given; where none is on record, those that the pathway names."""
    if record.decision.leaflets:
        yield from (sentence(f"You were given: {one}") for one in record.decision.leaflets)
    else:
        yield from known_and_not(pathway.leaflets)[0]
    for supply in record.supplies:
        said = pathway.pgds[supply.pgd].particulars.get("leaflets", ())
        yield from (sentence(one.says) for one in said if one.is_for(PATIENT, supply.form))
    if record.supplies:
        yield "Read the leaflet in the pack before you start."


def leaflet_html(record: Consultation, pathway: Pathway) -> str:
    """The sheet as one page of HTML that loads nothing."""
    return page("leaflet.html", leaflet=leaflet_of(record, pathway))


def leaflet_pdf(record: Consultation, pathway: Pathway) -> bytes:
    """The sheet as tagged PDF; the same record gives the same bytes."""
    return sheet(leaflet_html(record, pathway), record.on)


def leaflet_text(record: Consultation, pathway: Pathway) -> str:
    """The sheet as plain text, for instance for a text message or a screen reader."""
    return page("leaflet.txt", leaflet=leaflet_of(record, pathway))
