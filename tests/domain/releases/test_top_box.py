"""What the number of good marks tells of one person, held to every way in which whole answers can be given."""

from itertools import combinations_with_replacement

import numpy as np
import pytest

from kloof.domain.releases.top_box import countable, individual_range
from kloof.domain.surveys.definition import Scale
from kloof.domain.text import Text

WORDS = Text(nl="slecht", en="bad")


def scale(low: int, high: int) -> Scale:
    return Scale(low=low, high=high, low_label=WORDS, high_label=WORDS)


@pytest.mark.parametrize(("low", "high", "good"), [(0, 10, 7), (1, 10, 7), (1, 7, 5), (1, 5, 4), (0, 2, 1)])
def test_a_good_mark_is_as_high_on_every_scale(low: int, high: int, good: int) -> None:
    assert scale(low, high).good == good


@pytest.mark.parametrize(("n", "most"), [(10, 9), (12, 10), (20, 18), (30, 27)])
def test_of_a_block_at_most_nine_in_ten_count_as_good(n: int, most: int) -> None:
    size = np.float64(n)
    assert countable(size, size) == most
    assert countable(np.float64(most - 1), size) == most - 1


@pytest.mark.parametrize("ends", [(1, 5), (0, 4)])
def test_the_room_of_one_is_that_of_all_answers_which_fit_the_total_and_the_count(
    ends: tuple[int, int],
) -> None:
    here, n = scale(*ends), 6
    seen: dict[tuple[int, int], set[int]] = {}
    for answers in combinations_with_replacement(here.points, n):
        good = np.float64(sum(answer >= here.good for answer in answers))
        seen.setdefault((sum(answers), int(countable(good, np.float64(n)))), set()).update(answers)
    assert len(seen) > 40
    for (total, good), possible in seen.items():
        room = individual_range(np.float64(n), np.float64(total), np.float64(good), here)
        assert max(possible) - min(possible) == room, (total, good)
