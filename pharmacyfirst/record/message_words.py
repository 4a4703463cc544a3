"""The words that message and papers share: the title, the first sentence, and what stands under each heading.

Whoever writes another paper about the consultation takes them from here, so that all say the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pharmacyfirst.kernel.outcome import EMERGENCY_999, Kind
from pharmacyfirst.paper.words import day
from pharmacyfirst.record import codes
from pharmacyfirst.record.consultation import Consultation
from pharmacyfirst.record.decision import UNFINISHED, Onward
from pharmacyfirst.record.fields import PREGNANCY
from pharmacyfirst.record.in_words import AnswerOnRecord, RedFlag
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.record.supply import Supply, Unpermitted

PRACTICE_MARK = "TRAINING PATIENT"
PRACTICE = f"{PRACTICE_MARK}, NOT A REAL PERSON"


def moment(at: datetime) -> str:
    """A moment of a record, which is England's clock, in words: ``21 November 2026, 10:05``."""
    return f"{day(at.date())}, {at:%H:%M}"


def title_of(record: Consultation) -> str:
    """The title of the document: the pharmacy and the service."""
    return f"{record.pharmacy.name} - {codes.service_code(record.on).display}"


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
    says = _OUTCOMES[record.decision.done](record)
    return f"{PRACTICE}: {says}" if record.practice else says


def _supplied(record: Consultation) -> str:
    permitted = [supply_in_words(supply) for supply in record.supplies]
    what = " and ".join([*permitted, *(unpermitted_in_words(one) for one in record.unpermitted)])
    return f"{what} for {_complaint(record)}"


def _advised(record: Consultation) -> str:
    if record.kind is Kind.SUPPLY and record.decision.out_of_stock:
        return f"Advice given for {_complaint(record)}; the medicine offered was out of stock and nothing was supplied"
    if record.kind is Kind.ALTERNATIVE_DIAGNOSIS:
        return f"Another cause than {_condition(record)} is more likely; advice given, no medicine supplied"
    return f"Self-care advice given for {_complaint(record)}; no medicine supplied"


def _referred(record: Consultation) -> str:
    match record.kind:
        case Kind.EMERGENCY if record.outcome.destination == EMERGENCY_999:
            how = "Emergency, 999"
        case Kind.EMERGENCY:
            how = "Emergency, sent to the emergency department"
        case Kind.REFER_URGENT:
            how = "Referred the same day"
        case Kind.NOT_ELIGIBLE:
            how = "Not eligible for this pathway and referred"
        case Kind.ALTERNATIVE_DIAGNOSIS:
            return f"Referred because another cause than {_condition(record)} is more likely; no medicine supplied"
        case Kind.NEED_FACTS:
            how = "Referred because not everything could be found out that decides"
        case _:
            how = "Referred"
    stock = "; the medicine offered was out of stock" if record.decision.out_of_stock else ""
    return f"{how} ({_condition(record)} pathway){stock}; no medicine supplied"


def _declined(record: Consultation) -> str:
    if record.kind is Kind.SUPPLY:
        offered = record.assessment["offers"][0]["medicine"]
        return f"Treatment offered ({offered}) and declined for {_complaint(record)}; no medicine supplied"
    return f"Consultation or treatment declined ({_condition(record)} pathway); no medicine supplied"


def _ended_early(record: Consultation) -> str:
    return f"Consultation ended early ({_condition(record)} pathway): nothing was decided and no medicine supplied"


_OUTCOMES = {
    "supplied": _supplied,
    "advised": _advised,
    "referred": _referred,
    "declined": _declined,
    "ended early": _ended_early,
}


def _complaint(record: Consultation) -> str:
    """The condition where it is established, and else what the patient presented with: nobody is said to have what was not found."""
    return record.in_words.presented_with or _condition(record)


def _condition(record: Consultation) -> str:
    display = record.in_words.condition.display
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


def _examination(record: Consultation) -> Iterator[str]:
    for score in record.in_words.scores:
        items = "; ".join(f"{_item(one.asks)}: {one.answer}" for one in score.items)
        yield f"{score.in_words()} ({items})"
    judged = _answers(one for one in record.in_words.answers if one.judgement and one.fact not in _NOT_HISTORY)
    if judged:
        yield f"Pharmacist's judgement. {judged}"


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
    of_pathway = "at once" if record.kind is Kind.EMERGENCY else "the same day" if urgent(record) else ""
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


def states_condition(record: Consultation) -> bool:
    """Whether the message carries the condition as a code, which says to every later reader that the patient has it.

    The content says when it is established; else the patient presented with something, in words.
    """
    return record.assessment.get("diagnosis_established") is True
