"""What is published, and how kloof itself stands: releases, what customers in fact got, and health."""

from datetime import date, datetime
from typing import Annotated

from flask import json
from pydantic import Field, RootModel

from kloof.actions import health as readiness
from kloof.actions.mailing import outbox
from kloof.actions.staff import published
from kloof.domain.errors import NotFound, Reason
from kloof.publish.release_contents import DOCUMENT
from kloof.publish.release_files import read_releases, release_folder
from kloof.web.api.operations import Answer, operation
from kloof.web.api.shapes import Given, Shape
from kloof.web.app import guard
from kloof.web.app.context import now, settings


class ReleaseOut(Given):
    """A release: its number, its day, and the SHA-256 of its manifest."""

    number: int
    published_on: date
    sha256: str
    url: str


class ReleasesOut(Given):
    """Every release, the first one first."""

    releases: list[ReleaseOut]


class ReleaseDocumentOut(RootModel[dict[str, object]]):
    """release.json of a release, byte for byte what stands on the site; its schema is in the handbook."""


class CalibrationAsked(Shape):
    """About which product."""

    product: Annotated[str, Field(min_length=1, max_length=200)]


class AspectCalibrated(Given):
    """What customers expected and got on average, as published; `gap` is expected minus got."""

    aspect: str
    name: dict[str, str]
    expected: float
    got: float
    gap: float
    norm: float | None


class SurveyCalibrated(Given):
    """The published figures of one product for one survey; at least so many customers."""

    survey: str
    version: int
    customers: int
    published_on: date
    low: int
    high: int
    aspects: list[AspectCalibrated]


class CalibrationOut(Given):
    """What customers in fact got; empty where nothing is published about this product."""

    product: str
    surveys: list[SurveyCalibrated]


class HealthOut(Given):
    """Whether kloof works, and how its outbox stands."""

    ready: bool
    reason: str | None
    oldest_due_at: datetime | None
    messages: dict[str, int]


@operation("GET", "/releases", tag="Published", summary="List releases", gives={200: ReleasesOut})
def list_releases() -> Answer:
    """Public, unless the company shows its findings to its own people only: then any token that works opens it."""
    _refuse_strangers()
    found = [
        ReleaseOut(
            number=one.number,
            published_on=one.document.published_on,
            sha256=one.sha256,
            url=settings().link(f"/api/v1/releases/{one.number}"),
        )
        for one in read_releases(settings().releases_folder)
    ]
    return Answer(ReleasesOut(releases=found))


@operation(
    "GET", "/releases/{number}", tag="Published", summary="Get a release", gives={200: ReleaseDocumentOut},
    refuses=(404,),
)  # fmt: skip
def get_release(number: int) -> Answer:
    """The whole document of a release."""
    _refuse_strangers()
    file = release_folder(settings().releases_folder, number) / DOCUMENT
    if not file.is_file():
        raise NotFound(Reason.FINDINGS_NOT_HERE, f"There is no release {number}.")
    return Answer(ReleaseDocumentOut(json.loads(file.read_bytes())))


@operation(
    "GET", "/calibration", tag="Published", summary="What customers of a product got", asks=CalibrationAsked,
    gives={200: CalibrationOut},
)  # fmt: skip
def calibration(asked: CalibrationAsked) -> Answer:
    """To show inside a quote screen: published figures only, of the last release."""
    document = published.newest(settings())
    found = []
    for survey in document.surveys if document else ():
        figures = published.product_figures(settings(), survey.key, asked.product)
        if figures is None:
            continue
        names = {aspect.id: dict(aspect.name) for aspect in survey.aspects}
        aspects = [
            AspectCalibrated(
                aspect=gap.aspect,
                name=names[gap.aspect],
                expected=gap.expectation,
                got=gap.reality,
                gap=round(gap.expectation - gap.reality, 6),
                norm=gap.norm,
            )
            for gap in figures.aspects.values()
            if gap.expectation is not None and gap.reality is not None
        ]
        found.append(
            SurveyCalibrated(
                survey=survey.id,
                version=survey.version,
                customers=figures.customers,
                published_on=figures.published_on,
                low=survey.scale.low,
                high=survey.scale.high,
                aspects=aspects,
            )
        )
    return Answer(CalibrationOut(product=asked.product, surveys=found))


@operation(
    "GET", "/health", tag="Published", summary="How kloof and its outbox stand", gives={200: HealthOut}
)
def health() -> Answer:
    """Counts only. `reason` is a word; `kloof doctor` says the sentence."""
    report, waiting = readiness.readiness(settings(), now()), outbox.overview(now(), most=0).health
    reasons = [*report["reasons"], *report.get("worker", {}).get("reasons", ())]
    return Answer(
        HealthOut(
            ready=not reasons,
            reason=next(iter(reasons), None),
            oldest_due_at=waiting.oldest_due_at,
            messages={state.value: count for state, count in waiting.counts.items()},
        )
    )


def _refuse_strangers() -> None:
    if settings().publishing.findings != "public":
        guard.refuse_unless_program()
