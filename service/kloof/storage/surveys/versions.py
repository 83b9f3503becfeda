"""Surveys in the version in which they were used."""

from collections.abc import Iterable
from datetime import datetime

from peewee import fn

from kloof.domain.errors import Reason, Refused
from kloof.domain.surveys.definition import Survey, SurveyKey
from kloof.storage.models import Deal, Invitation, Response, SurveyVersion


def record(survey: Survey, now: datetime) -> int:
    """The row id of this version, recorded when it is new.

    Raises Refused where the same version was recorded with another content and answers to it exist.
    """
    row = SurveyVersion.get_or_none(survey=survey.id, version=survey.version)
    if row is None:
        return int(
            SurveyVersion.insert(
                survey=survey.id,
                version=survey.version,
                fingerprint=survey.fingerprint,
                definition=survey.model_dump_json(),
                recorded_at=now,
            ).execute()
        )
    if row.fingerprint != survey.fingerprint:
        _refuse_if_answered(survey, row)
        SurveyVersion.update(fingerprint=survey.fingerprint, definition=survey.model_dump_json()).where(
            SurveyVersion.id == row.id
        ).execute()
    return int(row.id)


def _refuse_if_answered(survey: Survey, row: SurveyVersion) -> None:
    answered = (
        Response.select(fn.COUNT(Response.id))
        .join(Invitation)
        .join(Deal)
        .where(Deal.survey_version == row.id)
        .scalar()
    )
    if answered:
        raise Refused(
            Reason.SURVEY_CHANGED,
            f"Survey {survey.key} was changed, and {answered} answers to version {survey.version} are already stored.",
            where=f"surveys/{survey.id}.yaml",
            remedy=f"Undo the change, or set version: {survey.version + 1}.",
            survey=survey.id,
            version=survey.version,
            next=survey.version + 1,
        )


def by_row(row_id: int) -> Survey:
    """The survey as it was recorded under this row id."""
    return Survey.model_validate_json(SurveyVersion.get_by_id(row_id).definition)


def by_key(key: SurveyKey) -> Survey:
    """The survey as it was recorded under this id and version."""
    row = SurveyVersion.get(SurveyVersion.survey == key.id, SurveyVersion.version == key.version)
    return Survey.model_validate_json(row.definition)


def by_keys(keys: Iterable[SurveyKey]) -> dict[SurveyKey, Survey]:
    """The recorded surveys with these keys, in one query."""
    wanted = set(keys)
    rows = SurveyVersion.select().where(SurveyVersion.survey.in_({key.id for key in wanted}))
    found = (Survey.model_validate_json(row.definition) for row in rows)
    return {survey.key: survey for survey in found if survey.key in wanted}


def row_of(key: SurveyKey) -> int | None:
    """The row id of a recorded version; None where it never was."""
    row = SurveyVersion.get_or_none(survey=key.id, version=key.version)
    return None if row is None else int(row.id)
