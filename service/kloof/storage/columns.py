"""Many pairs at once, read as columns.

The database joins each column to one text: a million rows would take longer to hand over than to sum.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kloof.storage.database import is_postgresql
from kloof.storage.statements import run

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_AT_ONCE = 500_000  # pairs read in one statement, which bounds the memory that a million takes


def read(source: str, columns: Sequence[str], width: int) -> "tuple[Ints, NDArray[np.uint8]]":
    """The numbers [columns, n] and letters from 0 [n, width] of the pairs `p` of a source, in order of column one.

    source: what follows FROM, in words of our own; it gets `p.id >= ? AND p.id < ?` behind it.
    """
    first, last = run("SELECT (SELECT MIN(id) FROM pair), (SELECT MAX(id) FROM pair)").fetchone()
    if is_postgresql():
        joined = [f"string_agg({column}::text, ',')" for column in columns] + ["string_agg(p.answers, '')"]
    else:
        joined = [f"group_concat({column}, ',')" for column in columns] + ["group_concat(p.answers, '')"]
    sql = f"SELECT {', '.join(joined)} FROM {source} AND p.id >= ? AND p.id < ?"  # noqa: S608  # our own words
    numbers, sheets = [np.zeros((len(columns), 0), np.int64)], [np.zeros((0, width), np.uint8)]
    for start in range(first or 0, (last or -1) + 1, _AT_ONCE):
        *found, letters = run(sql, start, start + _AT_ONCE).fetchone()
        if letters:
            numbers.append(np.array([np.fromstring(column, dtype=np.int64, sep=",") for column in found]))
            sheets.append(
                np.frombuffer(letters.encode("ascii"), dtype=np.uint8).reshape(-1, width) - ord("a")
            )
    number, sheet = np.concatenate(numbers, axis=1), np.concatenate(sheets)
    order = np.argsort(number[0], kind="stable")
    return number[:, order], sheet[order]
