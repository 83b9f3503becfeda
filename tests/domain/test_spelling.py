"""What people type, paste and export: one spelling, in which nothing that cannot be seen counts."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.spelling import from_spreadsheet, in_spreadsheet, spelled, unprintable, written


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Familie\u00a0Jansen", "Familie Jansen"),
        ("M.\u202fJansen", "M. Jansen"),
        ("Loodgieters\u00adbedrijf", "Loodgietersbedrijf"),
        ("\ufeffJansen", "Jansen"),
        ("\u200eJansen\u200f", "Jansen"),
        ("\u202a+31 6 12345678\u202c", "+31 6 12345678"),
        ("\u2066Jansen\u2069", "Jansen"),
        ("Jan\u200bsen", "Jansen"),
        ("Jan\u2060sen", "Jansen"),
        ("Bakkerij Smit\nt.a.v. Piet", "Bakkerij Smit t.a.v. Piet"),
        ("Bakkerij\r\nSmit", "Bakkerij Smit"),
        ("Bakkerij\tSmit", "Bakkerij Smit"),
        ("Bakkerij\u2028Smit\u2029", "Bakkerij Smit"),
        ("Bakkerij\u0085Smit", "Bakkerij Smit"),
        ("  North   East ", "North East"),
        ("\u3000North\u2003East", "North East"),
        ("jose\u0301", "jos\u00e9"),
        ("e\u200b\u0301", "\u00e9"),
        ("Jan\u200dsen", "Jansen"),
        ("Jan\u200csen", "Jansen"),
        ("\u200dJansen\u200c", "Jansen"),
    ],
)
def test_what_nobody_sees_is_folded_or_taken_off(typed: str, kept: str) -> None:
    assert spelled(typed) == kept


@pytest.mark.parametrize(
    "name",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian: without its joiner another word
        "\u0995\u09cd\u200d\u09b7",  # Bengali
        "\U0001f469\u200d\U0001f527",  # a mechanic, one emoji of two
        "\U0001f468\U0001f3fd\u200d\U0001f692",  # with a colour of skin in between
        "\U0001f3f3\ufe0f\u200d\U0001f308",  # a flag, behind a variation selector
        "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # Scotland, in tags
        'O\'Brien & Zn. <B.V.> "De Hoek"',
        "Nguy\u1ec5n Th\u1ecb \u00c1nh",
        "\u0600\u0661\u0662",  # a sign that stands before an Arabic number, and is drawn
    ],
)
def test_what_changes_what_is_read_is_kept(name: str) -> None:
    assert spelled(name) == name
    assert not unprintable(name)


@pytest.mark.parametrize("letter", ["\x00", "\x07", "\x1b", "\x7f", "\ud83d", "\ue000", "\ufffe"])
def test_a_letter_that_no_name_can_hold_is_found(letter: str) -> None:
    assert unprintable(spelled(f"Jan{letter}sen")) == letter


@given(st.text())
def test_a_spelling_is_its_own_spelling(text: str) -> None:
    once = spelled(text)
    assert spelled(once) == once
    assert once == once.strip()
    assert "  " not in once


@given(st.text())
def test_composed_and_decomposed_are_spelled_alike(text: str) -> None:
    assert spelled(unicodedata.normalize("NFD", text)) == spelled(unicodedata.normalize("NFC", text))


@given(st.text(st.sampled_from("'=+-@\t\rab1"), max_size=6))
def test_no_text_is_a_formula_in_a_spreadsheet_and_each_can_be_read_back(text: str) -> None:
    cell = in_spreadsheet(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert from_spreadsheet(cell) == text


@given(st.text())
def test_what_is_written_is_its_own_writing_and_spelled_as_it_was(text: str) -> None:
    once = written(text)
    assert written(once) == once
    assert spelled(once) == spelled(text)
    assert not set(once) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\r\u2028")
