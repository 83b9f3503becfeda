"""Tables that cut across blocks: deals with a practice beside deals without."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from cast.worlds import THRESHOLDS, World, a_survey, answers
from kloof.domain import statistics
from kloof.domain.findings import PracticeFound, read, sentence
from kloof.domain.releases import attacks
from kloof.domain.releases.document import Level
from kloof.domain.releases.practice_tables import judged_together
from kloof.domain.releases.queues import FineCell
from kloof.domain.statistics import PracticeEffect

pytestmark = pytest.mark.slow

SURVEY = a_survey(2)
TABLE = "installation-1/practice/joint_visit"


def sold(
    world: World, count: int, *, seed: int = 0, share: float = 0.5, customers: int | None = None
) -> World:
    """Deals of which this share had a joint visit; some by customers who come back."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        number = len(world.deals)
        customer = 10_000 * seed + (number if customers is None else int(rng.integers(customers)))
        cell = FineCell("heat pump", "east", ("north", "south")[number % 2])
        done = ["joint_visit"] if rng.random() < share else []
        world.sell(SURVEY, customer, number // 2 % 5, cell, answers(rng, SURVEY), done)
    return world


@pytest.fixture
def world() -> World:
    made = sold(World(), 400)
    made.freeze()
    return made


def arms(release) -> dict[bool, object]:
    return {arm.done: arm for arm in release.practices}


def test_both_arms_together_are_exactly_their_blocks(world):
    release = world.publish()
    done, other = arms(release)[True], arms(release)[False]
    whole = next(release.cells_of(SURVEY.key, Level.COMPANY))
    assert done.blocks == other.blocks == whole.blocks
    for aspect in whole.aspects:
        for name in ("n", "v", "r", "vv", "rr", "vr"):
            parts = getattr(done.aspects[aspect], name) + getattr(other.aspects[aspect], name)
            assert parts == getattr(whole.aspects[aspect], name)


def test_both_arms_are_their_blocks_also_where_customers_come_back():
    world = sold(World(), 900, customers=600)
    world.freeze()
    release = world.publish()
    whole = next(release.cells_of(SURVEY.key, Level.COMPANY))
    assert sum(arm.customers for arm in release.practices) == whole.customers
    assert {found for found in attacks.run([release]).values() if found} == set()


def test_the_difference_is_welchs_over_the_deals_themselves(world):
    release = world.publish()
    found = statistics.practice(
        *(arms(release)[side].aspects["aspect-0"] for side in (True, False)),
        salespeople=3,
        salespeople_other=3,
    )
    placed = [deal for deal in world.deals if deal.block]
    with_it, without = (
        [d.expected[0] - d.received[0] for d in placed if ("joint_visit" in d.practices) == side]
        for side in (True, False)
    )
    reference = stats.ttest_ind(with_it, without, equal_var=False)
    assert isinstance(found, PracticeEffect)
    assert found.gap.value == pytest.approx(np.mean(with_it) - np.mean(without), abs=1e-9)
    assert found.gap.p == pytest.approx(reference.pvalue, abs=1e-9)
    assert found.gap.value == pytest.approx(found.expectation.value - found.reality.value, abs=1e-9)


def test_it_is_read_as_a_finding_with_the_honest_tail(world):
    (reading,) = read(world.publish()).practices
    for finding in reading.findings:
        assert isinstance(finding, PracticeFound)
        assert "this shows no cause" in sentence(finding, "en")
        assert "dit toont geen oorzaak" in sentence(finding, "nl")


@pytest.mark.parametrize("share", [0.0, 0.03, 1.0])
def test_an_arm_of_fewer_than_twenty_customers_makes_no_table(share):
    world = sold(World(), 400, share=share)
    world.freeze()
    assert world.publish().practices == ()
    assert world.dropped == []


def test_an_arm_of_two_salespeople_makes_no_table():
    world = sold(World(), 400, share=0)
    for deal in world.deals:
        deal.practices = frozenset({"joint_visit"} if deal.salesperson < 2 else ())
    world.freeze()
    assert world.publish().practices == ()


def test_a_table_that_the_certificate_does_not_allow_is_left_out_and_named():
    """Sixty customers in blocks of twelve: together with the blocks the arms would weigh some of them too much."""
    world = World()
    for seed in range(5):
        sold(world, 12, seed=seed)
        for deal in world.deals[-12:]:
            deal.cell = FineCell(f"product {seed}", "east", "north")
    for number, deal in enumerate(world.deals):
        deal.practices = frozenset({"joint_visit"} if number % 12 < 5 else ())
    world.freeze()
    release = world.publish()
    assert release.practices == ()
    assert world.dropped == [TABLE]


def test_a_table_grows_by_parts_that_could_stand_alone(world):
    first = world.publish()
    sold(world, 24, seed=2)
    world.freeze()
    second = world.publish()
    assert second.blocks != first.blocks
    assert [arm.blocks for arm in second.practices] == [arm.blocks for arm in first.practices]
    assert [arm.as_of.release for arm in second.practices] == [1, 1]
    sold(world, 300, seed=3)
    world.freeze()
    third = world.publish()
    for before, after in zip(second.practices, third.practices, strict=True):
        assert set(before.blocks) < set(after.blocks)
        assert after.customers - before.customers >= 20
        assert after.as_of.release == 3
    assert {found for found in attacks.run(world.releases).values() if found} == set()


def test_a_retired_block_takes_its_part_out_and_nothing_of_it_is_cut_anew_where_that_would_tell(world):
    first = world.publish()
    world.erase(world.deals[0])
    second = world.publish()
    gone = {block.id for block in first.blocks} - {block.id for block in second.blocks}
    assert all(not gone & set(arm.blocks) for arm in second.practices)
    together = judged_together(world.membership, {}, THRESHOLDS)
    assert together.most[0] <= 0.1
    assert {found for found in attacks.run(world.releases).values() if found} == set()


def test_canary_an_arm_that_grew_by_one_customer_is_broken_by_differencing(world):
    first = world.publish()
    sold(world, 300, seed=3)
    world.freeze()
    second = world.publish()
    grown = tuple(
        arm.model_copy(update={"customers": before.customers + 1})
        for before, arm in zip(first.practices, second.practices, strict=True)
    )
    found = attacks.run([first, second.model_copy(update={"practices": grown})])
    assert any("a sum over 1 people" in breach.what for breach in found["differencing"])


def test_canary_an_arm_that_leaves_a_few_of_its_blocks_over_is_broken_by_differencing(world):
    release = world.publish()
    whole = next(release.cells_of(SURVEY.key, Level.COMPANY))
    nearly = tuple(arm.model_copy(update={"customers": whole.customers - 3}) for arm in release.practices[:1])
    found = attacks.run([release.model_copy(update={"practices": nearly})])
    assert any("a sum over 3 people" in breach.what for breach in found["differencing"])
    assert any("its other half" in breach.what for breach in found["files"])


def test_canary_an_arm_in_which_everybody_agrees_is_seen(world):
    release = world.publish()
    done, other = arms(release)[True], arms(release)[False]
    before, rest = done.aspects["aspect-0"], other.aspects["aspect-0"]
    alike = replace(before, v=10.0 * before.n, vv=100.0 * before.n, v_counts=(0, 0, before.n))
    moved = {name: getattr(rest, name) + getattr(before, name) - getattr(alike, name) for name in ("v", "vv")}
    counts = zip(rest.v_counts, before.v_counts, alike.v_counts, strict=True)
    left = replace(rest, **moved, v_counts=tuple(one + two - three for one, two, three in counts))
    tampered = [
        arm.model_copy(update={"aspects": arm.aspects | {"aspect-0": moments}})
        for arm, moments in ((done, alike), (other, left))
    ]
    found = attacks.run([release.model_copy(update={"practices": tuple(tampered)})])
    assert found["homogeneity"]
    assert found["reconstruction"]


def test_canary_other_figures_under_the_same_blocks_are_seen(world):
    first = world.publish()
    arm = first.practices[0]
    later = arm.model_copy(update={"deals": arm.deals + 1})
    second = first.model_copy(update={"number": 2, "practices": (later, *first.practices[1:])})
    assert attacks.run([first, second])["time"]
