"""The whole engine: against an exact attacker in small worlds, and by its own rules on ten companies over a year.

What the attack suite finds on these companies stands beside the suite.
"""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cast.companies import COMPANIES, PRACTISED, RELEASES, year
from cast.true_worlds import Memory
from cast.worlds import World, a_survey
from instruments.brute_force import fewest_people
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases import attacks
from kloof.domain.releases.certificate.coalitions import largest_leverage
from kloof.domain.releases.certificate.leverage import Membership, account_leverages, leverages
from kloof.domain.releases.coarse_shares import LEAST_COUNTED
from kloof.domain.releases.queues import FineCell
from kloof.domain.releases.rounding import base_of

pytestmark = pytest.mark.slow

K = 10
LEAST = {"big accounts": 0.4, "repeat customers": 0.7}
"""Half of the customers answer for seven organisations, and the certificate takes each of these as one person; and of
repeat customers, which it takes for one over all blocks."""
WITH_PRACTICES = ("tiny", "lopsided")


def grouped(rows: np.ndarray) -> tuple[list[list[int]], list[int]]:
    """Columns that are the same in every row as one, and how many people it stands for."""
    columns, sizes = np.unique(rows, axis=1, return_counts=True)
    used = columns.any(axis=0)
    return columns[:, used].tolist(), sizes[used].tolist()


def published_equations(world: World) -> np.ndarray:
    """One row per cell of every release: how often each customer counts in it."""
    members = world.membership
    people, person = np.unique(members.person, return_inverse=True)
    in_block = {
        block: np.isin(np.arange(len(people)), person[members.row == block]).astype(int)
        for block in np.unique(members.row).tolist()
    }
    cells = {frozenset(cell.blocks) for release in world.releases for cell in release.unions()}
    plain = [sum(in_block[block] for block in blocks) for blocks in sorted(cells, key=sorted)]
    return np.array(plain + arms_of(world, people, in_block))


def arms_of(world: World, people: np.ndarray, in_block: dict[int, np.ndarray]) -> list[np.ndarray]:
    """One row per arm of every release's practice tables, from what was done in each deal."""
    arms = {(arm.practice, arm.done, arm.blocks) for release in world.releases for arm in release.practices}
    rows = []
    for practice, done, blocks in sorted(arms):
        row = np.zeros(len(people), dtype=int)
        for block in blocks:
            had = {d.customer for d in world.deals if d.block == block and practice in d.practices}
            row += in_block[block] * (np.isin(people, list(had)) == done)
        rows.append(row)
    return rows


def small_world(seed: int) -> World:
    """A company of few cells, salespeople and customers after a few releases, some answers taken back."""
    rng = np.random.default_rng(seed)
    world, survey = World(chance=rng), a_survey(1)
    cells = [FineCell(product, f"region {team % 2}", f"team {team}") for product in "ab" for team in range(2)]
    customers, used = int(rng.integers(15, 200)), int(rng.integers(1, 5))
    employer = np.where(rng.random(customers) < rng.choice([0, 0.5]), rng.integers(1, 9, customers), 0)
    for _ in range(int(rng.integers(1, 4))):
        for _ in range(int(rng.integers(20, 80))):
            cell = cells[int(rng.integers(used))]
            done = [name for name in ("joint_visit", "complaint") if rng.random() < 0.5]
            customer, seller = int(rng.integers(customers)), int(rng.integers(5))
            arm = list(Arm)[rng.choice(3, p=(0.6, 0.2, 0.2))]
            sheet = rng.integers(2, 11, (2, 1))
            world.sell(survey, customer, seller, cell, sheet, done, arm, int(employer[customer]))
        if rng.random() < 0.5:
            world.erase(world.deals[int(rng.integers(len(world.deals)))])
        world.freeze()
        world.publish()
    return world


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_no_combination_of_everything_published_rests_on_fewer_than_k_people(seed):
    equations = published_equations(small_world(seed))
    if len(equations):
        rows, sizes = grouped(equations)
        assert fewest_people(rows, sizes) >= K


@settings(max_examples=60)
@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=5), st.data())
def test_where_somebody_patient_finds_a_small_sum_the_certificate_does_not_hold(rows, data):
    sizes = data.draw(st.lists(st.integers(1, 30), min_size=6, max_size=6))
    incidence = np.repeat(np.array(rows, dtype=int), sizes, axis=1)
    if not incidence.any():
        return
    fewest = fewest_people(*grouped(incidence[incidence.any(axis=1)]))
    row, person = np.nonzero(incidence)
    most = leverages(Membership.of(row, person, np.ones_like(row), np.zeros_like(row))).most
    assert most >= 1 / fewest - 1e-9


def test_the_patient_attacker_finds_what_is_there():
    """The company and all of it but three; then sets 1+2, 2+3 and 1+3+4, in which 2 may drop out, and then 1 or 3."""
    assert fewest_people([[1, 1], [1, 0]], [40, 3]) == 3
    assert fewest_people([[1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 1]], [12, 12, 12, 2]) == 14
    assert fewest_people([[1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 1, 1]], [12, 12, 12, 2]) == 2


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All companies of 300 pairs; with --full of 600 and 3,000."""
    if "company" in metafunc.fixturenames:
        sizes = [(600, 0.75), (3000, 0.85)] if metafunc.config.getoption("--full") else [(300, 0.7)]
        tried = [(name, pairs, LEAST.get(name, least)) for pairs, least in sizes for name in COMPANIES]
        ids = [f"{name}, {pairs} pairs" for name, pairs, _ in tried]
        metafunc.parametrize(("company", "pairs", "least"), tried, ids=ids)


def test_twelve_releases_of_an_awkward_company_keep_every_rule_and_most_pairs_come_out(
    company: str, pairs: int, least: float
) -> None:
    """No attack finds anything; and of the complete pairs that were not taken back, this share was published."""
    practised = PRACTISED if company in WITH_PRACTICES else {}
    memory = Memory()
    world = year(COMPANIES[company], pairs, 2026, memory, practised)
    assert bool(practised) == any(release.practices for release in world.releases)
    assert {cell.arm for cell in world.releases[-1].arms} == {Arm.NOT_ASKED, Arm.LEFT}
    assert len(world.releases) > RELEASES // 2
    found = [breach for breaches in attacks.run(world.releases).values() for breach in breaches]
    assert [str(breach) for breach in found if breach.proved] == []
    assert attacks.inside(memory.truths(world), world.releases).breaches == ()
    assert world.share_came_out >= least
    the_certificate_holds(world)
    blocks_obey(world)
    figures_are_sums_of_rounded_blocks(world)
    counted_sets_differ_by_many(world)


def the_certificate_holds(world: World) -> None:
    """Computed anew, over everything that ever closed and came out; and the last release says so."""
    everything, said = world.history.everything, world.releases[-1].guarantee
    found = (
        leverages(everything).most,
        largest_leverage(world.membership, world.every_part, 1),
        largest_leverage(world.membership, world.every_part, 2),
        account_leverages(everything).most,
    )
    assert all(most <= bound + 1e-9 for most, bound in zip(found, (1 / 10, 1 / 5, 1 / 5, 1 / 3), strict=True))
    told = (
        said.max_leverage,
        said.insider_max_leverage,
        said.pair_max_leverage,
        said.account_max_leverage,
    )
    assert all(most <= upper + 1e-6 for most, upper in zip(found, told, strict=True))


def blocks_obey(world: World) -> None:
    """One pair of each customer, twelve at least; three salespeople, and five customers without any two of them."""
    for number in {deal.block for deal in world.deals if deal.block}:
        deals = [deal for deal in world.deals if deal.block == number]
        assert len({deal.customer for deal in deals}) == len(deals) >= 12
        sold = sorted(Counter(deal.salesperson for deal in deals).values())
        assert len(sold) >= 3
        assert sum(sold[:-2]) >= 5
        assert 2 * sold[-1] <= len(deals)
        assert len({(deal.survey.key, deal.arm) for deal in deals}) == 1


def figures_are_sums_of_rounded_blocks(world: World) -> None:
    """Every union of blocks that still stand shows their rounded sums, in every release, and each is near the truth."""
    for release in world.releases:
        for cell in release.cells:
            if not set(cell.blocks) <= set(world.closed):
                continue
            figures = [world.closed[block].figures.sums for block in cell.blocks]
            base = release.survey(cell.key).base
            assert [[one.v, one.r] for one in cell.aspects.values()] == (base * sum(figures)).tolist()
    for number, block in world.closed.items():
        deals = [deal for deal in world.deals if deal.block == number]
        exact = np.array([[deal.expected, deal.received] for deal in deals]).sum(axis=0).T
        assert (
            np.abs(base_of(deals[0].survey.scale) * block.figures.sums - exact)
            < base_of(deals[0].survey.scale)
        ).all()


def counted_sets_differ_by_many(world: World) -> None:
    size = {block.id: block.n for release in world.releases for block in release.blocks}
    told = {frozenset(cell.counted) for release in world.releases for cell in release.cells if cell.counted}
    assert told
    for one, other in combinations(told, 2):
        for apart in (one - other, other - one) if one & other else ():
            assert not apart or sum(size[block] for block in apart) >= LEAST_COUNTED
