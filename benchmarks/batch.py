"""The audit's own benchmark (columns.py) as a part of ``make bench``: fewer rows than by itself, the same ways."""

import os

os.environ["POLARS_MAX_THREADS"] = "1"  # before Polars is imported

import tempfile
from pathlib import Path

from goals import Figure
from start_up import SEVEN


def part(fast: bool) -> tuple[list[Figure], str]:
    """Rows times verdicts a second of Polars and DuckDB on one core, the seven conditions together."""
    try:
        import columns
    except ImportError as missing:
        return [], f"### A table of consultations\n\nNot measured: {missing}.\n"
    rows, rounds = (20_000, 1) if fast else (200_000, 7)
    library = columns.load()
    with tempfile.TemporaryDirectory() as folder:
        each = [columns.measured(library, name, rows, rounds, Path(folder)) for name in SEVEN]
    total = sum(one.rows * len(one.plan.verdicts) for one in each) / 1e6

    def rates(way: str) -> list[float]:
        return [one.rows * len(one.plan.verdicts) / 1e6 / one.seconds[way] for one in each]

    def rate(way: str) -> float:
        return total / sum(one.seconds[way] for one in each)

    def spread(way: str) -> str:
        return f"{min(rates(way)):,.0f} to {max(rates(way)):,.0f}, by condition"

    in_memory = rate(columns.VERDICTS)
    figures = [
        Figure("P7, Polars", (in_memory,), spread(columns.VERDICTS)),
        Figure("P7, DuckDB", (rate(columns.IN_DUCKDB),), spread(columns.IN_DUCKDB)),
        Figure("P7, Parquet", (rate(columns.POLARS_FILE) / in_memory * 100,)),
    ]
    return figures, f"### A table of consultations\n\n{columns.in_words(each)}\n"
