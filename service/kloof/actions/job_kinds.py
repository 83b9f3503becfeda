"""What each kind of job does, and one job from its beginning to its end."""

import logging
import os
import signal
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from kloof import storage
from kloof.actions import beforehand, health, person_data
from kloof.actions.clock import clock_of, refuse_if_jumped
from kloof.actions.deals import upload_work
from kloof.actions.deals.upload_work import Errand
from kloof.actions.jobs import queue
from kloof.actions.jobs.progress import Progress
from kloof.actions.mailing import at_desk
from kloof.actions.releases import approvals, freeze, outlook, preview, site
from kloof.actions.staff import fair_play
from kloof.actions.surveys.files import load_surveys
from kloof.config import Settings
from kloof.domain.errors import PERHAPS_OVER, KloofError, Reason, Refused
from kloof.domain.jobs.jobs import Job, JobKind
from kloof.domain.jobs.steps import StepTeller
from kloof.storage import jobs

log = logging.getLogger(__name__)

Facts = Mapping[str, Any]
"""What came of a job, in JSON values: counts and names of ours, never an answer."""
Report = Callable[[int, int], None]
"""Is told how much is done, of how much."""
Work = Callable[[Settings, Job, datetime, Report], Facts]


def _look(settings: Settings, job: Job, now: datetime, progress: Report) -> Facts:
    return outlook.look(settings, now)


def _freeze(settings: Settings, job: Job, now: datetime, progress: Report) -> Facts:
    done = freeze.freeze(settings, now, by=job.who, tell=StepTeller(job.kind, progress))
    queue.ask(JobKind.LOOK, job.who, now)
    return {"blocks": done.blocks, "pairs": done.pairs, "waiting": len(done.waiting)}


def _preview(settings: Settings, job: Job, now: datetime, progress: Report) -> Facts:
    proposal = preview.make(settings, now, job.who, StepTeller(job.kind, progress))
    return {"release": proposal.number if proposal else None}


def _publish(settings: Settings, job: Job, now: datetime, progress: Report) -> Facts:
    tell = StepTeller(job.kind, progress)
    done = approvals.publish(settings, now, job.who, digest=job.arguments["digest"], tell=tell)
    preview.clear(settings)
    queue.ask(JobKind.LOOK, job.who, now)
    return {"release": done.document.number if done.document else None, "told": done.told}


def _build(settings: Settings, job: Job, now: datetime, progress: Report) -> Facts:
    built = site.build_from_desk(settings, now, job.who, StepTeller(job.kind, progress))
    return {"pages": sum(1 for _ in built.rglob("*.html"))}


def _check_file(settings: Settings, job: Job, now: datetime, progress: Report) -> Facts:
    return upload_work.check(_errand(settings, job, now), job.arguments["upload"], progress)


def _load_file(settings: Settings, job: Job, now: datetime, progress: Report) -> Facts:
    return upload_work.load(_errand(settings, job, now), job.arguments["upload"], progress)


def _errand(settings: Settings, job: Job, now: datetime) -> Errand:
    return Errand(settings, partial(load_surveys, settings.surveys_folder), job.who, now)


def _count_steps(settings: Settings, job: Job, now: datetime, progress: Report) -> Facts:
    return {"deals": beforehand.count_steps(settings, now)}


def _count_reminders(settings: Settings, job: Job, now: datetime, progress: Report) -> Facts:
    return {"surveys": at_desk.count_reminders(now)}


def _count_fair_play(settings: Settings, job: Job, now: datetime, progress: Report) -> Facts:
    fair_play.count(settings, now)
    return {}  # how many stood apart when is not kept


def _check_up(settings: Settings, job: Job, now: datetime, progress: Report) -> Facts:
    return {"wrong": beforehand.check_up(settings, now)}


def _erase(settings: Settings, job: Job, now: datetime, progress: Report) -> Facts:
    person_data.finish(job.arguments["customer"], now)
    return {}


WORK: Final[Mapping[JobKind, Work]] = MappingProxyType(
    {
        JobKind.LOOK: _look,
        JobKind.FREEZE: _freeze,
        JobKind.PREVIEW: _preview,
        JobKind.PUBLISH: _publish,
        JobKind.BUILD: _build,
        JobKind.CHECK_FILE: _check_file,
        JobKind.LOAD_FILE: _load_file,
        JobKind.COUNT_STEPS: _count_steps,
        JobKind.COUNT_REMINDERS: _count_reminders,
        JobKind.COUNT_FAIR_PLAY: _count_fair_play,
        JobKind.CHECK_UP: _check_up,
        JobKind.ERASE: _erase,
    }
)


READ_BY_OTHERS: Final = frozenset({JobKind.PUBLISH, JobKind.BUILD})
"""They write files that a web server may have to read."""


def do(settings: Settings, number: int, worker: str, umask: int | None = None) -> None:
    """Do this job, which this worker took, in a process that is there for nothing else.

    umask: which rights to take from files that others may have to read; None for those that this process takes.

    What it was refused for is kept with it. A database that is away ends the process: the worker gives the job back.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the worker, which stops this
    storage.open_existing(settings.database_url, lambda: health.refuse_unless_it_fits(settings))
    try:
        _do(settings, number, worker, umask)
    except Exception as error:
        refusal = error if isinstance(error, KloofError) else storage.explained(error)
        if refusal is None:
            raise
        log.warning("Job %d is given back: %s", number, refusal)
        raise SystemExit(1) from None


def _do(settings: Settings, number: int, worker: str, umask: int | None) -> None:
    storage.ensure_connected()
    job, clock = jobs.find(number), clock_of(settings)
    if job is None:
        return
    if umask is not None and job.kind in READ_BY_OTHERS:
        os.umask(umask)
    with Progress(number, worker, clock) as progress:
        result = outcome(settings, job, clock(), progress)
    jobs.end(number, worker, result, clock())


def outcome(settings: Settings, job: Job, now: datetime, progress: Report) -> Facts | KloofError:
    """What comes of this job, or why it is refused. Raises what may be over when it is tried again."""
    try:
        refuse_if_jumped(settings, now)
        return WORK[job.kind](settings, job, now, progress)
    except Exception as error:
        refusal = error if isinstance(error, KloofError) else storage.explained(error)
        if refusal is None:
            log.exception("Job %d, %s, ended with this.", job.id, job.kind)
            return Refused(
                Reason.SURPRISE, "Something went wrong that nobody foresaw.", remedy="The log says what."
            )
        if refusal.reason in PERHAPS_OVER:
            raise
        return refusal
