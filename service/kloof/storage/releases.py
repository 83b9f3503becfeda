"""What was published, and how far the deals of each survey came."""

from dataclasses import dataclass
from datetime import datetime

from kloof.domain.release import ResponseCounts
from kloof.domain.surveys import Survey, SurveyKey
from kloof.domain.tables import rounded_up
from kloof.storage import surveys
from kloof.storage.models import Release, Round, SurveyVersion
from kloof.storage.statements import run

_CAME_SO_FAR = """
SELECT v.id, v.survey, v.version,
       SUM(CASE WHEN i.wave = 'sale' AND i.state NOT IN ('planned', 'cancelled') THEN 1 ELSE 0 END),
       SUM(CASE WHEN i.wave = 'sale' AND r.submitted_at IS NOT NULL THEN 1 ELSE 0 END),
       SUM(CASE WHEN i.wave = 'delivery' AND r.submitted_at IS NOT NULL THEN 1 ELSE 0 END)
FROM invitation i JOIN deal d ON d.id = i.deal_id JOIN survey_version v ON v.id = d.survey_version_id
LEFT JOIN response r ON r.invitation_id = i.id
GROUP BY v.id, v.survey, v.version ORDER BY v.survey, v.version
"""
_COMPLETE = """
SELECT COUNT(*) FROM pair WHERE cell_id IN (SELECT id FROM queue_cell WHERE survey_version_id = ?)
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A release as the database remembers it."""

    number: int
    sha256: str
    published_at: datetime


def recorded() -> tuple[Recorded, ...]:
    """Every release, in order."""
    rows = Release.select().order_by(Release.number)
    return tuple(Recorded(row.number, row.manifest_hash, row.published_at) for row in rows)


def record(number: int, sha256: str, now: datetime) -> None:
    """Remember a release and count it as a round of waiting."""
    row = Release.insert(number=number, manifest_hash=sha256, published_at=now).execute()
    Round.insert(held_at=now, release=row).execute()


def hold_round(now: datetime) -> None:
    """Count a round in which nothing came out, so that what waits still rolls up."""
    Round.insert(held_at=now).execute()


def last_round() -> datetime | None:
    """When a release last came out, or could have."""
    row = Round.select(Round.held_at).order_by(Round.id.desc()).first()
    moment: datetime | None = row.held_at if row else None
    return moment


def used_surveys() -> dict[SurveyKey, Survey]:
    """Every survey version that was ever recorded, by key."""
    found = (surveys.by_row(row.id) for row in SurveyVersion.select(SurveyVersion.id))
    return {survey.key: survey for survey in found}


def response_counts(published: dict[SurveyKey, int]) -> tuple[ResponseCounts, ...]:
    """How far the deals of each survey version came, rounded up; `published`: pairs in the release, exact."""
    return tuple(
        ResponseCounts(
            survey=survey,
            version=version,
            deals_started=rounded_up(started),
            answered_at_sale=rounded_up(at_sale),
            answered_after_delivery=rounded_up(after),
            pairs=rounded_up(run(_COMPLETE, row).fetchone()[0]),
            pairs_published=published.get(SurveyKey(id=survey, version=version), 0),
        )
        for row, survey, version, started, at_sale, after in run(_CAME_SO_FAR).fetchall()
    )
