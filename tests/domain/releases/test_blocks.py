"""Which pairs close into a block, and which wait."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from cast.worlds import World, a_survey, answers, columns
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.blocks import MOST_PARTS, PART, plan
from kloof.domain.releases.closing import Plan
from kloof.domain.releases.document import Level, WithheldReason
from kloof.domain.releases.leverage import Membership, insider_leverages, leverages
from kloof.domain.releases.pair_columns import PairColumns
from kloof.domain.releases.queues import FineCell, Queue
from kloof.domain.releases.thresholds import Thresholds

NORTH = FineCell("heat pump", "east", "north")
SOUTH = FineCell("heat pump", "east", "south")
WEST = FineCell("heat pump", "west", "far")
SOLAR = FineCell("solar", "east", "north")
NOBODY = Membership(*(np.zeros(0, dtype=np.int64) for _ in range(3)))


def some_pairs(n: int, *, customers=None, sellers=(1, 2, 3), seed: int = 0, **more) -> PairColumns:
    rng = np.random.default_rng(seed)
    survey = a_survey(2)
    sheets = np.array([answers(rng, survey) for _ in range(n)])
    sold_by = [sellers[at % len(sellers)] for at in range(n)]
    return columns(survey, customers or range(1, n + 1), sold_by, sheets[:, 0], sheets[:, 1], **more)


def planned(pairs: PairColumns, cells=(NORTH,), history: Membership = NOBODY, **more) -> Plan:
    return plan([(pairs, cells)], history, Thresholds(**more))


def test_twelve_customers_of_three_salespeople_close_and_eleven_wait():
    (block,) = planned(some_pairs(12)).blocks
    assert block.customers == 12
    assert block.queue.level is Level.TEAM
    waiting = planned(some_pairs(11))
    assert not waiting.blocks
    assert [(queue.reason, queue.short_of) for queue in waiting.waiting] == [(WithheldReason.TOO_FEW, 1)]


def test_deals_of_the_same_customer_do_not_count_twice():
    twice = some_pairs(22, customers=[1 + at // 2 for at in range(22)])
    assert not planned(twice).blocks


def test_two_salespeople_are_too_few():
    (queue,) = planned(some_pairs(20, sellers=(1, 2))).waiting
    assert queue.reason is WithheldReason.TOO_FEW_SALESPEOPLE


def test_a_salesperson_with_more_than_half_leaves_the_surplus_waiting():
    found = planned(some_pairs(24, sellers=(1, 1, 1, 1, 2, 3)))
    (block,) = found.blocks
    assert block.customers == 16  # the eight of the others, and as many of the first
    assert np.count_nonzero(block.salesperson == 1) == 8
    assert [(queue.deals, queue.reason) for queue in found.waiting] == [(8, WithheldReason.TOO_FEW)]


def test_a_colleague_who_subtracts_their_own_customers_is_left_with_five():
    """Twelve customers, eight of whom bought from the first salesperson and from another one too."""
    customers = [*range(1, 13), *range(1, 9)]
    sellers = [1] * 8 + [2, 2, 3, 3] + [2, 3] * 4
    assert planned(some_pairs(20, customers=customers, sellers=sellers)).blocks == ()


@pytest.mark.parametrize("side", ["expected", "received"])
def test_nearly_everybody_with_the_same_answer_waits(side):
    pairs = some_pairs(20)
    getattr(pairs, side)[1:, 0] = 6
    (queue,) = planned(pairs).waiting
    assert queue.reason is WithheldReason.HOMOGENEOUS


def test_nearly_everybody_disappointed_waits():
    pairs = some_pairs(20)
    pairs.received[:, 0] = pairs.expected[:, 0] - 1
    assert planned(pairs).waiting[0].reason is WithheldReason.HOMOGENEOUS


def test_a_mean_that_puts_everybody_in_one_half_of_the_scale_waits():
    pairs = some_pairs(12)
    pairs.expected[:, 0] = [11, 10] * 6
    pairs.received[:, 0] = [11, 11, 5, 5] * 3
    assert (11 - pairs.expected[:, 0]).sum() == 6
    assert planned(pairs).blocks
    pairs.expected[1, 0] = 11
    assert planned(pairs).waiting[0].reason is WithheldReason.HOMOGENEOUS


def test_teams_and_products_queue_apart():
    pairs = some_pairs(22, cell=[0, 1] * 11)
    assert planned(pairs, (NORTH, SOUTH)).blocks == ()
    assert planned(pairs, (NORTH, SOLAR)).blocks == ()


def test_versions_of_a_survey_are_never_pooled():
    first, second = some_pairs(8), some_pairs(8, customers=range(101, 109))
    object.__setattr__(second, "survey", a_survey(2, version=2))
    assert plan([(first, (NORTH,)), (second, (NORTH,))], NOBODY, Thresholds()).blocks == ()


def test_after_two_releases_teams_of_a_region_roll_up_together():
    rest = {"cell": [0, 1] * 7}
    assert planned(some_pairs(14, waited=[1] * 14, **rest), (NORTH, SOUTH)).blocks == ()
    (block,) = planned(some_pairs(14, waited=[2] * 14, **rest), (NORTH, SOUTH)).blocks
    assert (block.queue.level, block.queue.region, block.queue.team) == (Level.REGION, "east", "")


def test_regions_roll_up_to_their_product_and_products_to_the_company():
    waited = {"waited": [2] * 14, "cell": [0, 1] * 7}
    (product,) = planned(some_pairs(14, **waited), (NORTH, WEST)).blocks
    assert (product.queue.level, product.queue.product) == (Level.PRODUCT, "heat pump")
    (company,) = planned(some_pairs(14, **waited), (WEST, SOLAR)).blocks
    assert company.queue.level is Level.COMPANY


def test_who_waited_long_still_closes_with_the_own_team_where_that_can():
    (block,) = planned(some_pairs(14, waited=[5] * 7 + [0] * 7)).blocks
    assert (block.queue.level, block.customers) == (Level.TEAM, 14)


def test_a_long_queue_closes_in_parts_of_alike_make_up():
    blocks = planned(some_pairs(5 * PART)).blocks
    assert len(blocks) == 5
    assert all(np.unique(block.salesperson, return_counts=True)[1].min() >= PART // 4 for block in blocks)
    assert len(planned(some_pairs(30 * PART)).blocks) == MOST_PARTS


def test_a_customer_who_comes_back_waits_where_the_certificate_would_break():
    before = planned(some_pairs(12)).blocks[0]
    history = Membership(np.ones(12, np.int64), before.person, before.salesperson)
    again = some_pairs(13, customers=[1, *range(101, 113)], seed=1)
    found = planned(again, history=history)
    assert 1 not in found.blocks[0].person
    assert found.waiting[0].deals == 1


def test_a_customer_who_comes_back_fits_into_larger_blocks():
    before = planned(some_pairs(25)).blocks[0]
    history = Membership(np.ones(25, np.int64), before.person, before.salesperson)
    found = planned(some_pairs(25, customers=[1, *range(101, 125)], seed=1), history=history)
    assert 1 in found.blocks[0].person


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_whatever_closes_the_certificate_holds_over_all_blocks(seed):
    rng = np.random.default_rng(seed)
    world = World()
    for _ in range(4):
        for _ in range(60):
            cell = (NORTH, SOUTH, WEST, SOLAR)[rng.integers(4)]
            survey = a_survey(2)
            world.sell(survey, int(rng.integers(1, 90)), int(rng.integers(4)), cell, answers(rng, survey))
        world.freeze()
        world.rounds += 1
    assert world.closed
    assert leverages(world.membership).most <= 1 / 10 + 1e-9
    assert insider_leverages(world.membership).most <= 1 / 5 + 1e-9


def test_a_smaller_m_with_consent_lets_two_salespeople_through():
    pairs = some_pairs(14, sellers=(1, 2))
    assert planned(pairs, m=2, smaller_m_agreed_on=date(2026, 1, 5)).blocks
    alone = some_pairs(14, sellers=(1,))
    assert not planned(alone, m=2, smaller_m_agreed_on=date(2026, 1, 5)).blocks
    assert planned(alone, m=1, smaller_m_agreed_on=date(2026, 1, 5)).blocks


def test_the_order_of_rows_does_not_change_what_closes():
    pairs = some_pairs(40)
    shuffled = pairs.take(np.random.default_rng(0).permutation(40))
    one, other = planned(pairs).blocks, planned(shuffled).blocks
    assert [sorted(block.pairs) for block in one] == [sorted(block.pairs) for block in other]
    assert np.array_equal(one[0].sums, other[0].sums)


def one_sided(arm: Arm, n: int, **more) -> PairColumns:
    """Customers who told one side only, both columns alike."""
    pairs = some_pairs(n, **more)
    return replace(pairs, expected=pairs.received, arm=arm)


NOWHERE = FineCell("", "", "")


@pytest.mark.parametrize("arm", [Arm.NOT_ASKED, Arm.LEFT])
def test_one_side_alone_closes_at_once_for_the_whole_company_under_the_same_rules(arm):
    (block,) = planned(one_sided(arm, 12), (NOWHERE,)).blocks
    assert block.queue == Queue(Level.COMPANY, arm=arm)
    (waiting,) = planned(one_sided(arm, 11), (NOWHERE,)).waiting
    assert (waiting.queue.level, waiting.reason, waiting.short_of) == (
        Level.COMPANY,
        WithheldReason.TOO_FEW,
        1,
    )
    assert not planned(one_sided(arm, 20, sellers=(1, 2)), (NOWHERE,)).blocks


def test_one_side_alone_waits_where_nearly_everybody_says_the_same():
    alone = one_sided(Arm.NOT_ASKED, 20)
    alone.received[1:, 0] = 6
    (queue,) = planned(alone, (NOWHERE,)).waiting
    assert queue.reason is WithheldReason.HOMOGENEOUS


def test_arms_are_never_pooled_and_a_customer_in_two_of_them_is_one_person_to_the_certificate():
    pairs, left = some_pairs(8), one_sided(Arm.LEFT, 8, customers=range(101, 109))
    assert plan([(pairs, (NORTH,)), (left, (NOWHERE,))], NOBODY, Thresholds()).blocks == ()
    both = [
        (some_pairs(12), (NORTH,)),
        (one_sided(Arm.LEFT, 13, customers=[1, *range(101, 113)]), (NOWHERE,)),
    ]
    first, second = plan(both, NOBODY, Thresholds()).blocks
    assert 1 in first.person
    assert 1 not in second.person
