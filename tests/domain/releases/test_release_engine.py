"""The whole engine against attackers: exact ones in small worlds, and the attack suite on ten companies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cast.companies import COMPANIES, PRACTISED, RELEASES, year
from cast.worlds import World, a_survey, answers
from instruments.brute_force import fewest_people
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases import attacks
from kloof.domain.releases.attacks import insiders
from kloof.domain.releases.leverage import Membership, leverages
from kloof.domain.releases.queues import FineCell

pytestmark = pytest.mark.slow

K = 10
WITH_PRACTICES = ("tiny", "lopsided", "one star")


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


@st.composite
def small_worlds(draw) -> World:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    world, survey = World(), a_survey(1)
    cells = [FineCell(product, f"region {team % 2}", f"team {team}") for product in "ab" for team in range(2)]
    customers = draw(st.integers(15, 200))
    for _ in range(draw(st.integers(1, 3))):
        for _ in range(draw(st.integers(10, 70))):
            cell = cells[int(rng.integers(draw(st.integers(1, 4))))]
            done = [name for name in ("joint_visit", "complaint") if rng.random() < 0.5]
            customer, seller = int(rng.integers(customers)), int(rng.integers(4))
            arm = list(Arm)[rng.choice(3, p=(0.6, 0.2, 0.2))]
            world.sell(survey, customer, seller, cell, answers(rng, survey), done, arm)
        if draw(st.booleans()):
            world.erase(world.deals[int(rng.integers(len(world.deals)))])
        world.freeze()
        world.publish()
    return world


@settings(max_examples=40, deadline=None)
@given(small_worlds())
def test_no_combination_of_everything_published_rests_on_fewer_than_k_people(world):
    equations = published_equations(world)
    if len(equations):
        rows, sizes = grouped(equations)
        assert fewest_people(rows, sizes) >= K


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=5), st.data())
def test_where_somebody_patient_finds_a_small_sum_the_certificate_does_not_hold(rows, data):
    sizes = data.draw(st.lists(st.integers(1, 30), min_size=6, max_size=6))
    incidence = np.repeat(np.array(rows, dtype=int), sizes, axis=1)
    if not incidence.any():
        return
    fewest = fewest_people(*grouped(incidence[incidence.any(axis=1)]))
    row, person = np.nonzero(incidence)
    most = leverages(Membership.of(row, person, np.ones_like(row))).most
    assert most >= 1 / fewest - 1e-9


def test_the_patient_attacker_finds_what_is_there():
    """The company and all of it but three; then sets 1+2, 2+3 and 1+3+4, in which 2 may drop out, and then 1 or 3."""
    assert fewest_people([[1, 1], [1, 0]], [40, 3]) == 3
    assert fewest_people([[1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 1]], [12, 12, 12, 2]) == 14
    assert fewest_people([[1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 1, 1]], [12, 12, 12, 2]) == 2


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All companies of 600 pairs, and of 3,000 the one with a star; all of them with --full."""
    if "company" in metafunc.fixturenames:
        large = COMPANIES if metafunc.config.getoption("--full") else ["one star"]
        tried = [(name, 600, 0.75) for name in COMPANIES] + [(name, 3000, 0.85) for name in large]
        ids = [f"{name}, {pairs} pairs" for name, pairs, _ in tried]
        metafunc.parametrize(("company", "pairs", "least"), tried, ids=ids)


def test_twelve_releases_of_an_awkward_company_give_nobody_away_and_most_pairs_come_out(
    company: str, pairs: int, least: float
) -> None:
    """No attack finds anything; and of the complete pairs that were not taken back, this share was published."""
    practised = PRACTISED if pairs < 1000 or company in WITH_PRACTICES else {}
    world = year(COMPANIES[company], pairs, seed=2026, practised=practised)
    if practised and company != "many products":  # the most scattered: a practice may not fit beside its arms
        assert any(release.practices for release in world.releases)
    assert {cell.arm for cell in world.releases[-1].arms} == {Arm.NOT_ASKED, Arm.LEFT}
    assert len(world.releases) > RELEASES // 2
    assert {attack: found for attack, found in attacks.run(world.releases).items() if found} == {}
    assert list(insiders.attack(world.releases, world.membership)) == []
    assert world.share_came_out >= least
