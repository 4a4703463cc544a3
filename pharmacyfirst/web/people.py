"""Who may be at the desk: pharmacists by GPhC number, each with a PIN that is kept as a digest that is slow to guess."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from pharmacyfirst.errors import Refused
from pharmacyfirst.record.people import PractitionerOnRecord

SHORTEST_PIN, LONGEST_PIN = 4, 12
# A PIN has few digits, so whoever has the file guesses it whatever this costs: the file is its owner's alone, and the digest keeps the
# PIN, which somebody may use elsewhere, from being read in passing.
_COST = {"n": 2**14, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024}


@dataclass(frozen=True, slots=True)
class AtTheDesk:
    """Somebody who may be at the desk: as they stand on a record, and the digest of their PIN."""

    practitioner: PractitionerOnRecord
    pin: str = field(repr=False)

    @property
    def name(self) -> str:
        """For instance ``Robin Sample, GPhC 2999999``."""
        return f"{self.practitioner.name}, GPhC {self.practitioner.gphc_number}"

    def knows(self, pin: str) -> bool:
        """Whether this is their PIN."""
        salt, _, kept = self.pin.partition(":")
        return hmac.compare_digest(_digest(pin, bytes.fromhex(salt)), kept)


def pin_digest(pin: str) -> str:
    """A PIN as it is kept. Raises ``Refused`` for what is no PIN: 4 to 12 digits."""
    if not (pin.isascii() and pin.isdecimal() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        raise Refused("wrong_value", f"PIN: choose {SHORTEST_PIN} to {LONGEST_PIN} digits.")
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_digest(pin, salt)}"


def _digest(pin: str, salt: bytes) -> str:
    return hashlib.scrypt(pin.encode(), salt=salt, dklen=32, **_COST).hex()
