"""What becomes of a sum when its block closes: a multiple of the base, right on average, and the same ever after."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cast.worlds import World, a_survey, answers
from kloof.domain.releases.queues import FineCell
from kloof.domain.releases.rounding import COUNT_BASE, base_of, rounded_at_random, variance_of

pytestmark = pytest.mark.slow

SCALES = {(1, 5): 3.0, (0, 5): 3.0, (1, 7): 3.0, (0, 10): 5.0, (1, 10): 4.5}
bases = st.sampled_from([*SCALES.values(), float(COUNT_BASE)])
sums = st.integers(0, 10_000)


class Drawn:
    """A source of chance that always draws the same number."""

    def __init__(self, number: float) -> None:
        self._number = number

    def random(self, shape: tuple[int, ...]) -> np.ndarray:
        return np.full(shape, self._number)


def up_and_down(total: int, base: float) -> tuple[int, int]:
    """What the lowest and the highest draw make of a sum."""
    low, high = (int(rounded_at_random(np.array(total), base, Drawn(draw))) for draw in (1 - 1e-6, 0.0))
    return low, high


@pytest.mark.parametrize(("scale", "base"), SCALES.items())
def test_the_base_is_half_the_width_of_the_scale_and_at_least_three_points(scale, base):
    low, high = scale
    assert base_of(a_survey(1, low=low, high=high, norm=None).scale) == base
    assert base_of(a_survey(1, low=0, high=2, norm=None).scale) == 3


@given(sums, bases)
def test_a_rounded_sum_is_never_further_than_the_base_and_one_of_the_two_multiples_around_it(total, base):
    low, high = up_and_down(total, base)
    assert low * base <= total <= high * base + 1e-9
    assert high - low in (0, 1)


@given(st.integers(0, 5000), bases)
def test_a_multiple_stays_what_it_is(times, base):
    total = Fraction(base) * 2 * times
    assert up_and_down(int(total), base) == (2 * times, 2 * times)


@given(sums, bases)
def test_it_goes_up_with_the_probability_of_the_remainder_so_that_it_is_right_on_average(total, base):
    """Exactly: a draw just below the remainder over the base goes up, one just above goes down."""
    exact = Fraction(total) / Fraction(base)
    chance = float(exact - int(exact))
    below = int(exact)
    for draw, expected in ((chance - 1e-6, below + 1), (chance + 1e-6, below)):
        if 0 <= draw < 1 and chance:
            assert int(rounded_at_random(np.array(total), base, Drawn(draw))) == expected
    assert base * (below + chance) == pytest.approx(total)


@pytest.mark.parametrize("base", [*SCALES.values(), 3.0])
def test_over_many_draws_the_mean_is_the_sum_itself(base):
    draws = 20_000
    totals = np.arange(40)
    rounded = base * rounded_at_random(np.tile(totals, (draws, 1)), base, np.random.default_rng(5))
    assert np.abs(rounded.mean(axis=0) - totals).max() < 5 * base / 2 / np.sqrt(draws)


@pytest.mark.parametrize("base", [*SCALES.values(), 3.0, 1.0])
def test_the_variance_that_rounding_adds_is_that_over_all_remainders(base):
    """By enumeration of whole sums over a stretch after which the remainders repeat."""
    exact = Fraction(base)
    period = exact.numerator
    remainders = [Fraction(total) % exact for total in range(period)]
    expected = sum(left * (exact - left) for left in remainders) / period
    assert variance_of(base) == pytest.approx(float(expected))


@pytest.mark.parametrize("base", SCALES.values())
def test_the_variance_is_the_one_that_is_seen(base):
    chance = np.random.default_rng(11)
    totals = chance.integers(0, 9 * 40, 200_000)
    error = base * rounded_at_random(totals, base, chance) - totals
    assert error.var() == pytest.approx(variance_of(base), rel=0.02)


@st.composite
def growing_worlds(draw) -> tuple[World, dict[int, np.ndarray]]:
    """A company after a few releases, and the sums of each block as they were in the moment it closed."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    low, high = draw(st.sampled_from(list(SCALES)))
    survey = a_survey(2, low=low, high=high, norm=None)
    world, closed = World(chance=rng), {}
    cells = [FineCell(product, f"region {team % 2}", f"team {team}") for product in "ab" for team in range(3)]
    for _ in range(draw(st.integers(2, 4))):
        for _ in range(draw(st.integers(20, 60))):
            cell = cells[int(rng.integers(draw(st.integers(1, 6))))]
            world.sell(survey, len(world.deals), int(rng.integers(5)), cell, answers(rng, survey))
        world.freeze()
        for number, block in world.closed.items():
            closed.setdefault(number, block.figures.sums.copy())
        world.publish()
    return world, closed


@settings(max_examples=12)
@given(growing_worlds())
def test_a_block_shows_the_same_sums_at_every_level_and_in_every_release(drawn):
    world, closed = drawn
    for release in world.releases:
        for cell in release.cells:
            total = release.survey(cell.key).base * sum(closed[block] for block in cell.blocks)
            assert [[told.v, told.r] for told in cell.aspects.values()] == total.tolist()


@settings(max_examples=12)
@given(growing_worlds())
def test_a_block_is_within_the_base_of_what_its_customers_said(drawn):
    world, closed = drawn
    for number, rounded in closed.items():
        deals = [deal for deal in world.deals if deal.block == number]
        base = base_of(deals[0].survey.scale)
        exact = np.array([[deal.expected, deal.received] for deal in deals]).sum(axis=0).T
        assert (np.abs(base * rounded - exact) < base).all()


@pytest.mark.parametrize("base", [2, 3, 5])
def test_who_knows_all_others_is_certain_of_an_answer_at_an_end_in_one_case_of_the_base_squared(base):
    """Counted out: each remainder of the others' sum alike, each draw as likely as rounding makes it."""
    low, high = 0, 10
    certain = Fraction(0)
    for answer in range(low, high + 1):
        for others in range(100, 100 + base):
            total, remainder = others + answer, (others + answer) % base
            for published, chance in (
                (total - remainder, base - remainder),
                (total - remainder + base, remainder),
            ):
                fits = [one for one in range(low, high + 1) if abs(others + one - published) < base]
                certain += Fraction(chance, base * base) * (len(fits) == 1)
    assert certain == Fraction(2, base**2)
