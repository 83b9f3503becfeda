"""A clock that jumps pauses what cannot be undone, says so, and goes on when it is right again, without a restart."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from cast.selling import NOON, company, line, sell
from kloof import storage
from kloof.actions import doctor, health
from kloof.actions.clock import (
    LONGEST_GAP,
    LONGEST_LEAP,
    UNKNOWN,
    Running,
    Watch,
    refuse_if_jumped,
    running,
    seconds_running,
)
from kloof.actions.mailing import worker
from kloof.config import Settings
from kloof.domain.errors import Reason, Refused
from kloof.mail.transport import Memory
from kloof.storage.mailing import last_worked
from kloof.storage.models import Invitation, LastWorked, Message

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return company(tmp_path)


class Hands:
    """Two clocks: one that moves by itself, and one that is set as well. Each look at the second takes a second."""

    def __init__(self) -> None:
        self.steady, self.set_by = 0.0, timedelta(0)

    def __call__(self) -> datetime:
        self.steady += 1
        return NOON + timedelta(seconds=self.steady) + self.set_by

    def machine(self) -> Running:
        return Running("", self.steady)


class Stopped(Event):
    """Lets the loop go round, sets the clock before each round as planned, and then stops it."""

    def __init__(self, rounds: Iterator[Callable[[], None]]) -> None:
        super().__init__()
        self.rounds = rounds

    def wait(self, timeout: float | None = None) -> bool:
        next(self.rounds, self.set)()
        return self.is_set()


def work(settings: Settings, hands: Hands, *rounds: Callable[[], None]) -> tuple[list[str], Memory]:
    said: list[str] = []
    post = Memory()
    worker.work(settings, post, hands, Stopped(iter(rounds)), said.append, machine=hands.machine)
    return said, post


def worked_at() -> datetime:
    noted = last_worked.noted()
    assert noted
    return noted.at


def states() -> set[str]:
    return {row.state for row in Invitation.select()}


@pytest.mark.parametrize("days", [-400, -2, 2, 40, 400, 4000])
def test_no_survey_closes_and_no_mail_goes_while_the_clock_is_wrong_and_work_goes_on_after_it(
    settings: Settings, days: int
) -> None:
    sell(settings, line(1))
    hands = Hands()
    seen: list[set[str]] = []

    def jump() -> None:
        hands.set_by = timedelta(days=days)
        sell(settings, line(2))

    def look() -> None:
        hands.steady += 120
        seen.append(states())

    def back() -> None:
        look()
        hands.set_by = timedelta(0)

    said, post = work(settings, hands, lambda: None, jump, look, look, back, look, look)
    assert all("expired" not in some for some in seen)
    assert states() == {"invited"}
    assert len(post.sent) == 2, "what waited while the clock was wrong went out after it"
    assert len([one for one in said if one.startswith("The clock says")]) == 1
    assert worked_at() == pytest.approx(hands(), abs=timedelta(minutes=20))


def test_whoever_says_that_the_clock_is_right_is_believed(settings: Settings) -> None:
    sell(settings, line(1))
    hands = Hands()

    def months_later() -> None:
        hands.set_by = timedelta(days=90)

    def somebody_says_so() -> None:
        hands.steady += 120
        last_worked.note(hands())

    said, _ = work(settings, hands, lambda: None, months_later, somebody_says_so, lambda: None)
    assert len([one for one in said if one.startswith("The clock says")]) == 1
    assert states() == {"expired"}


@pytest.mark.parametrize(
    "jump", [timedelta(days=-400), -LONGEST_LEAP * 2, LONGEST_GAP * 2, timedelta(days=4000)]
)
def test_it_is_said_everywhere_and_nothing_is_done_once(settings: Settings, jump: timedelta) -> None:
    sell(settings, line(1))
    assert worker.work_once(settings, Memory(), lambda: NOON).sent == 1
    with pytest.raises(Refused, match="kloof worker --clock-is-right") as refused:
        worker.work_once(settings, Memory(), lambda: NOON + jump)
    assert refused.value.reason is Reason.CLOCK_JUMPED
    assert states() == {"invited"}
    assert "clock_jumped" in health.work(settings, NOON + jump)["reasons"]
    assert health.readiness(settings, NOON + jump)["ready"], "forms can be filled in all the same"
    assert worked_at() == NOON


@pytest.mark.parametrize("pause", [timedelta(0), timedelta(hours=-20), timedelta(days=13)])
def test_a_weekend_a_week_off_and_a_small_correction_are_no_jump(
    settings: Settings, pause: timedelta
) -> None:
    worker.work_once(settings, Memory(), lambda: NOON)
    worker.work_once(settings, Memory(), lambda: NOON + pause)
    assert "clock_jumped" not in health.work(settings, NOON + pause)["reasons"]


BOOT = "5f1d0c5e-0000-4000-8000-000000000001"


def days(many: float, boot: str = BOOT) -> Running:
    """A machine that runs since so many days."""
    return Running(boot, many * 86_400)


@pytest.mark.parametrize("jump", [-13, -2, 2, 5, 13, 400])
def test_between_two_runs_of_one_machine_no_jump_of_days_passes(settings: Settings, jump: int) -> None:
    """As cron does it: a process for each run, and only the database knows of the one before."""
    sell(settings, line(1))
    worker.work_once(settings, Memory(), lambda: NOON, machine=days(3))
    wrong = NOON + timedelta(days=jump, minutes=5)
    with pytest.raises(Refused, match="the worker last worked at 2026-09-15 10:00 UTC, 0 hours ago"):
        worker.work_once(settings, Memory(), lambda: wrong, machine=days(3))
    assert states() == {"invited"}
    right = NOON + timedelta(minutes=5)
    worker.work_once(settings, Memory(), lambda: right, machine=days(3))
    assert worked_at() == right


@pytest.mark.parametrize("away", [0, 0.9, 10, 40])
def test_however_long_cron_rests_on_a_machine_that_runs_on_it_is_no_jump(
    settings: Settings, away: float
) -> None:
    worker.work_once(settings, Memory(), lambda: NOON, machine=days(3))
    later = NOON + timedelta(days=away)
    worker.work_once(settings, Memory(), lambda: later, machine=days(3 + away))
    assert worked_at() == later


def test_after_a_restart_or_on_another_machine_only_a_jump_of_two_weeks_is_known_for_one(
    settings: Settings,
) -> None:
    another = days(0, boot="another")
    worker.work_once(settings, Memory(), lambda: NOON, machine=days(3))
    worker.work_once(settings, Memory(), lambda: NOON + timedelta(days=10), machine=another)
    with pytest.raises(Refused):
        worker.work_once(settings, Memory(), lambda: NOON + timedelta(days=30), machine=days(0, boot="third"))


def test_this_machine_is_known_by_its_start() -> None:
    assert running().boot == running().boot
    assert Path("/proc/sys/kernel/random/boot_id").exists() is bool(running().boot)


def test_before_the_first_work_any_clock_is_believed_and_in_a_demo_always(settings: Settings) -> None:
    refuse_if_jumped(settings, NOON)
    last_worked.note(NOON)
    last_worked.note(NOON + timedelta(minutes=1))
    assert LastWorked.select().count() == 1
    demo = settings.model_copy(update={"run": "demo"})
    refuse_if_jumped(demo, NOON + timedelta(days=400))


def test_the_doctor_says_it(settings: Settings, database: str) -> None:
    last_worked.note(NOON)
    here = settings.model_copy(update={"database_url": database})
    found = doctor.examine(here, NOON + timedelta(days=400))
    assert [one.what for one in found if one.what.startswith("Clock: The clock says") and not one.well]


def test_time_that_passes_while_the_machine_sleeps_is_no_leap(settings: Settings) -> None:
    moments = iter([UNKNOWN, Running("", 3 * 86_400.0)])
    watch = Watch(settings, lambda: next(moments))
    watch.look(NOON)
    watch.look(NOON + timedelta(days=3))
    assert seconds_running() <= seconds_running()


def test_a_database_that_is_away_is_said_once_and_waited_for(settings: Settings, database: str) -> None:
    sell(settings, line(1))
    file, hands = Path(database.removeprefix("sqlite:///")), Hands()
    away = file.with_name("away.db")

    def back() -> None:
        away.rename(file)

    def look_later() -> None:
        hands.steady += 120

    said, post = work(
        settings, hands, lambda: file.rename(away) and None, look_later, look_later, back, look_later
    )
    assert len([one for one in said if one.startswith("The database is gone")]) == 1
    assert len(post.sent) == 1
    assert not away.exists()
    with storage.transaction():
        assert {row.state for row in Message.select()} == {"sent"}
