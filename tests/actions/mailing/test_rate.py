"""A limit of mails per hour holds for every worker together, through their restarts, and never for signing in."""

from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest

from cast.selling import NOON, Clock, company, line, sell
from kloof import storage
from kloof.actions.access.sign_in import ask
from kloof.actions.mailing import at_desk
from kloof.actions.mailing.dispatch import Dispatch
from kloof.config import Settings
from kloof.domain.access.people import Role
from kloof.mail.transport import Fate, Memory, TransportError
from kloof.storage.access import people
from kloof.storage.models import Message

pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return company(tmp_path, most_per_hour=120)


def sells(settings: Settings, deals: int) -> None:
    for number in range(deals):
        sell(settings, line(number))


def sent(settings: Settings, clock: Clock, looks: int) -> int:
    """How many mails go out, with a worker that is started anew for every look, ten seconds after the last."""
    post = Memory()
    for _ in range(looks):
        Dispatch(settings, post, "w", clock).round()
        clock.forward(seconds=10)
    return len(post.sent)


def test_the_limit_holds_through_restarts_and_the_rest_follows(settings: Settings) -> None:
    sells(settings, 10)
    clock = Clock()
    assert [sent(settings, clock, looks) for looks in (1, 3, 20, 2)] == [2, 0, 7, 1]
    assert Message.select().where(Message.state == "sent").count() == 10


def test_two_workers_share_the_limit(settings: Settings) -> None:
    sells(settings, 12)
    clock, posts = Clock(), [Memory(), Memory()]

    def work(number: int) -> None:
        Dispatch(settings, posts[number], f"w{number}", clock).round()
        storage.close_connection()

    for _ in range(2):
        threads = [Thread(target=work, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum(len(post.sent) for post in posts) == 2


def test_links_to_sign_in_never_wait_for_it(settings: Settings) -> None:
    sells(settings, 5)
    people.put("sam@company.example", "Sam", {Role.DESK}, "", NOON)
    clock = Clock()
    assert sent(settings, clock, 1) == 2
    for _ in range(3):
        ask(settings, "sam@company.example", "browser", clock())
    post = Memory()
    Dispatch(settings, post, "w", clock).round()
    assert [recipient for _, recipient, _ in post.sent] == ["sam@company.example"] * 3


def test_what_could_not_be_begun_is_given_back(settings: Settings) -> None:
    class Away(Memory):
        def send(self, *_: object) -> str:  # type: ignore[override]
            raise TransportError("The mail server is away.", Fate.RETRY, of_server=True)

    sells(settings, 5)
    clock = Clock()
    Dispatch(settings, Away(), "w", clock).round()  # one was tried, and one was not begun
    clock.forward(seconds=1)
    assert Message.select().where(Message.lease_ends_at.is_null(False)).count() == 0
    post = Memory()
    Dispatch(settings, post, "w", clock).round()
    assert len(post.sent) == 1


def test_the_week_ahead_has_what_each_day_has_time_for(tmp_path: Path) -> None:
    settings = company(tmp_path, most_per_hour=1, hours=(9, 12))
    sells(settings, 7)
    week = at_desk.overview(settings, NOON - timedelta(hours=3)).week
    assert week is not None
    assert [day.mails for day in week] == [0, 3, 3, 1, 0, 0, 0]
    assert at_desk.overview(settings, NOON).most_per_hour == 1
