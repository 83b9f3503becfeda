"""When which group can be published, and how many pairs a gap needs: what `kloof plan` says."""

from datetime import date
from typing import Annotated

from pydantic import Field

from kloof.actions.releases import outlook
from kloof.web.api.operations import Answer, operation
from kloof.web.api.shapes import Given, Shape
from kloof.web.app.context import now, settings


class PlanAsked(Shape):
    """Which gap is to be seen."""

    gap: Annotated[
        float | None, Field(gt=0, le=1000, description="Points of the scale; half a point of ten without it.")
    ] = None


class GroupWaiting(Given):
    """A group that waits: how many have answered, what it lacks, and about when it has enough at the present pace.
    After `wider_after` more releases it may close with a wider group.
    """

    survey: str
    level: str
    product: str
    region: str
    team: str
    arm: str
    deals: int
    customers: int
    salespeople: int
    reason: str
    short_of: int
    wider_after: int
    closes_about: date | None


class PairsNeeded(Given):
    """How many pairs show a gap of so many points in one aspect (80% of the time, at 5%), and how many there are."""

    survey: str
    aspect: str
    gap: float
    sd: float
    pairs: int
    published: int


class PlanOut(Given):
    """The groups that wait, and what each aspect needs; the latter is known from 30 pairs in blocks on."""

    waiting: list[GroupWaiting]
    needs: list[PairsNeeded]


@operation("GET", "/plan", tag="Published", summary="Look ahead", asks=PlanAsked, gives={200: PlanOut})
def plan(asked: PlanAsked) -> Answer:
    """The figures of `kloof plan`: counts of groups, and no answer. It takes a while; ask for it once a day."""
    waiting = [
        GroupWaiting(
            survey=str(one.waiting.survey),
            level=one.waiting.queue.level.value,
            product=one.waiting.queue.product,
            region=one.waiting.queue.region,
            team=one.waiting.queue.team,
            arm=one.waiting.queue.arm.value,
            deals=one.waiting.deals,
            customers=one.waiting.customers,
            salespeople=one.waiting.salespeople,
            reason=one.waiting.reason.value,
            short_of=one.waiting.short_of,
            wider_after=one.waiting.wider_after,
            closes_about=one.closes,
        )
        for one in outlook.forecasts(settings(), now())
    ]
    needs = [
        PairsNeeded(
            survey=one.survey,
            aspect=one.aspect,
            gap=one.gap,
            sd=one.sd,
            pairs=one.pairs,
            published=one.published,
        )
        for one in outlook.needs(settings(), asked.gap)
    ]
    return Answer(PlanOut(waiting=waiting, needs=needs))
