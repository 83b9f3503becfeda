"""The worker's other hand: one job at a time, in a process of its own, while mail goes on.

A process gives back the memory that numpy took, and one that dies takes no mail with it.
"""

import logging
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.process import BaseProcess
from threading import Event, Thread
from typing import Final

from kloof import storage
from kloof.actions.clock import Watch, seconds_running
from kloof.actions.jobs.progress import LEASE
from kloof.config import Settings
from kloof.domain.errors import KloofError
from kloof.storage import jobs

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BETWEEN_ASKS: Final = 60.0
LONGEST_WAIT: Final = 10.0
"""While the database is away, or the clock jumped."""
SECONDS_TO_END: Final = 5.0
MOST_TRIES: Final = 3
"""A job whose process died so often is given up: it would die again."""

log = logging.getLogger(__name__)

Does = Callable[[Settings, int, str], None]
"""Does the work of this number for the worker of this name, in a process of its own."""


@dataclass(slots=True)
class _UnderWay:
    number: int
    process: BaseProcess


class JobRunner:
    """Takes jobs for one worker. `does` has to be a function of a module: another process imports it.

    ask: asks for what time brings; it is called once a minute.
    """

    def __init__(
        self,
        settings: Settings,
        worker: str,
        clock: Callable[[], datetime],
        does: Does,
        ask: Callable[[datetime], None] = lambda now: None,
    ) -> None:
        self._settings, self._worker, self._clock, self._does = settings, worker, clock, does
        self._ask, self._asked_at = ask, -SECONDS_BETWEEN_ASKS
        self._watch = Watch(settings)
        self._now: _UnderWay | None = None
        self._processes = multiprocessing.get_context("spawn")

    def drain(self) -> int:
        """Do what was asked for until nothing is left; how many jobs that were."""
        done = 0
        while self._look():
            done += 1
            if self._now:
                self._now.process.join()
        return done

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Jobs are taken during the block, by a thread; what is not over at its end is given back."""
        stop = Event()
        thread = Thread(target=self._run, args=(stop,), name="jobs", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _run(self, stop: Event) -> None:
        pause = SECONDS_BETWEEN_LOOKS
        while not stop.wait(pause):
            try:
                self._look()
                pause = SECONDS_BETWEEN_LOOKS
            except Exception as error:
                # The mail beside it says what is wrong with the database, or with the clock.
                if not isinstance(error, KloofError) and storage.explained(error) is None:
                    log.exception("The worker goes on after this.")
                storage.drop_connection_after(error)
                pause = min(pause * 2, LONGEST_WAIT)
        self._stop()
        storage.close_connection()

    def _look(self) -> bool:
        """Whether a job is under way: the one that was, or the next."""
        if self._now and self._now.process.is_alive():
            return True
        storage.ensure_connected()
        if self._now:
            # Over, and it said so itself; or it died, and says nothing any more.
            jobs.let_go(self._now.number, self._worker, self._clock(), MOST_TRIES)
            self._now.process.join()
            self._now.process.close()
            self._now = None
        now = self._clock()
        self._watch.look(now)
        if (running := seconds_running()) - self._asked_at >= SECONDS_BETWEEN_ASKS:
            self._ask(now)
            self._asked_at = running
        job = jobs.take(self._worker, now, now + LEASE, MOST_TRIES)
        if job is None:
            return False
        process = self._processes.Process(
            target=self._does,
            args=(self._settings, job.id, self._worker),
            name=f"job-{job.kind}",
            daemon=True,
        )
        process.start()
        self._now = _UnderWay(job.id, process)
        return True

    def _stop(self) -> None:
        """End the process of the job under way: whoever works next begins it anew."""
        if self._now is None:
            return
        process = self._now.process
        process.terminate()
        process.join(SECONDS_TO_END)
        if process.is_alive():
            process.kill()
            process.join()
        try:
            jobs.put_back(self._now.number, self._worker)
        except Exception as error:  # its lease ends by itself
            storage.drop_connection_after(error)
