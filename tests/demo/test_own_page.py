"""Whoever plays the salesperson finds on their own page what customers who chose totals said, as a group."""

from collections.abc import Iterator
from datetime import date

import pytest

from cast.played import DAY, Play, Played
from kloof.actions.staff import own_feedback
from kloof.demo import company, story
from kloof.domain.staff.own_totals import LEAST
from kloof.domain.surveys.definition import Survey
from kloof.storage.access import people
from kloof.storage.models import OwnPair

pytestmark = pytest.mark.slow

FIRST = story.sellers()[0].email


def hers(surveys: dict[str, Survey], today: date, deals: int) -> Iterator[story.Chapter]:
    """Of the whole year the deals of the first salesperson alone: what others sell is not on her page."""
    return (one for one in story.year(surveys, today, deals) if one.line.salesperson_email == FIRST)


@pytest.fixture(scope="module")
def demo(play: Play, full: bool) -> Played:
    with pytest.MonkeyPatch.context() as patch:
        if not full:
            patch.setattr(company, "year", hers)
        return play(DAY, deals=company.DEALS)


def test_a_group_of_customers_who_chose_totals_stands_on_the_page_of_the_salesperson(demo: Played) -> None:
    demo.open()
    person = people.by_email(FIRST)
    assert person is not None
    page = own_feedback.overview(demo.settings, person, demo.last_minute)
    groups = [figures.totals for figures in page.figures if figures.totals is not None]
    assert sum(group.customers for group in groups) >= LEAST
    assert all(gap.expectation is not None for group in groups for gap in group.gaps)
    inside = [*OwnPair.select().where(OwnPair.batch.is_null(False), OwnPair.salesperson == person.id)]
    assert len(inside) == sum(group.customers for group in groups)
    assert not any(pair.was_named for pair in inside)


def test_customers_who_show_their_name_stand_there_too(demo: Played) -> None:
    demo.open()
    person = people.by_email(FIRST)
    assert person is not None
    page = own_feedback.overview(demo.settings, person, demo.last_minute)
    assert any(
        figures.together and figures.totals and figures.together.customers > figures.totals.customers
        for figures in page.figures
    )
