"""Mail keeps to the sending hours where the customer lives."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cast.selling import Clock, company, line, sell
from kloof.actions.mailing.dispatch import Dispatch
from kloof.config import Settings
from kloof.domain.deals.files import LineRefused, read_deals
from kloof.mail.transport import Memory
from kloof.storage.models import Message

ZONES = ("", "America/New_York", "Asia/Tokyo", "Pacific/Auckland")
MIDNIGHT = datetime(2026, 9, 14, 22, tzinfo=UTC)
"""In Amsterdam, as Tuesday begins."""


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    office = {"hours": (9, 18), "weekdays": (1, 2, 3, 4, 5), "holidays": "NL"}
    return company(tmp_path, **office).model_copy(update={"database_url": database})


def sent_within(settings: Settings, clock: Clock, hours: int) -> dict[str, datetime]:
    """To whom mail went in the coming hours, and when, with a look every half an hour."""
    post, sent = Memory(), {}
    worker = Dispatch(settings, post, "worker", clock)
    for _ in range(hours * 2):
        worker.round()
        sent.update({to: clock() for _, to, _ in post.sent if to not in sent})
        clock.forward(minutes=30)
    return sent


def test_each_customer_gets_mail_as_their_own_day_opens(settings: Settings) -> None:
    clock = Clock(MIDNIGHT)
    for number, zone in enumerate(ZONES):
        sell(settings, line(number, time_zone=zone), now=MIDNIGHT)
    sent = sent_within(settings, clock, 48)
    for number, zone in enumerate(ZONES):
        local = sent[f"customer{number}@example.com"].astimezone(ZoneInfo(zone or "Europe/Amsterdam"))
        assert 9 <= local.hour < 18, (zone, local)
        assert local.isoweekday() <= 5


def test_a_mail_that_became_due_while_it_is_night_there_waits_for_morning(settings: Settings) -> None:
    clock = Clock(MIDNIGHT)
    sell(settings, line(1, time_zone="America/New_York"), now=MIDNIGHT)
    Message.update(due_at=MIDNIGHT).execute()
    clock.now = MIDNIGHT + timedelta(hours=11)  # Amsterdam is at work, New York asleep
    assert sent_within(settings, clock, 4) == {}
    assert "customer1@example.com" in sent_within(settings, clock, 8)


@pytest.mark.slow
def test_what_waits_elsewhere_does_not_hold_up_those_here(settings: Settings) -> None:
    clock = Clock(MIDNIGHT + timedelta(hours=12))
    for number in range(120):
        sell(settings, line(number, time_zone="America/New_York"), now=MIDNIGHT)
    Message.update(due_at=MIDNIGHT).execute()
    sell(settings, line(500), now=clock())
    assert set(sent_within(settings, clock, 1)) == {"customer500@example.com"}


def test_a_time_zone_that_does_not_exist_is_refused() -> None:
    header = (
        "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on,"
        "customer_time_zone"
    )
    row = "D-1,Jan,jan@home.example,nl,eva@firm.example,U,M,Pomp,pump,2026-05-04,Europe/Utrecht"
    [(_, refused)] = read_deals(f"{header}\n{row}\n", "deals.csv")
    assert isinstance(refused, LineRefused)
    assert "'Europe/Utrecht' is not a time zone like Europe/Amsterdam" in refused.reasons[0]
