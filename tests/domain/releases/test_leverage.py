"""The certificate's number, held to its definition: the diagonal of the projection onto the row space."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kloof.domain.releases.leverage import Membership, insider_leverages, leverages


def membership(incidence: np.ndarray, salesperson: np.ndarray | None = None) -> Membership:
    row, person = np.nonzero(incidence)
    sellers = np.ones_like(row) if salesperson is None else salesperson[row, person]
    return Membership.of(row, person, sellers)


def projected(incidence: np.ndarray) -> np.ndarray:
    matrix = incidence.astype(float)
    return np.diag(np.linalg.pinv(matrix) @ matrix)


worlds = st.tuples(st.integers(1, 7), st.integers(1, 25)).flatmap(
    lambda shape: st.tuples(arrays(bool, shape), arrays(np.int64, shape, elements=st.integers(1, 3)))
)


@given(worlds)
def test_leverage_is_the_diagonal_of_the_projection(world):
    incidence, _ = world
    found = leverages(membership(incidence))
    assert found.value == pytest.approx(projected(incidence)[found.person], abs=1e-8)


@given(worlds)
def test_repeating_or_merging_sets_adds_nothing(world):
    incidence, _ = world
    twice = np.vstack([incidence, incidence[:1]])
    assert leverages(membership(twice)).value == pytest.approx(
        leverages(membership(incidence)).value, abs=1e-8
    )


@given(worlds)
def test_an_insider_sees_the_sets_without_what_they_sold(world):
    incidence, sellers = world
    found = insider_leverages(membership(incidence, sellers))
    seen = [projected(incidence & (sellers != one)) for one in (1, 2, 3)]
    expected = np.max([projected(incidence), *seen], axis=0)[found.person]
    assert np.all(found.value >= expected - 1e-8)
    assert found.most == pytest.approx(expected.max(initial=0), abs=1e-8)


def test_somebody_who_can_be_worked_out_has_leverage_one():
    everybody = np.ones(13, dtype=bool)
    all_but_one = everybody.copy()
    all_but_one[0] = False
    found = leverages(membership(np.vstack([everybody, all_but_one])))
    assert found.most == pytest.approx(1.0)
    assert found.above(0.1).tolist() == [0]


def test_two_blocks_that_share_a_customer_weigh_that_customer_more():
    blocks = np.zeros((2, 23), dtype=bool)
    blocks[0, :12] = blocks[1, 11:] = True
    found = leverages(membership(blocks))
    assert found.value[0] < 1 / 10 < found.value[11]


def test_ten_million_people_do_not_hide_the_one_who_is_missing():
    """Two sets of many that differ by one person: counted by hand, since only the numbers matter."""
    from kloof.domain.releases.incidence import generalised_inverse

    n = 10_000_000.0
    gram = np.array([[n, n - 1], [n - 1, n - 1]])
    inverse = generalised_inverse(gram)
    one = np.array([1.0, 0.0])
    assert one @ inverse @ one == pytest.approx(1.0, rel=1e-6)


def test_nobody_has_no_leverage():
    none = np.zeros(0, dtype=np.int64)
    empty = Membership(none, none, none)
    assert leverages(empty).most == 0
    assert insider_leverages(empty).most == 0
