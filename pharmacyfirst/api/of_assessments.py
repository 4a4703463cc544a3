"""Calls about one person whose facts are given and not kept: assessed, explained, asked further, and whether a supply is permitted."""

from datetime import datetime, time
from typing import Any, NamedTuple

from pharmacyfirst.api.calls import TEXT, Asking, Gives, Reply, as_json, posted
from pharmacyfirst.api.keys import Scope
from pharmacyfirst.api.problems import ApiProblem
from pharmacyfirst.authority.authorise import authorise
from pharmacyfirst.authority.clock import in_england
from pharmacyfirst.authority.permit import Channel, NoPermit
from pharmacyfirst.contract.answers import answer, answer_line, read_input
from pharmacyfirst.contract.what_next import what_next
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.explain import explain
from pharmacyfirst.record.fields import read_back
from pharmacyfirst.record.people import Patient

NO_ADOPTION = "This server was started without an adoption record: evaluation only, and nothing may be supplied."
PERMIT_NEEDS = ("practitioner", "channel")
PERMIT_MAY_HAVE = ("pgd", "record", "patient")


def assess(asked: Asking) -> Reply:
    """One input object in, the assessment out: byte for byte what ``assess --jsonl`` writes."""
    return Reply(answer_line(asked.desk.library, asked.body).encode() + b"\n")


def explanation(asked: Asking) -> Reply:
    """The same assessment in words, as the command line prints it."""
    return Reply(explain(answer(asked.desk.library, asked.object())).encode(), TEXT)


def next_question(asked: Asking) -> Reply:
    """What to ask next of somebody of whom this is known."""
    return as_json(what_next(asked.desk.library, asked.object()))


def permit(asked: Asking) -> Reply:
    """A permit for this person, practitioner, channel and moment; refused with every reason where there is none."""
    given = asked.object()
    wanted = _wanted(given)
    of_person = read_input(
        {name: value for name, value in given.items() if name not in (*PERMIT_NEEDS, *PERMIT_MAY_HAVE)}
    )
    now = asked.desk.now()
    as_if = of_person.as_of != now.date()
    # Midday, because a time of today on another day would say that somebody asked then.
    at = in_england(datetime.combine(of_person.as_of, time(12))) if as_if else now
    held = asked.desk.in_force  # content and adoption of one moment
    pathway = held.library.in_force(of_person.pathway, of_person.as_of)
    if held.adoption is None:
        raise ApiProblem("no_adoption", NO_ADOPTION)
    found = authorise(
        pathway, of_person.facts, held.adoption,
        wanted.practitioner, wanted.channel, at, record=wanted.record, person=wanted.person, pgd=wanted.pgd, as_if=as_if,
    )  # fmt: skip
    if isinstance(found, NoPermit):
        says = "; ".join(one.says for one in found.reasons)
        raise ApiProblem("no_permit", f"There is no permit, so nothing may be supplied: {says}", **found.as_dict())
    return as_json(found.as_dict())


class _Wanted(NamedTuple):
    """What is asked of a permit beside the input object: by whom, how, of which offer, and for which record of whom."""

    practitioner: str
    channel: Channel
    pgd: str | None
    record: str
    person: str


def _wanted(given: dict[str, Any]) -> _Wanted:
    for name in PERMIT_NEEDS:
        if name not in given:
            raise Refused("missing_key", f"{name} is missing. A permit names the practitioner and the channel.")
    patient = given.get("patient")
    if (given.get("record") is None) != (patient is None):
        raise Refused("missing_key", "record and patient go together: a permit is for one record of one person.")
    return _Wanted(
        practitioner=_text(given, "practitioner"),
        channel=_channel(_text(given, "channel")),
        pgd=_text(given, "pgd") if given.get("pgd") is not None else None,
        record=_text(given, "record") if patient is not None else "",
        person=read_back(Patient, patient).digest if patient is not None else "",
    )


def _text(given: dict[str, Any], name: str) -> str:
    value = given[name]
    if not isinstance(value, str):
        raise Refused("wrong_value", f"{name}: give text.")
    return value


def _channel(words: str) -> Channel:
    found = next((one for one in Channel if one.value == words), None)
    if found is None:
        raise Refused("wrong_value", f"channel: give one of: {', '.join(one.value for one in Channel)}.")
    return found


CALLS = (
    posted("/v1/assessments", "Assess one person", assess, Gives("The assessment.", "Assessment"), Scope.ASSESS, "Input"),
    posted(
        "/v1/explanations", "Explain an assessment in words", explanation, Gives("The assessment in words.", media_types=(TEXT,)), Scope.ASSESS, "Input"
    ),
    posted("/v1/next-questions", "Say what to ask next", next_question, Gives("How the conversation stands.", "Next"), Scope.ASSESS, "Input"),
    posted("/v1/permits", "Ask whether a supply is permitted", permit, Gives("The permit.", "Permit"), Scope.AUTHORISE, "PermitAsked"),
)  # fmt: skip
