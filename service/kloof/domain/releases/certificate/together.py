"""All blocks and tables together: the largest leverages, and which tables may stand beside what came out before."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kloof.domain.releases.certificate.coalitions import Coalitions
from kloof.domain.releases.certificate.colleagues import Colleagues
from kloof.domain.releases.certificate.leverage import Certificate, Membership
from kloof.domain.releases.thresholds import Thresholds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]


class LargestLeverages(NamedTuple):
    """The largest leverage of anybody: for outsiders, one salesperson, two of them together; and of an account."""

    outsiders: float
    insider: float
    pair: float
    account: float

    def within(self, thresholds: Thresholds) -> bool:
        """Whether each is what the thresholds allow."""
        bounds = (
            thresholds.max_leverage,
            *(thresholds.insider_max_leverage,) * 2,
            thresholds.account_max_leverage,
        )
        return all(one <= bound * (1 + 1e-9) for one, bound in zip(self, bounds, strict=True))


@dataclass(frozen=True, slots=True)
class TablesJudged:
    """What the certificate says: the largest leverages with the tables that pass, and the tables that do not."""

    most: LargestLeverages
    refused: tuple[str, ...] = ()


def judged_together(
    blocks: Membership, every_part: Sequence[Membership], cutting: Mapping[str, Membership], rules: Thresholds
) -> TablesJudged:
    """All tables at once; where that does not hold, one by one, each beside those that passed before it.

    blocks: who is in which block that ever closed. every_part: who is in the arm of each part that ever came out, by
    block. cutting: the same of those that this release would add, by the id of their table.
    """
    plain = most(blocks, every_part, rules)
    if not cutting or not plain.within(rules):
        return TablesJudged(plain)
    together = most(blocks, [*every_part, *cutting.values()], rules)
    if together.within(rules):
        return TablesJudged(together)
    passed, found, refused = [*every_part], plain, []
    for name in sorted(cutting):
        with_it = most(blocks, [*passed, cutting[name]], rules)
        if with_it.within(rules):
            passed, found = [*passed, cutting[name]], with_it
        else:
            refused.append(name)
    return TablesJudged(found, tuple(refused))


def cut_again(
    cutting: Mapping[str, Membership],
    every_part: Iterable[Membership],
    blocks: Membership,
    standing: Container[int],
) -> tuple[str, ...]:
    """Tables whose new part is an earlier one without its retired blocks, or with whole blocks besides.

    What sets the two apart is what the retired blocks had in an arm, and nobody can judge that any more. cutting,
    every_part: as `judged_together` has them. standing: blocks that are not retired.
    """
    retired = [
        part for part in every_part if any(row not in standing for row in np.unique(part.row).tolist())
    ]
    if not cutting or not retired:
        return ()
    live = blocks.take(np.array([row in standing for row in blocks.row.tolist()], dtype=bool))
    return tuple(
        name
        for name, part in cutting.items()
        if any(_differ_by_what_is_retired(live, part, other) for other in retired)
    )


def _differ_by_what_is_retired(live: Membership, part: Membership, other: Membership) -> bool:
    ours = live.take(np.isin(live.row, np.union1d(part.row, other.row)))
    _, block = np.unique(ours.row, return_inverse=True)
    size = np.bincount(block)
    for one in _arms_among(ours, other):
        for new in _arms_among(ours, part):
            besides = np.bincount(block[new & ~one], minlength=len(size))
            if (one & new).any() and ((besides == 0) | (besides == size)).all():
                return True
    return False


def _arms_among(members: Membership, arm: Membership) -> "list[Bools]":
    """Of each entry whether it is in the arm, and whether it is in the other arm of the same blocks."""
    base = 1 + max(int(some.person.max(initial=0)) for some in (members, arm))
    done = np.isin(members.row * base + members.person, arm.row * base + arm.person)
    return [done, np.isin(members.row, arm.row) & ~done]


def most(blocks: Membership, parts: Sequence[Membership], rules: Thresholds) -> LargestLeverages:
    """The largest leverages over these blocks and parts, where small enough by an upper bound.

    To salespeople each deal is taken for somebody, and each customer for one, and the larger leverage counts; whoever
    sold to all that a set holds leaves nobody there to protect.
    """
    everything = beside(blocks, parts)
    certificate = Certificate(everything)
    colleagues = Colleagues(everything, certificate)
    bound = rules.insider_max_leverage
    coalitions = Coalitions(blocks, parts)
    insider, pair = (
        max(coalitions.largest(together, bound), colleagues.leverages(together, bound).most)
        if together <= rules.most_together
        else 0.0
        for together in (1, 2)
    )
    return LargestLeverages(
        outsiders=certificate.outsiders(rules.max_leverage).most,
        insider=insider,
        pair=pair,
        account=certificate.accounts(rules.account_max_leverage).most,
    )


def beside(blocks: Membership, parts: Sequence[Membership]) -> Membership:
    """The blocks, and each part as one more set, numbered downwards: a closed block has a positive number."""
    numbered = (part.as_one_set(-number) for number, part in enumerate(parts, start=1))
    return Membership.together([blocks, *numbered])
