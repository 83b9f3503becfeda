"""A customer gets another address: whose other deals go along, and what becomes of links that went to the old one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from kloof.actions.former_keys import former_of, heed_earlier
from kloof.actions.mailing import invite
from kloof.config import Settings
from kloof.domain.deals.deals import Deal
from kloof.domain.errors import Reason, Refused
from kloof.domain.mailing.suppression import address_hash, customer_hash
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.storage import person_data
from kloof.storage.deals import customer_matching, deal_page, deals
from kloof.storage.deals.deals import StoredDeal
from kloof.storage.mailing import opt_outs, outbox
from kloof.storage.surveys import versions

_OUT = frozenset({InvitationState.INVITED, InvitationState.STOPPED})


@dataclass(frozen=True, slots=True)
class Readdressing:
    """Whose address it is now. `along`: the customer's other deals that go to it too. `stay`: those that keep the old
    one, since their customer answered from there. `joins`: deals of the customer who had this address already, and
    who is the same one from now on.
    """

    along: tuple[str, ...] = ()
    stay: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()


def customers_of(stored: StoredDeal, address: str) -> list[int]:
    """Every deal (row id) of the customer of this one, and of who has that address."""
    owner = customer_matching.owner(address)
    rows = {*person_data.deals_of(stored.deal.customer), *(person_data.deals_of(owner) if owner else ())}
    return sorted(rows)


def is_unreachable(settings: Settings, stored: StoredDeal) -> bool:
    """Whether mail to the address of this deal comes back: then even a customer who has answered gets another."""
    before = stored.line.customer_email
    if not before:
        return False
    noted = opt_outs.reasons({address_hash(settings.secret_key, before)}).values()
    return opt_outs.BOUNCED in noted or outbox.never_arrived(stored.deal.id)


def readdress(settings: Settings, stored: StoredDeal, address: str, now: datetime) -> Readdressing:
    """Mail about this deal goes to that address, in the caller's transaction; empty for letters from now on.

    The whole customer goes along, unless another of their deals was answered: then only this one does. Where the
    address is another customer's, the two are one from now on. A link that went to the old address opens nothing any
    more where nobody answered by it, and the customer is asked anew. Raises Refused where the customer has answered
    and mail does reach them, or where their answers would come to another.
    """
    unreachable = is_unreachable(settings, stored)
    owner = customer_matching.owner(address)
    another = owner if owner != stored.deal.customer else None
    mailed = [] if not (address and stored.line.customer_email) else _mailed_besides(stored)
    stay = [] if unreachable else [other for other in mailed if other.answered]
    along = [] if stay else mailed
    if stored.answered or any(other.answered for other in along):
        _refuse_to_pass_on(stored, address, another, unreachable=unreachable)
    joins = deal_page.numbers_of_customer(another) if another else []
    _move([stored, *along], address, now, moved=not (another or stay))
    opt_outs.lift(address_hash(settings.secret_key, address))
    if address:
        heed_earlier(settings.secret_key, former_of(settings), address, now)
    _ask_again(settings, [stored, *along], now)
    return Readdressing(_numbers(along), _numbers(stay), tuple(joins))


def gets_no_mail(settings: Settings, stored: StoredDeal) -> bool:
    """Whether the customer of this deal asked for no more mail, whatever their address."""
    known_as = {
        customer_hash(settings.secret_key, stored.deal.customer),
        address_hash(settings.secret_key, stored.line.customer_email),
    }
    return bool({opt_outs.ASKED, opt_outs.ALSO} & {*opt_outs.reasons(known_as).values()})


def _refuse_to_pass_on(stored: StoredDeal, address: str, another: int | None, *, unreachable: bool) -> None:
    if not unreachable:
        raise Refused(
            Reason.CUSTOMER_HAS_ANSWERED,
            "The customer has answered already, so customer_email can no longer change.",
            columns="customer_email",
        )
    if another:
        raise Refused(
            Reason.ADDRESS_OF_ANOTHER,
            f"Mail to {stored.line.customer_email} comes back, but {address} is another customer's address.",
            remedy="Give the customer an address of their own, or none: then they get a letter.",
            before=stored.line.customer_email,
            address=address,
        )


def _mailed_besides(stored: StoredDeal) -> list[StoredDeal]:
    """The customer's other deals, without those that keep to paper."""
    others = deals.stored(deal_page.numbers_of_customer(stored.deal.customer, besides=stored.deal.id))
    return [other for other in others.values() if other.line.customer_email]


def _move(moving: Iterable[StoredDeal], address: str, now: datetime, *, moved: bool) -> None:
    for one in moving:
        line = replace(one.line, customer_email=address)
        deals.put(line, one.deal.salesperson, versions.row_of(one.deal.survey), now, moved=moved)


def _ask_again(settings: Settings, moved: Iterable[StoredDeal], now: datetime) -> None:
    for one in moved:
        one_now = deals.stored([one.deal.deal_id])[one.deal.deal_id]
        deal = one_now.deal
        if deal.cancelled_on is None and not gets_no_mail(settings, one_now):
            for wave in (Wave.SALE, Wave.DELIVERY) if deal.delivered_on else (Wave.SALE,):
                _ask_elsewhere(settings, deal, wave, now)


def _ask_elsewhere(settings: Settings, deal: Deal, wave: Wave, now: datetime) -> None:
    asked = outbox.asked(deal.id, wave)
    survey = versions.by_key(deal.survey)
    if asked is not None and not asked.answered and asked.state in _OUT:
        outbox.forget(asked.invitation)
        invite.invite(settings, deal, survey, wave, now, anew=True)
    else:
        invite.invite_again(settings, deal, survey, wave, now)


def _numbers(some: Iterable[StoredDeal]) -> tuple[str, ...]:
    return tuple(one.deal.deal_id for one in some)
