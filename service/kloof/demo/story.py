"""The year of Warmtehuis, made up by seeded chance: who sold what, what customers expected, and what they got.

Nothing here is real. Every day gives the same story, told so that it ends the day before.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kloof.demo.organisations import answers_for
from kloof.domain.deals.deals import DealLine
from kloof.domain.findings.company_actions import CompanyAction, CompanyGroup
from kloof.domain.releases.document import Level
from kloof.domain.surveys.answers import DOES_NOT_APPLY, Answer
from kloof.domain.surveys.definition import Survey
from kloof.domain.surveys.responses import Consent, PromiseOutcome, Source
from kloof.domain.text import Language

COMPANY = "Warmtehuis"
SEED = 5
"""Of all chance in the demo."""
TEAMS = {
    "Groningen": "Noord",
    "Friesland": "Noord",
    "Utrecht": "Midden",
    "Gelderland": "Midden",
    "Brabant": "Zuid",
    "Limburg": "Zuid",
}
PRODUCTS = {"Warmtepomp": "installation", "Zonnepanelen": "installation", "Thuisbatterij": "product"}
SELLERS = (
    "Anouk Visser", "Bram de Wit", "Carla Postma", "Daan Mulder", "Eva Bakker", "Fouad Amrani", "Gerda Smit",
    "Hugo Jansen", "Ilse Kramer", "Jeroen Vos", "Karin Prins", "Levent Kaya", "Maud Hendriks", "Niels Dekker",
    "Olga Meijer", "Pieter Bos", "Quinty Maas", "Ruben Kok", "Sanne Peeters", "Tom Willems", "Ursula Schouten",
    "Victor Claes", "Wendy Hermans", "Yusuf Demir",
)  # fmt: skip
FIRST_NAMES = (
    "Jan", "Fatima", "Piet", "Ans", "Kees", "Marieke", "Ahmed", "Els", "Henk", "Priya", "Wim", "Lotte",
)  # fmt: skip
LAST_NAMES = (
    "de Boer", "Jansen", "van Dijk", "Bakker", "Yilmaz", "Smit", "de Graaf", "Vermeer", "Kuipers", "Singh",
)  # fmt: skip
TYPES_IN_HASTE = "niels@warmtehuis.example"
"""Mistypes addresses and mends them the same week, which fair play asks about."""
FIRST_SELLS_ONE_IN = 13
"""Of all deals, beside what chance gives her: so many of her customers choose totals that a group of them closes."""
SHARE_IN_FIVE = 3
"""Of five customers so many let the people who do the work see what they expect."""
PRACTICES_SHARE = {"joint_visit": 0.35, "handover_document": 0.45, "seller_on_site": 0.25}

# How far above the norm the sales talk lifts an aspect, and how far off it the delivery lands, in points of 0 to 10.
LIFT = {"lead-time": 1.3, "included": 1.5, "price": 0.6, "communication": 0.9, "aftercare": 1.1}
LANDING = {"lead-time": -1.2, "communication": -0.8, "appointments": -0.6, "quality": 0.5, "result": 0.3}

PROMISED: dict[Language, tuple[str, ...]] = {
    "nl": (
        "Klaar voor de zomer",
        "Een vaste prijs, ook als het werk langer duurt",
        "Een eigen contactpersoon die ik altijd kan bellen",
        "Oude ketel wordt meegenomen",
        "Binnen twee dagen antwoord op vragen",
    ),
    "en": (
        "Finished before summer",
        "A fixed price, even when the work takes longer",
        "One person whom I can always call",
        "The old boiler is taken away",
        "An answer to questions within two days",
    ),
}
REMARKS: dict[Language, tuple[str, ...]] = {
    "nl": (
        "Vriendelijke monteurs.",
        "De planning schoof twee keer op.",
        "Goed uitgelegd hoe alles werkt.",
        "",
    ),
    "en": ("Friendly fitters.", "The date was moved twice.", "Well explained how it all works.", ""),
}

ACTIONS = {
    2: CompanyAction(
        id=0,
        survey="installation",
        aspect="lead-time",
        group=CompanyGroup(level=Level.COMPANY),
        title="De offerte noemt de week waarin we echt komen",
        what="Verkoop vraagt de week eerst aan de planning. Schuift het werk op, dan belt de planner de klant dezelfde "
        "dag nog.",
        owner="Hoofd planning",
        started_on=date.min,
    ),
    4: CompanyAction(
        id=0,
        survey="installation",
        aspect="included",
        group=CompanyGroup(level=Level.PRODUCT, product="Warmtepomp"),
        title="Op één blad staat wat er niet bij zit",
        what="Elke klant krijgt het blad bij de offerte, en tekent dat het is doorgenomen.",
        owner="Hoofd verkoop",
        started_on=date.min,
    ),
}
"""What Warmtehuis begins to do on the day of its release of this number; that day is filled in then."""


@dataclass(frozen=True, slots=True)
class Seller:
    """Somebody who sells for the demo company; `lift` is how much more than others they raise expectations."""

    name: str
    email: str
    team: str
    lift: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What a customer fills in, and when."""

    on: date
    answers: dict[str, Answer]
    consent: Consent
    shares_with_delivery: bool = False
    comment: str = ""
    promises: tuple[tuple[str, str, Source], ...] = ()
    outcomes: tuple[PromiseOutcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Chapter:
    """One deal from sale to the second answer; what does not happen is None. `mistyped`: its address was, at first."""

    line: DealLine
    mistyped: bool
    delivered_on: date | None
    at_sale: Reply | None
    after_delivery: Reply | None


def sellers() -> list[Seller]:
    """Four for each team."""
    chance = random.Random(11)  # noqa: S311  a story, not a secret
    return [
        Seller(name, f"{name.split()[0].lower()}@warmtehuis.example", team, chance.gauss(0, 0.35))
        for name, team in zip(SELLERS, [team for team in TEAMS for _ in range(4)], strict=True)
    ]


def year(surveys: dict[str, Survey], today: date, deals: int) -> Iterator[Chapter]:
    """`deals` deals sold over the fifteen months before `today`, in order of sale; most by the first of the sellers."""
    chance = random.Random(SEED)  # noqa: S311
    team_effect = {team: chance.gauss(0, 0.3) for team in TEAMS}
    cast = sellers()
    first = today - timedelta(days=455)
    for number in range(deals):
        sold_on = first + timedelta(days=number * 450 // deals)
        drawn = chance.choice(cast)
        seller = cast[0] if number % FIRST_SELLS_ONE_IN == 0 else drawn
        yield _chapter(number, sold_on, seller, surveys, team_effect, chance, today)


def _chapter(
    number: int,
    sold_on: date,
    seller: Seller,
    surveys: dict[str, Survey],
    team_effect: dict[str, float],
    chance: random.Random,
    today: date,
) -> Chapter:
    product = chance.choices(list(PRODUCTS), weights=(5, 4, 3))[0]
    survey = surveys[PRODUCTS[product]]
    delivered_on = sold_on + timedelta(days=chance.randint(25, 75))
    line = _line(number, sold_on, seller, product, survey, chance, delivered_on)
    expectations = _expectations(survey, seller, chance)
    consent = Consent.NAMED if chance.random() < 0.55 else Consent.TOTALS
    at_sale = after = None
    if chance.random() < 0.8:
        promises = tuple(
            (text, chance.choice(survey.aspects).id, chance.choice(list(Source)))
            for text in chance.sample(PROMISED[line.language], chance.choice((0, 1, 1, 2, 3)))
        )
        at_sale = Reply(
            sold_on + timedelta(days=chance.randint(1, 6)),
            expectations,
            consent,
            shares_with_delivery=number % 5 < SHARE_IN_FIVE,
            promises=promises,
        )
    if at_sale and chance.random() < 0.75:
        joint = "joint_visit" in line.practices
        outcomes = tuple(
            chance.choices(list(PromiseOutcome), weights=(6, 2, 2, 1))[0] for _ in at_sale.promises
        )
        after = Reply(
            delivered_on + timedelta(days=chance.randint(8, 20)),
            _experiences(survey, expectations, team_effect[line.team] + 0.5 * joint, chance),
            consent,
            comment=chance.choice(REMARKS[line.language]),
            outcomes=outcomes,
        )
    return Chapter(
        line,
        seller.email == TYPES_IN_HASTE and number % 2 == 0,
        delivered_on if delivered_on <= today else None,
        at_sale if at_sale and at_sale.on < today else None,
        after if after and after.on < today else None,
    )


def _line(
    number: int,
    sold_on: date,
    seller: Seller,
    product: str,
    survey: Survey,
    chance: random.Random,
    delivered_on: date,
) -> DealLine:
    name = f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
    account, domain = answers_for(number)
    return DealLine(
        # Without the year: the research draw rests on the number, and would be another one after New Year.
        deal_id=f"WH-{10_001 + number}",
        customer_name=name,
        customer_email=f"customer{number + 1}@{domain}",
        language="nl" if chance.random() < 0.85 else "en",
        salesperson_email=seller.email,
        team=seller.team,
        region=TEAMS[seller.team],
        product=product,
        survey=survey.id,
        sold_on=sold_on,
        delivery_planned_on=delivered_on - timedelta(days=chance.choice((0, 0, 3, 7))),
        practices={
            practice: sold_on + timedelta(days=5)
            for practice, share in PRACTICES_SHARE.items()
            if chance.random() < share
        },
        account=account,
    )


def _expectations(survey: Survey, seller: Seller, chance: random.Random) -> dict[str, Answer]:
    mood = chance.gauss(0, 0.5)
    return {
        aspect.id: _point(
            survey, _norm(survey, aspect.norm) + LIFT.get(aspect.id, 0.4) + seller.lift + mood, chance
        )
        for aspect in survey.aspects
    }


def _experiences(
    survey: Survey, expected: dict[str, Answer], team_effect: float, chance: random.Random
) -> dict[str, Answer]:
    mood = chance.gauss(0, 0.7)
    answers: dict[str, Answer] = {}
    for aspect in survey.aspects:
        hoped = expected[aspect.id]
        pull = 0.25 * (float(hoped) - _norm(survey, aspect.norm)) if hoped != DOES_NOT_APPLY else 0.0
        level = _norm(survey, aspect.norm) + LANDING.get(aspect.id, 0.0) + team_effect + mood + pull
        answers[aspect.id] = _point(survey, level, chance)
    for item in survey.overall:
        answers[item.id] = _point(survey, _norm(survey, None) + team_effect + mood, chance)
    return answers


def _norm(survey: Survey, norm: float | None) -> float:
    return norm if norm is not None else survey.scale.low + 0.75 * (survey.scale.high - survey.scale.low)


def _point(survey: Survey, level: float, chance: random.Random) -> int:
    width = (survey.scale.high - survey.scale.low) / 10
    drawn = round(level + chance.gauss(0, 1.1) * width)
    return min(max(drawn, survey.scale.low), survey.scale.high)
