"""What a file holds before anybody has said which of its columns is which: titles, and rows with their line numbers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from kloof.domain.deals.csv_reading import csv_rows, decoded
from kloof.domain.deals.reading.refused_files import NOTHING_CHANGED, Row, unusable
from kloof.domain.deals.reading.titles import LOOKED_AT, Spellings, are_titles
from kloof.domain.deals.reading.workbooks import is_workbook, sheets_of
from kloof.domain.errors import BadInput, Reason, Refused
from kloof.domain.spelling import from_spreadsheet, spelled


@dataclass(frozen=True, slots=True)
class FileTable:
    """A file as it was read.

    at: the line of the titles. encoding: of a CSV file, in lower case; empty for a workbook. sheet: which one of
    several was read, else empty.
    """

    name: str
    titles: tuple[str, ...]
    at: int
    rows: tuple[Row, ...]
    encoding: str = ""
    sheet: str = ""

    @property
    def is_workbook(self) -> bool:
        """Whether it was a workbook: no comma too many can have moved its cells."""
        return not self.encoding


def opened(raw: bytes, filename: str, wanted: Spellings = ()) -> FileTable:
    """The bytes of a CSV file or of an .xlsx workbook as a table.

    Of several sheets the first that has half of the `wanted` columns is read; where none has, the first that holds
    anything. Raises Refused or BadInput for what cannot be read.
    """
    if not is_workbook(raw):
        text, encoding = decoded(raw, filename)
        return of_text(text, filename, wanted, encoding)
    sheets = [sheet for sheet in sheets_of(raw, filename) if sheet.rows]
    if not sheets:
        return FileTable(filename, (), 1, ())
    chosen = next((sheet for sheet in sheets if _title_row(sheet.rows, wanted) is not None), sheets[0])
    several = chosen.name if len(sheets) > 1 else ""
    name = f"{filename} ({several})" if several else filename
    return _table(name, chosen.rows, wanted, sheet=several)


def of_text(text: str, filename: str, wanted: Spellings = (), encoding: str = "utf-8") -> FileTable:
    """A CSV file that is text already; raises BadInput where it cannot be read as CSV."""
    return _table(filename, csv_rows(text, filename, wanted), wanted, encoding=encoding)


def without_reasons(table: FileTable, called: Collection[str]) -> FileTable:
    """The table without its first column where that is one of reasons that kloof wrote there, of `called` titles.

    Lines that stayed behind are downloaded, mended in a spreadsheet and sent in again; what was written so that no
    spreadsheet takes it for a formula is what it was.
    """
    if not table.titles or table.titles[0] not in called:
        return table
    rows = tuple((line, tuple(map(from_spreadsheet, cells[1:]))) for line, cells in table.rows)
    return replace(table, titles=table.titles[1:], rows=rows)


def _table(
    name: str, rows: Sequence[Row], wanted: Spellings, *, encoding: str = "", sheet: str = ""
) -> FileTable:
    if not rows:
        return FileTable(name, (), 1, (), encoding, sheet)
    found = _title_row(rows, wanted)
    if found:
        raise _lines_above(name, rows[0][0], rows[found][0])
    at, titles = rows[0]
    width = len(titles)
    while width and not spelled(titles[width - 1]):
        width -= 1
    return FileTable(
        name,
        tuple(spelled(title) for title in titles[:width]),
        at,
        tuple((line, _cut(cells, width)) for line, cells in rows[1:]),
        encoding,
        sheet,
    )


def _title_row(rows: Sequence[Row], wanted: Spellings) -> int | None:
    """The place of the first row that has the titles of half of the wanted columns; None where none has."""
    return next((at for at, (_, cells) in enumerate(rows[:LOOKED_AT]) if are_titles(cells, wanted)), None)


def _cut(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    """The row without empty cells behind the last title."""
    end = len(cells)
    while end > width and not cells[end - 1].strip():
        end -= 1
    return cells[:end]


def _lines_above(name: str, first: int, titles: int) -> BadInput:
    above = Refused(
        Reason.HEADER_BELOW,
        f"line {titles} looks like the header, and has to be the first.",
        where=f"{name}:{first}",
        line=titles,
    )
    remedy = f"Take out what stands above line {titles}. {NOTHING_CHANGED}"
    return unusable(Reason.HEADER_BELOW, [above], remedy)
