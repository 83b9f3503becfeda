"""The loop behind `kloof worker`: rounds of mail, and once a minute what time brings."""

import logging
import os
import secrets
import socket
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from kloof import storage
from kloof.actions.clock import UNKNOWN, Running, Watch, refuse_if_jumped, running
from kloof.actions.mailing.batches import RoundResult
from kloof.actions.mailing.dispatch import LEASE, Dispatch
from kloof.actions.mailing.outbox import catch_up
from kloof.actions.mailing.steps import is_the_database
from kloof.config import Settings
from kloof.domain.errors import KloofError, Reason
from kloof.domain.mailing.server_words import About
from kloof.mail import Transport, TransportError
from kloof.storage.mailing import last_worked

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BETWEEN_CATCH_UPS = 60.0
LONGEST_PAUSE = 60.0
"""While the mail server cannot be worked with."""
LONGEST_PAUSE_WHEN_REFUSED = 900.0
"""While the mail server refuses us: it counts every try, and some lock out who keeps trying."""
LONGEST_WAIT = 10.0
"""While it is the database, or the clock."""

log = logging.getLogger(__name__)


def name_of_this_worker() -> str:
    """A name that no worker had before: a process number alone comes back."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


CatchUp = Callable[[Settings, datetime], None]


def work_once(
    settings: Settings,
    transport: Transport,
    clock: Callable[[], datetime],
    lease: timedelta = LEASE,
    machine: Running = UNKNOWN,
    also: CatchUp = catch_up,
) -> RoundResult:
    """Do everything that is due now, and end. Raises Refused where the clock jumped since a worker last worked.

    `also` does what time brings; what fails of it is raised when the mail has gone out.
    """
    refuse_if_jumped(settings, clock(), machine=machine)
    failed = _caught_up(also, settings, clock())
    last_worked.note(clock(), *machine)
    try:
        result = Dispatch(settings, transport, name_of_this_worker(), clock, lease=lease).round()
    finally:
        transport.close()
    if failed:
        raise failed
    return result


def work(
    settings: Settings,
    transport: Transport,
    clock: Callable[[], datetime],
    stop: Event,
    say: Callable[[str], None],
    lease: timedelta = LEASE,
    machine: Callable[[], Running] = running,
    also: CatchUp = catch_up,
) -> None:
    """Work until `stop` is set; the mail under way is finished first. `say` gets a line at news.

    `also` does what time brings. `machine` counts seconds and cannot be set: while the clock disagrees with it by a
    day, nothing is done. Raises Refused once a newer kloof has migrated the database.
    """
    dispatch = Dispatch(settings, transport, name_of_this_worker(), clock, lease=lease)
    watch, caught_up_at, pause = Watch(settings, machine), None, SECONDS_BETWEEN_LOOKS
    told: Reason | None = None
    while not stop.is_set():
        try:
            watch.look(clock())
            here = machine()
            if caught_up_at is None or here.seconds - caught_up_at >= SECONDS_BETWEEN_CATCH_UPS:
                _caught_up(also, settings, clock())
                last_worked.note(clock(), *here)
                caught_up_at = here.seconds
            result = dispatch.round(stop.is_set)
            trouble: Exception | None = result.trouble
            # A server that takes some of the mail is asked again as soon as one that takes all of it.
            pause = SECONDS_BETWEEN_LOOKS if result.sent else pause
            _report(result, say)
            told = None
        except Exception as error:
            # Whatever it is, mail must go on when it is over: most often a database that restarts.
            trouble = refusal = error if isinstance(error, KloofError) else storage.explained(error)
            storage.drop_connection_after(error)
            if refusal is None:
                log.exception("The worker goes on after this.")
                trouble = error
            elif refusal.reason is Reason.DATABASE_AHEAD:
                # It does not pass by itself, and whoever starts this worker again starts the new one.
                transport.close()
                raise refusal from None
            elif refusal.reason is not told:
                told = refusal.reason
                say(str(refusal))
        pause = _longer(pause, trouble) if trouble else SECONDS_BETWEEN_LOOKS
        stop.wait(pause)
    transport.close()


def _caught_up(also: CatchUp, settings: Settings, now: datetime) -> Exception | None:
    """Do what time brings; gives what failed of it. Mail goes out all the same, unless it is the database, which is
    raised.
    """
    try:
        also(settings, now)
    except Exception as error:
        if is_the_database(error):
            raise
        log.exception("Not all that time brings was done. Mail goes out; the rest is tried again.")
        storage.drop_connection_after(error)
        return error
    return None


def _longer(pause: float, trouble: Exception) -> float:
    if not isinstance(trouble, TransportError):
        return min(pause * 2, LONGEST_WAIT)
    return min(pause * 2, LONGEST_PAUSE_WHEN_REFUSED if trouble.about is About.US else LONGEST_PAUSE)


def _report(result: RoundResult, say: Callable[[str], None]) -> None:
    if result.trouble:
        say(str(result.trouble))
    counts = [
        f"{count} {what}" for what, count in result.as_dict().items() if isinstance(count, int) and count
    ]
    if counts:
        say(", ".join(counts))
