"""Releases from made-up customers, for trying the site out: any number of aspects, teams, scales and releases."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.document import (
    ArmCell,
    AsOf,
    Cell,
    Guarantee,
    Level,
    PracticeCell,
    Previous,
    PublishedAspect,
    PublishedSurvey,
    ReleaseDocument,
    ResponseCounts,
    WithheldCell,
    WithheldReason,
)
from kloof.domain.statistics.sums import PairedSums, PromiseCounts, Sums
from kloof.domain.surveys.definition import Scale
from kloof.domain.text import Text

FIRST_DAY = date(2026, 2, 2)
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


Customers = list[list[tuple[int, int]]]
"""V and R per aspect, of each customer."""
Piles = dict[tuple[str, tuple[str, str]], Customers]


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
    called: Callable[[str], str] = str
    """What becomes of the name of an aspect, and of a team."""
    chance: random.Random = field(default_factory=lambda: random.Random(20261123))

    def documents(self) -> list[ReleaseDocument]:
        """All releases; each holds every customer of the ones before it."""
        surveys = tuple(self._survey(name) for name in self.surveys)
        piles: Piles = {(s.id, place): [] for s in surveys for place in self.places}
        return [self._release(number, surveys, piles) for number in range(1, self.releases + 1)]

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
            id=name, version=1, title=Text(nl=nl, en=en), scale=scale, aspects=tuple(aspects)
        )

    def _customer(self, survey: PublishedSurvey) -> list[tuple[int, int]]:
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

    def _release(self, number: int, surveys: tuple[PublishedSurvey, ...], piles: Piles) -> ReleaseDocument:
        day = FIRST_DAY + timedelta(days=91 * (number - 1))
        as_of = AsOf(release=number, date=day)
        cells: list[Cell] = []
        response: list[ResponseCounts] = []
        for survey in surveys:
            for place in self.places:
                piles[survey.id, place] += [self._customer(survey) for _ in range(self.customers)]
            cells += self._cells(survey, piles, as_of)
            n = cells[-1].customers if not self.places else sum(len(piles[survey.id, p]) for p in self.places)
            response.append(
                ResponseCounts(
                    survey=survey.id,
                    version=1,
                    deals_started=n * 3,
                    answered_at_sale=n * 2,
                    answered_after_delivery=int(n * 1.3),
                    pairs=n + 4,
                    pairs_published=n,
                    asked_again=int(n * 1.6),
                    answered_twice=int(n * 1.2),
                    not_asked=n // 2 if self.arms else 0,
                    not_asked_answered=n // 3 if self.arms else 0,
                )
            )
        previous = Previous(number=number - 1, sha256=f"{number - 1:064x}") if number > 1 else None
        return ReleaseDocument(
            kloof="0.1.0",
            number=number,
            published_on=day,
            previous=previous,
            company="Warmtehuis BV",
            guarantee=Guarantee(
                k=10,
                m=3,
                max_leverage=0.0714,
                insider_k=5,
                insider_max_leverage=0.11,
                sets=len(cells),
                releases=number,
            ),
            surveys=surveys,
            cells=tuple(cells),
            withheld=tuple(
                WithheldCell(
                    survey=s.id,
                    version=1,
                    level=Level.TEAM,
                    product="Thuisbatterij",
                    team=team,
                    reason=reason,
                )
                for s in surveys
                for team, reason in (
                    ("Team Oost", WithheldReason.TOO_FEW),
                    ("Team West", WithheldReason.TOO_FEW),
                    ("Team Duin", WithheldReason.HOMOGENEOUS),
                )
            ),
            response=tuple(response),
            arms=tuple(self._arms(surveys, piles, as_of)) if self.arms else (),
            practices=tuple(arm for survey in surveys for arm in self._practice(survey, piles, as_of)),
        )

    def _arms(self, surveys: tuple[PublishedSurvey, ...], piles: Piles, as_of: AsOf) -> Iterator[ArmCell]:
        """Half as many customers who left, and as many who were not asked, as there are pairs."""
        for survey in surveys:
            everybody = [customer for place in self.places for customer in piles[survey.id, place]][::2]
            for block, (arm, side, shift) in enumerate(((Arm.LEFT, 0, -1), (Arm.NOT_ASKED, 1, 1)), start=900):
                aspects = {
                    aspect.id: Sums.of([self._point(customer[at][side] + shift) for customer in everybody])
                    for at, aspect in enumerate(survey.aspects)
                }
                yield ArmCell(
                    survey=survey.id,
                    version=1,
                    level=Level.COMPANY,
                    id=f"{survey.id}-1/company/{arm}",
                    arm=arm,
                    blocks=(block,),
                    deals=len(everybody),
                    customers=len(everybody),
                    as_of=as_of,
                    aspects=aspects,
                )

    def _cells(self, survey: PublishedSurvey, piles: Piles, as_of: AsOf) -> list[Cell]:
        everybody = [customer for place in self.places for customer in piles[survey.id, place]]
        cells = [self._cell(survey, everybody, as_of, Level.COMPANY)]
        for product in sorted({product for product, _ in self.places}):
            some = [c for p in self.places if p[0] == product for c in piles[survey.id, p]]
            cells.append(self._cell(survey, some, as_of, Level.PRODUCT, product=product))
        for region in sorted({region for _, region in self.places}):
            some = [c for p in self.places if p[1] == region for c in piles[survey.id, p]]
            cells.append(self._cell(survey, some, as_of, Level.REGION, region=region))
        for product, region in self.places:
            some = piles[survey.id, (product, region)]
            cells.append(
                self._cell(
                    survey, some, as_of, Level.TEAM, product=product, team=self.called(f"Team {region}")
                )
            )
        return cells

    def _practice(self, survey: PublishedSurvey, piles: Piles, as_of: AsOf) -> list[PracticeCell]:
        everybody = [customer for place in self.places for customer in piles[survey.id, place]]
        arms = []
        for done, customers in ((True, everybody[::3]), (False, everybody[1::3])):
            whole = self._cell(survey, customers, as_of, Level.COMPANY)
            shared = {
                name: getattr(whole, name) for name in Cell.model_fields if name not in ("promises", "id")
            }
            identifier = f"{whole.id}/joint_visit/{done}"
            arms.append(PracticeCell(**shared, id=identifier, practice="joint_visit", done=done))
        return arms

    def _cell(
        self, survey: PublishedSurvey, customers: Customers, as_of: AsOf, level: Level, **where: str
    ) -> Cell:
        aspects = {
            aspect.id: PairedSums.of(
                [c[index][0] for c in customers], [c[index][1] for c in customers], survey.scale, aspect.norm
            )
            for index, aspect in enumerate(survey.aspects)
        }
        aspects = {name: _with_three_counts(moments) for name, moments in aspects.items()}
        n = len(customers)
        return Cell(
            blocks=tuple(range(1, 2 + n // 12)),
            survey=survey.id,
            version=1,
            level=level,
            **where,
            id="/".join([f"{survey.id}-1", level.value, *where.values()]).lower().replace(" ", "-"),
            deals=n + n // 9,
            customers=n,
            as_of=as_of,
            aspects=aspects,
            promises=PromiseCounts(kept=n, partly=n // 3, broken=n // 10, unknown=n // 5),
        )


def _with_three_counts(moments: PairedSums) -> PairedSums:
    def three(counts: tuple[int, ...]) -> tuple[int, ...]:
        return counts[0], sum(counts[1:-1]), counts[-1]

    return replace(moments, v_counts=three(moments.v_counts), r_counts=three(moments.r_counts))
