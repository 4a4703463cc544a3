"""What a scanner reads from a pack: a GS1 data matrix with product, batch and expiry, as the Falsified Medicines Directive has it."""

from dataclasses import dataclass

GROUP_END = "\x1d"  # what ends a part of no fixed length; some scanners send it, some send nothing
# GS1 General Specifications: identifiers of fixed length, and how long what follows is. 01 product, 17 expiry, 11 production, 15 best before.
_FIXED = {"01": 14, "17": 6, "11": 6, "15": 6}
_LONGEST = {"10": 20, "21": 20}  # 10 batch, 21 serial number


@dataclass(frozen=True, slots=True)
class Scanned:
    """Batch and expiry (YYYY-MM-DD, or YYYY-MM where no day is given) of a pack, and its product code."""

    product: str
    batch: str
    expiry: str


def scanned(words: str) -> Scanned | None:
    """What was scanned, with brackets around the identifiers or without; None where it is no such code, or could be read in two ways."""
    parts = _bracketed(words) if words.startswith("(") else _plain(words.removeprefix("]d2"))
    if parts is None or "01" not in parts or not parts.get("10"):
        return None
    expiry = _expiry(parts.get("17", ""))
    return None if expiry is None else Scanned(parts["01"], parts["10"], expiry)


def _bracketed(words: str) -> dict[str, str] | None:
    found: dict[str, str] = {}
    for part in words.split("(")[1:]:
        name, closed, value = part.partition(")")
        if not closed or name in found:
            return None
        found[name] = value.strip()
    return found if all(len(found[name]) == length for name, length in _FIXED.items() if name in found) else None


def _plain(words: str) -> dict[str, str] | None:
    found: dict[str, str] = {}
    while words:
        name, words = words[:2], words[2:]
        if name in found:
            return None
        if name in _FIXED:
            found[name], words = words[: _FIXED[name]], words[_FIXED[name] :]
            if len(found[name]) != _FIXED[name]:
                return None
        elif name in _LONGEST:
            found[name], _, words = words.partition(GROUP_END)
            if not 0 < len(found[name]) <= _LONGEST[name]:
                return None
        else:
            return None
        words = words.removeprefix(GROUP_END)
    return found


def _expiry(words: str) -> str | None:
    """YYMMDD, where the day 00 means the end of the month; the century is this one, as GS1 reads years for medicines now sold."""
    if len(words) != 6 or not words.isdecimal() or not 1 <= int(words[2:4]) <= 12:
        return None
    month = f"20{words[:2]}-{words[2:4]}"
    return month if words[4:] == "00" else f"{month}-{words[4:]}"
