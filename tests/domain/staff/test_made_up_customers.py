"""What somebody learns who knows all customers of a group but one, because seven of the eight are made up.

What they know narrows the real customer's answer down to those that could have led to the rounded sum of a group that
may close. That is counted out here: per true answer and per draw of the rounding, by the functions that close groups.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import combinations_with_replacement, product
from math import exp
from random import Random

import pytest

from cast.builders import survey
from kloof.domain.releases.rounding import base_of
from kloof.domain.staff.own_totals import LEAST, CompletePair, Draw, OwnSums, base, may_close, rounded
from kloof.domain.surveys.definition import Scale, Survey

Known = tuple[int, ...]


def on(low: int, high: int) -> Survey:
    plain = survey(1)
    return plain.model_copy(update={"scale": plain.scale.model_copy(update={"low": low, "high": high})})


def likely(scale: Scale) -> dict[int, float]:
    """How customers answer, roughly: most a little above the middle, few at the low end, some at the high one."""
    width = scale.high - scale.low
    weight = {x: exp(-((((x - scale.low) / width - 0.7) / 0.2) ** 2) / 2) for x in scale.points}
    return {x: one / sum(weight.values()) for x, one in weight.items()}


def closes(scale: Scale, known: Known, last: int) -> bool:
    """Whether these eight may close by their R; V is as varied as it can be."""
    v = [scale.low + 1 + at % (scale.high - scale.low - 1) for at in range(LEAST)]
    return may_close([CompletePair(at, at, (v[at],), (r,)) for at, r in enumerate((*known, last))], scale)


def in_turn(*numbers: int) -> Draw:
    """Chance that gives these numbers one after the other."""
    left = iter(numbers)
    return lambda _: next(left)


@cache
def off(to: int) -> tuple[int, ...]:
    """By how much rounding can be off, each as likely."""
    draws = product(range(to), repeat=2)
    return tuple(rounded(1000, to, in_turn(*both)) - 1000 for both in draws)


def certain(asked: Survey, known: Known, *, shown: bool = False) -> float:
    """In what share of cases the group closes and its figure, as kept or as shown, leaves one answer only."""
    scale = asked.scale
    led_to: dict[float | None, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for last, share in likely(scale).items():
        if closes(scale, known, last):
            for by in off(base(scale)):
                total = sum(known) + last + by
                figure = figure_of(asked, total) if shown else total
                led_to[figure][last] += share / len(off(base(scale)))
    return sum(sum(answers.values()) for answers in led_to.values() if len(answers) == 1)


@cache
def figure_of(asked: Survey, total: int) -> float | None:
    return OwnSums(LEAST, (total,), (total,), rounded=True).gaps(asked)[0].reality


def as_they_come(scale: Scale, groups: int) -> Iterator[Known]:
    chance, answers = Random(1), likely(scale)
    for _ in range(groups):
        yield tuple(sorted(chance.choices(list(answers), list(answers.values()), k=LEAST - 1)))


@pytest.mark.parametrize(
    ("ends", "kept", "shown"), [((1, 5), 0.02, 0.015), ((1, 7), 0.02, 0.01), ((0, 10), 0.02, 0.002)]
)
def test_seven_known_of_eight_name_the_last_answer_for_certain_in_few_groups(
    ends: tuple[int, int], kept: float, shown: float
) -> None:
    """Measured: 1.9, 1.3 and 0.7% from the sums that are kept, 1.2, 0.6 and 0.1% from the page. Unrounded: all."""
    asked = on(*ends)
    groups = list(as_they_come(asked.scale, 500))
    assert sum(certain(asked, known) for known in groups) / len(groups) <= kept
    assert sum(certain(asked, known, shown=True) for known in groups) / len(groups) <= shown


@pytest.mark.slow
@pytest.mark.parametrize(("ends", "most"), [((1, 5), 0.08), ((1, 7), 0.05), ((0, 10), 0.011)])
def test_seven_that_were_made_up_to_suit_name_it_for_certain_more_often_and_the_handbook_says_how_often(
    ends: tuple[int, int], most: float
) -> None:
    """Near an end that the group closed at all says something: an answer that would have kept it open was not given.

    Measured: at worst 7, 5 and 1% from the sums that are kept.
    """
    asked = on(*ends)
    every = combinations_with_replacement(asked.scale.points, LEAST - 1)
    # What tells is their sum: of each sum the seven that are most unlike, since those that are alike may not close.
    sums = {sum(known): known for known in sorted(every, key=lambda known: len(set(known)))}
    assert 0 < max(certain(asked, known) for known in sums.values()) <= most


@pytest.mark.parametrize("ends", [(1, 5), (1, 7), (0, 10)])
def test_away_from_the_ends_it_makes_no_difference_what_the_seven_were_made_to_say(
    ends: tuple[int, int],
) -> None:
    asked = on(*ends)
    low, high = ends
    middle = [low, low, high, high, (low + high) // 2, (low + high) // 2]
    shares = {round(certain(asked, tuple(sorted([*middle, last]))), 9) for last in asked.scale.points}
    assert len(shares) == 1


@pytest.mark.parametrize(("ends", "most"), [((1, 5), 0.06), ((1, 7), 0.05), ((0, 10), 0.01)])
def test_all_others_known_in_the_group_and_in_the_block_it_is_certain_more_often_than_by_either(
    ends: tuple[int, int], most: float
) -> None:
    """Measured: 5.5, 4.5 and 0.8%, from the sums that are kept of both, rounded apart; by the block alone 1.8, 1.2 and
    0.3%.
    """
    scale = on(*ends).scale
    of_group, of_block = base(scale), round(base_of(scale))

    def named(last: int, *offs: tuple[int, int]) -> bool:
        return sum(all(abs(p - last - by) < to for by, to in offs) for p in scale.points) == 1

    block, both = 0.0, 0.0
    for last, share in likely(scale).items():
        for by, then in product(off(of_block), off(of_group)):
            even = share / len(off(of_block)) / len(off(of_group))
            block += even * named(last, (by, of_block))
            both += even * named(last, (by, of_block), (then, of_group))
    assert block < both <= most
