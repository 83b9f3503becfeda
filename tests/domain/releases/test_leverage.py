"""The certificate's number, held to its definition: the diagonal of the projection onto the row space."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kloof.domain.releases.certificate.incidence import MANY, generalised_inverse
from kloof.domain.releases.certificate.leverage import Certificate, Membership, account_leverages, leverages

pytestmark = pytest.mark.slow


def membership(incidence: np.ndarray, account: np.ndarray | None = None) -> Membership:
    """Who is in which set; account: per person."""
    row, person = np.nonzero(incidence)
    accounts = np.zeros(incidence.shape[1], np.int64) if account is None else account
    return Membership.of(row, person, np.ones_like(row), accounts[person])


def projected(incidence: np.ndarray) -> np.ndarray:
    matrix = incidence.astype(float)
    return np.diag(np.linalg.pinv(matrix) @ matrix)


worlds = st.tuples(st.integers(1, 7), st.integers(1, 25)).flatmap(
    lambda shape: st.tuples(
        arrays(bool, shape), arrays(np.int64, shape[1], elements=st.sampled_from([0, 0, 1, 2, 3]))
    )
)


@settings(max_examples=40)
@given(worlds)
def test_leverage_is_the_diagonal_of_the_projection(world):
    incidence, _ = world
    found = leverages(membership(incidence))
    assert found.value == pytest.approx(projected(incidence)[found.person], abs=1e-8)


@settings(max_examples=40)
@given(worlds)
def test_repeating_or_merging_sets_adds_nothing(world):
    incidence, _ = world
    twice = np.vstack([incidence, incidence[:1]])
    assert leverages(membership(twice)).value == pytest.approx(
        leverages(membership(incidence)).value, abs=1e-8
    )


@settings(max_examples=40)
@given(worlds)
def test_an_account_is_one_column_that_counts_all_of_its_people(world):
    incidence, account = world
    units = np.where(account > 0, 2 * account + 1, 2 * np.arange(len(account)))
    names = np.unique(units)
    columns = np.stack([incidence[:, units == unit].sum(axis=1) for unit in names], axis=1)
    found = account_leverages(membership(incidence, account))
    inside = columns.any(axis=0)
    assert found.person.tolist() == names[inside].tolist()
    assert found.value == pytest.approx(projected(columns)[inside], abs=1e-8)


@settings(max_examples=40)
@given(worlds)
def test_where_everybody_stands_for_themselves_an_account_weighs_what_a_person_does(world):
    members = membership(world[0])
    assert account_leverages(members).value == pytest.approx(leverages(members).value, abs=1e-9)
    assert (members.units == 2 * members.person).all()


@settings(max_examples=40)
@given(worlds)
def test_an_account_is_one_however_many_sell_to_its_people(world):
    incidence, account = world
    row, person = np.nonzero(incidence)
    again = [np.concatenate([one, one[::2]]) for one in (row, person)]  # every second one bought from two
    sellers = np.repeat([1, 2], [len(row), len(row[::2])])
    twice = Membership.of(*again, sellers, account[again[1]])
    once = membership(incidence, account)
    assert len(twice.row) == len(again[0])
    for of in (leverages, account_leverages):
        assert of(twice).value == pytest.approx(of(once).value, abs=1e-9)
    kept = twice.one_of_each_person()
    assert (kept.row.tolist(), kept.person.tolist()) == (once.row.tolist(), once.person.tolist())


def test_three_accounts_of_alike_size_are_the_fewest_that_a_block_may_rest_on():
    block = np.ones((1, 12), dtype=bool)
    for sizes, allowed in (((4, 4, 4), True), ((5, 4, 3), False), ((5, 5, 2), False)):
        account = np.repeat([1, 2, 3], sizes)
        assert (account_leverages(membership(block, account)).most <= 1 / 3 + 1e-9) == allowed


@settings(max_examples=40)
@given(worlds)
def test_several_sets_as_one_count_each_of_their_people_once_for_each(world):
    incidence, account = world
    members = membership(incidence, account)
    one = members.as_one_set(-3)
    times = incidence.sum(axis=0)
    assert one.row.tolist() == [-3] * int((times > 0).sum())
    assert one.person.tolist() == np.flatnonzero(times).tolist()
    assert one.weights.tolist() == times[times > 0].tolist()
    assert one.account.tolist() == account[times > 0].tolist()
    beside = Membership.together([members, one])
    rows = np.vstack([incidence.astype(int), times])
    found = leverages(beside)
    assert found.value == pytest.approx(projected(rows)[found.person], abs=1e-8)


@settings(max_examples=40)
@given(worlds)
def test_memberships_together_are_the_sets_of_all_of_them(world):
    incidence, account = world
    parts = [
        membership(row[None], account).numbered_from(number) for number, row in enumerate(incidence, start=7)
    ]
    together = Membership.together(parts)
    whole = membership(incidence, account)
    assert together.weight is None
    assert (together.row - 7).tolist() == whole.row.tolist()
    for name in ("person", "salesperson", "account", "weights"):
        assert getattr(together, name).tolist() == getattr(whole, name).tolist()
    assert together.people(7 + len(incidence))[7:].tolist() == incidence.sum(axis=1).tolist()


def test_a_set_that_counts_somebody_twice_keeps_that_beside_sets_that_do_not():
    """Three and the weights of both stay what they are, whichever comes first."""
    plain, twice = (membership(np.ones((rows, 3), dtype=bool)) for rows in (1, 2))
    heavy = twice.as_one_set(5)
    assert (plain + heavy).weights.tolist() == [1, 1, 1, 2, 2, 2]
    assert (heavy + plain).weights.tolist() == [2, 2, 2, 1, 1, 1]
    assert heavy.numbered_from(9).weights.tolist() == [2, 2, 2]
    assert heavy.take(np.array([0, 2])).weights.tolist() == [2, 2]


def test_somebody_with_several_deals_by_one_salesperson_in_a_set_is_one_entry():
    row, person, seller = np.array([[1, 1, 1, 2], [4, 4, 4, 4], [1, 1, 2, 1]])
    found = Membership.of(row, person, seller, np.zeros(4, np.int64))
    assert [*zip(*(column.tolist() for column in found.columns()), strict=True)] == [
        *((1, 4, 1, 0), (1, 4, 2, 0), (2, 4, 1, 0))
    ]
    assert found.people(3).tolist() == [0, 1, 1]


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


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.05, 0.1, 0.2]))
def test_among_very_many_linked_sets_a_bound_that_is_good_enough_is_never_below_the_number(seed, enough):
    """A ring of blocks, each of which shares a few of its customers with the next."""
    rng = np.random.default_rng(seed)
    sets = MANY + 20
    row = np.repeat(np.arange(sets), 15)
    person = np.arange(sets * 15)
    moved = rng.random(len(person)) < rng.choice([0.02, 0.1])
    again = Membership.of(
        np.append(row, (row[moved] + 1) % sets),
        np.append(person, person[moved]),
        np.zeros(len(row) + moved.sum(), np.int64),
        np.zeros(len(row) + moved.sum(), np.int64),
    )
    exact, found = leverages(again), Certificate(again).outsiders(enough)
    assert (found.value >= exact.value - 1e-9).all()
    assert found.most <= max(enough, exact.most) + 1e-9


def test_ten_million_people_do_not_hide_the_one_who_is_missing():
    """Two sets of many that differ by one person: counted by hand, since only the numbers matter."""
    n = 10_000_000.0
    gram = np.array([[n, n - 1], [n - 1, n - 1]])
    inverse = generalised_inverse(gram)
    one = np.array([1.0, 0.0])
    assert one @ inverse @ one == pytest.approx(1.0, rel=1e-6)


def test_nobody_has_no_leverage():
    assert leverages(Membership.none()).most == 0
    assert account_leverages(Membership.none()).most == 0
    assert Membership.together([]).people(2).tolist() == [0, 0]
