"""What salespeople see who subtract their own customers, held to the projection without their columns."""

from collections.abc import Iterable
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kloof.domain.releases.certificate.coalitions import largest_leverage
from kloof.domain.releases.certificate.leverage import Membership

pytestmark = pytest.mark.slow


class Sold(NamedTuple):
    """Pairs, one of each customer in each block; parts: of each part which pairs are in its arm."""

    block: np.ndarray
    person: np.ndarray
    seller: np.ndarray
    parts: list[np.ndarray]

    @property
    def blocks(self) -> Membership:
        return Membership.of(self.block, self.person, self.seller, np.zeros_like(self.block))

    @property
    def arms(self) -> list[Membership]:
        at = [np.flatnonzero(part) for part in self.parts]
        nobody = np.zeros_like(self.block)
        return [Membership.of(self.block[p], self.person[p], self.seller[p], nobody[p]) for p in at]

    def coalitions(self, together: int) -> Iterable[tuple[int, ...]]:
        sellers = np.unique(self.seller).tolist()
        return [one for many in range(together + 1) for one in combinations(sellers, many)]


def projected(sold: Sold, coalition: tuple[int, ...] = ()) -> float:
    """The largest diagonal entry of the projection: rows are blocks and parts, columns the pairs that remain."""
    rows = np.array([*(sold.block == number for number in np.unique(sold.block)), *sold.parts], dtype=float)
    left = rows[:, ~np.isin(sold.seller, coalition)]
    return float(np.diag(np.linalg.pinv(left) @ left).max(initial=0))


def dense(sold: Sold, together: int) -> float:
    return max(projected(sold, coalition) for coalition in sold.coalitions(together))


@st.composite
def small_worlds(draw, most_parts: int = 3) -> Sold:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    blocks, each = draw(st.integers(1, 5)), draw(st.integers(1, 12))
    block = np.repeat(np.arange(1, blocks + 1), rng.integers(1, each + 1, blocks))
    person = np.concatenate([rng.permutation(30)[:many] for many in np.bincount(block)[1:]])
    sellers = rng.integers(0, draw(st.integers(1, 6)), len(block))
    seller = sellers + 10 * block * draw(st.booleans())  # of their own block alone, or of several
    chance = draw(st.sampled_from([0.1, 0.5, 0.9]))
    parts = [
        (rng.random(len(block)) < chance) & (rng.random(blocks) < 0.8)[block - 1]
        for _ in range(draw(st.integers(0, most_parts)))
    ]
    return Sold(block, person, seller, [part for part in parts if part.any()])


@settings(max_examples=60)
@given(small_worlds(), st.integers(1, 2))
def test_the_fast_way_finds_what_the_projection_without_their_columns_does(sold, together):
    assert largest_leverage(sold.blocks, sold.arms, together) == pytest.approx(
        dense(sold, together), abs=1e-9
    )


@settings(max_examples=60)
@given(small_worlds(most_parts=0), st.integers(1, 2))
def test_without_tables_that_cut_across_blocks_it_is_one_over_who_is_left(sold, together):
    assert largest_leverage(sold.blocks, [], together) == pytest.approx(dense(sold, together), abs=1e-12)


@settings(max_examples=60)
@given(small_worlds(), st.integers(1, 2), st.floats(0, 1))
def test_a_bound_that_is_good_enough_is_never_below_the_number_and_never_above_what_was_enough(
    sold, together, enough
):
    found, exact = largest_leverage(sold.blocks, sold.arms, together, enough), dense(sold, together)
    assert found >= exact - 1e-9
    assert found <= max(exact, enough) + 1e-9


@settings(max_examples=60)
@given(small_worlds())
def test_two_together_see_at_least_as_much_as_one(sold):
    one, two = (largest_leverage(sold.blocks, sold.arms, together) for together in (1, 2))
    assert two >= one - 1e-12
    assert one >= projected(sold) - 1e-9


@settings(max_examples=30)
@given(small_worlds())
def test_the_order_of_entries_and_the_numbers_of_salespeople_do_not_matter(sold):
    order = np.random.default_rng(0).permutation(len(sold.block))
    shuffled = Sold(
        sold.block[order] + 40,
        sold.person[order] * 3 + 7,
        1000 - sold.seller[order],
        [part[order] for part in sold.parts],
    )
    found = [largest_leverage(one.blocks, one.arms, 2) for one in (sold, shuffled)]
    assert found[0] == pytest.approx(found[1], abs=1e-9)


def test_two_who_share_no_block_can_take_a_part_apart_together():
    """Each leaves of their block two, of whom one is in the arm; the part holds the two blocks together."""
    block = np.array([1] * 8 + [2] * 8)
    seller = np.array([1] * 6 + [2, 2] + [3] * 6 + [4, 4])
    arm = np.array([True, False] * 8)
    sold = Sold(block, np.arange(16), seller, [arm])
    both = projected(sold, (1, 3))
    assert both > max(projected(sold, coalition) for coalition in sold.coalitions(1)) + 0.1
    assert largest_leverage(sold.blocks, sold.arms, 2) == pytest.approx(dense(sold, 2), abs=1e-9)
    assert largest_leverage(sold.blocks, sold.arms, 2, enough=0.6) >= both - 1e-9


def test_nobody_has_sold_anything():
    assert largest_leverage(Membership.none(), [], 2) == 0.0


def test_somebody_whose_number_was_taken_away_counts_under_the_new_one_in_blocks_and_parts():
    """A part still holds a customer whom no block knows any more; it is read without them."""
    block, seller = np.ones(12, np.int64), np.arange(12) % 4
    everybody = Sold(block, np.arange(12), seller, [np.arange(12) < 6])
    with_a_stranger = Membership.of(block[:7], np.array([*range(6), 99]), seller[:7], np.zeros(7, np.int64))
    assert largest_leverage(everybody.blocks, [with_a_stranger], 2) == pytest.approx(
        dense(everybody, 2), abs=1e-9
    )
