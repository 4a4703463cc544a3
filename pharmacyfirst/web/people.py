"""Who is at the desk: somebody with a PIN of the pharmacy's file, for as long as nobody has an account, or somebody who has signed in."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from pharmacyfirst.errors import PharmacyFirstError, Refused
from pharmacyfirst.paper.words import begun
from pharmacyfirst.people import Colleague, Role
from pharmacyfirst.people.passwords import is_right
from pharmacyfirst.people.roles import REGISTERED
from pharmacyfirst.record.people import PractitionerOnRecord
from pharmacyfirst.store import Actor
from pharmacyfirst.web.rows import ChoiceShown

SHORTEST_PIN, LONGEST_PIN = 4, 12
# A PIN has few digits, so whoever has the file guesses it whatever this costs: the file is its owner's alone, and the digest keeps the
# PIN, which somebody may use elsewhere, from being read in passing.
_COST = {"n": 2**14, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024}


class NotRegistered(PharmacyFirstError):
    """This is for registered professionals alone, and whoever asked is none; nothing was done."""


@dataclass(frozen=True, slots=True)
class AtTheDesk:
    """Somebody who may be at the desk: as they stand on a record, and the digest of their PIN."""

    practitioner: PractitionerOnRecord
    pin: str = field(repr=False)

    @property
    def name(self) -> str:
        """For instance ``Robin Sample, GPhC 2999999``."""
        return f"{self.practitioner.name}, GPhC {self.practitioner.gphc_number}"

    @property
    def key(self) -> str:
        """What tells them from everybody else."""
        return self.practitioner.gphc_number

    @property
    def roles(self) -> frozenset[Role]:
        """What they are: whoever the pharmacy's file names is registered."""
        return frozenset(role for role in REGISTERED if role.profession == self.practitioner.profession)

    @property
    def actor(self) -> Actor:
        """As they stand beside what they do."""
        return Actor(self.practitioner.name, self.practitioner.profession, self.practitioner.gphc_number)

    def knows(self, pin: str) -> bool:
        """Whether this is their PIN."""
        salt, _, kept = self.pin.partition(":")
        return hmac.compare_digest(_digest(pin, bytes.fromhex(salt)), kept)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who has signed in. ``vouched``: the roles for which an identity provider vouches, which answers for how it knows; None
    for who signed in with a password. ``site`` is where, by its ODS code; empty where the organisation has no others.
    """

    colleague: Colleague
    vouched: frozenset[Role] | None = None
    site: str = ""

    @property
    def by_provider(self) -> bool:
        """Whether a provider said who they are."""
        return self.vouched is not None

    @property
    def name(self) -> str:
        """For instance ``Robin Sample, GPhC 2999999``, or ``Alex Example, auditor``."""
        one = self.colleague
        return f"{one.name}, GPhC {one.gphc_number}" if one.gphc_number else f"{one.name}, {self._role.value}"

    @property
    def key(self) -> str:
        """What tells them from everybody else."""
        return self.colleague.id

    @property
    def roles(self) -> frozenset[Role]:
        """What they are at this site: as the account has it, and no more than the provider vouches for."""
        roles = self.colleague.roles_at(self.site)
        return roles if self.vouched is None else roles & self.vouched

    @property
    def _role(self) -> Role:
        """The role that stands beside their name: the registered one before all others."""
        return next(role for role in Role if role in self.roles)

    @property
    def practitioner(self) -> PractitionerOnRecord:
        """As they stand on a record. Raises ``NotRegistered``."""
        one = self.colleague
        if self._role not in REGISTERED:
            raise NotRegistered("This is for registered professionals alone. Nothing was done.")
        return PractitionerOnRecord.model_validate(
            {
                "gphc_number": one.gphc_number,
                "family": one.family,
                "given": one.given,
                "profession": self._role.profession,
            }
        )

    @property
    def actor(self) -> Actor:
        """As they stand beside what they do."""
        one = self.colleague
        return Actor(one.name, self._role.profession or self._role.value, one.gphc_number)

    def knows(self, pin: str) -> bool:
        """Whether this is their PIN."""
        return is_right(self.colleague.pin, pin)


SomebodyHere = AtTheDesk | SignedIn


def professions(chosen: str) -> tuple[ChoiceShown, ...]:
    """What a registered professional may be, to choose from."""
    each = sorted(role.profession for role in REGISTERED)
    return tuple(ChoiceShown(one, begun(one), one == chosen) for one in each)


def pin_digest(pin: str) -> str:
    """A PIN as it is kept. Raises ``Refused`` for what is no PIN: 4 to 12 digits."""
    if not (pin.isascii() and pin.isdecimal() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        raise Refused("wrong_value", f"PIN: choose {SHORTEST_PIN} to {LONGEST_PIN} digits.")
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_digest(pin, salt)}"


def _digest(pin: str, salt: bytes) -> str:
    return hashlib.scrypt(pin.encode(), salt=salt, dklen=32, **_COST).hex()
