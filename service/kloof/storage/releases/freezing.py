"""The bulk work of freezing: closing blocks, and who is in which.

Packing: `Block.sums` is int32 little-endian: ΣV and ΣR of each aspect in multiples of the base, then the counts of each
aspect, then those of promises (see `closing.RoundedSums`). `Block.members` is int32 little-endian, first every
customer's number, then who sold to them, then for which account they answer, 0 for themselves.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.cells import ClosedBlock
from kloof.domain.releases.certificate.leverage import Membership
from kloof.domain.releases.closing import Counted, NewBlock, RoundedSums
from kloof.domain.releases.document import Level
from kloof.domain.releases.queues import Queue
from kloof.domain.surveys.definition import SurveyKey
from kloof.storage.database import without_waiting
from kloof.storage.fields import UtcField
from kloof.storage.models import Block, ChangedPair, PracticePart
from kloof.storage.releases.columns import insert
from kloof.storage.releases.pair_encoding import PROMISES
from kloof.storage.statements import awaited, rows, sent
from kloof.storage.surveys import versions as surveys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_PROMISES = PROMISES + 1
_BYTES = 3 * np.dtype("<i4").itemsize
"""Of each member of a block."""


class _Number(NamedTuple):
    id: int


_CLOSE = """
INSERT INTO block
  (survey_version_id, arm, level, product, region, team, customers, sums, members, closed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
"""


class _Live(NamedTuple):
    number: int
    survey: str
    version: int
    arm: str
    level: str
    product: str
    region: str
    team: str
    sums: bytes
    members: bytes


_LIVE = """
SELECT b.id AS number, v.survey AS survey, v.version AS version, b.arm AS arm, b.level AS level,
       b.product AS product, b.region AS region, b.team AS team, b.sums AS sums, b.members AS members
FROM block b JOIN survey_version v ON v.id = b.survey_version_id
WHERE b.retired_at IS NULL ORDER BY b.id
"""


AT_ONCE = 20_000
"""Pairs that close in one transaction, or hardly more: so long nobody else writes. Each touches most pages of the
table of placements, since a block has pairs of all ages; so more transactions write more.
"""


def watch_for_changes() -> None:
    """Begin to note which pairs change or go: a freeze plans from what it read, and writes much later."""
    ChangedPair.delete().execute()


def unchanged(blocks: Sequence[NewBlock]) -> list[NewBlock]:
    """The blocks of which every pair still is what it was when `watch_for_changes` was called.

    Holds until this transaction ends in a `pair_lock.held_still`.
    """
    changed = np.array([row.id for row in ChangedPair.select(ChangedPair.id)], dtype=np.int64)
    return (
        [block for block in blocks if not np.isin(block.pairs, changed).any()] if len(changed) else [*blocks]
    )


def in_portions(blocks: Sequence[NewBlock]) -> Iterator[list[NewBlock]]:
    """The blocks in order, so many together that nobody waits long for the transaction that closes them."""
    some: list[NewBlock] = []
    pairs = 0
    for block in blocks:
        pairs += block.n
        if some and pairs > AT_ONCE:
            yield some
            some, pairs = [], block.n
        some.append(block)
    if some:
        yield some


def close(blocks: Sequence[NewBlock], now: datetime) -> None:
    """Close these blocks for good. Their pairs must still queue: a second placement of a pair is an error."""
    versions = {survey: surveys.row_of(survey) for survey in {block.survey for block in blocks}}
    closed_at = UtcField.db_value(Block.closed_at, now)
    with without_waiting():
        closed = [sent(_CLOSE, *_row(block, versions[block.survey], closed_at)) for block in blocks]
        numbers = [awaited(_Number, one).id for one in closed]
    if blocks:
        pairs = np.concatenate([block.pairs for block in blocks])
        placed = np.repeat(numbers, [len(block.pairs) for block in blocks])
        order = np.argsort(pairs)
        insert("placement", ("id", "block_id"), pairs[order], placed[order])


def _row(block: NewBlock, version: int, closed_at: Any) -> tuple[Any, ...]:
    queue, figures = block.queue, block.figures
    numbers = (figures.sums, figures.counts, figures.promises)
    sums = np.concatenate([part.ravel() for part in numbers]).astype("<i4").tobytes()
    where = (version, queue.arm.value, queue.level.value, queue.product, queue.region, queue.team)
    return *where, block.n, sums, _packed(block.members.columns()[1:]), closed_at


def membership() -> Membership:
    """Who is in which block, over every block that ever closed, retired ones too."""
    closed = [*Block.select(Block.id, Block.members).order_by(Block.id).namedtuples()]
    packed = [bytes(block.members) for block in closed]
    everything = np.frombuffer(b"".join(packed), dtype="<i4").astype(np.int64)
    n = np.array([len(one) // _BYTES for one in packed], dtype=np.int64)
    # Of each block all customers come first, then as many salespeople, then accounts.
    before = np.repeat(2 * (np.cumsum(n) - n), n)
    first = np.arange(len(before)) + before
    person, salesperson, account = (everything[first + np.repeat(at * n, n)] for at in range(3))
    return Membership(np.repeat([block.id for block in closed], n), person, salesperson, account)


def _packed(columns: "Sequence[NDArray[Any]]") -> bytes:
    return np.concatenate(columns).astype("<i4").tobytes()


def _members(packed: Any, columns: int = 3) -> "Ints":
    return np.frombuffer(bytes(packed), dtype="<i4").reshape(columns, -1).astype(np.int64)


def live_blocks() -> tuple[ClosedBlock, ...]:
    """The blocks that are not retired, in order."""
    return tuple(_closed(row) for row in rows(_Live, _LIVE))


def live_numbers() -> list[int]:
    """The numbers of the blocks that are not retired, in order."""
    return [row.id for row in Block.select(Block.id).where(Block.retired_at.is_null()).order_by(Block.id)]


def _closed(row: _Live) -> ClosedBlock:
    numbers = np.frombuffer(bytes(row.sums), dtype="<i4").astype(np.int64)
    answers, promises = numbers[:-_PROMISES], numbers[-_PROMISES:]
    aspects = len(answers) // (2 + len(Counted))
    return ClosedBlock(
        number=row.number,
        survey=SurveyKey(id=row.survey, version=row.version),
        queue=Queue(Level(row.level), row.product, row.region, row.team, Arm(row.arm)),
        person=np.frombuffer(bytes(row.members), dtype="<i4")[: len(row.members) // _BYTES].astype(np.int64),
        figures=RoundedSums(
            answers[: 2 * aspects].reshape(aspects, 2),
            answers[2 * aspects :].reshape(aspects, len(Counted)),
            promises,
        ),
    )


def forget_customer(customer: int) -> None:
    """Put a number that belongs to nobody in place of this customer's, in every block and every part of a practice
    table; they keep their shape.
    """
    inside: list[tuple[type[Block | PracticePart], int, int, Ints]]
    inside = [(Block, row.id, 0, _members(row.members)) for row in Block.select(Block.id, Block.members)]
    parts = PracticePart.select(PracticePart.id, PracticePart.members)
    inside += [(PracticePart, row.id, 1, _members(row.members, 4)) for row in parts]
    nobody = min([0, *(int(members[at].min()) for _, _, at, members in inside if members.size)]) - 1
    for table, number, at, members in inside:
        if customer in members[at]:
            members[at][members[at] == customer] = nobody
            table.update(members=_packed([*members])).where(table.id == number).execute()
