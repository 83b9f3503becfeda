"""How far work is: kept by a thread beside it, with a connection of its own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread
from types import TracebackType
from typing import Final, Self

from kloof import storage
from kloof.storage import jobs

LEASE: Final = timedelta(minutes=2)
"""So long after its last sign of life what a worker did is taken by another. Longer than any transaction of a job."""
SECONDS_BETWEEN_LOOKS = 1.0
LOOKS_PER_SIGN: Final = 20
"""After so many looks the lease is renewed, also where nothing moved."""


class Progress:
    """Call it with how much is done, of how much; `with` it, the work stays this worker's until it is over.

    What is called only notes the numbers: it may be called as often as one likes, also within a transaction.
    """

    def __init__(self, number: int, worker: str, clock: Callable[[], datetime]) -> None:
        self._number, self._worker, self._clock = number, worker, clock
        self._now = self._kept = (0, 0)
        self._over = Event()
        self._thread = Thread(target=self._watch, name="progress", daemon=True)

    def __call__(self, done: int, total: int) -> None:
        self._now = (done, total)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        looks = 0
        while not self._over.wait(SECONDS_BETWEEN_LOOKS):
            looks += 1
            if self._now != self._kept or looks % LOOKS_PER_SIGN == 0:
                self._keep()
        storage.close_connection()

    def _keep(self) -> None:
        now = self._now
        try:
            storage.ensure_connected()
            jobs.keep(self._number, self._worker, self._clock() + LEASE, *now)
        except Exception as error:
            # A database that is away for a moment: the next look tries again, long before the lease ends.
            storage.drop_connection_after(error)
        else:
            self._kept = now
