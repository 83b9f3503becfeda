"""The loop goes on, whatever happens, until it is asked to stop."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from cast.selling import Clock, company, line, sell
from kloof.actions.mailing import worker
from kloof.config import Settings
from kloof.mail.transport import Fate, Memory, TransportError, nothing
from kloof.storage.models import Message

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return company(tmp_path)


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SECONDS_BETWEEN_LOOKS", 0.0)
    monkeypatch.setattr(worker, "LONGEST_PAUSE", 0.0)


class Stopping(Memory):
    """Asks the loop to stop after so many mails."""

    def __init__(self, stop: Event, after: int, *errors: Exception) -> None:
        super().__init__()
        self.stop, self.after, self.errors, self.closed = stop, after, list(errors), False

    def send(self, sender: str, recipient: str, data: bytes, meanwhile: Callable[[], None] = nothing) -> str:
        if self.errors:
            raise self.errors.pop()
        if len(self.sent) + 1 == self.after:
            self.stop.set()
        return super().send(sender, recipient, data, meanwhile)

    def close(self) -> None:
        self.closed = True


def states() -> list[str]:
    return [row.state for row in Message.select().order_by(Message.id)]


def test_asked_to_stop_it_finishes_the_mail_under_way_and_gives_the_others_back(settings: Settings) -> None:
    for number in range(3):
        sell(settings, line(number))
    stop = Event()
    post = Stopping(stop, 2)
    said: list[str] = []
    worker.work(settings, post, Clock(), stop, said.append)
    assert states() == ["sent", "sent", "queued"]
    assert Message.select().where(Message.lease_ends_at.is_null(False)).count() == 0
    assert said == ["2 sent"]
    assert post.closed


def test_a_database_that_goes_away_for_a_while_does_not_end_the_loop(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(settings, line())
    real, failures = worker.catch_up, [RuntimeError("the server restarts")]

    def catch_up(*arguments: object) -> None:
        if failures:
            raise failures.pop()
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(worker, "catch_up", catch_up)
    stop = Event()
    worker.work(settings, Stopping(stop, 1), Clock(), stop, lambda _: None)
    assert states() == ["sent"]


def test_a_mail_server_that_goes_away_is_said_and_tried_again(settings: Settings) -> None:
    for number in range(2):
        sell(settings, line(number))
    stop = Event()
    trouble = TransportError("The mail server is away.", Fate.RETRY, of_server=True)
    said: list[str] = []
    worker.work(settings, Stopping(stop, 1, trouble), Clock(), stop, said.append)
    assert said == ["The mail server is away.", "1 again", "1 sent"]


def test_no_worker_has_the_name_of_another(settings: Settings) -> None:
    assert worker.name_of_this_worker() != worker.name_of_this_worker()
