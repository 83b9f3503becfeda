"""The loop behind `kloof worker`: rounds of mail, and once a minute what time brings."""

import logging
import os
import secrets
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from kloof import storage
from kloof.actions.mailing.batches import RoundResult
from kloof.actions.mailing.dispatch import LEASE, Dispatch
from kloof.actions.mailing.outbox import catch_up
from kloof.config import Settings
from kloof.domain.errors import Refused
from kloof.domain.mailing.server_words import About
from kloof.mail import Transport, TransportError

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BETWEEN_CATCH_UPS = 60.0
LONGEST_PAUSE = 60.0
"""While the mail server or the database cannot be worked with."""
LONGEST_PAUSE_WHEN_REFUSED = 900.0
"""While the mail server refuses us: it counts every try, and some lock out who keeps trying."""

log = logging.getLogger(__name__)


def name_of_this_worker() -> str:
    """A name that no worker had before: a process number alone comes back."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def work_once(
    settings: Settings, transport: Transport, clock: Callable[[], datetime], lease: timedelta = LEASE
) -> RoundResult:
    """Do everything that is due now, and end."""
    catch_up(settings, clock())
    try:
        return Dispatch(settings, transport, name_of_this_worker(), clock, lease=lease).round()
    finally:
        transport.close()


def work(
    settings: Settings,
    transport: Transport,
    clock: Callable[[], datetime],
    stop: Event,
    say: Callable[[str], None],
    lease: timedelta = LEASE,
) -> None:
    """Work until `stop` is set; the mail under way is finished first. `say` gets a line at news."""
    dispatch = Dispatch(settings, transport, name_of_this_worker(), clock, lease=lease)
    next_catch_up, pause = clock(), SECONDS_BETWEEN_LOOKS
    while not stop.is_set():
        try:
            if clock() >= next_catch_up:
                catch_up(settings, clock())
                next_catch_up = clock() + timedelta(seconds=SECONDS_BETWEEN_CATCH_UPS)
            result = dispatch.round(stop.is_set)
            trouble: Exception | None = result.trouble
            _report(result, say)
        except Exception as error:
            # Whatever it is, mail must go on when it is over: most often a database that restarts.
            storage.drop_connection_after(error)
            _tell(error, say)
            trouble = error
        pause = _longer(pause, trouble) if trouble else SECONDS_BETWEEN_LOOKS
        stop.wait(pause)
    transport.close()


def _longer(pause: float, trouble: Exception) -> float:
    refused = isinstance(trouble, TransportError) and trouble.about is About.US
    return min(pause * 2, LONGEST_PAUSE_WHEN_REFUSED if refused else LONGEST_PAUSE)


def _tell(error: Exception, say: Callable[[str], None]) -> None:
    """One sentence where it is the database that does not answer; else all that a mender needs, in the log."""
    try:
        storage.refuse_unless_it_answers()
    except Refused as silent:
        say(str(silent))
    else:
        log.error("The worker goes on after this.", exc_info=error)


def _report(result: RoundResult, say: Callable[[str], None]) -> None:
    if result.trouble:
        say(str(result.trouble))
    counts = [
        f"{count} {what}" for what, count in result.as_dict().items() if isinstance(count, int) and count
    ]
    if counts:
        say(", ".join(counts))
