"""Whom a line of the ledger can be about: the rows of customers and of what they were asked."""

from typing import NamedTuple

from kloof.storage.mailing.opt_outs import SentTo
from kloof.storage.models import Customer, Invitation
from kloof.storage.statements import rows


class _Reached(NamedTuple):
    customer: int
    address: str | None
    number: str | None
    deal: int
    deal_id: str


_REACHED = """
SELECT c.id AS customer, c.email AS address, c.number AS number, d.id AS deal, d.deal_id AS deal_id
FROM customer c JOIN deal d ON d.id = (
  SELECT MIN(o.id) FROM deal o LEFT JOIN invitation i ON i.deal_id = o.id
  WHERE o.customer_id = c.id OR i.asked_id = c.id)
WHERE c.id = ?
"""


def customers() -> list[int]:
    """Every customer, by row."""
    return [row.id for row in Customer.select(Customer.id).order_by(Customer.id)]


def links() -> dict[int, str]:
    """The fingerprint of the link of every invitation, by row."""
    found = Invitation.select(Invitation.id, Invitation.link_fingerprint).order_by(Invitation.id)
    return {row.id: row.link_fingerprint for row in found}


def reached(customer: int) -> tuple[SentTo, str] | None:
    """Where mail to this customer goes, and by what they are known: address, else number, else deal; None without a
    deal.
    """
    found = rows(_Reached, _REACHED, customer)
    if not found:
        return None
    row = found[0]
    return SentTo(row.customer, row.address or "", row.deal), row.address or row.number or row.deal_id
