"""The rows of an archive in a database: filled, then read back and compared, all or nothing."""

import hashlib

from kloof.actions.backups.archive import Archive, line_of
from kloof.domain.backups import ArchivedTable
from kloof.domain.errors import Reason, Refused
from kloof.storage.backups import table_rows
from kloof.storage.backups.table_rows import ColumnKind, WholeTable


def fill(archive: Archive) -> int:
    """Fill the open database with what the archive holds, in the caller's transaction; gives how many rows.

    What was there is dropped. Raises Refused where it is of another kloof, and where a row is not there as it was.
    """
    parts = archive.manifest.tables
    rows = 0
    with table_rows.begun_anew(archive.manifest.migrations):
        for part in parts:
            rows += table_rows.fill(_table(part), archive.rows_of(part))
        refuse_unless_the_same(archive)
    return rows


def refuse_unless_the_same(archive: Archive) -> None:
    """Raises Refused where the open database does not have, row for row, what the archive holds."""
    for part in archive.manifest.tables:
        if _digest(_table(part)) != part.sha256:
            raise Refused(
                Reason.BACKUP_UNUSABLE,
                f"The rows of the table {part.table} are not the same on both sides.",
                remedy="Nothing was changed. Stop whatever writes to the database, and try again.",
            )


def _table(part: ArchivedTable) -> WholeTable:
    columns = tuple((name, ColumnKind(kind)) for name, kind in part.columns)
    return WholeTable(part.table, columns, part.key)


def _digest(table: WholeTable) -> str:
    digest = hashlib.sha256()
    for row in table_rows.rows_of(table):
        digest.update(line_of(row))
    return digest.hexdigest()
