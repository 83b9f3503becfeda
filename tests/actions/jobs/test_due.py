"""What time brings: with many deals the worker counts beforehand, once per interval, and what may be counted only."""

from datetime import timedelta
from pathlib import Path

import pytest

from cast import jobs as does
from cast.builders import NOW, deal, settings
from cast.calls import company
from kloof.actions.jobs import due
from kloof.actions.jobs.due import ask_what_is_due
from kloof.config import Settings
from kloof.domain.jobs.jobs import JobKind
from kloof.domain.jobs.looks import LookKind
from kloof.domain.states import JobState
from kloof.storage import kept_looks
from kloof.storage.models import Job

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)


@pytest.fixture
def house(database: str, tmp_path: Path) -> Settings:
    return company(database, tmp_path)


@pytest.fixture
def much(monkeypatch: pytest.MonkeyPatch) -> None:
    """One deal is more than is counted while somebody waits."""
    for place in ("deals.funnel", "mailing.plan", "staff.fair_play"):
        monkeypatch.setattr(f"kloof.storage.{place}.AT_ONCE", 0)
    deal()


def asked(house: Settings, after: timedelta = timedelta(0)) -> set[str]:
    """The kinds that wait for the worker once this much time has passed."""
    ask_what_is_due(house, NOW + after)
    return {job.kind for job in Job.select().where(Job.state == JobState.QUEUED.value)}


def done(house: Settings, after: timedelta = timedelta(0)) -> None:
    does.done_here(house, NOW + after)


def test_a_small_company_has_its_pages_count_and_only_the_check_up_is_the_workers(house: Settings) -> None:
    deal()
    assert asked(house) == {"check_up"}


def test_with_many_deals_everything_is_counted_at_its_time(house: Settings, much: None) -> None:
    everything = {kind.value for kind in due.BEFOREHAND}
    assert asked(house) == everything
    assert asked(house, MINUTE) == everything, "what waits is not asked for twice"
    assert Job.select().count() == len(everything)
    done(house)
    assert set(kept_looks.kept()) == {one.look for one in due.BEFOREHAND.values()}
    assert asked(house, 9 * MINUTE) == set()
    assert asked(house, 10 * MINUTE) == {"count_steps"}
    done(house, 10 * MINUTE)
    assert asked(house, 60 * MINUTE) == everything


def test_nobody_is_counted_before_the_works_council_agreed(
    house: Settings, much: None, database: str, tmp_path: Path
) -> None:
    asked(house)
    done(house)
    shut = settings(database, tmp_path)
    assert LookKind.FAIR_PLAY in kept_looks.kept()
    assert "count_fair_play" not in asked(shut, timedelta(days=2))
    assert LookKind.FAIR_PLAY not in kept_looks.kept(), "what was counted goes with the consent"


def test_what_an_erasure_took_away_is_counted_again_at_once(house: Settings, much: None) -> None:
    asked(house)
    done(house)
    kept_looks.forget(LookKind.FAIR_PLAY)
    assert asked(house, MINUTE) == {"count_fair_play"}


def test_what_fails_is_not_tried_every_minute(house: Settings, much: None) -> None:
    asked(house)
    Job.update(state=JobState.GIVEN_UP.value).where(Job.kind == JobKind.COUNT_STEPS.value).execute()
    done(house)
    assert asked(house, 5 * MINUTE) == set()
    assert asked(house, 10 * MINUTE) == {"count_steps"}


def test_of_what_is_counted_so_often_only_a_day_is_known(house: Settings, much: None) -> None:
    for hour in range(0, 72, 6):
        asked(house, timedelta(hours=hour))
        done(house, timedelta(hours=hour))
    counted = Job.select().where(Job.kind == JobKind.COUNT_STEPS.value)
    assert counted.count() <= 6
