"""A worker's next batch: what is due, has a reason, and is within the limits of its customer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kloof import storage
from kloof.actions.invite import sending_hours
from kloof.config import Settings
from kloof.domain import schedule
from kloof.domain.addresses import address_hash
from kloof.domain.invitations import InvitationState
from kloof.domain.messages import Outgoing, moot, tells_of_findings
from kloof.domain.schedule import Candidate, Limits, rank, share_out
from kloof.mail import TransportError
from kloof.storage import claims, opt_outs, outbox

_STOPPED = {
    opt_outs.ASKED: "The customer wants no more mail.",
    opt_outs.BOUNCED: "Mail to this address bounces.",
}


@dataclass(slots=True)
class Tally:
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
        self.hours = sending_hours(settings.mail)
        self.limits = Limits(settings.mail.most_per_day, settings.mail.most_per_month)

    def take(self, tally: Tally) -> list[Outgoing] | None:
        """The next batch, leased; None where nothing can be done now. Sign-in mails go first, at any hour."""
        now = self.clock()
        before = (tally.withdrawn, tally.later)
        with storage.transaction():
            due = claims.lock_due(now, urgent=True, most=self.size)
            if not due and self.hours.open_until(now) is None:
                tally.later += claims.move_all_due(now, self.hours.next_open(now))
                return None
            due = due or claims.lock_due(now, urgent=False, most=self.size)
            if not due:
                return None
            mails = self._without_moot(claims.outgoing(due), now, tally)
            mails = self._within_limits(mails, now, tally)
            claims.lease([mail.id for mail in mails], self.worker, now + self.lease, self.hours.day_of(now))
        idle = not mails and (tally.withdrawn, tally.later) == before
        return None if idle else mails

    def _without_moot(self, mails: list[Outgoing], now: datetime, tally: Tally) -> list[Outgoing]:
        hashes = {mail.id: address_hash(self.settings.secret_key, mail.email) for mail in mails if mail.about}
        stopped = opt_outs.reasons(set(hashes.values()))
        reasons: dict[int, str] = {}
        for mail in mails:
            why = stopped.get(hashes.get(mail.id, ""))
            if why == opt_outs.ASKED and tells_of_findings(mail.kind):
                # An opt-out takes earlier wishes with it, so this one was made after it.
                why = None
            if why and mail.about:
                reasons[mail.id] = _STOPPED[why]
                outbox.withdraw([mail.about.invitation], InvitationState.STOPPED, _STOPPED[why], now)
            elif reason := moot(mail, now):
                reasons[mail.id] = reason
        claims.cancel(reasons, now)
        tally.withdrawn += len(reasons)
        return [mail for mail in mails if mail.id not in reasons]

    def _within_limits(self, mails: list[Outgoing], now: datetime, tally: Tally) -> list[Outgoing]:
        today = self.hours.day_of(now)
        free = claims.lock_customers({mail.customer for mail in mails if mail.customer is not None})
        mails = [mail for mail in mails if mail.customer is None or mail.customer in free]
        mailed = claims.mailed_days(free, today - schedule.MONTH, besides=[mail.id for mail in mails])
        candidates = [
            Candidate(mail.id, mail.customer, rank(mail.kind, mail.about.wave if mail.about else None))
            for mail in mails
        ]
        go, later = share_out(candidates, mailed, today, self.limits)
        claims.move({number: self.hours.first_open(day) for number, day in later.items()})
        tally.later += len(later)
        return [mail for mail in mails if mail.id in set(go)]
