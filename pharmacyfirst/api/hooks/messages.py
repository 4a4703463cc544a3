"""The messages of CDS Hooks 2.0 as JSON Schemas: HL7 publishes none, so these are made from its tables.

What we send holds the names here and no other; in what is sent to us other names may stand, and are passed over.
"""

from typing import Any

from pharmacyfirst.api.hooks.asked import FHIR_ID, HOOKS, USERS
from pharmacyfirst.api.hooks.cards import INDICATORS, LONGEST_SUMMARY, OWN
from pharmacyfirst.api.hooks.feedback import LONGEST_COMMENT, MOST_AT_ONCE, OUTCOMES
from pharmacyfirst.contract.table_schema import DAY


def _words(says: str, **more: Any) -> dict[str, Any]:
    return {"description": says, "type": "string", "minLength": 1, **more}


def _several(says: str, each: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"description": says, "type": "array", "minItems": 1, "items": each, **more}


def _holds(says: str, needed: dict[str, Any], may: dict[str, Any], closed: bool = True) -> dict[str, Any]:
    return {
        "description": says, "type": "object", "properties": needed | may, "required": [*needed], "additionalProperties": not closed,
    }  # fmt: skip


_UUID = {"type": "string", "format": "uuid"}
_URL = {"type": "string", "format": "uri"}
_OPEN = {"type": "object"}

CDS_SERVICES: dict[str, Any] = {
    "title": "CDSServices",
    **_holds(
        "The services of CDS Hooks.",
        {
            "services": {
                "type": "array",
                "items": _holds(
                    "A service on one of its hooks.",
                    {
                        "hook": {"description": "When to call it.", "enum": [*HOOKS]},
                        "title": _words("Its name."),
                        "description": _words("What it says."),
                        "id": _words("The condition, and the end of its path."),
                        "prefetch": {"description": "What of the record it asks for.", "type": "object", "additionalProperties": {"type": "string"}},
                        "usageRequirements": _words("What it needs."),
                    },
                    {},
                ),
            },
        },
        {},
    ),
}  # fmt: skip

_AUTHORIZATION = {"description": "Not used: nothing is fetched.", **_OPEN}
_CONTEXT = _holds(
    "Who is before whom; of our own hook also as_of and facts, the input object of an assessment.",
    {
        "userId": {"description": "Who asks.", "type": "string", "pattern": f"^({'|'.join(USERS)})/{FHIR_ID}$"},
        "patientId": {"description": "The id of the patient's record.", "type": "string", "pattern": f"^{FHIR_ID}$"},
    },
    {
        "encounterId": {"description": "Not used.", "type": "string"},
        "as_of": {"description": "The day, of our own hook.", "type": "string", "format": "date", "pattern": DAY},
        "facts": {"description": "The answers so far, of our own hook: absent or null is not known.", "type": "object"},
        "pathway": {"description": "The condition, if it is named again.", "type": "string"},
    },
    closed=False,
)
CDS_REQUEST: dict[str, Any] = {
    "title": "CDSRequest",
    **_holds(
        "One call of a hook.",
        {
            "hook": {"description": "Which hook.", "enum": [*HOOKS]},
            "hookInstance": {"description": "A UUID, made anew for each call of a hook.", **_UUID},
            "context": _CONTEXT,
        },
        {
            "fhirServer": {"description": "Not used: nothing is fetched.", **_URL},
            "fhirAuthorization": _AUTHORIZATION,
            "prefetch": {
                "description": "The patient's record, of which the date of birth is read.",
                "type": "object",
                "properties": {"patient": {"anyOf": [{"type": "object"}, {"type": "null"}]}},
            },
        },
        closed=False,
    ),
    "dependentRequired": {"fhirAuthorization": ["fhirServer"]},
}

_SOURCE = _holds(
    "Whose guidance it is.",
    {"label": _words("In words.")},
    {"url": {"description": "The pathway as a document.", **_URL}},
)
_ACTION = _holds(
    "What is done where it is chosen.",
    {
        "type": {"const": "create"},
        "description": _words("In words."),
        "resource": {"description": "A draft of a FHIR ServiceRequest, never of a medicine.", **_OPEN},
    },
    {},
)
_SUGGESTION = _holds(
    "Something to choose.",
    {"uuid": _UUID, "label": _words("In words."), "actions": _several("What is done.", _ACTION)},
    {},
)
_OVERRIDE_REASON = _holds(
    "A reason to dismiss it.", {"code": _words("The code."), "system": _URL, "display": _words("In words.")}, {}
)
_LINK = _holds(
    "Somewhere to read more.", {"label": _words("In words."), "url": _URL, "type": {"const": "absolute"}}, {}
)
_CARD = {
    **_holds(
        "What to do, how urgent it is, and why. It permits nothing.",
        {
            "uuid": {"description": "By what feedback names it.", **_UUID},
            "summary": _words("What to do, in a line.", maxLength=LONGEST_SUMMARY),
            "indicator": {"description": "How urgent it is.", "enum": [*INDICATORS]},
            "detail": _words("All that stands behind it, in Markdown."),
            "source": _SOURCE,
            "extension": _holds("The assessment for programs: null and empty are left out.", {OWN: _OPEN}, {}),
        },
        {
            "suggestions": _several("What may be drafted.", _SUGGESTION),
            "selectionBehavior": {"const": "at-most-one"},
            "overrideReasons": _several("Why it may be dismissed.", _OVERRIDE_REASON),
            "links": _several("Where to read more.", _LINK),
        },
    ),
    "dependentRequired": {"suggestions": ["selectionBehavior"]},
}  # fmt: skip
CDS_CARDS: dict[str, Any] = {
    "title": "CDSCards",
    **_holds("The cards of a service.", {"cards": {"type": "array", "items": _CARD}}, {}),
}

_ONE_FEEDBACK = {
    **_holds(
        "What somebody made of one card.",
        {
            "card": {"description": "The uuid of the card.", **_UUID},
            "outcome": {"description": "What they made of it.", "enum": [*OUTCOMES]},
            "outcomeTimestamp": {"description": "When, in UTC.", "type": "string", "format": "date-time"},
        },
        {
            "acceptedSuggestions": _several("What they chose.", _holds("A suggestion.", {"id": _UUID}, {}, closed=False)),
            "overrideReason": {
                "description": "Why they dismissed it.",
                "type": "object",
                "properties": {
                    "reason": _holds("Its code.", {"code": _words("The code."), "system": _words("Whose code.")}, {}, closed=False),
                    "userComment": {"description": "In their words; name no patient.", "type": "string", "maxLength": LONGEST_COMMENT},
                },
                "anyOf": [{"required": ["reason"]}, {"required": ["userComment"]}],
            },
        },
        closed=False,
    ),
    "if": {"properties": {"outcome": {"const": OUTCOMES[0]}}},
    "then": {"required": ["acceptedSuggestions"]},
}  # fmt: skip
CDS_FEEDBACK: dict[str, Any] = {
    "title": "CDSFeedback",
    **_holds(
        "What was made of cards.", {"feedback": _several("Each card.", _ONE_FEEDBACK, maxItems=MOST_AT_ONCE)}, {}, closed=False
    ),
}  # fmt: skip
