"""Facts of one deal are edited: what that does to mail is computed first, by doing it and taking it back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from kloof import storage
from kloof.actions.deals import readdressing
from kloof.actions.deals.readdressing import Readdressing
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, AuditAction
from kloof.domain.addresses import needs_smtputf8, refuse_smtputf8
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.mail_effects import MailEffect, mail_effects
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.text import Language
from kloof.mail.opening import takes_utf8_addresses
from kloof.storage import person_data
from kloof.storage.access import audit_log, people
from kloof.storage.deals import deal_page, deals
from kloof.storage.deals.deals import StoredDeal
from kloof.storage.surveys import versions


@dataclass(frozen=True, slots=True)
class DealChange:
    """What the editable facts of a deal are to be. `address` is in its one form, empty for a letter; `salesperson` is
    the address of one.
    """

    address: str
    language: Language
    salesperson: str
    planned_on: date | None
    account: str


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """What an edit does, or did: the names of the facts that change, what becomes of mail, whose address it is, and
    whether the customer asked for no more mail.
    """

    changed: tuple[str, ...]
    effects: tuple[MailEffect, ...]
    whose: Readdressing
    gets_no_mail: bool


def known(deal_id: str) -> StoredDeal:
    """The deal with this number; raises NotFound."""
    stored = deals.stored([deal_id]).get(deal_id)
    if stored is None:
        raise unknown(deal_id)
    return stored


def editable(deal_id: str) -> StoredDeal:
    """The deal with this number; raises NotFound, and Refused where its customer is forgotten."""
    stored = known(deal_id)
    if stored.forgotten:
        raise Refused(
            Reason.CUSTOMER_FORGOTTEN,
            f"Who the customer of deal {deal_id} was is not kept any more.",
            remedy="Enter a new deal if they buy again.",
        )
    return stored


def unknown(deal_id: str) -> NotFound:
    """That no deal has this number."""
    return NotFound(Reason.DEAL_UNKNOWN, f"There is no deal {deal_id}.", deal=deal_id)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Which facts of a deal can no longer be edited, since answers rest on them."""

    address: bool
    salesperson: bool


def fixed(settings: Settings, stored: StoredDeal) -> Fixed:
    """What of this deal stays as it is."""
    return Fixed(stored.answered and not readdressing.is_unreachable(settings, stored), stored.answered)


def sellers(stored: StoredDeal) -> dict[str, str]:
    """Address → name of who can have sold this deal: every salesperson, and whoever did."""
    found = {address: person.name for address, person in people.salespeople().items()}
    if stored.line.salesperson_email not in found:
        left = people.by_email(stored.line.salesperson_email, also_left=True)
        found[stored.line.salesperson_email] = left.name if left else stored.line.salesperson_email
    return dict(sorted(found.items(), key=lambda one: one[1].casefold()))


def consider(settings: Settings, deal_id: str, wanted: DealChange, now: datetime) -> EditOutcome:
    """What this edit would do; nothing changes. Raises as `edit` does."""
    with storage.transaction(), storage.taken_back():
        return _edit(settings, deal_id, wanted, now)


def edit(settings: Settings, deal_id: str, wanted: DealChange, now: datetime, by: Actor) -> EditOutcome:
    """Write these facts over the present ones, in one transaction; the audit log names which changed, never what to.

    Raises NotFound, and Refused for what cannot change (any more): once the customer has answered, who sold it, and
    the address unless mail to it comes back.
    """
    with storage.transaction():
        done = _edit(settings, deal_id, wanted, now)
        if done.changed:
            _note(deal_id, done, now, by)
    return done


def _note(deal_id: str, done: EditOutcome, now: datetime, by: Actor) -> None:
    touched = deals.stored([deal_id, *done.whose.along])
    rows = [one.deal.id for one in touched.values()]
    audit_log.write(by, AuditAction.DEAL_CHANGED, now, deals=rows, detail=", ".join(done.changed))
    if done.whose.joins:
        joined = person_data.deals_of(touched[deal_id].deal.customer)
        audit_log.write(by, AuditAction.CUSTOMERS_JOINED, now, deals=joined)


def _edit(settings: Settings, deal_id: str, wanted: DealChange, now: datetime) -> EditOutcome:
    stored = editable(deal_id)
    line = replace(
        stored.line,
        language=wanted.language,
        salesperson_email=wanted.salesperson,
        delivery_planned_on=wanted.planned_on,
        account=wanted.account,
    )
    changed = tuple(_changed(stored.line, replace(line, customer_email=wanted.address)))
    _refuse(settings, stored, line, wanted.address)
    touched = readdressing.customers_of(stored, wanted.address)
    before = deal_page.standing(touched)
    seller = _seller(stored, line)
    if line != stored.line:
        deals.put(line, seller, versions.row_of(stored.deal.survey), now, moved=True)
    whose = Readdressing()
    if wanted.address != stored.line.customer_email:
        whose = readdressing.readdress(settings, known(deal_id), wanted.address, now)
    effects = mail_effects(before, deal_page.standing(touched))
    return EditOutcome(changed, effects, whose, readdressing.gets_no_mail(settings, known(deal_id)))


def _changed(before: DealLine, after: DealLine) -> Iterator[str]:
    names = {
        "customer_email": "address",
        "language": "language",
        "salesperson_email": "salesperson",
        "delivery_planned_on": "planned day",
        "account": "account",
    }
    return (words for name, words in names.items() if getattr(before, name) != getattr(after, name))


def _refuse(settings: Settings, stored: StoredDeal, line: DealLine, address: str) -> None:
    planned = line.delivery_planned_on
    if planned and planned < stored.deal.sold_on:
        raise Refused(
            Reason.DAY_BEFORE_SALE,
            f"The planned day {planned} is before the sale on {stored.deal.sold_on}.",
            column="delivery_planned_on",
            day=planned,
            sold_on=stored.deal.sold_on,
        )
    if stored.answered and line.salesperson_email != stored.line.salesperson_email:
        raise Refused(
            Reason.CUSTOMER_HAS_ANSWERED,
            "The customer has answered already, so who sold it can no longer change.",
            remedy="Hand the deal over instead.",
            columns="salesperson_email",
        )
    if (
        address != stored.line.customer_email
        and needs_smtputf8(address)
        and not takes_utf8_addresses(settings)
    ):
        raise refuse_smtputf8(address)


def _seller(stored: StoredDeal, line: DealLine) -> int:
    """Whoever sold it may have left meanwhile: only another one has to be a salesperson now."""
    if line.salesperson_email == stored.line.salesperson_email:
        return stored.deal.salesperson
    seller = people.salespeople().get(line.salesperson_email)
    if seller is None:
        raise Refused(
            Reason.SALESPERSON_UNKNOWN,
            f"No salesperson has the address {line.salesperson_email}.",
            address=line.salesperson_email,
        )
    return seller.id
