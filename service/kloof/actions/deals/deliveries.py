"""What becomes of a deal after the sale: it is delivered, or it is called off."""

from dataclasses import replace
from datetime import UTC, datetime, time

from kloof.actions.deals.importer import Done, Importer
from kloof.actions.mailing import invite
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.deals.files import Cancellation, Delivery
from kloof.domain.errors import Reason, Refused
from kloof.domain.surveys.definition import Wave
from kloof.storage.deals import deals
from kloof.storage.surveys import versions


class DeliveryImporter(Importer[Delivery]):
    """Marks deals as delivered."""

    def __call__(self, delivery: Delivery, /) -> Done:
        stored = self._stored(delivery.deal_id, "Import it first: kloof deals import.")
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
        self._refuse_impossible_day("delivered_on", delivery.delivered_on, stored.deal.sold_on)
        if stored.delivery_answered:
            raise Refused(
                Reason.SECOND_SURVEY_ANSWERED,
                f"The customer has answered the second survey; the delivery of {before} stays.",
                day=before,
            )
        deals.set_delivered(stored.deal.id, delivery.delivered_on)
        self._note(AuditAction.DEAL_DELIVERED, stored.deal.id)
        deal = replace(stored.deal, delivered_on=delivery.delivered_on)
        send = invite.invite_again if before else invite.invite
        send(self.settings, deal, versions.by_key(deal.survey), Wave.DELIVERY, self.now)
        return "updated"


class CancellationImporter(Importer[Cancellation]):
    """Marks deals as cancelled. What was sent in stays: the customer can still read it and take it back."""

    def __call__(self, called_off: Cancellation, /) -> Done:
        stored = self._stored(called_off.deal_id, "Correct the number.")
        if stored.deal.cancelled_on:
            return "unchanged"
        self._refuse_impossible_day("cancelled_on", called_off.cancelled_on, stored.deal.sold_on)
        noon = datetime.combine(called_off.cancelled_on, time(12), tzinfo=UTC)
        deals.set_cancelled(stored.deal.id, noon)
        self._note(AuditAction.DEAL_CANCELLED, stored.deal.id)
        invite.withdraw(stored.deal.id, self.now)
        return "updated"
