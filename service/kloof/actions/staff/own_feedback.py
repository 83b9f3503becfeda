"""A salesperson's own page: V, R and S over time, beside what the company published; nothing about a colleague."""

from dataclasses import dataclass
from datetime import datetime

from kloof.actions.staff import own_deals, published
from kloof.actions.staff.consent import refuse_without_consent
from kloof.actions.staff.own_deals import PER_PAGE, DealView
from kloof.actions.staff.published import Figures
from kloof.config import Settings
from kloof.domain.access.people import Person
from kloof.domain.paging import nearest_page
from kloof.domain.staff.own_totals import OwnSums
from kloof.domain.staff.own_totals import together as summed
from kloof.domain.surveys.definition import Survey
from kloof.domain.surveys.gap import AspectGap
from kloof.storage.staff import own_totals
from kloof.storage.staff.own_totals import OwnMonth, SoldVersion


@dataclass(frozen=True, slots=True)
class Total:
    """The mean gaps of `customers` people together, per core aspect in the survey's order."""

    customers: int
    gaps: tuple[AspectGap, ...]


@dataclass(frozen=True, slots=True)
class Quarter:
    """One quarter of a year, such as `2026 Q1`."""

    name: str
    total: Total


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """One survey version: everything that may be shown, per quarter and together, and the totals apart.

    All of it is made of closed groups and of customers who show their name. `totals` is None until a group has closed,
    whatever the reason. `promises`, of who show their name alone: kept, partly kept, broken, too early to say.
    `company`: what was published, by aspect.
    """

    survey: Survey
    together: Total | None
    quarters: tuple[Quarter, ...]
    totals: Total | None
    promises: tuple[int, ...]
    company: Figures | None


@dataclass(frozen=True, slots=True)
class OwnFeedback:
    """Everything on a salesperson's own page. `pages` counts the pages of the list of deals.

    `taken_over`: the newest deals that a colleague sold and that are theirs to look after now.
    """

    figures: tuple[OwnFigures, ...]
    deals: tuple[DealView, ...]
    page: int
    pages: int
    taken_over: tuple[DealView, ...] = ()


def overview(settings: Settings, person: Person, now: datetime, page: int = 1) -> OwnFeedback:
    """A salesperson's own figures, and one page of their deals. Raises Refused before the works council agreed."""
    refuse_without_consent(settings)
    sold_versions = own_totals.sold_versions(person.id)
    page, pages = nearest_page(page, sum(sold.deals for sold in sold_versions), PER_PAGE)
    months = [*own_totals.named_months(person.id, sold_versions), *own_totals.group_months(person.id)]
    figures = tuple(
        _figures(settings, sold, [one for one in months if one.version == sold.row]) for sold in sold_versions
    )
    deals = own_deals.listed(person, {sold.survey.key: sold.survey for sold in sold_versions}, page, now)
    return OwnFeedback(figures, deals, page, pages, own_deals.taken_over(person, now))


def together(person: Person, sold: SoldVersion) -> Total | None:
    """Everything that may be shown under one survey version, as one; None where there is nothing yet."""
    months = [*own_totals.named_months(person.id, [sold]), *own_totals.group_months(person.id)]
    return _total(summed(one.sums for one in months if one.version == sold.row), sold.survey)


def _figures(settings: Settings, sold: SoldVersion, months: list[OwnMonth]) -> OwnFigures:
    survey = sold.survey
    every = summed(one.sums for one in months)
    groups = summed(one.sums for one in months if one.sums.rounded)
    quarters: dict[str, OwnSums] = {}
    for one in months:
        name = f"{one.month[:4]} Q{(int(one.month[5:]) + 2) // 3}"
        quarters[name] = quarters[name] + one.sums if name in quarters else one.sums
    return OwnFigures(
        survey,
        _total(every, survey),
        tuple(
            Quarter(name, Total(sums.customers, sums.gaps(survey))) for name, sums in sorted(quarters.items())
        ),
        _total(groups, survey),
        every.promises if every else (0, 0, 0, 0),
        published.company_figures(settings, survey.key),
    )


def _total(sums: OwnSums | None, survey: Survey) -> Total | None:
    return None if sums is None else Total(sums.customers, sums.gaps(survey))
