"""By what a message is found again in the ledger: its ids, its state, and what it waits for since when, in steady time."""

from collections.abc import Mapping
from typing import Any

from pharmacyfirst.ledger import as_text
from pharmacyfirst.sending import standing
from pharmacyfirst.sending.standing import MessageState, Standing
from pharmacyfirst.sending.working_days import Due

# Ids that are this message's own, and all those by which it may be asked for; names as in ``Outgoing``.
OWN_IDS = ("bundle_id", "header_id", "document_id")
_IDS = (*OWN_IDS, "local_id", "sender_reference", "replaces")
POSTED_AS = "mesh_id"
STATE = "state"

# What can be waited for; the value of the mark is the time since when, so that the oldest come first.
TO_SEND = "to send"
POSTING = "the end of a POST"
AWAITING = "an answer"
UNCONFIRMED = "a late answer"
FOR_PERSON = "a person"
UNSENT = "its way"
UNSENT_REPLACEMENT = "its way, as a replacement"
ABOUT_NO_MESSAGE = "a person, about no message"
# The practice has to be told by a day; the value is the time from when it is late.
DAY = "its day"


def marks(routing: Mapping[str, Any], due: Due, now: Standing) -> set[tuple[str, str]]:
    """The names and values by which a message with this routing is found while it stands so."""
    found = {(name, str(routing[name])) for name in _IDS if routing[name]}
    found |= {(POSTED_AS, one) for one in now.mesh_ids} | {(STATE, now.state.value)}
    since, sent_from = as_text(now.waits_from), as_text(now.sent_from or now.waits_from)
    if now.posting_since:
        found.add((POSTING, as_text(now.posting_since)))
    elif now.state is MessageState.QUEUED:
        found.add((TO_SEND, since))
    if now.state in standing.AWAITING:
        found.add((AWAITING, sent_from))
    if now.state is MessageState.UNCONFIRMED and not now.escalated:
        found.add((UNCONFIRMED, sent_from))
    if now.state in standing.FAILED or now.to_show:
        found.add((FOR_PERSON, since))
    if now.state in standing.UNSENT:
        found.add((UNSENT_REPLACEMENT if routing["replaces"] else UNSENT, since))
    if now.state not in (MessageState.DONE, *standing.OVER):
        found.add((DAY, as_text(due.late_from)))
    return found
