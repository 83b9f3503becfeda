"""What a job's process may do, as functions of a module: the process that does it imports them."""

import os
import signal
import time
from datetime import datetime

from kloof import storage
from kloof.actions import job_kinds
from kloof.actions.clock import wall_clock
from kloof.actions.jobs.progress import LEASE, Progress
from kloof.config import Settings
from kloof.storage import jobs


def says_so(settings: Settings, number: int, worker: str) -> None:
    """Done at once."""
    storage.open_database(settings.database_url)
    jobs.end(number, worker, {"process": os.getpid()}, wall_clock())


def dies(settings: Settings, number: int, worker: str) -> None:
    """Killed before it could say anything."""
    os.kill(os.getpid(), signal.SIGKILL)


def takes_long(settings: Settings, number: int, worker: str) -> None:
    """A minute, a hundredth every hundredth of it; its sign that it began is its progress."""
    storage.open_database(settings.database_url)
    with Progress(number, worker, wall_clock) as progress:
        for step in range(1, 601):
            progress(step, 600)
            time.sleep(0.1)
    jobs.end(number, worker, {}, wall_clock())


def done_here(settings: Settings, now: datetime) -> None:
    """All that was asked for is done in this process, one after the other."""
    while job := jobs.take("here", now, now + LEASE, 3):
        jobs.end(job.id, "here", job_kinds.outcome(settings, job, now, lambda done, total: None), now)


def step_by_step(settings: Settings, number: int, worker: str) -> None:
    """As the worker does it, slowly enough that each step can be seen from outside."""

    class Slow(Progress):
        def __call__(self, done: int, total: int) -> None:
            super().__call__(done, total)
            self._keep()
            time.sleep(0.3)

    vars(job_kinds)["Progress"] = Slow
    job_kinds.do(settings, number, worker)
