"""What the desk may ask about, as questions; nothing of it is published or shown to anybody else."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from kloof import storage
from kloof.actions.staff.consent import refuse_without_consent
from kloof.config import Settings
from kloof.domain.access.networks import is_public, mark, network_of
from kloof.domain.addresses import domain_of
from kloof.domain.jobs.looks import LookKind
from kloof.domain.staff.fair_play import (
    LEAST_AT_ONCE,
    MINUTES_AT_ONCE,
    Question,
    TraceQuestion,
    address_questions,
    question_of,
    questions,
)
from kloof.storage import kept_looks
from kloof.storage.access import attempts
from kloof.storage.staff import fair_play


@dataclass(frozen=True, slots=True)
class Named:
    """What to ask about, and what the salesperson is called."""

    name: str
    about: Question | TraceQuestion


@dataclass(frozen=True, slots=True)
class QuestionsAsked:
    """What to ask about, in order of the name, which says nothing; None where nobody has counted yet.

    counted_at: when the worker counted; None where it was counted now.
    """

    named: tuple[Named, ...] | None
    counted_at: datetime | None = None


def asked(settings: Settings, now: datetime) -> QuestionsAsked:
    """The questions: counted now where there are few deals, else as the worker counted them last.

    Raises Refused before the works council agreed.
    """
    refuse_without_consent(settings)
    if not fair_play.is_long():
        return QuestionsAsked(_named(_counted(settings, now)))
    seen = kept_looks.kept([LookKind.FAIR_PLAY]).get(LookKind.FAIR_PLAY)
    if seen is None:
        return QuestionsAsked(None)
    return QuestionsAsked(_named([question_of(facts) for facts in seen.facts["asked"]]), seen.at)


def count(settings: Settings, now: datetime) -> int:
    """Count for the page to show, in place of what was counted before; gives how many questions there are.

    Raises Refused before the works council agreed; then nothing that was counted is kept either.
    """
    if settings.works_council_consent is None:
        kept_looks.forget(LookKind.FAIR_PLAY)
    refuse_without_consent(settings)
    found = _counted(settings, now)
    kept_looks.keep(LookKind.FAIR_PLAY, {"asked": [asdict(one) for one in found]}, now)
    return len(found)


def _counted(settings: Settings, now: datetime) -> list[Question | TraceQuestion]:
    domains = _own_domains(settings) | fair_play.staff_domains()
    return [
        *questions(fair_play.counts(now)),
        *address_questions(fair_play.addresses(), domains),
        *fair_play.answered_at_once(),
    ]


def _named(found: Sequence[Question | TraceQuestion]) -> tuple[Named, ...]:
    names = fair_play.called({about.person for about in found})
    named = [Named(names[about.person], about) for about in found if about.person in names]
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
