"""A salesperson's own page: V, R and S over time, beside what the company published; nothing about a colleague."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from kloof import storage
from kloof.actions.staff import published
from kloof.actions.staff.consent import refuse_without_consent
from kloof.actions.staff.own_deals import DealView, note, view
from kloof.actions.staff.published import Figures
from kloof.config import Settings
from kloof.domain.access.people import Person
from kloof.domain.staff.over_promise import FEW
from kloof.domain.staff.own_totals import OwnSums
from kloof.domain.staff.own_totals import together as summed
from kloof.domain.surveys.definition import Survey
from kloof.domain.surveys.gap import AspectGap
from kloof.storage.staff import calls, own_deals, own_promises, own_totals
from kloof.storage.staff.calls import Call
from kloof.storage.staff.own_promises import ToldPromise
from kloof.storage.staff.own_totals import OwnMonth, SoldVersion

FRESH_DAYS: Final = 7
"""How long an answer is new. When somebody looked last is kept nowhere for this."""
MOST_CALLS: Final = 3
MOST_COUNTED: Final = 200
MOST_LATEST: Final = 3
MOST_TOLD: Final = 2


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
class Period:
    """As many quarters in a row as it takes for FEW answers; `first` and `last` are the names of quarters."""

    first: str
    last: str
    total: Total


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """One survey version: everything that may be shown, per quarter and together, and the totals apart.

    All of it is made of closed groups and of customers who show their name: so many different `customers` at least (who
    is in two groups counts twice). `totals` is None until a group has closed, whatever the reason. `promises`, of who
    show their name alone: kept, partly kept, broken, too early to say. `periods`: the quarters, as far as they tell.
    `company`: what was published, by aspect.
    """

    survey: Survey
    together: Total | None
    quarters: tuple[Quarter, ...]
    totals: Total | None
    promises: tuple[int, ...]
    company: Figures | None
    customers: int
    periods: tuple[Period, ...]

    @property
    def together_of_enough(self) -> Total | None:
        """The averages, where at least FEW customers stand behind them."""
        return self.together if self.customers >= FEW else None


@dataclass(frozen=True, slots=True)
class DueCall:
    """A call to make. `view`, with the answers, only where the customer said that they may be called about them."""

    call: Call
    view: DealView | None


@dataclass(frozen=True, slots=True)
class OwnFeedback:
    """Everything on a salesperson's own page.

    `calls`: the first ones due, of `calls_due`. `latest`: the newest answers by name; `fresh`, of how many deals they
    came in the last FRESH_DAYS. `told`: the last promises that were kept, and the last that were not.
    """

    figures: tuple[OwnFigures, ...]
    calls: tuple[DueCall, ...]
    calls_due: int
    latest: tuple[DealView, ...]
    fresh: int
    told: tuple[ToldPromise, ...]


def overview(settings: Settings, person: Person, now: datetime) -> OwnFeedback:
    """A salesperson's own figures and what is new for them; whose answers show by name is noted.

    Raises Refused before the works council agreed.
    """
    refuse_without_consent(settings)
    sold_versions = own_totals.sold_versions(person.id)
    months = [*own_totals.named_months(person.id, sold_versions), *own_totals.group_months(person.id)]
    figures = tuple(
        _figures(settings, sold, [one for one in months if one.version == sold.row]) for sold in sold_versions
    )
    surveys = {sold.survey.key: sold.survey for sold in sold_versions}
    with storage.transaction():
        due = calls.to_make([person.id], MOST_COUNTED)
        first = due[:MOST_CALLS]
        since = now - timedelta(days=FRESH_DAYS)
        newest = own_deals.newest(person.id, since, MOST_LATEST, [call.kept.deal for call in first])
        latest = tuple(view(own, surveys) for own in newest.deals)
        about = {own.deal.id: view(own, surveys) for own in newest.asked_for if own.named and own.may_call}
        told = tuple(own_promises.last(person.id, MOST_TOLD))
        note(person, [*latest, *about.values()], now, [promise.deal for promise in told])
    return OwnFeedback(
        figures,
        tuple(DueCall(call, about.get(call.kept.deal)) for call in first),
        len(due),
        latest,
        newest.fresh,
        told,
    )


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
        sold.named + (groups.customers if groups else 0),
        tuple(
            Period(names[0], names[-1], Total(sums.customers, sums.gaps(survey)))
            for names, sums in _periods(sorted(quarters.items()))
        ),
    )


def _periods(quarters: Sequence[tuple[str, OwnSums]]) -> list[tuple[list[str], OwnSums]]:
    """Quarters joined from the first one on; what is too little at the end goes with those before it."""
    found: list[tuple[list[str], OwnSums]] = []
    names: list[str] = []
    open_sums: OwnSums | None = None
    for name, sums in quarters:
        names, open_sums = [*names, name], sums if open_sums is None else open_sums + sums
        if open_sums.customers >= FEW:
            found.append((names, open_sums))
            names, open_sums = [], None
    if open_sums and found:
        before, sums = found.pop()
        found.append((before + names, sums + open_sums))
    return found


def _total(sums: OwnSums | None, survey: Survey) -> Total | None:
    return None if sums is None else Total(sums.customers, sums.gaps(survey))
