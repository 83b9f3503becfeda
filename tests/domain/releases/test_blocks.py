"""Which pairs close into a block, and which wait."""

from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np
import pytest

from cast.worlds import Deal, World, a_survey, columns
from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.blocks import MOST_PARTS, PART, plan
from kloof.domain.releases.certificate.coalitions import largest_leverage
from kloof.domain.releases.certificate.leverage import Membership, account_leverages, leverages
from kloof.domain.releases.closing import Plan
from kloof.domain.releases.document import Level, WithheldReason
from kloof.domain.releases.pair_columns import PairColumns
from kloof.domain.releases.queues import FineCell, Queue
from kloof.domain.releases.thresholds import Thresholds

NORTH = FineCell("heat pump", "east", "north")
SOUTH = FineCell("heat pump", "east", "south")
WEST = FineCell("heat pump", "west", "far")
SOLAR = FineCell("solar", "east", "north")
NOBODY = Membership.none()


def chance() -> np.random.Generator:
    return np.random.default_rng(1)


def some_pairs(n: int, *, customers=None, sellers=(1, 2, 3, 4), seed: int = 0, **more) -> PairColumns:
    """Pairs with answers all over the scale, so that nobody is alike; the salespeople sell in turn."""
    sheets = np.random.default_rng(seed).integers(3, 11, (2, n, 2))
    sold_by = [sellers[at % len(sellers)] for at in range(n)]
    return columns(a_survey(2), customers or range(1, n + 1), sold_by, *sheets, **more)


def planned(pairs: PairColumns, cells=(NORTH,), history: Membership = NOBODY, **more) -> Plan:
    return plan([(pairs, cells)], history, Thresholds(**more), chance())


def test_twelve_customers_of_four_salespeople_close_and_eleven_wait():
    (block,) = planned(some_pairs(12)).blocks
    assert block.n == 12
    assert block.queue.level is Level.TEAM
    waiting = planned(some_pairs(11))
    assert not waiting.blocks
    assert [(queue.reason, queue.short_of) for queue in waiting.waiting] == [(WithheldReason.TOO_FEW, 1)]


def test_deals_of_the_same_customer_do_not_count_twice():
    twice = some_pairs(22, customers=[1 + at // 2 for at in range(22)])
    assert not planned(twice).blocks


def test_each_customer_has_one_pair_in_a_block_and_a_second_one_waits_and_closes_in_the_next():
    pairs = some_pairs(24, customers=[1 + at % 12 for at in range(24)])
    found = planned(pairs)
    (block,) = found.blocks
    assert sorted(block.pairs.tolist()) == list(range(1, 13))
    assert [(queue.deals, queue.customers) for queue in found.waiting] == [(12, 12)]
    history = block.members.numbered_from(1)
    (second,) = planned(pairs.take(np.arange(12, 24)), history=history).blocks
    assert sorted(second.pairs.tolist()) == list(range(13, 25))


def test_two_salespeople_are_too_few():
    (queue,) = planned(some_pairs(20, sellers=(1, 2))).waiting
    assert queue.reason is WithheldReason.TOO_FEW_SALESPEOPLE


def test_a_salesperson_with_more_than_half_leaves_the_surplus_waiting():
    found = planned(some_pairs(28, sellers=(1, 1, 1, 1, 2, 3, 4)))
    (block,) = found.blocks
    assert block.n == 24  # the twelve of the others, and as many of the first
    firsts = sorted(block.pairs[block.members.salesperson == 1].tolist())
    assert firsts == [1, 2, 3, 4, 8, 9, 10, 11, 15, 16, 17, 18]
    assert [(queue.deals, queue.reason) for queue in found.waiting] == [(4, WithheldReason.TOO_FEW)]


def test_two_colleagues_together_are_left_with_five_customers():
    """Of three who sold to four each any two leave four; of three who sold to five each they leave five."""
    (queue,) = planned(some_pairs(14, sellers=(1, 2, 3))).waiting
    assert queue.reason is WithheldReason.TOO_FEW_SALESPEOPLE
    (block,) = planned(some_pairs(15, sellers=(1, 2, 3))).blocks
    assert block.n == 15


def test_an_account_with_too_many_of_the_customers_leaves_the_surplus_waiting():
    """Sixteen contacts of one hospital are one organisation, and not sixteen customers."""
    found = planned(some_pairs(40, account=[7] * 16 + [0] * 24))
    assert sum(int(np.count_nonzero(block.members.account == 7)) for block in found.blocks) == 3
    assert sum(queue.deals for queue in found.waiting) == 13
    assert all(account_leverages(block.members).most <= 1 / 3 for block in found.blocks)
    came_last = {1, 2, 3} <= {number for block in found.blocks for number in block.pairs.tolist()}
    assert came_last


def test_one_hospital_never_closes_and_two_do_not_either():
    for accounts in ([7] * 16, [7] * 8 + [8] * 8):
        (queue,) = planned(some_pairs(16, account=accounts)).waiting
        assert queue.reason is WithheldReason.TOO_FEW_ACCOUNTS
    assert planned(some_pairs(18, account=[7, 8, 9] * 6, sellers=(1, 1, 1, 2, 2, 2, 3, 3, 3))).blocks


def test_without_accounts_everybody_stands_for_themselves():
    (block,) = planned(some_pairs(15)).blocks
    assert account_leverages(block.members).most == pytest.approx(1 / 15)


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
    pairs.expected[:, 0] = [11] * 4 + [10] * 8
    pairs.received[:, 0] = [11, 11, 5, 5] * 3
    assert planned(pairs).blocks
    pairs.expected[4:6, 0] = 11  # six points from the end in all, and four without the third's customers
    assert planned(pairs).waiting[0].reason is WithheldReason.HOMOGENEOUS


def test_teams_and_products_queue_apart():
    pairs = some_pairs(22, cell=[0, 1] * 11)
    assert planned(pairs, (NORTH, SOUTH)).blocks == ()
    assert planned(pairs, (NORTH, SOLAR)).blocks == ()


def test_versions_of_a_survey_are_never_pooled():
    first, second = some_pairs(8), some_pairs(8, customers=range(101, 109))
    object.__setattr__(second, "survey", a_survey(2, version=2))
    assert plan([(first, (NORTH,)), (second, (NORTH,))], NOBODY, Thresholds(), chance()).blocks == ()


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
    assert (block.queue.level, block.n) == (Level.TEAM, 14)


def test_a_long_queue_closes_in_parts_of_alike_make_up():
    blocks = planned(some_pairs(5 * PART)).blocks
    assert len(blocks) == 5
    assert all(
        np.unique(block.members.salesperson, return_counts=True)[1].min() >= PART // 4 for block in blocks
    )
    assert len(planned(some_pairs(30 * PART)).blocks) == MOST_PARTS


def test_a_customer_who_comes_back_waits_where_the_certificate_would_break():
    before = planned(some_pairs(12)).blocks[0]
    history = before.members.numbered_from(1)
    again = some_pairs(13, customers=[1, *range(101, 113)], seed=1)
    found = planned(again, history=history)
    assert 1 not in found.blocks[0].person
    assert found.waiting[0].deals == 1


def test_a_customer_who_comes_back_fits_into_larger_blocks():
    before = planned(some_pairs(25)).blocks[0]
    history = before.members.numbered_from(1)
    found = planned(some_pairs(25, customers=[1, *range(101, 125)], seed=1), history=history)
    assert 1 in found.blocks[0].person


def test_an_account_that_comes_back_and_would_weigh_too_much_waits_and_a_customer_who_would_not_stays():
    """Three of one organisation in either of two blocks are too much of it; the first customer is in both as well."""
    account = [0] * 22 + [7] * 3
    before = planned(some_pairs(25, account=account)).blocks[0]
    again = some_pairs(25, customers=[1, *range(101, 125)], account=account, seed=1)
    (block,) = planned(again, history=before.members.numbered_from(1)).blocks
    assert 1 in block.person
    assert 7 in before.members.account
    assert 7 not in block.members.account
    assert block.n == 22


def sold_for_a_while(seed: int) -> World:
    """A company in which customers come back, some of a few organisations, after four freezes."""
    rng = np.random.default_rng(seed)
    world, survey = World(), a_survey(2)
    customers, sellers = int(rng.integers(40, 200)), int(rng.integers(3, 8))
    employed = rng.random(customers) < rng.choice([0.0, 0.3, 0.7])
    employer = np.where(employed, rng.integers(1, 9, customers), 0)
    lopsided = rng.dirichlet(np.full(sellers, rng.choice([0.7, 3.0])))
    for _ in range(4):
        for _ in range(60):
            cell = (NORTH, SOUTH, WEST, SOLAR)[int(rng.integers(4))]
            customer, seller = int(rng.integers(customers)), int(rng.choice(sellers, p=lopsided))
            arm = list(Arm)[rng.choice(3, p=(0.8, 0.1, 0.1))]
            sheet = rng.integers(3, 11, (2, 2))
            world.sell(survey, customer, seller, cell, sheet, arm=arm, account=int(employer[customer]))
        world.freeze()
        world.rounds += 1
    return world


def of_block(world: World, number: int) -> list[Deal]:
    return [deal for deal in world.deals if deal.block == number]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(16))
def test_whatever_closes_every_block_obeys_the_rules_one_by_one_and_the_certificate_holds_over_all(seed):
    world = sold_for_a_while(seed)
    for number in world.closed:
        deals = of_block(world, number)
        n = len({deal.customer for deal in deals})
        assert n == len(deals) >= 12
        sold = Counter(deal.salesperson for deal in deals)
        assert len(sold) >= 3
        assert 2 * max(sold.values()) <= n
        for one, other in combinations(sold, 2):
            assert n - sold[one] - sold[other] == 0 or n - sold[one] - sold[other] >= 5
        units = Counter(deal.account or -1 - deal.customer for deal in deals)
        assert len(units) >= 3
        assert 2 * max(units.values()) <= n
        assert n - max(units.values()) >= 5
    everything = world.membership
    assert leverages(everything).most <= 1 / 10 + 1e-9
    assert account_leverages(everything).most <= 1 / 3 + 1e-9
    assert largest_leverage(everything, [], 2) <= 1 / 5 + 1e-9


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
    assert np.array_equal(one[0].figures.sums, other[0].figures.sums)


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
    assert plan([(pairs, (NORTH,)), (left, (NOWHERE,))], NOBODY, Thresholds(), chance()).blocks == ()
    both = [
        (some_pairs(12), (NORTH,)),
        (one_sided(Arm.LEFT, 13, customers=[1, *range(101, 113)]), (NOWHERE,)),
    ]
    first, second = plan(both, NOBODY, Thresholds(), chance()).blocks
    assert 1 in first.person
    assert 1 not in second.person
