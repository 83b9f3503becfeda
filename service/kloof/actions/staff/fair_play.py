"""What the desk may ask about, as questions; nothing of it is published or shown to anybody else."""

from dataclasses import dataclass
from datetime import datetime

from kloof import storage
from kloof.actions.staff.consent import refuse_without_consent
from kloof.config import Settings
from kloof.domain.access.networks import is_public, mark, network_of
from kloof.domain.addresses import domain_of
from kloof.domain.staff.fair_play import (
    LEAST_AT_ONCE,
    MINUTES_AT_ONCE,
    Question,
    TraceQuestion,
    address_questions,
    questions,
)
from kloof.storage.access import attempts
from kloof.storage.staff import fair_play


@dataclass(frozen=True, slots=True)
class Named:
    """What to ask about, and what the salesperson is called."""

    name: str
    about: Question | TraceQuestion


def asked(settings: Settings, now: datetime) -> tuple[Named, ...]:
    """The questions in order of the name, which says nothing. Raises Refused before the works council agreed."""
    refuse_without_consent(settings)
    domains = _own_domains(settings) | fair_play.staff_domains()
    found: list[Question | TraceQuestion] = [*questions(fair_play.counts(now))]
    found += address_questions(fair_play.addresses(), domains)
    found += fair_play.answered_at_once()
    names = fair_play.called({about.person for about in found})
    named = [Named(names[about.person], about) for about in found]
    return tuple(sorted(named, key=lambda one: (one.name.casefold(), one.about.person)))


def note_network(settings: Settings, deal: int, address: str | None, now: datetime) -> None:
    """A customer sent in their first survey from this IP address; `deal` is its row.

    Kept is only that several customers of one salesperson did so from one network within a quarter of an hour, and
    only since the works council agreed. Until the next quarter but one, marks that tell nothing without the secret key
    stand for who and where.
    """
    if settings.works_council_consent is None or not is_public(address):
        return
    parties = fair_play.parties(deal)
    if parties is None:
        return
    seller, customer = parties
    network = network_of(address)
    window = int(now.timestamp()) // (60 * MINUTES_AT_ONCE)
    with storage.transaction():
        once = mark(settings.secret_key, network, seller, customer)
        if attempts.count("answer-customer", once, window) > 1:
            return
        if (
            attempts.count("answer-network", mark(settings.secret_key, network, seller), window)
            == LEAST_AT_ONCE
        ):
            fair_play.keep_answered_at_once(seller, now)


def _own_domains(settings: Settings) -> set[str]:
    """Where the company itself has mail, by its settings."""
    mail = settings.mail
    addresses = (settings.mail_from, mail.reply_to, mail.bounce_address, settings.company.contact)
    return {domain_of(address) for address in addresses if address and "@" in address}
