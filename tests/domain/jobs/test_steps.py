"""How far long work is: by named steps, forward only."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.access.audit_log import COMMAND_LINE
from kloof.domain.jobs.jobs import Job, JobKind
from kloof.domain.jobs.steps import PARTS, STEPS, JobStep, StepTeller, step_of
from kloof.domain.states import JobState


def job(kind: JobKind, done: int, total: int) -> Job:
    asked_at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    return Job(1, kind, {}, COMMAND_LINE, asked_at, JobState.RUNNING, done=done, total=total)


@pytest.mark.parametrize("kind", STEPS, ids=str)
def test_every_step_that_is_told_is_the_step_that_is_read(kind: JobKind) -> None:
    told: list[tuple[int, int]] = []
    tell = StepTeller(kind, lambda done, total: told.append((done, total)))
    read = []
    for step in STEPS[kind]:
        tell(step)
        tell(step, 0.999)
        read += [step_of(job(kind, *far)) for far in told[-2:]]
    assert read == [(number, step) for number, step in enumerate(STEPS[kind], start=1) for _ in range(2)]
    assert all(done < total for done, total in told), "full is what is over"


@given(st.sampled_from(sorted(STEPS)), st.lists(st.tuples(st.sampled_from(JobStep), st.floats(0, 1))))
def test_a_bar_never_goes_back_whatever_is_done_anew(
    kind: JobKind, calls: list[tuple[JobStep, float]]
) -> None:
    told: list[int] = []
    tell = StepTeller(kind, lambda done, total: told.append(done))
    for step, share in calls:
        tell(step, share)
    assert told == sorted(set(told))
    assert all(0 <= done < PARTS * len(STEPS[kind]) for done in told)


def test_work_that_counts_what_it_does_has_no_steps() -> None:
    assert step_of(job(JobKind.LOAD_FILE, 3, 300)) is None
    assert step_of(job(JobKind.FREEZE, 0, 0)) is None
