from datetime import date

import pytest

from kloof.domain import notation


@pytest.mark.parametrize(("language", "written"), [("nl", "8,1"), ("en", "8.1")])
def test_a_number_has_the_decimal_sign_of_its_language(language, written):
    assert notation.number(8.1, language) == written


def test_thousands_are_grouped_as_the_language_groups_them():
    assert notation.number(12345, "nl", 0) == "12.345"
    assert notation.number(12345, "en", 0) == "12,345"


def test_a_negative_number_has_a_real_minus_sign():
    assert notation.number(-0.9, "nl") == "\u22120,9"


@pytest.mark.parametrize("value", [0.0, -0.0, -0.04, 0.04])
def test_what_rounds_to_zero_has_no_sign(value):
    assert notation.number(value, "en") == "0.0"
    assert notation.signed(value, "en") == "0.0"


def test_a_half_is_rounded_away_from_zero_as_at_school():
    assert notation.number(0.25, "en") == "0.3"
    assert notation.number(-0.25, "en") == "−0.3"
    assert notation.number(0.35, "en") == "0.4"


def test_a_signed_number_shows_which_way_it_points():
    assert notation.signed(0.9, "nl") == "+0,9"
    assert notation.signed(-0.9, "nl") == "−0,9"


def test_a_share_becomes_a_whole_percentage():
    assert notation.percent(0.41, "nl") == "41%"
    assert notation.percent(0.145, "en") == "15%"
    assert notation.percent(0.041, "nl", 1) == "4,1%"


def test_an_interval_says_from_where_to_where():
    assert notation.interval(0.4, 1.4, "nl") == "0,4 tot 1,4"
    assert notation.interval(-0.4, 1.4, "en") == "−0.4 to 1.4"


def test_an_interval_of_shares_has_one_percent_sign():
    assert notation.percent_interval(0.398, 0.692, "nl") == "40–69%"


def test_a_date_is_written_out():
    assert notation.date(date(2026, 5, 3), "nl") == "3 mei 2026"
    assert notation.date(date(2026, 5, 3), "en") == "3 May 2026"


def test_a_numpy_number_is_written_as_any_other():
    numpy = pytest.importorskip("numpy")
    assert notation.number(numpy.float64(1234.5), "nl") == "1.234,5"


@pytest.mark.parametrize(
    ("count", "words", "said"),
    [
        (0, ("deal",), "0 deals"),
        (1, ("deal",), "1 deal"),
        (2, ("deal",), "2 deals"),
        (1, ("breach", "breaches"), "1 breach"),
        (3, ("breach", "breaches"), "3 breaches"),
    ],
)
def test_one_of_something_is_said_as_one(count, words, said):
    assert notation.counted(count, *words) == said
