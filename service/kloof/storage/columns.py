"""Many pairs at once, read and written as columns.

The database joins each column to one text: a million rows would take longer to hand over than to sum.
"""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from kloof.storage.database import database, is_postgresql
from kloof.storage.statements import run

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bytes = NDArray[np.uint8]

_AT_ONCE = 50_000  # pairs in one statement of SQLite, whose memory grows with it and whose pace does not
_COPY = np.dtype([("fields", ">i2"), ("n1", ">i4"), ("first", ">i4"), ("n2", ">i4"), ("second", ">i4")])


def read(source: str, columns: Sequence[str]) -> "tuple[Ints, Bytes]":
    """The numbers [columns, n] of the pairs `p` of a source, and their answers as one row of numbers from 0.

    source: what follows FROM, in words of our own; it ends in a WHERE. Both are in the same order, which is any.
    """
    numbers, letters = [np.zeros((len(columns), 0), np.int64)], [np.zeros(0, np.uint8)]
    for *found, answers in _joined(source, columns):
        if answers:
            numbers.append(np.array([np.fromstring(column, dtype=np.int64, sep=",") for column in found]))
            letters.append(np.frombuffer(answers.encode("ascii"), dtype=np.uint8) - ord("a"))
    return np.concatenate(numbers, axis=1), np.concatenate(letters)


def _joined(source: str, columns: Sequence[str]) -> "Iterator[Sequence[str]]":
    if is_postgresql():
        joined = [f"string_agg({column}::text, ',')" for column in columns] + ["string_agg(p.answers, '')"]
        yield run(f"SELECT {', '.join(joined)} FROM {source}").fetchone()  # noqa: S608  # our own words
        return
    joined = [f"group_concat({column}, ',')" for column in columns] + ["group_concat(p.answers, '')"]
    sql = f"SELECT {', '.join(joined)} FROM {source} AND p.id >= ? AND p.id < ?"  # noqa: S608  # our own words
    first, last = run("SELECT (SELECT MIN(id) FROM pair), (SELECT MAX(id) FROM pair)").fetchone()
    for start in range(first or 0, (last or -1) + 1, _AT_ONCE):
        yield run(sql, start, start + _AT_ONCE).fetchone()


def insert(table: str, columns: tuple[str, str], first: "Ints", second: "Ints") -> None:
    """Insert rows of two numbers, of at most 31 bits each; fastest where `first` is the key and in order."""
    into = f"{table} ({', '.join(columns)})"
    connection = database.connection()
    if is_postgresql():
        rows = np.empty(len(first), dtype=_COPY)
        rows["fields"], rows["n1"], rows["n2"], rows["first"], rows["second"] = 2, 4, 4, first, second
        # The binary form of COPY: a signature, two empty fields, per row its fields with their sizes, and −1.
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {into} FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff")
        return
    both = first << 31 | second
    sql = f"INSERT INTO {into} SELECT value >> 31, value & 2147483647 FROM json_each(?)"  # noqa: S608  # our own words
    for start in range(0, len(both), _AT_ONCE):
        connection.execute(sql, (json.dumps(both[start : start + _AT_ONCE].tolist()),))
