"""The pictures of a salesperson's own pages: the marks stand where the values are, and each has its style."""

import re
from importlib.resources import files
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.surveys.definition import Scale
from kloof.domain.surveys.gap import AspectGap
from kloof.domain.text import Text
from kloof.publish.charts.own_pictures import (
    AspectMarks,
    aspect_strip,
    axis_of,
    kept_bar,
    numbers,
    periods,
)

WORDS = Text(nl="einde", en="end")
SCALES = [
    Scale(low=low, high=high, low_label=WORDS, high_label=WORDS) for low, high in ((0, 10), (1, 5), (1, 7))
]
MARKS = st.none() | st.floats(0, 10)


def marks(svg: str, style: str) -> list[ElementTree.Element]:
    return [one for one in ElementTree.fromstring(svg).iter() if style in one.get("class", "").split()]


def across(disc: ElementTree.Element) -> float:
    return float(disc.get("cx", "").rstrip("%"))


@given(
    st.lists(st.tuples(MARKS, MARKS, MARKS, MARKS, MARKS), min_size=1, max_size=24), st.sampled_from(SCALES)
)
def test_every_mark_lies_in_its_strip_in_the_order_of_its_value(
    values: list[tuple[float | None, ...]], scale: Scale
) -> None:
    aspects = [
        AspectMarks(AspectGap(f"a{at}", v, r, n), AspectGap(f"a{at}", all_v, all_r))
        for at, (v, r, n, all_v, all_r) in enumerate(values)
    ]
    axis = axis_of(aspects, scale)
    for at, aspect in enumerate(aspects):
        svg = aspect_strip(aspect, axis, "Lead time <b>", f"id-{at}")
        rings, discs = marks(svg, "c-v"), marks(svg, "c-r")
        gap = aspect.gap
        assert (len(rings), len(discs)) == (gap.expectation is not None, gap.reality is not None)
        assert all(0 < across(one) < 100 for one in (*rings, *discs))
        if gap.expectation is not None and gap.reality is not None:
            inside = [min(max(one, axis.low), axis.high) for one in (gap.expectation, gap.reality)]
            assert (across(rings[0]) - across(discs[0])) * (inside[0] - inside[1]) >= 0
            assert bool(marks(svg, "c-gap")) == (gap.expectation > gap.reality)
            assert bool(marks(svg, "c-more")) == (gap.expectation < gap.reality)
        assert len(marks(svg, "c-norm")) == (gap.norm is not None)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("values", [(), (0, 10), (6, 7), (2, 9)])
def test_the_numbers_of_the_scale_are_few_enough_to_stand_apart_twice_as_large(
    scale: Scale, values: tuple[float, ...]
) -> None:
    axis = axis_of([AspectMarks(AspectGap("a", value, value)) for value in values], scale)
    places = [
        float(one.get("x", "").rstrip("%")) for one in ElementTree.fromstring(numbers(axis)).iter("text")
    ]
    assert 2 <= len(places) <= 6
    assert all((two - one) * 288 / 100 > 32 for one, two in pairwise(places))


def test_periods_stand_in_the_middle_of_their_columns_and_higher_is_more() -> None:
    gaps = [AspectGap("a", 9.0, 6.0), AspectGap("a", 8.0, 8.0), AspectGap("a", 7.0, 8.0)]
    svg = periods(gaps, 7.0, SCALES[0], "Over time", "id")
    assert [across(one) for one in marks(svg, "c-v")] == [16.67, 50, 83.33]
    heights = [float(one.get("cy", "").removesuffix("em")) for one in marks(svg, "c-v")]
    assert heights == sorted(heights)
    assert len(marks(svg, "c-gap")) == 1
    assert len(marks(svg, "c-more")) == 4
    assert len(marks(svg, "own-norm")) == 1


@given(st.lists(st.integers(0, 300), min_size=3, max_size=3))
def test_the_parts_of_the_bar_are_as_long_as_their_counts(counts: list[int]) -> None:
    styles = ("own-kept", "own-partly", "own-broken")
    svg = kept_bar(counts, styles, "Promises", "id")
    left = 0.0
    for count, style in zip(counts, styles, strict=True):
        found = marks(svg, style)
        assert len(found) == (count > 0)
        for one in found:
            share = 100 * count / sum(counts)
            assert float(one.get("x", "").rstrip("%")) == pytest.approx(left, abs=0.011)
            assert float(one.get("width", "").rstrip("%")) == pytest.approx(share, abs=0.42)
            left += share


def test_every_mark_has_its_style() -> None:
    aspect = AspectMarks(AspectGap("a", 9.0, 6.0, 7.0), AspectGap("a", 8.0, 7.0))
    more = AspectMarks(AspectGap("a", 6.0, 9.0, 7.0))
    axis = axis_of([aspect, more], SCALES[0])
    drawn = [
        aspect_strip(aspect, axis, "A", "a"),
        aspect_strip(more, axis, "B", "b"),
        periods([aspect.gap, more.gap], 7.0, SCALES[0], "C", "c"),
        kept_bar((1, 2, 3), ("own-kept", "own-partly", "own-broken"), "D", "d"),
        numbers(axis),
    ]
    used = {name for svg in drawn for one in re.findall(r'class="([^"]+)"', svg) for name in one.split()} - {
        "chart"
    }
    sheets = "".join(
        (files("kloof.design") / name).read_text(encoding="utf-8") for name in ("charts.css", "own.css")
    )
    assert {name for name in used if not re.search(rf"\.{name}\b", sheets)} == set()
