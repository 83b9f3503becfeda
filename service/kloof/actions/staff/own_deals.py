"""The deals of a salesperson: page by page, and in full where the customer agreed. Every look is noted."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from kloof import storage
from kloof.actions.staff.consent import refuse_without_consent
from kloof.config import Settings
from kloof.domain.access.audit_log import AuditAction, by
from kloof.domain.access.people import Person
from kloof.domain.access.rules import owns
from kloof.domain.errors import NotFound, Reason
from kloof.domain.staff.handover import Item, Proposal, items, proposal
from kloof.domain.surveys.answers import Answers, unpack
from kloof.domain.surveys.definition import Survey, SurveyKey, Wave
from kloof.domain.surveys.gap import AspectGap, Pair
from kloof.domain.surveys.responses import Promise
from kloof.storage.access import audit_log
from kloof.storage.staff import handover as handovers
from kloof.storage.staff import own_deals
from kloof.storage.staff.own_deals import OwnDeal
from kloof.storage.surveys import versions

PER_PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class DealView:
    """One own deal; `gaps` is empty unless the customer let their name stand beside their answers."""

    deal: OwnDeal
    gaps: tuple[AspectGap, ...]

    @property
    def mean_gap(self) -> float | None:
        """Mean S over the aspects that have both sides, on the survey's scale."""
        known = [gap.gap for gap in self.gaps if gap.gap is not None]
        return sum(known) / len(known) if known else None


@dataclass(frozen=True, slots=True)
class DealDetail:
    """One own deal of a customer who agreed to be named, in full."""

    view: DealView
    survey: Survey
    promises: tuple[Promise, ...]
    handover: tuple[Item, ...]

    @property
    def marked(self) -> tuple[Item, ...]:
        """What delivery has said something about."""
        return tuple(item for item in self.handover if item.mark)

    @property
    def proposal(self) -> Proposal | None:
        """Whether to talk with the customer before the work starts."""
        deal = self.view.deal.deal
        gone = deal.delivered_on is not None or deal.cancelled_on is not None
        return proposal(self.survey, self.handover, delivered=gone)


def listed(
    person: Person, surveys: dict[SurveyKey, Survey], page: int, now: datetime
) -> tuple[DealView, ...]:
    """One page of own deals; whose answers show in it is noted in the same transaction."""
    with storage.transaction():
        found = own_deals.own_deals(person.id, page, PER_PAGE)
        return _noted(person, tuple(_view(own, surveys[own.deal.survey]) for own in found), now)


def taken_over(person: Person, now: datetime) -> tuple[DealView, ...]:
    """The newest deals that this person took over from a colleague; whose answers show in them is noted."""
    with storage.transaction():
        found = own_deals.taken_over(person.id, PER_PAGE)
        return _noted(person, tuple(_view(own, versions.by_key(own.deal.survey)) for own in found), now)


def _noted(person: Person, views: tuple[DealView, ...], now: datetime) -> tuple[DealView, ...]:
    shown = [view.deal.deal.id for view in views if view.mean_gap is not None]
    if shown:
        audit_log.write(by(person), AuditAction.FEEDBACK_LISTED, now, deals=shown)
    return views


def detail(settings: Settings, person: Person, deal_id: str, now: datetime) -> DealDetail:
    """One own deal in full. Raises NotFound for a deal that is not there, not theirs, or not shared by name."""
    refuse_without_consent(settings)
    with storage.transaction():
        own = own_deals.own_deal(deal_id, person.id)
        if own is None or not owns(person, own.deal) or not own.named:
            raise NotFound(Reason.DEAL_NOT_HERE, "There is no such deal here.")
        audit_log.write(by(person), AuditAction.FEEDBACK_READ, now, deals=[own.deal.id])
    survey = versions.by_key(own.deal.survey)
    at_sale, told = _answers(survey, Wave.SALE, own.expected), own.expected is not None
    promises = own_deals.promises(own.deal.id) if told else ()
    if own.received is None:
        promises = tuple(replace(promise, outcome=None, remark="") for promise in promises)
    handover = items(survey, at_sale, promises, handovers.said_about(own.deal.id) if told else {})
    return DealDetail(_view(own, survey), survey, promises, handover)


def _view(own: OwnDeal, survey: Survey) -> DealView:
    if not own.named:
        return DealView(own, ())
    at_sale, after = _answers(survey, Wave.SALE, own.expected), _answers(survey, Wave.DELIVERY, own.received)
    return DealView(own, Pair(survey, at_sale, after).gaps)


def _answers(survey: Survey, wave: Wave, packed: bytes | None) -> Answers:
    return unpack(survey, wave, packed or b"")
