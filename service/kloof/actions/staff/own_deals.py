"""The deals of a salesperson: page by page, and in full where the customer agreed. Every look is noted."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from kloof import storage
from kloof.actions.staff.consent import refuse_without_consent
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, AuditAction, by
from kloof.domain.access.people import Person
from kloof.domain.access.rules import makes_call, owns
from kloof.domain.errors import NotFound, Reason
from kloof.domain.paging import nearest_page
from kloof.domain.staff.calls import fell_short
from kloof.domain.staff.handover import Item, Proposal, items, proposal
from kloof.domain.staff.own_list import OwnSearch
from kloof.domain.states import CallState
from kloof.domain.surveys.answers import Answers, unpack
from kloof.domain.surveys.definition import Survey, SurveyKey, Wave
from kloof.domain.surveys.gap import AspectGap, Pair
from kloof.domain.surveys.responses import Promise
from kloof.storage.access import audit_log, people
from kloof.storage.staff import calls, own_deals
from kloof.storage.staff import handover as handovers
from kloof.storage.staff.calls import Call
from kloof.storage.staff.own_deals import OwnDeal
from kloof.storage.surveys import versions

PER_PAGE: Final = 25


@dataclass(frozen=True, slots=True)
class DealView:
    """One own deal; `gaps` is empty unless the customer let their name stand beside their answers."""

    deal: OwnDeal
    survey: Survey
    gaps: tuple[AspectGap, ...]

    @property
    def widest(self) -> AspectGap | None:
        """Where this customer got least of what they expected; None where nothing fell short."""
        return next(iter(fell_short(self.gaps)), None)

    @property
    def above_norm(self) -> AspectGap | None:
        """Where they expect most above the norm, before they have got anything; None where they do not."""
        above = [gap for gap in self.gaps if gap.reality is None and (gap.overpromise or 0) > 0]
        return max(above, key=lambda gap: gap.overpromise or 0, default=None)

    @property
    def mean_gap(self) -> float | None:
        """Mean S over the aspects that have both sides, on the survey's scale."""
        known = [gap.gap for gap in self.gaps if gap.gap is not None]
        return sum(known) / len(known) if known else None


@dataclass(frozen=True, slots=True)
class DealDetail:
    """One own deal of a customer who agreed to be named, in full. `overall`: the marks for the whole, by item.

    `call`: the one about it that this person has to make, if any.
    """

    view: DealView
    promises: tuple[Promise, ...]
    handover: tuple[Item, ...]
    overall: dict[str, int]
    call: Call | None

    @property
    def survey(self) -> Survey:
        """The version under which the customer was asked."""
        return self.view.survey

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


@dataclass(frozen=True, slots=True)
class DealList:
    """One page of one's own deals, of the `many` that were found.

    `taken_over`: the newest deals that a colleague sold and that are theirs to look after now.
    """

    many: int
    deals: tuple[DealView, ...]
    page: int
    pages: int
    taken_over: tuple[DealView, ...] = ()


def listed(settings: Settings, person: Person, wanted: OwnSearch, page: int, now: datetime) -> DealList:
    """One page of own deals, and on the first one those taken over; whose answers show is noted in one go.

    Raises Refused before the works council agreed.
    """
    refuse_without_consent(settings)
    with storage.transaction():
        many = own_deals.count(person.id, wanted)
        page, pages = nearest_page(page, many, PER_PAGE)
        found = own_deals.own_deals(person.id, wanted, page, PER_PAGE) if many else []
        others = own_deals.taken_over(person.id, PER_PAGE) if page == 1 and wanted == OwnSearch() else []
        surveys: dict[SurveyKey, Survey] = {}
        deals, taken_over = (tuple(view(own, surveys) for own in some) for some in (found, others))
        note(person, [one for one in (*deals, *taken_over) if one.mean_gap is not None], now)
    return DealList(many, deals, page, pages, taken_over)


def note(person: Person, views: Iterable[DealView], now: datetime, deals: Iterable[int] = ()) -> None:
    """Write down that this person saw, in a list, what the customers of these deals answered."""
    shown = [one.deal.deal.id for one in views] + list(deals)
    if shown:
        audit_log.write(by(person), AuditAction.FEEDBACK_LISTED, now, deals=shown)


def view(own: OwnDeal, surveys: dict[SurveyKey, Survey]) -> DealView:
    """What may be shown of this deal. A survey that is not among these is read once, and then is."""
    key = own.deal.survey
    if key not in surveys:
        surveys[key] = versions.by_key(key)
    return _view(own, surveys[key])


def detail_for_program(settings: Settings, deal_id: str, now: datetime, program: Actor) -> DealDetail:
    """The deal as whoever looks after it sees it on their own page, for a program; noted as its look. Raises as
    `detail` does, NotFound also where nobody who works here looks after it.
    """
    refuse_without_consent(settings)
    number = own_deals.looked_after_by(deal_id)
    person = None if number is None else people.by_id(number)
    if person is None:
        raise NotFound(Reason.DEAL_NOT_HERE, "There is no such deal here.")
    return detail(settings, person, deal_id, now, program)


def detail(
    settings: Settings, person: Person, deal_id: str, now: datetime, looks: Actor | None = None
) -> DealDetail:
    """One own deal in full. Raises NotFound for a deal that is not there, not theirs, or not shared by name.

    looks: the program that sees it through this person's eyes, and calls nobody.
    """
    refuse_without_consent(settings)
    with storage.transaction():
        own = own_deals.own_deal(deal_id, person.id)
        if own is None or not owns(person, own.deal) or not own.named:
            raise NotFound(Reason.DEAL_NOT_HERE, "There is no such deal here.")
        audit_log.write(looks or by(person), AuditAction.FEEDBACK_READ, now, deals=[own.deal.id])
    survey = versions.by_key(own.deal.survey)
    at_sale, told = _answers(survey, Wave.SALE, own.expected), own.expected is not None
    promises = own_deals.promises(own.deal.id) if told else ()
    if own.received is None:
        promises = tuple(replace(promise, outcome=None, remark="") for promise in promises)
    handover = items(survey, at_sale, promises, handovers.said_about(own.deal.id) if told else {})
    call = None if looks else _call(person, deal_id)
    return DealDetail(_view(own, survey), promises, handover, _overall(survey, own), call)


def _overall(survey: Survey, own: OwnDeal) -> dict[str, int]:
    after = _answers(survey, Wave.DELIVERY, own.received)
    marks = {item.id: after.get(item.id) for item in survey.overall}
    return {item: mark for item, mark in marks.items() if isinstance(mark, int)}


def _call(person: Person, deal_id: str) -> Call | None:
    found = calls.of_deal(deal_id)
    if found is None or found.kept.state is not CallState.OPEN or found.kept.owner is None:
        return None
    return found if makes_call(person, found.kept.owner) else None


def _view(own: OwnDeal, survey: Survey) -> DealView:
    if not own.named:
        return DealView(own, survey, ())
    at_sale, after = _answers(survey, Wave.SALE, own.expected), _answers(survey, Wave.DELIVERY, own.received)
    return DealView(own, survey, Pair(survey, at_sale, after).gaps)


def _answers(survey: Survey, wave: Wave, packed: bytes | None) -> Answers:
    return unpack(survey, wave, packed or b"")
