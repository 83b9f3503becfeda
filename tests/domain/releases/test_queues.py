"""What keeps a group from closing, held to the rules read out in plain Python, and who waits so that the rest may."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cast.worlds import THRESHOLDS, a_survey, columns
from kloof.domain.releases.document import WithheldReason
from kloof.domain.releases.pair_columns import PairColumns
from kloof.domain.releases.queues import judge, surplus_of_accounts, surplus_of_the_largest

pytestmark = pytest.mark.slow

SURVEY = a_survey(1)


def pairs_of(customer: list[int], salesperson: list[int], account: list[int]) -> PairColumns:
    """Pairs with answers all over the scale, so that nobody is alike."""
    rng = np.random.default_rng(len(customer))
    sheets = rng.integers(0, 11, (2, len(customer), 1))
    return columns(SURVEY, customer, salesperson, *sheets, account=account)


def few_salespeople(sold: list[tuple[int, int, int]]) -> bool:
    """sold: (customer, salesperson, account). Every one and every two salespeople, one after another."""
    everybody = {customer for customer, _, _ in sold}
    bought = {seller: {who for who, by, _ in sold if by == seller} for _, seller, _ in sold}
    if len(bought) < 3 or any(2 * len(theirs) > len(everybody) for theirs in bought.values()):
        return True
    left = [len(everybody - theirs) for theirs in bought.values()]
    left += [len(everybody - one - other) for one, other in combinations(bought.values(), 2)]
    return any(0 < many < 5 for many in left)


def few_accounts(sold: list[tuple[int, int, int]]) -> bool:
    """Accounts, and customers who stand for themselves, one after another."""
    units = Counter(account or -customer for customer, account in {(who, of) for who, _, of in sold})
    n = sum(units.values())
    for many in units.values():
        if 2 * many > n or n - many < 5 or len(units) - 1 < 2:
            return True
        if 3 * many**2 > sum(size**2 for size in units.values()):
            return True
    return False


@st.composite
def sales(draw, *, again: bool) -> list[tuple[int, int, int]]:
    """Who bought from whom, and for which account; `again`: a customer may have bought several times."""
    n = draw(st.integers(12, 30))
    sellers = draw(st.lists(st.sampled_from([1, 1, 1, 2, 2, 3, 4, 5]), min_size=n, max_size=n))
    accounts = draw(st.lists(st.sampled_from([0, 0, 7, 7, 8, 9]), min_size=n, max_size=n))
    more = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(1, 5)), max_size=12 if again else 0))
    sold = [(at + 1, seller, accounts[at]) for at, seller in enumerate(sellers)]
    return sold + [(at + 1, seller, accounts[at]) for at, seller in more]


def reason(sold: list[tuple[int, int, int]]) -> WithheldReason | None:
    pairs = pairs_of(*(list(column) for column in zip(*sold, strict=True)))
    (found,) = judge(pairs, np.zeros(len(sold), np.int64), 1, THRESHOLDS).reasons
    return found


@settings(max_examples=60)
@given(sales(again=False))
def test_a_group_obeys_the_rules_of_salespeople_and_accounts_as_they_are_read_out(sold):
    expected = (
        WithheldReason.TOO_FEW_SALESPEOPLE
        if few_salespeople(sold)
        else WithheldReason.TOO_FEW_ACCOUNTS
        if few_accounts(sold)
        else None
    )
    found = reason(sold)
    assert (None if found is WithheldReason.HOMOGENEOUS else found) is expected


@settings(max_examples=60)
@given(sales(again=True))
def test_an_arm_in_which_customers_bought_from_several_obeys_them_too(sold):
    if reason(sold) in (None, WithheldReason.HOMOGENEOUS):
        assert not few_salespeople(sold)
        assert not few_accounts(sold)


def test_two_who_sold_to_the_same_customers_leave_fewer_than_five_in_an_arm():
    """Of twenty customers ten bought from each of two, three of them from both: the other three are left to a third."""
    sold = [(who, 1, 0) for who in range(1, 11)] + [(who, 2, 0) for who in range(8, 18)]
    sold += [(who, 3, 0) for who in (18, 19, 20)]
    assert reason(sold) is WithheldReason.TOO_FEW_SALESPEOPLE


def kept(pairs: PairColumns, surplus: np.ndarray) -> list[int]:
    return pairs.id[~surplus].tolist()


def test_those_of_the_largest_who_came_last_wait():
    pairs = pairs_of(list(range(1, 16)), [1, 2, 3] * 2 + [1] * 9, [0] * 15)
    assert kept(pairs, surplus_of_the_largest(pairs)) == [1, 2, 3, 4, 5, 6, 7, 8]
    backwards = pairs.take(np.arange(15)[::-1])
    assert sorted(kept(backwards, surplus_of_the_largest(backwards))) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_those_of_an_account_that_outweighs_the_others_who_came_last_wait():
    """Nine of one account beside eleven customers: with three of it, 3 · 3² = 27 is above 9 + 11, so two stay."""
    pairs = pairs_of(list(range(1, 21)), [1, 2, 3, 4] * 5, [7] * 9 + [0] * 11)
    assert kept(pairs, surplus_of_accounts(pairs)) == [1, 2, *range(10, 21)]


def heaviest(units: list[int]) -> tuple[int, bool]:
    """The size of the largest account, and whether it may stand beside the others."""
    sizes = Counter(units).values()
    most = max(sizes)
    return most, 3 * most**2 <= sum(many**2 for many in sizes) and 2 * most <= sum(sizes)


@settings(max_examples=30)
@given(st.lists(st.sampled_from([0, 7, 7, 7, 8, 9]), min_size=12, max_size=40))
def test_without_the_surplus_no_account_outweighs_the_others_and_nobody_waits_in_vain(accounts):
    pairs = pairs_of(list(range(1, len(accounts) + 1)), [1] * len(accounts), accounts)
    units = [account or -at for at, account in enumerate(accounts, start=1)]
    rank = [units[:at].count(unit) for at, unit in enumerate(units)]
    allowed = [
        most
        for most in range(1, len(units) + 1)
        if heaviest([unit for unit, place in zip(units, rank, strict=True) if place < most])[1]
    ]
    surplus = surplus_of_accounts(pairs)
    assert surplus.tolist() == [place >= max(allowed, default=len(units)) for place in rank]
