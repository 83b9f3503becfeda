"""CSV as Excel and CRMs write it: bytes in; a header and numbered rows out, or one sentence with the line."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from kloof.domain.errors import BadInput, Reason, Refused
from kloof.domain.spelling import spelled

Row = tuple[int, list[str]]

_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS: Final = ",;\t"
_TOP, _LOOKED_AT = 10_000, 25
"""Letters and lines at the top in which a header is looked for."""
_MOST_SAID: Final = 20
"""Wrong columns that are named: a file of a hundred thousand is no table."""
_NOTHING_CHANGED: Final = "Nothing was changed."


def decoded(raw: bytes, filename: str) -> str:
    """The bytes of a file as text: UTF-8, or UTF-16 with a mark, as Excel writes Unicode text.

    Raises Refused with the line that is something else.
    """
    if raw.startswith(_UTF_16):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError as error:
            raise _not_text(
                filename, raw[: error.start].decode("utf-16", "replace").count("\n") + 1
            ) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_text(filename, raw.count(b"\n", 0, error.start) + 1) from None


def _not_text(filename: str, line: int) -> Refused:
    return Refused(
        Reason.FILE_NOT_TEXT,
        "This line is not UTF-8 text.",
        where=f"{filename}:{line}",
        remedy="Save the file as CSV UTF-8 and try again.",
        line=line,
    )


def table(
    text: str, filename: str, required: Sequence[str], optional: Sequence[str]
) -> tuple[list[str], Iterator[Row]]:
    """The names of the columns, and each row that holds anything with the line on which it begins.

    Comma, semicolon or tab, with or without a byte order mark and a `sep=` line; columns at the end without a name
    and without content are left out. Raises BadInput where the header cannot be used, and, while rows are read, where
    one cannot be read as CSV.
    """
    text = text.removeprefix("\ufeff")
    skipped, announced = _announced(text)
    found, likely = _header_of(text, required) or (0, _likely_delimiter(text))
    rows = _rows(text, skipped, announced or likely, filename)
    at, names = next(rows, (1, []))
    header = [spelled(name).lower() for name in names]
    while header and not header[-1]:
        header.pop()
    _refuse_lines_above(at, found, filename)
    _check_header(header, f"{filename}:{at}", required, optional)
    return header, ((line, _cut(row, len(header))) for line, row in rows)


def _announced(text: str) -> tuple[int, str]:
    """How many lines say how to read the file, and the delimiter that Excel's `sep=;` names."""
    first = text[:20].splitlines()[:1]
    line = first[0].strip().strip('"').lower() if first else ""
    if not line.startswith("sep=") or len(line) > len("sep=;"):
        return 0, ""
    return 1, line.removeprefix("sep=") or "\t"


def _header_of(text: str, required: Sequence[str]) -> tuple[int, str] | None:
    """The number of the first line that looks like the header, and its delimiter; None where none does."""
    for number, line in enumerate(text[:_TOP].splitlines()[:_LOOKED_AT], 1):
        for delimiter in _DELIMITERS:
            cells = {spelled(cell.strip(' "')).lower() for cell in line.split(delimiter)}
            if 2 * len(cells & {*required}) >= len(required):
                return number, delimiter
    return None


def _likely_delimiter(text: str) -> str:
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
                yield line, row
            line = skipped + rows.line_num + 1
    except csv.Error as error:
        broken = Refused(
            Reason.FILE_NOT_CSV,
            f"this line cannot be read as CSV: {_in_words(error)}.",
            where=f"{filename}:{line}",
            line=line,
        )
        raise _unusable(Reason.FILE_NOT_CSV, [broken], _NOTHING_CHANGED) from None


def _in_words(error: csv.Error) -> str:
    said = str(error)
    if "expected after" in said:
        return "something stands behind a quotation mark that closes a cell"
    if "limit" in said:
        most = f"{csv.field_size_limit():,}"
        return f"a cell is longer than {most} characters; look for a quotation mark that is not closed"
    return "a quotation mark is not closed" if "end of data" in said else said


def _cut(row: list[str], columns: int) -> list[str]:
    """The row without empty cells behind the last column."""
    while len(row) > columns and not row[-1].strip():
        row.pop()
    return row


def _refuse_lines_above(first: int, header: int, filename: str) -> None:
    if first < header:
        above = Refused(
            Reason.HEADER_BELOW,
            f"line {header} looks like the header, and has to be the first.",
            where=f"{filename}:{first}",
            line=header,
        )
        remedy = f"Take out what stands above line {header}. {_NOTHING_CHANGED}"
        raise _unusable(Reason.HEADER_BELOW, [above], remedy)


def _check_header(header: list[str], where: str, required: Sequence[str], optional: Sequence[str]) -> None:
    known = (*required, *optional)
    wrong: list[tuple[Reason, str, str]] = [
        (Reason.COLUMN_MISSING, f"column {name} is missing.", name) for name in required if name not in header
    ]
    for name, times in Counter(header).items():
        if len(wrong) >= _MOST_SAID:
            break
        if not name:
            place = str(header.index(name) + 1)
            wrong.append((Reason.COLUMN_UNNAMED, f"column {place} has no name.", place))
        elif times > 1:
            wrong.append((Reason.COLUMN_TWICE, f"column {name} stands there twice.", name))
        elif name not in known:
            near = get_close_matches(name[:100], known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            wrong.append(
                (Reason.COLUMN_UNKNOWN, f"column {_shown(name)!r} is not known.{hint}", _shown(name))
            )
    if wrong:
        parts = [
            Refused(reason, what, where=where, column=name, known=", ".join(known))
            for reason, what, name in wrong
        ]
        remedy = f"The columns are: {', '.join(known)}. {_NOTHING_CHANGED}"
        raise _unusable(Reason.COLUMNS_WRONG, parts, remedy)


def _shown(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:59]}…"


def _unusable(reason: Reason, parts: list[Refused], remedy: str) -> BadInput:
    return BadInput(reason, [str(part) for part in parts], remedy=remedy, parts=parts, **parts[0].facts)
