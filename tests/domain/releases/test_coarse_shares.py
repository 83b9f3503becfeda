"""Counts leave as coarse shares, and only of sets that differ by many or by nobody."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cast.companies import COMPANIES, year
from cast.worlds import World, a_survey
from kloof.domain.releases.cells import Header
from kloof.domain.releases.closing import Counted, RoundedSums
from kloof.domain.releases.coarse_shares import (
    LEAST_COUNTED,
    aspect_shares,
    counted,
    may_be_counted,
    promise_shares,
    share,
)
from kloof.domain.releases.document import AsOf, AspectSums, Cell, Level, ReleaseDocument
from kloof.domain.surveys.definition import Survey

SURVEY = a_survey(1)
ASPECT = SURVEY.core[0]


@pytest.mark.parametrize("n", [20, 30, 31, 97, 250])
def test_a_share_is_the_nearest_multiple_of_five_and_coded_at_the_ends(n):
    for count in range(n + 1):
        exact = Fraction(100 * count, n)
        found = share(count, n)
        if exact < 10:
            assert found == 5
        elif exact > 90:
            assert found == 95
        else:
            assert found in range(10, 95, 5)
            assert abs(found - exact) <= Fraction(5, 2)


def test_counts_that_were_rounded_beyond_what_there_is_are_coded_like_the_ends():
    assert share(-3, 30) == 5
    assert share(33, 30) == 95


def test_nobody_and_one_in_eleven_look_the_same_and_so_do_all_and_all_but_one():
    assert {share(count, 33) for count in range(4)} == {5}
    assert {share(count, 33) for count in range(30, 34)} == {95}


def counts(**of: int) -> np.ndarray:
    found = np.zeros(len(Counted), dtype=np.int64)
    for name, count in of.items():
        found[Counted[name.upper()]] = count
    return found


def test_who_expected_less_is_whoever_did_not_expect_more_or_the_same():
    told = aspect_shares(ASPECT, counts(higher=36, equal=24), 120)
    assert (told.higher, told.equal, told.lower) == (30, 20, 50)


def test_each_count_becomes_the_share_of_its_name():
    names = ("higher", "equal", "good", "v_lowest", "v_highest", "r_lowest", "r_highest")
    for name in names:
        told = aspect_shares(ASPECT, counts(**{name: 48}), 120)
        assert {one: getattr(told, one) for one in names} == {one: 40 if one == name else 5 for one in names}


def test_a_share_among_those_at_the_norm_is_told_only_of_thirty():
    """Of sixty customers 30 met the norm, or 27."""
    thirty = aspect_shares(ASPECT, counts(at_norm=30, disappointed_at_norm=15, disappointed_below_norm=6), 60)
    assert (thirty.at_norm, thirty.disappointed_at_norm, thirty.disappointed_below_norm) == (50, 50, 20)
    fewer = aspect_shares(ASPECT, counts(at_norm=27, disappointed_at_norm=15, disappointed_below_norm=6), 60)
    assert (fewer.at_norm, fewer.disappointed_at_norm, fewer.disappointed_below_norm) == (45, None, 20)
    more = aspect_shares(ASPECT, counts(at_norm=33, disappointed_at_norm=15, disappointed_below_norm=6), 60)
    assert (more.disappointed_at_norm, more.disappointed_below_norm) == (45, None)


def test_without_a_norm_nothing_is_said_of_one():
    aspect = a_survey(1, norm=None).core[0]
    told = aspect_shares(aspect, counts(at_norm=60, disappointed_at_norm=30), 120)
    assert (told.at_norm, told.disappointed_at_norm, told.disappointed_below_norm) == (None, None, None)
    assert told.higher == 5


@pytest.mark.parametrize(
    ("promises", "told"),
    [
        ((9, 6, 5, 40, 12), True),
        ((9, 6, 4, 40, 12), False),
        ((9, 6, 5, 40, 11), False),
        ((0, 0, 0, 90, 30), False),
    ],
)
def test_promises_are_told_from_twenty_outcomes_of_twelve_customers(promises, told):
    assert (promise_shares(np.array(promises)) is not None) == told


def test_promises_of_which_it_is_too_early_to_say_are_in_no_share():
    told = promise_shares(np.array([20, 10, 10, 500, 15]))
    assert told is not None
    assert (told.kept, told.partly, told.broken) == (50, 25, 25)


sets = st.frozensets(st.integers(1, 6), min_size=1)
sizes = st.lists(st.integers(12, 40), min_size=6, max_size=6).map(lambda many: dict(enumerate(many, start=1)))


@given(sets, st.lists(sets, max_size=4), sizes)
def test_a_set_may_be_counted_where_it_and_all_that_follows_from_it_and_the_others_is_large(
    blocks, told, sizes
):
    """What follows: from two of them by subtracting; and from all, whatever they are multiplied by (leverage)."""

    def people(some: frozenset[int]) -> int:
        return sum(sizes[block] for block in some)

    apart = [part for other in told if other & blocks for part in (blocks - other, other - blocks)]
    expected = people(blocks) >= 30 and all(people(part) == 0 or people(part) >= 30 for part in apart)
    if expected and blocks not in told:
        rows = np.array(
            [[float(block in one) for block in sizes for _ in range(sizes[block])] for one in [*told, blocks]]
        )
        expected = bool((np.linalg.pinv(rows) @ rows).diagonal().max() <= 1 / 30 + 1e-9)
    assert may_be_counted(blocks, told, sizes) == expected


HEADER = Header(number=1, published_on=date(2026, 1, 1), company="Warmtehuis", kloof="test", previous=None)


def a_cell(name: str, blocks: tuple[int, ...], level: Level, n: int) -> Cell:
    return Cell(
        id=name,
        survey=SURVEY.id,
        version=SURVEY.version,
        level=level,
        product=name if level is Level.PRODUCT else "",
        team=name if level is Level.TEAM else "",
        blocks=blocks,
        n=n,
        customers=n // 5 * 5,
        as_of=AsOf(release=1, date=HEADER.published_on),
        aspects={ASPECT.id: AspectSums(v=0, r=0)},
    )


class Counting:
    """A company whose cells are these blocks, release after release."""

    def __init__(self, sizes: dict[int, int], survey: Survey = SURVEY) -> None:
        self.sizes = sizes
        self.survey = survey
        self.releases: list[ReleaseDocument] = []
        self._template = _any_release()

    def release(self, **cells: tuple[int, ...]) -> dict[str, Cell]:
        """The cells of the next release; the company's is called `company`, others with `team` in them are teams."""
        live = {block for blocks in cells.values() for block in blocks}
        made = [
            a_cell(name, blocks, _level(name), sum(self.sizes[block] for block in blocks))
            for name, blocks in cells.items()
        ]
        figures = {
            block: RoundedSums(
                np.zeros((1, 2), np.int64),
                counts(higher=self.sizes[block] // 2)[None],
                np.array([30, 30, 30, 0, 30]),
            )
            for block in live
        }
        told = counted(
            made,
            {block: self.sizes[block] for block in live},
            figures,
            {self.survey.key: self.survey},
            self.releases,
        )
        blocks = tuple({"id": block, "n": self.sizes[block]} for block in sorted(live))
        again = self._template.model_dump() | {
            "cells": told,
            "blocks": blocks,
            "number": len(self.releases) + 1,
        }
        self.releases.append(ReleaseDocument.model_validate(again))
        return {cell.id: cell for cell in told}


def _level(name: str) -> Level:
    if name == "company":
        return Level.COMPANY
    return Level.TEAM if name.startswith("team") else Level.PRODUCT


def _any_release() -> ReleaseDocument:
    world = World()
    rng = np.random.default_rng(1)
    from kloof.domain.releases.queues import FineCell

    for number in range(40):
        world.sell(SURVEY, number, number % 4, FineCell("a", "b", "c"), rng.integers(3, 11, (2, 1)))
    world.freeze()
    found = world.publish()
    assert found is not None
    return found


@pytest.fixture
def company() -> Counting:
    return Counting({1: 20, 2: 20, 3: 35, 4: 12, 5: 18, 6: 31})


def test_the_company_and_its_products_are_counted_and_regions_and_teams_are_not(company):
    cells = company.release(company=(1, 2, 3), heat=(1, 2), solar=(3,), team_north=(1, 2))
    assert {name: cell.counted for name, cell in cells.items()} == {
        "company": (1, 2, 3),
        "heat": (1, 2),
        "solar": (3,),
        "team_north": (),
    }
    assert cells["team_north"].shares == {}
    assert cells["team_north"].promises is None
    assert cells["heat"].promises is not None


def test_a_product_of_fewer_than_thirty_is_not_counted_and_neither_is_one_that_leaves_so_few(company):
    assert company.release(company=(1, 3), heat=(1,), solar=(3,))["heat"].counted == ()
    assert company.releases[-1].cells[2].counted == ()  # the company without it is twenty


def test_counts_stand_on_until_what_came_since_is_many(company):
    assert company.release(company=(1, 2))["company"].counted == (1, 2)
    stands = company.release(company=(1, 2, 4))["company"]
    assert (stands.counted, stands.n) == ((1, 2), 52)
    assert stands.shares == company.release(company=(1, 2, 4))["company"].shares
    moved = company.release(company=(1, 2, 4, 5))["company"]
    assert moved.counted == (1, 2, 4, 5)


def test_counts_of_a_block_that_was_retired_go_and_come_back_only_where_that_does_not_tell(company):
    """Without block 1 the company differs from what was counted before by twenty people."""
    company.release(company=(1, 2, 3))
    assert company.release(company=(2, 3))["company"].counted == ()
    assert company.release(company=(2, 3, 4))["company"].counted == ()
    gone = company.release(company=(3, 4))["company"]
    assert gone.counted == ()  # twelve more than what stayed
    assert company.release(company=(3,))["company"].counted == (3,)  # forty fewer than was counted first


def test_what_was_counted_in_any_earlier_release_is_remembered(company):
    company.release(company=(1, 2))
    company.release(company=(1, 2, 3))
    assert company.release(company=(1, 2, 4))["company"].counted == ()


def test_a_share_is_that_of_the_counted_blocks_alone(company):
    cell = company.release(company=(1, 2, 3))["company"]
    assert cell.shares[ASPECT.id].higher == share(20 // 2 + 20 // 2 + 35 // 2, 75)


def counted_sets(releases: list[ReleaseDocument]) -> set[frozenset[int]]:
    return {frozenset(cell.counted) for release in releases for cell in release.cells if cell.counted}


def assert_sets_differ_by_many(releases: list[ReleaseDocument]) -> None:
    size = {block.id: block.n for release in releases for block in release.blocks}
    for release in releases:
        for cell in release.cells:
            assert set(cell.counted) <= set(cell.blocks)
            assert bool(cell.counted) == bool(cell.shares)
            assert set(cell.counted) <= {block.id for block in release.blocks}
    for blocks in counted_sets(releases):
        assert sum(size[block] for block in blocks) >= LEAST_COUNTED
    for one, other in combinations(counted_sets(releases), 2):
        for apart in (one - other, other - one):
            if one & other and apart:
                assert sum(size[block] for block in apart) >= LEAST_COUNTED


@pytest.mark.slow
@pytest.mark.parametrize("name", ["plain"])
def test_over_twelve_releases_every_two_counted_sets_differ_by_nobody_or_by_thirty(name):
    world = year(replace(COMPANIES[name], erasures=1.0), 400, seed=4, practised={})
    assert len(counted_sets(world.releases)) > 1
    assert_sets_differ_by_many(world.releases)


@pytest.mark.slow
@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_however_blocks_come_and_go_every_two_counted_sets_differ_by_nobody_or_by_thirty(seed):
    rng = np.random.default_rng(seed)
    sizes = {block: int(rng.integers(12, 40)) for block in range(1, 25)}
    company, live, product = Counting(sizes), [], rng.integers(0, 3, 25)
    for first in range(1, 25, 3):
        live += range(first, first + 3)
        live = [block for block in live if rng.random() > 0.1]
        of = {f"product_{one}": tuple(block for block in live if product[block] == one) for one in range(3)}
        if live:
            company.release(company=tuple(live), **{name: blocks for name, blocks in of.items() if blocks})
    if company.releases:
        assert_sets_differ_by_many(company.releases)


def test_sets_that_hide_fewer_than_thirty_two_by_two_may_not_do_so_all_together():
    """Of three blocks each two were counted, and now all three: half of their sum less one pair is one block."""
    sizes = {1: 35, 2: 35, 3: 35, 4: 40}
    told = [frozenset({1, 2}), frozenset({2, 3})]
    assert may_be_counted(frozenset({1, 3}), told, sizes)
    sizes |= {2: 20, 1: 60, 3: 60}
    assert may_be_counted(frozenset({2, 3}), [frozenset({1, 2})], sizes)
    assert not may_be_counted(frozenset({1, 3}), told, sizes), "block 2 would follow: twenty people"
