"""One code for each letter, and no text that takes for ever."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from instruments.growth import grows_too_fast
from kloof.domain.spelling import MOST_MARKS, composed

MARKS = "\u0315\u0300\u0327\u0330"


def test_both_ways_to_write_an_accent_are_one() -> None:
    assert composed("e\u0301") == composed("é") == "é"


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(MARKS))))
def test_what_people_write_is_composed_as_unicode_has_it(text: str) -> None:
    assert composed(text) == unicodedata.normalize("NFC", text)


def test_a_long_text_is_composed_too_with_as_many_marks_as_any_language_needs() -> None:
    text = ("e\u0301" + MARKS + " ") * 1000 + "o" + "\u0301" * MOST_MARKS
    assert composed(text) == unicodedata.normalize("NFC", text)


def test_a_letter_under_a_heap_of_marks_takes_no_more_time_than_as_many_letters() -> None:
    assert grows_too_fast(lambda size: composed("a" + MARKS * (size // 8))) == ""
