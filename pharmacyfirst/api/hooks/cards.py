"""A card of CDS Hooks from an assessment: what to do in a line, how urgent it is, and all that stands behind it in Markdown.

A card permits nothing. None reads as an all-clear while something is not known, and no suggestion on one supplies anything: the one that
there is drafts a referral.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import uuid5

from pharmacyfirst import exact
from pharmacyfirst.api.hooks.asked import HookAsked
from pharmacyfirst.contract.conversation import Conversation
from pharmacyfirst.kernel.explain import beside_outcome, offer_lines, said_together
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.questions import AGE
from pharmacyfirst.kernel.tables import ASSESSMENT, EVALUATION_ONLY
from pharmacyfirst.kernel.told import in_words
from pharmacyfirst.kernel.trace import Assessment

INFO, WARNING, CRITICAL = INDICATORS = ("info", "warning", "critical")
LONGEST_SUMMARY = 139  # "under 140 characters"
OWN = "example.pharmacyfirst.assessment"
REASONS = "https://pharmacyfirst.example/cds-hooks/override-reasons"
OVERRIDE_REASONS = {
    "cared-for": "The patient is already being seen for this",
    "patient-declines": "The patient does not agree to it",
    "answers-wrong": "The answers are wrong, or another patient's",
    "judged-otherwise": "I judge otherwise; why is in my record",
}
REFERRALS = {Kind.REFER_URGENT: "urgent", Kind.REFER: "routine"}  # with the priority of a ServiceRequest (FHIR R4)
SHOWN = ASSESSMENT.only(
    "pathway", "version", "as_of", "outcome", "decided_by", "missing", "if_not_answered", "content_digest", "draft", "authority",
)  # fmt: skip
_MARKS = re.compile(r"([\\`*_\[\]<>|~#])")
_LIST = re.compile(r"^(\d*)([-+.)])")


def card_of(asked: HookAsked, so_far: Conversation, page: str) -> dict[str, Any]:
    """The card of an assessment. ``page`` is the address of the pathway as a document, empty where nobody can go there.

    Its ``uuid`` is made of the call's own and of what it says: the same request again gives the same card.
    """
    found = so_far.assessment
    level, suggestion = indicator(so_far), _suggestion(asked, found)
    card: dict[str, Any] = {
        "summary": summary(so_far),
        "indicator": level,
        "detail": "\n".join(_detail(asked, so_far)),
        "source": _source(found, page),
    }
    if suggestion is not None:
        named = {"uuid": str(uuid5(asked.instance, exact.write(suggestion)))}
        card |= {"suggestions": [{**named, **suggestion}], "selectionBehavior": "at-most-one"}
    if level != INFO:
        card["overrideReasons"] = [
            {"code": code, "system": REASONS, "display": says} for code, says in OVERRIDE_REASONS.items()
        ]
    if page:
        card["links"] = [*_links(found, page)]
    card["extension"] = {OWN: _there({**SHOWN.as_dict(found), "open": [*_to_ask(so_far)]})}
    return {"uuid": str(uuid5(asked.instance, exact.write(card))), **card}


def indicator(so_far: Conversation) -> str:
    """How urgent a card is: *critical* for an emergency and for whoever is seen the same day, *info* where nothing can change and nobody is sent on."""
    found = so_far.assessment
    kind = found.outcome.kind
    same_day = so_far.undecided_by_not_known and found.if_not_answered is Kind.REFER_URGENT
    if kind in (Kind.EMERGENCY, Kind.REFER_URGENT) or same_day:
        return CRITICAL
    settled = kind is not Kind.NEED_FACTS and not found.missing and not found.where_to
    return INFO if settled else WARNING


def summary(so_far: Conversation) -> str:
    """What to do, in a line under 140 characters. What does not fit is left to the detail as a whole: half a reason would be another."""
    found = so_far.assessment
    pathway = found.pathway
    says = f"{pathway.title_for_patients or pathway.title}: {in_words(found.outcome)}"
    more = next((one for one in _more(so_far) if len(says) + len(one) <= LONGEST_SUMMARY), "")
    return says + more


def _more(so_far: Conversation) -> Iterator[str]:
    """What may follow in the summary, the best first."""
    found, questions = so_far.assessment, so_far.pathway.questions
    if found.outcome.kind is Kind.SUPPLY:
        yield f" ({EVALUATION_ONLY})"
    elif so_far.decided:
        yield from (f": {one.says}" for one in found.reasons)
    elif so_far.open:
        first, *others = so_far.open
        yield f". Ask next: {questions[first].in_short}{f', and {len(others)} more' if others else ''}"
        yield f". {len(so_far.open)} questions are open"
    else:
        yield from (f". {line}" for line in beside_outcome(found))


def _detail(asked: HookAsked, so_far: Conversation) -> Iterator[str]:
    found = so_far.assessment
    yield f"**{_plain(in_words(found.outcome))}**"
    yield from _list("", beside_outcome(found))
    yield from _list("Why", (f"{one.id}: {one.says}{_to(one.where_to)}" for one in found.reasons))
    yield from _list("Mind of the patient's record", _minded(asked))
    for offer in found.offers:
        medicine, *lines = offer_lines(offer, found)
        yield from _list(f"May be offered: {medicine}", (line.strip() for line in lines))
    yield from _list("These answers cannot both be true: ask again", (one.because for one in so_far.contradictions))
    ask = "Ask, as it could make this more urgent" if so_far.decided else "Ask"
    questions = so_far.pathway.questions
    yield from _list(ask, (questions[name].ask for name in _to_ask(so_far)))
    if not so_far.emergency:
        yield from _list("Asked, and not known", (questions[name].ask for name in so_far.in_the_way))
    # What is said where nothing can be found out would be said before anybody asked.
    if so_far.decided or not so_far.open:
        for heading, said in said_together(found):
            yield from _list(f"Say to the patient, {heading}", said)
    yield ""
    yield _plain(_behind(found))


def _to(where: str) -> str:
    return f" (to: {where})" if where else ""


def _minded(asked: HookAsked) -> Iterator[str]:
    yield from asked.mind
    if asked.no_birth and asked.facts.get(AGE) is None:
        yield "It gives no whole date of birth: ask."


def _to_ask(so_far: Conversation) -> tuple[str, ...]:
    """What is to be asked, in order; nothing in an emergency, which waits for no question."""
    if so_far.emergency:
        return ()
    return so_far.could_be_more_urgent if so_far.decided else so_far.open


def _behind(found: Assessment) -> str:
    """What it was decided by, and what that is not."""
    edition = found.pathway.edition
    draft = ", draft" if found.pathway.draft else ""
    return (
        f"{found.pathway.id} {edition.version}{draft}: {edition.status}. As of {found.on}. {EVALUATION_ONLY.capitalize()}. "
        "It supports a pharmacist's decision and replaces neither the pharmacist nor the signed PGD."
    )


def _list(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Lines as a list under a title; nothing where there are none."""
    found = [*lines]
    if found:
        yield ""
        if title:
            yield f"**{_plain(title)}**"
            yield ""
        yield from (f"- {_plain(one)}" for one in found)


def _plain(words: str) -> str:
    """Words as Markdown shows them: none of their marks means anything."""
    return _LIST.sub(r"\1\\\2", _MARKS.sub(r"\\\1", words))


def _source(found: Assessment, page: str) -> dict[str, str]:
    documents = found.pathway.source_documents
    of = (
        f", transcribed from {documents[0].title}, {documents[0].reference}, {documents[0].edition}"
        if documents
        else ""
    )
    label = f"pharmacyfirst {found.pathway.id} {found.pathway.edition.version}{of}"
    return {"label": label, "url": page} if page else {"label": label}


def _links(found: Assessment, page: str) -> Iterator[dict[str, str]]:
    """The pathway as a document, and each rule that decided and stands in it."""
    yield {"label": f"{found.pathway.title}, as a document", "url": page, "type": "absolute"}
    for one in found.deciding:
        if not one.item.pgd:
            yield {"label": f"{one.id} and what stands behind it", "url": f"{page}#{one.id}", "type": "absolute"}


def _suggestion(asked: HookAsked, found: Assessment) -> dict[str, Any] | None:
    """A draft of the referral, where the outcome is one."""
    priority = REFERRALS.get(found.outcome.kind)
    if priority is None:
        return None
    request: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "priority": priority,
        "code": {"text": f"Referral from Pharmacy First: {found.pathway.title_for_patients or found.pathway.title}"},
        "subject": {"reference": f"Patient/{asked.patient_id}"},
        "reasonCode": [{"text": one.says} for one in found.reasons],
    }
    if found.where_to:
        request["performerType"] = {"text": found.where_to}
    label = f"Draft a referral: {in_words(found.outcome).lower()}"
    action = {"type": "create", "description": f"A draft of a referral{_to(found.where_to)}", "resource": request}
    return {"label": label, "actions": [action]}


def _there(value: Any) -> Any:
    """What an object holds without what is null or empty, which CDS Hooks leaves out."""
    if isinstance(value, dict):
        return {key: _there(one) for key, one in value.items() if one not in (None, "", [], {}, ())}
    return value
