"""Answers as a row of bytes: nothing is lost on the way in and out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.surveys.answers import DOES_NOT_APPLY, Answers, merged, pack, unpack
from kloof.domain.surveys.definition import Aspect, OverallItem, Scale, Survey, Wave
from kloof.domain.text import Text

TEXT = Text(nl="Tekst", en="Text")


def survey_of(aspects: int, low: int = 0, high: int = 10) -> Survey:
    return Survey(
        id="made",
        version=1,
        title=TEXT,
        scale=Scale(low=low, high=high, low_label=TEXT, high_label=TEXT),
        aspects=tuple(
            Aspect(id=f"a{at}", name=TEXT, at_sale=TEXT, after_delivery=TEXT) for at in range(aspects)
        ),
        overall=(OverallItem(id="again", name=TEXT, question=TEXT, low_label=TEXT, high_label=TEXT),),
    )


surveys = st.builds(survey_of, st.integers(1, 40), st.integers(0, 1), st.integers(2, 10))
waves = st.sampled_from(Wave)


@st.composite
def answered(draw: st.DrawFn) -> tuple[Survey, Wave, dict[str, int | str], dict[str, int | str]]:
    survey, wave = draw(surveys), draw(waves)
    answer = st.integers(survey.scale.low, survey.scale.high) | st.just(DOES_NOT_APPLY)
    sheets = st.dictionaries(st.sampled_from(survey.items(wave)), answer)
    return survey, wave, draw(sheets), draw(sheets)


@given(answered())
def test_what_was_answered_is_what_is_read(case: tuple[Survey, Wave, Answers, Answers]) -> None:
    survey, wave, answers, _ = case
    assert unpack(survey, wave, pack(survey, wave, answers)) == answers


@given(answered())
def test_a_sheet_has_one_byte_for_each_item(case: tuple[Survey, Wave, Answers, Answers]) -> None:
    survey, wave, answers, _ = case
    assert len(pack(survey, wave, answers)) == len(survey.items(wave))


@given(answered())
def test_a_later_page_changes_its_own_answers_and_keeps_the_rest(
    case: tuple[Survey, Wave, Answers, Answers],
) -> None:
    survey, wave, earlier, later = case
    sheet = merged(survey, wave, pack(survey, wave, earlier), later)
    assert unpack(survey, wave, sheet) == {**earlier, **later}


def test_bytes_are_as_they_are_documented() -> None:
    survey = survey_of(4, low=1, high=7)
    assert pack(survey, Wave.SALE, {"a0": 1, "a1": 7, "a2": DOES_NOT_APPLY}) == bytes([1, 7, 255, 0])


def test_the_lowest_point_of_a_scale_from_nought_is_an_answer() -> None:
    survey = survey_of(1)
    assert unpack(survey, Wave.SALE, pack(survey, Wave.SALE, {"a0": 0})) == {"a0": 0}


def test_an_empty_sheet_has_no_answers() -> None:
    assert unpack(survey_of(3), Wave.SALE, b"") == {}


def test_an_item_that_is_not_asked_in_this_wave_is_refused() -> None:
    with pytest.raises(KeyError, match="made v1: again"):
        pack(survey_of(1), Wave.SALE, {"again": 5})


@pytest.mark.parametrize("answer", [0, 8, -1, "5", "", 2.0])
def test_a_value_off_the_scale_is_refused(answer: int | str) -> None:
    with pytest.raises(ValueError, match="not on the scale 1 to 7"):
        pack(survey_of(1, low=1, high=7), Wave.SALE, {"a0": answer})
