"""Deals as the desk sees them: a list, what a search finds, and one deal with what happened to it."""

from dataclasses import dataclass
from datetime import date, datetime

from kloof.actions.deals.edit import unknown
from kloof.config import Settings
from kloof.domain.access.timeline import DealEvent, DealMail, DealSurvey, timeline
from kloof.domain.deals.mail_domains import PUBLIC_PROVIDERS, is_elsewhere
from kloof.domain.deals.steps import DealFilter, DealListed
from kloof.domain.mailing.suppression import address_hash, customer_hash
from kloof.domain.states import OPEN, WAITS, InvitationState, MessageState
from kloof.domain.surveys.definition import Wave
from kloof.storage.access import audit_log, people
from kloof.storage.deals import deal_page, listing, search
from kloof.storage.deals.deal_page import DealFacts
from kloof.storage.deals.listing import DealPage, ListPlace
from kloof.storage.deals.search import Match
from kloof.storage.mailing import opt_outs
from kloof.storage.surveys import passing
from kloof.storage.surveys.passing import PassedTo

PER_PAGE = 25
MOST_SIBLINGS = 20
MOST_CHOICES = 200
_GO_AGAIN = frozenset({MessageState.HELD, MessageState.FAILED, MessageState.BOUNCED})


@dataclass(frozen=True, slots=True)
class DealsFound:
    """A page of what a search finds; `onward` is where to go on, None at its end."""

    deals: tuple[DealListed, ...]
    onward: Match | None


@dataclass(frozen=True, slots=True)
class DeskDeal:
    """One deal. `waiting`: mail on its way; `again`: what can be sent again. `siblings`: other deals of the customer.
    `successors`: address → name of who can take it over. `stopped`: why the customer gets no mail, `asked` or
    `bounced`; empty where they do. `resumable`: the surveys
    that were stopped and would still be open. `passed_on`: the surveys that a colleague of the customer is asked,
    and of these `elsewhere` those where the address is of another organisation than the customer's.
    """

    facts: DealFacts
    surveys: tuple[DealSurvey, ...]
    waiting: tuple[DealMail, ...]
    again: tuple[DealMail, ...]
    events: tuple[DealEvent, ...]
    siblings: tuple[str, ...]
    successors: dict[str, str]
    stopped: str
    today: date
    resumable: tuple[DealSurvey, ...]
    passed_on: tuple[PassedTo, ...] = ()
    elsewhere: frozenset[Wave] = frozenset()

    @property
    def looked_after_by(self) -> str:
        """The name of who looks after it now."""
        return self.facts.successor or self.facts.seller

    @property
    def answered_after(self) -> bool:
        """Whether the customer has begun to answer the second survey: the day of delivery stays."""
        return any(survey.wave is Wave.DELIVERY and survey.began for survey in self.surveys)

    @property
    def to_stop(self) -> tuple[DealSurvey, ...]:
        """The surveys that still take answers."""
        return tuple(survey for survey in self.surveys if survey.state in OPEN)


def listed(
    settings: Settings,
    wanted: DealFilter,
    now: datetime,
    after: ListPlace | None = None,
    *,
    most: int = PER_PAGE,
) -> DealPage:
    """A page of the deals that fit, in the order of storage.deals.listing."""
    return listing.page(wanted, settings.today(now), most, after)


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What a list can be narrowed to; `sellers` is number → name."""

    products: tuple[str, ...]
    teams: tuple[str, ...]
    sellers: dict[int, str]


def choices() -> FilterChoices:
    """The products and teams of which there are deals, and who sells."""
    sellers = sorted(people.salespeople().values(), key=lambda person: person.name.casefold())
    return FilterChoices(
        products=tuple(listing.products(MOST_CHOICES)),
        teams=tuple(listing.teams(MOST_CHOICES)),
        sellers={person.id: person.name for person in sellers},
    )


def is_number(words: str) -> bool:
    """Whether a deal has exactly this number."""
    return deal_page.facts(words) is not None


def found(words: str, after: Match | None = None) -> DealsFound:
    """A page of the deals that these words find."""
    matches = search.found(words, PER_PAGE + 1, after)
    shown = matches[:PER_PAGE]
    onward = shown[-1] if len(matches) > PER_PAGE else None
    return DealsFound(tuple(listing.listed([match.deal for match in shown])), onward)


def deal(settings: Settings, deal_id: str, now: datetime) -> DeskDeal:
    """The deal with this number, and all that happened to it that the desk may know. Raises NotFound."""
    facts = deal_page.facts(deal_id)
    if facts is None:
        raise unknown(deal_id)
    passed = tuple(passing.standing(facts.id))
    mails, surveys = deal_page.mails(facts.id), deal_page.surveys(facts.id)
    return DeskDeal(
        facts=facts,
        surveys=tuple(surveys),
        waiting=tuple(mail for mail in mails if mail.state in WAITS | {MessageState.SENDING}),
        again=tuple(mail for mail in mails if mail.state in _GO_AGAIN),
        events=timeline(surveys, mails, audit_log.about_deals([facts.id])),
        siblings=tuple(deal_page.numbers_of_customer(facts.customer, facts.id, MOST_SIBLINGS)),
        successors={
            address: person.name
            for address, person in people.salespeople().items()
            if person.name not in {facts.successor or facts.seller}
        },
        stopped=_stopped(settings, facts),
        today=settings.today(now),
        resumable=tuple(one for one in surveys if _can_go_on(one, facts, now)),
        passed_on=passed,
        elsewhere=frozenset(one.wave for one in passed if _is_elsewhere(settings, one, facts)),
    )


def _is_elsewhere(settings: Settings, passed: PassedTo, facts: DealFacts) -> bool:
    providers = PUBLIC_PROVIDERS | set(settings.deals.mail_providers)
    return is_elsewhere(passed.email, facts.email, providers)


def _can_go_on(survey: DealSurvey, facts: DealFacts, now: datetime) -> bool:
    stopped = survey.state is InvitationState.CANCELLED and facts.cancelled_on is None
    return stopped and survey.expires_at > now


def _stopped(settings: Settings, facts: DealFacts) -> str:
    key = settings.secret_key
    reasons = opt_outs.reasons({address_hash(key, facts.address), customer_hash(key, facts.customer)})
    if {opt_outs.ASKED, opt_outs.ALSO} & {*reasons.values()}:
        return opt_outs.ASKED
    return opt_outs.BOUNCED if reasons else ""
