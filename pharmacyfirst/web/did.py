"""What the pharmacist did, as the outcome page asks it by the kind of outcome, and the decision that a record has of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pharmacyfirst.kernel.outcome import EMERGENCY_999, Kind
from pharmacyfirst.kernel.trace import Assessment
from pharmacyfirst.record.decision import Decision, Done, DutyAnswered, Onward, ToldAndGiven
from pharmacyfirst.record.lists import coded_lists
from pharmacyfirst.web.posted import Posted

ELSE, ENDED_EARLY = "else", "ended"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that may have been done. ``how`` is how the patient was handed on; ``spoken``: who there took them over is asked."""

    key: str
    says: str
    done: Done
    how: str | None = None
    spoken: bool = False


_GOES = Option("goes", "Referred; the patient arranges it", "referred", "told to go")
_SPOKEN = Option("spoken", "Spoke to them, and agreed who sees the patient", "referred", "spoken to", True)
_LETTER = Option("letter", "Referred; the patient takes a letter", "referred", "letter in hand")
_NOT_REACHED = Option("not reached", "Referred, and nobody could be reached", "referred", "not reached")
_ADVISED = Option("advised", "Advised as the outcome says", "advised")

# By kind of outcome: what follows the assessment comes first, and the first may be what is usual.
OPTIONS: Mapping[Kind, tuple[Option, ...]] = {
    Kind.EMERGENCY: (
        Option("called", "Called 999", "referred", "called 999"),
        Option("sent", "Sent to A&E", "referred", "told to go"),
    ),
    Kind.REFER_URGENT: (_SPOKEN, _GOES, _LETTER, _NOT_REACHED),
    Kind.NOT_ELIGIBLE: (_GOES, _SPOKEN, _LETTER, _ADVISED),
    Kind.REFER: (_GOES, _SPOKEN, _LETTER),
    Kind.ALTERNATIVE_DIAGNOSIS: (_ADVISED, _GOES, _SPOKEN, _LETTER),
    Kind.DECLINED: (Option("declined", "Nothing was done: there is no consent", "declined"),),
    Kind.MEASURE_NEXT: (
        Option("next", "Agreed: measured again here, as the next pathway says", "to be measured"),
        _ADVISED,
        _GOES,
    ),
    Kind.SELF_CARE: (_ADVISED,),
    Kind.SUPPLY: (
        Option("advised", "Not supplied: advice alone", "advised"),
        Option("declined", "Not supplied: the patient did not want it", "declined"),
        Option("goes", "Not supplied: referred", "referred", "told to go"),
    ),
    Kind.NEED_FACTS: (
        Option("goes", "Referred, it cannot be found out now", "referred", "told to go"),
        Option("spoken", "Referred, and agreed who sees the patient", "referred", "spoken to", True),
        Option(ENDED_EARLY, "Ended early", "ended early"),
    ),
}
ELSE_DONE: tuple[tuple[Done, str], ...] = (
    ("referred", "Referred"),
    ("advised", "Advised"),
    ("declined", "Declined"),
    ("ended early", "Ended early"),
)
# Why a consultation ends early, from any page; the words stand on the record.
ENDED: tuple[tuple[str, str], ...] = (
    ("left", "The patient left, or had to go"),
    ("referred", "Referred before it was finished"),
    ("service", "Another service fits better"),
    ("mistake", "A mistake: nothing to record"),
    ("other", "Another reason"),
)
# Why nothing was asked at all; only where it was not.
NOBODY_CAME: tuple[tuple[Done, str], ...] = (
    ("did not attend", "The patient did not come"),
    ("could not be reached", "The patient could not be reached"),
)
_URGENCY = {Kind.EMERGENCY: "at once", Kind.REFER_URGENT: "same day"}


@dataclass(frozen=True, slots=True)
class Did:
    """What was posted of what was done: the decision, or what is missing of it by field."""

    decision: Decision | None = field(default=None, repr=False)
    wrong: Mapping[str, str] = field(default_factory=dict)


def usual_place(assessment: Assessment) -> str:
    """Where the patient is sent if nothing else is said: what decided says, else what is usual of such an outcome."""
    if assessment.where_to:
        return assessment.where_to[:400]
    if assessment.outcome.kind is Kind.EMERGENCY:
        return (
            "the ambulance service" if assessment.outcome.destination == EMERGENCY_999 else "the emergency department"
        )
    return "the GP practice"


def urgency_of(assessment: Assessment) -> str:
    """How soon whoever the patient is sent to should see them."""
    kind = assessment.if_not_answered or assessment.outcome.kind
    return _URGENCY.get(kind, "routine")


NOT_AGREED = (
    "The patient does not agree that the GP practice is told, and somebody there was spoken to. The record may say both only with the reason why it was "
    "told all the same; else change the answer on the patient page, or what was done"
)
_PRACTICE = re.compile(r"\b(practice|surgery|gp|doctor)\b", re.IGNORECASE)


def _sent_to(posted: Posted, assessment: Assessment) -> str:
    return posted.one("o-to") or usual_place(assessment)


def read_did(
    posted: Posted, assessment: Assessment, now: datetime, on_paper: bool = False, told: bool | None = None
) -> Did:
    """What was done, as the outcome page posts it. ``on_paper``: it is entered from paper, and of a time that nobody wrote nothing is said.

    ``told``: whether the patient agrees that the GP practice is told; None where nobody asked.
    """
    kind = assessment.outcome.kind
    option = next((one for one in OPTIONS[kind] if one.key == posted.one("o-did")), None)
    if option is None and posted.one("o-did") == ELSE:
        done = next((done for done, _ in ELSE_DONE if done == posted.one("o-else")), None)
        option = Option(ELSE, "", done, "told to go" if done == "referred" else None) if done else None
    wrong = dict(_wrong(posted, option, kind, now, on_paper))
    spoken = option is not None and option.spoken and _PRACTICE.search(_sent_to(posted, assessment))
    if spoken and told is False and not posted.one("o-because"):
        wrong["o-because"] = NOT_AGREED
    if on_paper and option is not None and option.spoken and not posted.one("o-at"):
        wrong["o-at"] = "Say at what time, as the paper does; where it does not, choose another answer"
    if wrong or option is None:
        return Did(wrong=wrong or {"o-did": "What did you do? Choose one of the answers"})
    return Did(_decision(posted, assessment, option, now, on_paper))


def _wrong(
    posted: Posted, option: Option | None, kind: Kind, now: datetime, on_paper: bool
) -> Iterator[tuple[str, str]]:
    if option is None:
        yield "o-did", "What did you do? Choose one of the answers"
        return
    because = posted.one("o-because")
    if (option.key == ELSE or option.done == "ended early") and not because:
        yield "o-because", "Say why"
    if kind is Kind.SUPPLY and not because:
        yield "o-because", "A medicine could be supplied and was not: say why"
    if kind is Kind.SUPPLY and posted.one("o-no-supply") not in coded_lists()["no supply"].items:
        yield "o-no-supply", "Choose why the medicine was not supplied"
    if option.spoken and not posted.one("o-accepted"):
        yield "o-accepted", "Say who there took the patient over"
    at = _at(posted.one("o-at"), now)
    if posted.one("o-at") and at is None:
        yield "o-at", "Write the time as hours and minutes, for instance 14:30"
    elif at is not None and at > now and not on_paper:
        yield (
            "o-at",
            "At what time: this is still to come today; give the time at which it was done, or leave it blank for now",
        )


def _at(words: str, now: datetime) -> datetime | None:
    """The time of the day of ``now`` that these words are; None for what is none."""
    hours, _, minutes = words.replace(".", ":").partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60):
        return None
    return now.replace(hour=int(hours), minute=int(minutes), second=0, microsecond=0)


def _decision(posted: Posted, assessment: Assessment, option: Option, now: datetime, on_paper: bool) -> Decision:
    """Raises ``RecordRefused`` where the words do not fit a record."""
    return Decision(
        done=option.done,
        because=posted.one("o-because") or None,
        no_supply=(posted.one("o-no-supply") or None) if assessment.outcome.kind is Kind.SUPPLY else None,
        onward=(_onward(posted, assessment, option, now, on_paper),) if option.done == "referred" else (),
        otc=(posted.one("o-otc"),) if posted.one("o-otc") else (),
        told=told_of(posted),
        notes=posted.one("o-notes") or None,
    )


def _onward(posted: Posted, assessment: Assessment, option: Option, now: datetime, on_paper: bool) -> Onward:
    moment = _at(posted.one("o-at"), now) or (None if on_paper else now)
    return Onward(
        to=_sent_to(posted, assessment),
        urgency=urgency_of(assessment),
        how=option.how,
        accepted_by=posted.one("o-accepted") or None if option.spoken else None,
        at=moment if option.how is not None else None,
    )


def told_of(posted: Posted) -> ToldAndGiven:
    """What the patient was told and given; a box that was not ticked says nothing."""

    def ticked(name: str) -> bool | None:
        return True if posted.ticked(name) else None

    return ToldAndGiven(
        about_the_medicine=ticked("o-told-medicine"),
        safety_netting=ticked("o-told-netting"),
        leaflet=ticked("o-told-leaflet"),
    )


def read_duties(posted: Posted, assessment: Assessment) -> tuple[DutyAnswered, ...] | None:
    """What was posted of what has to be done whatever the outcome; one that was left blank is open. None where there is none."""
    found = []
    for one in assessment.duties:
        done, note = posted.ticked(f"d-{one.id}"), posted.one(f"d-{one.id}-why") or None
        if done or note is not None:
            found.append(DutyAnswered(id=one.id, done=done, note=note))
    return tuple(found) or None


def emergency_kept(decision: Decision) -> dict[str, object]:
    """What was done in an emergency, kept until the patient's details are known."""
    return {"decision": decision.model_dump(mode="json", exclude_none=True)}
