"""Workers in processes of their own that are killed and replaced."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing.context import ForkServerProcess
from threading import Event

from cast.mails import NOON
from kloof import storage
from kloof.config import Settings
from kloof.mail.smtp import Smtp

WORKERS = 3
FAST = 240.0
"""The workers' clock runs this much faster, so that a lease of ten minutes takes five seconds."""


class InAHurry(Event):
    """What stops a worker; where it pauses, it does so for a tenth of the time, as its clock is fast."""

    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(timeout and timeout / 10)


_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["kloof.actions.mailing.worker", "kloof.mail.smtp", "kloof.storage"])


def fast_clock(started: float) -> Callable[[], datetime]:
    """Noon at the moment `started` (seconds since the epoch), and fast from there on."""
    return lambda: NOON + timedelta(seconds=(time.time() - started) * FAST)


class Crew:
    """Workers that are replaced when they are killed."""

    def __init__(self, settings: Settings, port: int, started: float) -> None:
        self.job = (settings, port, started)
        self.crew: list[ForkServerProcess] = []

    def __enter__(self) -> "Crew":
        self.crew = [self._hired() for _ in range(WORKERS)]
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.crew:
            process.kill()
            process.join()

    def _hired(self) -> ForkServerProcess:
        process = _processes.Process(target=_work, args=self.job, daemon=True)
        process.start()
        return process

    def kill_one(self, which: int) -> None:
        """Kill this one in the middle of whatever it does, and hire another."""
        victim = self.crew[which]
        assert victim.pid
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        self.crew[which] = self._hired()


def _work(settings: Settings, port: int, started: float) -> None:
    """One worker, as `kloof worker` runs it, until it is killed."""
    from kloof.actions.mailing.worker import work

    storage.open_database(settings.database_url)
    transport = Smtp(f"smtp://127.0.0.1:{port}", seconds_to_answer=1.0)
    work(settings, transport, fast_clock(started), InAHurry(), lambda _: None)
