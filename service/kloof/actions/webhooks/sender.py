"""The worker's third hand: events go out while mail goes out, each endpoint by itself, so that none waits for another.

What is under way is leased: a worker that is killed leaves it to the next one, with the same id. So an event comes at
least once, and in no order that anybody can rely on.
"""

import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Final
from urllib.parse import urlsplit

from kloof import storage
from kloof.actions.clock import Watch
from kloof.actions.former_keys import unsealed
from kloof.actions.webhooks.composing import Posting, postings
from kloof.actions.webhooks.posting import PostReply, Resolver, WayOut, addresses_of, post
from kloof.actions.webhooks.trust import way_out
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, AuditAction
from kloof.domain.errors import KloofError
from kloof.domain.webhooks.endpoints import (
    GIVE_UP,
    DeliveryState,
    EndpointKind,
    EndpointState,
    wait_before_next,
)
from kloof.storage.access import audit_log
from kloof.storage.webhooks import endpoints, outbox

LEASE = timedelta(seconds=30)
"""Longer than the longest POST after a third of it: only then is one begun."""
AT_ONCE: Final = 20
TOGETHER: Final = 500
"""Events of a chat that are put into words together."""
MOST_LINES: Final = 8
SECONDS_BETWEEN_LOOKS: Final = 1.0
LONGEST_WAIT: Final = 10.0
GONE: Final = "gone"
FAILED_FOR_DAYS: Final = "failed"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Tried:
    posting: Posting
    reply: PostReply
    at: datetime


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """What was taken for an endpoint: each delivery with how often it was tried before."""

    place: int
    attempts: dict[int, int]
    tries: "Future[list[_Tried]]"


class WebhookSender:
    """Sends for one worker. Only this object's own thread touches the database; others only post."""

    def __init__(
        self,
        settings: Settings,
        worker: str,
        clock: Callable[[], datetime],
        *,
        lease: timedelta | None = None,
        resolve: Resolver = addresses_of,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._settings, self._worker, self._clock, self._chance = settings, worker, clock, chance
        self._lease = lease or LEASE
        self._watch = Watch(settings)
        self._way = way_out(settings, resolve)
        self._under_way: dict[int, _UnderWay] = {}
        self._sent, self._stop = 0, Event()

    def drain(self) -> int:
        """Send what is due until nothing is; how many deliveries were taken."""
        before = self._sent
        with ThreadPoolExecutor(MOST_LINES) as lines:
            while self._look(lines):
                pass
        return self._sent - before

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Events go out during the block, by a thread."""
        thread = Thread(target=self._run, args=(self._stop,), name="webhooks", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stop.set()
            thread.join()

    def _run(self, stop: Event) -> None:
        pause = SECONDS_BETWEEN_LOOKS
        with ThreadPoolExecutor(MOST_LINES) as lines:
            while not stop.is_set():
                try:
                    if not self._look(lines):
                        stop.wait(SECONDS_BETWEEN_LOOKS)
                    pause = SECONDS_BETWEEN_LOOKS
                except Exception as error:
                    # The mail beside it says what is wrong with the database, or with the clock.
                    if not isinstance(error, KloofError) and storage.explained(error) is None:
                        log.exception("The worker goes on after this.")
                    storage.drop_connection_after(error)
                    stop.wait(pause)
                    pause = min(pause * 2, LONGEST_WAIT)
        # What is over by now is written down; a lease ends by itself for what could not be.
        try:
            self._settle_what_is_over()
        except Exception as error:
            storage.drop_connection_after(error)
        storage.close_connection()

    def _look(self, lines: ThreadPoolExecutor) -> bool:
        """Take what is due, wait a moment for what is under way; False where nothing is."""
        storage.ensure_connected()
        now = self._clock()
        self._watch.look(now)
        for place, failures in outbox.ready(now):
            if place not in self._under_way:
                self._begin(place, failures, now, lines)
        if not self._under_way:
            return False
        wait(
            [one.tries for one in self._under_way.values()],
            SECONDS_BETWEEN_LOOKS,
            return_when=FIRST_COMPLETED,
        )
        self._settle_what_is_over()
        return True

    def _begin(self, place: int, failures: int, now: datetime, lines: ThreadPoolExecutor) -> None:
        found, sealed = endpoints.by_number(place, now), endpoints.sealed_of(place)
        if found is None or sealed is None:
            return
        standard = found.kind is EndpointKind.STANDARD
        most = (1 if failures else AT_ONCE) if standard else TOGETHER
        with storage.transaction():
            taken = outbox.take(place, self._worker, now, now + self._lease, most)
        if taken:
            made = postings(self._settings, found.kind, self._signers(sealed, now), taken)
            address = unsealed(self._settings.secret_key, sealed.address)
            until = time.monotonic() + self._lease.total_seconds() / 3
            tries = lines.submit(_all_posted, address, made, self._way, self._clock, until, self._stop)
            self._under_way[place] = _UnderWay(place, {one.id: one.attempts for one in taken}, tries)

    def _signers(self, sealed: endpoints.Sealed, now: datetime) -> list[str]:
        both = sealed.former_until is not None and now < sealed.former_until
        kept = (sealed.secret, sealed.former if both else "")
        return [unsealed(self._settings.secret_key, one) for one in kept if one]

    def _settle_what_is_over(self) -> None:
        for one in [one for one in self._under_way.values() if one.tries.done()]:
            # Whatever comes of writing it down: another look takes it again once the lease is over.
            del self._under_way[one.place]
            self._settle(one)

    def _settle(self, done: _UnderWay) -> None:
        tried = done.tries.result()
        left = set(done.attempts)
        with storage.transaction():
            for one in tried:
                for number in one.posting.deliveries:
                    left.discard(number)
                    self._write(number, done.attempts[number], one)
                self._judge(done.place, one)
            outbox.release(sorted(left), self._worker)
        self._sent += len(done.attempts) - len(left)

    def _write(self, number: int, before: int, one: _Tried) -> None:
        reply, pause = one.reply, None
        if not (reply.is_success or reply.is_gone):
            pause = wait_before_next(before + 1, self._chance())
        state = (
            DeliveryState.DELIVERED
            if reply.is_success
            else DeliveryState.FAILED
            if pause is None
            else DeliveryState.WAITING
        )
        due_at = one.at + (pause or timedelta(0))
        outbox.settle(number, self._worker, state, reply.status, reply.text, one.at, due_at)

    def _judge(self, place: int, one: _Tried) -> None:
        """What a try says about the endpoint itself."""
        if one.reply.is_success:
            endpoints.took(place)
            return
        since = endpoints.failed(place, one.at)
        why = GONE if one.reply.is_gone else FAILED_FOR_DAYS if one.at - since >= GIVE_UP else ""
        if why and endpoints.set_state(place, EndpointState.DISABLED, why):
            audit_log.write(
                COMMAND_LINE, AuditAction.WEBHOOK_DISABLED, one.at, detail=f"webhook {place}, {why}"
            )


def _all_posted(
    address: str,
    made: Sequence[Callable[[datetime], Posting]],
    way: WayOut,
    clock: Callable[[], datetime],
    until: float,
    stop: Event,
) -> list[_Tried]:
    """Post one after another, until one is not taken, the time for beginning one is over, or the worker stops."""
    done: list[_Tried] = []
    to = urlsplit(address)
    for make in made:
        if done and (stop.is_set() or time.monotonic() >= until or not done[-1].reply.is_success):
            break
        posting = make(clock())
        reply = post(to, posting.body, posting.headers, way)
        done.append(_Tried(posting, reply, clock()))
    return done
