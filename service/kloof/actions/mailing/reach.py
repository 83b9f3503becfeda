"""Whether mail reaches a customer: it stops where an address is dead, and goes on where somebody says it is not."""

from datetime import datetime

from kloof.actions.mailing import invite
from kloof.config import Settings
from kloof.domain.mailing.suppression import address_hash, customer_hash
from kloof.domain.states import InvitationState
from kloof.storage.deals import deals
from kloof.storage.mailing import opt_outs, outbox, stopped
from kloof.storage.mailing.review import SentMail
from kloof.storage.mailing.stopped import StoppedInvitation
from kloof.storage.surveys import versions

MOST_SOFT_BOUNCES = 3
"""Times that one mail comes back, or is put off for a day, before its address is taken for dead."""
DEAD = "Mail to this address bounces."


def stop(settings: Settings, email: str, customer: int, now: datetime) -> None:
    """No more mail to this address, for any deal; what waits for its customer stops. Call it in a transaction."""
    opt_outs.remember(address_hash(settings.secret_key, email), opt_outs.BOUNCED, now)
    outbox.withdraw(outbox.awaiting(customer), InvitationState.STOPPED, DEAD, now)


def lift(settings: Settings, mail: SentMail, now: datetime) -> None:
    """Take the address of this mail for alive again, and go on where its bounces stopped it. Call it in a transaction.

    Whoever asked for no more mail gets none.
    """
    key = settings.secret_key
    address = address_hash(key, mail.email)
    if not opt_outs.lift(address) or opt_outs.reasons({address, customer_hash(key, mail.customer)}):
        return
    for one in stopped.of(mail.customer):
        if one.sent:
            stopped.go_on(one.invitation, InvitationState.INVITED)
        elif one.mail == mail.id:
            stopped.go_on(one.invitation, InvitationState.PLANNED)
        else:
            _ask_anew(settings, one, now)


def _ask_anew(settings: Settings, one: StoppedInvitation, now: datetime) -> None:
    """What never went out is planned as if it were asked now."""
    deal = deals.stored([one.deal_id])[one.deal_id].deal
    survey = versions.by_key(deal.survey)
    invite.invite_again(settings, deal, survey, one.wave, now)
