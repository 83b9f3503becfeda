"""Leverage by its series, against the pseudo-inverse of the whole incidence matrix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.releases.certificate import incidence, series
from kloof.domain.releases.certificate.leverage import Certificate, Membership

pytestmark = pytest.mark.slow

worlds = st.tuples(
    st.integers(0, 2**32 - 1), st.integers(2, 25), st.integers(3, 14), st.sampled_from([0.05, 0.2, 0.5, 0.9])
)


def a_world(seed: int, sets: int, least: int, repeat: float, accounts: int = 0) -> Membership:
    """Sets of customers of whom some are in several; with accounts, each answers for one of these or for themselves."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(sets):
        n = int(rng.integers(least, 3 * least))
        new = 1000 * (number + 1) + np.arange(n)
        people = np.unique(np.where(rng.random(n) < repeat, rng.integers(1, 4 * least, n), new))
        account = people % (accounts + 1) if accounts else np.zeros_like(people)
        found.append(Membership(np.full(len(people), number + 1), people, people % 7, account))
    return Membership.together(found)


def dense(members: Membership) -> dict[int, float]:
    """ℓ of everybody: the diagonal of the projection on the rows, with numpy's own pseudo-inverse."""
    people, column = np.unique(members.person, return_inverse=True)
    sets, row = np.unique(members.row, return_inverse=True)
    matrix = np.zeros((len(sets), len(people)))
    matrix[row, column] = members.weights
    projection = np.linalg.pinv(matrix) @ matrix
    return dict(zip(people.tolist(), np.diag(projection).tolist(), strict=True))


@given(worlds, st.floats(0.02, 0.6))
def test_it_says_who_is_above_a_bound_and_the_largest_of_all_as_the_dense_way_does(world, bound):
    members = a_world(*world)
    exact = dense(members)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(incidence, "MANY", 1)
        found = Certificate(members).outsiders(bound)
    said = dict(zip(found.person.tolist(), found.value.tolist(), strict=True))
    assert said.keys() == exact.keys()
    clear = {one for one, value in exact.items() if abs(value - bound) > 1e-9}
    assert {*found.above(bound).tolist()} & clear == {one for one in clear if exact[one] > bound}
    if found.most > bound:
        assert found.most == pytest.approx(max(exact.values()), abs=1e-9)
    else:
        assert max(exact.values()) - 1e-9 <= found.most <= bound


@given(worlds, st.floats(0.02, 0.6))
def test_the_series_alone_finds_the_largest_to_nine_decimals_wherever_the_bound_lies(world, bound):
    members = a_world(*world)
    sets = incidence.LinkedSets.of(members.row, members.person, members.weights)
    found = series.leverages(sets._as_columns(), bound)
    exact = np.array([dense(members)[one] for one in sets.columns.tolist()])
    if found is None:
        others = np.linalg.eigvalsh(_scaled_gram(members) - np.eye(sets.rows))
        assert max(abs(others)) > 0.6, "only sets that share very much are given up"
        return
    assert found.max() == pytest.approx(exact.max(), abs=1e-9)
    clear = abs(exact - bound) > 1e-9
    assert ((found > bound) == (exact > bound))[clear].all()


def _scaled_gram(members: Membership) -> np.ndarray:
    people, column = np.unique(members.person, return_inverse=True)
    sets, row = np.unique(members.row, return_inverse=True)
    matrix = np.zeros((len(sets), len(people)))
    matrix[row, column] = members.weights
    matrix /= np.linalg.norm(matrix, axis=1)[:, None]
    return matrix @ matrix.T


def test_where_it_converges_too_slowly_the_dense_way_is_left(monkeypatch):
    monkeypatch.setattr(incidence, "MANY", 1)
    members = a_world(62, 12, 10, 0.5)
    exact = dense(members)
    found = Certificate(members).outsiders(0.1)
    assert found.most == pytest.approx(max(exact.values()), abs=1e-9)
    assert found.above(0.1).tolist() == [one for one, value in exact.items() if value > 0.1]


def test_accounts_are_weighed_by_how_many_of_them_a_set_has(monkeypatch):
    members = a_world(1, 12, 8, 0.2, accounts=5)
    monkeypatch.setattr(incidence, "MANY", 1)
    found = Certificate(members).accounts(0.3)
    assert found.most == pytest.approx(max(dense(members.by_account()).values()), abs=1e-9)


def test_customers_who_stand_for_themselves_are_accounts_of_one():
    members = a_world(2, 12, 8, 0.2)
    people, accounts = Certificate(members).outsiders(), Certificate(members).accounts()
    assert accounts.person.tolist() == (2 * people.person).tolist()
    assert accounts.value.tolist() == people.value.tolist()
    by_account = Certificate(members.by_account()).outsiders()
    assert accounts.person.tolist() == by_account.person.tolist()
    assert accounts.value == pytest.approx(by_account.value, abs=1e-12)


def test_sets_that_are_nearly_one_another_are_left_to_the_dense_way(monkeypatch):
    """Two sets of thirty that differ by one: what sets them apart is one person."""
    monkeypatch.setattr(incidence, "MANY", 1)
    one, other = np.arange(30), np.arange(1, 31)
    nobody = np.zeros(60, np.int64)
    members = Membership(np.repeat([1, 2], 30), np.concatenate([one, other]), nobody, nobody)
    assert Certificate(members).outsiders(0.1).most == pytest.approx(0.5, abs=0.02)
    assert Certificate(members).outsiders(0.1).above(0.1).tolist() == [0, 30]
