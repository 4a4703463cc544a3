"""The sheet that the patient takes home: what was done, how to use the medicine, what helps, and when to get help. HTML, PDF, plain text.

On it stands what is for the patient and for the form that was supplied, and nothing else: no name of the patient, no id, no word of a
clause, and of leaflets only those that were given.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pharmacyfirst.errors import taking
from pharmacyfirst.kernel.evidence import PATIENT, Statement
from pharmacyfirst.kernel.outcome import EMERGENCY_999, Kind
from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.trace import EVERYONE
from pharmacyfirst.paper.words import listed, sentence
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.measured import BLOOD_PRESSURE
from pharmacyfirst.record.message_words import PRACTICE, measured, readings_in_words
from pharmacyfirst.record.papers.parts import content_of, page, pharmacy_lines, quantity_of, sheet
from pharmacyfirst.record.supply import Supply

EFFECTS = "adverse effects"
UNFINISHED = "This visit was not finished, so nothing was decided. This does not mean that all is well"
NOBODY = {
    "did not attend": "You did not come to this visit, so nothing was decided. This does not mean that all is well",
    "could not be reached": "You could not be reached, so nothing was decided. This does not mean that all is well",
}
TODAY = "You need to be seen today."
IN_PLACE = "This sheet takes the place of the one you were given before."
IN_THE_PACK = "Read the leaflet in the pack before you start."


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
    """The sheet, ready to be set. ``urgent`` is what to do at once, first and large; it names no patient.

    ``what_helps`` is whether the advice is about looking after oneself, and else about where to go.
    """

    title: str
    notices: tuple[str, ...]
    on: date
    urgent: str
    done: tuple[str, ...]
    medicines: tuple[MedicineTold, ...]
    advice: tuple[str, ...]
    what_helps: bool
    safety_netting: tuple[str, ...]
    reading: tuple[str, ...]
    pharmacy: tuple[str, ...]


@taking(record=Consultation, pathway=Pathway)
def leaflet_of(record: Consultation, pathway: Pathway) -> Leaflet:
    """The sheet of a consultation. Raises ``NoPaper`` where ``pathway`` is not the content that decided."""
    content = content_of(record, pathway)
    urgent = _urgent(record)
    # Advice that goes with another treatment than was given would mislead; when to get help holds whatever was done.
    left_out = _with_another_medicine(record, content)
    advice = () if record.differs else [one for one in record.assessment["advice"] if one not in left_out]
    safety_netting = tuple(sentence(one) for one in _when_to_get_help(record, content) if one not in left_out)
    return Leaflet(
        title=content.title_for_patients,
        notices=(*((PRACTICE,) if record.practice else ()), *((IN_PLACE,) if record.corrects else ())),
        on=record.on,
        urgent=urgent,
        done=tuple(sentence(words) for words in (*_done(record), *_measured(record, content))),
        medicines=(
            *(_medicine(record, supply, content, safety_netting) for supply in record.supplies),
            *(
                MedicineTold(one.amp.display, one.quantity.in_words(), one.directions, (), ())
                for one in record.unpermitted
            ),
        ),
        advice=(*_plan(record), *(words for words in map(sentence, advice) if words != urgent)),
        what_helps=record.decision.done in ("supplied", "advised"),
        safety_netting=safety_netting,
        reading=tuple(_reading(record)),
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
    # What could not be found out may be urgent: then the content says that it is the same day.
    undecided = record.kind is Kind.NEED_FACTS and record.assessment.get("if_not_answered") == Kind.REFER_URGENT.key
    return TODAY if undecided or record.kind is Kind.REFER_URGENT else ""


def _done(record: Consultation) -> Iterator[str]:
    decision = record.decision
    match decision.done:
        case "supplied":
            medicines = (*(one.medicine for one in record.supplies), *(one.amp.display for one in record.unpermitted))
            yield f"You were given {listed(dict.fromkeys(medicines))}"
        case "advised":
            none_given = "" if decision.otc or record.in_words.nothing_to_supply else ". You were given no medicine"
            yield f"You were advised how to look after yourself{none_given}"
        case "referred":
            yield from (f"You were sent on to: {one.to}" for one in decision.onward)
        case "to be measured":
            yield "You agreed to be measured again"
        case "declined":
            yield "You chose not to have this consultation or treatment. You may change your mind at any time"
        case done:
            yield NOBODY.get(done, UNFINISHED)
            yield from (f"If it cannot be finished, go to: {place}" for place in _places(record))
    if decision.out_of_stock:
        yield "The medicine that was offered was out of stock"
    if decision.contacted:
        yield f"The {record.practitioner.profession} spoke about you to: {decision.contacted}"
    if decision.otc:
        yield f"You were also sold, or told about, what needs no prescription: {'; '.join(decision.otc)}"


def _measured(record: Consultation, pathway: Pathway) -> Iterator[str]:
    """What was measured, where somebody comes to be measured: every pressure as it was put down, else the figures as they were answered."""
    if pathway.pgds:
        return
    asked = {one.name for one in pathway.questions.values() if one.observation.startswith(BLOOD_PRESSURE)}
    pressures = [measured(one) for one in record.observations if one.kind == BLOOD_PRESSURE]
    answers = [f"{one.in_short} {one.answer}" for one in record.in_words.answers if one.fact in asked]
    if found := pressures or answers:
        yield f"What was measured: {'; '.join(found)}"
    if record.readings:
        yield readings_in_words(record)


def _plan(record: Consultation) -> Iterator[str]:
    """What the pharmacist agreed with the patient, in words for them."""
    if record.decision.plan_for_patient:
        yield sentence(record.decision.plan_for_patient)


def _places(record: Consultation) -> tuple[str, ...]:
    return tuple(dict.fromkeys(record.where_to))


def _with_another_medicine(record: Consultation, pathway: Pathway) -> set[str]:
    """What the content says of medicines alone that were offered beside the one that was supplied."""
    others = pathway.pgds.keys() - {supply.pgd for supply in record.supplies}
    said = (*pathway.advice, *pathway.safety_netting)
    return {one.says for one in said if one.audience and others.issuperset(one.audience)} if record.supplies else set()


# What was done instead, by the word that safety-netting is for.
_INSTEAD = {
    "advised": Kind.SELF_CARE.word,
    "declined": Kind.DECLINED.word,
    "to be measured": Kind.MEASURE_NEXT.word,
    "referred": Kind.REFER.word,
}


def _when_to_get_help(record: Consultation, pathway: Pathway) -> tuple[str, ...]:
    """The safety-netting: what was said of this outcome; what is for everyone too where nothing was decided, and alone where it was not followed.

    Somebody who is on the way to hospital is not told when to go there.
    """
    said = tuple(record.assessment["safety_netting"])
    if record.kind is Kind.EMERGENCY or not (record.differs or record.kind is Kind.NEED_FACTS):
        return said
    whom = {EVERYONE, _INSTEAD.get(record.decision.done, "")}
    theirs = tuple(one.says for one in pathway.safety_netting if _holds(one, whom))
    kept = said if not record.differs else ()
    return tuple(dict.fromkeys((*kept, *theirs)))


def _holds(one: Statement, whom: set[str]) -> bool:
    """Whether it is for one of these, whatever was answered."""
    return one.sentence is None and not whom.isdisjoint(one.audience)


def _medicine(record: Consultation, supply: Supply, pathway: Pathway, elsewhere: tuple[str, ...]) -> MedicineTold:
    """What the assessment said about this medicine in the form supplied, its unwanted effects apart; what stands ``elsewhere`` once is enough."""
    said = pathway.pgds[supply.pgd].particulars.get(EFFECTS, ())
    effects = tuple(sentence(one.says) for one in said if one.is_for(PATIENT, supply.form))
    told = (one for one in record.assessment.get("to_say", ()) if one["pgd"] == supply.pgd)
    words = (sentence(one["says"]) for one in told if not one["forms"] or supply.form in one["forms"])
    advice = tuple(one for one in words if one not in (*effects, *elsewhere))
    return MedicineTold(supply.amp.display, quantity_of(supply), supply.directions, advice, effects)


def _reading(record: Consultation) -> Iterator[str]:
    """The leaflets that were given; those that the content names are the pharmacist's to choose from."""
    yield from (sentence(f"You were given: {one}") for one in record.decision.leaflets)
    if record.supplies or record.unpermitted:
        yield IN_THE_PACK


def leaflet_html(record: Consultation, pathway: Pathway) -> str:
    """The sheet as one page of HTML that loads nothing."""
    return page("leaflet.html", leaflet=leaflet_of(record, pathway))


def leaflet_pdf(record: Consultation, pathway: Pathway) -> bytes:
    """The sheet as tagged PDF; the same record gives the same bytes."""
    return sheet(leaflet_html(record, pathway), record.on)


def leaflet_text(record: Consultation, pathway: Pathway) -> str:
    """The sheet as plain text, for instance for a text message or a screen reader."""
    return page("leaflet.txt", leaflet=leaflet_of(record, pathway))
