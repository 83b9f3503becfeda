"""A worker's next batch: what is due, has a reason, and is within the limits of its customer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kloof import storage
from kloof.actions.mailing import reach
from kloof.actions.mailing.invite import sending_hours
from kloof.config import Settings
from kloof.domain.mailing import schedule
from kloof.domain.mailing.kinds import comes_too_late
from kloof.domain.mailing.messages import Outgoing
from kloof.domain.mailing.schedule import Candidate, Limits, SendingHours, SendingRate, rank, share_out
from kloof.domain.mailing.suppression import address_hash, customer_hash
from kloof.domain.states import InvitationState
from kloof.mail import TransportError
from kloof.storage.mailing import leasing, opt_outs, outbox, pauses, subjects

_STOPPED = {
    opt_outs.ASKED: "The customer wants no more mail.",
    opt_outs.ALSO: "The customer wants no more mail.",
    opt_outs.BOUNCED: reach.DEAD,
}


@dataclass(slots=True)
class RoundResult:
    """What a round did. `trouble` is what was wrong with the mail server, if it could not be worked with."""

    sent: int = 0
    again: int = 0
    failed: int = 0
    held: int = 0
    withdrawn: int = 0
    later: int = 0
    trouble: TransportError | None = None

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        counts = {
            name: getattr(self, name) for name in ("sent", "again", "failed", "held", "withdrawn", "later")
        }
        return counts | {"trouble": str(self.trouble) if self.trouble else None}


class Batches:
    """Takes batches for one worker, each in one transaction."""

    def __init__(
        self, settings: Settings, worker: str, clock: Callable[[], datetime], lease: timedelta, size: int
    ) -> None:
        self.settings = settings
        self.worker = worker
        self.clock = clock
        self.lease = lease
        self.size = size
        self._hours: dict[str, SendingHours] = {}
        self.limits = Limits(settings.mail.most_per_day, settings.mail.most_per_month)
        self.rate = SendingRate(most) if (most := settings.mail.most_per_hour) else None

    def take(self, result: RoundResult) -> list[Outgoing] | None:
        """The next batch, leased; None where nothing can be done now. Sign-in mails go first, at any hour."""
        now = self.clock()
        before = (result.withdrawn, result.later)
        with storage.transaction():
            size = min(self.size, pauses.left_of_hour(self.rate, now)) if self.rate else self.size
            due = leasing.lock_due(now, size or self.size, urgent_only=pauses.is_on() or not size)
            if not due:
                return None
            mails = self._within_hours(subjects.outgoing(due), now, result)
            mails = self._still_wanted(mails, now, result)
            mails = self._within_limits(mails, now, result)
            self._lease(mails, now)
            self._count(mails, now)
        idle = not mails and (result.withdrawn, result.later) == before
        return None if idle else mails

    def release(self, mails: Sequence[Outgoing]) -> None:
        """Give mails back that were taken and not begun, in a transaction."""
        leasing.release([mail.id for mail in mails], self.worker)
        self._count(mails, self.clock(), -1)

    def _count(self, mails: Sequence[Outgoing], now: datetime, times: int = 1) -> None:
        """These use up the limit per hour; what is urgent never waits for it, and is not counted."""
        counted = sum(not mail.kind.urgent for mail in mails)
        if self.rate and counted:
            pauses.use_hour(self.rate, now, times * counted)

    def hours_of(self, mail: Outgoing) -> SendingHours:
        """The sending hours where this customer lives."""
        zone = mail.to.time_zone
        if zone not in self._hours:
            self._hours[zone] = sending_hours(self.settings.mail, zone)
        return self._hours[zone]

    def _lease(self, mails: list[Outgoing], now: datetime) -> None:
        by_day: dict[date, list[int]] = {}
        for mail in mails:
            by_day.setdefault(self.hours_of(mail).day_of(now), []).append(mail.id)
        for day, numbers in by_day.items():
            leasing.lease(numbers, self.worker, now + self.lease, day)

    def _within_hours(self, mails: list[Outgoing], now: datetime, result: RoundResult) -> list[Outgoing]:
        """Those to places where it is open; with one that is not, what is due there moves, a part at a time."""
        closed = {
            mail.to.time_zone: self.hours_of(mail)
            for mail in mails
            if mail.kind.to_customer and self.hours_of(mail).open_until(now) is None
        }
        for zone, hours in closed.items():
            result.later += leasing.move_due(now, hours.next_open(now), zone)
        return [mail for mail in mails if not mail.kind.to_customer or mail.to.time_zone not in closed]

    def _still_wanted(self, mails: list[Outgoing], now: datetime, result: RoundResult) -> list[Outgoing]:
        reasons = withdraw_unwanted(self.settings, mails, now)
        result.withdrawn += len(reasons)
        return [mail for mail in mails if mail.id not in reasons]

    def _within_limits(self, mails: list[Outgoing], now: datetime, result: RoundResult) -> list[Outgoing]:
        today = min((self.hours_of(mail).day_of(now) for mail in mails), default=now.date())
        free = leasing.lock_customers({mail.to.customer for mail in mails if mail.to.customer is not None})
        mails = [mail for mail in mails if mail.to.customer is None or mail.to.customer in free]
        mailed = leasing.mailed_days(free, today - schedule.MONTH, besides=[mail.id for mail in mails])
        candidates = [
            Candidate(mail.id, mail.to.customer, rank(mail), self.hours_of(mail).day_of(now))
            for mail in mails
        ]
        go, later = share_out(candidates, mailed, self.limits)
        hours = {mail.id: self.hours_of(mail) for mail in mails}
        leasing.move({number: hours[number].first_open(day) for number, day in later.items()})
        result.later += len(later)
        chosen = set(go)
        return [mail for mail in mails if mail.id in chosen]


def withdraw_unwanted(settings: Settings, mails: Sequence[Outgoing], now: datetime) -> dict[int, str]:
    """Cancel those that nobody waits for or that the customer does not want; gives the reason of each."""
    today, most = settings.today(now), settings.mail.first_waits_days
    reasons = {
        mail.id: reason
        for mail in mails
        if (reason := mail.unwanted(now) or comes_too_late(mail.opens, today, most))
    }
    for why, unwanted in _opted_out(settings, mails).items():
        invitations = [mail.asks.invitation for mail in unwanted if mail.asks]
        outbox.withdraw(invitations, InvitationState.STOPPED, _STOPPED[why], now)
        reasons |= {mail.id: _STOPPED[why] for mail in unwanted}
    leasing.cancel(reasons, now)
    return reasons


def _opted_out(settings: Settings, mails: Sequence[Outgoing]) -> dict[str, list[Outgoing]]:
    """Reason → the mails to customers who want none, or whom mail does not reach."""
    key = settings.secret_key
    hashes = {
        mail.id: [
            customer_hash(key, mail.to.customer or 0),
            *([address_hash(key, mail.to.email)] if mail.to.email else []),
        ]
        for mail in mails
        if mail.kind.to_customer
    }
    stopped = opt_outs.reasons({one for several in hashes.values() for one in several})
    found: dict[str, list[Outgoing]] = {}
    for mail in mails:
        reasons = [stopped[one] for one in hashes.get(mail.id, ()) if one in stopped]
        if mail.kind.outlives_opt_out:
            # An opt-out takes earlier wishes with it, so this one was made after it.
            reasons = [why for why in reasons if why == opt_outs.BOUNCED]
        if reasons:
            found.setdefault(reasons[0], []).append(mail)
    return found
