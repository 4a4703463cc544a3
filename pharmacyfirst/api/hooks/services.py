"""The calls of CDS Hooks 2.0: which services there are, a service, and what was made of its cards."""

from collections.abc import Iterator
from typing import Any

from pharmacyfirst.api.calls import Asking, Gives, Reply, as_json, got, posted
from pharmacyfirst.api.hooks.asked import ANSWERED, HOOKS, OPENED, PREFETCH, read_hook
from pharmacyfirst.api.hooks.cards import card_of
from pharmacyfirst.api.hooks.feedback import read_feedback
from pharmacyfirst.api.keys import Scope
from pharmacyfirst.api.problems import ApiProblem
from pharmacyfirst.contract.conversation import converse
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.pathway import Pathway

SERVICES = "/cds-services"
REQUIRES = {
    OPENED: "Of the patient's record the date of birth alone is read, so its card says what has to be asked. Call it for the condition "
    "that a patient comes with.",
    ANSWERED: "The context has as_of, the day, and facts, the answers so far (docs/cds-hooks.md). Call it whenever they change.",
}


def services(asked: Asking) -> Reply:
    """The services of CDS Hooks: for each condition one, on each of its hooks."""
    pathways = _in_force(asked)
    return as_json({"services": [_described(one, hook) for one in pathways for hook in HOOKS]})


def _in_force(asked: Asking) -> Iterator[Pathway]:
    library, today = asked.desk.library, asked.desk.now().date()
    for condition in library.conditions:
        try:
            yield library.in_force(condition, today)
        except Refused:  # it has none today, and so is not there today
            continue


def _described(pathway: Pathway, hook: str) -> dict[str, Any]:
    return {
        "hook": hook,
        "title": f"Pharmacy First: {pathway.title_for_patients or pathway.title}",
        "description": f"{pathway.title}: who is to be sent where, what has to be asked, and what may be offered. It supports a "
        "pharmacist's decision and permits nothing.",
        "id": pathway.id,
        "prefetch": PREFETCH,
        "usageRequirements": REQUIRES[hook],
    }


def cards(asked: Asking) -> Reply:
    """The card of one person: what to do, how urgent it is, and what has to be asked. It permits nothing."""
    service, library = _service(asked), asked.desk.library
    hook = read_hook(asked.object(), service, asked.desk.now().date())
    so_far = converse(library.in_force(service, hook.as_of), dict(hook.facts), hook.as_of)
    page = f"{asked.desk.url}/v1/conditions/{service}/document?as_of={hook.as_of}" if asked.desk.url else ""
    card = card_of(hook, so_far, page)
    if asked.desk.cards is not None:
        asked.desk.cards.give(service, hook.hook, card, asked.actor, asked.desk.clock())
    return as_json({"cards": [card]})


def feedback(asked: Asking) -> Reply:
    """Put down what was made of cards that this service gave. The same again is put down once."""
    service, kept = _service(asked), asked.desk.cards
    if kept is None:
        raise ApiProblem("no_store", "This server was started without a data folder, so it keeps nothing.")
    kept.hear(service, read_feedback(asked.object()), asked.actor, asked.desk.clock())
    return as_json({})


def heard(asked: Asking) -> Reply:
    """What was made of cards: each with what it said, who says so, and what they wrote about it, which may name a patient."""
    if asked.desk.cards is None:
        raise ApiProblem("no_store", "This server was started without a data folder, so it keeps nothing.")
    return as_json({"cards": asked.desk.cards.heard()})


def _service(asked: Asking) -> str:
    service = asked.names["id"]
    if service not in asked.desk.library.conditions:
        raise ApiProblem(
            "not_there", "There is no service of this id. GET /cds-services lists them. Nothing was assessed."
        )
    return service


CALLS = (
    got(SERVICES, "List the services of CDS Hooks", services, Gives("The services.", "CDSServices"), None, for_cds_clients=True),
    posted(
        f"{SERVICES}/{{id}}", "Give the card of a service", cards, Gives("The card.", "CDSCards"), Scope.ASSESS, "CDSRequest", for_cds_clients=True,
    ),
    posted(
        f"{SERVICES}/{{id}}/feedback", "Put down what was made of cards", feedback, Gives("It is put down."), Scope.ASSESS, "CDSFeedback",
        for_cds_clients=True,
    ),
    got("/v1/card-feedback", "Say what was made of cards", heard, Gives("What was made of them."), Scope.RECORDS),
)  # fmt: skip
