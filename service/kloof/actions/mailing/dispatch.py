"""One worker's rounds: take what is due, send it, and write down what became of it."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from kloof import storage
from kloof.actions.mailing import reach
from kloof.actions.mailing.batches import Batches, RoundResult
from kloof.actions.mailing.prefetch import MailPrefetcher, PreparedMail
from kloof.config import Settings
from kloof.domain.mailing import schedule
from kloof.domain.mailing.messages import Accepted, Outgoing
from kloof.domain.mailing.refused import RefusedBy
from kloof.domain.mailing.server_words import About
from kloof.domain.states import MessageState
from kloof.domain.webhooks.events import EventKind
from kloof.mail import Fate, MailRenderer, Transport, TransportError
from kloof.storage.mailing import last_worked, refused, review, sending
from kloof.storage.webhooks import endpoints
from kloof.storage.webhooks import outbox as webhooks

LEASE = timedelta(minutes=10)
"""Longer than the longest SMTP conversation: after it, whoever was sending a message is gone."""
TAKEN = timedelta(seconds=30)
"""For how long a message is kept that was taken and not begun. Another worker may take it then, since whoever begins
one has to hold it still: a killed worker keeps no sign-in mail waiting, and nothing goes out twice.
"""
BATCH = 100
A_DAY = timedelta(days=1)
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
        self.batches = Batches(settings, worker, clock, min(lease, TAKEN), batch)
        self._perhaps_refused = True
        self._told = True

    def round(self, stopping: Callable[[], bool] = lambda: False) -> RoundResult:
        """Send what is due now, until nothing is, the server cannot be worked with, or it has to stop.

        Raises BadSettings where the company's texts cannot be used: all mail waits.
        """
        self.renderer.read_texts_again()
        result = RoundResult()
        while not stopping() and result.trouble is None:
            mails = self.batches.take(result)
            if mails is None:
                break
            self._send_all(mails, result, stopping)
        if result.sent:
            last_worked.note_mailed(self.clock())
        if result.sent and result.trouble is None and self._perhaps_refused:
            refused.over(RefusedBy.OUR_SERVER)
            self._perhaps_refused = False
        return result

    def _send_all(self, mails: list[Outgoing], result: RoundResult, stopping: Callable[[], bool]) -> None:
        """Send a batch, or as much of it as the time allows. What one mail came to is committed together with the
        `sending` of the next.
        """
        prefetcher = MailPrefetcher(self.renderer, mails, self.worker, self.clock, result)
        left, until = {mail.id for mail in mails}, self.clock() + PATIENCE
        self._told = bool(endpoints.listening(EventKind.INVITATION_SENT))
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
                    self.batches.release([mail for mail in mails if mail.id in left])

    def _may_go(self, mail: Outgoing) -> bool:
        return not mail.kind.to_customer or self.batches.hours_of(mail).open_until(self.clock()) is not None

    def _begin(self, mail: Outgoing, done: Accepted | None, result: RoundResult) -> bool:
        """Commit that this mail is being sent, before a word of it leaves."""
        now = self.clock()
        began = sending.turn(done, mail, self.worker, now + self.lease, now, told=self._told)
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
        now = self.clock()
        # What is about the server costs this mail no try; but one that took other mail a moment ago means this one.
        tried = not error.of_server or result.sent > 0
        to, said = self._outcome(mail, error, result, tried=tried)
        due_at = self._due_again(mail, error, now) if to is MessageState.QUEUED else None
        with storage.transaction():
            sending.not_sent(mail, self.worker, to, said, now, due_at, tried=tried)
            self._remember(mail, error, to, now)
        if error.of_server:
            result.trouble = error

    def _outcome(
        self, mail: Outgoing, error: TransportError, result: RoundResult, *, tried: bool
    ) -> tuple[MessageState, str]:
        tries, said = mail.attempts + 1, str(error)
        if error.fate is Fate.STOP or (error.fate is Fate.TOMORROW and self._was_put_off_enough(mail)):
            result.failed += 1
            return MessageState.FAILED, said
        if error.fate is Fate.UNKNOWN:
            result.held += 1
            return MessageState.HELD, said
        if tried and tries >= schedule.MOST_TRIES:
            result.held += 1
            return MessageState.HELD, f"Tried {tries} times. {said}"
        result.again += 1
        return MessageState.QUEUED, said

    def _due_again(self, mail: Outgoing, error: TransportError, now: datetime) -> datetime:
        wait = schedule.wait_before_retry(mail.attempts + 1, self.chance())
        due_at = now + (A_DAY if error.fate is Fate.TOMORROW else wait)
        return self.batches.hours_of(mail).next_open(due_at) if mail.kind.to_customer else due_at

    def _was_put_off_enough(self, mail: Outgoing) -> bool:
        sent = review.numbered(mail.id)
        return sent is not None and sent.soft_bounces + 1 >= reach.MOST_SOFT_BOUNCES

    def _remember(self, mail: Outgoing, error: TransportError, to: MessageState, now: datetime) -> None:
        """What follows beyond this mail: the same as if it had been taken and had come back."""
        if error.about is About.US:
            refused.note(RefusedBy.OUR_SERVER, error.what, now)
            self._perhaps_refused = True
        if error.fate is Fate.TOMORROW:
            review.count_soft_bounce(mail.id)
        dead = error.about is About.ADDRESS or (error.fate is Fate.TOMORROW and to is MessageState.FAILED)
        if dead and mail.kind.to_customer and mail.to.customer is not None:
            reach.stop(self.batches.settings, mail.to.email, mail.to.customer, now)
            webhooks.tell_of_mail(EventKind.INVITATION_BOUNCED, mail.id, now)
