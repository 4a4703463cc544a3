"""Somebody with an account, as their events come to, and what may be written into those events."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Any

from pharmacyfirst.errors import PharmacyFirstError, must_be
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.kernel.identifiers import WrongIdentifier, gphc_number
from pharmacyfirst.people.roles import OF_ALL_SITES, REGISTERED, Role

_SIGNS_IN_AS = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?")
_LONGEST = 100


class PeopleRefused(PharmacyFirstError, ValueError):
    """This is not done to an account, and nothing was written; says why, and repeats no password, PIN or code."""


class PeopleDeed(Enum):
    """What was done to an account, or by its owner. Those of the first block change it, those of the second are told alone."""

    ADDED = "added"
    PASSWORD = "password set"
    PIN = "PIN set"
    SECOND_FACTOR = "second factor set up"
    NO_SECOND_FACTOR = "second factor taken away"
    ROLES = "roles set"
    DISABLED = "disabled"
    ENABLED = "enabled"
    LINKED = "linked with the provider"

    SIGNED_IN = "signed in"
    LOCKED = "too many wrong passwords"


@dataclass(frozen=True, slots=True)
class NewColleague:
    """Who is to be added: the word they sign in with, their names, roles, and GPhC number where they are registered.

    ``at`` are roles at single sites, by ODS code, where there are several. Raises ``PeopleRefused`` for what does not fit.
    """

    signs_in_as: str
    family: str
    given: tuple[str, ...]
    roles: AbstractSet[Role]
    gphc_number: str = ""
    at: Mapping[str, AbstractSet[Role]] = field(default_factory=Frozen)

    def __post_init__(self) -> None:
        must_be(str, signs_in_as=self.signs_in_as, family=self.family, gphc_number=self.gphc_number)
        if _SIGNS_IN_AS.fullmatch(self.signs_in_as) is None:
            raise PeopleRefused(
                "The word to sign in with has small letters, digits, dots and dashes, 1 to 40 of them, and begins and ends with a letter or digit."
            )
        for name in (self.family, *self.given):
            must_be(str, name=name)
            if not name.strip() or len(name) > _LONGEST or not name.isprintable():
                raise PeopleRefused("A name is on one line, not empty, and no longer than 100 letters.")
        object.__setattr__(self, "roles", frozenset(self.roles))
        object.__setattr__(self, "at", at_sites(self.at))
        object.__setattr__(self, "gphc_number", number_that_fits(everything(self.roles, self.at), self.gphc_number))

    def told(self) -> dict[str, Any]:
        """As an event tells it."""
        names = {"signs_in_as": self.signs_in_as, "family": self.family, "given": [*self.given]}
        return names | told_of(self.roles, self.at) | {"gphc_number": self.gphc_number}


def at_sites(at: Mapping[str, AbstractSet[Role]]) -> Frozen[str, frozenset[Role]]:
    """Roles at single sites, without sites at which there is none. Raises ``PeopleRefused`` for an administrator of one site alone."""
    found = {site: frozenset(roles) for site, roles in sorted(at.items()) if roles}
    if any(Role.ADMINISTRATOR in roles for roles in found.values()):
        raise PeopleRefused("An administrator looks after the accounts of all sites: give the role for all of them.")
    return Frozen(found)


def everything(roles: AbstractSet[Role], at: Mapping[str, AbstractSet[Role]]) -> frozenset[Role]:
    """Every role that is held anywhere."""
    return frozenset(roles).union(*at.values())


def told_of(roles: AbstractSet[Role], at: Mapping[str, AbstractSet[Role]]) -> dict[str, Any]:
    """Roles as an event tells them; sites are told where there are any."""
    told: dict[str, Any] = {"roles": words_of(roles)}
    return told | ({"at": {site: words_of(some) for site, some in at.items()}} if at else {})


def _at_in(told: Mapping[str, Any]) -> Frozen[str, frozenset[Role]]:
    return Frozen({str(site): frozenset(map(Role, words)) for site, words in dict(told.get("at") or {}).items()})


def number_that_fits(roles: AbstractSet[Role], number: str) -> str:
    """The GPhC number of somebody with these roles, empty for who is not registered. Raises ``PeopleRefused`` where they do not go together."""
    if not roles:
        raise PeopleRefused("Somebody without a role could do nothing: give at least one.")
    registered = roles & REGISTERED
    if len(registered) > 1:
        raise PeopleRefused(
            "Somebody is on the register as a pharmacist or as a pharmacy technician: give one of the two."
        )
    if not registered:
        if number:
            raise PeopleRefused(
                "A GPhC number goes with the role pharmacist or technician. Leave it out, or give that role."
            )
        return ""
    (role,) = registered
    try:
        return gphc_number(number, role.profession)
    except WrongIdentifier as wrong:
        raise PeopleRefused(f"GPhC number: {wrong}.") from None


def words_of(roles: Iterable[Role]) -> list[str]:
    """The words of roles, always in the same order."""
    return [role.value for role in Role if role in roles]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with an account. ``stamp`` changes with whatever ends the sessions that were begun before.

    ``at`` are the roles at single sites, by ODS code, where the organisation has several; ``roles_at`` says what somebody is where.

    ``one_time``: the password was made for them, opens the door once, until ``one_time_until``, and has then to be changed.
    """

    id: str
    signs_in_as: str
    family: str
    given: tuple[str, ...]
    roles: frozenset[Role]
    gphc_number: str
    active: bool = True
    stamp: int = 0
    one_time_until: datetime | None = None
    subject: str = ""
    password: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)
    seed: str = field(default="", repr=False)
    at: Mapping[str, frozenset[Role]] = field(default_factory=Frozen)

    def roles_at(self, site: str) -> frozenset[Role]:
        """What somebody is at a site: what was given for it, and of the roles for all sites an administrator's and an auditor's alone.

        Empty is the one pharmacy that has no other sites.
        """
        return (self.roles & OF_ALL_SITES) | self.at.get(site, frozenset()) if site else self.roles

    @property
    def in_words(self) -> str:
        """What somebody is, and where: ``auditor, pharmacist at FA123``."""
        sites = (f"{word} at {site}" for site, roles in self.at.items() for word in words_of(roles))
        return ", ".join((*words_of(self.roles), *sites))

    @property
    def name(self) -> str:
        """The name in the order it is spoken."""
        return " ".join((*self.given, self.family))

    @property
    def one_time(self) -> bool:
        """Whether the password was made for them and has to be changed."""
        return self.one_time_until is not None


def folded(word: str) -> str:
    """A word to sign in with, as it is compared."""
    return unicodedata.normalize("NFKC", word).strip().casefold()


def added(id: str, told: Mapping[str, Any], stamp: int) -> Colleague:
    """Somebody as they were added."""
    return Colleague(
        id=id,
        signs_in_as=str(told["signs_in_as"]),
        family=str(told["family"]),
        given=tuple(map(str, told["given"])),
        roles=frozenset(map(Role, told["roles"])),
        gphc_number=str(told["gphc_number"]),
        stamp=stamp,
        at=_at_in(told),
    )


def after(now: Colleague, deed: PeopleDeed, told: Mapping[str, Any], secret: str, stamp: int) -> Colleague:
    """Somebody after one more deed. What changes how they prove who they are, or what they may, ends the sessions begun before it."""
    match deed:
        case PeopleDeed.PASSWORD:
            until = datetime.fromisoformat(told["until"]) if told.get("until") else None
            return replace(now, password=secret, one_time_until=until, stamp=stamp)
        case PeopleDeed.PIN:
            return replace(now, pin=secret)
        case PeopleDeed.SECOND_FACTOR:
            return replace(now, seed=secret, stamp=stamp)
        case PeopleDeed.NO_SECOND_FACTOR:
            return replace(now, seed="", stamp=stamp)
        case PeopleDeed.ROLES:
            roles = frozenset(map(Role, told["roles"]))
            return replace(now, roles=roles, at=_at_in(told), gphc_number=str(told["gphc_number"]), stamp=stamp)
        case PeopleDeed.DISABLED:
            return replace(now, active=False, stamp=stamp)
        case PeopleDeed.ENABLED:
            return replace(now, active=True, stamp=stamp)
        case PeopleDeed.LINKED:
            return replace(now, subject=str(told["subject"]), stamp=stamp)
        case _:
            return now
