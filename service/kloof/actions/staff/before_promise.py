"""A guide for before a quote: what customers expect and get, from own figures and from what was published."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from kloof.actions.staff import own_feedback, published
from kloof.actions.staff.consent import refuse_without_consent
from kloof.config import Settings
from kloof.domain.access.people import Person
from kloof.domain.staff.calibration import Advice
from kloof.domain.surveys.definition import Survey
from kloof.storage.staff import own_totals


@dataclass(frozen=True, slots=True)
class PromiseGuide:
    """`published_on` and `customers` say whose figures stand in it; `of_product`: of this product, or of all."""

    product: str
    survey: Survey
    advice: tuple[Advice, ...]
    published_on: date | None
    customers: int
    of_product: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """The products that this salesperson sells, and the guide for the one that was chosen."""

    products: tuple[str, ...]
    guide: PromiseGuide | None


def choice(settings: Settings, person: Person, product: str, aspects: Collection[str]) -> Choice:
    """The guide for one product, about these aspects (all core aspects for none).

    Raises Refused before the works council agreed. An unknown product gives no guide.
    """
    refuse_without_consent(settings)
    products = own_totals.products(person.id)
    if product not in products:
        return Choice(tuple(products), None)
    sold_versions = {sold.row: sold for sold in own_totals.sold_versions(person.id)}
    sold = sold_versions[products[product]]
    own = own_feedback.together(person, sold)
    key = sold.survey.key
    of_product = published.product_figures(settings, key, product)
    figures = of_product or published.company_figures(settings, key)
    expected = {gap.aspect: gap.expectation for gap in own.gaps} if own else {}
    advice = tuple(
        Advice(aspect.id, expected.get(aspect.id), figures.mean(aspect.id) if figures else None, aspect.norm)
        for aspect in sold.survey.core
        if not aspects or aspect.id in aspects
    )
    return Choice(
        tuple(products),
        PromiseGuide(
            product,
            sold.survey,
            advice,
            figures.published_on if figures else None,
            figures.customers if figures else 0,
            of_product is not None,
        ),
    )
