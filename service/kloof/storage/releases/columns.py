"""Many pairs at once, read and written as columns.

The database joins each column to one text: a million rows would take longer to hand over than to sum.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from peewee import fn

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.pair_columns import PairColumns
from kloof.domain.surveys.definition import Survey
from kloof.storage.database import database, is_postgresql, without_waiting
from kloof.storage.models import Pair
from kloof.storage.releases.pair_encoding import HEAD, PROMISES, heads, width
from kloof.storage.statements import awaited, scalar, sent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bytes = NDArray[np.uint8]
    Slice = tuple[Ints, Ints, Bytes]

# What one statement joins: memory grows with it, and the pace does not.
_AT_ONCE = 50_000
_PAGES_AT_ONCE = 128
# SQLite takes 999 values of one statement at least, and keeps the statement for the next ones.
_NUMBERS_AT_ONCE = 800
_AHEAD = 2
# Two numbers travel as one, of which this is the lower half.
_BITS, _LOWER = 31, 2**31 - 1
_SIZE = "SELECT pg_relation_size(?::regclass) / current_setting('block_size')::int AS pages"
_COPY = np.dtype([("fields", ">i2"), ("n1", ">i4"), ("first", ">i4"), ("n2", ">i4"), ("second", ">i4")])


class _Joined(NamedTuple):
    """One slice: all its numbers with commas between them, and all its letters; both None where it holds no row."""

    digits: str | None
    letters: str


def read(source: str, numbers: tuple[str, str], letters: str = "''", *, last: int) -> "Iterator[Slice]":
    """Slice by slice: two numbers of each row, of at most 31 bits, and its letters as numbers from 0.

    source: what follows FROM, in words of our own: first the table, as `p`, and in the end a WHERE. last: the highest
    id to read. All are in the same order, which is any. A row that changes meanwhile may be there twice, outside of a
    `snapshot`.
    """
    table, (first, second) = source.split()[0], numbers
    both = f"CAST({first} AS BIGINT) << {_BITS} | {second}"
    if is_postgresql():
        digits, joined, slices = (
            f"string_agg(({both})::text, ',')",
            f"string_agg({letters}, '')",
            _pages(table),
        )
        source = f"{source} AND p.id <= {int(last)} AND p.ctid >= ?::tid AND p.ctid < ?::tid"
    else:
        digits, joined, slices = f"group_concat({both}, ',')", f"group_concat({letters}, '')", _numbers(last)
        source = f"{source} AND p.id >= ? AND p.id < ?"
    sql = f"SELECT {digits} AS digits, {joined} AS letters FROM {source}"  # noqa: S608  # our own words
    for row in _in_turn(sql, slices):
        if row.digits:
            found = np.fromstring(row.digits, dtype=np.int64, sep=",")
            yield (
                found >> _BITS,
                found & _LOWER,
                np.frombuffer(row.letters.encode("ascii"), dtype=np.uint8) - ord("a"),
            )


def _in_turn(sql: str, slices: Iterable[tuple[Any, Any]]) -> Iterator[_Joined]:
    """The one row of each slice. PostgreSQL is asked for the next ones already, and joins them meanwhile."""
    ahead = _AHEAD if is_postgresql() else 0
    with without_waiting():
        asked: deque[Any] = deque()
        for start, end in slices:
            asked.append(sent(sql, start, end))
            if len(asked) > ahead:
                yield awaited(_Joined, asked.popleft())
        while asked:
            yield awaited(_Joined, asked.popleft())


def last_pair() -> int:
    """The highest id of a pair; 0 where there is none."""
    return int(Pair.select(fn.MAX(Pair.id)).scalar() or 0)


def _numbers(last: int) -> Iterator[tuple[Any, Any]]:
    for start in range(0, last + 1, _AT_ONCE):
        yield start, min(start + _AT_ONCE, last + 1)


def _pages(table: str) -> Iterator[tuple[Any, Any]]:
    """By place in the table, which PostgreSQL walks through without an index or statistics."""
    for start in range(0, scalar(_SIZE, table), _PAGES_AT_ONCE):
        yield f"({start},0)", f"({start + _PAGES_AT_ONCE},0)"


class Gathered:
    """Slices of pairs, all of one survey version and arm, put one behind the other.

    Memory that is touched for the first time takes longer than summing what is in it: so every pair gets its place at
    once, and what was asked for and stays empty is never touched.
    """

    def __init__(self, survey: Survey, at_most: int, arm: Arm = Arm.ASKED) -> None:
        core = len(survey.core)
        self._width, self._length = width(core), 0
        self._columns = PairColumns(
            survey=survey,
            id=np.empty(at_most, np.int32),
            customer=np.empty(at_most, np.int32),
            salesperson=np.empty(at_most, np.int32),
            account=np.zeros(at_most, np.int32),
            cell=np.empty(at_most, np.int32),
            waited=np.empty(at_most, np.int32),
            expected=np.empty((at_most, core), np.uint8),
            received=np.empty((at_most, core), np.uint8),
            promises=np.empty((at_most, PROMISES), np.uint8),
            arm=arm,
        )

    def add(self, pair: "Ints", cell: "Ints", letters: "Bytes", rounds: int = 0) -> None:
        """A slice as `read` gives it; `rounds`: how many have been held by now."""
        to, core = self._columns, len(self._columns.survey.core)
        here = slice(self._length, self._length + len(pair))
        packed = letters.reshape(-1, self._width)
        to.id[here], to.cell[here] = pair, cell
        to.customer[here], to.salesperson[here], since = heads(packed)
        to.waited[here] = rounds - since
        np.add(packed[:, HEAD : HEAD + core], 1, out=to.expected[here])
        np.add(packed[:, HEAD + core : HEAD + 2 * core], 1, out=to.received[here])
        to.promises[here] = packed[:, HEAD + 2 * core :]
        self._length = here.stop

    def pairs(self, account: "Ints") -> PairColumns:
        """All that was added, in that order. account: by the number of a pair, the account of its deal or 0."""
        found = self._columns.first(self._length)
        np.take(account, found.id, out=found.account)
        return found


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
    # Parsing a statement takes longer than a row, and so does asking for each row anew.
    numbers = np.stack([first, second], axis=1).ravel().tolist()
    for start in range(0, len(numbers), _NUMBERS_AT_ONCE):
        some = numbers[start : start + _NUMBERS_AT_ONCE]
        values = ", ".join(["(?, ?)"] * (len(some) // 2))
        connection.execute(f"INSERT INTO {into} VALUES {values}", some)  # noqa: S608  # our own words
