"""A deal is found by what somebody remembers of it, typed as they type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.deals.search_words import MOST_LETTERS, MOST_WORDS, asked_for, words_of


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("Zoë Müller-Jansen", "zoe muller"),
        ("ZOE MULLER", "Zoë Müller"),
        ("Łukasz Østergård", "lukasz ostergard"),
        ("Straße 12", "strasse"),
        ("IJsbrand", "ĳsbrand"),
        ("2026/0417", "0417"),
        ("2026/0417", "2026/0417"),
        ("DE0004711", "4711"),
        ("jan.deboer@home.example", "jan.deboer@home.example"),
        ("Gemeente 's-Hertogenbosch", "hertogen"),
        ("契約/七", "七"),
    ],
)
def test_each_word_that_is_typed_begins_a_word_that_is_kept(kept: str, typed: str) -> None:
    words = words_of(kept)
    assert all(any(word.startswith(part) for word in words) for part in asked_for(typed))


@given(st.text(max_size=60))
def test_whatever_is_kept_is_found_by_itself(text: str) -> None:
    assert set(asked_for(text)) <= set(words_of(text))


@given(st.text(max_size=400))
def test_words_hold_no_signs_and_are_few_and_short(text: str) -> None:
    words = words_of(text, text)
    assert len(words) == len(set(words)) <= MOST_WORDS
    assert all(word.isalnum() and len(word) <= MOST_LETTERS for word in words)


def test_what_has_no_letter_asks_for_nothing() -> None:
    assert asked_for(" -- / ' ") == []
