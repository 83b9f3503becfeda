"""Tables that cut across blocks: deals with a practice beside deals without, frozen like everything else.

A table grows in parts. A part takes in every closed block that no part of its practice holds yet, and divides the
customers of these blocks in two arms. It obeys the rules of a block on either side, since two releases tell it from
the parts before it; it is counted per block, as a block counts, so that the two arms of a part are exactly its blocks;
and its sums are rounded as those of a block are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kloof.domain.deals.deals import PRACTICES
from kloof.domain.deals.lateness import LATE, TWO_WEEKS_LATE, Lateness
from kloof.domain.releases.cells import Header, aspects, rounded_down
from kloof.domain.releases.certificate.leverage import Certificate, Membership
from kloof.domain.releases.closing import RoundedSums
from kloof.domain.releases.document import AsOf, Level, PracticeCell, ReleaseDocument
from kloof.domain.releases.guarantee import ArmSpread
from kloof.domain.releases.pair_columns import PairColumns
from kloof.domain.releases.queues import judge
from kloof.domain.releases.spread import arm_spreads
from kloof.domain.releases.thresholds import Thresholds
from kloof.domain.statistics.arms import LEAST_SALESPEOPLE, LEAST_WITH_PRACTICE
from kloof.domain.surveys.definition import Survey, SurveyKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.integer[Any]]


TABLES = (*PRACTICES, LATE, TWO_WEEKS_LATE)
"""What deals are divided by: what was done, and whether they were delivered late, and more than two weeks late."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a part. sums: int64[aspects, 2], ΣV and ΣR in multiples of the base, rounded when it was made."""

    sums: "Ints"
    n: int

    def __add__(self, other: "Side") -> "Side":
        return Side(self.sums + other.sums, self.n + other.n)


@dataclass(frozen=True, slots=True)
class Part:
    """Both arms over some blocks. members: who is in `done`, by block; who is not follows from the blocks."""

    survey: SurveyKey
    practice: str
    blocks: tuple[int, ...]
    done: Side
    not_done: Side
    members: Membership

    @property
    def table(self) -> str:
        """The id of the table that this is a part of."""
        return table_id(self.survey, self.practice)

    def arm(self, *, done: bool) -> Side:
        return self.done if done else self.not_done


def table_id(survey: SurveyKey, practice: str) -> str:
    """What a table is called, in release files and by `kloof publish`."""
    return f"{survey.id}-{survey.version}/practice/{practice}"


def arm_id(table: str, *, done: bool) -> str:
    """What one arm of a table is called."""
    return f"{table}/{'done' if done else 'not_done'}"


ROOM = 1 / 6
"""The share of what the certificate allows one person that a block must have left, to be cut: a block of the fewest
customers that may close has just so much.
"""


def new_parts(
    pairs: PairColumns,
    practised: Mapping[str, "Bools"],
    standing: Iterable[Part],
    members: Membership,
    thresholds: Thresholds,
    chance: np.random.Generator,
    lateness: "Ints | None" = None,
) -> Iterator[Part]:
    """Per practice the part that could be added now, where both its arms obey the rules, and all that can be had by
    subtracting an arm from another published set.

    pairs: those in closed blocks that are not retired; their `cell` is the number of the block. practised: per
    practice, for each pair whether it was done. standing: parts that were published and are not retired. members:
    everybody in every block and part that ever was. Blocks with somebody whom these already give all but all the
    weight that the certificate allows are left whole. chance: what rounding is drawn from. lateness: of each pair, for
    two tables more; they leave out blocks in which a day is not known.
    """
    if lateness is None or not lateness.any():
        lateness = None
        if not any(done.any() for done in practised.values()):
            return
    whole = np.unique(members.row[np.isin(members.person, _weighty(members, thresholds))])
    open_blocks = dict.fromkeys(practised, ~np.isin(pairs.cell, whole))
    if lateness is not None:
        practised = {**practised, LATE: lateness >= Lateness.LATE}
        practised[TWO_WEEKS_LATE] = lateness >= Lateness.TWO_WEEKS_LATE
        dated = ~np.isin(pairs.cell, np.concatenate([whole, pairs.cell[lateness == 0]]))
        open_blocks |= {LATE: dated, TWO_WEEKS_LATE: dated}
    taken: dict[str, set[int]] = {}
    for part in standing:
        if part.survey == pairs.survey.key:
            taken.setdefault(part.practice, set()).update(part.blocks)
    told = [
        arm
        for practice, blocks in taken.items()
        for arm in _arms(np.isin(pairs.cell, [*blocks]), practised.get(practice))
    ]
    for practice, done in practised.items():
        before = np.isin(pairs.cell, [*taken.get(practice, ())])
        free = open_blocks[practice] & ~before
        added = _part(pairs.take(free), done[free], practice, thresholds, chance)
        arms = [*_arms(before | free, done), *_arms(free, done)]
        if added is not None and _differences_hold(pairs, arms, told, thresholds):
            told += arms
            yield added


def _arms(inside: "Bools", done: "Bools | None") -> "list[Bools]":
    return [] if done is None else [inside & done, inside & ~done]


def _differences_hold(
    pairs: PairColumns, arms: "Sequence[Bools]", told: "Sequence[Bools]", thresholds: Thresholds
) -> bool:
    """Whether each arm less the blocks that lie within it, and each less another that lies within it, is nobody or
    may stand by itself.
    """
    _, block = np.unique(pairs.cell, return_inverse=True)
    size = np.bincount(block)
    differences = []
    for arm in arms:
        in_arm = np.bincount(block[arm], minlength=len(size))
        differences.append(arm & (in_arm < size)[block])
        for other in told:
            if not (arm & ~other).any():
                differences.append(other & ~arm)
            elif not (other & ~arm).any():
                differences.append(arm & ~other)
    return all(_may_stand(pairs.take(one), thresholds) for one in differences if one.any())


def _may_stand(pairs: PairColumns, thresholds: Thresholds) -> bool:
    return judge(pairs, np.zeros(len(pairs), np.int64), 1, thresholds).reasons[0] is None


def _weighty(members: Membership, thresholds: Thresholds) -> "Ints":
    bound = (1 - ROOM) * thresholds.max_leverage
    return Certificate(members).outsiders(bound).above(bound)


def _part(
    pairs: PairColumns, done: "Bools", practice: str, thresholds: Thresholds, chance: np.random.Generator
) -> Part | None:
    if not done.any():
        return None
    judged = judge(pairs, done.astype(np.int64), 2, thresholds)
    people = judged.members.people(2)
    sellers = [len(np.unique(pairs.salesperson[done == side])) for side in (False, True)]
    if people.min() < LEAST_WITH_PRACTICE or min(sellers) < LEAST_SALESPEOPLE or any(judged.reasons):
        return None
    figures = RoundedSums.of(judged.group_sums, np.array([0, 1]), pairs.survey, chance)
    sides = [Side(one.sums, int(n)) for one, n in zip(figures, judged.group_sums.n, strict=True)]
    return Part(
        survey=pairs.survey.key,
        practice=practice,
        blocks=tuple(np.unique(pairs.cell).tolist()),
        done=sides[1],
        not_done=sides[0],
        members=Membership.of(
            pairs.cell[done], pairs.customer[done], pairs.salesperson[done], pairs.account[done]
        ),
    )


def practice_cells(
    parts: Iterable[Part],
    surveys: Mapping[SurveyKey, Survey],
    header: Header,
    earlier: ReleaseDocument | None,
    members: Membership,
) -> tuple[PracticeCell, ...]:
    """Both arms of every table; one of the same blocks as in the release before carries that release's date.

    members: who is in which block.
    """
    tables: dict[tuple[str, int, int], list[Part]] = {}
    for part in parts:
        key = part.survey.id, part.survey.version, TABLES.index(part.practice)
        tables.setdefault(key, []).append(part)
    carried = {cell.id: cell for cell in earlier.practices} if earlier else {}
    found = []
    for _, table in sorted(tables.items(), key=lambda item: item[0]):
        for done in (True, False):
            people = _people(table, members, done=done)
            cell = _cell(surveys[table[0].survey], table, header, people, done=done)
            before = carried.get(cell.id)
            same = before is not None and before.blocks == cell.blocks
            found.append(cell.model_copy(update={"as_of": before.as_of}) if before and same else cell)
    return tuple(found)


def spreads_of(
    some: Iterable[PairColumns], parts: Sequence[Part], product: "NDArray[np.intp]", names: Sequence[str]
) -> dict[str, ArmSpread]:
    """By the id of an arm what is told of it besides its sums.

    some: per survey version the pairs in closed blocks, whose `cell` is the block. product: of each pair, by its
    id, the place of its product among `names`.
    """
    found: dict[str, ArmSpread] = {}
    for pairs in some:
        for table in {part.table for part in parts if part.survey == pairs.survey.key}:
            its = [part for part in parts if part.table == table]
            inside = np.isin(pairs.cell, [block for part in its for block in part.blocks])
            within, done = pairs.take(inside), _did(pairs, its)[inside]
            spreads = arm_spreads(within, done, product[within.id], names)
            found |= dict(zip((arm_id(table, done=one) for one in (True, False)), spreads, strict=True))
    return found


def _did(pairs: PairColumns, parts: Sequence[Part]) -> "Bools":
    """Of each pair whether it is in the arm with the practice, as it was when its part was made."""
    members = Membership.together(part.members for part in parts)
    people = int(max(pairs.customer.max(initial=0), members.person.max(initial=0))) + 1
    here = pairs.cell.astype(np.int64) * people + pairs.customer
    return np.isin(here, members.row * people + members.person)


def _people(parts: Sequence[Part], members: Membership, *, done: bool) -> int:
    """How many different customers are in one arm."""
    with_it = Membership.together(part.members for part in parts)
    if done:
        return len(np.unique(with_it.person))
    everybody = members.take(np.isin(members.row, [block for part in parts for block in part.blocks]))
    seen = {*zip(with_it.row.tolist(), with_it.person.tolist(), strict=True)}
    return len(
        {
            person
            for block, person in zip(everybody.row.tolist(), everybody.person.tolist(), strict=True)
            if (block, person) not in seen
        }
    )


def _cell(survey: Survey, parts: Sequence[Part], header: Header, people: int, *, done: bool) -> PracticeCell:
    arm = _arm(parts, done=done)
    return PracticeCell(
        id=arm_id(parts[0].table, done=done),
        survey=survey.id,
        version=survey.version,
        level=Level.COMPANY,
        practice=parts[0].practice,
        done=done,
        blocks=tuple(sorted(block for part in parts for block in part.blocks)),
        parts=len(parts),
        n=arm.n,
        customers=rounded_down(people),
        as_of=AsOf(release=header.number, date=header.published_on),
        aspects=aspects(survey, arm.sums),
    )


def is_sum_of_parts(cell: PracticeCell, parts: Iterable[Part], survey: Survey) -> bool:
    """Whether the cell shows exactly the sums of the parts of its table."""
    ours = [part for part in parts if part.survey == cell.key and part.practice == cell.practice]
    blocks = sorted(block for part in ours for block in part.blocks)
    if not ours or len(set(blocks)) < len(blocks) or tuple(blocks) != cell.blocks:
        return False
    arm = _arm(ours, done=cell.done)
    return cell.aspects == aspects(survey, arm.sums) and cell.n == arm.n and cell.parts == len(ours)


def _arm(parts: Sequence[Part], *, done: bool) -> Side:
    return sum((part.arm(done=done) for part in parts[1:]), start=parts[0].arm(done=done))
