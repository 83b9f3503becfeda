"""Work is taken by one worker at a time, and by another when the first is gone."""

from datetime import timedelta

import pytest

from cast.builders import NOW
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, ActorKind
from kloof.domain.errors import Reason, Refused
from kloof.domain.jobs.jobs import Job, JobKind
from kloof.domain.states import JobState
from kloof.storage import jobs

pytestmark = pytest.mark.usefixtures("either_database")

LEASE = timedelta(minutes=2)
LATER = NOW + LEASE
TRIES = 3
NOOR = Actor(ActorKind.PERSON, 7, "desk")


def asked(kind: JobKind = JobKind.FREEZE, **arguments: object) -> Job:
    return jobs.ask(kind, arguments, NOOR, NOW)


def taken(worker: str, now=NOW) -> Job | None:
    return jobs.take(worker, now, now + LEASE, TRIES)


def state(job: Job) -> JobState:
    found = jobs.find(job.id)
    assert found
    return found.state


def test_what_was_asked_for_is_taken_as_it_was_asked() -> None:
    job = asked(JobKind.BUILD, file="deals.csv", lines=3)
    found = taken("one")
    assert found
    assert (found.id, found.kind, found.who, found.asked_at) == (job.id, JobKind.BUILD, NOOR, NOW)
    assert (dict(found.arguments), found.state, found.tries) == (
        {"file": "deals.csv", "lines": 3},
        JobState.RUNNING,
        1,
    )


def test_asked_for_twice_it_is_done_once_until_it_is_over() -> None:
    first = asked()
    assert asked().id == first.id
    assert taken("one")
    assert asked().id == first.id
    jobs.end(first.id, "one", {}, NOW)
    assert asked().id != first.id


def test_with_other_arguments_it_is_other_work() -> None:
    assert asked(file="a").id != asked(file="b").id


def test_of_one_kind_one_runs_at_a_time_and_of_another_one_beside_it() -> None:
    asked(file="a"), asked(file="b"), asked(JobKind.BUILD)
    first, second = taken("one"), taken("two")
    assert first
    assert second
    assert (dict(first.arguments), second.kind) == ({"file": "a"}, JobKind.BUILD)
    assert taken("three") is None


def test_two_that_take_the_same_kind_at_once_do_not_both_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on PostgreSQL, where both may look before either has written."""
    asked(file="a"), asked(file="b")
    assert taken("one")
    blind = jobs.JobRow.kind.not_in([""])
    monkeypatch.setattr(type(jobs.JobRow.kind), "not_in", lambda *_: blind)
    assert taken("two") is None


def test_what_a_dead_worker_left_is_taken_again_once_its_lease_is_over() -> None:
    job = asked()
    taken("one")
    assert taken("two", LATER - timedelta(seconds=1)) is None
    again = taken("two", LATER)
    assert again
    assert (again.id, again.tries) == (job.id, 2)
    assert not jobs.end(job.id, "one", {"late": True}, LATER), "the first has nothing to say any more"
    assert jobs.end(job.id, "two", {"blocks": 3}, LATER)
    found = jobs.find(job.id)
    assert found
    assert dict(found.result) == {"blocks": 3}


def test_what_a_dead_worker_left_comes_before_what_was_asked_of_that_kind_before_it() -> None:
    first, second = asked(file="a"), asked(file="b")
    taken("one")
    jobs.let_go(first.id, "one", NOW, TRIES)
    jobs.JobRow.update(state="running", leased_by="two", lease_ends_at=NOW).where(
        jobs.JobRow.id == second.id
    ).execute()
    again = taken("three", LATER)
    assert again
    assert again.id == second.id


def test_a_sign_of_life_keeps_it_and_tells_how_far_it_is() -> None:
    job = asked()
    taken("one")
    assert jobs.keep(job.id, "one", LATER + LEASE, 3, 10)
    found = jobs.find(job.id)
    assert found
    assert (found.done, found.total) == (3, 10)
    assert taken("two", LATER) is None
    assert not jobs.keep(job.id, "two", LATER, 9, 10)


def test_what_kills_every_process_is_given_up_in_the_end() -> None:
    job = asked()
    for _ in range(TRIES):
        assert taken("one")
        jobs.let_go(job.id, "one", NOW, TRIES)
    assert state(job) is JobState.GIVEN_UP
    assert taken("one") is None


def test_what_kills_every_worker_is_given_up_in_the_end() -> None:
    job = asked()
    for number in range(TRIES):
        assert taken(f"worker {number}", NOW + number * LEASE)
    assert taken("the last", NOW + TRIES * LEASE) is None
    assert state(job) is JobState.GIVEN_UP


def test_a_worker_that_is_stopped_gives_it_back_and_no_try_is_lost() -> None:
    job = asked()
    taken("one")
    jobs.put_back(job.id, "one")
    again = taken("two")
    assert again
    assert (again.id, again.tries) == (job.id, 1)


def test_why_it_was_refused_is_kept() -> None:
    job = asked()
    taken("one")
    jobs.end(job.id, "one", Refused(Reason.NOT_CERTIFIED, "No.", remedy="Look."), NOW)
    found = jobs.find(job.id)
    assert found
    assert found.state is JobState.FAILED
    assert found.refusal
    assert (found.refusal.reason, str(found.refusal)) == (Reason.NOT_CERTIFIED, "No. Look.")


def test_the_last_of_each_kind_is_found_in_one_look() -> None:
    asked(file="a")
    newest, other = asked(file="b"), asked(JobKind.BUILD)
    found = jobs.latest([JobKind.FREEZE, JobKind.BUILD, JobKind.PUBLISH])
    assert {kind: job.id for kind, job in found.items()} == {
        JobKind.FREEZE: newest.id,
        JobKind.BUILD: other.id,
    }


def test_what_is_over_is_forgotten_after_a_while_and_what_is_open_is_not() -> None:
    over, opened = asked(file="a"), asked(file="b")
    taken("one")
    jobs.end(over.id, "one", {}, NOW)
    jobs.forget(NOW + timedelta(seconds=1))
    assert jobs.find(over.id) is None
    assert state(opened) is JobState.QUEUED


def test_the_command_line_may_ask_too() -> None:
    assert jobs.ask(JobKind.FREEZE, {}, COMMAND_LINE, NOW).who == COMMAND_LINE
