"""The bulk work of freezing: the queue as columns, closing blocks, and who is in which.

Packing: `Block.sums` is int32 little-endian: ΣV and ΣR of each aspect in multiples of the base, then the counts of each
aspect, then those of promises (see `closing.RoundedSums`). `Block.members` is int32 little-endian, first every
customer's number, then who sold to them, then for which account they answer, 0 for themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.cells import ClosedBlock
from kloof.domain.releases.certificate.leverage import Membership
from kloof.domain.releases.closing import Counted, NewBlock, RoundedSums
from kloof.domain.releases.document import Level
from kloof.domain.releases.pair_columns import PairColumns
from kloof.domain.releases.queues import FineCell, Queue
from kloof.domain.surveys.definition import Survey, SurveyKey
from kloof.storage.database import is_postgresql, without_waiting
from kloof.storage.fields import UtcField
from kloof.storage.models import Block, PracticePart, QueueCell, Round, SurveyVersion
from kloof.storage.releases import deal_facts
from kloof.storage.releases.columns import Gathered, insert, last_pair, read
from kloof.storage.releases.pair_encoding import PROMISES, width
from kloof.storage.statements import awaited, rows, run, sent
from kloof.storage.surveys import versions as surveys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

_LOCK_NUMBER = 0x6672656574  # "freet" in ASCII: any number does, as long as it is always the same


_PROMISES = PROMISES + 1


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
    account = deal_facts.accounts(last)
    return [
        (_in_order(gathered[index].pairs(account)), tuple(rooms[index].cells.values()))
        for index in sorted(gathered)
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
    closed = Block.select(Block.id, Block.members).order_by(Block.id).namedtuples()
    return Membership.together(_membership(block.id, block.members) for block in closed)


def _membership(number: int, packed: Any) -> Membership:
    person, salesperson, account = _members(packed)
    return Membership(np.full(len(person), number), person, salesperson, account)


def _packed(columns: "Sequence[NDArray[Any]]") -> bytes:
    return np.concatenate(columns).astype("<i4").tobytes()


def _members(packed: Any, columns: int = 3) -> "Ints":
    return np.frombuffer(bytes(packed), dtype="<i4").reshape(columns, -1).astype(np.int64)


def live_blocks() -> tuple[ClosedBlock, ...]:
    """The blocks that are not retired, in order."""
    return tuple(_closed(row) for row in rows(_Live, _LIVE))


def _closed(row: _Live) -> ClosedBlock:
    numbers = np.frombuffer(bytes(row.sums), dtype="<i4").astype(np.int64)
    answers, promises = numbers[:-_PROMISES], numbers[-_PROMISES:]
    aspects = len(answers) // (2 + len(Counted))
    return ClosedBlock(
        number=row.number,
        survey=SurveyKey(id=row.survey, version=row.version),
        queue=Queue(Level(row.level), row.product, row.region, row.team, Arm(row.arm)),
        person=_members(row.members)[0],
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
