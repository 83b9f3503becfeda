"""A customer asks for their data, or asks to be erased (GDPR articles 15, 17 and 20)."""

from datetime import datetime
from typing import Any

from kloof import storage
from kloof.config import Settings
from kloof.domain.addresses import address_hash
from kloof.domain.audit_log import COMMAND_LINE, What
from kloof.domain.errors import NotFound
from kloof.storage import audit, customers, opt_outs


def export(settings: Settings, email: str, now: datetime) -> dict[str, Any]:
    """Everything that is kept about the customer with this address, with who saw or changed it. Raises NotFound.

    The export itself is noted first, so that it stands in what is given.
    """
    with storage.transaction():
        customer = _number(email)
        audit.write(COMMAND_LINE, What.CUSTOMER_EXPORTED, now, deals=customers.deals_of(customer))
        no_mail = opt_outs.is_opted_out(address_hash(settings.secret_key, email.strip().lower()))
        return customers.everything(customer) | {"gets_mail": not no_mail}


def erase(settings: Settings, email: str, now: datetime) -> int:
    """Erase the customer with this address; gives how many deals went with them. Raises NotFound.

    Only a hash of the address stays, so that a later file with the same address mails them nothing.
    """
    with storage.transaction():
        deals = customers.erase(_number(email), now)
        opt_outs.remember(address_hash(settings.secret_key, email.strip().lower()), opt_outs.ASKED, now)
        audit.write(COMMAND_LINE, What.CUSTOMER_ERASED, now, detail=f"{deals} deals")
    return deals


def _number(email: str) -> int:
    customer = customers.number_of(email)
    if customer is None:
        raise NotFound(
            f"No customer has the address, the number or, for who has no address, the deal {email.strip()}.",
            remedy="Write it as it stands in the deals file.",
        )
    return customer
