"""Pictures hold at every width: nothing overlaps, nothing falls off, no text is too small to read."""

import re
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from kloof.design.shared import TYPEFACES
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.download import FILE_WIDTH, Around, standalone
from kloof.publish.charts.drawing import NARROWEST, WIDE_FROM, Bar, Disc, Drawing, Label, Line
from kloof.publish.charts.dumbbell import MARGIN_COLUMN, MARKS, DumbbellRow, dumbbells, legend_of
from kloof.publish.charts.equation import equation
from kloof.publish.charts.outlines import outline
from kloof.publish.charts.promised_aspect import promised_aspect
from kloof.publish.charts.rows import LEGEND_LINE
from kloof.publish.charts.shares import Piece, cut_bar, ten_dots
from kloof.publish.charts.slope import slope
from kloof.publish.charts.split import Parted, splits, stacked
from kloof.publish.charts.styles import BOLD, SIZES, attributes, known
from kloof.publish.charts.svg import inline, spare_lines
from kloof.publish.charts.text import width, wrapped
from kloof.publish.charts.trend import trend

LONG = "Aansprakelijkheidsverzekeringsvoorwaardenoverzicht"
NAMES = ("Levertijd", "Prijs", "Wat er bij de prijs inbegrepen is en wat niet", LONG, "Nazorg na oplevering")
WIDTHS = (NARROWEST, 328, WIDE_FROM - 1, WIDE_FROM, 800, 1100)


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float
    what: str

    def overlaps(self, other: "Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def boxes(drawing: Drawing, sheet: float) -> list[Box]:
    """Where every label is on a sheet of that width: cap height above the baseline, a descender under it."""
    hidden = "narrow" if sheet >= WIDE_FROM else "wide"
    found = []
    for mark in drawing.marks:
        if isinstance(mark, Label) and mark.shown != hidden:
            size = SIZES[mark.parts[0][1]]
            wide, x = width(mark.words, size), mark.x.on(sheet)
            left = x - {"start": 0, "middle": wide / 2, "end": wide}[mark.anchor]
            found.append(Box(left, mark.y - 0.68 * size, left + wide, mark.y + 0.22 * size, mark.words))
    return found


def disc_boxes(drawing: Drawing, sheet: float) -> list[Box]:
    hidden = "narrow" if sheet >= WIDE_FROM else "wide"
    return [
        Box(x - mark.radius, mark.y - mark.radius, x + mark.radius, mark.y + mark.radius, "disc")
        for mark in drawing.marks
        if isinstance(mark, Disc) and mark.shown != hidden
        for x in [mark.x.on(sheet)]
    ]


def assert_holds(drawing: Drawing) -> None:
    for sheet in WIDTHS:
        texts = boxes(drawing, sheet)
        for one, other in combinations(texts, 2):
            assert not one.overlaps(other), (sheet, one, other)
        for text in texts:
            assert text.left >= -0.5, (sheet, text)
            assert text.right <= sheet + 0.5, (sheet, text)
            assert text.top >= 0, (sheet, text)
            assert text.bottom <= drawing.height, (sheet, text)
            assert not any(text.overlaps(disc) for disc in disc_boxes(drawing, sheet)), (sheet, text)
        for disc in disc_boxes(drawing, sheet):
            assert disc.left >= -2, (sheet, disc)
            assert disc.right <= sheet + 2, (sheet, disc)


def pairs(count: int, low: int, high: int) -> list[DumbbellRow]:
    span = high - low
    made = []
    for index in range(count):
        v = low + span * (0.45 + 0.55 * ((index * 7) % 10) / 10)
        r = low + span * (0.35 + 0.65 * ((index * 3) % 11) / 11)
        norm = None if index % 4 == 3 else low + span * 0.75
        ends = (v - r - 0.4, v - r + 0.4)
        faint = index % 3 == 2
        made.append(DumbbellRow(NAMES[index % len(NAMES)], v, r, ends, norm, faint=faint, deals=1200 + index))
    return made


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(("low", "high"), [(0, 10), (1, 7), (1, 5)])
@pytest.mark.parametrize("count", [1, 8, 24])
def test_no_label_touches_another_whatever_the_aspects_and_the_scale(
    count: int, low: int, high: int, language: str
) -> None:
    made = pairs(count, low, high)
    axis = Axis.around((value for pair in made for value in pair.reach), low, high)
    assert_holds(dumbbells(made, axis, "Alle aspecten", language))
    assert_holds(trend(made[:12], axis, "Verloop", language, made[:12]))
    before, after = replace(made[0], name="until Sept 2026"), replace(made[-1], name="since Sept 2026")
    assert_holds(slope(before, after, axis, "Wat veranderde", language))
    parts = [Parted(pair.name, pair.v - (pair.norm or low), (pair.norm or low) - pair.r) for pair in made]
    assert_holds(splits(parts, "Verwacht en geleverd", language))
    assert_holds(stacked(parts, "Verwacht en geleverd", language))


numbers = st.floats(0, 10, allow_nan=False)


@given(numbers, numbers, st.none() | numbers, st.sampled_from([(0, 10), (1, 7), (1, 5)]))
def test_each_of_three_values_is_named_where_it_stands_and_no_name_touches_another(
    v: float, r: float, norm: float | None, scale: tuple[int, int]
) -> None:
    low, high = scale
    pair = DumbbellRow(
        "Levertijd", *(min(max(side, low), high) for side in (v, r)), norm=norm and min(max(norm, low), high)
    )
    axis = Axis.around(pair.reach, low, high)
    for language in ("nl", "en"):
        drawing = promised_aspect(pair, axis, language)
        assert_holds(drawing)
        for sheet in WIDTHS:
            inside = boxes(drawing, sheet)
            assert min(box.left for box in inside) >= 0
            assert max(box.right for box in inside) <= sheet
        assert ("norm" in drawing.description) == (norm is not None)


@given(numbers, numbers)
def test_the_equation_holds_for_any_expectation_and_reality(v: float, r: float) -> None:
    pair = DumbbellRow("Alles", v, r, (v - r - 0.5, v - r + 0.5), 7.5)
    assert_holds(equation(pair, Axis.around(pair.reach, 0, 10), "V − R = S", "nl"))


@given(numbers, numbers, numbers, numbers)
def test_both_moments_are_named_whatever_was_expected_and_received(
    v: float, r: float, v_new: float, r_new: float
) -> None:
    before = DumbbellRow("until Sept 2026", v, r, deals=1360)
    after = DumbbellRow("since Sept 2026", v_new, r_new, deals=1)
    drawing = slope(before, after, Axis.around([v, r, v_new, r_new], 0, 10), "Wat veranderde", "en")
    assert_holds(drawing)
    assert {"1 deal", "1,360 deals"} <= {mark.words for mark in drawing.marks if isinstance(mark, Label)}


@given(numbers, numbers, st.floats(0.01, 4))
def test_the_interval_of_a_gap_never_stands_on_the_axis_of_marks(v: float, r: float, reach: float) -> None:
    row = DumbbellRow("Prijs", v, r, (v - r - reach, v - r + reach))
    drawing = dumbbells([row], Axis.around(row.reach, 0, 10), "x", "nl")
    placed = [mark for mark in drawing.marks if isinstance(mark, Line) and mark.x1.share]
    whisker = next(mark for mark in placed if mark.style == "c-interval" and mark.y1 == mark.y2)
    zero = next(mark for mark in placed if mark.style == "c-zero")
    assert MARKS[1] < MARGIN_COLUMN[0] <= whisker.x1.share < whisker.x2.share <= MARGIN_COLUMN[1]
    crosses = whisker.x1.share <= zero.x1.share <= whisker.x2.share
    assert crosses == (abs(v - r) <= reach) or abs(abs(v - r) - reach) < 1e-9
    marks = [mark for mark in drawing.marks if isinstance(mark, Disc) and mark.style in ("c-v", "c-r")]
    assert all(mark.x.share <= MARKS[1] for mark in marks if mark.x.share)


@given(numbers, numbers, numbers)
def test_what_is_stacked_is_as_long_as_the_gap_where_both_sides_add_to_it(
    v: float, n: float, r: float
) -> None:
    part = Parted("Prijs", v - n, n - r)
    drawing = stacked([part], "x", "nl")
    bars = [mark for mark in drawing.marks if isinstance(mark, Bar)]
    axis = Axis.of_differences(
        [min(part.over, 0) + min(part.under, 0), max(part.over, 0) + max(part.under, 0)]
    )
    point = axis.at(1).share - axis.at(0).share
    right = sum(bar.right - bar.left for bar in bars if bar.left >= axis.at(0).share - 1e-9)
    left = sum(bar.right - bar.left for bar in bars) - right
    assert (right - left) / point == pytest.approx(v - r, abs=1e-6)
    assert all(0 <= bar.left <= bar.right <= 1 for bar in bars)


@pytest.mark.parametrize("draw", [stacked, splits])
def test_a_side_of_the_norm_without_a_demonstrable_difference_is_grey_and_the_legend_says_so(draw) -> None:
    sure, unsure = Parted("Prijs", 0.4, 0.9), Parted("Werking", 0.5, -0.3, faint_over=True, faint_under=True)
    grey = "grijs: geen verschil met de norm aan te tonen"
    for parts, styles in (([sure], {"c-over", "c-under"}), ([unsure], {"c-over-faint", "c-under-faint"})):
        drawing = draw(parts, "x", "nl")
        assert {mark.style for mark in drawing.marks if isinstance(mark, Bar)} == styles
        assert any(isinstance(mark, Label) and mark.words == grey for mark in drawing.marks) == (
            parts == [unsure]
        )


def test_the_name_of_a_month_and_its_number_stand_under_their_point() -> None:
    rows = [DumbbellRow(name, 8, 7, deals=56) for name in ("mrt 2026", "jun 2026", "sep 2026", "nov 2026")]
    drawing = trend(rows, Axis(5, 10), "Verloop", "nl", rows)
    points = sorted({mark.x.share for mark in drawing.marks if isinstance(mark, Disc) and mark.x.share})
    for row in rows:
        names = [mark for mark in drawing.marks if isinstance(mark, Label) and mark.words == row.name]
        assert {(mark.x.share, mark.anchor) for mark in names} == {(points[rows.index(row)], "middle")}
    assert sum(isinstance(mark, Label) and mark.words == "n 56" for mark in drawing.marks) >= 4
    assert {"c-total-v", "c-total-r"} <= {mark.style for mark in drawing.marks if isinstance(mark, Line)}


@given(st.lists(st.floats(0.001, 1), min_size=3, max_size=3))
def test_a_piece_of_a_bar_holds_its_figure_or_leaves_it_to_the_legend(weights: list[float]) -> None:
    shares = [weight / sum(weights) for weight in weights]
    named = ("nagekomen", "deels nagekomen", "niet nagekomen")
    pieces = [Piece(name, share, f"{share:.0%}") for name, share in zip(named, shares, strict=True)]
    assert_holds(cut_bar(pieces, "Beloften"))


@given(st.lists(st.text("abcdefghij klmnop", min_size=1, max_size=14), min_size=1, max_size=40))
def test_names_of_moments_never_collide(names: list[str]) -> None:
    made = [DumbbellRow(name.strip() or "x", 8.0, 7.0) for name in names]
    assert_holds(trend(made, Axis(5, 10), "Verloop", "en"))


@given(st.lists(numbers, min_size=1, max_size=9))
def test_an_axis_holds_every_value_and_never_leaves_the_scale(values: list[float]) -> None:
    axis = Axis.around(values, 0, 10)
    assert 0 <= axis.low <= min(values) <= max(values) <= axis.high <= 10
    assert axis.high - axis.low >= 5


def test_a_larger_value_stands_further_to_the_right() -> None:
    axis = Axis(5, 10)
    assert axis.at(5).share < axis.at(7.2).share < axis.at(10).share


def test_a_gap_and_its_opposite_are_drawn_differently() -> None:
    def styles(v: float, r: float) -> set[str]:
        drawing = dumbbells([DumbbellRow("Prijs", v, r)], Axis(5, 10), "x", "nl")
        return {m.style for m in drawing.marks if isinstance(m, Line) and m.y1 > 40}

    assert "c-gap" in styles(8, 7)
    assert "c-gap" not in styles(7, 8)
    assert "c-more" in styles(7, 8)


@pytest.mark.parametrize(
    ("gaps", "keys"), [([1.0], {"c-gap"}), ([-1.0], {"c-more"}), ([1.0, -1.0], {"c-gap", "c-more"})]
)
def test_the_legend_names_each_kind_of_gap_that_the_picture_shows(gaps: list[float], keys: set[str]) -> None:
    made = [DumbbellRow(f"{gap}", 7, 7 - gap) for gap in gaps]
    assert {key.symbol for key in legend_of(made, "nl")} & {"c-gap", "c-more"} == keys


def test_ten_dots_are_ten_of_which_as_many_are_full_as_said() -> None:
    dots = [mark for mark in ten_dots(8, "8 van de 10", "nl").marks if isinstance(mark, Disc)]
    assert [dot.style for dot in dots] == ["c-dot"] * 8 + ["c-dot-empty"] * 2


def test_no_text_is_smaller_than_12_pixels() -> None:
    assert min(SIZES.values()) >= 12


def test_a_word_that_is_too_long_is_broken_and_loses_nothing() -> None:
    lines = wrapped(LONG, 158, 15)
    assert len(lines) > 1
    assert all(width(line, 15) <= 158 for line in lines)
    assert "".join(line.removesuffix("-") for line in lines) == LONG


def sheet() -> str:
    return (files("kloof.design") / "charts.css").read_text(encoding="utf-8")


def test_every_style_has_its_class_in_the_stylesheet_and_the_other_way_round() -> None:
    assert set(re.findall(r"\.(c-[a-z0-9-]+)", sheet())) - {"c-wide", "c-narrow"} == known()


def test_sizes_and_weights_in_the_stylesheet_are_those_that_were_measured() -> None:
    sizes: dict[str, float] = {}
    bold: set[str] = set()
    for selectors, body in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet()):
        classes = re.findall(r"\.(c-[a-z0-9-]+)", selectors)
        if size := re.search(r"font-size: ([\d.]+)rem", body):
            sizes |= dict.fromkeys(classes, round(16 * float(size[1]), 2))
        if "font-weight: 600" in body:
            bold |= set(classes)
    assert sizes == dict(SIZES)
    assert bold == BOLD


def test_the_width_from_which_a_sheet_is_wide_is_that_of_the_stylesheet() -> None:
    assert f"@container (min-width: {WIDE_FROM / 16:g}rem)" in sheet()


def test_lines_that_only_a_narrow_legend_needs_are_taken_back_on_a_wide_sheet() -> None:
    lifts = {
        int(lines): 16 * float(up)
        for lines, up in re.findall(r"chart--up-(\d) \{\s*margin-top: -([\d.]+)rem", sheet())
    }
    assert lifts == {lines: lines * LEGEND_LINE for lines in (1, 2, 3, 4)}
    for drawing in drawings():
        spare = spare_lines(drawing)
        tops = [box.top for box in boxes(drawing, WIDE_FROM)] or [0]
        assert min(tops) - spare * LEGEND_LINE < LEGEND_LINE, drawing.title
        assert min(tops) >= spare * LEGEND_LINE, drawing.title
        assert (f"chart--up-{spare}" in inline(drawing, "a")) == (spare > 0)
    assert any(spare_lines(drawing) for drawing in drawings())


def drawings() -> list[Drawing]:
    made = pairs(5, 0, 10)
    axis = Axis(0, 10)
    return [
        dumbbells(made, axis, "Kloof & <meer>", "nl"),
        equation(made[0], axis, "V − R = S", "en"),
        trend(made, axis, "Verloop", "nl", made),
        slope(made[0], made[1], axis, "Wat veranderde", "nl"),
        stacked([Parted("Prijs", 0.4, 0.9, faint_under=True)], "Verkoop of uitvoering", "nl"),
        splits([Parted("Prijs", 0.4, -0.9, faint_over=True)], "Norm", "en"),
        cut_bar(
            [Piece("kept", 0.7, "70%"), Piece("partly", 0.25, "25%"), Piece("not", 0.05, "under 10%")],
            "Promises",
        ),
        ten_dots(7, "7 of 10", "en"),
        promised_aspect(made[1], axis, "nl"),
    ]


@pytest.mark.parametrize("drawing", drawings(), ids=lambda drawing: drawing.title)
def test_a_picture_on_a_page_says_what_it_is_and_carries_no_style_of_its_own(drawing: Drawing) -> None:
    svg = inline(drawing, "a")
    tree = ElementTree.fromstring(svg)
    assert tree.get("role") == "img"
    assert tree.findtext("title") == drawing.title
    assert tree.findtext("desc") == drawing.description
    assert not re.search(r"<style|style=|<script|\bon\w+=|href", svg)


@pytest.mark.parametrize("drawing", drawings(), ids=lambda drawing: drawing.title)
def test_every_height_of_a_picture_grows_with_the_letters_of_its_reader(drawing: Drawing) -> None:
    tree = ElementTree.fromstring(inline(drawing, "a"))
    lengths = [
        one.get(name)
        for one in tree.iter()
        for name in ("y", "y1", "y2", "cy", "r", "height", "dx")
        if one.get(name)
    ]
    assert len(lengths) > 10
    assert all(length == "0" or length.endswith("em") for length in lengths)


@pytest.mark.parametrize("drawing", drawings(), ids=lambda drawing: drawing.title)
def test_a_downloaded_picture_says_all_by_itself_in_letters_that_it_brings(drawing: Drawing) -> None:
    about = "Installatie · 164 deals · 29 november 2026 · schaal 0 tot 10"
    svg = standalone(drawing, Around(about, "Bron: Warmtehuis BV"))
    tree = ElementTree.fromstring(svg)
    assert not re.search(r"<style|class=|var\(|%\"|<text|font-", svg)
    described = "".join(tree.itertext())
    assert drawing.title in described
    assert about in described
    assert "Bron: Warmtehuis BV" in described
    wide = [mark.words for mark in drawing.marks if isinstance(mark, Label) and mark.shown != "narrow"]
    written = "".join([drawing.title, about, "Bron: Warmtehuis BV", *wide])
    assert len(re.findall("<use ", svg)) == len(re.sub(r"\s", "", written))
    defined = set(re.findall(r'<path id="(\w+)"', svg))
    assert set(re.findall(r'xlink:href="#(\w+)"', svg)) == defined


def test_a_letter_of_a_picture_is_the_one_that_is_printed_in_letters() -> None:
    """Measured by a library that shares nothing with ours but the file."""
    regular = ImageFont.truetype(str(TYPEFACES / "source-sans-3-regular.ttf"), 1000)
    for character in "aWi−8,ÿ%":
        drawn = outline(character, bold=False)
        assert drawn.advance == pytest.approx(regular.getlength(character), abs=1)
        heights = [float(found) for found in re.findall(r"[ML]-?\d+ (-?\d+)", drawn.path)]
        top, bottom = -regular.getbbox(character, anchor="ls")[1], -regular.getbbox(character, anchor="ls")[3]
        assert all(bottom - 2 <= height <= top + 2 for height in heights)
    assert outline("Ж", bold=True).path != outline("\u2603", bold=True).path


def test_a_long_title_of_a_download_takes_as_many_lines_as_it_needs() -> None:
    drawing = cut_bar([Piece("kept", 1, "100%")], " ".join([LONG] * 4))
    low, high = (
        float(ElementTree.fromstring(standalone(one, Around("a", "b"))).get("height", "0"))
        for one in (cut_bar([Piece("kept", 1, "100%")], "Kort"), drawing)
    )
    assert high > low + 50
    assert all(
        width(line, SIZES["c-heading"]) <= FILE_WIDTH
        for line in wrapped(drawing.title, FILE_WIDTH, SIZES["c-heading"])
    )


def test_the_three_shares_and_the_two_halves_stay_apart_in_grey() -> None:
    def grey(style: str) -> float:
        red, green, blue = bytes.fromhex(re.search(r'fill="#([0-9a-f]{6})', attributes(style))[1])
        return 0.299 * red + 0.587 * green + 0.114 * blue

    shares = [grey(f"c-share-{index}") for index in (1, 2, 3)]
    assert min(b - a for a, b in pairwise(shares)) > 40
    assert grey("c-over") - grey("c-under") > 100
    assert grey("c-v") - grey("c-r") > 100


def test_a_bar_stays_on_the_sheet() -> None:
    bars = [m for d in drawings() for m in d.marks if isinstance(m, Bar)]
    assert bars
    assert all(0 <= bar.left <= bar.right <= 1 for bar in bars)
