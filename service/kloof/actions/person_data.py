"""A customer asks for their data, or asks to be erased (GDPR articles 15, 17 and 20)."""

from datetime import datetime
from typing import Any

from kloof import storage
from kloof.actions.deals.upload_work import lines_about
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.errors import NotFound, Reason
from kloof.domain.mailing.suppression import address_hash
from kloof.storage import person_data
from kloof.storage.access import audit_log
from kloof.storage.mailing import opt_outs


def export(settings: Settings, email: str, now: datetime) -> dict[str, Any]:
    """Everything that is kept about the customer with this address, with who saw or changed it. Raises NotFound.

    The export itself is noted first, so that it stands in what is given.
    """
    with storage.transaction():
        return _exported(settings, _number(email), email, now, COMMAND_LINE)


def export_of_deal(settings: Settings, deal_id: str, now: datetime, by: Actor) -> dict[str, Any]:
    """The same about the customer of this deal."""
    with storage.transaction():
        customer, known_as = person_data.customer_of_deal(deal_id)
        return _exported(settings, customer, known_as, now, by)


def erase(settings: Settings, email: str, now: datetime) -> int:
    """Erase the customer with this address; gives how many deals went with them. Raises NotFound.

    Only a hash of the address stays, so that a later file with the same address mails them nothing.
    """
    with storage.transaction():
        return _erased(settings, _number(email), email, now, COMMAND_LINE)


def erase_of_deal(settings: Settings, deal_id: str, now: datetime, by: Actor) -> int:
    """The same to the customer of this deal."""
    with storage.transaction():
        customer, known_as = person_data.customer_of_deal(deal_id)
        return _erased(settings, customer, known_as, now, by)


def _exported(settings: Settings, customer: int, known_as: str, now: datetime, by: Actor) -> dict[str, Any]:
    audit_log.write(by, AuditAction.CUSTOMER_EXPORTED, now, deals=person_data.deals_of(customer))
    no_mail = opt_outs.is_opted_out(address_hash(settings.secret_key, known_as))
    found = person_data.everything(customer)
    files = lines_about(found["email"], {deal["deal_id"] for deal in found["deals"]})
    return found | {"gets_mail": not no_mail, "files": files}


def _erased(settings: Settings, customer: int, known_as: str, now: datetime, by: Actor) -> int:
    deals = person_data.erase(customer, now)
    opt_outs.remember(address_hash(settings.secret_key, known_as), opt_outs.ASKED, now)
    audit_log.write(by, AuditAction.CUSTOMER_ERASED, now, detail=f"{deals} deals")
    return deals


def _number(email: str) -> int:
    customer = person_data.number_of(email)
    if customer is None:
        raise NotFound(
            Reason.CUSTOMER_UNKNOWN,
            f"No customer has the address, the number or, of a customer without an address, the deal {email.strip()}.",
            remedy="Write it as it stands in the deals file.",
        )
    return customer
