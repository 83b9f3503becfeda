"""Every pair that still tells something, read once: what queues, and what stands in blocks that are not retired."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.pair_columns import PairColumns
from kloof.domain.releases.queues import FineCell
from kloof.domain.side_by_side import one_behind
from kloof.domain.surveys.definition import Survey
from kloof.storage.models import QueueCell, Round, SurveyVersion
from kloof.storage.releases import deal_facts
from kloof.storage.releases.columns import Gathered, last_pair, read
from kloof.storage.releases.pair_encoding import width
from kloof.storage.surveys import versions as surveys

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kloof.storage.releases.columns import Slice

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.integer[Any]]


class Pairs(NamedTuple):
    """Per survey version and arm that has any, in order: what queues, with the cells that its `cell` points into, and
    what stands in blocks, whose `cell` is the block. Pairs are in order of id.
    """

    queued: list[tuple[PairColumns, tuple[FineCell, ...]]]
    placed: list[PairColumns]


def every_pair(*, queued: bool = True, placed: bool = True) -> Pairs:
    """All pairs in one pass over their table; those of one kind are left out where they are not wanted.

    What was answered in retired blocks was wiped, so it is not there.
    """
    # What comes after this pair may stand in a cell that is not known here.
    last = last_pair()
    rooms = _Rooms.standing()
    block = _blocks(last)
    seen = np.zeros(last + 1, dtype=bool)
    rounds = Round.select().count()
    gathered: dict[tuple[int, bool], Gathered] = {}

    def put(some: "Slice") -> None:
        pair, cell, letters = some
        room, inside = rooms.room[cell], block[pair] > 0
        new = ~seen[pair]  # a pair that changes meanwhile may come once more
        seen[pair] = True
        for closed in (False, True):
            if not (placed if closed else queued):
                continue
            where = np.where(new & (inside == closed), room, -1)
            for index in np.flatnonzero(np.bincount(where + 1, minlength=1)[1:]).tolist():
                here = where == index
                if (index, closed) not in gathered:
                    gathered[index, closed] = rooms.gathered(index, last)
                numbers = block[pair[here]] if closed else rooms.place[cell[here]]
                packed = letters if here.all() else letters[np.repeat(here, rooms.wide[cell])]
                gathered[index, closed].add(pair[here], numbers, packed, rounds)

    one_behind(put, read("pair p WHERE p.packed <> ''", ("p.id", "p.cell_id"), "p.packed", last=last))
    account = deal_facts.accounts(last)
    found = {key: _in_order(gathered[key].pairs(account)) for key in sorted(gathered)}
    return Pairs(
        [
            (pairs, tuple(rooms.all[index].cells.values()))
            for (index, closed), pairs in found.items()
            if not closed
        ],
        [pairs for (_, closed), pairs in found.items() if closed],
    )


def _in_order(pairs: PairColumns) -> PairColumns:
    in_order = bool(np.all(np.diff(pairs.id) > 0))
    return pairs if in_order else pairs.take(np.argsort(pairs.id))


def _blocks(last: int) -> "Ints":
    """For each number up to `last` the block in which a pair with it stands; 0 for none.

    That is looked up here, since both databases take longer to join two tables than to hand them over.
    """
    block = np.zeros(last + 1, dtype=np.int32)
    for pair, number, _ in read("placement p WHERE 1 = 1", ("p.id", "p.block_id"), last=last):
        block[pair] = number
    return block


@dataclass(frozen=True, slots=True)
class _Room:
    """Where the pairs of one survey version and arm queue: its cells by their numbers."""

    survey: Survey
    arm: Arm
    cells: dict[int, FineCell]


@dataclass(frozen=True, slots=True)
class _Rooms:
    """All rooms, and by the number of a cell: its room, its place among the cells of that room, and how many letters
    its pairs have.
    """

    all: list[_Room]
    room: "Ints"
    place: "Ints"
    wide: "Ints"

    @classmethod
    def standing(cls) -> "_Rooms":
        """As they are in the database, in order of survey, version and arm."""
        rooms = _rooms()
        room, place, wide = np.zeros((3, max((max(one.cells) for one in rooms), default=0) + 1), np.int64)
        for index, one in enumerate(rooms):
            cells = list(one.cells)
            room[cells], place[cells], wide[cells] = index, np.arange(len(cells)), width(len(one.survey.core))
        return cls(rooms, room, place, wide)

    def gathered(self, index: int, at_most: int) -> Gathered:
        """Room for the pairs of one of them."""
        return Gathered(self.all[index].survey, at_most, self.all[index].arm)


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
