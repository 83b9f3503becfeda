"""What becomes of a deal after the sale: it is delivered, or it is called off."""

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Literal

from kloof.actions.mailing import invite
from kloof.config import Settings
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.deals.files import Cancellation, Delivery
from kloof.domain.errors import Reason, Refused
from kloof.domain.surveys.definition import Wave
from kloof.storage.deals import deals
from kloof.storage.deals.deals import StoredDeal
from kloof.storage.surveys import versions

Done = Literal["created", "updated", "unchanged"]


class DeliveryImporter:
    """Marks deals as delivered."""

    def __init__(self, settings: Settings, now: datetime, known: dict[str, StoredDeal]) -> None:
        self.settings = settings
        self.now = now
        self.known = known
        self.log: dict[AuditAction, list[int]] = {}

    def __call__(self, delivery: Delivery) -> Done:
        stored = self.known.get(delivery.deal_id)
        if stored is None:
            raise Refused(
                Reason.DEAL_UNKNOWN,
                f"There is no deal {delivery.deal_id}.",
                remedy="Import it first: kloof deals import.",
                deal=delivery.deal_id,
            )
        if stored.deal.cancelled_on:
            raise Refused(
                Reason.DEAL_CANCELLED,
                f"Deal {delivery.deal_id} was cancelled on {stored.deal.cancelled_on}.",
                deal=delivery.deal_id,
                day=stored.deal.cancelled_on,
            )
        before = stored.deal.delivered_on
        if before == delivery.delivered_on:
            return "unchanged"
        self._refuse_impossible(stored, delivery)
        deals.set_delivered(stored.deal.id, delivery.delivered_on)
        self.log.setdefault(AuditAction.DEAL_DELIVERED, []).append(stored.deal.id)
        deal = replace(stored.deal, delivered_on=delivery.delivered_on)
        send = invite.invite_again if before else invite.invite
        send(self.settings, deal, versions.by_key(deal.survey), Wave.DELIVERY, self.now)
        return "updated"

    def _refuse_impossible(self, stored: StoredDeal, delivery: Delivery) -> None:
        if delivery.delivered_on < stored.deal.sold_on:
            raise Refused(
                Reason.DAY_BEFORE_SALE,
                f"delivered_on {delivery.delivered_on} is before the sale on {stored.deal.sold_on}.",
                column="delivered_on",
                day=delivery.delivered_on,
                sold_on=stored.deal.sold_on,
            )
        if delivery.delivered_on > self.settings.today(self.now):
            raise Refused(
                Reason.DAY_IN_FUTURE,
                f"delivered_on {delivery.delivered_on} lies in the future.",
                remedy="Import it on that day.",
                column="delivered_on",
                day=delivery.delivered_on,
            )
        if stored.delivery_answered:
            raise Refused(
                Reason.SECOND_SURVEY_ANSWERED,
                f"The customer has answered the second survey; the delivery of {stored.deal.delivered_on} stays.",
                day=stored.deal.delivered_on,
            )


class CancellationImporter:
    """Marks deals as cancelled. What was sent in stays: the customer can still read it and take it back."""

    def __init__(self, settings: Settings, now: datetime, known: dict[str, StoredDeal]) -> None:
        self.settings = settings
        self.now = now
        self.known = known
        self.log: dict[AuditAction, list[int]] = {}

    def __call__(self, called_off: Cancellation) -> Done:
        stored = self.known.get(called_off.deal_id)
        if stored is None:
            raise Refused(
                Reason.DEAL_UNKNOWN,
                f"There is no deal {called_off.deal_id}.",
                remedy="Correct the number.",
                deal=called_off.deal_id,
            )
        if stored.deal.cancelled_on:
            return "unchanged"
        if called_off.cancelled_on > self.settings.today(self.now):
            raise Refused(
                Reason.DAY_IN_FUTURE,
                f"cancelled_on {called_off.cancelled_on} lies in the future.",
                remedy="Import it on that day.",
                column="cancelled_on",
                day=called_off.cancelled_on,
            )
        if called_off.cancelled_on < stored.deal.sold_on:
            raise Refused(
                Reason.DAY_BEFORE_SALE,
                f"cancelled_on {called_off.cancelled_on} is before the sale on {stored.deal.sold_on}.",
                column="cancelled_on",
                day=called_off.cancelled_on,
                sold_on=stored.deal.sold_on,
            )
        noon = datetime.combine(called_off.cancelled_on, time(12), tzinfo=UTC)
        deals.set_cancelled(stored.deal.id, noon)
        self.log.setdefault(AuditAction.DEAL_CANCELLED, []).append(stored.deal.id)
        invite.withdraw(stored.deal.id, self.now)
        return "updated"
