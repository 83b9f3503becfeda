"""Workbooks of Excel (.xlsx): bytes in, sheets with numbered rows of text out.

A workbook is an archive, and a small one can unpack to what no machine holds. So it is unpacked here, within limits,
and what calamine reads is what was measured.
"""

import io
import math
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from xml.parsers import expat

from kloof.domain.deals.reading.refused_files import Row
from kloof.domain.errors import Reason, Refused

_ARCHIVE, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a workbook begins, and how one of before 2007 does, or one with a password."""
MOST_UNPACKED: Final = 256 * 1024 * 1024
"""Bytes of all parts that hold cells or say how to read them; pictures are left packed."""
MOST_PARTS: Final = 1000
MOST_COLUMNS: Final = 1000
MOST_CELLS: Final = 4_000_000
"""Of one sheet, from its first cell to its last, whatever stands between: so many calamine makes room for."""
MOST_LETTERS: Final = 64 * 1024 * 1024
"""Of all cells of a workbook: a text stands in it once, and in the cells as often as it is named."""
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_EXACT: Final = 10**15
"""Numbers below have all their digits in Excel; of larger ones it has rounded the last."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that people can see, and its rows that hold anything."""

    name: str
    rows: tuple[Row, ...]


def is_workbook(raw: bytes) -> bool:
    """Whether these are the bytes of a workbook, of whatever year, and not of text."""
    return raw.startswith((_ARCHIVE, _OLD))


def sheets_of(raw: bytes, filename: str) -> list[Sheet]:
    """The sheets in their order, without hidden ones.

    A cell is what it holds: a day is ISO text, a whole number has no point. Raises Refused for what is no workbook,
    and for one that is larger than a file of deals can be.
    """
    if raw.startswith(_OLD):
        raise _none(filename, "It is of a version before 2007, or it has a password.")
    try:
        packed = _measured(raw, filename)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, ValueError, NotImplementedError) as e:
        raise _none(filename, "It is damaged.") from e
    except RuntimeError as e:  # of zipfile, for a password
        raise _none(filename, "It has a password.") from e
    return list(_read(packed, filename))


def _read(packed: bytes, filename: str) -> Iterator[Sheet]:
    from python_calamine import (  # 10 ms to load: only for who has a workbook
        CalamineError,
        CalamineWorkbook,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(packed))
        for about in book.sheets_metadata:
            if about.visible is SheetVisibleEnum.Visible and about.typ is SheetTypeEnum.WorkSheet:
                rows = enumerate(book.get_sheet_by_name(about.name).iter_rows(), 1)
                texts = ((line, tuple(map(_text, cells))) for line, cells in rows)
                yield Sheet(about.name, tuple(row for row in texts if any(cell.strip() for cell in row[1])))
    except (CalamineError, OSError) as e:
        raise _none(filename, "It is damaged.") from e


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and math.isfinite(value) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.15G}"  # a rounded number keeps its E+, by which `Cells` knows it
    return str(value)


def _measured(raw: bytes, filename: str) -> bytes:
    """The workbook packed anew, of the parts that calamine needs; raises Refused where one of them is too large."""
    measure, packed = _Measure(filename), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive, zipfile.ZipFile(packed, "w") as kept:
        parts = [part for part in archive.infolist() if part.filename.endswith((".xml", ".rels"))]
        if len(parts) > MOST_PARTS:
            raise _too_large(filename)
        room = MOST_UNPACKED
        for part in parts:
            with archive.open(part) as file:
                content = file.read(room + 1)
            room -= len(content)
            if room < 0:
                raise _too_large(filename)
            measure.part(content)
            kept.writestr(part.filename, content)
    measure.refuse_too_many_letters()
    return packed.getvalue()


class _Measure:
    """How large a sheet is that is made of these parts, before anybody makes it."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.lengths: list[int] = []  # of each text that cells name by its number
        self.named: Counter[str] = Counter()

    def part(self, content: bytes) -> None:
        self.top = self.left = self.bottom = self.right = 0
        self.row = self.column = 0
        self.names_text = False
        self.reading: str = ""
        self.words: list[str] = []
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._begins
        parser.EndElementHandler = self._ends
        parser.CharacterDataHandler = self._says
        parser.Parse(content, True)
        columns = self.right - self.left + 1
        if columns > MOST_COLUMNS or columns * (self.bottom + 1) > MOST_CELLS:
            raise _too_large(self.filename)

    def _begins(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "c":
            self._place(attributes.get("r", ""))
            self.names_text = attributes.get("t") == "s"
        elif kind == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif kind == "si" or (kind == "v" and self.names_text):
            self.reading, self.words = kind, []

    def _place(self, place: str) -> None:
        if place:
            found = _PLACE.fullmatch(place)
            if found is None:
                raise ValueError(place)
            self.column, self.row = _number(found[1]), int(found[2])
        else:
            self.column, self.row = self.column + 1, max(self.row, 1)
        self.top, self.left = min(self.top or self.row, self.row), min(self.left or self.column, self.column)
        self.bottom, self.right = max(self.bottom, self.row), max(self.right, self.column)

    def _says(self, words: str) -> None:
        if self.reading:
            self.words.append(words)

    def _ends(self, name: str) -> None:
        kind = name.rpartition(":")[2]
        if kind == "c":
            self.names_text = False
        elif kind == "v" and self.reading == "v":
            self.named["".join(self.words)] += 1
            self.reading = ""
        elif kind == "si":
            self.lengths.append(sum(map(len, self.words)))
            self.reading = ""

    def refuse_too_many_letters(self) -> None:
        known = len(self.lengths)
        letters = sum(
            times * self.lengths[int(text)]
            for text, times in self.named.items()
            if text.isdecimal() and int(text) < known
        )
        if letters > MOST_LETTERS:
            raise _too_large(self.filename)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _none(filename: str, why: str) -> Refused:
    return Refused(
        Reason.FILE_NOT_WORKBOOK,
        f"this is no workbook that can be read. {why}",
        where=filename,
        remedy="Save it in Excel as .xlsx, without a password, or as CSV UTF-8. Nothing was changed.",
    )


def _too_large(filename: str) -> Refused:
    return Refused(
        Reason.WORKBOOK_TOO_LARGE,
        "this workbook holds far more than a file of deals can.",
        where=filename,
        remedy="Copy the columns that are meant to a new workbook, and save that. Nothing was changed.",
    )
