"""The second factor: six digits that an authenticator makes of a seed and the time (TOTP, RFC 6238), each good once."""

from datetime import datetime

from pharmacyfirst.errors import ExtraMissing

SECONDS = 30
_AROUND = (0, -1, 1)  # a clock that is half a minute off, and a slow thumb
ISSUER = "Pharmacy First"


def new_seed() -> str:
    """A seed, to be told to an authenticator once."""
    try:
        import pyotp
    except ImportError:
        raise ExtraMissing("people", "a second factor") from None
    return pyotp.random_base32()


def step_of(seed: str, code: str, at: datetime, after: int = -1) -> int | None:
    """The half minute that a code is of, where it is one of now and later than ``after``; None for a wrong code, and for one used before."""
    import pyotp

    given = "".join(code.split())
    if not (given.isascii() and given.isdecimal() and len(given) == 6):
        return None
    made, now = pyotp.TOTP(seed), int(at.timestamp()) // SECONDS
    found = [now + off for off in _AROUND if pyotp.utils.strings_equal(made.at((now + off) * SECONDS), given)]
    return found[0] if found and found[0] > after else None


def address_of(seed: str, signs_in_as: str) -> str:
    """What an authenticator reads: ``otpauth://...``."""
    import pyotp

    return pyotp.TOTP(seed).provisioning_uri(name=signs_in_as, issuer_name=ISSUER)


def in_fours(seed: str) -> str:
    """A seed as it is typed: in groups of four."""
    return " ".join(seed[at : at + 4] for at in range(0, len(seed), 4))
