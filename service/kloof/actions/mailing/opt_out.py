"""A customer wants no more mail: remembered for them and for their address, over all deals, now and later."""

from datetime import datetime

from kloof import storage
from kloof.actions import ledger
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.access.audit_log import CUSTOMER, AuditAction
from kloof.domain.errors import NotFound, Reason
from kloof.domain.ledger import LedgerAct
from kloof.domain.mailing.suppression import address_hash, customer_hash
from kloof.domain.states import InvitationState
from kloof.domain.webhooks.events import EventKind, Happened
from kloof.storage.access import audit_log, former_links
from kloof.storage.mailing import findings_requests, opt_outs, outbox
from kloof.storage.mailing.opt_outs import SentTo
from kloof.storage.webhooks import outbox as webhooks


def recognise(token: str) -> None:
    """Raises NotFound where this link was never mailed by us."""
    _sent_to(token)


def stop(settings: Settings, token: str, now: datetime) -> None:
    """Send this customer nothing more. Links that they already have keep working. Raises NotFound."""
    to = _sent_to(token)
    with ledger.noting(settings) as note, storage.transaction():
        no_more(settings, to, now, note)


def no_more(settings: Settings, to: SentTo, now: datetime, note: ledger.Note, detail: str = "") -> None:
    """Remember that this customer wants no more mail, in the caller's transaction; `detail` is how they said so."""
    note(LedgerAct.NO_MAIL, to.customer, now)
    known_as = customer_hash(settings.secret_key, to.customer)
    new = opt_outs.remember(known_as, opt_outs.ALSO if to.address else opt_outs.ASKED, now)
    if to.address:
        new |= opt_outs.ask(address_hash(settings.secret_key, to.address), now)
    if new:
        audit_log.write(CUSTOMER, AuditAction.MAIL_STOPPED, now, deals=[to.deal], detail=detail)
        webhooks.tell([Happened(EventKind.INVITATION_OPTED_OUT, {}, to.deal)], now)
    findings_requests.forget(to.customer, "The customer wants no more mail.", now)
    waiting = outbox.awaiting(to.customer)
    outbox.withdraw(waiting, InvitationState.STOPPED, "The customer wants no more mail.", now)


def _sent_to(token: str) -> SentTo:
    found = former_links.opened_by(opt_outs.sent_to, tokens.fingerprint(token))
    if found is None:
        raise NotFound(Reason.LINK_CLOSED, "This link opens nothing.")
    return found
