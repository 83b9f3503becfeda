"""What the worker was asked for: taken by one worker for as long as its lease lasts."""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from peewee import IntegrityError, fn

from kloof.domain.access.audit_log import Actor, ActorKind
from kloof.domain.errors import KloofError
from kloof.domain.jobs.jobs import OPEN_JOBS, Job, JobKind
from kloof.domain.jobs.kept_refusals import as_values, from_values
from kloof.domain.states import JobState
from kloof.storage.database import transaction
from kloof.storage.models import Job as JobRow


def ask(kind: JobKind, arguments: Mapping[str, Any], who: Actor, now: datetime) -> Job:
    """This work queued; the work itself where it was asked for already and is not over."""
    asked = json.dumps(arguments, sort_keys=True, ensure_ascii=False)
    with transaction():
        row = JobRow.select().where(*_asked(kind, arguments)).order_by(JobRow.id).first()
        return _job(
            row
            or JobRow.create(
                kind=kind.value,
                arguments=asked,
                hand=who.hand.value,
                person=who.person,
                role=who.role,
                asked_at=now,
                state=JobState.QUEUED.value,
            )
        )


def find(number: int) -> Job | None:
    """This work; None where it is not there, or was forgotten."""
    row = JobRow.select().where(JobRow.id == number).first()
    return _job(row) if row else None


def latest(kinds: Collection[JobKind]) -> dict[JobKind, Job]:
    """The work of each of these kinds that was asked for last, in one query."""
    newest = JobRow.select(fn.MAX(JobRow.id)).where(JobRow.kind.in_(kinds)).group_by(JobRow.kind)
    found = map(_job, JobRow.select().where(JobRow.id.in_(newest)))
    return {job.kind: job for job in found}


def latest_done(kind: JobKind) -> Job | None:
    """The work of this kind that was done last; None where none ever was."""
    of = (JobRow.kind == kind.value, JobRow.state == JobState.DONE.value)
    row = JobRow.select().where(*of).order_by(JobRow.id.desc()).first()
    return _job(row) if row else None


def take(worker: str, now: datetime, until: datetime, most_tries: int) -> Job | None:
    """The oldest work that nobody does, for this worker until then; None where there is none.

    What another worker left behind is taken again, tried `most_tries` times at all. Of a kind of which one runs none is
    taken.
    """
    if not JobRow.select(JobRow.id).where(JobRow.state.in_(OPEN_JOBS)).exists():
        return None
    try:
        with transaction():
            return _taken(worker, now, until, most_tries)
    except IntegrityError:  # another worker has just taken one of this kind
        return None


def _taken(worker: str, now: datetime, until: datetime, most_tries: int) -> Job | None:
    runs = JobRow.state == JobState.RUNNING.value
    left = runs & (JobRow.lease_ends_at <= now)
    JobRow.update(state=JobState.GIVEN_UP.value, ended_at=now).where(
        left, JobRow.tries >= most_tries
    ).execute()
    busy = [row.kind for row in JobRow.select(JobRow.kind).where(runs, JobRow.lease_ends_at > now)]
    free = (left | (JobRow.state == JobState.QUEUED.value)) & JobRow.kind.not_in(busy)
    # What was left behind comes first: only one of its kind can run.
    row = JobRow.select().where(free).order_by(JobRow.state.desc(), JobRow.id).first()
    if row is None:
        return None
    JobRow.update(
        state=JobState.RUNNING.value,
        leased_by=worker,
        lease_ends_at=until,
        tries=row.tries + 1,
        started_at=now,
        done=0,
        total=0,
    ).where(JobRow.id == row.id).execute()
    return find(row.id)


def is_open(kind: JobKind, arguments: Mapping[str, Any]) -> bool:
    """Whether this was asked for and is not over."""
    return bool(JobRow.select(JobRow.id).where(*_asked(kind, arguments)).exists())


def drop(kind: JobKind, arguments: Mapping[str, Any]) -> None:
    """Nobody has to do this any more, nor to know of it; in the caller's transaction."""
    JobRow.delete().where(*_asked(kind, arguments)).execute()


def _asked(kind: JobKind, arguments: Mapping[str, Any]) -> tuple[Any, ...]:
    asked = json.dumps(arguments, sort_keys=True, ensure_ascii=False)
    return (JobRow.kind == kind.value, JobRow.arguments == asked, JobRow.state.in_(OPEN_JOBS))


def keep(number: int, worker: str, until: datetime, done: int, total: int) -> bool:
    """This worker keeps its work until then, and is so far; False where it is not its work any more."""
    return _step(number, worker, lease_ends_at=until, done=done, total=total)


def end(number: int, worker: str, result: Mapping[str, Any] | KloofError, now: datetime) -> bool:
    """It is done, with these facts, or was refused; False where it is not this worker's any more."""
    refused = isinstance(result, KloofError)
    to = JobState.FAILED if refused else JobState.DONE
    outcome = {"refusal": as_values(result)} if isinstance(result, KloofError) else {"result": dict(result)}
    return _step(
        number, worker, state=to.value, outcome=json.dumps(outcome, ensure_ascii=False), ended_at=now
    )


def let_go(number: int, worker: str, now: datetime, most_tries: int) -> bool:
    """Give back what this worker did not finish; after `most_tries` it is given up. False where it was over."""
    tried_out = JobRow.tries >= most_tries
    given_up = _step(number, worker, tried_out, state=JobState.GIVEN_UP.value, ended_at=now)
    return given_up or _step(number, worker, state=JobState.QUEUED.value, leased_by="", lease_ends_at=None)


def put_back(number: int, worker: str) -> None:
    """Give back what this worker was stopped in: that counts as no try."""
    _step(
        number,
        worker,
        state=JobState.QUEUED.value,
        leased_by="",
        lease_ends_at=None,
        tries=JobRow.tries - 1,
    )


def forget(asked_before: datetime, kinds: Collection[JobKind] = tuple(JobKind)) -> None:
    """Forget what is over and was asked for before then, of these kinds."""
    over = (JobRow.asked_at < asked_before, JobRow.state.not_in(OPEN_JOBS))
    JobRow.delete().where(JobRow.kind.in_([kind.value for kind in kinds]), *over).execute()


def _step(number: int, worker: str, *only: Any, **to: Any) -> bool:
    mine = (JobRow.id == number, JobRow.leased_by == worker, JobRow.state == JobState.RUNNING.value)
    with transaction():
        return bool(JobRow.update(**to).where(*mine, *only).execute())


def _job(row: JobRow) -> Job:
    outcome = json.loads(row.outcome)
    return Job(
        id=row.id,
        kind=JobKind(row.kind),
        arguments=json.loads(row.arguments),
        who=Actor(ActorKind(row.hand), row.person, row.role),
        asked_at=row.asked_at,
        state=JobState(row.state),
        done=row.done,
        total=row.total,
        tries=row.tries,
        started_at=row.started_at,
        ended_at=row.ended_at,
        result=outcome.get("result", {}),
        refusal=from_values(outcome["refusal"]) if "refusal" in outcome else None,
    )
