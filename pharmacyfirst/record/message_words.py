"""The words that message and papers share: the title, the first sentence, and what stands under each heading.

Whoever writes another paper about the consultation takes them from here, so that all say the same.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from pharmacyfirst.kernel.dose import plain
from pharmacyfirst.kernel.outcome import EMERGENCY_999, Kind
from pharmacyfirst.kernel.told import within_in_words
from pharmacyfirst.paper.words import day
from pharmacyfirst.record import codes
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.decision import UNFINISHED, Onward
from pharmacyfirst.record.fields import PREGNANCY, Coded
from pharmacyfirst.record.in_words import AnswerOnRecord, RedFlag
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.measured import BLOOD_PRESSURE, Observation
from pharmacyfirst.record.supply import Supply, Unpermitted

PRACTICE_MARK = "TRAINING PATIENT"
PRACTICE = f"{PRACTICE_MARK}, NOT A REAL PERSON"


def moment(at: datetime) -> str:
    """A moment of a record, which is England's clock, in words: ``21 November 2026, 10:05``."""
    return f"{day(at.date())}, {at:%H:%M}"


def title_of(record: Consultation) -> str:
    """The title of the document: the pharmacy and the service."""
    return f"{record.pharmacy.name} - {codes.service_code(record.service, record.on).display}"


def headings(record: Consultation) -> dict[str, str]:
    """The text under each heading, in the order of the message; a heading with nothing to say is left out."""
    text = {
        codes.CLINICAL_SUMMARY: _sentences(_summary(record)),
        "history": _history(record),
        "examination-findings": _sentences(_examination(record)),
        "red-flags": _sentences(_red_flags(record.in_words.red_flags)),
        "plan-and-requested-actions": _sentences([record.decision.plan]),
        "information-and-advice-given": _sentences(_advice(record)),
        "signpost-details": _sentences(_signposts(record)),
    }
    return {heading: words for heading, words in text.items() if words}


def outcome_sentence(record: Consultation) -> str:
    """What was done, in one sentence: the first of every message, letter and record."""
    done, kind = record.decision.done, record.kind
    says = _SAYS[(done, kind) if (done, kind) in _SAYS else done]
    if record.decision.out_of_stock:
        says = _OUT_OF_STOCK.get(done, says)
    offers = record.assessment["offers"]
    says = says.format(
        what=" and ".join(
            [*map(supply_in_words, record.supplies), *(unpermitted_in_words(one) for one in record.unpermitted)]
        ),
        about=f"for {_complaint(record)}" if record.in_words.condition else f"({_condition(record)})",
        condition=_condition(record),
        hospital="999" if record.outcome.destination == EMERGENCY_999 else "sent to the emergency department",
        offered=offers[0]["medicine"] if offers else "",
    )
    if record.in_words.nothing_to_supply:
        says = _NO_MEDICINE.sub("", says)
    return f"{PRACTICE}: {says}" if record.practice else says


# Said only of a service that has medicines; of another it would be read as one that was withheld.
_NO_MEDICINE = re.compile(r"(;|,| and) no medicine supplied$")
# What is said first, by what was done and the kind of outcome, or by what was done alone.
_SAYS: Mapping[str | tuple[str, Kind], str] = {
    "supplied": "{what} {about}",
    "advised": "Self-care advice given {about}; no medicine supplied",
    (
        "advised",
        Kind.ALTERNATIVE_DIAGNOSIS,
    ): "Another cause than {condition} is more likely; advice given, no medicine supplied",
    "referred": "Referred ({condition} pathway); no medicine supplied",
    ("referred", Kind.EMERGENCY): "Emergency, {hospital} ({condition} pathway); no medicine supplied",
    ("referred", Kind.REFER_URGENT): "Referred the same day ({condition} pathway); no medicine supplied",
    (
        "referred",
        Kind.NOT_ELIGIBLE,
    ): "Not eligible for this pathway and referred ({condition} pathway); no medicine supplied",
    (
        "referred",
        Kind.ALTERNATIVE_DIAGNOSIS,
    ): "Referred because another cause than {condition} is more likely; no medicine supplied",
    (
        "referred",
        Kind.NEED_FACTS,
    ): "Referred because not everything could be found out that decides ({condition} pathway); no medicine supplied",
    "to be measured": "To be measured again, which is agreed ({condition} pathway); no medicine supplied",
    "declined": "Consultation or treatment declined ({condition} pathway); no medicine supplied",
    ("declined", Kind.SUPPLY): "Treatment offered ({offered}) and declined {about}; no medicine supplied",
    "ended early": "Consultation ended early ({condition} pathway): nothing was decided and no medicine supplied",
    "did not attend": "The patient did not come ({condition} pathway): nothing was decided and no medicine supplied",
    "could not be reached": "The patient could not be reached ({condition} pathway): nothing was decided and no medicine supplied",
}
_OUT_OF_STOCK: Mapping[str, str] = {
    "advised": "Advice given {about}; the medicine offered was out of stock and nothing was supplied",
    "referred": "Referred ({condition} pathway); the medicine offered was out of stock; no medicine supplied",
}


def _complaint(record: Consultation) -> str:
    """The condition where it is established, and else what the patient presented with: nobody is said to have what was not found."""
    return record.in_words.presented_with or _condition(record)


def _condition(record: Consultation) -> str:
    condition = record.in_words.condition
    display = condition.display if condition is not None else record.in_words.title.partition(",")[0]
    return display[0].lower() + display[1:]


def supply_in_words(supply: Supply) -> str:
    """A supply in half a sentence: the product handed over, how much, and by what authority."""
    return f"{supply.amp.display}, {supply.quantity.in_words()}, supplied under {document_of(supply)}"


def unpermitted_in_words(one: Unpermitted) -> str:
    """What was handed over without a permit, in half a sentence that names it as that."""
    return f"{one.amp.display}, {one.quantity.in_words()}, handed over without a permit, which is an incident"


def document_of(supply: Supply) -> str:
    """The document behind a supply, as message and papers name it."""
    kind = "PGD" if supply.mechanism == "pgd" else "clinical protocol"
    return f"{kind} {supply.pgd} {supply.pgd_version}"


def _summary(record: Consultation) -> Iterator[str | None]:
    decision = record.decision
    yield outcome_sentence(record)
    if presented := record.in_words.presented_with:
        yield f"Presented with {presented}; {_condition(record)} is not established"
    for supply in record.supplies:
        yield f"Directions: {supply.directions}"
        yield from (f"Told: {words}" for words in instructions_of(record, supply.pgd))
        yield f"Document: {supply.pgd_title}, version {supply.pgd_version}"
        yield batch_in_words(supply)
    for one in record.unpermitted:
        yield f"Directions: {one.directions}"
        yield f"Why there was no permit: {'; '.join(reason.says for reason in one.reasons)}"
    if record.late is not None:
        yield f"Entered later: {record.late.because}"
    if record.differs:
        yield f"The pathway's outcome was: {_kind_in_words(record)}"
    yield f"Reason: {decision.because}" if decision.because else None
    for reason in record.in_words.reasons:
        yield f"{'Pathway' if record.differs else 'Because'}: {reason.says}"
    yield _sold(record)
    yield decision.notes
    yield f"{record.in_words.title}, pathway version {record.version}, consultation {record.channel.value}"
    if record.corrects_because:
        yield f"This corrects an earlier message: {record.corrects_because}"


def instructions_of(record: Consultation, pgd: str) -> tuple[str, ...]:
    """How this person begins or takes a medicine that was handed over; what could apply and was not found out stands in the assessment alone."""
    offers = (one for one in record.assessment["offers"] if one["pgd"] == pgd)
    return tuple(one["says"] for offer in offers for one in offer.get("instructions", ()) if one["arises"] != "ask")


def _kind_in_words(record: Consultation) -> str:
    if record.kind is Kind.SUPPLY:
        medicines = dict.fromkeys(offer["medicine"] for offer in record.assessment["offers"])
        return f"may be offered {' or '.join(medicines)}"
    return record.kind.word


def batch_in_words(supply: Supply) -> str | None:
    """Batch and expiry as they stand on the pack, for instance ``Batch A1, expiry 2028-04``; None where neither is known."""
    known = [f"batch {supply.batch}" if supply.batch else "", f"expiry {supply.expiry}" if supply.expiry else ""]
    words = ", ".join(filter(None, known))
    return words[:1].upper() + words[1:] or None


def _sold(record: Consultation) -> str | None:
    return f"Sold or advised without a prescription: {'; '.join(record.decision.otc)}" if record.decision.otc else None


# Said elsewhere in the message, or no matter of the patient's history.
_NOT_HISTORY = {"consent_given", "date_of_birth", "age_years", "other_exclusion_for"}


def _history(record: Consultation) -> str:
    left_out = {*_NOT_HISTORY, PREGNANCY} if record.patient.gender == "male" else _NOT_HISTORY
    answers = _answers(one for one in record.in_words.answers if not one.judgement and one.fact not in left_out)
    return " ".join(words for words in (answers, _sentences(open_questions(record))) if words)


def open_questions(record: Consultation) -> Iterator[str]:
    """What was asked and is not known, and apart from it what nobody asked and could still change the outcome."""
    asked, never = asked_not_known(record), never_asked(record)
    if asked:
        yield f"Asked and not known, which is not a no: {'; '.join(asked)}"
    if never:
        yield f"Not asked: {'; '.join(never)}"


def asked_not_known(record: Consultation) -> tuple[str, ...]:
    """The questions that were asked and nobody knew, in a few words each."""
    return tuple(one.in_short for one in record.in_words.asked_not_known)


def never_asked(record: Consultation) -> tuple[str, ...]:
    """The questions that nobody asked, of those that could still change the outcome. Both lists stand on record in one order."""
    asked = {one.fact for one in record.in_words.asked_not_known}
    missing = zip(record.assessment["missing"], record.in_words.not_known, strict=True)
    return tuple(asks for fact, asks in missing if fact not in asked)


def _answers(answers: Iterable[AnswerOnRecord]) -> str:
    """Answers in as few words as a busy reader can take: what is, what else was said, what is not. What nobody asked is in none of them."""
    kept = list(answers)
    yes = [one.in_short for one in kept if one.answer == "yes"]
    no = [one.in_short for one in kept if one.answer == "no"]
    other = [f"{one.in_short}: {one.answer}" for one in kept if one.answer not in ("yes", "no")]
    groups = (("Yes", yes), ("Also", other), ("No", no))
    return " ".join(f"{name}: {_ended('; '.join(some))}" for name, some in groups if some)


def readings_in_words(record: Consultation) -> str:
    """Every reading as it was taken, so that nobody has to believe the pair that was worked out of them; empty where none was kept."""
    each = "; ".join(one.in_words() for one in record.readings or ())
    return f"Readings taken: {each}" if each else ""


def _examination(record: Consultation) -> Iterator[str]:
    for score in record.in_words.scores:
        items = "; ".join(f"{_item(one.asks)}: {one.answer}" for one in score.items)
        yield f"{score.in_words()} ({items})"
    yield from (measured(one) for one in record.observations if not has_code(one))
    yield readings_in_words(record)
    if record.measured_by is not None:
        yield f"Measured by {record.measured_by.name}, {record.measured_by.role}"
    judged = _answers(one for one in record.in_words.answers if one.judgement and one.fact not in _NOT_HISTORY)
    if judged:
        yield f"{record.practitioner.profession.capitalize()}'s judgement. {judged}"


def _item(words: str) -> str:
    return words.removesuffix(" is yes").replace("_", " ")


# What is counted: more than stands under the heading *red flags* of a pathway, which is what the form counts under that.
RED_FLAGS = "red flags and other reasons to be seen the same day"


def _red_flags(flags: Sequence[RedFlag]) -> Iterator[str]:
    found = [flag.says for flag in flags if flag.verdict == "met"]
    unknown = [flag.says for flag in flags if flag.verdict == "not known"]
    if found:
        yield f"Found: {'; '.join(found)}"
    elif flags and not unknown:
        yield f"None of the {len(flags)} {RED_FLAGS} was found"
    if unknown:
        yield f"Not known, which is not a no ({len(unknown)} of {len(flags)} {RED_FLAGS}): {'; '.join(unknown)}"


def _advice(record: Consultation) -> Iterator[str | None]:
    assessment, decision = record.assessment, record.decision
    if not record.differs:  # advice that goes with a treatment that was not given was not given either
        yield from assessment["advice"]
    said = decision.told.safety_netting if decision.told is not None else None
    if said is False:
        yield "No safety-netting was given"
    else:
        # It may speak of a medicine that nobody was given: then it is told as what the pathway says, and of which outcome.
        whose = (
            "Safety-netting of the pathway's outcome, which was not followed"
            if record.differs
            else "Safety-netting"
            if said
            else "Safety-netting of the pathway (whether it was said is not on record)"
        )
        yield from (f"{whose}: {words}" for words in assessment["safety_netting"])
    if decision.leaflets:
        yield f"Leaflets given: {'; '.join(decision.leaflets)}"


def _signposts(record: Consultation) -> Iterator[str | None]:
    for one in record.decision.onward:
        yield f"Sent to: {place_of(one)}"
        yield f"By when: {by_when(record, one)}"
        yield f"Handed on: {handed_on(one)}"
    if record.decision.done in UNFINISHED:
        yield from (f"Where to go if it is not finished: {place}" for place in dict.fromkeys(record.where_to))
        yield f"By when: {by_when(record)}"


def sent_to(record: Consultation) -> tuple[str, ...]:
    """To whom the patient was referred."""
    return tuple(place_of(one) for one in record.decision.onward)


def place_of(onward: Onward) -> str:
    """To whom, with the code of the organisation where it is on record."""
    return f"{onward.to} ({onward.ods})" if onward.ods else onward.to


def urgent(record: Consultation) -> bool:
    """Whether the outcome asks for somebody at once or the same day; what could not be found out may ask for it too."""
    not_found_out = record.kind is Kind.NEED_FACTS and record.assessment.get("if_not_answered") == Kind.REFER_URGENT.key
    return not_found_out or record.kind in (Kind.EMERGENCY, Kind.REFER_URGENT)


def by_when(record: Consultation, onward: Onward | None = None) -> str:
    """By when the patient is to be seen, as the pharmacist said; what the pathway says stands beside it where that is sooner or nobody said.

    Where the pathway sets no time, that is said and none is made up.
    """
    days = record.assessment["outcome"].get("within_days")
    within = within_in_words(days) if days else ""
    of_pathway = "at once" if record.kind is Kind.EMERGENCY else "the same day" if urgent(record) else within
    said = coded_lists()["urgency"].in_words(onward.urgency) if onward is not None and onward.urgency else ""
    if not said:
        return of_pathway or "no time is set"
    return said if not of_pathway or said in (of_pathway, "at once") else f"{said}; the pathway says {of_pathway}"


def handed_on(onward: Onward) -> str:
    """How the patient was handed on: to whom and when, where somebody was spoken to."""
    how = coded_lists()["handed over"].in_words(onward.how) if onward.how else "not on record"
    who = f": {onward.accepted_by}" if onward.accepted_by else ""
    return f"{how}{who}{f', {moment(onward.at)}' if onward.at else ''}"


def _sentences(parts: Iterable[str | None]) -> str:
    return " ".join(_ended(part) for part in parts if part)


def _ended(words: str) -> str:
    return words if words.endswith((".", "?", "!")) else f"{words}."


def has_code(observation: Observation) -> bool:
    """Whether a measurement has a code that the guide lets a message carry."""
    return observation.kind != BLOOD_PRESSURE or observation.setting in codes.BLOOD_PRESSURES


def measured(observation: Observation) -> str:
    """A measurement in words: ``Temperature 37.2 degrees Celsius``."""
    told = ", told by the patient" if observation.self_reported else ""
    if observation.kind == BLOOD_PRESSURE:
        assert observation.systolic is not None  # the model sees to both
        assert observation.diastolic is not None
        setting = "" if observation.setting == "not said" else f", {observation.setting}"
        arm = f", {observation.arm} arm" if observation.arm else ""
        return f"Blood pressure {plain(observation.systolic)}/{plain(observation.diastolic)} mmHg{setting}{arm}{told}"
    known = codes.MEASUREMENTS[observation.kind]
    assert observation.value is not None
    name = observation.kind[:1].upper() + observation.kind[1:]
    return f"{name} {plain(observation.value)} {known.units}{told}"


def states_condition(record: Consultation) -> Coded | None:
    """The condition that the message carries as a code, which says to every later reader that the patient has it; None where it carries none.

    The content says when it is established; else the patient presented with something, in words, or came to be checked.
    """
    return record.in_words.condition if record.assessment.get("diagnosis_established") is True else None
