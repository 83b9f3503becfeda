"""A customer asks for their data, or asks to be erased (GDPR articles 15, 17 and 20)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kloof import storage
from kloof.actions import ledger
from kloof.actions.deals.upload_work import lines_about
from kloof.actions.former_keys import allow_again, former_of
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.errors import NotFound, Reason
from kloof.domain.jobs.looks import LookKind
from kloof.domain.ledger import LedgerAct
from kloof.domain.mailing.suppression import address_hash, erased_hash
from kloof.domain.spelling import spelled
from kloof.storage import kept_looks, person_data
from kloof.storage.access import audit_log
from kloof.storage.mailing import opt_outs


def export(settings: Settings, email: str, now: datetime, by: Actor = COMMAND_LINE) -> dict[str, Any]:
    """Everything that is kept about the customer with this address, with who saw or changed it. Raises NotFound.

    The export itself is noted first, so that it stands in what is given.
    """
    with storage.transaction():
        return _exported(settings, _number(email), email, now, by)


def export_of_deal(settings: Settings, deal_id: str, now: datetime, by: Actor) -> dict[str, Any]:
    """The same about the customer of this deal."""
    with storage.transaction():
        customer, known_as = person_data.customer_of_deal(deal_id)
        return _exported(settings, customer, known_as, now, by)


def as_pdf(settings: Settings, found: Mapping[str, Any], now: datetime) -> bytes:
    """What an export gave as a PDF, in the customer's language."""
    # The typefaces take a while to load, and JSON needs none.
    from kloof.mail.paper import personal_data

    return personal_data.of_customer(settings, found, now)


def erase(settings: Settings, email: str, now: datetime, by: Actor = COMMAND_LINE) -> int:
    """Erase the customer with this address; gives how many deals went with them. Raises NotFound.

    Only hashes of the address stay, so that no later file brings them back, and nothing is mailed there.
    """
    with ledger.noting(settings) as note, storage.transaction():
        return erase_row(settings, _number(email), email, now, by, note)


def erase_of_deal(settings: Settings, deal_id: str, now: datetime, by: Actor) -> int:
    """The same to the customer of this deal."""
    with ledger.noting(settings) as note, storage.transaction():
        customer, known_as = person_data.customer_of_deal(deal_id)
        return erase_row(settings, customer, known_as, now, by, note)


def allow(
    settings: Settings, known_as: str, now: datetime, by: Actor = COMMAND_LINE, *, mail: bool = False
) -> None:
    """Who was erased has come back on their own: files may name them again. Mail goes to them only with `mail`, since
    they may have asked for none before. Raises NotFound where nobody of this address or number was erased.
    """
    key, former, known_as = settings.secret_key, former_of(settings), spelled(known_as)
    with storage.transaction():
        if not allow_again(key, former, known_as):
            raise NotFound(
                Reason.CUSTOMER_UNKNOWN,
                f"Nobody who was known by {known_as} was erased by this kloof.",
                remedy="Write the address, the number or the deal as the refused line has it.",
            )
        if mail:
            opt_outs.forget([address_hash(one, known_as) for one in (key, *former)])
        audit_log.write(by, AuditAction.ERASURE_LIFTED, now, detail="with mail" if mail else "")


def _exported(settings: Settings, customer: int, known_as: str, now: datetime, by: Actor) -> dict[str, Any]:
    audit_log.write(by, AuditAction.CUSTOMER_EXPORTED, now, deals=person_data.deals_of(customer))
    no_mail = opt_outs.is_opted_out(address_hash(settings.secret_key, known_as))
    found = person_data.everything(customer)
    files = lines_about(found["email"], {deal["deal_id"] for deal in found["deals"]})
    return found | {"gets_mail": not no_mail, "files": files}


def erase_row(
    settings: Settings, customer: int, known_as: str, now: datetime, by: Actor, note: ledger.Note
) -> int:
    """Erase the customer of this row, in the caller's transaction; gives how many deals went with them."""
    note(LedgerAct.ERASED, customer, now)
    deals = person_data.erase(customer, now)
    # The domain of their address may stand there.
    kept_looks.forget(LookKind.FAIR_PLAY, LookKind.CHECK_UP)
    opt_outs.remember(address_hash(settings.secret_key, known_as), opt_outs.ASKED, now)
    opt_outs.remember(erased_hash(settings.secret_key, known_as), opt_outs.ERASED, now)
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
