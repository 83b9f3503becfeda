"""Parts of a deal that a program says: what was done for it, for which organisation, where mail about it goes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from kloof import storage
from kloof.actions.deals import edit
from kloof.actions.deals.edit import DealChange, known
from kloof.config import Settings
from kloof.domain.access.audit_log import Actor, AuditAction
from kloof.domain.deals import practices
from kloof.domain.deals.cells import Cells
from kloof.domain.errors import BadInput, Reason, Refused
from kloof.domain.text import Language
from kloof.storage.access import audit_log
from kloof.storage.deals import deals
from kloof.storage.deals.deals import StoredDeal


def practise(settings: Settings, deal_id: str, done: Mapping[str, date], now: datetime, by: Actor) -> None:
    """Write down what was done and when; what is not among it stays. Raises NotFound, BadInput for days on which it
    cannot have been, and Refused once the second survey goes out.
    """
    today = settings.today(now)
    with storage.transaction():
        stored = known(deal_id)
        whole = practices.laid_over(stored.line.practices, done)
        if whole == stored.line.practices:
            return
        practices.refuse_where_locked(stored.asks_on, today, answered=stored.delivery_answered)
        _refuse(list(_wrong_days(done, stored, today)))
        deals.set_practices(stored.deal.id, whole)
        audit_log.write(by, AuditAction.PRACTICES_ENTERED, now, deals=[stored.deal.id])


def name_account(settings: Settings, deal_id: str, account: str, now: datetime, by: Actor) -> None:
    """The customer of this deal answers for that organisation; empty for none. Raises NotFound and BadInput."""
    cells = Cells({"account": account})
    name = cells.maybe_text("account")
    _refuse(cells.wrong)
    with storage.transaction():
        edit.edit(settings, deal_id, replace(_as_it_is(deal_id), account=name), now, by)


def readdress(
    settings: Settings, deal_id: str, address: str, language: Language, now: datetime, by: Actor
) -> None:
    """Mail about this deal goes there from now on; an empty address asks for letters. Raises as `edit.edit` does, and
    BadInput for what is no address.
    """
    cells = Cells({"email": address})
    email = cells.maybe_address("email")
    _refuse(cells.wrong)
    with storage.transaction():
        wanted = replace(_as_it_is(deal_id), address=email, language=language)
        stored = known(deal_id)
        if email != stored.line.customer_email and edit.fixed(settings, stored).address:
            raise Refused(
                Reason.CUSTOMER_HAS_ANSWERED,
                "The customer has answered already, so the address can no longer change.",
                columns="customer_email",
                column="email",
            )
        edit.edit(settings, deal_id, wanted, now, by)


def _as_it_is(deal_id: str) -> DealChange:
    line = known(deal_id).line
    return DealChange(
        line.customer_email, line.language, line.salesperson_email, line.delivery_planned_on, line.account
    )


def _wrong_days(done: Mapping[str, date], stored: StoredDeal, today: date) -> Iterator[Refused]:
    sold_on = stored.deal.sold_on
    for name, day in done.items():
        why = practices.wrong_day(name, day, sold_on, today)
        if why and day != stored.line.practices.get(name):
            future = why is practices.WrongDay.FUTURE
            where = "lies in the future" if future else f"is before the sale on {sold_on}"
            reason = Reason.DAY_IN_FUTURE if future else Reason.DAY_BEFORE_SALE
            what = f"{name} {day} {where}."
            yield Refused(reason, what, column=f"{name}_on", day=day, sold_on=sold_on)


def _refuse(wrong: list[Refused]) -> None:
    if wrong:
        raise BadInput(Reason.DEAL_UNFIT, [str(one) for one in wrong], parts=wrong)
