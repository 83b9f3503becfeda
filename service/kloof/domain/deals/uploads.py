"""A file that the desk sent in: it is looked at first, mended, and then loaded; what it held is kept no longer."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from kloof.domain.deals.files import FileKind, Mended
from kloof.domain.deals.reading.columns import PLAIN, ColumnMapping, DayOrder
from kloof.domain.deals.reading.tables import FileTable

KEPT: Final = timedelta(days=1)
"""So long the lines of a file are there that were not loaded: they hold names and addresses."""
MOST_LINES: Final = 50_000
MOST_BYTES: Final = 20 * 1024 * 1024


class UploadState(StrEnum):
    """Where a file of the desk stands."""

    UNCLEAR = "unclear"  # somebody has to say which column is which
    CHECKING = "checking"  # by the worker
    CHECKED = "checked"
    LOADING = "loading"
    LOADED = "loaded"
    DROPPED = "dropped"  # it was thrown away, or lay for a day


@dataclass(frozen=True, slots=True)
class Counts:
    """How many lines of a file did what, or would."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    left_out: int = 0

    @property
    def good(self) -> int:
        """Lines that can go in, or went in."""
        return self.created + self.updated + self.unchanged

    @property
    def behind(self) -> int:
        """Lines that stay behind."""
        return self.refused + self.left_out


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of the desk, without what it holds.

    by: what whoever sent it in is called now; empty where nobody knows any more. done: so many lines were looked at
    while it was loaded. job: the work that the worker was asked for last.
    """

    id: int
    kind: FileKind
    name: str
    state: UploadState
    at: datetime
    changed_at: datetime
    by: str
    lines: int
    counts: Counts
    mapping: ColumnMapping
    encoding: str = ""
    sheet: str = ""
    done: int = 0
    job: int | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds, and what the desk did to it. found: what is wrong, as whoever checked it packed that."""

    table: FileTable
    mended: Mended = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()
    found: bytes = b""


def packed(value: Any) -> bytes:
    """A value of JSON, small."""
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpacked(raw: bytes) -> Any:
    """What `packed` was given."""
    return json.loads(zlib.decompress(raw)) if raw else None


def table_as_values(table: FileTable) -> list[Any]:
    """A table as JSON can hold it."""
    return [table.name, table.titles, table.at, table.rows, table.encoding, table.sheet]


def table_from_values(values: list[Any]) -> FileTable:
    """The counterpart of `table_as_values`."""
    name, titles, at, rows, encoding, sheet = values
    return FileTable(
        name, tuple(titles), at, tuple((line, tuple(cells)) for line, cells in rows), encoding, sheet
    )


def mapping_as_values(mapping: ColumnMapping) -> dict[str, Any]:
    """A mapping as JSON can hold it."""
    return {
        "titles": dict(mapping.titles),
        "always": dict(mapping.always),
        "ignore_others": mapping.ignore_others,
        "dates": mapping.dates.value,
    }


def mapping_from_values(values: Mapping[str, Any]) -> ColumnMapping:
    """The counterpart of `mapping_as_values`."""
    if not values:
        return PLAIN
    return ColumnMapping(
        values["titles"], values["always"], values["ignore_others"], DayOrder(values["dates"])
    )
