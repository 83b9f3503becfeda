"""What a salesperson sees of their own deals, and nothing that a customer did not agree to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from kloof import storage
from kloof.config import Settings
from kloof.domain.access import owns
from kloof.domain.answers import Answers, unpack
from kloof.domain.audit_log import What, by
from kloof.domain.errors import NotFound, Refused
from kloof.domain.feedback import NotYet, Total, total_of
from kloof.domain.gap import AspectGap, Pair
from kloof.domain.people import Person
from kloof.domain.surveys import Survey, SurveyKey, Wave
from kloof.storage import audit, feedback, surveys
from kloof.storage.feedback import OwnDeal, WrittenPromise

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DealView:
    """One own deal; `gaps` is empty unless the customer let their name stand beside their answers."""

    deal: OwnDeal
    gaps: tuple[AspectGap, ...]

    @property
    def mean_gap(self) -> float | None:
        """Mean S over the aspects that have both sides, on the survey's scale."""
        known = [gap.gap for gap in self.gaps if gap.gap is not None]
        return sum(known) / len(known) if known else None


@dataclass(frozen=True, slots=True)
class SurveyTotal:
    """What the customers who chose "only in totals" said together, for one survey version."""

    survey: Survey
    total: Total | NotYet


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on a salesperson's own page."""

    deals: tuple[DealView, ...]
    totals: tuple[SurveyTotal, ...]
    surveys: dict[SurveyKey, Survey]


@dataclass(frozen=True, slots=True)
class DealDetail:
    """One own deal of a customer who agreed to be named, in full."""

    view: DealView
    survey: Survey
    promises: tuple[WrittenPromise, ...]


def refuse_without_consent(settings: Settings) -> None:
    """Raise Refused until the works council's consent is recorded (WOR art. 27; ECLI:NL:RBAMS:2017:7888)."""
    if settings.works_council_consent is None:
        raise Refused(
            "The salespeople's own view is off until the works council has agreed to it.",
            remedy="Record its consent in kloof.toml: works_council_consent = 2026-11-23",
        )


def overview(settings: Settings, person: Person) -> Overview:
    """A salesperson's own deals, the named ones with gaps, and the totals of the others."""
    refuse_without_consent(settings)
    deals = feedback.own_deals(person.id)
    editions = surveys.by_keys({own.deal.survey for own in deals})
    views = tuple(_view(own, editions[own.deal.survey]) for own in deals)
    return Overview(views, tuple(_totals(deals, editions)), editions)


def detail(settings: Settings, person: Person, deal_id: str, now: datetime) -> DealDetail:
    """One own deal in full. Raises NotFound for a deal that is not there, not theirs, or not shared by name."""
    refuse_without_consent(settings)
    with storage.transaction():
        own = feedback.own_deal(deal_id)
        if own is None or not owns(person, own.deal) or not own.named:
            raise NotFound("There is no such deal here.")
        audit.write(by(person), What.FEEDBACK_READ, now, deals=[own.deal.id])
    survey = surveys.by_key(own.deal.survey)
    return DealDetail(_view(own, survey), survey, tuple(feedback.promises(own.deal.id)))


def _view(own: OwnDeal, survey: Survey) -> DealView:
    if not own.named:
        return DealView(own, ())
    return DealView(own, _pair(own, survey).gaps)


def _pair(own: OwnDeal, survey: Survey) -> Pair:
    return Pair(
        survey, _answers(survey, Wave.SALE, own.expected), _answers(survey, Wave.DELIVERY, own.received)
    )


def _answers(survey: Survey, wave: Wave, sheet: bytes | None) -> Answers:
    return unpack(survey, wave, sheet or b"")


def _totals(deals: list[OwnDeal], editions: dict[SurveyKey, Survey]) -> Iterable[SurveyTotal]:
    in_order = sorted(
        (own for own in deals if own.completed_at and not own.named),
        key=lambda own: (own.completed_at or _LONG_AGO, own.deal.id),
    )
    for key, survey in sorted(editions.items(), key=lambda edition: str(edition[0])):
        pairs = [(own.deal.customer, _pair(own, survey)) for own in in_order if own.deal.survey == key]
        complete = [(customer, pair) for customer, pair in pairs if pair.complete]
        yield SurveyTotal(survey, total_of(complete))
