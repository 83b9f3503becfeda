"""The bulk work of freezing: the queue as columns, closing blocks, and who is in which.

Packing: `Block.sums` is float64 little-endian, aspects × Stat row by row, then the four promise counts.
`Block.members` is int32 little-endian, first every customer's number, then who sold to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.cells import ClosedBlock
from kloof.domain.releases.closing import NewBlock
from kloof.domain.releases.document import Level
from kloof.domain.releases.leverage import Membership
from kloof.domain.releases.pair_columns import PairColumns, Stat
from kloof.domain.releases.queues import FineCell, Queue
from kloof.domain.surveys.definition import Survey, SurveyKey
from kloof.storage.database import is_postgresql, without_waiting
from kloof.storage.fields import UtcField
from kloof.storage.models import Block, PracticePart, QueueCell, Round, SurveyVersion
from kloof.storage.releases import practice_parts
from kloof.storage.releases.columns import Gathered, insert, last_pair, read
from kloof.storage.releases.pair_encoding import PROMISES, width
from kloof.storage.statements import awaited, names, rows, run, sent
from kloof.storage.surveys import versions as surveys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

_LOCK_NUMBER = 0x6672656574  # "freet" in ASCII: any number does, as long as it is always the same


class _Number(NamedTuple):
    id: int


_CLOSE = """
INSERT INTO block
  (survey_version_id, arm, level, product, region, team, customers, deals, sums, members, closed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
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
    customers: int
    deals: int
    sums: bytes


_LIVE = """
SELECT b.id AS number, v.survey AS survey, v.version AS version, b.arm AS arm, b.level AS level,
       b.product AS product, b.region AS region, b.team AS team, b.customers AS customers, b.deals AS deals,
       b.sums AS sums
FROM block b JOIN survey_version v ON v.id = b.survey_version_id
WHERE b.retired_at IS NULL ORDER BY b.id
"""


class _Paired(NamedTuple):
    survey: str
    version: int
    product: str
    region: str
    team: str


_PAIRED = f"""
SELECT v.survey AS survey, v.version AS version, c.product AS product, c.region AS region, c.team AS team
FROM queue_cell c JOIN survey_version v ON v.id = c.survey_version_id
WHERE c.arm IN ({names([Arm.ASKED])}) ORDER BY c.id
"""  # noqa: S608  our own words


def one_at_a_time() -> None:
    """Wait until no other freeze or publish runs, for the rest of this transaction. SQLite's has that from its
    start.
    """
    if is_postgresql():
        run("SELECT pg_advisory_xact_lock(?)", _LOCK_NUMBER)


def queued() -> list[tuple[PairColumns, tuple[FineCell, ...]]]:
    """Per survey version and arm that has any, the pairs that stand in no block, in order of id, and the cells they
    are in.
    """
    # What comes after this pair may stand in a cell that is not known here.
    last = last_pair()
    rooms = _rooms()
    # By the number of a cell: its room, its place among the cells of that room, and how many letters its pairs have.
    room, place, wide = np.zeros((3, max((max(one.cells) for one in rooms), default=0) + 1), np.int64)
    for index, one in enumerate(rooms):
        cells = list(one.cells)
        room[cells], place[cells], wide[cells] = index, np.arange(len(cells)), width(len(one.survey.core))
    rounds = Round.select().count()
    gathered: dict[int, Gathered] = {}
    unplaced = _unplaced(last)
    for pair, cell, letters in read(
        "pair p WHERE p.packed <> ''", ("p.id", "p.cell_id"), "p.packed", last=last
    ):
        where = np.where(unplaced[pair], room[cell], -1)
        unplaced[pair] = False  # a pair that changes meanwhile may come once more
        for index in np.unique(where[where >= 0]).tolist():
            one, here = rooms[index], where == index
            packed = letters if here.all() else letters[np.repeat(here, wide[cell])]
            if index not in gathered:
                gathered[index] = Gathered(one.survey, last, one.arm)
            gathered[index].add(pair[here], place[cell[here]], packed, rounds)
    return [
        (_in_order(gathered[index].pairs), tuple(rooms[index].cells.values())) for index in sorted(gathered)
    ]


def _in_order(pairs: PairColumns) -> PairColumns:
    in_order = bool(np.all(np.diff(pairs.id) > 0))
    return pairs if in_order else pairs.take(np.argsort(pairs.id))


def _unplaced(last: int) -> "Bools":
    """For each number up to `last` whether a pair with it stands in no block.

    That is looked up here, since PostgreSQL takes longer to leave the others out than to hand them over.
    """
    unplaced = np.ones(last + 1, dtype=bool)
    for placed, _, _ in read("placement p WHERE 1 = 1", ("p.id", "p.block_id"), last=last):
        unplaced[placed] = False
    return unplaced


@dataclass(frozen=True, slots=True)
class _Room:
    """Where the pairs of one survey version and arm queue: its cells by their numbers."""

    survey: Survey
    arm: Arm
    cells: dict[int, FineCell]


def _rooms() -> list[_Room]:
    versions = SurveyVersion.select(SurveyVersion.id)
    found = []
    for version in versions.order_by(SurveyVersion.survey, SurveyVersion.version):
        queues = list(QueueCell.select().where(QueueCell.survey_version == version.id).order_by(QueueCell.id))
        for arm in Arm:
            cells = {row.id: FineCell(row.product, row.region, row.team) for row in queues if row.arm == arm}
            if cells:
                found.append(_Room(surveys.by_row(version.id), arm, cells))
    return found


def cells_with_pairs() -> dict[SurveyKey, tuple[FineCell, ...]]:
    """Per survey version every cell in which a pair was ever complete."""
    found: dict[SurveyKey, tuple[FineCell, ...]] = {}
    for row in rows(_Paired, _PAIRED):
        key = SurveyKey(id=row.survey, version=row.version)
        found[key] = (*found.get(key, ()), FineCell(row.product, row.region, row.team))
    return found


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
    queue = block.queue
    sums = np.concatenate([block.sums.ravel(), block.promises]).astype("<f8").tobytes()
    members = np.concatenate([block.person, block.salesperson]).astype("<i4").tobytes()
    where = (version, queue.arm.value, queue.level.value, queue.product, queue.region, queue.team)
    return *where, block.customers, len(block.pairs), sums, members, closed_at


def membership() -> Membership:
    """Who is in which block, over every block that ever closed, retired ones too; and in which published part of a
    practice table (rows below 0).
    """
    closed = Block.select(Block.id, Block.members).order_by(Block.id).namedtuples()
    inside = {block.id: _members(block.members) for block in closed}
    none = np.zeros((2, 0), dtype=np.int64)
    person, salesperson = np.concatenate([none, *inside.values()], axis=1)
    row = np.repeat(np.array([*inside], np.int64), [members.shape[1] for members in inside.values()])
    return Membership(row, person, salesperson) + practice_parts.membership()


def _members(packed: bytes, columns: int = 2) -> "Ints":
    return np.frombuffer(packed, dtype="<i4").reshape(columns, -1).astype(np.int64)


def live_blocks() -> tuple[ClosedBlock, ...]:
    """The blocks that are not retired, in order."""
    return tuple(_closed(row) for row in rows(_Live, _LIVE))


def _closed(row: _Live) -> ClosedBlock:
    numbers = np.frombuffer(bytes(row.sums), dtype="<f8")
    kept, partly, broken, unknown = (int(count) for count in numbers[-PROMISES:])
    return ClosedBlock(
        number=row.number,
        survey=SurveyKey(id=row.survey, version=row.version),
        queue=Queue(Level(row.level), row.product, row.region, row.team, Arm(row.arm)),
        customers=row.customers,
        deals=row.deals,
        sums=numbers[:-PROMISES].reshape(-1, len(Stat)),
        promises=(kept, partly, broken, unknown),
    )


def forget_customer(customer: int) -> None:
    """Put a number that belongs to nobody in place of this customer's, in every block and every part of a practice
    table; they keep their shape.
    """
    inside: list[tuple[type[Block | PracticePart], int, Ints]]
    inside = [(Block, row.id, _members(row.members)) for row in Block.select(Block.id, Block.members)]
    parts = PracticePart.select(PracticePart.id, PracticePart.members)
    inside += [(PracticePart, row.id, _members(row.members, 3)) for row in parts]
    nobody = min([0, *(int(members[0].min()) for _, _, members in inside if members.size)]) - 1
    for table, number, members in inside:
        person, *_ = members
        if customer in person:
            person[person == customer] = nobody
            table.update(members=members.astype("<i4").tobytes()).where(table.id == number).execute()
