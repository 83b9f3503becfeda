"""What was expected too high, what may be counted on, and which advice comes first."""

import pytest

from cast.builders import survey
from kloof.domain.staff.calibration import LEAST_OWN, Advice, OwnCustomers, in_order
from kloof.domain.surveys.definition import Aspect


def aspect(norm: float | None = 7.0, identifier: str = "a1") -> Aspect:
    return survey().aspects[0].model_copy(update={"norm": norm, "id": identifier})


@pytest.mark.parametrize(
    ("got", "norm", "dependable"), [(7.2, 8.0, 7.2), (8.4, 7.5, 7.5), (7.2, None, 7.2), (None, 7.0, None)]
)
def test_to_count_on_is_the_lower_of_what_was_got_and_the_norm(
    got: float | None, norm: float | None, dependable: float | None
) -> None:
    assert Advice(aspect(norm), 9, got, 10).dependable == dependable


@pytest.mark.parametrize(
    ("expected", "width", "above"),
    [
        (8.0, 10, 1.0),
        (7.5, 10, 0.5),
        (7.4, 10, None),
        (6.0, 10, None),
        (None, 10, None),
        (7.3, 6, 0.3),
        (7.2, 6, None),
    ],
)
def test_a_twentieth_of_the_scale_above_what_came_is_too_high(
    expected: float | None, width: int, above: float | None
) -> None:
    found = Advice(aspect(), expected, 7.0, width).too_high
    assert found == (None if above is None else pytest.approx(above))


@pytest.mark.parametrize(("got", "norm", "below"), [(6.5, 7.0, True), (6.6, 7.0, False), (6.0, None, False)])
def test_delivery_is_below_the_norm_by_the_same_measure(got: float, norm: float | None, below: bool) -> None:
    assert (Advice(aspect(norm), 7.0, got, 10).below_norm is not None) is below


def test_what_is_expected_too_much_comes_first_the_furthest_on_top_and_what_is_not_known_last() -> None:
    sides = {"a": (8, 7.9), "b": (8, 7), "c": (None, 6), "d": (9, 6), "e": (6, 8)}
    found = in_order(Advice(aspect(7, name), v, r, 10) for name, (v, r) in sides.items())
    told = [[one.aspect.id for one in part] for part in (found.careful, found.fitting, found.unknown)]
    assert told == [["d", "b"], ["a", "e"], ["c"]]


def test_five_own_customers_are_enough_and_four_are_not() -> None:
    assert [OwnCustomers(count, ()).too_few for count in (0, 1, 4, LEAST_OWN)] == [True, True, True, False]
