"""What earlier consultations of this pharmacy suggest: allergies and reactions that were found, medicines that were taken or handed over.

Only what lasts: the questions that a GP record is read for, too. How somebody felt last month is no answer to how they feel today. An earlier
*no* is no suggestion; it is kept apart, to stand beside a source that says otherwise.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from pharmacyfirst.kernel.pathway import Pathway
from pharmacyfirst.kernel.questions import AGE, BORN, LIFE_THREATENING
from pharmacyfirst.paper.words import day
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.fields import CONSENT, PREGNANCY
from pharmacyfirst.record.inbound.bearing import RECENT_MEDICINE, bearing
from pharmacyfirst.record.inbound.names import names_in_records
from pharmacyfirst.record.inbound.person import PersonSeen
from pharmacyfirst.record.inbound.refusal import InboundRefused
from pharmacyfirst.record.inbound.same_person import refuse_another_person
from pharmacyfirst.record.inbound.seen import AllergySeen, MedicineSeen, Seen
from pharmacyfirst.record.inbound.suggestions import INTERACTING, Suggestion, for_pathway
from pharmacyfirst.record.inbound.wording import folded, says_severe
from pharmacyfirst.record.make import is_judged
from pharmacyfirst.record.people import Patient
from pharmacyfirst.record.supply import Supply, Unpermitted

OWN_RECORD = "record of this pharmacy"
ASKED_ANEW = frozenset({AGE, BORN, CONSENT, LIFE_THREATENING})
NOT_JUDGED_AGAIN = "; that record was not judged again"


@dataclass(frozen=True, slots=True)
class Denied:
    """A question that was answered with no before: by which source, and when. It suggests nothing."""

    fact: str
    source: str
    date: date


@dataclass(frozen=True, slots=True)
class EarlierRead:
    """What earlier records suggest, what they deny, and what of them has to be minded because it is not understood."""

    suggestions: tuple[Suggestion, ...] = field(repr=False)
    denied: tuple[Denied, ...] = field(repr=False)
    mind: tuple[str, ...] = field(repr=False)


def read_earlier(records: Iterable[Consultation], patient: Patient, on: date) -> EarlierRead:
    """What the records of earlier consultations say of the patient who is there, on the day of this one; the newest first.

    Of a record that was corrected the correction alone is read. Raises ``InboundRefused`` (``other_patient``) where one is, or may be,
    somebody else's, a training patient's beside a real one's too.
    """
    held = list(records)
    corrected = {one.corrects for one in held}
    last = sorted((one for one in held if one.id not in corrected), key=lambda one: one.started_at, reverse=True)
    suggestions: list[Suggestion] = []
    denied: list[Denied] = []
    mind: list[str] = []
    for record in last:
        _refuse_another(record, patient)
        if record.on > on:
            mind.append("An earlier record is dated after today; nothing was taken from it.")
            continue
        suggestions += _answered_yes(record, on)
        denied += (Denied(fact, OWN_RECORD, record.on) for fact in _lasting() if record.facts.get(fact) is False)
        found = bearing(_seen(record), OWN_RECORD, on)
        suggestions += found.suggestions
        mind += found.mind
    return EarlierRead(tuple(suggestions), tuple(denied), tuple(dict.fromkeys(mind)))


def carried_over(record: Consultation, then: Pathway, now: Pathway) -> Iterator[Suggestion]:
    """What an earlier consultation of the same visit answered and this one asks alike: to be confirmed, and never taken over.

    Alike is a question that is the same shared one in both and no judgement; who agrees to what is asked anew, and hours run on. A no is
    suggested nowhere, and none of a list neither.
    """
    why = f"answered so in this visit, in the consultation about {record.in_words.title.partition(', ')[0]}"
    for name, question in now.questions.items():
        before, value = then.questions.get(name), record.facts.get(name)
        alike = question.shared and before is not None and before.shared
        if alike and value is not None and question.moment is None and name not in ASKED_ANEW:
            yield from for_pathway([Suggestion(name, value, OWN_RECORD, record.on, why)], now)


def _refuse_another(record: Consultation, patient: Patient) -> None:
    """Raises ``InboundRefused`` where a record is not of the patient who is there."""
    whose = record.patient
    if whose.practice_patient != patient.practice_patient:
        raise InboundRefused("other_patient", "This is a training patient's record, or that of a real one beside one.")
    seen = PersonSeen(family=whose.family, given=whose.given, birth_date=whose.birth_date, nhs_number=whose.nhs_number)
    refuse_another_person(seen, patient)


def _lasting() -> tuple[str, ...]:
    """The questions whose *yes* holds on: those about allergies and severe reactions."""
    names = names_in_records()
    return (*names.allergies, *names.severe)


def _answered_yes(record: Consultation, on: date) -> Iterator[Suggestion]:
    doubt = "" if is_judged(record) else NOT_JUDGED_AGAIN
    why = f"answered so on {day(record.on)}, in a consultation about {record.in_words.title}{doubt}"
    facts = record.facts
    yield from (Suggestion(fact, True, OWN_RECORD, record.on, why) for fact in _lasting() if facts.get(fact) is True)
    if record.on >= on - RECENT_MEDICINE:
        taken = facts.get(INTERACTING) or ()
        yield from (Suggestion(INTERACTING, (one,), OWN_RECORD, record.on, why) for one in taken)
    pregnancy = names_in_records().pregnancy
    if facts.get(PREGNANCY) == pregnancy.value and (on - record.on).days <= pregnancy.within_days:
        yield Suggestion(PREGNANCY, pregnancy.value, OWN_RECORD, record.on, why)


def _seen(record: Consultation) -> Iterator[Seen]:
    """Reactions that were found, and medicines that were handed over, as entries of a source."""
    for number, found in enumerate(record.reactions, 1):
        texts = (found.agent, *((found.reaction,) if found.reaction else ()))
        severe = any(says_severe(folded(text)) for text in texts)
        yield AllergySeen(
            "; ".join(texts), f"reaction {number}", found.on or record.on, remarks=("found in a consultation here",),
            severe=severe, texts=texts,
        )  # fmt: skip
    given: tuple[Supply | Unpermitted, ...] = (*record.supplies, *record.unpermitted)
    for number, one in enumerate(given, 1):
        yield MedicineSeen(
            one.amp.display, f"supply {number}", one.handed_over_at.date(), (one.amp.code,),
            remarks=("handed over by this pharmacy",),
        )  # fmt: skip
