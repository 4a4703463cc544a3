"""Which page is for whom: one table of every path. A path that is not in it is for nobody."""

from collections.abc import Mapping
from dataclasses import dataclass

from pharmacyfirst.people import EVERYBODY, REGISTERED, Role

Roles = frozenset[Role]
_NOBODY: Roles = frozenset()
_READERS = REGISTERED | {Role.REVIEWER, Role.AUDITOR}
_OF_THE_BENCH = frozenset({Role.REVIEWER})
_OVER_PEOPLE = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Allowed:
    """The roles that may see a page, and those that may do what it does."""

    see: Roles = _NOBODY
    do: Roles = _NOBODY


_CONSULT = Allowed(see=REGISTERED, do=REGISTERED)
_CONSULT_BY_POST = Allowed(do=REGISTERED)
_READ = Allowed(see=_READERS)

# Shown before anybody has signed in: the way in and the way out, files that are the same for everybody, the pharmacy's own system, which
# shows its secret, the page that its link leads to, on which nothing stands before somebody registered has signed in, and whether the form
# lives and is ready, for whoever watches the machine.
OPEN = (
    "/who",
    "/provider",
    "/provider/back",
    "/leave",
    "/static/{name}",
    "/favicon.ico",
    "/handover",
    "/handed-over",
    "/health",
    "/ready",
)

WHO_MAY: Mapping[str, Allowed] = {
    "/": Allowed(see=REGISTERED),
    "/begin": _CONSULT_BY_POST,
    "/find": Allowed(do=_READERS),
    "/closing": Allowed(see=REGISTERED),
    "/claims": Allowed(see=REGISTERED),
    "/activity": Allowed(see=EVERYBODY),
    "/activity/{month}": Allowed(see=EVERYBODY),
    "/take-in": _CONSULT,
    "/in/{id}": _CONSULT,
    "/again/{id}": _CONSULT,
    "/handed-over": _CONSULT,
    "/paper": _CONSULT,
    "/paper/{form}": _CONSULT,
    "/looked-at/{id}": _CONSULT,
    "/at-the-desk": _CONSULT,
    "/setting-up": Allowed(see=REGISTERED | _OVER_PEOPLE, do=REGISTERED | _OVER_PEOPLE),
    "/hide": Allowed(see=EVERYBODY),
    "/show": Allowed(do=EVERYBODY),
    "/account": Allowed(see=EVERYBODY, do=EVERYBODY),
    "/people": Allowed(see=_OVER_PEOPLE | {Role.AUDITOR}, do=_OVER_PEOPLE),
    "/people/{id}": Allowed(see=_OVER_PEOPLE | {Role.AUDITOR}, do=_OVER_PEOPLE),
    "/bench": Allowed(see=_OF_THE_BENCH | {Role.AUDITOR}),
    "/bench/{condition}/adopt": Allowed(see=_OF_THE_BENCH, do=_OF_THE_BENCH),
    "/bench/{condition}/{part}/signed": Allowed(see=_OF_THE_BENCH | {Role.AUDITOR}, do=_OF_THE_BENCH),
    "/bench/{condition}/{part}/confirm": Allowed(see=_OF_THE_BENCH | {Role.AUDITOR}, do=_OF_THE_BENCH),
    "/bench/{condition}/{part}/{number}": Allowed(see=_OF_THE_BENCH | {Role.AUDITOR}, do=_OF_THE_BENCH),
    "/c/{id}/patient": _CONSULT,
    "/c/{id}/page/{number}": _CONSULT,
    "/c/{id}/live/{number}": _CONSULT_BY_POST,
    "/c/{id}/keep/{number}": _CONSULT_BY_POST,
    "/c/{id}/paper": _CONSULT,
    "/c/{id}/paste": _CONSULT_BY_POST,
    "/c/{id}/threat": _CONSULT_BY_POST,
    "/c/{id}/outcome": _CONSULT,
    "/c/{id}/supply/{pgd}": _CONSULT,
    "/c/{id}/handed-over/{pgd}": _CONSULT,
    "/c/{id}/end": _CONSULT,
    "/c/{id}/take-over": _CONSULT_BY_POST,
    "/r/{id}": _READ,
    "/r/{id}/correct": _CONSULT,
    "/r/{id}/message": _CONSULT,
    "/r/{id}/told": _CONSULT,
    "/r/{id}/incident": _CONSULT,
    "/r/{id}/claim": _CONSULT,
    "/r/{id}/{paper}": _READ,
}


def may(path: str, method: str, roles: Roles) -> bool:
    """Whether somebody with these roles may see the page of a path, or post to it. ``path`` is as the table has it."""
    allowed = WHO_MAY.get(path, Allowed())
    return not roles.isdisjoint(allowed.see if method in ("GET", "HEAD") else allowed.do)
