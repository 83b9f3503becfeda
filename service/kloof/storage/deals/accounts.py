"""The organisations for which customers answer, and those that nobody has named yet."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from kloof.domain.deals.accounts import account_of
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.mail_domains import LEAST_SHARING, SharedDomain
from kloof.storage.database import is_postgresql
from kloof.storage.models import Account, Deal
from kloof.storage.statements import insert_all, rows, several


class KnownAccount(NamedTuple):
    """An account as it stands: its row, and its name as a deal first spelt it."""

    id: int
    name: str


def put(line: DealLine) -> int | None:
    """The account of this deal, inserted where it is new; None where the line has none."""
    return next((account.id for account in put_all([line]).values()), None)


def put_all(lines: Iterable[DealLine]) -> dict[str, KnownAccount]:
    """The accounts of these deals by their keys, inserted where they are new, under the name that came first."""
    named: dict[str, str] = {}
    for line in lines:
        if account := account_of(line):
            named.setdefault(account.key, account.name)
    known = _known([*named])
    new = sorted(key for key in named if key not in known)
    otherwise = "ON CONFLICT (key) DO NOTHING"
    insert_all("account", ("name", "key"), ((named[key], key) for key in new), otherwise)
    return known | _known(new)


def _known(keys: Sequence[str]) -> dict[str, KnownAccount]:
    if not keys:
        return {}
    known = Account.select().where(Account.key.in_(keys)).order_by(Account.id)
    # Until the deals refer to them, nobody may find them unused.
    locked = known.for_update("FOR KEY SHARE") if is_postgresql() else known  # type: ignore[arg-type]  # as peewee documents
    return {row.key: KnownAccount(row.id, row.name) for row in locked}


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
# Each customer is looked up: joined, PostgreSQL would read all of them for the last few.
_SHARED = """
SELECT domain, COUNT(DISTINCT customer) AS customers FROM (
  SELECT d.customer_id AS customer, d.domain AS domain FROM (
    SELECT customer_id, account_id,
           (SELECT substr(c.email, {at} + 1) FROM customer c WHERE c.id = deal.customer_id) AS domain
    FROM deal ORDER BY id DESC LIMIT ?) d
  WHERE d.account_id IS NULL
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
