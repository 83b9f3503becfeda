"""Mail of long ago is forgotten where the company says so, in parts, and nothing else with it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cast.multiplied import multiply
from cast.selling import NOON, Clock, company, line, sell
from kloof.actions.catch_up import catch_up
from kloof.actions.mailing.dispatch import Dispatch
from kloof.actions.retention import forgetting
from kloof.actions.retention.forgetting import Retained
from kloof.config import Settings
from kloof.domain.mailing.schedule import months_before
from kloof.mail.transport import Memory
from kloof.storage import counted_queries
from kloof.storage.mailing import attempts
from kloof.storage.models import Deal, Invitation, MailAttempt, Message

pytestmark = pytest.mark.usefixtures("either_database")
A_YEAR = NOON + timedelta(days=365)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    chosen = company(tmp_path)
    kept = chosen.retention.model_copy(update={"mail_months": 6})
    return chosen.model_copy(update={"retention": kept})


def old(settings: Settings, now: datetime) -> int:
    return forgetting.foreseen(settings, now)[Retained.MAILS].count


def forget(settings: Settings, now: datetime) -> int:
    return forgetting.forget(settings, now)[Retained.MAILS].count


def asked(settings: Settings, number: int = 1, **changes: Any) -> None:
    """A customer who got an invitation, which is over since."""
    sell(settings, line(number))
    Dispatch(settings, Memory(), "w", Clock()).round()
    facts = {"state": "submitted"} | changes
    Invitation.update(**facts).where(Invitation.deal == Deal.get(Deal.deal_id == f"D-{number}")).execute()


def test_mail_of_a_survey_that_is_over_goes_with_its_log_and_the_deal_and_the_survey_stay(
    settings: Settings,
) -> None:
    asked(settings)
    message = Message.get().id
    MailAttempt.insert(message=message, at=NOON, state="queued", said="451 later").execute()
    assert old(settings, NOON + timedelta(days=180)) == 0
    assert old(settings, A_YEAR) == 1
    assert Message.select().count() == 1, "a look changes nothing"
    assert forget(settings, A_YEAR) == 1
    assert (Message.select().count(), MailAttempt.select().count()) == (0, 0)
    assert (Deal.select().count(), Invitation.select().count()) == (1, 1)


def test_nothing_is_forgotten_unless_it_is_said(settings: Settings, tmp_path: Path) -> None:
    asked(settings)
    silent = company(tmp_path)
    assert old(silent, A_YEAR) == forget(silent, A_YEAR) == 0
    catch_up(silent, A_YEAR)
    assert Message.select().count() == 1


@pytest.mark.parametrize("state", ["planned", "invited", "started", "stopped", "cancelled"])
def test_a_survey_that_is_open_or_may_be_again_keeps_its_mail(settings: Settings, state: str) -> None:
    asked(settings, state=state)
    assert old(settings, A_YEAR) == 0


@pytest.mark.parametrize("state", ["queued", "letter", "sending", "held", "failed", "bounced"])
def test_what_waits_or_is_for_somebody_to_decide_stays(settings: Settings, state: str) -> None:
    asked(settings)
    Message.update(state=state).execute()
    assert old(settings, A_YEAR) == 0


def test_the_worker_forgets_in_parts_and_what_is_newer_stays(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(settings)
    multiply(7)
    later = NOON + timedelta(days=300)
    Message.update(created_at=later, changed_at=later).where(Message.id == 1_000_007).execute()
    parts: list[int] = []
    real = attempts.forget

    def noted(part: Any) -> None:
        parts.append(len(part))
        real(part)

    monkeypatch.setattr(attempts, "forget", noted)
    monkeypatch.setattr(forgetting, "FORGOTTEN_AT_ONCE", 3)
    catch_up(settings, A_YEAR)
    assert parts == [3, 3, 1]
    assert [row.id for row in Message.select()] == [1_000_007]
    with counted_queries() as seen:
        assert forget(settings, A_YEAR) == 0
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        ((2026, 8, 31), 6, (2026, 2, 28)),
        ((2028, 2, 29), 12, (2027, 2, 28)),
        ((2026, 1, 15), 13, (2024, 12, 15)),
    ],
)
def test_months_are_those_of_the_calendar(
    day: tuple[int, int, int], months: int, before: tuple[int, int, int]
) -> None:
    assert months_before(datetime(*day, 9, tzinfo=UTC), months) == datetime(*before, 9, tzinfo=UTC)
