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
