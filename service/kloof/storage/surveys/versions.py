"""Surveys in the version in which they were used."""

import json
from datetime import datetime
from typing import NamedTuple

from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Survey, SurveyKey
from kloof.domain.text import Text
from kloof.storage.models import SurveyVersion
from kloof.storage.statements import first_row, names, rows, scalar, timestamp

MOST_COUNTED = 5000
"""Nobody counts further: a page that says how many is as fast with 200,000 deals as with a few thousand."""

_ANSWERED = """
SELECT COUNT(r.id) FROM response r JOIN invitation i ON i.id = r.invitation_id JOIN deal d ON d.id = i.deal_id
WHERE d.survey_version_id = ?
"""


class VersionUse(NamedTuple):
    """A version that was recorded: with which content, since when, and how many deals use it, up to MOST_COUNTED."""

    survey: str
    version: int
    fingerprint: str
    since: datetime
    deals: int


class _Recorded(NamedTuple):
    id: int
    fingerprint: str
    definition: str


_RECORDED = "SELECT id, fingerprint, definition FROM survey_version WHERE survey = ? AND version = ?"


class _Use(NamedTuple):
    survey: str
    version: int
    fingerprint: str
    since: datetime | str
    deals: int


class _AnsweredDeals(NamedTuple):
    survey: str
    version: int
    deals: int


_USED = f"""
SELECT v.survey AS survey, v.version AS version, v.fingerprint AS fingerprint, v.recorded_at AS since, (
  SELECT COUNT(*) FROM (SELECT 1 FROM deal d WHERE d.survey_version_id = v.id LIMIT {MOST_COUNTED}) AS counted) AS deals
FROM survey_version v ORDER BY v.survey, v.version
"""  # noqa: S608  our own number
_ANSWERED_DEALS = f"""
SELECT v.survey AS survey, v.version AS version, (
  SELECT COUNT(*) FROM (
    SELECT 1 FROM deal d WHERE d.survey_version_id = v.id AND EXISTS (
      SELECT 1 FROM invitation i WHERE i.deal_id = d.id AND i.state IN ({names([InvitationState.SUBMITTED])}))
    LIMIT {MOST_COUNTED}) AS counted) AS deals
FROM survey_version v
"""  # noqa: S608  our own words


def used() -> list[VersionUse]:
    """Every recorded version with its use, by survey and version."""
    return [
        VersionUse(row.survey, row.version, row.fingerprint, timestamp(row.since), row.deals)
        for row in rows(_Use, _USED)
    ]


def answered_deals() -> dict[tuple[str, int], int]:
    """Of how many deals at least one survey was sent in, by id and version; nobody counts beyond MOST_COUNTED."""
    return {(row.survey, row.version): row.deals for row in rows(_AnsweredDeals, _ANSWERED_DEALS)}


def record(survey: Survey, now: datetime) -> int:
    """The row id of this version, recorded when it is new; what kinds its aspects are of may change at any time.

    Raises Refused where the same version was recorded with another content and answers to it exist.
    """
    row = _as_recorded(survey)
    if row is None:
        # Two programs may sell by a new survey at once: the second waits here, and finds what the first wrote.
        SurveyVersion.insert(
            survey=survey.id,
            version=survey.version,
            fingerprint=survey.fingerprint,
            definition=survey.model_dump_json(),
            recorded_at=now,
        ).on_conflict(
            conflict_target=[SurveyVersion.survey, SurveyVersion.version], action="IGNORE"
        ).execute()
        row = _as_recorded(survey)
    if row is None:
        raise LookupError("A version that was recorded a moment ago is not there.")
    if row.fingerprint != survey.fingerprint:
        _refuse_if_answered(survey, row.id)
    if row.definition != survey.model_dump_json():
        SurveyVersion.update(fingerprint=survey.fingerprint, definition=survey.model_dump_json()).where(
            SurveyVersion.id == row.id
        ).execute()
    return row.id


def refuse_if_changed(survey: Survey) -> int | None:
    """Raise Refused as `record` does; nothing is recorded. Gives the row id that `record` would give where it would
    write nothing, and None otherwise.
    """
    row = _as_recorded(survey)
    if row is not None and row.fingerprint != survey.fingerprint:
        _refuse_if_answered(survey, row.id)
    return row.id if row is not None and row.definition == survey.model_dump_json() else None


def _as_recorded(survey: Survey) -> _Recorded | None:
    return first_row(_Recorded, _RECORDED, survey.id, survey.version)


def _refuse_if_answered(survey: Survey, row_id: int) -> None:
    answered = scalar(_ANSWERED, row_id)
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


def key_of(row_id: int) -> SurveyKey:
    """Under which id and version this row was recorded; raises NotFound where none was."""
    row = SurveyVersion.get_or_none(SurveyVersion.id == row_id)
    if row is None:
        raise NotFound(Reason.SURVEY_NOT_HERE, f"Survey number {row_id} was never recorded in this database.")
    return SurveyKey(id=row.survey, version=row.version)


def row_of(key: SurveyKey) -> int:
    """The row id of a recorded version; raises NotFound where it never was."""
    row = SurveyVersion.get_or_none(survey=key.id, version=key.version)
    if row is None:
        raise NotFound(Reason.SURVEY_NOT_HERE, f"Survey {key} was never recorded in this database.")
    return int(row.id)
