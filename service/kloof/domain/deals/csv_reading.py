"""CSV as Excel and CRMs write it: bytes in; numbered rows out, or one sentence with the line."""

import csv
import io
from collections.abc import Iterator
from typing import Final

from kloof.domain.deals.reading.refused_files import NOTHING_CHANGED, Row, unusable
from kloof.domain.deals.reading.titles import LOOKED_AT, Spellings, are_titles
from kloof.domain.errors import Reason, Refused

_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
WINDOWS_1252: Final = "windows-1252"
_DELIMITERS: Final = ",;\t"
_TOP: Final = 10_000
"""Letters at the top among which the titles are looked for."""


def decoded(raw: bytes, filename: str) -> tuple[str, str]:
    """The bytes of a file as text, and in which encoding it was written.

    UTF-8, or UTF-16 with a mark, as Excel writes Unicode text; else Windows-1252, as Excel writes plain CSV in the
    Netherlands. Text that is UTF-8 but for some bytes is damaged, and taken for neither. Raises Refused with the line.
    """
    if raw.startswith(_UTF_16):
        try:
            return raw.decode("utf-16"), "utf-16"
        except UnicodeDecodeError as error:
            before = raw[: error.start].decode("utf-16", "replace")
            raise _not_text(filename, before.count("\n") + 1) from None
    try:
        return raw.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        marked = any(mark in raw for mark in _UTF_16)  # two files of different kinds, one behind the other
        if marked or not raw.decode("utf-8", "ignore").isascii() or b"\0" in raw:
            raise _not_text(filename, line) from None
    try:
        return raw.decode("cp1252"), WINDOWS_1252
    except UnicodeDecodeError as error:
        raise _not_text(filename, raw.count(b"\n", 0, error.start) + 1) from None


def _not_text(filename: str, line: int) -> Refused:
    return Refused(
        Reason.FILE_NOT_TEXT,
        "This line is not UTF-8 text.",
        where=f"{filename}:{line}",
        remedy="Save the file as CSV UTF-8 or as .xlsx and try again.",
        line=line,
    )


def csv_rows(text: str, filename: str, wanted: Spellings) -> list[Row]:
    """Each row that holds anything.

    Comma, semicolon or tab, with or without a byte order mark and a `sep=` line. Where no `sep=` says so, what stands
    between the cells is what the first line with half of the `wanted` titles has, else what the first line has most
    of. Raises BadInput where a row cannot be read as CSV.
    """
    text = text.removeprefix("\ufeff")
    skipped, announced = _announced(text)
    delimiter = announced or _of_the_titles(text, wanted) or _likely(text)
    return list(_rows(text, skipped, delimiter, filename))


def _announced(text: str) -> tuple[int, str]:
    """How many lines say how to read the file, and the delimiter that Excel's `sep=;` names."""
    first = text[:20].splitlines()[:1]
    line = first[0].strip().strip('"').lower() if first else ""
    if not line.startswith("sep=") or len(line) > len("sep=;"):
        return 0, ""
    return 1, line.removeprefix("sep=") or "\t"


def _of_the_titles(text: str, wanted: Spellings) -> str:
    for line in text[:_TOP].splitlines()[:LOOKED_AT]:
        for delimiter in _DELIMITERS:
            if are_titles((cell.strip(' "') for cell in line.split(delimiter)), wanted):
                return delimiter
    return ""


def _likely(text: str) -> str:
    """What the first line has most of."""
    first = text[:_TOP].lstrip().split("\n", 1)[0]
    return max(_DELIMITERS, key=first.count)


def _rows(text: str, skipped: int, delimiter: str, filename: str) -> Iterator[Row]:
    lines = io.StringIO(text, newline="")
    for _ in range(skipped):
        lines.readline()
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    line = skipped + 1
    try:
        for row in rows:
            if any(cell.strip() for cell in row):
                yield line, tuple(row)
            line = skipped + rows.line_num + 1
    except csv.Error as error:
        broken = Refused(
            Reason.FILE_NOT_CSV,
            f"this line cannot be read as CSV: {_in_words(error)}.",
            where=f"{filename}:{line}",
            line=line,
        )
        raise unusable(Reason.FILE_NOT_CSV, [broken], NOTHING_CHANGED) from None


def _in_words(error: csv.Error) -> str:
    said = str(error)
    if "expected after" in said:
        return "something stands behind a quotation mark that closes a cell"
    if "limit" in said:
        most = f"{csv.field_size_limit():,}"
        return f"a cell is longer than {most} characters; look for a quotation mark that is not closed"
    return "a quotation mark is not closed" if "end of data" in said else said
