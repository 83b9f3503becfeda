"""What the desk does to a deal by hand: delivered, called off, no longer asked, mailed again, handed over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from kloof import storage
from kloof.actions.deals.deliveries import CancellationImporter, DeliveryImporter
from kloof.actions.deals.edit import known
from kloof.actions.deals.importer import Importer
from kloof.actions.mailing import invite
from kloof.actions.mailing import outbox as decisions
from kloof.actions.staff import successors
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, AuditAction
from kloof.domain.deals.files import Cancellation, Delivery, Entry
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.states import OPEN, InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.storage.access import audit_log, people
from kloof.storage.mailing import outbox, stopped, subjects
from kloof.storage.surveys import versions


@dataclass(frozen=True, slots=True)
class HandResult:
    """What became of each deal, by number: done, as it was already, or refused and why."""

    done: tuple[str, ...]
    unchanged: tuple[str, ...]
    refused: tuple[tuple[str, Refused], ...]


def deliver(settings: Settings, deal_ids: Iterable[str], day: date, now: datetime, by: Actor) -> HandResult:
    """Mark these deals as delivered on that day, as a file of deliveries does, in one transaction; what cannot be is
    in the result.
    """
    entries = [Delivery(deal_id, day) for deal_id in dict.fromkeys(deal_ids)]
    with storage.transaction():
        take = DeliveryImporter(settings, now)
        take.look_up(entries)
        return _taken(take, entries, now, by)


def cancel(settings: Settings, deal_id: str, day: date, now: datetime, by: Actor) -> HandResult:
    """Mark this deal as called off on that day, as a file of cancellations does. Raises NotFound."""
    with storage.transaction():
        take = CancellationImporter(settings, now)
        take.known = {deal_id: known(deal_id)}
        return _taken(take, [Cancellation(deal_id, day)], now, by)


def _taken(take: Importer[Entry], entries: Iterable[Entry], now: datetime, by: Actor) -> HandResult:
    done: list[str] = []
    unchanged: list[str] = []
    refused: list[tuple[str, Refused]] = []
    for entry in entries:
        if wrong := take.wrong(entry):
            refused.append((entry.deal_id, wrong[0]))
        elif take.would(entry) == "unchanged":
            unchanged.append(entry.deal_id)
        else:
            take.write(entry)
            done.append(entry.deal_id)
    take.finish(by)
    return HandResult(tuple(done), tuple(unchanged), tuple(refused))


def stop_survey(deal_id: str, wave: Wave, now: datetime, by: Actor) -> None:
    """Ask no more about this survey of this deal: what waits is not sent, and its link takes no answers.

    Raises NotFound for a deal or a survey that is not there, and Refused where it is over.
    """
    with storage.transaction():
        deal = known(deal_id).deal
        asked = outbox.asked(deal.id, wave)
        if asked is None:
            raise NotFound(Reason.DEAL_UNKNOWN, f"Deal {deal_id} has no such survey.", deal=deal_id)
        if asked.state not in OPEN:
            raise Refused(Reason.STEP_IMPOSSIBLE, "This survey is over.")
        outbox.withdraw([asked.invitation], InvitationState.CANCELLED, "Stopped by the desk.", now)
        audit_log.write(by, AuditAction.SURVEY_STOPPED, now, deals=[deal.id], detail=wave.value)


def resume_survey(settings: Settings, deal_id: str, wave: Wave, now: datetime, by: Actor) -> None:
    """A survey was stopped by mistake: its link takes answers again, and what was mailed is not mailed twice.

    Raises NotFound for a deal that is not there, and Refused where the survey was not stopped, has closed in the
    meantime, or the deal is cancelled.
    """
    with storage.transaction():
        deal = known(deal_id).deal
        found = stopped.called_off(deal.id, wave)
        if found is None:
            raise Refused(Reason.STEP_IMPOSSIBLE, "This survey was not stopped.")
        if found.expires_at <= now:
            raise Refused(Reason.SURVEY_CLOSED, "This survey has closed in the meantime.")
        if found.unmailed:
            outbox.forget(found.invitation)
            invite.invite(settings, deal, versions.by_key(deal.survey), wave, now)
        else:
            stopped.resume(found.invitation, found.stands)
        audit_log.write(by, AuditAction.SURVEY_RESUMED, now, deals=[deal.id], detail=wave.value)


def hand_over(settings: Settings, deal_id: str, address: str, now: datetime, by: Actor) -> None:
    """The salesperson with this address looks after the deal from now on, as `successors.hand_over` says.

    Raises NotFound, and Refused where nobody who sells has the address.
    """
    known(deal_id)
    successor = people.by_email(address)
    if successor is None:
        raise Refused(
            Reason.SALESPERSON_UNKNOWN, f"No salesperson has the address {address}.", address=address
        )
    successors.hand_over(settings, deal_id, successor, now, by)


def send_again(settings: Settings, deal_id: str, number: int, now: datetime, by: Actor) -> None:
    """Send a mail about this deal again that failed, came back or is held; where its bounce stopped a survey, it goes
    on. Raises NotFound where the deal has no such mail, and Refused where it cannot go again.
    """
    if known(deal_id).deal.id not in subjects.deals_of([number]):
        raise NotFound(Reason.MESSAGE_UNKNOWN, f"Deal {deal_id} has no message {number}.", number=number)
    decisions.resolve(settings, [number], decisions.Decision.AGAIN, now, by)
