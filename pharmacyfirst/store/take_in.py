"""Taking in what another system sent: a referral, a cancelled one, a GP record; kept byte for byte, and on the work list until it is dealt with."""

from datetime import date
from typing import Any

from pharmacyfirst.record.inbound.person import PersonSeen
from pharmacyfirst.record.inbound.refusal import InboundRefused
from pharmacyfirst.record.inbound.sources import read_gp_record, read_referral
from pharmacyfirst.store.came_in import CameIn
from pharmacyfirst.store.deeds import Actor
from pharmacyfirst.store.store import Store

REFERRAL, GP_RECORD = "referral", "GP record"
CANCELLED, ABOUT = (
    "cancelled",
    "about",
)  # in the summary: that the referrer took it back; the name of whom it is about, for lists


def take_in(store: Store, raw: bytes, on: date, actor: Actor) -> CameIn:
    """Keep a referral or a GP record as it came; the same bytes again change nothing. Raises ``InboundRefused`` for what is neither.

    A referral that was cancelled is kept as the newest version of the one it cancels, so that somebody sees it. Everything else that is
    refused is not kept: whoever takes it in is told why, and opens it by hand.
    """
    try:
        read = read_referral(raw, on)
    except InboundRefused as refused:
        if refused.code == "revoked" and refused.about:
            return store.inbound.keep(raw, REFERRAL, actor, request=refused.about, summary={CANCELLED: True})
        if refused.code != "not_a_referral":
            raise
        return _record(store, raw, on, actor)
    summary = read.kept() | _about(read.patient)
    return store.inbound.keep(raw, REFERRAL, actor, request=read.request, journey=read.journey or "", summary=summary)


def _record(store: Store, raw: bytes, on: date, actor: Actor) -> CameIn:
    read = read_gp_record(raw, on)
    return store.inbound.keep(raw, GP_RECORD, actor, summary={"source": read.source} | _about(read.patient))


def _about(person: PersonSeen) -> dict[str, Any]:
    return {ABOUT: " ".join((*person.given, *([person.family] if person.family else [])))}
