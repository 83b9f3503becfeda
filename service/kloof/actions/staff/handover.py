"""The handover: before the work starts a delivery lead reads what a customer expects, and says what comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from kloof import storage
from kloof.actions.staff.consent import refuse_without_consent
from kloof.config import Settings
from kloof.domain.access.audit_log import AuditAction, by
from kloof.domain.access.people import Person
from kloof.domain.access.rules import leads
from kloof.domain.deals import practices
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.paging import nearest_page
from kloof.domain.staff.handover import Item, Mark, Proposal, Said, items, proposal
from kloof.storage.access import audit_log
from kloof.storage.deals import deals
from kloof.storage.mailing import outbox
from kloof.storage.staff import handover as handovers
from kloof.storage.staff.handover import Handover, TeamDeal

PER_PAGE: Final = 25
MOST_TO_READ: Final = 25
MOST_PAGES: Final = 1_000_000
"""Far beyond the last page: what no database counts to is asked of none."""


@dataclass(frozen=True, slots=True)
class TeamList:
    """What a team is to read before the start, and one page of all its open deals. `pages` counts those.

    `more_to_read`: not all that is to be read is among `to_read`, only what starts first.
    """

    to_read: tuple[TeamDeal, ...]
    deals: tuple[TeamDeal, ...]
    page: int
    pages: int
    count: int
    today: date
    more_to_read: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """One deal as its delivery lead sees it. `items` is empty where there is nothing to read, whatever the reason.

    After delivery only what was marked before it is left.
    """

    handover: Handover
    items: tuple[Item, ...]
    proposal: Proposal | None
    practices_locked: bool

    @property
    def may_mark(self) -> bool:
        """Whether what delivery says can still be changed: until the deal is delivered or called off."""
        deal = self.handover.deal
        return bool(self.items) and deal.delivered_on is None and deal.cancelled_on is None


def overview(settings: Settings, person: Person, now: datetime, page: int = 1) -> TeamList:
    """The open deals of this lead's own team. Raises Refused before the works council agreed."""
    refuse_without_consent(settings)
    today = settings.today(now)
    if not person.team:
        return TeamList((), (), 1, 1, 0, today)
    found = handovers.open_deals(person.team, today, min(max(page, 1), MOST_PAGES), PER_PAGE)
    nearest, pages = nearest_page(page, found.many, PER_PAGE)
    if found.many and not found.deals:
        found = handovers.open_deals(person.team, today, nearest, PER_PAGE)
    unread = tuple(handovers.to_read(person.team, MOST_TO_READ + 1))
    first, more = unread[:MOST_TO_READ], len(unread) > MOST_TO_READ
    return TeamList(first, tuple(found.deals), nearest, pages, found.many, today, more)


def view(settings: Settings, person: Person, deal_id: str, now: datetime) -> View:
    """One deal of this lead's own team; that they read the answers is noted. Raises NotFound for any other deal.

    Raises Refused before the works council agreed: it shows a colleague what a salesperson has promised.
    """
    with storage.transaction():
        found = _own(settings, person, deal_id, now)
        if found.items:
            audit_log.write(by(person), AuditAction.HANDOVER_READ, now, deals=[found.handover.deal.id])
    return found


def mark(
    settings: Settings,
    person: Person,
    deal_id: str,
    marks: Mapping[str, tuple[Mark, str]],
    now: datetime,
) -> None:
    """Keep a mark and a note for each of these items, and tell the salesperson where the customer let them see it.

    What says nothing new changes nothing. Raises as `view` does, and Refused once the deal is delivered.
    """
    with storage.transaction():
        found = _own(settings, person, deal_id, now)
        deal, response = found.handover.deal, found.handover.response
        if not found.may_mark or response is None:
            raise Refused(
                Reason.HANDOVER_CLOSED,
                "This deal is delivered or called off, so there is nothing to say beforehand any more.",
            )
        news = [item for item in found.items if item.key in marks and not _says(item, *marks[item.key])]
        for item in news:
            said, note = marks[item.key]
            handovers.put(response, item.key, Said(said, note, item.about, person.name, now), person.id)
        if news:
            audit_log.write(
                by(person), AuditAction.HANDOVER_MARKED, now, deals=[deal.id], detail=f"{len(news)} marks"
            )
        if news and found.handover.by_name:
            outbox.queue_handover(deal.id, now)


def enter_practices(
    settings: Settings, person: Person, deal_id: str, done: Mapping[str, date], now: datetime
) -> dict[str, practices.WrongDay]:
    """Write down what was done for a deal and when, in place of what stood; gives what is wrong with a day, if any.

    Nothing is kept while something is wrong. Raises as `view` does, and Refused once the second survey goes out.
    """
    today = settings.today(now)
    with storage.transaction():
        found = _own(settings, person, deal_id, now).handover
        practices.refuse_where_locked(found.asks_on, today, answered=found.answered_after)
        wrong = {
            name: why
            for name, day in done.items()
            if day != found.practices.get(name)
            and (why := practices.wrong_day(name, day, found.deal.sold_on, today))
        }
        if not wrong and done != found.practices:
            deals.set_practices(found.deal.id, done)
            audit_log.write(by(person), AuditAction.PRACTICES_ENTERED, now, deals=[found.deal.id])
    return wrong


def _own(settings: Settings, person: Person, deal_id: str, now: datetime) -> View:
    refuse_without_consent(settings)
    found = handovers.of_deal(deal_id)
    if found is None or not leads(person, found.deal):
        raise NotFound(Reason.DEAL_NOT_HERE, "There is no such deal here.")
    gone = found.deal.delivered_on is not None or found.deal.cancelled_on is not None
    readable = items(found.survey, found.at_sale, found.promises, found.said)
    if gone:  # it was shared for what comes before the work: only what was said then stays to be read
        readable = tuple(item for item in readable if item.mark)
    locked = practices.locked(found.asks_on, settings.today(now), answered=found.answered_after)
    return View(found, readable, proposal(found.survey, readable, delivered=gone), locked)


def _says(item: Item, mark: Mark, note: str) -> bool:
    """Whether this stands there already."""
    return item.said is not None and item.mark is mark and item.said.note == note
