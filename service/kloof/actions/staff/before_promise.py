"""A guide for before a quote: what customers expect and get, from what was published and from own figures."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from kloof.actions.staff import published
from kloof.actions.staff.consent import refuse_without_consent
from kloof.actions.staff.published import Figures
from kloof.config import Settings
from kloof.domain.access.people import Person
from kloof.domain.staff.calibration import LEAST_OWN, Advice, AdviceSource, OwnCustomers, PublishedShares
from kloof.domain.surveys.definition import Survey
from kloof.domain.surveys.gap import AspectGap
from kloof.storage.staff import own_totals
from kloof.storage.staff.own_totals import SoldVersion
from kloof.storage.surveys import versions


@dataclass(frozen=True, slots=True)
class PromiseGuide:
    """`figures`: what was published, of the product or of all; None where `source` is OWN or NOTHING."""

    product: str
    survey: Survey
    advice: tuple[Advice, ...]
    source: AdviceSource
    figures: Figures | None
    own: OwnCustomers


@dataclass(frozen=True, slots=True)
class Choice:
    """The products that this salesperson sells, and the guide for the one that was chosen."""

    products: tuple[str, ...]
    guide: PromiseGuide | None


def choice(settings: Settings, person: Person, product: str, aspects: Collection[str]) -> Choice:
    """The guide for one product, about these aspects (all core aspects for none that it has).

    V and R are always of the same customers. Own customers count where they answered with their name: those who chose
    totals are shown in groups over all products, and a product of them would be a part of a group.

    Without a product it is the first; an unknown one gives no guide. Raises Refused before the works council agreed.
    """
    refuse_without_consent(settings)
    products = own_totals.products(person.id)
    product = product or next(iter(products), "")
    if product not in products:
        return Choice(tuple(products), None)
    sold_versions = {sold.row: sold for sold in own_totals.sold_versions(person.id)}
    sold = sold_versions[products[product]]
    own = _own(person, sold, product)
    source, figures = _published(settings, sold.survey, product)
    if figures is None and own.gaps:
        source = AdviceSource.OWN
    every = tuple(_advice(sold.survey, figures, own))
    chosen = tuple(one for one in every if one.aspect.id in aspects)
    return Choice(tuple(products), PromiseGuide(product, sold.survey, chosen or every, source, figures, own))


def published_guide(settings: Settings, product: str) -> PromiseGuide | None:
    """The guide for a product by what was published of it alone, for who need not be anybody; None where nothing was.

    Of several surveys it is the one with most customers.
    """
    document = published.newest(settings)
    keys = [survey.key for survey in document.surveys] if document else []
    found = [(figures, key) for key in keys if (figures := published.product_figures(settings, key, product))]
    if not found:
        return None
    figures, key = max(found, key=lambda one: one[0].customers)
    survey = versions.by_key(key)
    advice = tuple(_advice(survey, figures, OwnCustomers(0, ())))
    return PromiseGuide(product, survey, advice, AdviceSource.PRODUCT, figures, OwnCustomers(0, ()))


def _published(settings: Settings, survey: Survey, product: str) -> tuple[AdviceSource, Figures | None]:
    if of_product := published.product_figures(settings, survey.key, product):
        return AdviceSource.PRODUCT, of_product
    if of_company := published.company_figures(settings, survey.key):
        return AdviceSource.COMPANY, of_company
    return AdviceSource.NOTHING, None


def _own(person: Person, sold: SoldVersion, product: str) -> OwnCustomers:
    sums = own_totals.named_of_product(person.id, sold, product)
    if sums is None or sums.customers < LEAST_OWN:
        return OwnCustomers(sums.customers if sums else 0, ())
    return OwnCustomers(sums.customers, sums.gaps(sold.survey))


def _advice(survey: Survey, figures: Figures | None, own: OwnCustomers) -> Iterator[Advice]:
    width = survey.scale.high - survey.scale.low
    own_gaps = {gap.aspect: gap for gap in own.gaps}
    for aspect in survey.core:
        mine = own_gaps.get(aspect.id)
        shown: AspectGap | None = figures.aspects.get(aspect.id) if figures else mine
        yield Advice(
            aspect,
            shown.expectation if shown else None,
            shown.reality if shown else None,
            width,
            figures.shares.get(aspect.id, PublishedShares()) if figures else PublishedShares(),
            mine,
        )
