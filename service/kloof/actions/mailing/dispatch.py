"""One worker's rounds: take what is due, send it, and write down what became of it."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from kloof import storage
from kloof.actions.mailing.batches import Batches, RoundResult
from kloof.actions.mailing.prefetch import MailPrefetcher, PreparedMail
from kloof.config import Settings
from kloof.domain.mailing import schedule
from kloof.domain.mailing.messages import Accepted, Outgoing
from kloof.domain.states import MessageState
from kloof.mail import Fate, MailRenderer, Transport, TransportError
from kloof.storage.mailing import leasing, sending

LEASE = timedelta(minutes=10)
"""Longer than the longest SMTP conversation: after it, whoever held a message is gone."""
BATCH = 100
PATIENCE = timedelta(seconds=10)
"""How long a batch may take: what is urgent, as a mail to sign in with, waits for no more than that."""


class Dispatch:
    """One worker: takes what is due in small batches, sends each mail, and writes down what became of it."""

    def __init__(
        self,
        settings: Settings,
        transport: Transport,
        worker: str,
        clock: Callable[[], datetime],
        *,
        lease: timedelta = LEASE,
        batch: int = BATCH,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.transport = transport
        self.worker = worker
        self.clock = clock
        self.lease = lease
        self.chance = chance
        self.renderer = MailRenderer(settings)
        self.batches = Batches(settings, worker, clock, lease, batch)

    def round(self, stopping: Callable[[], bool] = lambda: False) -> RoundResult:
        """Send what is due now, until nothing is, the server cannot be worked with, or it has to stop."""
        result = RoundResult()
        while not stopping() and result.trouble is None:
            mails = self.batches.take(result)
            if mails is None:
                break
            self._send_all(mails, result, stopping)
        return result

    def _send_all(self, mails: list[Outgoing], result: RoundResult, stopping: Callable[[], bool]) -> None:
        """Send a batch, or as much of it as the time allows. What one mail came to is committed together with the
        `sending` of the next.
        """
        prefetcher = MailPrefetcher(self.renderer, mails, self.worker, self.clock, result)
        left, until = {mail.id for mail in mails}, self.clock() + PATIENCE
        done: Accepted | None = None
        try:
            while made := prefetcher.next():
                if stopping() or result.trouble or self.clock() > until or not self._may_go(made.mail):
                    break
                began, done = self._begin(made.mail, done, result), None
                if began:
                    left.discard(made.mail.id)
                    done = self._send(made, prefetcher.prepare, result)
        finally:
            with storage.transaction():
                if done:
                    sending.keep(done, self.worker)
                    result.sent += 1
                if left:
                    leasing.release(left, self.worker)

    def _may_go(self, mail: Outgoing) -> bool:
        return not mail.kind.to_customer or self.batches.hours_of(mail).open_until(self.clock()) is not None

    def _begin(self, mail: Outgoing, done: Accepted | None, result: RoundResult) -> bool:
        """Commit that this mail is being sent, before a word of it leaves."""
        now = self.clock()
        began = sending.turn(done, mail, self.worker, now + self.lease, now)
        result.sent += done is not None
        return began

    def _send(
        self, made: PreparedMail, meanwhile: Callable[[], None], result: RoundResult
    ) -> Accepted | None:
        rendered = made.rendered
        try:
            reply = self.transport.send(rendered.sender, rendered.recipient, rendered.data, meanwhile)
        except TransportError as error:
            self._settle(made.mail, error, result)
            return None
        return Accepted(made.mail, reply, made.closes_at, self.clock())

    def _settle(self, mail: Outgoing, error: TransportError, result: RoundResult) -> None:
        """Try again later, give up, or hold: the error carries the decision."""
        now, tries, due_at = self.clock(), mail.attempts + 1, None
        said = str(error)
        if error.fate is Fate.STOP:
            to = MessageState.FAILED
            result.failed += 1
        elif error.fate is Fate.UNKNOWN or tries >= schedule.MOST_TRIES:
            to = MessageState.HELD
            result.held += 1
            said = said if error.fate is Fate.UNKNOWN else f"Tried {tries} times. {said}"
        else:
            to = MessageState.QUEUED
            result.again += 1
            due_at = now + schedule.wait_before_retry(tries, self.chance())
            due_at = self.batches.hours_of(mail).next_open(due_at) if mail.kind.to_customer else due_at
        if error.of_server:
            result.trouble = error
        with storage.transaction():
            sending.not_sent(mail, self.worker, to, said, now, due_at)
