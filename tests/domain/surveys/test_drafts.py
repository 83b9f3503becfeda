"""A survey taken from its file, edited by field and put back: what nobody touched is as it was."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from kloof.domain.surveys.definition import Survey
from kloof.domain.surveys.drafts import (
    SurveyDifference,
    difference,
    drafted,
    empty_item,
    field_of,
    with_holes_filled,
    written,
)
from kloof.domain.surveys.source import SurveySource

SHIPPED = sorted((Path(__file__).parents[3] / "surveys").glob("*.yaml"))
TEXTS = {file.stem: file.read_text(encoding="utf-8") for file in SHIPPED}


def survey(text: str) -> Survey:
    return SurveySource(text, "a.yaml").survey()


def draft_of(text: str) -> dict[str, Any]:
    draft = drafted(text)
    assert draft
    return draft


@st.composite
def layouts(draw: st.DrawFn) -> str:
    """A survey that ships, as another program may have written it, with some of it left out."""
    value = yaml.load(TEXTS[draw(st.sampled_from(sorted(TEXTS)))], Loader=yaml.BaseLoader)  # noqa: S506  texts only
    for name in draw(st.sets(st.sampled_from(["timing", "overall", "title", "scale"]), max_size=2)):
        del value[name]
    value["aspects"] = value["aspects"][: draw(st.integers(0, 2))]
    return str(
        yaml.safe_dump(
            value,
            allow_unicode=True,
            sort_keys=draw(st.booleans()),
            default_flow_style=draw(st.sampled_from([False, None, True])),
            indent=draw(st.sampled_from([2, 4])),
            default_style=draw(st.sampled_from([None, "'", '"', "|", ">"])),
            width=draw(st.sampled_from([40, 200])),
            line_break=draw(st.sampled_from(["\n", "\r\n"])),
        )
    )


# Not made smaller once one fails: to write and read that many files again takes minutes.
@settings(phases=[Phase.generate])
@given(layouts())
def test_a_draft_that_nobody_changed_leaves_any_file_as_it_was(text: str) -> None:
    assert written(text, draft_of(text)) == text


@settings(phases=[Phase.generate])
@given(layouts(), st.text("ab:#'\"{}[],&*!|>%@` é\n-?\\0", min_size=1, max_size=20), st.data())
def test_what_is_typed_is_what_is_read_back_and_the_rest_says_what_it_said(
    text: str, words: str, data: st.DataObject
) -> None:
    draft = draft_of(text)
    expected = draft_of(text)
    if not draft["aspects"]:
        draft["aspects"].append(empty_item("aspects"))
        expected["aspects"].append(empty_item("aspects"))
    at = data.draw(st.integers(0, len(draft["aspects"]) - 1))
    field = data.draw(st.sampled_from(["name", "at_sale", "after_delivery"]))
    for one in (draft, expected):
        one["aspects"][at][field]["nl"] = words
        one["aspects"][at]["id"] = one["aspects"][at]["id"] or "new"
    expected["aspects"][at][field]["nl"] = " ".join(words.split())
    expected["aspects"][at]["was"] = at
    again = draft_of(written(text, draft))
    if words.strip() or text:
        for kind in ("aspects", "overall"):
            for item in (*again[kind], *expected[kind]):
                for part in item.values():
                    if isinstance(part, dict):
                        part.update({one: " ".join(said.split()) for one, said in part.items()})
        assert again["aspects"] == expected["aspects"]
        assert again["overall"] == expected["overall"]


@pytest.mark.parametrize(
    "text", ["", "- a\n", "title: x\n", "aspects: x\n", "aspects: [x]\n", "scale: []x\n", "a: &b c\n"]
)
def test_what_is_not_laid_out_as_a_survey_can_only_be_edited_as_a_text(text: str) -> None:
    assert drafted(text) is None


def test_an_id_is_made_from_the_name_and_is_no_one_elses() -> None:
    text = TEXTS["product"]
    draft = draft_of(text)
    for name in ("Price", "Prijs & Één", "42"):
        item = empty_item("aspects")
        item["name"] = {"nl": name, "en": name}
        draft["aspects"].append(item)
    ids = [one["id"] for one in draft_of(written(text, draft))["aspects"]]
    assert ids[-3:] == ["price-2", "prijs-een", ""]


def test_every_flaw_of_a_field_finds_its_field_and_every_other_none() -> None:
    draft = draft_of(TEXTS["product"])
    assert field_of(("aspects", 1, "at_sale"), draft) == ("aspects", 1, "at_sale", "nl")
    assert field_of(("title", "en"), draft) == ("title", "en")
    assert field_of(("aspects", 2), draft) == ("aspects", 2, "id")
    for place in ((), ("colour",), ("aspects",), ("aspects", 99, "id"), ("aspects", 0, "cor")):
        assert field_of(place, draft) is None


def test_words_norms_and_days_are_words_and_what_is_asked_is_structure() -> None:
    before = survey(TEXTS["product"])
    assert difference(before, before.model_copy(update={"version": 2})) is SurveyDifference.NOTHING
    reworded = survey(TEXTS["product"].replace("norm: 5.5", "norm: 5.6").replace("Levertijd", "Tijd"))
    assert difference(before, reworded) is SurveyDifference.WORDS
    for old, new in (("core: false", "core: true"), ("id: price", "id: cost"), ("high: 7", "high: 8")):
        assert difference(before, survey(TEXTS["product"].replace(old, new))) is SurveyDifference.STRUCTURE


def test_a_draft_with_holes_is_a_survey_once_they_are_filled() -> None:
    draft = draft_of(TEXTS["product"])
    draft["title"]["en"] = ""
    draft["aspects"].append(empty_item("aspects"))
    draft["aspects"][-1]["id"] = "new"
    filled = survey(written(TEXTS["product"], with_holes_filled(draft)))
    assert filled.aspects[-1].at_sale.nl == "…"
    assert draft["title"]["en"] == ""
