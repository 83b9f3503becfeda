"""Surveys in the version in which they were used."""

import json
from datetime import datetime

from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.surveys.definition import Survey, SurveyKey
from kloof.domain.text import Text
from kloof.storage.models import SurveyVersion
from kloof.storage.statements import scalar

_ANSWERED = """
SELECT COUNT(r.id) FROM response r JOIN invitation i ON i.id = r.invitation_id JOIN deal d ON d.id = i.deal_id
WHERE d.survey_version_id = ?
"""


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


def refuse_if_changed(survey: Survey) -> None:
    """Raise Refused as `record` does; nothing is recorded."""
    row = SurveyVersion.get_or_none(survey=survey.id, version=survey.version)
    if row is not None and row.fingerprint != survey.fingerprint:
        _refuse_if_answered(survey, row)


def _refuse_if_answered(survey: Survey, row: SurveyVersion) -> None:
    answered = scalar(_ANSWERED, row.id)
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


_parsed: dict[int, Survey] = {}


def known(row_id: int, fingerprint: str) -> Survey:
    """The survey under this row id, parsed once for as long as its fingerprint stays what it is.

    A version may change until its first answer; its fingerprint tells.
    """
    survey = _parsed.get(row_id)
    if survey is None or survey.fingerprint != fingerprint:
        survey = _parsed[row_id] = by_row(row_id)
    return survey


def titles() -> dict[SurveyKey, Text]:
    """What every recorded version is called, in one query."""
    found = SurveyVersion.select(SurveyVersion.survey, SurveyVersion.version, SurveyVersion.definition)
    return {
        SurveyKey(id=row.survey, version=row.version): Text.model_validate(
            json.loads(row.definition)["title"]
        )
        for row in found
    }


def by_row(row_id: int) -> Survey:
    """The survey as it was recorded under this row id; raises NotFound where none was."""
    return _recorded(SurveyVersion.get_or_none(SurveyVersion.id == row_id), f"number {row_id}")


def by_key(key: SurveyKey) -> Survey:
    """The survey as it was recorded under this id and version; raises NotFound where it never was."""
    return _recorded(SurveyVersion.get_or_none(survey=key.id, version=key.version), str(key))


def _recorded(row: SurveyVersion | None, known_as: str) -> Survey:
    if row is None:
        raise NotFound(Reason.SURVEY_NOT_HERE, f"Survey {known_as} was never recorded in this database.")
    return Survey.model_validate_json(row.definition)


def row_of(key: SurveyKey) -> int:
    """The row id of a recorded version; raises NotFound where it never was."""
    row = SurveyVersion.get_or_none(survey=key.id, version=key.version)
    if row is None:
        raise NotFound(Reason.SURVEY_NOT_HERE, f"Survey {key} was never recorded in this database.")
    return int(row.id)
