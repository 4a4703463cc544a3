"""Consultations in a Parquet file."""

from collections.abc import Generator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pharmacyfirst.audit.cells import NotTheTable, of_typed
from pharmacyfirst.audit.reading import Lump, ReadRows, fitted, heads_of
from pharmacyfirst.audit.table import AuditTable

ROWS = 200_000  # at a time


class ParquetFileOfRows:
    """A Parquet file, read in lumps of about ``ROWS`` rows whatever its row groups are."""

    def __init__(self, path: Path, table: AuditTable):
        self.path = path
        with _SaidOfTheFile():
            self._file = pq.ParquetFile(path)
        self._heads = heads_of(list(self._file.schema_arrow.names), table)
        self.remarks = self._heads.remarks
        self.size = int(self._file.metadata.num_rows)

    def lumps(self) -> Generator[Lump]:
        """``LumpSource.lumps``."""
        names = [one.name for one in self._heads.read]
        held: list[pa.RecordBatch] = []
        rows = first = number = 0
        with _SaidOfTheFile():
            for batch in self._file.iter_batches(batch_size=ROWS, columns=names, use_threads=True):
                held.append(batch)
                rows += batch.num_rows
                if rows >= ROWS:
                    yield Lump(number, rows, first + 1, held, first + rows)
                    first, number, rows, held = first + rows, number + 1, 0, []
        if rows:
            yield Lump(number, rows, first + 1, held, first + rows)

    def read(self, lump: Lump) -> ReadRows:
        """``LumpSource.read``."""
        frame = pl.DataFrame(pl.from_arrow(pa.Table.from_batches(lump.held)))
        lines = pl.int_range(lump.first, lump.first + frame.height, dtype=pl.Int64, eager=True)
        columns = ((one, frame[one.name], of_typed(frame[one.name], one)) for one in self._heads.read)
        return fitted(columns, lines)


class _SaidOfTheFile:
    """What the library says of a damaged file, in our words: its own may quote what stands there."""

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        if isinstance(error, pa.ArrowException | pa.ArrowInvalid):
            raise NotTheTable("The file cannot be read as Parquet. Write it again. Nothing was audited.") from None
        if isinstance(error, OSError) and error.strerror is None:
            raise NotTheTable("The file cannot be read as Parquet: it is damaged. Nothing was audited.") from None
