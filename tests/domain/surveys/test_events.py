"""What a customer's act means to those who follow it."""

from dataclasses import replace

import pytest

from cast.builders import NOW, survey
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.events import AnswersAct, AnswersEvent, agreement
from kloof.domain.surveys.responses import Consent, Response

NAMED = Response(consent=Consent.NAMED)
TOTALS = Response(consent=Consent.TOTALS)


def event(act: AnswersAct, before: Response = NAMED, after: Response = NAMED) -> AnswersEvent:
    return AnswersEvent(act, 1, survey(), Wave.DELIVERY, NOW, before, after)


@pytest.mark.parametrize(
    ("after", "changed"),
    [
        (NAMED, False),
        (TOTALS, True),
        (replace(NAMED, shares_with_delivery=True), True),
        (replace(NAMED, wants_call=True, wants_findings=True, comment="Other words"), False),
    ],
)
def test_only_who_may_see_it_is_an_agreement(after: Response, changed: bool) -> None:
    assert event(AnswersAct.CHOSEN_AGAIN, after=after).agreement_changed is changed


def test_the_log_says_who_may_see_it_in_the_customers_own_choice() -> None:
    assert agreement(Response()) == ""
    assert agreement(TOTALS) == "totals"
    assert agreement(replace(NAMED, shares_with_delivery=True)) == "named and delivery"


@pytest.mark.parametrize(
    ("act", "before", "after", "asks"),
    [
        (AnswersAct.SENT, NAMED, NAMED, True),
        (AnswersAct.CORRECTED, NAMED, replace(NAMED, wants_call=True), False),
        (AnswersAct.CHOSEN_AGAIN, NAMED, replace(NAMED, wants_call=True), True),
        (AnswersAct.CHOSEN_AGAIN, replace(NAMED, wants_call=True), replace(TOTALS, wants_call=True), False),
        (AnswersAct.WITHDRAWN, replace(NAMED, wants_call=True), replace(NAMED, wants_call=True), False),
    ],
)
def test_a_closed_call_opens_again_for_what_is_new(
    act: AnswersAct, before: Response, after: Response, asks: bool
) -> None:
    assert event(act, before, after).asks_for_a_call is asks


@pytest.mark.parametrize(
    ("act", "before", "after", "takes"),
    [
        (AnswersAct.CHOSEN_AGAIN, NAMED, TOTALS, True),
        (AnswersAct.CHOSEN_AGAIN, TOTALS, NAMED, False),
        (AnswersAct.CHOSEN_AGAIN, TOTALS, TOTALS, False),
        (AnswersAct.CORRECTED, NAMED, NAMED, False),
        (AnswersAct.WITHDRAWN, TOTALS, TOTALS, True),
    ],
)
def test_written_words_go_with_the_name_and_with_the_answers(
    act: AnswersAct, before: Response, after: Response, takes: bool
) -> None:
    assert event(act, before, after).takes_words_back is takes
