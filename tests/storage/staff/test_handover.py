"""What a delivery lead's list asks of the database: exactly the open deals of the team, however many it ever had."""

from datetime import timedelta

import pytest

from cast.builders import NOW, BuiltDeal, deal
from instruments.plans import plans
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Deal, Invitation
from kloof.storage.staff import handover

TODAY = NOW.date()


def made(number: int) -> BuiltDeal:
    """One of many: ahead or delivered, called off or not, with the second survey ahead, gone out or not there."""
    waves = (Wave.SALE, Wave.DELIVERY) if number % 3 else (Wave.SALE,)
    built = deal(
        waves=waves,
        team=("North", "South")[number % 2],
        delivery_planned_on=TODAY + timedelta(days=number % 5) if number % 4 else None,
        delivered_on=TODAY if number % 3 else None,
        cancelled_at=NOW if number % 7 == 6 else None,
    )
    Invitation.update(invite_on=TODAY + timedelta(days=number % 4 - 1)).where(
        Invitation.deal == built.row, Invitation.wave == Wave.DELIVERY
    ).execute()
    return built


def is_open(row: Deal) -> bool:
    """The same question, asked of one deal by looking at its rows."""
    asked_later = any(
        one.wave == Wave.DELIVERY and one.invite_on > TODAY
        for one in Invitation.select().where(Invitation.deal == row.id)
    )
    return row.team == "North" and row.cancelled_at is None and (row.delivered_on is None or asked_later)


@pytest.mark.slow
def test_the_pages_of_a_team_have_each_open_deal_once_by_its_planned_day(either_database: str) -> None:
    for number in range(60):
        made(number)
    rows = [row for row in Deal.select() if is_open(row)]
    rows.sort(
        key=lambda row: (row.delivery_planned_on is None, row.delivery_planned_on or TODAY, row.id),
    )
    pages = [handover.open_deals("North", TODAY, page, 5) for page in range(1, 6)]
    assert [one.deal.id for page in pages for one in page.deals] == [row.id for row in rows]
    assert 10 < len(rows) < 25
    assert {page.many for page in pages} == {len(rows)}


def test_what_was_delivered_long_ago_is_not_looked_up(database: str) -> None:
    plan = plans(lambda: handover.open_deals("North", TODAY, 1, 5))
    assert "deal_to_deliver" in plan
    assert "invitation_after" in plan
    assert "deal_team_sold" not in plan
