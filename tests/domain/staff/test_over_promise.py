"""What is printed adds up and is in the order of what is printed; the largest gap has its causes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.notation import number, signed
from kloof.domain.staff.over_promise import Cause, over_promise, printed
from kloof.domain.surveys.gap import AspectGap

MARKS = st.none() | st.floats(0, 10)


def read(words: str) -> Decimal:
    return Decimal(words.replace(",", ".").replace("−", "-"))


@given(st.lists(st.tuples(MARKS, MARKS, st.none() | st.floats(0, 10)), max_size=24))
def test_v_minus_r_is_s_on_paper_and_the_widest_printed_gap_comes_first(
    values: list[tuple[float | None, float | None, float | None]],
) -> None:
    gaps = [AspectGap(f"a{at}", v, r, n) for at, (v, r, n) in enumerate(values)]
    shown = printed(gaps)
    assert sorted(one.aspect for one in shown) == sorted(one.aspect for one in gaps)
    for one in shown:
        if one.expectation is not None and one.reality is not None and one.gap is not None:
            v, r = number(one.expectation, "nl"), number(one.reality, "nl")
            assert read(v) - read(r) == read(signed(one.gap, "nl"))
    widths = [read(signed(one.gap, "nl")) for one in shown if one.gap is not None]
    assert widths == sorted(widths, reverse=True)
    assert [one.gap is None for one in shown] == sorted(one.gap is None for one in shown)


def test_the_same_printed_gap_keeps_the_order_of_the_survey() -> None:
    gaps = [AspectGap("first", 8.04, 7.0), AspectGap("second", 8.0, 6.96), AspectGap("third", 9.0, 7.0)]
    assert [one.aspect for one in printed(gaps)] == ["third", "first", "second"]


@pytest.mark.parametrize(
    ("v", "r", "norm", "causes"),
    [
        (7.6, 5.6, 7.0, (Cause.DELIVERY, Cause.SALES)),
        (9.0, 6.5, 7.0, (Cause.SALES, Cause.DELIVERY)),
        (9.0, 8.0, 7.0, (Cause.SALES,)),
        (7.0, 5.0, 7.0, (Cause.DELIVERY,)),
        (6.0, 5.0, 7.0, (Cause.DELIVERY,)),
        (9.0, 8.0, None, ()),
    ],
)
def test_above_the_norm_is_sales_below_it_delivery_and_the_larger_comes_first(
    v: float, r: float, norm: float | None, causes: tuple[Cause, ...]
) -> None:
    found = over_promise([AspectGap("small", 7.0, 6.9, 7.0), AspectGap("large", v, r, norm)])
    assert found is not None
    assert (found.gap.aspect, found.causes) == ("large", causes)


@pytest.mark.parametrize(
    "gaps", [[], [AspectGap("a", 7.0, 7.0, 8.0)], [AspectGap("a", 7.04, 7.0)], [AspectGap("a", 7.0, None)]]
)
def test_nothing_is_over_promised_where_nobody_got_less(gaps: list[AspectGap]) -> None:
    assert over_promise(gaps) is None
