"""What becomes of a deal after the sale: it is delivered, or it is called off."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time

from kloof.actions.deals.importer import Check, Done, Importer, on
from kloof.actions.mailing import invite
from kloof.config import Settings
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.deals.deals import Deal
from kloof.domain.deals.files import Cancellation, Delivery
from kloof.domain.deals.forecast import FileForecast
from kloof.domain.errors import Reason, Refused
from kloof.domain.surveys.definition import Survey, SurveyKey, Wave
from kloof.storage.deals import deals
from kloof.storage.deals.deals import StoredDeal
from kloof.storage.surveys import versions


class DeliveryImporter(Importer[Delivery]):
    """Marks deals as delivered. `waiting`: those that were not before, as they are then, by row."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        super().__init__(settings, now)
        self.waiting: dict[int, Deal] = {}
        self.surveys: dict[SurveyKey, Survey] = {}

    def _checks(self, line: Delivery) -> Iterable[Check]:
        stored = self.known.get(line.deal_id)
        if stored is None:
            remedy = "Import it first: kloof deals import."
            return [(on("deal_id"), lambda: self._stored(line.deal_id, remedy))]
        is_so = stored.deal.cancelled_on is None and stored.deal.delivered_on == line.delivered_on
        if is_so or stored.forgotten:
            return []
        day, sold_on = line.delivered_on, stored.deal.sold_on
        remedy = "Import it on that day."
        return [
            (on("deal_id"), lambda: self._refuse_cancelled(stored)),
            (on("delivered_on"), lambda: self._refuse_before_sale("delivered_on", day, sold_on)),
            (on("delivered_on"), lambda: self._refuse_day_in_future("delivered_on", day, remedy)),
            (on("deal_id", "delivered_on"), lambda: self._refuse_answered(stored)),
        ]

    def would(self, line: Delivery) -> Done:
        stored = self.known[line.deal_id]
        is_so = stored.forgotten or stored.deal.delivered_on == line.delivered_on
        return "unchanged" if is_so else "updated"

    def write(self, line: Delivery) -> None:
        stored = self.known[line.deal_id].deal
        deal = replace(stored, delivered_on=line.delivered_on)
        if stored.delivered_on is None and deal.id not in self.waiting:
            self.waiting[deal.id] = deal
            return
        self.write_what_waits()
        self._write([deal])
        invite.invite_again(self.settings, deal, versions.by_key(deal.survey), Wave.DELIVERY, self.now)

    def foresee(self, line: Delivery, forecast: FileForecast) -> None:
        stored = self.known[line.deal_id].deal
        if stored.delivered_on is None and not self.known[line.deal_id].forgotten:
            if stored.survey not in self.surveys:
                self.surveys[stored.survey] = versions.by_key(stored.survey)
            deal, survey = replace(stored, delivered_on=line.delivered_on), self.surveys[stored.survey]
            invite.foresee(self.settings, deal, survey, Wave.DELIVERY, self.now, forecast, [])

    def write_what_waits(self) -> None:
        waiting = [*self.waiting.values()]
        self.waiting.clear()
        self._write(waiting)
        surveys = {key: versions.by_key(key) for key in {deal.survey for deal in waiting}}
        invite.invite_all(
            self.settings, [(deal, surveys[deal.survey]) for deal in waiting], Wave.DELIVERY, self.now
        )

    def _write(self, delivered: Sequence[Deal]) -> None:
        deals.set_all_delivered((deal.id, deal.delivered_on) for deal in delivered if deal.delivered_on)
        for deal in delivered:
            self._note(AuditAction.DEAL_DELIVERED, deal.id)

    @staticmethod
    def _refuse_cancelled(stored: StoredDeal) -> None:
        if stored.deal.cancelled_on:
            raise Refused(
                Reason.DEAL_CANCELLED,
                f"Deal {stored.deal.deal_id} was cancelled on {stored.deal.cancelled_on}.",
                deal=stored.deal.deal_id,
                day=stored.deal.cancelled_on,
                column="deal_id",
            )

    @staticmethod
    def _refuse_answered(stored: StoredDeal) -> None:
        if stored.delivery_answered:
            before = stored.deal.delivered_on
            raise Refused(
                Reason.SECOND_SURVEY_ANSWERED,
                f"The customer has answered the second survey; the delivery of {before} stays.",
                day=before,
                column="delivered_on",
            )


class CancellationImporter(Importer[Cancellation]):
    """Marks deals as cancelled. What was sent in stays: the customer can still read it and take it back."""

    def _checks(self, line: Cancellation) -> Iterable[Check]:
        stored = self.known.get(line.deal_id)
        if stored is None:
            return [(on("deal_id"), lambda: self._stored(line.deal_id, "Correct the number."))]
        if stored.deal.cancelled_on or stored.forgotten:
            return []
        day, sold_on = line.cancelled_on, stored.deal.sold_on
        remedy = "Import it on that day."
        return [
            (on("cancelled_on"), lambda: self._refuse_before_sale("cancelled_on", day, sold_on)),
            (on("cancelled_on"), lambda: self._refuse_day_in_future("cancelled_on", day, remedy)),
        ]

    def would(self, line: Cancellation) -> Done:
        stored = self.known[line.deal_id]
        return "unchanged" if stored.forgotten or stored.deal.cancelled_on else "updated"

    def write(self, line: Cancellation) -> None:
        stored = self.known[line.deal_id]
        deals.set_cancelled(stored.deal.id, noon(line.cancelled_on))
        self._note(AuditAction.DEAL_CANCELLED, stored.deal.id)
        invite.withdraw(stored.deal.id, self.now)

    def foresee(self, line: Cancellation, forecast: FileForecast) -> None:
        """Nobody is asked anything because of it."""

    def write_what_waits(self) -> None:
        """Nothing waits: few deals are called off."""


def noon(day: date) -> datetime:
    """The moment that stands for a day of which nobody knows the hour."""
    return datetime.combine(day, time(12), tzinfo=UTC)
