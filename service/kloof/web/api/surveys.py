"""Surveys over the API: which are in use, and whether a document would be one."""

from typing import Annotated

from pydantic import Field

from kloof.actions.surveys import editing
from kloof.actions.surveys.editing import SaveResult
from kloof.actions.surveys.files import load_surveys
from kloof.domain.access.api_tokens import TokenKind
from kloof.domain.errors import BadInput, Reason, Refused
from kloof.domain.surveys.definition import Survey
from kloof.domain.surveys.yaml_positions import Flaw
from kloof.storage.surveys.versions import VersionUse
from kloof.web.api.deals import by_token
from kloof.web.api.operations import Answer, etag, operation, refuse_unless_expected, token
from kloof.web.api.shapes import Given, Shape
from kloof.web.app.context import now, settings


class AspectOut(Given):
    """What is asked about, by its id, with its names by language and the norm on the survey's scale."""

    id: str
    name: dict[str, str]
    norm: float | None


class SurveyOut(Given):
    """A survey that is in use. `etag`: another one as soon as anything of it is another; for If-Match."""

    id: str
    version: int
    title: dict[str, str]
    low: int
    high: int
    aspects: list[AspectOut]
    etag: str


class SurveysOut(Given):
    """The surveys in use."""

    surveys: list[SurveyOut]


class SurveyIn(Shape):
    """A survey file as its text."""

    yaml: Annotated[str, Field(min_length=1, max_length=200_000)]


class FlawOut(Given):
    """Something that is wrong in the text; line and column count from 1."""

    line: int
    column: int
    place: str
    detail: str


class SurveyChecked(Given):
    """What is wrong with a document; nothing, where it is a survey."""

    flaws: list[FlawOut]


class SurveyRecorded(Given):
    """The survey as it is in force now. `raised_from`: the version that deals that are there go on with, where the
    content became a new one.
    """

    id: str
    version: int
    raised_from: int | None


@operation("GET", "/surveys", tag="Surveys", summary="List the surveys in use", gives={200: SurveysOut})
def list_surveys() -> Answer:
    """In the order of their ids. A deal names one of them."""
    found = [
        SurveyOut(
            id=survey.id,
            version=survey.version,
            title=dict(survey.title),
            low=survey.scale.low,
            high=survey.scale.high,
            aspects=[AspectOut(id=one.id, name=dict(one.name), norm=one.norm) for one in survey.aspects],
            etag=etag(survey),
        )
        for _, survey in sorted(load_surveys(settings().surveys_folder).items())
    ]
    return Answer(SurveysOut(surveys=found))


@operation(
    "POST", "/surveys/check", tag="Surveys", summary="Check a survey's document", takes=SurveyIn,
    gives={200: SurveyChecked},
)  # fmt: skip
def check_survey(body: SurveyIn) -> Answer:
    """What `kloof surveys check` says of it. Nothing is kept."""
    _, flaws = editing.checked(body.yaml, "survey.yaml")
    return Answer(
        SurveyChecked(
            flaws=[
                FlawOut(
                    line=flaw.spot.line,
                    column=flaw.spot.column,
                    place=".".join(map(str, flaw.place)),
                    detail=flaw.message,
                )
                for flaw in flaws
            ]
        )
    )


@operation(
    "POST", "/surveys", tag="Surveys", summary="Record a survey, or a new version of one", takes=SurveyIn,
    gives={200: SurveyRecorded}, refuses=(412,), tries=True,
)  # fmt: skip
def record_survey(body: SurveyIn) -> Answer:
    """It is written to surveys/ under its id, and new deals get it. A version that deals use keeps its content: another
    one becomes the next version. The same document again changes nothing. With the `etag` of a survey as If-Match it is
    refused where that survey changed since it was listed; with `If-None-Match: *` where there is one with this id.
    """
    survey, flaws = editing.checked(body.yaml, "survey.yaml")
    if survey is None:
        raise _unfit(flaws)
    before = editing.with_id(settings(), survey.id)
    refuse_unless_expected(lambda: before.survey if before else None)
    if token().kind is TokenKind.TEST:
        version, raised_from = editing.would_become(survey)
        return _recorded(survey.model_copy(update={"version": version}), raised_from)
    saved = editing.record(settings(), survey, body.yaml, before, now(), by_token())
    if saved.result is SaveResult.READ_ONLY:
        raise Refused(Reason.FILE_UNWRITABLE, "kloof may not write in surveys/.")
    if saved.flaws:
        raise _unfit(saved.flaws)
    if saved.result is SaveResult.TAKEN:
        raise Refused(
            Reason.CHANGED_MEANWHILE,
            f"surveys/{survey.id}.yaml is there, and holds something else.",
            remedy="Look at that file at the desk, under Surveys.",
        )
    if saved.survey is None or saved.result is not SaveResult.SAVED:
        raise Refused(
            Reason.CHANGED_MEANWHILE, "The file was changed at this very moment.", remedy="Send it again."
        )
    return _recorded(saved.survey, saved.raised_from)


def _recorded(survey: Survey, raised_from: VersionUse | None) -> Answer:
    before = raised_from.version if raised_from else None
    told = SurveyRecorded(id=survey.id, version=survey.version, raised_from=before)
    return Answer(told, headers={"ETag": etag(survey)})


def _unfit(flaws: tuple[Flaw, ...]) -> BadInput:
    parts = [
        Refused(Reason.SHAPE_UNFIT, f"{one.spot.line}:{one.spot.column}: {one.message}", column="yaml")
        for one in flaws
    ]
    return BadInput(Reason.SHAPE_UNFIT, [one.what for one in parts], parts=parts)
