"""What the rules of disclosure give and what they cost, measured on made-up companies with the truth at hand."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from unittest import mock

import numpy as np

from cast.companies import COMPANIES, PRACTISED, year
from cast.true_worlds import Memory
from cast.worlds import World, a_survey, answers
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases import attacks, blocks, likeness, overlap, queues
from kloof.domain.releases.attacks.insiders.naming import Window
from kloof.domain.releases.attacks.truth import Groups, Truth
from kloof.domain.releases.certificate.leverage import Leverages
from kloof.domain.releases.coarse_shares import aspect_shares, counts_of
from kloof.domain.releases.queues import FineCell
from kloof.domain.statistics.estimates import estimate, rounding_variance
from kloof.domain.surveys.definition import Survey

FILES: Final = ("leverage", "differencing")
KIOSK: Final = Path(__file__).parents[3] / "shared" / "data" / "kiosk" / "answers.csv"


@dataclass
class Measured:
    """One company after twelve releases.

    came_out: share of complete pairs that stood in a release; standing: in the last one. found: per attack what it
    found in the files; inside: with the truth. left: per insider the targets, those named for certain, and those with
    two candidates. distributions: of blocks, tried and known whole. wider: how much wider intervals are than those of
    exact sums, per cell and aspect. covered: which of them hold the mean that is true of all customers. counts: shares
    of those that likeness is judged for when they are told: how many were told, and how many there would be.
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
    counts: tuple[int, int] = (0, 0)


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
    widths, covered = _intervals(world, company.content)
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
        counts=counts_told(world, memory),
    )


JUDGED: Final = ("good", "at_norm", "disappointed_at_norm", "disappointed_below_norm")


def counts_told(world: World, memory: Memory) -> tuple[int, int]:
    """Of the shares that could tell that others are alike: how many came out, and how many would without the rule."""
    surveys = {deal.survey.key: deal.survey for deal in world.deals}
    figures = {number: block.figures for number, block in memory.blocks.items()}
    cells = {
        (cell.id, cell.counted): cell for release in world.releases for cell in release.cells if cell.counted
    }
    told = every = 0
    for cell in cells.values():
        survey, n = surveys[cell.key], sum(memory.blocks[block].n for block in cell.counted)
        for aspect, counts in zip(survey.core, counts_of(cell.counted, figures, survey), strict=True):
            whole = aspect_shares(aspect, counts, n)
            every += sum(getattr(whole, name) is not None for name in JUDGED)
            told += sum(getattr(cell.shares[aspect.id], name) is not None for name in JUDGED)
    return told, every


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
def _true_gap(low: int, high: int, content: float) -> float:
    survey = a_survey(40, low=low, high=high, norm=None)
    rng = np.random.default_rng(0)
    said = np.array([answers(rng, survey, content) for _ in range(20_000)])
    return float((said[:, 0] - said[:, 1]).mean())


def _intervals(world: World, content: float) -> tuple[list[float], list[bool]]:
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
            gap = _true_gap(survey.scale.low, survey.scale.high, content)
            covered.append(found.interval.low <= gap <= found.interval.high)
    return wider, covered


def _always(result: Any) -> Callable[..., Any]:
    return lambda *_, **__: result


def _every(members: Any, n: Any, *_: Any) -> Any:
    return np.ones(len(n), dtype=bool)


def _none(pairs: Any, group: Any, groups: int) -> Any:
    return np.zeros(groups, dtype=bool)


def _nobody(members: Any, *_: Any) -> Leverages:
    return Leverages(members.person[:0], np.zeros(0))


WITHOUT: Final[Mapping[str, Mapping[Any, Mapping[str, Any]]]] = MappingProxyType(
    {
        "salespeople: three, none with half, five left beside two": {
            queues: {"_enough_salespeople": _every},
            overlap: {"colleague_leverages": _nobody},
        },
        "accounts: three, none that outweighs the others": {queues: {"_enough_accounts": _every}},
        "likeness, also without each salesperson and account": {queues: {"too_alike": _none}},
        "customers and accounts in several blocks: leverage over all releases": {
            blocks: {"without_overexposed": lambda blocks, *_, **__: blocks}
        },
        "colleagues: a customer of several blocks is one person": {overlap: {"colleague_leverages": _nobody}},
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


@contextmanager
def counts_judged_per_block() -> Iterator[None]:
    """The strict reading of likeness: good marks and the norm keep a whole block back where nearly all are alike."""
    plain = likeness._kinds

    def kinds(survey: Survey, arm: Arm, norm: float) -> list[tuple[Any, int, bool]]:
        found = plain(survey, arm, norm)
        if arm is Arm.ASKED:
            points = len(survey.scale.points)
            r = np.arange(points * points) % points + survey.scale.low
            found += [((r >= least).astype(np.int64), 2, False) for least in (survey.scale.good, norm)]
        return found

    with mock.patch.object(likeness, "_kinds", kinds):
        yield


def kiosk() -> World | None:
    """207 real people of 24 aspects, through six salespeople in two teams; None where the data is not here."""
    if not KIOSK.exists():
        return None
    survey, world = a_survey(24, low=1, high=7, norm=5.5), World()
    with KIOSK.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            number = int(row["respondent"])
            said = [[int(row[f"{side}_{at}"]) for at in range(1, 25)] for side in ("expected", "perceived")]
            cell = FineCell("kiosk", ("up", "down")[number % 2], ("north", "south")[number % 2])
            world.sell(survey, number, number % 6, cell, np.array(said))
    for _ in range(3):
        world.freeze()
        world.rounds += 1
    return world


def share_closed(world: World) -> float:
    """The share of complete pairs that ever closed into a block."""
    kept = [deal for deal in world.deals if not deal.gone and deal.arm is Arm.ASKED]
    return sum(deal.block > 0 for deal in kept) / len(kept)


def closed(name: str, pairs: int, seed: int = 1) -> float:
    """The share of this company's complete pairs that ever closed into a block, with no tables beside."""
    return share_closed(year(COMPANIES[name], pairs, seed, practised={}, published=False))


def covered(name: str, pairs: int, seeds: Sequence[int]) -> float:
    """How many 95% intervals hold the mean that is true of all customers, over several such companies.

    The cells of one company rest on the same answers, so that one company alone says little.
    """
    held: list[bool] = []
    for seed in seeds:
        world = year(COMPANIES[name], pairs, seed, practised={}, published=False)
        world.publish()
        held += _intervals(world, COMPANIES[name].content)[1]
    return sum(held) / len(held)
