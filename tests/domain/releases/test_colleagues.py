"""What colleagues see where a customer of several blocks is one person, held to projections over what is left."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cast.companies import COMPANIES, year
from kloof.domain.releases.certificate import colleagues
from kloof.domain.releases.certificate.colleagues import colleague_leverages
from kloof.domain.releases.certificate.leverage import Membership
from kloof.domain.releases.certificate.together import beside


class Sold(NamedTuple):
    """Pairs, one of each customer in each block; parts: of each part of a table which pairs are in its arm."""

    block: np.ndarray
    person: np.ndarray
    seller: np.ndarray
    parts: list[np.ndarray]

    @property
    def members(self) -> Membership:
        def of(chosen: np.ndarray) -> Membership:
            columns = self.block[chosen], self.person[chosen], self.seller[chosen]
            return Membership.of(*columns, np.zeros(int(chosen.sum()), dtype=np.int64))

        return beside(of(np.ones(len(self.block), dtype=bool)), [of(part) for part in self.parts])

    def left(self, coalition: Iterable[int]) -> Iterator[np.ndarray]:
        """Sets × people without the deals that these sold, and without the people to whom they sold."""
        people, person = np.unique(self.person, return_inverse=True)
        chosen = [*(self.block == one for one in np.unique(self.block)), *self.parts]
        theirs = np.isin(self.seller, list(coalition))
        told = np.zeros(len(people), dtype=bool)
        told[person[theirs]] = True
        for known in (theirs, told[person]):
            rows = [np.bincount(person[one & ~known], minlength=len(people)) for one in chosen]
            yield np.array(rows, dtype=float)


def dense(sold: Sold, together: int) -> np.ndarray:
    """Of each person the largest diagonal entry of the projection onto what is left of the sets."""
    most = np.zeros(len(np.unique(sold.person)))
    for many in range(together + 1):
        for coalition in combinations(np.unique(sold.seller).tolist(), many):
            for rows in sold.left(coalition):
                most = np.maximum(most, np.diag(np.linalg.pinv(rows) @ rows))
    return most


@st.composite
def small_worlds(draw, tables: bool = True) -> Sold:
    """Blocks that share many customers; nobody bought from the same salesperson twice."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    blocks, people, sellers = draw(st.integers(2, 5)), draw(st.integers(4, 30)), draw(st.integers(2, 6))
    inside = [rng.permutation(people)[: rng.integers(1, min(people, 14) + 1)] for _ in range(blocks)]
    block = np.repeat(np.arange(1, blocks + 1), [len(one) for one in inside])
    person = np.concatenate(inside)
    seller = (person + block * draw(st.sampled_from([1, 7]))) % max(sellers, blocks)
    parts = [rng.random(len(block)) < 0.5 for _ in range(draw(st.integers(0, 2)) if tables else 0)]
    return Sold(block, person, seller, [part for part in parts if part.any()])


@settings(max_examples=40)
@given(small_worlds(), st.integers(1, 2))
def test_the_fast_way_finds_what_projections_without_their_customers_do(sold, together):
    found = colleague_leverages(sold.members, together).value
    members = sold.members
    several = np.isin(
        members.person, np.flatnonzero(np.bincount(np.unique(members.columns()[:2], axis=1)[1]) > 1)
    )
    linked = np.isin(np.unique(members.person), members.person[np.isin(members.row, members.row[several])])
    assert np.abs(found - dense(sold, together))[linked].max(initial=0) <= 1e-9
    assert not found[~linked].any()


@settings(max_examples=40)
@given(small_worlds(tables=False), st.integers(1, 2))
def test_among_many_sets_the_bound_is_below_nobodys_number(sold, together):
    most = colleagues.MOST_WORK
    try:
        colleagues.MOST_WORK = 0
        bound = colleague_leverages(sold.members, together).value
    finally:
        colleagues.MOST_WORK = most
    expected = dense(sold, together)
    assert (bound >= expected - 1e-9)[bound > 0].all()


@settings(max_examples=20)
@given(small_worlds(), st.floats(0.1, 1))
def test_a_bound_that_is_good_enough_is_not_above_what_was_enough(sold, enough):
    found, exact = (colleague_leverages(sold.members, 2, by).most for by in (enough, 0.0))
    assert exact - 1e-9 <= found <= max(exact, enough) + 1e-9


def test_among_many_sets_tables_are_left_out(monkeypatch):
    monkeypatch.setattr(colleagues, "MOST_WORK", 1e6)
    rng = np.random.default_rng(1)
    block = np.repeat(np.arange(1, 31), 13)
    person = np.arange(len(block))
    person[13::26] = person[::26]
    sold = Sold(block, person, rng.integers(0, 30, len(block)), [rng.random(len(block)) < 0.5])
    bare = sold._replace(parts=[])
    assert colleague_leverages(sold.members, 2).most == colleague_leverages(bare.members, 2).most < 1


def two_blocks(shared: int, others: int = 8) -> Sold:
    """Blocks that a salesperson of each leaves `others` customers, and so many of both."""
    block = np.repeat([1, 2], 6 + others + shared)
    once = 6 + others
    person = np.concatenate(
        [np.arange(once), 100 + np.arange(shared), 50 + np.arange(once), 100 + np.arange(shared)]
    )
    seller = np.concatenate(
        [first + (np.arange(once + shared) >= 6) * (2 + np.arange(once + shared) % 3) for first in (10, 20)]
    )
    return Sold(block, person, seller, [])


def test_one_shared_customer_of_two_blocks_with_eight_others_left_in_each_has_a_fifth():
    """S/(1 + S) with S = 1/8 + 1/8: so that is where a repeat customer may stay in both."""
    sold = two_blocks(1)
    expected = max(np.diag(np.linalg.pinv(rows) @ rows)[-1] for rows in sold.left((10, 20)))
    assert expected == pytest.approx(0.2, abs=1e-12)
    assert colleague_leverages(sold.members, 2).value.max() == pytest.approx(dense(sold, 2).max(), abs=1e-9)


def test_sets_that_share_nobody_are_left_to_the_other_certificate():
    assert colleague_leverages(two_blocks(0).members, 2).most == 0
    assert colleague_leverages(Membership.none(), 2).most == 0


@pytest.mark.slow
@pytest.mark.parametrize("name", ["repeat customers", "short scale"])
def test_in_a_company_whose_customers_come_back_no_two_colleagues_see_more_than_a_fifth(name):
    """Over all blocks that ever closed, by projection, whatever any two of them take off."""
    members = year(COMPANIES[name], 300, 2, practised={}).membership
    sold = Sold(members.row, members.person, members.salesperson, [])
    assert np.bincount(np.unique(sold.person, return_inverse=True)[1]).max() > 1
    assert dense(sold, 2).max() <= 0.2 + 1e-9


@pytest.mark.slow
def test_canary_where_repeat_customers_need_not_wait_two_colleagues_see_more(monkeypatch):
    from kloof.domain.releases import overlap

    def nobody(members: Membership, *_: object) -> colleagues.Leverages:
        return colleagues.Leverages(members.person[:0], np.zeros(0))

    monkeypatch.setattr(overlap, "colleague_leverages", nobody)
    world = year(COMPANIES["repeat customers"], 300, 2, practised={}, published=False)
    assert colleague_leverages(world.membership, 2, 0.2).most > 0.2
