"""What the desk may ask about, as questions; nothing of it is stored, published or shown to anybody else."""

from dataclasses import dataclass
from datetime import datetime

from kloof.actions.staff.consent import refuse_without_consent
from kloof.config import Settings
from kloof.domain.staff.fair_play import AddressQuestion, Question, address_questions, domain_of, questions
from kloof.storage.staff import fair_play


@dataclass(frozen=True, slots=True)
class Named:
    """What to ask about, and what the salesperson is called."""

    name: str
    about: Question | AddressQuestion


def asked(settings: Settings, now: datetime) -> tuple[Named, ...]:
    """The questions in order of the name, which says nothing. Raises Refused before the works council agreed."""
    refuse_without_consent(settings)
    domains = _own_domains(settings) | fair_play.staff_domains()
    found: list[Question | AddressQuestion] = [*questions(fair_play.counts(now))]
    found += address_questions(fair_play.addresses(), domains)
    names = fair_play.called({about.person for about in found})
    named = [Named(names[about.person], about) for about in found]
    return tuple(sorted(named, key=lambda one: (one.name.casefold(), one.about.person)))


def _own_domains(settings: Settings) -> set[str]:
    """Where the company itself has mail, by its settings."""
    mail = settings.mail
    addresses = (settings.mail_from, mail.reply_to, mail.bounce_address, settings.company.contact)
    return {domain_of(address) for address in addresses if address and "@" in address}
