"""An answer that contradicts what a record suggests: allowed, for a record may be wrong, and never without a reason.

A suggestion that nobody confirmed and that the answer contradicts stands in the record of the consultation beside the answer and the reason,
so that whoever reads it later sees both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from pharmacyfirst.errors import PharmacyFirstError
from pharmacyfirst.record.inbound.suggestions import AnsweredFact, Suggestion

Value = bool | str | int | Decimal | date | tuple[str, ...]
_KEYS = ("fact", "suggested", "source", "found", "dated", "answer", "reason")


class ReasonMissing(PharmacyFirstError, ValueError):
    """An answer contradicts what a record suggests, and nobody said why; ``facts`` are the names of the questions. Nothing was put on record."""

    def __init__(self, facts: Iterable[str]):
        self.facts = tuple(facts)
        super().__init__(
            f"{', '.join(self.facts)}: the answer contradicts what a record says. Say why, or answer again: an allergy or medicine that is "
            "wrongly ruled out can kill. Nothing was put on record."
        )

    # Exceptions are copied and pickled by calling the class with ``args``, which is the finished message alone.
    def __reduce__(self) -> "tuple[type[ReasonMissing], tuple[tuple[str, ...]]]":
        return type(self), (self.facts,)


@dataclass(frozen=True, slots=True)
class AnsweredAgainst:
    """A suggestion and the answer that contradicts it, as the record of the consultation holds both.

    ``fact`` is the name of the question; ``suggested`` what the source spoke of (for a question with several answers the one of them);
    ``source`` and ``found`` say where it was found and in what words, ``dated`` from when by the source, or None; ``answer`` is what the
    pharmacist answered, and ``reason`` why.
    """

    fact: str
    suggested: Value = field(repr=False)
    source: str
    found: str = field(repr=False)
    dated: date | None
    answer: Value = field(repr=False)
    reason: str = field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON holds it: days as YYYY-MM-DD, several answers as a list."""
        return {name: _as_json(getattr(self, name)) for name in _KEYS}


def contradicted(
    suggestions: Iterable[Suggestion], facts: Mapping[str, Any], confirmed: Iterable[AnsweredFact] = ()
) -> tuple[Suggestion, ...]:
    """The suggestions that nobody confirmed and that an answer contradicts, each once, in their order.

    An answer that is not there, or not known, contradicts nothing. An answer with several values contradicts a suggestion that it leaves
    out.
    """
    taken = {(one.fact, one.suggestion.why) for one in confirmed}
    found = {
        (one.fact, one.why): one
        for one in suggestions
        if facts.get(one.fact) is not None
        and (one.fact, one.why) not in taken
        and not _holds(facts[one.fact], one.value)
    }
    return tuple(found.values())


def put_on_record(
    suggestions: Iterable[Suggestion],
    facts: Mapping[str, Any],
    reasons: Mapping[str, str],
    confirmed: Iterable[AnsweredFact] = (),
) -> tuple[AnsweredAgainst, ...]:
    """Every contradicted suggestion with the answer and its reason, for the record. ``reasons`` are by name of the question.

    Raises ``ReasonMissing`` where an answer contradicts a suggestion and no reason is given.
    """
    against = contradicted(suggestions, facts, confirmed)
    missing = dict.fromkeys(one.fact for one in against if not reasons.get(one.fact, "").strip())
    if missing:
        raise ReasonMissing(missing)
    return tuple(
        AnsweredAgainst(
            fact=one.fact,
            suggested=_frozen(one.value),
            source=one.source,
            found=one.why,
            dated=one.date,
            answer=_frozen(facts[one.fact]),
            reason=reasons[one.fact].strip(),
        )
        for one in against
    )


def _holds(answer: Any, suggested: Any) -> bool:
    """Whether an answer says what is suggested, or more."""
    if isinstance(suggested, tuple):
        return set(suggested) <= set(_several(answer))
    if isinstance(suggested, date) and isinstance(answer, str):
        return answer == suggested.isoformat()
    if _is_number(answer) and _is_number(suggested):
        return bool(answer == suggested)  # 24 is 24, typed or read from a record
    return bool(type(answer) is type(suggested) and answer == suggested)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _several(answer: Any) -> tuple[Any, ...]:
    return tuple(answer) if isinstance(answer, list | tuple | set | frozenset) else (answer,)


def _frozen(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return tuple(sorted(value))
    return tuple(value) if isinstance(value, list) else value


def _as_json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
