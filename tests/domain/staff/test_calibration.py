"""What may safely be promised: what customers get, and never more than the norm."""

import pytest

from kloof.domain.staff.calibration import Advice


@pytest.mark.parametrize(
    ("got", "norm", "safe"), [(7.2, 8.0, 7.2), (8.4, 7.5, 7.5), (7.2, None, 7.2), (None, 7.0, None)]
)
def test_safe_is_the_lower_of_what_was_got_and_the_norm(
    got: float | None, norm: float | None, safe: float | None
) -> None:
    assert Advice("a", 9, got, norm).safe == safe


@pytest.mark.parametrize(
    ("expected", "above"), [(8.0, 1.0), (7.5, 0.5), (7.4, None), (6.0, None), (None, None)]
)
def test_half_a_point_above_what_is_safe_is_too_high(expected: float | None, above: float | None) -> None:
    assert Advice("a", expected, 7.0, 8.0).too_high == above
