"""The record standard beside our fields, for the pack."""

from typing import Any

from pharmacyfirst.record.standard import elements


def record_standard() -> list[dict[str, Any]]:
    """Each element of the record standard: its mark, the field of a record that holds it, which papers carry it, and why not where none does."""
    return [
        {"element": one.path, "mark": one.mark, "field": one.field, "goes_to": one.goes_to, "note": one.note}
        for one in elements()
    ]
