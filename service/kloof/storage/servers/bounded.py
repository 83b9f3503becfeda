"""A connection to PostgreSQL that waits for an answer no longer than it was told, whatever the server does.

A server that hangs keeps no time-out of its own, and its machine still acknowledges every packet.
"""

import select
import time
from collections.abc import Generator
from contextlib import suppress
from typing import Any, Final

import psycopg

SECONDS_TO_CANCEL: Final = 1.0
MOST_WORDS: Final = 20
"""As often is what arrived taken; a server that stops needs two."""


class NoAnswerError(psycopg.OperationalError):
    """A statement had no answer in time. Its connection is closed; whether it was carried out is not known."""


class _DoneError(Exception):
    """The driver has its answer."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Bounded(psycopg.Connection[Any]):
    """patience: seconds for each answer; 0 is for ever."""

    patience = 0.0

    def wait(self, gen: Any, *how: Any, **more: Any) -> Any:
        return super().wait(self._bounded(gen) if self.patience else gen, *how, **more)

    def _bounded(self, asking: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Passes on what the driver waits for, which comes back a few times a second even while nothing arrives."""
        try:
            ready = yield next(asking)
            ready = yield from self._passed_on(asking, ready, self.patience)
            # What is only slow is called off, and the server says so; one that hangs says nothing.
            with suppress(psycopg.Error):
                self.cancel_safe(timeout=SECONDS_TO_CANCEL)
            yield from self._passed_on(asking, ready, SECONDS_TO_CANCEL)
        except StopIteration as done:
            return done.value
        except _DoneError as done:
            return done.value
        self.pgconn.finish()
        raise NoAnswerError(f"no answer within {self.patience:g} seconds")

    @staticmethod
    def _passed_on(asking: Generator[Any, Any, Any], ready: Any, seconds: float) -> Generator[Any, Any, Any]:
        """Until nothing arrived for so many seconds; raises _DoneError with what the driver got."""
        deadline = time.monotonic() + seconds
        while ready or time.monotonic() < deadline:
            if ready:
                deadline = time.monotonic() + seconds
            try:
                wanted = asking.send(ready)
            except StopIteration as done:
                raise _DoneError(done.value) from None
            ready = yield wanted
        return ready

    def take_in(self) -> None:
        """Take what has arrived between two questions; after the last words of a server the connection is closed."""
        for _ in range(MOST_WORDS):
            if not select.select([self.pgconn.socket], [], [], 0)[0]:
                return
            try:
                self.pgconn.consume_input()
                self.pgconn.notifies()
            except psycopg.OperationalError:
                self.pgconn.finish()
                return

    def prove(self, seconds: float) -> None:
        """Raises NoAnswerError where nothing is answered within so many seconds; what is cut is closed."""
        before, self.patience = self.patience, seconds
        try:
            self.execute("SELECT 1")
        except NoAnswerError:
            raise
        except psycopg.OperationalError:
            self.pgconn.finish()
        finally:
            self.patience = before


def opened(patience: float, **told: Any) -> Bounded:
    """A connection that commits each statement by itself. Raises what psycopg does where there is none."""
    connection = Bounded.connect(**told, autocommit=True)
    connection.patience = patience
    return connection
