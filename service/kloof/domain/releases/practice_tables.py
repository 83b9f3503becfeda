"""Tables that cut across blocks: deals with a practice beside deals without, frozen like everything else.

A table grows in parts. A part takes in every closed block that no part of its practice holds yet, and divides the
customers of these blocks in two arms. It obeys the rules of a block on either side, since two releases tell it from
the parts before it; and it is counted per block, as a block counts, so that the two arms of a part are exactly its
blocks. Otherwise both arms less the blocks would tell of the few customers who stand in two blocks.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kloof.domain.deals.deals import PRACTICES
from kloof.domain.releases.cells import Header, aspects
from kloof.domain.releases.document import AsOf, Level, PracticeCell, ReleaseDocument
from kloof.domain.releases.leverage import Certificate, Membership
from kloof.domain.releases.pair_columns import PairColumns, Stat, group_sums
from kloof.domain.releases.queues import judge
from kloof.domain.releases.thresholds import Thresholds
from kloof.domain.statistics.arms import LEAST_SALESPEOPLE, LEAST_WITH_PRACTICE
from kloof.domain.surveys.definition import Survey, SurveyKey

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a part. sums: float64[aspects, Stat]."""

    sums: "Floats"
    deals: int

    def __add__(self, other: "Side") -> "Side":
        return Side(self.sums + other.sums, self.deals + other.deals)


@dataclass(frozen=True, slots=True)
class Part:
    """Both arms over some blocks. members: who is in `done`; who is not follows from the blocks."""

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
) -> Iterator[Part]:
    """Per practice the part that could be added now, where both its arms obey the rules.

    pairs: those in closed blocks that are not retired; their `cell` is the number of the block. practised: per
    practice, for each pair whether it was done. standing: parts that were published and are not retired. members:
    everybody in every block and part that ever was. Blocks with somebody whom these already give all but all the
    weight that the certificate allows are left whole.
    """
    whole = np.unique(members.row[np.isin(members.person, _weighty(members, thresholds))])
    taken: dict[str, set[int]] = {}
    for part in standing:
        if part.survey == pairs.survey.key:
            taken.setdefault(part.practice, set()).update(part.blocks)
    for practice, done in practised.items():
        free = ~np.isin(pairs.cell, [*taken.get(practice, ()), *whole.tolist()])
        added = _part(pairs.take(free), done[free], practice, thresholds)
        if added is not None:
            yield added


def _weighty(members: Membership, thresholds: Thresholds) -> "NDArray[np.int64]":
    certificate = Certificate(members)
    outside, inside = (1 - ROOM) * thresholds.max_leverage, (1 - ROOM) * thresholds.insider_max_leverage
    return np.union1d(
        certificate.outsiders(outside).above(outside), certificate.insiders(inside).above(inside)
    )


def _part(pairs: PairColumns, done: "Bools", practice: str, thresholds: Thresholds) -> Part | None:
    if not done.any():
        return None
    # A customer counts in one arm per block: "done" where it was done in any of their deals there.
    _, unit = np.unique(np.stack([pairs.cell, pairs.customer]), axis=1, return_inverse=True)
    arm = (np.bincount(unit.ravel(), weights=done)[unit.ravel()] > 0).astype(np.int64)
    judged = judge(pairs, arm, 2, thresholds)
    sellers = [len(np.unique(pairs.salesperson[arm == side])) for side in (0, 1)]
    large = judged.group_sums.customers.min() >= LEAST_WITH_PRACTICE and min(sellers) >= LEAST_SALESPEOPLE
    if not large or any(judged.reasons):
        return None
    blocks, block = np.unique(pairs.cell, return_inverse=True)
    sums = group_sums(pairs, block * 2 + arm, 2 * len(blocks)).sums.reshape(
        len(blocks), 2, *judged.group_sums.sums.shape[1:]
    )
    sums[..., Stat.GOOD] = np.nan  # it is capped per group, so both arms would not add up to their blocks
    not_done, with_it = (Side(sums[:, side].sum(axis=0), int((arm == side).sum())) for side in (0, 1))
    return Part(
        survey=pairs.survey.key,
        practice=practice,
        blocks=tuple(blocks.tolist()),
        done=with_it,
        not_done=not_done,
        members=_members(pairs.take(arm == 1)),
    )


def _members(pairs: PairColumns) -> Membership:
    """Who is in an arm, each with the number of blocks in which they are."""
    inside = Membership.of(np.zeros(len(pairs), np.int64), pairs.customer, pairs.salesperson)
    units = np.unique(np.stack([pairs.customer, pairs.cell]), axis=1)[0]
    people, times = np.unique(units, return_counts=True)
    weight = times[np.searchsorted(people, inside.person)]
    return Membership(inside.row, inside.person, inside.salesperson, weight)


def practice_cells(
    parts: Iterable[Part],
    surveys: Mapping[SurveyKey, Survey],
    header: Header,
    earlier: ReleaseDocument | None,
) -> tuple[PracticeCell, ...]:
    """Both arms of every table; one of the same blocks as in the release before carries that release's date."""
    tables: dict[tuple[str, int, int], list[Part]] = {}
    for part in parts:
        key = part.survey.id, part.survey.version, PRACTICES.index(part.practice)
        tables.setdefault(key, []).append(part)
    carried = {cell.id: cell for cell in earlier.practices} if earlier else {}
    found = []
    for _, table in sorted(tables.items(), key=lambda item: item[0]):
        for done in (True, False):
            cell = _cell(surveys[table[0].survey], table, header, done=done)
            before = carried.get(cell.id)
            same = before is not None and before.blocks == cell.blocks
            found.append(cell.model_copy(update={"as_of": before.as_of}) if before and same else cell)
    return tuple(found)


def _cell(survey: Survey, parts: Sequence[Part], header: Header, *, done: bool) -> PracticeCell:
    arm = parts[0].arm(done=done)
    for part in parts[1:]:
        arm = arm + part.arm(done=done)
    shown = aspects(survey, arm.sums)
    return PracticeCell(
        id=f"{parts[0].table}/{'done' if done else 'not_done'}",
        survey=survey.id,
        version=survey.version,
        level=Level.COMPANY,
        practice=parts[0].practice,
        done=done,
        blocks=tuple(sorted(block for part in parts for block in part.blocks)),
        deals=arm.deals,
        customers=int(arm.sums[0, 0]),
        as_of=AsOf(release=header.number, date=header.published_on),
        aspects=shown,
    )


def is_sum_of_parts(cell: PracticeCell, parts: Iterable[Part], survey: Survey) -> bool:
    """Whether the cell shows exactly the sums of the parts of its table."""
    ours = [part for part in parts if part.survey == cell.key and part.practice == cell.practice]
    blocks = sorted(block for part in ours for block in part.blocks)
    if not ours or len(set(blocks)) < len(blocks) or tuple(blocks) != cell.blocks:
        return False
    arm = ours[0].arm(done=cell.done)
    for part in ours[1:]:
        arm = arm + part.arm(done=cell.done)
    return (
        cell.aspects == aspects(survey, arm.sums)
        and cell.deals == arm.deals
        and cell.customers == int(arm.sums[0, 0])
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the certificate says: who everybody is together with the tables that pass, the largest leverage for
    outsiders and for salespeople, and the tables that do not pass."""

    most: tuple[float, float]
    refused: tuple[str, ...] = ()


def judged_together(
    members: Membership, cutting: Mapping[str, Membership], thresholds: Thresholds
) -> Verdict:
    """All tables at once; where that does not hold, one by one, each beside those that passed before it."""
    plain = most(members, thresholds)
    if not cutting or not within(plain, thresholds):
        return Verdict(plain)
    everything = members
    for name in sorted(cutting):
        everything = beside(everything, cutting[name])
    together = most(everything, thresholds)
    if within(together, thresholds):
        return Verdict(together)
    passed, found, refused = members, plain, []
    for name in sorted(cutting):
        wider = beside(passed, cutting[name])
        with_it = most(wider, thresholds)
        if within(with_it, thresholds):
            passed, found = wider, with_it
        else:
            refused.append(name)
    return Verdict(found, tuple(refused))


def beside(members: Membership, one: Membership) -> Membership:
    """The members with one more set, numbered downwards: a closed block has a positive number."""
    number = min(0, int(members.row.min(initial=0))) - 1
    return members + Membership(np.full(len(one.row), number), one.person, one.salesperson, one.weight)


def most(members: Membership, thresholds: Thresholds) -> tuple[float, float]:
    """The largest leverage of anybody, for outsiders and for salespeople."""
    certificate = Certificate(members)
    return (
        certificate.outsiders(thresholds.max_leverage).most,
        certificate.insiders(thresholds.insider_max_leverage).most,
    )


def within(found: tuple[float, float], thresholds: Thresholds) -> bool:
    """Whether both are within what the thresholds allow."""
    bounds = thresholds.max_leverage, thresholds.insider_max_leverage
    return all(one <= bound * (1 + 1e-9) for one, bound in zip(found, bounds, strict=True))
