"""The organisations for which customers answer."""

from collections.abc import Collection

from kloof.domain.deals.accounts import account_of
from kloof.domain.deals.deals import DealLine
from kloof.storage.database import is_postgresql
from kloof.storage.models import Account, Deal


def put(line: DealLine) -> int | None:
    """The account of this deal, inserted where it is new; None where the line has none."""
    account = account_of(line)
    if account is None:
        return None
    known = Account.select(Account.id).where(Account.key == account.key)
    # Until the deal refers to it, nobody may find it unused.
    row = (known.for_update("FOR KEY SHARE") if is_postgresql() else known).first()  # type: ignore[arg-type]  # as peewee documents
    if row is not None:
        return int(row.id)
    new = Account.insert(key=account.key, name=account.name)
    return int(new.on_conflict(conflict_target=(Account.key,), preserve=(Account.key,)).execute())


def of_customer(customer: int) -> list[int]:
    """The accounts of this customer's deals, by row."""
    of_deals = Deal.select(Deal.account).where(Deal.customer == customer, Deal.account.is_null(False))
    return [deal.account_id for deal in of_deals.distinct() if deal.account_id is not None]


def drop_unused(accounts: Collection[int]) -> None:
    """Delete those of these accounts that no deal is of any more."""
    if is_postgresql():
        # Whoever just took one for a deal is waited for, and seen by the next statement.
        list(Account.select(Account.id).where(Account.id.in_(accounts)).order_by(Account.id).for_update())
    used = Deal.select(Deal.account).where(Deal.account.in_(accounts))
    Account.delete().where(Account.id.in_(accounts), Account.id.not_in(used)).execute()
