"""Calls about the server itself, which need no key: whether it lives, whether it is ready, how it is called, and what its problems mean."""

from typing import Any

from pharmacyfirst.api.calls import TEXT, Asking, Gives, Reply, as_json, got
from pharmacyfirst.api.problems import KINDS, ApiProblem


def health(asked: Asking) -> Reply:
    """That the process answers, and nothing more."""
    return as_json({"alive": True})


def ready(asked: Asking) -> Reply:
    """Whether all that this server stands on can be read; what cannot is said, and nothing may be supplied until it can."""
    trouble = [*asked.desk.trouble()]
    if trouble:
        raise ApiProblem("not_readable", "; ".join(trouble), None, ready=False, trouble=trouble)
    return as_json(
        {"ready": True, "keeps": asked.desk.store is not None, "adoption": asked.desk.in_force.adoption is not None}
    )


def problem(asked: Asking) -> Reply:
    """What a kind of problem means, and what to do about it."""
    kind = KINDS.get(asked.names["code"])
    if kind is None:
        raise ApiProblem("not_there", "There is no such kind of problem.")
    return Reply(f"{kind.status} {kind.title}\n{kind.then}\n".encode(), TEXT)


HEALTH_SCHEMA: dict[str, Any] = {
    "title": "Health",
    "description": "That the process answers.",
    "type": "object",
    "properties": {"alive": {"const": True}},
    "required": ["alive"],
}
READY_SCHEMA: dict[str, Any] = {
    "title": "Ready",
    "description": "That all this server stands on can be read.",
    "type": "object",
    "properties": {
        "ready": {"const": True},
        "keeps": {"description": "Whether it has a store.", "type": "boolean"},
        "adoption": {
            "description": "Whether an adoption record is in use; without one nothing may be supplied.",
            "type": "boolean",
        },
    },
    "required": ["ready", "keeps", "adoption"],
}

CALLS = (
    got("/health", "Say that the process answers", health, Gives("It does.", "Health"), None),
    got("/ready", "Say whether the server is ready", ready, Gives("It is.", "Ready"), None),
    got("/problems/{code}", "Say what a problem means", problem, Gives("What it means.", media_types=(TEXT,)), None),
)
