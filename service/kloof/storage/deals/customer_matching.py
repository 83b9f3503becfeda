"""Who a customer is: the same address, else the same number in the CRM, else the same deal.

Disclosure control counts customers, so two rows must never be one person when there is a way to know better.
"""

from collections.abc import Iterable
from typing import NamedTuple

from kloof.domain.deals.deals import DealLine
from kloof.domain.spelling import spelled
from kloof.storage.database import is_postgresql
from kloof.storage.deals import search
from kloof.storage.models import Customer, Deal, Message
from kloof.storage.statements import rows


class _Nameless(NamedTuple):
    deal: str
    name: str


_NAMELESS = """
SELECT d.deal_id AS deal, d.customer_name AS name FROM deal d JOIN customer c ON c.id = d.customer_id
WHERE d.by_letter AND c.email IS NULL AND c.number IS NULL AND c.name <> ''
"""


def put(line: DealLine, present: int, *, moved: bool = False) -> int:
    """The customer of this deal, inserted where nobody knows them; `present` is whose deal it is now.

    A customer who only now gets an address, or loses it, stays the same one; so does who `moved` to another.
    """
    now = _row(Customer.id == present)
    found = now if moved else _by_key(line, now)
    known = {"name": line.customer_name, "language": line.language}
    if found is None:
        return int(
            Customer.insert(email=line.customer_email or None, number=_free_number(line), **known).execute()
        )
    if line.customer_email:
        known["email"] = line.customer_email
    if found.number is None and (number := _free_number(line)):
        known["number"] = number
    Customer.update(**known).where(Customer.id == found.id).execute()
    if known.get("email", found.email) != found.email:
        search.renew_of_customer(int(found.id))
    return int(found.id)


def let_go(customer: int) -> None:
    """Keep nothing personal of this customer (row id), in the caller's transaction, where no deal is theirs any more.

    Whoever was mailed keeps their address, since their limits count it. Their number stays, so that nobody else ever
    gets it: figures, limits and hashes were made with it.
    """
    if is_postgresql():
        # Whoever just took them for a deal is waited for, and seen by the next statement.
        list(Customer.select(Customer.id).where(Customer.id == customer).for_update())
    used = Deal.select(Deal.customer).where(Deal.customer == customer)
    mailed = Message.select(Message.customer).where(Message.customer == customer)
    Customer.update(email=None, number=None, name="").where(
        Customer.id == customer, Customer.id.not_in(used), Customer.id.not_in(mailed)
    ).execute()


def _by_key(line: DealLine, present: Customer | None) -> Customer | None:
    if line.customer_email:
        by_address = _row(Customer.email == line.customer_email)
        numbered = by_address or _numbered(line) or present
        return numbered if numbered and numbered.email in {None, line.customer_email} else None
    if line.customer_number:
        other = present is not None and present.number not in {None, line.customer_number}
        return _numbered(line) or (None if other else present)
    return present


def _numbered(line: DealLine) -> Customer | None:
    return _row(Customer.number == line.customer_number) if line.customer_number else None


def _free_number(line: DealLine) -> str | None:
    return None if _numbered(line) else line.customer_number or None


def _row(condition: object) -> Customer | None:
    row: Customer | None = Customer.get_or_none(condition)
    return row


def owner(address: str) -> int | None:
    """The customer (row id) who has this address; None for nobody, and for no address."""
    row = _row(Customer.email == address) if address else None
    return int(row.id) if row else None


def nameless(besides: Iterable[str]) -> dict[str, str]:
    """Name, in lower case → deal, of the customers who are known by one deal only; `besides` are deals to leave out."""
    left_out = set(besides)
    return {name_key(row.name): row.deal for row in rows(_Nameless, _NAMELESS) if row.deal not in left_out}


def name_key(name: str) -> str:
    """A name as it is compared: case, spaces and what nobody sees do not count."""
    return spelled(spelled(name).casefold())
