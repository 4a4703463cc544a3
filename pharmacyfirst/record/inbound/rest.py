"""What no reader took of a bundle: every entry that is not read is named, and no word about an allergy is passed over, wherever it stands."""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pharmacyfirst.record.inbound.asking import everything, hides, quoted, shown_text, text_of, texts, tidy
from pharmacyfirst.record.inbound.bundle import Bundle, Resource, Skipped
from pharmacyfirst.record.inbound.wording import folded, speaks_of_allergy, tokens

# Who and where: such an entry is read where something that is read leads to it.
_WHO_AND_WHERE = frozenset(
    {
        "Encounter",
        "Endpoint",
        "HealthcareService",
        "Location",
        "Medication",
        "Organization",
        "Practitioner",
        "PractitionerRole",
    }
)
# Parts that hold no words for people: addresses of definitions, ids, references.
_FOR_MACHINES = frozenset(
    {"contentType", "definition", "endpoint", "fullUrl", "id", "implicitRules", "lastUpdated", "profile", "reference", "resourceType",
     "source", "system", "url", "versionId"}
)  # fmt: skip
# Codes of AllergyIntolerance.type, which say of every entry of that kind what it is.
_CODES = frozenset({"allergy", "intolerance"})
# Words that titles of lists and sections are made of; one of these alone says nothing of the patient.
_TITLES = frozenset(
    {"a", "active", "adverse", "allergic", "allergies", "allergy", "and", "current", "drug", "ended", "from", "history", "intolerance",
     "intolerances", "list", "of", "or", "past", "reaction", "reactions", "record", "resolved", "risk", "risks", "sensitivities",
     "sensitivity", "the", "to"}
)  # fmt: skip
CONFIDENTIAL = "confidential-items"
_MARKUP = re.compile(r"<[^<>]*>")


def not_read(bundle: Bundle) -> Iterator[Skipped]:
    """Every entry that no reader took and nothing that was read leads to."""
    for one in bundle.resources:
        if one in bundle.read:
            continue
        if one.type in _WHO_AND_WHERE:
            yield Skipped(one.entry, "nothing that was read leads to it, so it was not read")
        else:
            yield Skipped(one.entry, "entries of this kind are not read: look in the record itself")


def only_titles(text: str) -> bool:
    """Whether a text that was folded is a title such as *Allergies and adverse reactions*, and no more."""
    return _TITLES.issuperset(tokens(text))


def said_withheld(words: str) -> str:
    """What a person reads before all else of a record that lacks something on purpose."""
    return f"SOMETHING WAS WITHHELD from this record: {quoted(words)}. Ask the patient."


def withheld_items(bundle: Bundle) -> Iterator[str]:
    """A line for every list that GP Connect marks as lacking items for confidentiality (ListWarningCode ``confidential-items``)."""
    for one in bundle.of_type("List"):
        for extension in everything(one.body, "extension"):
            codes = (*texts(extension, "valueCode"), *texts(extension, "valueCodeableConcept", "coding", "code"))
            if CONFIDENTIAL in codes:
                title = text_of(one.body, "title") or "a list"
                yield said_withheld(f"{title}: items excluded due to confidentiality and/or patient preferences")


@dataclass
class PassedOver:
    """What stands in places that nothing is taken from: that something was withheld, and words about an allergy."""

    withheld: list[str] = field(default_factory=list)
    mind: list[str] = field(default_factory=list)


def passed_over(bundle: Bundle, told: Mapping[Resource, Container[str]], narratives: Container[str]) -> PassedOver:
    """A line for every text about an allergy or about something withheld that no reader took, and one where no screen shows all.

    ``told`` are, by entry, the texts that it was read for; ``narratives`` the texts of a record's sections that were read.
    """
    found = PassedOver()
    hidden = False
    for one in (*bundle.resources, *bundle.shapeless):
        for name, text in _texts(one):
            hidden = hidden or hides(text)
            if (name in _FOR_MACHINES and not _has_blanks(text)) or text in narratives:
                continue
            as_compared = folded(text)
            if "withheld" in as_compared:
                found.withheld.append(said_withheld(_as_said(name, text)))
            if speaks_of_allergy(as_compared) and not _is_known(one, as_compared):
                words = _as_said(name, text)
                if words not in told.get(one, ()) and not (name == "div" and one in told and _is_generated(one)):
                    says = "speaks of an allergy or reaction in a place that nothing is taken from"
                    found.mind.append(f"{one.entry} {says}: {quoted(words)}. Ask.")
    if hidden:
        found.mind.append(
            "The source holds characters that cannot be shown, which can hide or turn round words. They were left out: read the record itself."
        )
    return found


def _as_said(name: str, text: str) -> str:
    return tidy(shown_text(_MARKUP.sub(" ", text) if name == "div" else text).strip())


def _is_known(one: Resource, text: str) -> bool:
    """Whether words about an allergy say nothing of the patient: a code that every such entry has, a title of a list."""
    return text.strip() in _CODES or (one.type in ("List", "Composition") and only_titles(text))


def _texts(one: Resource) -> Iterator[tuple[str, str]]:
    """Every text of an entry with the name of the part that it stands in."""
    # What it contains is entries of their own.
    waiting: list[tuple[str, Any]] = [
        (name, part) for name, part in reversed([*one.body.items()]) if name != "contained"
    ]
    while waiting:
        name, node = waiting.pop()
        if isinstance(node, str):
            yield name, node
        elif isinstance(node, dict):
            waiting += reversed([*node.items()])
        elif isinstance(node, list):
            waiting += ((name, inner) for inner in reversed(node))


def _has_blanks(text: str) -> bool:
    return " " in text.strip()


def _is_generated(one: Resource) -> bool:
    """Whether an entry's narrative says that it holds nothing but what the entry's own parts say (FHIR, NarrativeStatus)."""
    narrative = one.body.get("text")
    inner = narrative[0] if isinstance(narrative, list) and narrative else narrative
    status = inner.get("status") if isinstance(inner, Mapping) else None
    return status in ("generated", ["generated"])
