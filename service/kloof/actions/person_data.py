"""A customer asks for their data, or asks to be erased (GDPR articles 15, 17 and 20)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from time import sleep
from typing import Any

from kloof import storage
from kloof.actions import ledger
from kloof.actions.deals.upload_work import lines_about
from kloof.actions.former_keys import allow_again, former_of
from kloof.actions.mailing.steps import SECONDS_BETWEEN_PARTS
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.errors import NotFound, Reason
from kloof.domain.jobs.jobs import JobKind
from kloof.domain.jobs.looks import LookKind
from kloof.domain.ledger import LedgerAct
from kloof.domain.mailing.suppression import address_hash, erased_hash
from kloof.domain.spelling import spelled
from kloof.storage import jobs, kept_looks, person_data
from kloof.storage.access import audit_log
from kloof.storage.deals import uploads
from kloof.storage.mailing import opt_outs

DEALS_AT_ONCE = 10
"""Deals that are erased in one transaction: each may retire a block, with all that was answered in it."""


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

    Only hashes of the address stay, so that no later file brings them back, and nothing is mailed there. Who has many
    deals is erased a part at a time, each in a transaction of its own; where that breaks off, the worker goes on.
    """
    return _erased(settings, lambda: (_number(email), email), now, by)


def erase_of_deal(settings: Settings, deal_id: str, now: datetime, by: Actor) -> int:
    """The same to the customer of this deal."""
    return _erased(settings, lambda: person_data.customer_of_deal(deal_id), now, by)


def finish(customer: int, now: datetime) -> None:
    """Erase what is left of a customer of whom `erase` has begun, a part at a time; of nobody else, since a number may
    be given to another customer once it is free.
    """
    while True:
        with storage.transaction():
            if not jobs.is_open(JobKind.ERASE, {"customer": customer}):
                return
            if deals := person_data.deals_of(customer)[:DEALS_AT_ONCE]:
                person_data.erase_deals(customer, deals, now)
            else:
                person_data.erase(customer, now)
                jobs.drop(JobKind.ERASE, {"customer": customer})
        # Whoever waits to write is woken now: to take the next turn at once would pass them by.
        sleep(SECONDS_BETWEEN_PARTS)


def allow(
    settings: Settings, known_as: str, now: datetime, by: Actor = COMMAND_LINE, *, mail: bool = False
) -> None:
    """Who was erased has come back on their own: files may name them again. Mail goes to them only with `mail`, since
    they may have asked for none before. Raises NotFound where nobody of this address or number was erased.
    """
    key, former, known_as = settings.secret_key, former_of(settings), spelled(known_as)
    with ledger.noting(settings) as note, storage.transaction():
        if not allow_again(key, former, known_as):
            raise NotFound(
                Reason.CUSTOMER_UNKNOWN,
                f"Nobody who was known by {known_as} was erased by this kloof.",
                remedy="Write the address, the number or the deal as the refused line has it.",
            )
        for one in (key, *former):
            note.about(LedgerAct.NAME_ALLOWED, erased_hash(one, known_as), now)
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
    deals = _begun(settings, customer, known_as, now, by, note)
    person_data.erase(customer, now)
    return deals


def _erased(settings: Settings, whom: Callable[[], tuple[int, str]], now: datetime, by: Actor) -> int:
    # numpy takes a second to load, and while it does nobody should wait for this transaction.
    from kloof.storage.releases import freezing  # noqa: F401

    with ledger.noting(settings) as note, storage.transaction():
        customer, known_as = whom()
        if len(person_data.deals_of(customer)) <= DEALS_AT_ONCE:
            return erase_row(settings, customer, known_as, now, by, note)
        deals = _begun(settings, customer, known_as, now, by, note)
        uploads.forget_all()
        jobs.ask(JobKind.ERASE, {"customer": customer}, by, now)
    finish(customer, now)
    return deals


def _begun(
    settings: Settings, customer: int, known_as: str, now: datetime, by: Actor, note: ledger.Note
) -> int:
    """From now on no mail goes to them, and no file brings them back; gives how many deals they have."""
    note(LedgerAct.ERASED, customer, now)
    deals = len(person_data.deals_of(customer))
    # The domain of their address may stand there.
    kept_looks.forget(LookKind.FAIR_PLAY, LookKind.CHECK_UP)
    opt_outs.remember(address_hash(settings.secret_key, known_as), opt_outs.ASKED, now)
    name = erased_hash(settings.secret_key, known_as)
    opt_outs.remember(name, opt_outs.ERASED, now)
    # A backup may be of before they were a customer, and then has no row of theirs.
    note.about(LedgerAct.NAME_ERASED, name, now)
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
