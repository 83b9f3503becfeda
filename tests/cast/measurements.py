"""What the rules of disclosure give and what they cost, measured on made-up companies with the truth at hand."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Final
from unittest import mock

import numpy as np

from cast.companies import COMPANIES, PRACTISED, year
from cast.true_worlds import Memory
from cast.worlds import World, a_survey, answers
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases import attacks, blocks, queues
from kloof.domain.releases.attacks.insiders.naming import Window
from kloof.domain.releases.attacks.truth import Groups, Truth
from kloof.domain.statistics.estimates import estimate, rounding_variance

FILES: Final = ("leverage", "differencing")


@dataclass
class Measured:
    """One company after twelve releases.

    came_out: share of complete pairs that stood in a release; standing: in the last one. found: per attack what it
    found in the files; inside: with the truth. left: per insider the targets, those named for certain, and those with
    two candidates. distributions: of blocks, tried and known whole. wider: how much wider intervals are than those of
    exact sums, per cell and aspect. covered: which of them hold the mean that is true of all customers.
    """

    name: str
    pairs: int
    scale: str
    came_out: float
    standing: float
    found: Mapping[str, int]
    unsolved: int
    inside: tuple[str, ...]
    left: Mapping[str, tuple[int, int, int]]
    distributions: tuple[int, int]
    tables: int
    wider: list[float] = field(default_factory=list)
    covered: list[bool] = field(default_factory=list)


def measured(
    name: str, pairs: int, seed: int = 1, practised: Mapping[str, float] = PRACTISED, *, files: bool = True
) -> Measured:
    """The company of this name, with so many pairs. files: whether the slow attacks on the files are tried too."""
    company, memory = COMPANIES[name], Memory()
    world = year(company, pairs, seed, memory, practised)
    truths = memory.truths(world)
    inside = attacks.inside(truths, world.releases)
    tried = attacks.ATTACKS if files else {one: attacks.ATTACKS[one] for one in FILES}
    found = {attack: list(run(world.releases)) for attack, run in tried.items()}
    widths, covered = _intervals(world)
    return Measured(
        name=name,
        pairs=pairs,
        scale=f"{company.low}–{company.high}",
        came_out=world.share_came_out,
        standing=world.share_standing,
        found={attack: sum(one.proved for one in breaches) for attack, breaches in found.items()},
        unsolved=sum(not one.proved for breaches in found.values() for one in breaches),
        inside=tuple(map(str, inside.breaches)),
        left={one.name: (one.tried, one.certain, one.two_left) for one in inside.results},
        distributions=_distributions(truths, {number: block.n for number, block in memory.blocks.items()}),
        tables=max(len(release.practices) // 2 for release in world.releases),
        wider=widths,
        covered=covered,
    )


def _distributions(truths: list[Truth], sizes: Mapping[int, int]) -> tuple[int, int]:
    """Of how many blocks, aspects and sides the rounded sum leaves one way only to fill in how many gave which answer.

    That is where one sum alone is possible, and it is an end of all, or one point beside it.
    """
    tried = known = 0
    for truth in truths:
        scale = truth.survey.scale
        numbers, here = np.unique(truth.block, return_counts=True)
        whole = numbers[here == [sizes[int(number)] for number in numbers]]
        for part in truth.slices(whole):
            n = Groups.by(part.block).n
            for side in part.sides:
                for totals in part.totals(side).T:
                    window = Window.of(part, totals)
                    least = np.maximum(window.least, n * scale.low)
                    most = np.minimum(window.most, n * scale.high)
                    near = np.minimum(least - n * scale.low, n * scale.high - most) <= 1
                    tried += len(n)
                    known += int(((least == most) & near).sum())
    return tried, known


@cache
def _true_gap(low: int, high: int) -> float:
    survey = a_survey(40, low=low, high=high, norm=None)
    rng = np.random.default_rng(0)
    said = np.array([answers(rng, survey) for _ in range(20_000)])
    return float((said[:, 0] - said[:, 1]).mean())


def _intervals(world: World) -> tuple[list[float], list[bool]]:
    """Per cell and aspect of the last release: what rounding widens, and whether the interval holds the truth."""
    release = world.releases[-1]
    wider, covered = [], []
    for cell in release.cells:
        spread, survey = release.spread(cell.key), release.survey(cell.key)
        if spread is None:
            continue
        pool = sum(one.n for one in release.cells_of(cell.key) if one.level == "company")
        known = rounding_variance(survey.base, len(cell.blocks), sides=2) / cell.n**2
        for aspect, sums in cell.aspects.items():
            sd = spread.aspects[aspect].s
            found = estimate((sums.v - sums.r) / cell.n, sd, cell.n, pool - 1, known=known)
            exact = estimate(found.mean, sd, cell.n, pool - 1)
            wider.append(found.error / exact.error - 1)
            gap = _true_gap(survey.scale.low, survey.scale.high)
            covered.append(found.interval.low <= gap <= found.interval.high)
    return wider, covered


def _always(result: Any) -> Callable[..., Any]:
    return lambda *_, **__: result


def _every(members: Any, n: Any, *_: Any) -> Any:
    return np.ones(len(n), dtype=bool)


def _none(pairs: Any, group: Any, groups: int) -> Any:
    return np.zeros(groups, dtype=bool)


WITHOUT: Final[Mapping[str, Mapping[Any, Mapping[str, Any]]]] = MappingProxyType(
    {
        "salespeople: three, none with half, five left beside two": {queues: {"_enough_salespeople": _every}},
        "accounts: three, none that outweighs the others": {queues: {"_enough_accounts": _every}},
        "likeness, also without each salesperson and account": {queues: {"too_alike": _none}},
        "customers and accounts in several blocks: leverage over all releases": {
            blocks: {"without_overexposed": lambda blocks, *_, **__: blocks}
        },
    }
)
"""Per rule what stands in its place in the engine where it does not hold."""


@contextmanager
def without(rule: str) -> Iterator[None]:
    """The engine without this rule; nothing may be published from it."""
    patches = [
        mock.patch.object(module, name, stand_in)
        for module, names in WITHOUT[rule].items()
        for name, stand_in in names.items()
    ]
    for patch in patches:
        patch.start()
    try:
        yield
    finally:
        for patch in patches:
            patch.stop()


def closed(name: str, pairs: int, seed: int = 1) -> float:
    """The share of this company's complete pairs that ever closed into a block, with no tables beside."""
    world = year(COMPANIES[name], pairs, seed, practised={}, published=False)
    kept = [deal for deal in world.deals if not deal.gone and deal.arm is Arm.ASKED]
    return sum(deal.block > 0 for deal in kept) / len(kept)
