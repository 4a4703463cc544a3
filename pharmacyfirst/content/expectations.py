"""What a case expects, and how what came out differs from it: one comparison, of data, for our own engine and for anybody else's.

Cases, the conformance kit and the mutants all ask here, so that a program in any language is judged as the kernel is, in the same words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pharmacyfirst.exact import write
from pharmacyfirst.kernel.dose import Amount
from pharmacyfirst.kernel.fields import TEXT, BlockOf, FieldTable, JsonField, ListOf
from pharmacyfirst.kernel.outcome import Kind
from pharmacyfirst.kernel.tables import AMOUNT, ASSESSMENT, DOSE, OFFER, OUTCOME
from pharmacyfirst.kernel.trace import Assessment


@dataclass(frozen=True, slots=True)
class ExpectedOffer:
    """An offer as a case expects it; what is None is not looked at."""

    pgd: str
    dose: Amount | None = None
    first_day: Decimal | None = None
    times_a_day: int | None = None
    days: int | None = None
    quantity: Amount | None = None
    quantity_at_least: Amount | None = None
    instructions: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What must come out of a case; an empty ``decided_by`` and ``offers`` None are not looked at.

    ``missing`` are questions that must be among those still to ask, ``not_missing`` questions that must not. ``gateways`` and
    ``gateways_not_known`` are whole lists, and so are ``duties`` and the ``instructions`` of an offer, by their ids. ``tells`` are words that must stand in the advice or the safety-netting, ``tells_not`` words
    that must not, in capital letters or small.
    """

    kind: Kind
    destination: str | None = None
    decided_by: tuple[str, ...] = ()
    offers: tuple[ExpectedOffer, ...] | None = None
    missing: tuple[str, ...] = ()
    not_missing: tuple[str, ...] = ()
    gateways: tuple[str, ...] | None = None
    gateways_not_known: tuple[str, ...] | None = None
    if_not_answered: Kind | None = None
    tells: tuple[str, ...] = ()
    tells_not: tuple[str, ...] = ()
    within_days: int | None = None
    next: str | None = None
    duties: tuple[str, ...] | None = None


def _dose(offer: ExpectedOffer) -> ExpectedOffer | None:
    return None if offer.dose is None and offer.first_day is None else offer


NOT_LOOKED_AT = "A key that is not there is not looked at."

EXPECTED_DOSE: FieldTable[ExpectedOffer] = FieldTable(
    "ExpectedDose",
    f"The dose that has to come out. {NOT_LOOKED_AT}",
    (
        AMOUNT["amount"].read_as(lambda offer: offer.dose and offer.dose.amount),
        AMOUNT["unit"].read_as(lambda offer: offer.dose and offer.dose.unit),
        DOSE["first_day_amount"].read_as(lambda offer: offer.first_day),
    ),
)

EXPECTED_OFFER: FieldTable[ExpectedOffer] = FieldTable(
    "ExpectedOffer",
    f"An offer that has to come out. {NOT_LOOKED_AT}",
    (
        OFFER["pgd"].read_as(lambda offer: offer.pgd, left_out=False),
        OFFER["dose"].read_as(_dose, BlockOf(EXPECTED_DOSE)),
        OFFER["times_per_day"].read_as(lambda offer: offer.times_a_day),
        OFFER["duration_days"].read_as(lambda offer: offer.days),
        OFFER["quantity"].read_as(lambda offer: offer.quantity, BlockOf(AMOUNT)),
        OFFER["quantity_at_least"].read_as(lambda offer: offer.quantity_at_least, BlockOf(AMOUNT)),
        OFFER["instructions"].read_as(lambda offer: offer.instructions, ListOf(TEXT)),
    ),
)

EXPECTED: FieldTable[Expected] = FieldTable(
    "Expected",
    f"What has to come out. {NOT_LOOKED_AT}",
    (
        OUTCOME["kind"].read_as(lambda expected: expected.kind.key, left_out=False),
        OUTCOME["destination"].read_as(lambda expected: expected.destination),
        OUTCOME["within_days"].read_as(lambda expected: expected.within_days),
        OUTCOME["next"].read_as(lambda expected: expected.next),
        ASSESSMENT["duties"].read_as(lambda expected: expected.duties, ListOf(TEXT)),
        ASSESSMENT["decided_by"].read_as(lambda expected: expected.decided_by or None),
        JsonField(
            "missing_includes",
            lambda expected: expected.missing or None,
            ListOf(TEXT),
            "Questions that must be among those whose answers can still change the outcome.",
            left_out=True,
        ),
        JsonField(
            "missing_excludes",
            lambda expected: expected.not_missing or None,
            ListOf(TEXT),
            "Questions whose answers can no longer change the outcome, and that must not be among those.",
            left_out=True,
        ),
        ASSESSMENT["offers"].read_as(lambda expected: expected.offers, ListOf(BlockOf(EXPECTED_OFFER))),
        ASSESSMENT["gateways"].read_as(lambda expected: expected.gateways),
        ASSESSMENT["gateways_not_known"].read_as(lambda expected: expected.gateways_not_known),
        ASSESSMENT["if_not_answered"].read_as(
            lambda expected: expected.if_not_answered and expected.if_not_answered.key
        ),
        JsonField(
            "tells",
            lambda expected: expected.tells or None,
            ListOf(TEXT),
            "Words that must stand in the advice or the safety-netting given, in capital letters or small.",
            left_out=True,
        ),
        JsonField(
            "tells_not",
            lambda expected: expected.tells_not or None,
            ListOf(TEXT),
            "Words that must not stand in the advice or the safety-netting given, in capital letters or small.",
            left_out=True,
        ),
    ),
)

COMPARED: FieldTable[Assessment] = ASSESSMENT.only(
    "outcome", "offers", "decided_by", "missing", "if_not_answered", "gateways", "gateways_not_known", "duties", "advice", "safety_netting"
)  # fmt: skip


def differences(expected: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[str]:
    """How a result of the JSON contract differs from an expectation (the table ``EXPECTED``), in words; nothing where it fits.

    Where the kind of outcome is another, that is all that is said: the rest follows from it. Whatever stands in ``result`` is looked at
    and never trusted to be of the right type.
    """
    outcome = _block(result.get("outcome"))
    if outcome.get("kind") != expected["kind"]:
        asked = f", still to ask: {_words(result['missing'])}" if result.get("missing") else ""
        by = f"decided by {_words(result['decided_by'])}" if result.get("decided_by") else "nothing decided"
        yield f"expected {_kind(expected['kind'])}, came out as {_kind(outcome.get('kind'))} ({by}{asked})"
        return
    for key in ("destination", "within_days", "next"):
        if key in expected:
            yield from _of_value(key, expected[key], outcome.get(key))
    if "duties" in expected and _ids(result.get("duties")) != expected["duties"]:
        yield f"duties are {_words(_ids(result.get('duties')))}, not {_words(expected['duties'])}"
    if "decided_by" in expected and result.get("decided_by") != expected["decided_by"]:
        yield f"decided by {_words(result.get('decided_by'))}, not by {_words(expected['decided_by'])}"
    missing = _list(result.get("missing"))
    if lacking := [name for name in expected.get("missing_includes", ()) if name not in missing]:
        yield f"does not ask for {_words(lacking)}"
    if needless := [name for name in expected.get("missing_excludes", ()) if name in missing]:
        yield f"asks for {_words(needless)}, which can change nothing"
    if "offers" in expected:
        yield from _of_offers(expected["offers"], _list(result.get("offers")))
    for key in ("gateways", "gateways_not_known"):
        if key in expected and sorted(map(_words, _list(result.get(key)))) != sorted(expected[key]):
            yield f"{key} are {_words(result.get(key))}, not {_words(expected[key])}"
    if "if_not_answered" in expected and result.get("if_not_answered") != expected["if_not_answered"]:
        yield f"if not answered it is {_kind(result.get('if_not_answered'))}, not {_kind(expected['if_not_answered'])}"
    told = " ".join(map(_words, (*_list(result.get("advice")), *_list(result.get("safety_netting"))))).lower()
    yield from (f"does not tell {words!r}" for words in expected.get("tells", ()) if words.lower() not in told)
    yield from (f"tells {words!r}" for words in expected.get("tells_not", ()) if words.lower() in told)


def _of_offers(expected: list[Any], offers: list[Any]) -> Iterator[str]:
    wanted, got = ([_block(offer).get("pgd") for offer in some] for some in (expected, offers))
    if got != wanted:
        yield f"offers {_words(got)}, not {_words(wanted)}"
        return
    for want, offer in zip(expected, offers, strict=True):
        for key, value in want.items():
            got_here = _ids(offer.get(key)) if key == "instructions" else offer.get(key)
            yield from _of_value(f"{want['pgd']} {key}", value, got_here)


def _of_value(where: str, expected: Any, got: Any) -> Iterator[str]:
    """A block fits where every key that is expected of it does; anything else where it is equal, and true is no 1."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        for key, value in expected.items():
            yield from _of_value(f"{where} {key}", value, got.get(key))
    elif got != expected or isinstance(got, bool):
        of_another_type = isinstance(got, str) and not isinstance(expected, str)
        yield f"{where} is {write(got) if of_another_type else _words(got)}, not {_words(expected)}"


def _kind(key: Any) -> str:
    """The kind of an outcome as content spells it; whatever else stands in its place as it is."""
    return next((kind.word for kind in Kind if kind.key == key), None) or _words(key)


def _block(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _ids(value: Any) -> list[Any]:
    return [_block(one).get("id") for one in _list(value)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _words(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_words, value)) or "nothing"
    return value if isinstance(value, str) else "nothing" if value is None else write(value)
