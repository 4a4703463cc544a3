"""What a call is: its path, who may make it, what it takes and gives, and the one function that answers it.

The calls are a table. The routes, the door's checks and the OpenAPI description are made from it, so that none can differ from the others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from pharmacyfirst import exact
from pharmacyfirst.api.desk import ApiDesk
from pharmacyfirst.api.hooks.clients import CDSClient
from pharmacyfirst.api.keys import Key, Scope
from pharmacyfirst.api.problems import ApiProblem
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.questions import read_day
from pharmacyfirst.store import Actor, Store

JSON, TEXT, HTML, PDF, XML = "application/json", "text/plain", "text/html", "application/pdf", "application/xml"
FHIR = ("application/fhir+json", "application/fhir+xml", JSON, XML)


class Query(Enum):
    """What may stand in the query of a call: a day, a moment, one of a few words, or any text."""

    DAY = "YYYY-MM-DD"
    MOMENT = "a time with its distance from UTC, for instance 2026-11-21T10:45:00+00:00"
    WORD = "one word"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class QueryField:
    """One name of the query. ``words`` are what fits, where it is one of a few; ``needed``: nothing is assumed where it is missing."""

    name: str
    what: Query
    says: str
    needed: bool = True
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: bytes, their type, the status, and headers of this call's own."""

    body: bytes = field(repr=False)
    media_type: str = JSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asking:
    """One call: what the server stands on, the names in the path, the query as it was read, the body, and whose key it came with."""

    desk: ApiDesk
    names: Mapping[str, str]
    query: Mapping[str, Any]
    body: bytes = field(repr=False)
    key: Key | CDSClient | None = None

    def object(self) -> dict[str, Any]:
        """The body as one JSON object, decimals as they are. Raises ``Refused``."""
        held = exact.read(self.body)
        if not isinstance(held, dict):
            raise Refused("not_json", "The body is one JSON object.")
        return held

    @property
    def store(self) -> Store:
        """The store. Raises ``ApiProblem`` where the server keeps nothing."""
        if self.desk.store is None:
            raise ApiProblem("no_store", "This server was started without a data folder, so it keeps nothing.")
        return self.desk.store

    @property
    def actor(self) -> Actor:
        """Who is put down for what is written: the holder of the key."""
        if self.key is None:
            raise ApiProblem("no_key", "What is written names whose key it came with.")
        return self.key.actor

    @property
    def day(self) -> date:
        """The day that the query names."""
        return self.query["as_of"]  # type: ignore[no-any-return]

    @property
    def at(self) -> datetime | None:
        """The moment that the query names, for a training patient."""
        return self.query.get("at")


@dataclass(frozen=True, slots=True)
class Gives:
    """What a call gives where it is not refused: its types, the name of its JSON schema where it has one, and the status."""

    says: str
    schema: str = ""
    media_types: tuple[str, ...] = (JSON,)
    status: int = 200


@dataclass(frozen=True, slots=True)
class Call:
    """One call. ``scope`` None: nobody needs a key. ``takes`` is the schema of its JSON body, or nothing for other bodies (``media_types``).

    ``writes``: it needs an Idempotency-Key, and is answered once. ``aside``: it takes long and needs no store, so it is answered beside the
    others. ``for_cds_clients``: a CDS Client may call it with a token that it signs, in place of a key.
    """

    method: str
    path: str
    says: str
    answer: Callable[[Asking], Reply]
    gives: Gives
    scope: Scope | None
    takes: str = ""
    media_types: tuple[str, ...] = ()
    query: tuple[QueryField, ...] = ()
    writes: bool = False
    aside: bool = False
    for_cds_clients: bool = False
    most_bytes: int = exact.MOST_BYTES

    @property
    def name(self) -> str:
        """The name of the call in the description: that of the function which answers it."""
        return self.answer.__name__

    @property
    def has_body(self) -> bool:
        """Whether it takes a body."""
        return bool(self.media_types)


AS_OF = QueryField("as_of", Query.DAY, "The day, which decides what is in force.")
AT = QueryField(
    "at", Query.MOMENT, "When it is made: for a training patient alone; every other record is made now.", needed=False
)


def posted(
    path: str, says: str, answer: Callable[[Asking], Reply], gives: Gives, scope: Scope, takes: str, **more: Any
) -> Call:
    """A call with a JSON body."""
    return Call("POST", path, says, answer, gives, scope, takes, **{"media_types": (JSON,), **more})


def got(
    path: str, says: str, answer: Callable[[Asking], Reply], gives: Gives, scope: Scope | None, **more: Any
) -> Call:
    """A call without a body, which changes nothing that anybody could tell apart (that something was read may be put down)."""
    return Call("GET", path, says, answer, gives, scope, **more)


def as_json(value: Any, status: int = 200, **headers: str) -> Reply:
    """A reply in JSON."""
    return Reply(exact.write(value).encode() + b"\n", status=status, headers=headers)


def read_query(call: Call, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """The query of a call: every name it needs, none twice, no other. Raises ``ApiProblem``, which repeats nothing of it."""
    fields = {one.name: one for one in call.query}
    there_are = f"There are: {', '.join(fields)}." if fields else "This call has none."
    if len({name for name, _ in pairs}) != len(pairs):
        raise ApiProblem("wrong_query", "A name stands twice in the query, so it is not known which is meant.")
    if any(name not in fields for name, _ in pairs):
        raise ApiProblem("wrong_query", f"There is a name in the query that this call does not have. {there_are}")
    given = dict(pairs)
    missing = [one.name for one in fields.values() if one.needed and one.name not in given]
    if missing:
        raise ApiProblem("wrong_query", f"{missing[0]} is missing in the query; nothing is assumed in its place.")
    return {name: _read(fields[name], words) for name, words in given.items()}


def _read(one: QueryField, words: str) -> Any:
    value: Any = words
    match one.what:
        case Query.DAY:
            value = read_day(words)
        case Query.MOMENT:
            value = _moment(words)
        case Query.WORD:
            value = words if words in one.words else None
    if value is None:
        what = f"one of: {', '.join(one.words)}" if one.words else one.what.value
        raise ApiProblem("wrong_query", f"{one.name}: give {what}.")
    return value


def _moment(words: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(words)
    except ValueError:
        return None
    return at if at.utcoffset() is not None else None


def refused(error: Refused) -> ApiProblem:
    """What the contract refuses, as a problem of the same code."""
    return ApiProblem(error.code, str(error), error.fact)
