"""The organisations for which customers answer, and those that nobody has named yet."""

from collections.abc import Collection
from typing import NamedTuple

from kloof.domain.deals.accounts import account_of
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.mail_domains import LEAST_SHARING, SharedDomain
from kloof.storage.database import is_postgresql
from kloof.storage.models import Account, Deal
from kloof.storage.statements import rows, several


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


class _Shared(NamedTuple):
    domain: str
    customers: int


_AT = {"sqlite": "instr(c.email, '@')", "postgresql": "strpos(c.email, '@')"}
_SHARED = """
SELECT domain, COUNT(DISTINCT customer) AS customers FROM (
  SELECT c.id AS customer, substr(c.email, {at} + 1) AS domain
  FROM (SELECT customer_id, account_id FROM deal ORDER BY id DESC LIMIT ?) d
  JOIN customer c ON c.id = d.customer_id WHERE d.account_id IS NULL AND c.email IS NOT NULL
) addresses
WHERE domain NOT IN ({public}) GROUP BY domain HAVING COUNT(DISTINCT customer) >= ? ORDER BY customers DESC, domain
"""
_EVERY = 2**31 - 1


def shared_domains(public: Collection[str], of_last: int | None = None) -> list[SharedDomain]:
    """Mail domains that many customers share whose deals have no account, most customers first.

    public: domains of providers, where sharing one says nothing. of_last: look at this many deals only, newest first.
    """
    sql = _SHARED.format(at=_AT["postgresql" if is_postgresql() else "sqlite"], public=several(public))
    found = rows(_Shared, sql, of_last or _EVERY, *public, LEAST_SHARING)
    return [SharedDomain(row.domain, row.customers) for row in found]
