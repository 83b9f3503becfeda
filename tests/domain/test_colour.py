"""How well one colour can be read on another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.colour import LIGHT_PAPER, READABLE, WHITE, contrast, nearest_readable, parsed, written

colours = st.binary(min_size=3, max_size=3).map(lambda rgb: "#" + rgb.hex())


def test_contrast_is_that_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((118, 118, 118), (255, 255, 255)) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("wrong", ["", "teal", "#0b6", "#0b6e6", "#zzzzzz"])
def test_what_is_not_a_colour_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"colour|hexadecimal"):
        parsed(wrong)


@given(colours)
def test_a_colour_is_written_as_it_was_read(colour: str) -> None:
    assert written(parsed(colour)) == colour


@given(colours)
def test_the_nearest_readable_colour_can_be_read_and_is_its_own_nearest(colour: str) -> None:
    nearest = nearest_readable(colour)
    assert contrast(parsed(nearest), LIGHT_PAPER) >= READABLE
    assert contrast(WHITE, parsed(nearest)) >= READABLE
    assert nearest_readable(nearest) == nearest


def test_a_colour_that_can_be_read_is_its_own_nearest() -> None:
    assert nearest_readable("#0b6e69") == "#0b6e69"
    assert nearest_readable("#ffd400") == "#7c6a0c"
