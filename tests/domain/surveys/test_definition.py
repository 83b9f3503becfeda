"""A survey made in Python keeps the same rules as one read from a file."""

import hashlib
import json
from typing import Any

import pytest
from pydantic import ValidationError

from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.paths import path

TEXT = {"nl": "Tekst", "en": "Text"}
ENDS = {"low_label": TEXT, "high_label": TEXT}


def aspect(identifier: str, **more: Any) -> dict[str, Any]:
    return {"id": identifier, "name": TEXT, "at_sale": TEXT, "after_delivery": TEXT, **more}


def made(*aspects: dict[str, Any], low: int = 1, high: int = 7, **more: Any) -> Survey:
    scale = {"low": low, "high": high, **ENDS}
    return Survey.model_validate(
        {"id": "made", "version": 1, "title": TEXT, "scale": scale, "aspects": aspects, **more}
    )


def refusals(*aspects: dict[str, Any], **more: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as refused:
        made(*aspects, **more)
    return {path(error["loc"]): error["msg"] for error in refused.value.errors()}


def test_every_contradiction_is_said_at_once_with_its_place() -> None:
    overall = [{"id": "price", "name": TEXT, "question": TEXT, **ENDS}]
    found = refusals(aspect("price", norm=9), aspect("time", norm=0.5), aspect("time"), overall=overall)
    assert found == {
        "aspects[0].norm": "9 is outside the scale; a norm lies on it, from 1 to 7",
        "aspects[1].norm": "0.5 is outside the scale; a norm lies on it, from 1 to 7",
        "aspects[2].id": 'the id "time" is also at aspects[1].id; give each item an id of its own',
        "overall[0].id": 'the id "price" is also at aspects[0].id; give each item an id of its own',
    }


@pytest.mark.parametrize("norm", [1, 7, 4.25, None])
def test_a_norm_on_the_scale_is_taken(norm: float | None) -> None:
    assert made(aspect("price", norm=norm)).aspects[0].norm == norm


@pytest.mark.parametrize("norm", [0.99, 7.01, float("nan"), float("inf")])
def test_a_norm_off_the_scale_is_refused(norm: float) -> None:
    assert list(refusals(aspect("price", norm=norm))) == ["aspects[0].norm"]


@pytest.mark.parametrize(
    "identifier", ["action", "consent", "comment", "csrf_token", "go", "promise-0", "outcome-4"]
)
def test_an_item_cannot_take_the_name_of_another_form_field(identifier: str) -> None:
    assert list(refusals(aspect(identifier))) == ["aspects[0].id"]


def test_a_pair_must_be_able_to_be_complete() -> None:
    assert list(refusals(aspect("price", core=False))) == ["aspects"]


def test_each_wave_asks_its_own_question() -> None:
    asked = made(aspect("price", after_delivery={"nl": "Na", "en": "After"})).aspects[0]
    assert asked.question(Wave.SALE).en == "Text"
    assert asked.question(Wave.DELIVERY).en == "After"


def test_the_overall_items_are_asked_after_delivery_only() -> None:
    survey = made(aspect("price"), overall=[{"id": "again", "name": TEXT, "question": TEXT, **ENDS}])
    assert survey.items(Wave.SALE) == ("price",)
    assert survey.items(Wave.DELIVERY) == ("price", "again")


def test_a_changed_word_is_another_fingerprint_and_the_same_content_is_not() -> None:
    survey = made(aspect("price"))
    assert survey.fingerprint == made(aspect("price")).fingerprint
    assert survey.fingerprint != made(aspect("price", name={"nl": "Prijs", "en": "Text"})).fingerprint


def test_the_kind_of_an_aspect_makes_no_other_survey_of_it() -> None:
    """So a company can say it at any time, and what was recorded before there were kinds is what it was."""
    survey = made(aspect("price"))
    assert survey.fingerprint == made(aspect("price", kind="price")).fingerprint
    assert survey.fingerprint == _fingerprint_of_before_kinds_and_intros(survey)


def test_an_intro_makes_another_survey_and_none_leaves_it_what_it_was() -> None:
    """What stands above the questions is asked too: answers under another sentence are other answers."""
    above = {"nl": "Wat verwacht u?", "en": "What do you expect?"}
    plain = made(aspect("price"), intro=None)
    told = made(aspect("price"), intro={"at_sale": above, "after_delivery": above})
    other = made(aspect("price"), intro={"at_sale": above, "after_delivery": TEXT})
    assert plain.fingerprint == _fingerprint_of_before_kinds_and_intros(plain)
    assert len({one.fingerprint for one in (plain, told, other)}) == 3


def _fingerprint_of_before_kinds_and_intros(survey: Survey) -> str:
    """As it was recorded before an aspect could have a kind and a survey an intro."""
    facts = survey.model_dump(mode="json")
    del facts["intro"]
    for one in facts["aspects"]:
        del one["kind"]
    recorded = json.dumps(facts, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(recorded.encode()).hexdigest()


def test_a_survey_stored_as_json_comes_back_as_it_was() -> None:
    survey = made(aspect("price", norm=4.5), aspect("tone", core=False))
    stored = Survey.model_validate_json(survey.model_dump_json())
    assert stored == survey
    assert stored.fingerprint == survey.fingerprint


@pytest.mark.parametrize(
    ("questions", "minutes"), [(1, 2), (9, 2), (10, 2), (11, 3), (15, 3), (16, 4), (30, 6), (31, 7), (40, 8)]
)
def test_five_questions_take_a_minute_and_no_survey_takes_less_than_two(questions: int, minutes: int) -> None:
    survey = made(*(aspect(f"a{number}") for number in range(questions)))
    assert survey.minutes(Wave.SALE) == minutes


def test_the_overall_items_take_their_time_too() -> None:
    overall = [{"id": "again", "name": TEXT, "question": TEXT, **ENDS}]
    survey = made(*(aspect(f"a{number}") for number in range(10)), overall=overall)
    assert (survey.minutes(Wave.SALE), survey.minutes(Wave.DELIVERY)) == (2, 3)
