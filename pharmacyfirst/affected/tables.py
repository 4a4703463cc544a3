"""The one table that both versions of a comparison are read from."""

from collections.abc import Mapping
from dataclasses import replace

from pharmacyfirst.audit.table import AuditTable, TableColumn, table_of
from pharmacyfirst.content.library import Library, Stretch
from pharmacyfirst.kernel.frozen import Frozen
from pharmacyfirst.proof.versions import Version


def table_of_both(library: Library, old: Mapping[str, Version], new: Mapping[str, Version]) -> AuditTable:
    """The table with the questions of both versions of each condition, and of a library for the other conditions.

    Where they answer a question of one name in two ways the column is as the old version has it: by that it was recorded.
    """
    found: dict[str, TableColumn] = {}
    for table in (_table(library, old), table_of(library), _table(library, new)):
        for column in table.facts:
            kept = found.setdefault(column.name, column)
            if kept.holds is column.holds:
                choices = tuple(dict.fromkeys((*kept.choices, *column.choices)))
                found[column.name] = replace(kept, choices=choices)
    return AuditTable(tuple(found.values()))


def _table(library: Library, versions: Mapping[str, Version]) -> AuditTable:
    stretches = {name: (Stretch(one.pathway.edition.in_force, one.pathway),) for name, one in versions.items()}
    return table_of(Library(library.root, Frozen(stretches)))
