"""Whether a sign-off still holds of a pack, and what changed where it does not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pharmacyfirst import exact
from pharmacyfirst.authority.digests import digest_of
from pharmacyfirst.content.sign_offs import SignOff
from pharmacyfirst.errors import Refused
from pharmacyfirst.kernel.frozen import Frozen

_ABOUT = ("review_pack", "digest", "parts")
MOST_BYTES = 50_000_000


@dataclass(frozen=True, slots=True)
class StillSigned:
    """How a sign-off stands to a pack. ``broken``: the pack is not what it says of itself; ``changed`` are the parts that were signed and are
    otherwise now, ``not_signed`` those that nobody signed or that are new, ``gone`` those that are no more. ``named`` says of a part that changed
    what in it did, where the pack that was signed is at hand."""

    sign_off: SignOff
    of: str
    broken: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    not_signed: tuple[str, ...]
    named: Mapping[str, tuple[str, ...]] = Frozen()

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
        for part, changes in self.named.items():
            yield from (f"    {part}: {one}" for one in changes)


def standing(sign_off: SignOff, raw: bytes, was: bytes | None = None) -> StillSigned:
    """How a sign-off stands to a pack as JSON; ``was`` is the pack that was signed, by which it is said what changed in a part.

    Raises ``Refused`` where either is no review pack, and where ``was`` is not the one that was signed.
    """
    pack, now = _read(raw, "PACK")
    told, signed = pack["parts"], sign_off.signed
    changed = tuple(name for name in signed if name in now and now[name] != sign_off.parts[name])
    named: dict[str, tuple[str, ...]] = {}
    if was is not None:
        before, then = _read(was, "--was")
        if digest_of(then) != sign_off.pack:
            raise Refused("wrong_value", "--was is not the pack that was signed: its digest is another.")
        named = {name: tuple(_named(before[name], pack[name])) for name in changed if name in before}
    return StillSigned(
        sign_off,
        _known(pack["review_pack"], sign_off),
        tuple(_altered(pack, told, now)),
        changed,
        tuple(name for name in signed if name not in now),
        tuple(name for name in now if name not in signed),
        Frozen(named),
    )


def _read(raw: bytes, which: str) -> tuple[dict[str, Any], dict[str, str]]:
    """A pack, and the digest of each of its parts as it stands."""
    pack = exact.read(raw, MOST_BYTES)
    if (
        not isinstance(pack, dict)
        or not isinstance(pack.get("parts"), dict)
        or not isinstance(pack.get("review_pack"), str)
    ):
        raise Refused("not_json", f"{which} is no review pack: give a review-pack.json as it was written.")
    return pack, {name: digest_of(part) for name, part in pack.items() if name not in _ABOUT}


def _named(before: Any, after: Any, way: tuple[str, ...] = ()) -> Iterator[str]:
    """What changed in a part, each by the way to it: through what has an id by that, through anything else by its key."""
    if isinstance(before, list) and isinstance(after, list):
        before, after = _by_id(before), _by_id(after)
    if not isinstance(before, dict) or not isinstance(after, dict):
        yield f"{', '.join(way)} changed".strip()
        return
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield f"{', '.join((*way, name))} taken out"
        elif name not in before:
            yield f"{', '.join((*way, name))} added"
        elif before[name] != after[name]:
            yield from _named(before[name], after[name], (*way, name))


def _by_id(things: list[Any]) -> dict[str, Any] | None:
    """A list as a block, where each thing in it has an id of its own; else nothing."""
    ids = [str(one.get("id") or one.get("document") or one.get("element")) for one in things if isinstance(one, dict)]
    return dict(zip(ids, things, strict=True)) if len({*ids}) == len(things) else None


def _known(of: str, sign_off: SignOff) -> str:
    """What the pack says it is of, where that is what was signed; else nothing, so that no strange word is repeated."""
    return of if of == sign_off.of else ""


def _altered(pack: Mapping[str, Any], told: Mapping[str, Any], now: Mapping[str, str]) -> Iterator[str]:
    """The parts of a pack that are not what it says of them, and its own digest where that is not over them."""
    yield from (name for name in now if told.get(name) != now[name])
    if pack.get("digest") != digest_of(now):
        yield "digest"
