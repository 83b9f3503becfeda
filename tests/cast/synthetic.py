"""Releases from made-up customers, for trying the site out: any number of aspects, teams, scales and releases."""

import math
import random
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.document import (
    ArmCell,
    AsOf,
    AspectShares,
    AspectSums,
    BlockSize,
    Cell,
    Level,
    PracticeCell,
    Previous,
    PromiseShares,
    PublishedAspect,
    PublishedSurvey,
    ReleaseDocument,
    ResponseCounts,
    WithheldCell,
)
from kloof.domain.releases.format_1 import ExactRelease
from kloof.domain.releases.guarantee import ArmSpread, AspectSpread, Guarantee, PromiseSpread, SurveySpread
from kloof.domain.releases.rounding import base_of
from kloof.domain.surveys.definition import Scale
from kloof.domain.text import Text

FIRST_DAY = date(2026, 2, 2)
BLOCK = 12
LEAST_COUNTED = 30
ASPECTS = (
    ("lead-time", "Levertijd", "Lead time", 7.5),
    ("price", "Prijs zoals afgesproken", "Price as agreed", 8.0),
    ("included", "Wat er bij de prijs inbegrepen is", "What the price includes", 7.5),
    ("quality", "Kwaliteit van het werk", "Quality of the work", 8.0),
    ("communication", "Communicatie", "Communication", 7.0),
    ("appointments", "Afspraken nakomen", "Keeping to appointments", 8.0),
    ("result", "Resultaat", "Result", None),
    ("aftercare", "Nazorg", "Aftercare", 7.0),
)
PLACES = (
    ("Warmtepomp", "Noord"),
    ("Warmtepomp", "Zuid"),
    ("Zonnepanelen", "Noord"),
    ("Thuisbatterij", "Zuid"),
)
TOO_SMALL = ("Team Oost", "Team West", "Team Duin")


Customer = list[tuple[int, int]]
"""V and R per aspect."""


@dataclass(frozen=True)
class Block:
    """A closed block: what its customers said, and what of it was rounded, per aspect."""

    id: int
    survey: str
    place: tuple[str, str]
    customers: tuple[Customer, ...]
    sums: tuple[tuple[float, float], ...]


def share(count: int, n: int) -> int:
    """In fives; 5 for fewer than 10%, 95 for over 90%."""
    percent = 100 * count / n
    return 5 if percent < 10 else 95 if percent > 90 else 5 * round(percent / 5)


def to_five(count: float) -> int:
    return 5 * round(count / 5)


def rounded(total: float, base: float, chance: random.Random) -> float:
    """Fixed random rounding, as a block's sums get it when it closes."""
    below = math.floor(total / base)
    return base * (below + (chance.random() < total / base - below))


@dataclass
class Firm:
    """A made-up company. The same arguments give the same releases."""

    aspects: int = 8
    low: int = 0
    high: int = 10
    releases: int = 3
    customers: int = 14
    surveys: tuple[str, ...] = ("installation",)
    bias: float = 1.1
    places: tuple[tuple[str, str], ...] = PLACES
    arms: bool = True
    clustering: float | None = 1.2
    called: Callable[[str], str] = str
    """What becomes of the name of an aspect, and of a team."""
    chance: random.Random = field(default_factory=lambda: random.Random(20261123))

    def documents(self, first: int = 1) -> list[ReleaseDocument]:
        """All releases, numbered from `first`; each holds every block of the ones before it."""
        surveys = tuple(self._survey(name) for name in self.surveys)
        blocks: list[Block] = []
        return [
            self._release(number, first, surveys, blocks) for number in range(first, first + self.releases)
        ]

    def _survey(self, name: str) -> PublishedSurvey:
        span = self.high - self.low
        aspects = []
        for index in range(self.aspects):
            identifier, nl, en, norm = ASPECTS[index % len(ASPECTS)]
            round_ = index // len(ASPECTS)
            more = f"-{round_ + 1}" if round_ else ""
            aspects.append(
                PublishedAspect(
                    id=identifier + more,
                    name=Text(
                        nl=self.called(nl + (f" {round_ + 1}" if round_ else "")),
                        en=self.called(en + (f" {round_ + 1}" if round_ else "")),
                    ),
                    at_sale=Text(
                        nl=f"Wat verwacht u van: {nl.lower()}?", en=f"What do you expect of: {en.lower()}?"
                    ),
                    after_delivery=Text(
                        nl=f"Wat kreeg u van: {nl.lower()}?", en=f"What did you get of: {en.lower()}?"
                    ),
                    norm=None if norm is None else round(self.low + norm / 10 * span, 1),
                )
            )
        scale = Scale(
            low=self.low,
            high=self.high,
            low_label=Text(nl="helemaal niet", en="not at all"),
            high_label=Text(nl="helemaal wel", en="completely"),
        )
        titles = {"installation": ("Project met installatie", "Project with installation")}
        nl, en = titles.get(name, (name.capitalize(), name.capitalize()))
        return PublishedSurvey(
            id=name,
            version=1,
            title=Text(nl=nl, en=en),
            scale=scale,
            base=base_of(scale),
            aspects=tuple(aspects),
        )

    def _customer(self, survey: PublishedSurvey) -> Customer:
        span = self.high - self.low
        mood = self.chance.gauss(0, span * 0.08)
        answers = []
        for index, _ in enumerate(survey.aspects):
            v = self.low + span * 0.82 + self.chance.gauss(0, span * 0.1)
            fall = span * 0.1 * (self.bias - 0.16 * (index % 8)) + self.chance.gauss(0, span * 0.1)
            answers.append((self._point(v + mood), self._point(v + mood - fall)))
        return answers

    def _point(self, value: float) -> int:
        return min(self.high, max(self.low, round(value)))

    def _closed(self, survey: PublishedSurvey, place: tuple[str, str], number: int) -> Block:
        customers = tuple(self._customer(survey) for _ in range(self.customers))
        return self._block(survey, place, number, customers)

    def _block(
        self, survey: PublishedSurvey, place: tuple[str, str], number: int, customers: Sequence[Customer]
    ) -> Block:
        sums = tuple(self._rounded(survey, customers, at) for at in range(len(survey.aspects)))
        return Block(number, survey.id, place, tuple(customers), sums)

    def _rounded(
        self, survey: PublishedSurvey, customers: Sequence[Customer], at: int
    ) -> tuple[float, float]:
        v, r = (sum(customer[at][side] for customer in customers) for side in (0, 1))
        return rounded(v, survey.base, self.chance), rounded(r, survey.base, self.chance)

    def _release(
        self, number: int, first: int, surveys: tuple[PublishedSurvey, ...], blocks: list[Block]
    ) -> ReleaseDocument:
        day = FIRST_DAY + timedelta(days=91 * (number - 1))
        as_of = AsOf(release=number, date=day)
        for survey in surveys:
            for place in self.places:
                blocks.append(self._closed(survey, place, len(blocks) + 1))
        of = {survey.id: [block for block in blocks if block.survey == survey.id] for survey in surveys}
        cells = [cell for survey in surveys for cell in self._cells(survey, of[survey.id], as_of)]
        withheld = [self._too_small(survey, team) for survey in surveys for team in TOO_SMALL]
        previous = Previous(number=number - 1, sha256=f"{number - 1:064x}") if number > 1 else None
        return ReleaseDocument(
            kloof="0.2.0",
            number=number,
            published_on=day,
            previous=previous,
            company="Warmtehuis BV",
            guarantee=guarantee(sets=len(cells), releases=number - first + 1),
            surveys=surveys,
            spreads=tuple(
                spread for survey in surveys if (spread := self._spread(survey, of[survey.id])) is not None
            ),
            blocks=tuple(BlockSize(id=block.id, n=len(block.customers)) for block in blocks),
            cells=tuple(cells),
            withheld=tuple(withheld),
            response=tuple(self._response(cells, withheld)),
            arms=tuple(self._arms(surveys, of, as_of)) if self.arms else (),
            practices=tuple(arm for s in surveys for arm in self._practice(s, of[s.id], as_of)),
        )

    def _too_small(self, survey: PublishedSurvey, team: str) -> WithheldCell:
        return WithheldCell(survey=survey.id, version=1, level=Level.TEAM, product="Thuisbatterij", team=team)

    def _response(self, cells: Iterable[Cell], withheld: Iterable[WithheldCell]) -> Iterator[ResponseCounts]:
        for place in (*cells, *withheld):
            n = place.n if isinstance(place, Cell) else 6
            where = place.model_dump(include={"survey", "version", "level", "product", "region", "team"})
            draw = self.arms and place.level is Level.COMPANY
            yield ResponseCounts(
                **where,
                deals_started=to_five(n * 3),
                answered_at_sale=to_five(n * 2),
                answered_after_delivery=to_five(n * 1.3),
                pairs=to_five(n + 4),
                pairs_published=place.n if isinstance(place, Cell) else 0,
                asked_again=to_five(n * 1.6),
                answered_twice=to_five(n * 1.2),
                not_asked=to_five(n // 2) if draw else 0,
                not_asked_answered=to_five(n // 3) if draw else 0,
            )

    def _spread(self, survey: PublishedSurvey, blocks: Sequence[Block]) -> SurveySpread | None:
        customers = [customer for block in blocks for customer in block.customers]
        if len(customers) < LEAST_COUNTED:
            return None

        def spread(pairs: Sequence[tuple[float, float]]) -> AspectSpread:
            v, r, s = (
                max(0.1, round(statistics.stdev(side), 1))
                for side in ([v for v, _ in pairs], [r for _, r in pairs], [v - r for v, r in pairs])
            )
            return AspectSpread(v=v, r=r, s=s, clustering=self.clustering)

        means = [tuple(statistics.fmean(side) for side in zip(*one, strict=True)) for one in customers]
        return SurveySpread(
            survey=survey.id,
            version=1,
            aspects={
                aspect.id: spread([customer[at] for customer in customers])
                for at, aspect in enumerate(survey.aspects)
            },
            overall=spread([(v, r) for v, r in means]),
            clusters=15 if self.clustering else 0,
            promises=PromiseSpread(by_customer=1.2, by_salesperson=1.3 if self.clustering else None),
        )

    def _arms(
        self, surveys: tuple[PublishedSurvey, ...], of: dict[str, list[Block]], as_of: AsOf
    ) -> Iterator[ArmCell]:
        """Half as many customers who left, and as many who were not asked, as there are pairs."""
        for survey in surveys:
            everybody = [customer for block in of[survey.id] for customer in block.customers][::2]
            for number, (arm, side, shift) in enumerate(((Arm.LEFT, 0, -1), (Arm.NOT_ASKED, 1, 1)), start=9):
                told = [
                    [tuple(self._point(answer + shift) for answer in one) for one in customer]
                    for customer in everybody
                ]
                blocks = [told[at : at + BLOCK] for at in range(0, len(told), BLOCK)]
                totals = {
                    aspect.id: sum(
                        rounded(sum(c[at][side] for c in block), survey.base, self.chance) for block in blocks
                    )
                    for at, aspect in enumerate(survey.aspects)
                }
                yield ArmCell(
                    survey=survey.id,
                    version=1,
                    level=Level.COMPANY,
                    id=f"{survey.id}-1/company/{arm}",
                    arm=arm,
                    blocks=tuple(number * 1000 + index for index in range(len(blocks))),
                    n=len(everybody),
                    customers=len(everybody) // 5 * 5,
                    as_of=as_of,
                    aspects=totals,
                )

    def _cells(self, survey: PublishedSurvey, blocks: list[Block], as_of: AsOf) -> list[Cell]:
        cells = [self._cell(survey, blocks, as_of, Level.COMPANY)]
        for product in sorted({product for product, _ in self.places}):
            some = [block for block in blocks if block.place[0] == product]
            cells.append(self._cell(survey, some, as_of, Level.PRODUCT, product=product))
        for region in sorted({region for _, region in self.places}):
            some = [block for block in blocks if block.place[1] == region]
            cells.append(self._cell(survey, some, as_of, Level.REGION, region=region))
        for product, region in self.places:
            some = [block for block in blocks if block.place == (product, region)]
            where = {"product": product, "team": self.called(f"Team {region}")}
            cells.append(self._cell(survey, some, as_of, Level.TEAM, **where))
        return cells

    def _practice(self, survey: PublishedSurvey, blocks: list[Block], as_of: AsOf) -> list[PracticeCell]:
        everybody = [(customer, block.place[0]) for block in blocks for customer in block.customers]
        arms = []
        for done, those in ((True, everybody[::3]), (False, everybody[1::3])):
            customers = [customer for customer, _ in those]
            products = Counter(product for _, product in those)
            sums = [self._rounded(survey, customers, at) for at in range(len(survey.aspects))]
            arms.append(
                PracticeCell(
                    survey=survey.id,
                    version=1,
                    level=Level.COMPANY,
                    id=f"{survey.id}-1/company/joint_visit/{done}".lower(),
                    practice="joint_visit",
                    done=done,
                    blocks=tuple(block.id for block in blocks),
                    parts=1,
                    n=len(customers),
                    customers=len(customers) // 5 * 5,
                    as_of=as_of,
                    aspects=_summed(survey, [sums]),
                    spread=self._of_arm(survey, products),
                )
            )
        return arms

    def _of_arm(self, survey: PublishedSurvey, products: Mapping[str, int]) -> ArmSpread:
        made_of = {name: to_five(count) for name, count in sorted(products.items())}
        if not self.clustering:
            return ArmSpread(products=made_of)
        alike = dict.fromkeys((aspect.id for aspect in survey.aspects), self.clustering)
        return ArmSpread(products=made_of, clustering=alike, clusters=14, own_clustering=1.3, own_clusters=15)

    def _cell(
        self, survey: PublishedSurvey, blocks: Sequence[Block], as_of: AsOf, level: Level, **where: str
    ) -> Cell:
        customers = [customer for block in blocks for customer in block.customers]
        n = len(customers)
        counted = tuple(block.id for block in blocks) if n >= LEAST_COUNTED else ()
        return Cell(
            blocks=tuple(block.id for block in blocks),
            survey=survey.id,
            version=1,
            level=level,
            **where,
            id="/".join([f"{survey.id}-1", level.value, *where.values()]).lower().replace(" ", "-"),
            n=n,
            customers=(n - n // 9) // 5 * 5,
            as_of=as_of,
            aspects=_summed(survey, [block.sums for block in blocks]),
            counted=counted,
            shares=_shares(survey, customers) if counted else {},
            promises=_promises(n) if counted else None,
        )


def _promises(n: int) -> PromiseShares:
    return PromiseShares(kept=70, partly=20, broken=10, known=to_five(n * 2), promisers=to_five(n * 0.8))


def guarantee(sets: int = 1, releases: int = 1, m: int = 3) -> Guarantee:
    return Guarantee(
        k=10,
        m=m,
        max_leverage=0.0714,
        insider_k=5,
        insider_max_leverage=0.11,
        pair_max_leverage=0.143,
        account_k=3,
        account_max_leverage=0.25,
        sets=sets,
        releases=releases,
    )


def _summed(survey: PublishedSurvey, parts: Sequence[Sequence[tuple[float, float]]]) -> dict[str, AspectSums]:
    return {
        aspect.id: AspectSums(v=sum(part[at][0] for part in parts), r=sum(part[at][1] for part in parts))
        for at, aspect in enumerate(survey.aspects)
    }


def _shares(survey: PublishedSurvey, customers: Sequence[Customer]) -> dict[str, AspectShares]:
    def of(met: Iterable[bool]) -> int:
        found = list(met)
        return share(sum(found), len(found))

    shares = {}
    for at, aspect in enumerate(survey.aspects):
        pairs = [customer[at] for customer in customers]
        norm, scale = aspect.norm, survey.scale
        told = {
            "higher": of(v > r for v, r in pairs),
            "equal": of(v == r for v, r in pairs),
            "lower": of(v < r for v, r in pairs),
            "good": of(r >= scale.good for _, r in pairs),
            "v_lowest": of(v == scale.low for v, _ in pairs),
            "v_highest": of(v == scale.high for v, _ in pairs),
            "r_lowest": of(r == scale.low for _, r in pairs),
            "r_highest": of(r == scale.high for _, r in pairs),
        }
        shares[aspect.id] = AspectShares(**told, **_beside_norm(pairs, norm, of))
    return shares


def _beside_norm(pairs: Customer, norm: float | None, of: Callable[[Iterable[bool]], int]) -> dict[str, int]:
    if norm is None:
        return {}
    met = [(v, r) for v, r in pairs if r >= norm]
    missed = [(v, r) for v, r in pairs if r < norm]
    if not met or not missed:
        return {}
    return {
        "at_norm": of(r >= norm for _, r in pairs),
        "disappointed_at_norm": of(v > r for v, r in met),
        "disappointed_below_norm": of(v > r for v, r in missed),
    }


def exact_release(number: int = 1, company: str = "Warmtehuis BV") -> ExactRelease:
    """A release of format 1, as the earlier engine made it: exact sums over one block."""
    paired: dict[str, object] = {
        "n": 14,
        "v": 112.0,
        "r": 98.0,
        "vv": 910.0,
        "rr": 700.0,
        "vr": 790.0,
        "higher": 9,
        "equal": 3,
    }
    paired |= {"v_counts": [0, 12, 2], "r_counts": [0, 13, 1], "disappointed": 9, "disappointed_at_norm": 2}
    aspect: dict[str, object] = {
        "id": "lead-time",
        "name": {"nl": "Levertijd", "en": "Lead time"},
        "norm": 7.5,
    }
    questions = {"at_sale": {"nl": "?", "en": "?"}, "after_delivery": {"nl": "?", "en": "?"}}
    ends = {"low_label": {"nl": "niet", "en": "not"}, "high_label": {"nl": "wel", "en": "fully"}}
    day = FIRST_DAY + timedelta(days=91 * (number - 1))
    return ExactRelease.model_validate(
        {
            "format": 1,
            "kloof": "0.1.0",
            "number": number,
            "published_on": day,
            "previous": {"number": number - 1, "sha256": f"{number - 1:064x}"} if number > 1 else None,
            "company": company,
            "guarantee": {
                "k": 10,
                "m": 3,
                "max_leverage": 0.0714,
                "insider_k": 5,
                "insider_max_leverage": 0.11,
                "sets": 1,
                "releases": number,
            },
            "surveys": [
                {
                    "id": "installation",
                    "version": 1,
                    "title": {"nl": "Project met installatie", "en": "Project with installation"},
                    "scale": {"low": 0, "high": 10, **ends},
                    "aspects": [aspect | questions],
                }
            ],
            "cells": [
                {
                    "survey": "installation",
                    "version": 1,
                    "level": "company",
                    "id": "installation-1/company",
                    "blocks": [1],
                    "deals": 15,
                    "customers": 14,
                    "as_of": {"release": number, "date": day},
                    "aspects": {"lead-time": paired},
                    "promises": {"kept": 10, "partly": 3, "broken": 2, "unknown": 1},
                }
            ],
        }
    )
