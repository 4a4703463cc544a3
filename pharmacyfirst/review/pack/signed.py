"""Whether a sign-off still holds of a pack, and what changed where it does not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pharmacyfirst import exact
from pharmacyfirst.authority.digests import digest_of
from pharmacyfirst.content.sign_offs import SignOff
from pharmacyfirst.errors import Refused

_ABOUT = ("review_pack", "digest", "parts")


@dataclass(frozen=True, slots=True)
class StillSigned:
    """How a sign-off stands to a pack. ``broken``: the pack is not what it says of itself; ``changed`` are the parts that were signed and are
    otherwise now, ``not_signed`` those that nobody signed or that are new, ``gone`` those that are no more."""

    sign_off: SignOff
    of: str
    broken: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    not_signed: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether all that was signed is in the pack as it was signed, and the pack is what it says of itself."""
        return not (self.broken or self.changed or self.gone or self.sign_off.of != self.of)

    def in_words(self) -> Iterator[str]:
        """Whether it holds, of what, and what changed, in lines."""
        said = self.sign_off
        yield f"The sign-off of {said.of} ({said.says}, signed on {said.signed_on}) {'holds' if self.holds else 'DOES NOT HOLD'} of this pack."
        if said.of != self.of:
            yield "  it was signed of another condition or version than this pack is of"
        for what, names in (
            ("the pack was altered after it was made, in", self.broken),
            ("changed since it was signed", self.changed),
            ("signed, and no more in the pack", self.gone),
            ("in the pack, and not signed", self.not_signed),
        ):
            if names:
                yield f"  {what}: {', '.join(names)}"


def standing(sign_off: SignOff, raw: bytes) -> StillSigned:
    """How a sign-off stands to a pack as JSON. Raises ``Refused`` where that is no review pack."""
    pack = exact.read(raw, MOST_BYTES)
    told = pack.get("parts") if isinstance(pack, dict) else None
    if not isinstance(pack, dict) or not isinstance(told, dict) or not isinstance(pack.get("review_pack"), str):
        raise Refused("not_json", "PACK is no review pack: give the review-pack.json that was written beside the page.")
    now = {name: digest_of(part) for name, part in pack.items() if name not in _ABOUT}
    signed = sign_off.signed
    return StillSigned(
        sign_off,
        _known(pack["review_pack"], sign_off),
        tuple(_altered(pack, told, now)),
        tuple(name for name in signed if name in now and now[name] != sign_off.parts[name]),
        tuple(name for name in signed if name not in now),
        tuple(name for name in now if name not in signed),
    )


MOST_BYTES = 50_000_000


def _known(of: str, sign_off: SignOff) -> str:
    """What the pack says it is of, where that is what was signed; else nothing, so that no strange word is repeated."""
    return of if of == sign_off.of else ""


def _altered(pack: Mapping[str, Any], told: Mapping[str, Any], now: Mapping[str, str]) -> Iterator[str]:
    """The parts of a pack that are not what it says of them, and its own digest where that is not over them."""
    yield from (name for name in now if told.get(name) != now[name])
    if pack.get("digest") != digest_of(now):
        yield "digest"
