"""What time brings to a large company at once: in parts, each short, and one step that fails stops no other."""

import logging
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from cast.multiplied import multiply
from cast.selling import NOON, Clock, company, line, sell
from kloof import storage
from kloof.actions.catch_up import catch_up
from kloof.actions.mailing import outbox, steps, worker
from kloof.actions.mailing.batches import Batches, RoundResult
from kloof.actions.mailing.dispatch import Dispatch
from kloof.actions.webhooks import endpoints
from kloof.config import Settings
from kloof.domain.errors import Reason, Refused
from kloof.mail.transport import Memory
from kloof.storage.mailing import leasing, unanswered
from kloof.storage.models import Invitation, Message
from kloof.storage.webhooks import outbox as events

MORE_THAN_POSTGRESQL_TAKES = 66_000
"""Values in one statement: its protocol counts them in 16 bits."""
pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return company(tmp_path)


@pytest.fixture
def invited(settings: Settings) -> Settings:
    """One customer who was asked, and has not answered."""
    sell(settings, line())
    Dispatch(settings, Memory(), "w", Clock()).round()
    return settings


def count(state: str) -> int:
    return int(Invitation.select().where(Invitation.state == state).count())


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many there were in each transaction."""
    seen: list[int] = []
    for name in ("expire", "queue_reminders"):
        real = getattr(unanswered, name)

        def noted(*given: object, real: object = real) -> object:
            assert storage.database.database.in_transaction()
            seen.append(len(given[-1]))  # type: ignore[arg-type]
            return real(*given)  # type: ignore[operator]

        monkeypatch.setattr(unanswered, name, noted)
    monkeypatch.setattr(steps, "sleep", lambda _: None)
    return seen


@pytest.mark.slow
def test_more_reminders_and_closings_come_at_once_than_a_statement_of_postgresql_has_values(
    invited: Settings, either_database: str
) -> None:
    if not either_database.startswith("postgresql"):
        return  # SQLite counts otherwise, and its parts are the same
    multiply(MORE_THAN_POSTGRESQL_TAKES)
    outbox.remind(invited, NOON + timedelta(days=8), 20_000)
    reminders = Message.select().where(Message.kind == "reminder", Message.ordinal == 1)
    assert reminders.count() == MORE_THAN_POSTGRESQL_TAKES + 1
    outbox.close_unanswered(invited, NOON + timedelta(days=90), 20_000)
    assert count("expired") == MORE_THAN_POSTGRESQL_TAKES + 1


def test_each_part_is_a_transaction_of_its_own_and_nothing_is_left_over(
    invited: Settings, parts: list[int]
) -> None:
    multiply(7)
    outbox.remind(invited, NOON + timedelta(days=8), 3)
    assert parts == [3, 3, 2]
    outbox.remind(invited, NOON + timedelta(days=8), 3)  # nobody is reminded twice
    assert Message.select().where(Message.kind == "reminder").count() == 8
    parts.clear()
    outbox.close_unanswered(invited, NOON + timedelta(days=90), 5)
    assert (parts, count("expired")) == ([5, 3], 8)


def test_a_part_that_fails_leaves_the_parts_before_it_done(
    invited: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    multiply(7)
    real, turns = unanswered.queue_about_all, [None, None]

    def fails_at_third(*given: object) -> None:
        turns.pop()
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(unanswered, "queue_about_all", fails_at_third)
    with pytest.raises(IndexError):
        outbox.remind(invited, NOON + timedelta(days=8), 3)
    assert Message.select().where(Message.kind == "reminder").count() == 6
    assert not storage.database.database.in_transaction()


def test_who_answers_while_others_are_reminded_gets_no_reminder(
    invited: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    multiply(3)
    found = unanswered.due_a_reminder

    def answered_meanwhile(*given: object) -> list[int]:
        due = found(*given)  # type: ignore[arg-type]
        Invitation.update(state="submitted").where(Invitation.id == max(due, default=0)).execute()
        return due

    monkeypatch.setattr(unanswered, "due_a_reminder", answered_meanwhile)
    outbox.remind(invited, NOON + timedelta(days=8))
    assert Message.select().where(Message.kind == "reminder").count() == 3


def test_what_waits_for_the_morning_begins_to_wait_in_parts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(settings, line())
    multiply(6)
    monkeypatch.setattr(leasing, "MOVED_AT_ONCE", 3)
    by_day = settings.model_copy(update={"mail": settings.mail.model_copy(update={"hours": (9, 10)})})
    result, batches = RoundResult(), Batches(by_day, "w", Clock(), timedelta(minutes=5), 50)
    moved = []
    while batches.take(result) is not None:
        moved.append(result.later)
    assert moved == [3, 6, 7]
    assert Message.select().where(Message.due_at > NOON).count() == 7


def test_events_of_long_ago_are_forgotten_in_parts(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    left = [5, 500, 500]

    def forget(_: object, most: int) -> int:
        asked.append(most)
        return left.pop()

    monkeypatch.setattr(events, "forget", forget)
    endpoints.forget_old(NOON)
    assert (asked, left) == ([500, 500, 500], [])


def test_a_step_that_fails_is_named_and_stops_neither_the_others_nor_the_mail(
    invited: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a survey that cannot be read")

    monkeypatch.setattr(unanswered, "due_to_close", broken)
    later = Clock(NOON + timedelta(days=8))
    post = Memory()
    with caplog.at_level(logging.ERROR), pytest.raises(ValueError, match="cannot be read"):
        worker.work_once(invited, post, later, also=catch_up)
    assert len(post.sent) == 1  # the reminder, which a later step queued
    assert any("close_unanswered failed" in record.getMessage() for record in caplog.records)


def test_the_loop_sends_mail_while_what_time_brings_fails(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(settings, line())
    stop = Event()

    class Post(Memory):
        def send(self, *given: Any) -> str:
            stop.set()
            return super().send(*given)

    def broken(*_: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(worker, "SECONDS_BETWEEN_LOOKS", 0.0)
    post = Post()
    worker.work(settings, post, Clock(), stop, lambda _: None, also=broken)
    assert len(post.sent) == 1


def test_a_database_that_is_away_is_said_at_once_and_no_step_tries_it_again(settings: Settings) -> None:
    tried: list[str] = []

    def away(*_: object) -> None:
        tried.append("first")
        raise Refused(Reason.DATABASE_SILENT, "It does not answer.")

    def other(*_: object) -> None:
        tried.append("second")

    with pytest.raises(Refused):
        steps.do_each((away, other), settings, NOON)
    assert tried == ["first"]
