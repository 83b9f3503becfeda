"""Companies of every awkward kind, each for twelve releases: what the whole release engine is tried on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from cast.worlds import World, a_survey, answers
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.queues import FineCell

RELEASES: Final = 12
PRACTISED: Final = MappingProxyType({"joint_visit": 0.5, "quote_checked": 0.35, "complaint": 0.08})
"""What is done in which share of the deals."""


@dataclass(frozen=True)
class Company:
    """What a company is like.

    teams: per region how many. sellers: per team. repeat: chance that a deal is by a customer who bought before.
    erasures, corrections: how many a release, on average. star: share of the first team's deals that one salesperson
    makes. season: how much busier the busiest month is. lopsided: share of the deals that the first product and the
    first team get beforehand. alone: beside every pair, how many customers who were not asked at sale, and as many who
    left. accounts: share of customers who answer for one of a few organisations, the first of which has half of these.
    content: by what share of the scale customers get more than in the other companies.
    """

    products: int = 2
    teams: tuple[int, ...] = (2, 2)
    sellers: int = 4
    repeat: float = 0.05
    star: float = 0.0
    season: float = 0.0
    lopsided: float = 0.0
    erasures: float = 0.3
    corrections: float = 0.3
    new_version_at: int | None = None
    alone: float = 0.15
    aspects: int = 8
    low: int = 0
    high: int = 10
    accounts: float = 0.0
    content: float = 0.0


COMPANIES: Final[Mapping[str, Company]] = MappingProxyType(
    {
        "plain": Company(),
        "tiny": Company(products=1, teams=(1,), sellers=3),
        "lopsided": Company(lopsided=0.8),
        "one star": Company(star=0.6),
        "one team per region": Company(teams=(1, 1, 1, 1)),
        "repeat customers": Company(repeat=0.25),
        "seasonal": Company(season=3.0),
        "new version": Company(new_version_at=6),
        "many products": Company(products=5, teams=(2, 2, 2), sellers=3),
        "short scale": Company(high=5, aspects=12, repeat=0.15, erasures=1.0),
        "one to five": Company(low=1, high=5),
        "one to seven": Company(low=1, high=7, repeat=0.1),
        "big accounts": Company(accounts=0.5),
        "content customers": Company(content=0.12),
    }
)


def year(
    company: Company,
    pairs: int,
    seed: int,
    watch: Callable[[World], None] = lambda world: None,
    practised: Mapping[str, float] = PRACTISED,
    *,
    published: bool = True,
) -> World:
    """The company after twelve releases; `watch` sees the world after each. Blocks alone where not `published`."""
    rng = np.random.default_rng(seed)
    world = World()
    weights = 1 + company.season * np.maximum(0, np.sin(np.arange(RELEASES) * 2 * np.pi / RELEASES))
    monthly = np.rint(pairs * weights / weights.sum()).astype(int)
    for month, count in enumerate(monthly):
        _sell(world, company, int(count), month, rng, practised)
        _change(world, company, rng)
        world.freeze()
        if published:
            world.publish()
        else:
            world.rounds += 1
        watch(world)
    return world


def _sell(
    world: World,
    company: Company,
    count: int,
    month: int,
    rng: np.random.Generator,
    practised: Mapping[str, float],
) -> None:
    version = 2 if company.new_version_at is not None and month >= company.new_version_at else 1
    norm = company.low + 0.7 * (company.high - company.low)
    survey = a_survey(company.aspects, version=version, low=company.low, high=company.high, norm=norm)
    luck, fate = np.random.default_rng(month), np.random.default_rng(1000 + month)
    teams = [(region, team) for region, many in enumerate(company.teams) for team in range(many)]
    for _ in range(count):
        product = 0 if rng.random() < company.lopsided else int(rng.integers(company.products))
        number = 0 if rng.random() < company.lopsided else int(rng.integers(len(teams)))
        region, team = teams[number]
        seller = 0 if number == 0 and rng.random() < company.star else int(rng.integers(company.sellers))
        returns = world.deals and rng.random() < company.repeat
        customer = (
            int(rng.choice([deal.customer for deal in world.deals])) if returns else len(world.deals) + 1
        )
        cell = FineCell(f"product {product}", f"region {region}", f"team {region}-{team}")
        done = [name for name, chance in practised.items() if luck.random() < chance]
        account = _account(customer, company)
        said = answers(rng, survey, company.content)
        world.sell(survey, customer, number * 100 + seller, cell, said, done, account=account)
        for arm in (one for one in (Arm.NOT_ASKED, Arm.LEFT) if fate.random() < company.alone):
            buyer = customer if fate.random() < company.repeat else len(world.deals) + 1
            account = _account(buyer, company)
            world.sell(
                survey, buyer, number * 100 + seller, cell, answers(fate, survey), arm=arm, account=account
            )


def _account(customer: int, company: Company) -> int:
    """The organisation of this customer, the same in every deal: 1 has half of those with one, six share the rest."""
    luck = np.random.default_rng(customer)
    if luck.random() >= company.accounts:
        return 0
    return 1 if luck.random() < 0.5 else int(luck.integers(2, 8))


def _change(world: World, company: Company, rng: np.random.Generator) -> None:
    standing = [deal for deal in world.deals if not deal.gone]
    for _ in range(int(rng.poisson(company.erasures))):
        world.erase(standing[int(rng.integers(len(standing)))])
    for _ in range(int(rng.poisson(company.corrections))):
        deal = standing[int(rng.integers(len(standing)))]
        world.correct(deal, tuple(answers(rng, deal.survey)[1].tolist()))
