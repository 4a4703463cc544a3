"""Chance that is the same on every machine and for ever: SHAKE-128 of a seed and of what is drawn, and shares in 65,536ths."""

import sys
from array import array
from collections.abc import Sequence
from fractions import Fraction
from hashlib import shake_128

PARTS = 65_536
MOST_CODES = 256


class Chance:
    """Numbers below ``PARTS``: a stream for each name, so that what is drawn of one thing changes nothing of another."""

    def __init__(self, *of: int | str):
        self._of = " ".join(map(str, of))

    def numbers(self, name: str, count: int) -> Sequence[int]:
        """As many numbers as are wanted of one stream, from its beginning."""
        drawn = array("H", shake_128(f"{self._of} {name}".encode()).digest(2 * count))
        if sys.byteorder == "big":
            drawn.byteswap()
        return drawn

    def number(self, name: str, below: int) -> int:
        """One number below another."""
        return int.from_bytes(shake_128(f"{self._of} {name}".encode()).digest(16), "little") % below


class Wheel:
    """What is drawn by shares: codes from 0, each as often as its share of the whole, to the nearest 65,536th."""

    def __init__(self, shares: Sequence[int | Fraction]):
        if not 0 < len(shares) <= MOST_CODES:
            raise ValueError(f"{len(shares)} things to draw from; at least 1 and at most {MOST_CODES}")
        self._codes = b"".join(bytes([code]) * parts for code, parts in enumerate(shared_out(PARTS, shares)))

    def drawn(self, chance: Chance, name: str, count: int) -> bytes:
        """One code for each of so many people."""
        return bytes(map(self._codes.__getitem__, chance.numbers(name, count)))


def shared_out(whole: int, shares: Sequence[int | Fraction]) -> list[int]:
    """A whole number shared out in whole parts: each its share rounded down, and what is left to those that lose most by it, the earlier first."""
    total = sum(shares)
    exact = [Fraction(whole * one) / total for one in shares]
    parts = [int(one) for one in exact]
    losing = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in losing[: whole - sum(parts)]:
        parts[at] += 1
    return parts


def evenly(parts: int, count: int) -> list[Fraction]:
    """A share, divided evenly."""
    return [Fraction(parts, count)] * count
