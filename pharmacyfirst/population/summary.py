"""What a made-up population came to, in numbers: how consultations ended, by condition, and the faults planted."""

from collections import Counter
from collections.abc import Iterator

from pharmacyfirst.kernel.outcome import KIND_OF_WORD, Kind
from pharmacyfirst.population.consultations import BlockOfRows

_WORDS = {kind.key: word for word, kind in KIND_OF_WORD.items()}
_TREATED = (Kind.SUPPLY.key, Kind.SELF_CARE.key)


class Summary:
    """Counts of blocks as they are made: how the pathway's own way ended, whatever was recorded of it, and what was planted."""

    def __init__(self) -> None:
        self.ends: dict[str, Counter[str]] = {}
        self.planted: Counter[str] = Counter()

    def add(self, block: BlockOfRows) -> None:
        """Count a block."""
        for batch in block.batches:
            ends = self.ends.setdefault(batch.of.pathway.id, Counter())
            ends.update([leaf.kind for leaf in batch.ends])
        self.planted.update([one.finding for one in block.planted])

    def in_words(self) -> Iterator[str]:
        """A line for each condition, then one for all, then the faults."""
        total: Counter[str] = Counter()
        for condition, ends in self.ends.items():
            total += ends
            yield f"{condition}: {_counted(ends)}"
        if len(self.ends) > 1:
            yield f"all: {_counted(total)}"
        if self.planted:
            each = ", ".join(f"{word.replace('_', ' ')} {count:,}" for word, count in sorted(self.planted.items()))
            yield f"faults planted: {self.planted.total():,} ({each})"


def _counted(ends: Counter[str]) -> str:
    count = ends.total()
    kinds = ", ".join(f"{_WORDS[kind]} {100 * n / count:.1f} %" for kind, n in ends.most_common())
    treated = sum(ends[kind] for kind in _TREATED)
    share = f"; of supply and self-care {100 * ends[Kind.SUPPLY.key] / treated:.0f} % supply" if treated else ""
    return f"{count:,} ({kinds}{share})"
