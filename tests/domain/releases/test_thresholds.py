from datetime import date

import pytest

from kloof.domain.errors import Refused
from kloof.domain.releases.thresholds import Thresholds


def test_a_block_holds_a_fifth_more_than_k():
    assert Thresholds().least_customers == 12
    assert Thresholds(k=25).least_customers == 30


def test_k_is_never_below_ten():
    with pytest.raises(Refused, match="never below 10"):
        Thresholds(k=9)


def test_fewer_than_three_salespeople_need_their_recorded_consent():
    with pytest.raises(Refused, match="no consent"):
        Thresholds(m=2)
    assert Thresholds(m=2, smaller_m_agreed_on=date(2026, 1, 5)).m == 2


def test_the_bounds_of_the_certificate_are_one_over_whom_a_sum_must_rest_on():
    usual = Thresholds()
    assert usual.max_leverage == 1 / 10
    assert usual.insider_max_leverage == 1 / 5
    assert usual.account_max_leverage == 1 / 3
    assert Thresholds(k=25).max_leverage == 1 / 25


@pytest.mark.parametrize(("m", "share", "left"), [(3, 0.5, 5), (2, 1.0, 5), (1, 1.0, 0)])
def test_where_fewer_than_three_sell_one_may_have_all_and_alone_has_nobody_to_be_kept_from(m, share, left):
    rules = Thresholds(m=m, smaller_m_agreed_on=date(2026, 1, 5))
    assert (rules.most_by_one, rules.least_left) == (share, left)
