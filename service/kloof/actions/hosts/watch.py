"""Beside each process of a machine that shares its database: it is there, like the others, and has what they made."""

import logging
from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread
from typing import Final

from kloof import storage
from kloof.actions.clock import seconds_running
from kloof.actions.company_files import agreed
from kloof.actions.hosts import joining
from kloof.actions.releases import shared
from kloof.config import Settings
from kloof.domain.errors import KloofError, Reason
from kloof.domain.hosts import HostPart

SECONDS_BETWEEN_LOOKS: Final = 5.0
SECONDS_BETWEEN_BEATS: Final = 30.0

log = logging.getLogger(__name__)


class HostWatch(Thread):
    """A thread of a web or a worker. stop: ends that, where this machine turns out to differ from another; then
    `refusal` says in what.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], datetime],
        stop: Callable[[], None],
        part: HostPart = HostPart.WEB,
    ) -> None:
        super().__init__(name="host-watch", daemon=True)
        self._settings, self._clock, self._stop, self._part = settings, clock, stop, part
        self.refusal: KloofError | None = None
        self._joined, self._beat_at = False, 0.0
        self._said: Reason | None = None

    def run(self) -> None:
        pause = Event()
        while True:
            try:
                self.look()
                self._said = None
            except Exception as error:
                self._tell(error)
                storage.drop_connection_after(error)
            pause.wait(SECONDS_BETWEEN_LOOKS)

    def look(self) -> None:
        """Once: say that we are here, and take what others made."""
        storage.ensure_connected()
        if not self._joined:
            joining.join(self._settings, self._part, self._clock())
            self._joined, self._beat_at = True, seconds_running()
        if seconds_running() - self._beat_at >= SECONDS_BETWEEN_BEATS:
            joining.beat(self._settings, self._part, self._clock())
            self._beat_at = seconds_running()
        agreed.bring(self._settings)
        joining.heed_what_was_accepted(self._settings, self._part, self._clock())
        shared.bring(self._settings)

    def _tell(self, error: Exception) -> None:
        refusal = error if isinstance(error, KloofError) else storage.explained(error)
        if refusal is None:
            log.exception("The %s goes on after this.", self._part)
        elif refusal.reason is not self._said:
            self._said = refusal.reason
            log.error("%s", refusal)
        if refusal is not None and refusal.reason is Reason.HOST_DIFFERS:
            self.refusal = refusal
            self._stop()
