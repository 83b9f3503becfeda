"""Jobs in processes of their own: done beside the mail, given back by who stops, taken again after who was killed."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cast import jobs as does
from cast import respondents
from cast.builders import settings as company
from kloof.actions import job_kinds
from kloof.actions.access import secret_key
from kloof.actions.clock import wall_clock
from kloof.actions.jobs import progress, queue, runner
from kloof.actions.jobs.runner import JobRunner
from kloof.actions.releases import approvals
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, ActorKind
from kloof.domain.errors import Reason
from kloof.domain.jobs.jobs import Job, JobKind
from kloof.domain.jobs.steps import STEPS, JobStep, step_of
from kloof.domain.states import JobState
from kloof.storage import jobs

pytestmark = pytest.mark.slow


@pytest.fixture
def settings(either_database: str, tmp_path: Path) -> Settings:
    return company(either_database, tmp_path)


@pytest.fixture
def at_home(database: str, tmp_path: Path) -> Settings:
    """On one engine: for what the processes do among themselves, each of which takes a second to start."""
    return company(database, tmp_path)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "SECONDS_BETWEEN_LOOKS", 0.05)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LOOKS", 0.05)


def asked(kind: JobKind = JobKind.FREEZE) -> Job:
    return queue.ask(kind, COMMAND_LINE, wall_clock())


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def test_a_job_is_done_by_another_process(settings: Settings) -> None:
    job = asked()
    assert JobRunner(settings, "one", wall_clock, does.says_so).drain() == 1
    done = queue.of(job.id)
    assert done.state is JobState.DONE
    assert done.result["process"] != os.getpid()


def test_one_after_the_other_until_nothing_is_left(at_home: Settings) -> None:
    asked(JobKind.FREEZE), asked(JobKind.BUILD), asked(JobKind.PUBLISH)
    assert JobRunner(at_home, "one", wall_clock, does.says_so).drain() == 3
    assert {job.state for job in queue.latest(*JobKind).values()} == {JobState.DONE}


def test_a_job_whose_process_dies_is_tried_three_times(at_home: Settings) -> None:
    job = asked()
    assert JobRunner(at_home, "one", wall_clock, does.dies).drain() == 3
    assert queue.of(job.id).state is JobState.GIVEN_UP


def test_a_worker_that_stops_gives_back_what_is_under_way_and_ends_its_process(settings: Settings) -> None:
    job = asked()
    with JobRunner(settings, "one", wall_clock, does.takes_long).beside():
        until(lambda: queue.of(job.id).done > 0)
        assert queue.of(job.id).total == 600
    given_back = queue.of(job.id)
    assert (given_back.state, given_back.tries) == (JobState.QUEUED, 0)
    assert JobRunner(settings, "two", wall_clock, does.says_so).drain() == 1
    assert queue.of(job.id).state is JobState.DONE


def test_what_was_done_says_who_asked_for_it(settings: Settings) -> None:
    """In this process: what the command hands to another one is tried in tests/cli."""
    noor = Actor(ActorKind.PERSON, 7, "desk")
    queue.ask(JobKind.FREEZE, noor, wall_clock())
    job = jobs.take("one", wall_clock(), wall_clock() + progress.LEASE, 3)
    assert job
    handler = signal.getsignal(signal.SIGINT)
    job_kinds.do(settings, job.id, "one")
    signal.signal(signal.SIGINT, handler)
    done = queue.of(job.id)
    assert (done.state, dict(done.result)) == (JobState.DONE, {"blocks": 0, "pairs": 0, "waiting": 0})


def test_a_refusal_is_told_and_no_stack_trace(settings: Settings) -> None:
    queue.ask(JobKind.BUILD, COMMAND_LINE, wall_clock())
    job = jobs.take("one", wall_clock(), wall_clock() + progress.LEASE, 3)
    assert job
    handler = signal.getsignal(signal.SIGINT)
    job_kinds.do(settings, job.id, "one")
    signal.signal(signal.SIGINT, handler)
    refused = queue.of(job.id)
    assert refused.state is JobState.FAILED
    assert refused.refusal
    assert refused.refusal.reason is Reason.FOLDER_UNFIT


def test_a_page_sees_each_step_of_a_freeze_and_of_a_preview_while_the_worker_is_at_it(
    at_home: Settings,
) -> None:
    publishing = respondents.settings(at_home.folder, at_home.database_url)
    secret_key.tie(publishing, wall_clock())  # made-up links are of no key
    publishing.site_folder.mkdir(parents=True)
    respondents.answered_deals(40)
    assert steps_seen(publishing, JobKind.FREEZE) == list(STEPS[JobKind.FREEZE])
    assert steps_seen(publishing, JobKind.PREVIEW) == list(STEPS[JobKind.PREVIEW])
    told: list[JobStep] = []
    approvals.publish(publishing, wall_clock(), COMMAND_LINE, tell=told.append)
    assert told == list(STEPS[JobKind.PUBLISH])


def steps_seen(settings: Settings, kind: JobKind) -> list[JobStep]:
    """What somebody who looks again and again sees, each once, in order."""
    job = queue.ask(kind, COMMAND_LINE, wall_clock())
    seen: list[JobStep] = []
    with JobRunner(settings, "one", wall_clock, does.step_by_step).beside():
        until(lambda: note_step(job, seen) or not queue.of(job.id).is_open)
    return seen


def note_step(job: Job, seen: list[JobStep]) -> None:
    at = step_of(queue.of(job.id))
    if at and at[1] not in seen:
        seen.append(at[1])


def test_every_kind_has_its_work() -> None:
    assert set(job_kinds.WORK) == set(JobKind)
