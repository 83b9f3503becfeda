"""What was published, and how far the deals of each survey came."""

from dataclasses import dataclass
from datetime import datetime

from kloof.domain.releases.cells import rounded_up
from kloof.domain.releases.document import ResponseCounts
from kloof.domain.surveys.definition import Survey, SurveyKey
from kloof.storage.models import Release, Round, SurveyVersion
from kloof.storage.statements import only, run
from kloof.storage.surveys import versions

_SENT_IN = "r.submitted_at IS NOT NULL"
_CLOSED = f"i.wave = 'delivery' AND ({_SENT_IN} OR i.state = 'expired')"
_STEPS = {
    "deals_started": "d.arm = 'asked' AND i.wave = 'sale' AND i.state NOT IN ('planned', 'cancelled')",
    "answered_at_sale": f"d.arm = 'asked' AND i.wave = 'sale' AND {_SENT_IN}",
    "answered_after_delivery": f"d.arm = 'asked' AND i.wave = 'delivery' AND {_SENT_IN}",
    "asked_again": f"d.arm = 'asked' AND {_CLOSED} AND f.id IS NOT NULL",
    "answered_twice": f"d.arm = 'asked' AND i.wave = 'delivery' AND {_SENT_IN} AND f.id IS NOT NULL",
    "not_asked": f"d.arm = 'not_asked' AND {_CLOSED}",
    "not_asked_answered": f"d.arm = 'not_asked' AND i.wave = 'delivery' AND {_SENT_IN}",
}
_CAME_SO_FAR = f"""
SELECT v.id, v.survey, v.version, {", ".join(f"SUM(CASE WHEN {step} THEN 1 ELSE 0 END)" for step in _STEPS.values())}
FROM invitation i JOIN deal d ON d.id = i.deal_id JOIN survey_version v ON v.id = d.survey_version_id
LEFT JOIN response r ON r.invitation_id = i.id
LEFT JOIN invitation fi ON fi.deal_id = i.deal_id AND fi.wave = 'sale' AND i.wave = 'delivery'
LEFT JOIN response f ON f.invitation_id = fi.id AND f.submitted_at IS NOT NULL
GROUP BY v.id, v.survey, v.version ORDER BY v.survey, v.version
"""  # noqa: S608  our own words
_COMPLETE = """
SELECT COUNT(*) FROM pair WHERE cell_id IN (SELECT id FROM queue_cell WHERE survey_version_id = ? AND arm = 'asked')
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
    found = (versions.by_row(row.id) for row in SurveyVersion.select(SurveyVersion.id))
    return {survey.key: survey for survey in found}


def response_counts(published: dict[SurveyKey, int]) -> tuple[ResponseCounts, ...]:
    """How far the deals of each survey version came, rounded up; `published`: pairs in the release, exact."""
    return tuple(
        ResponseCounts(
            survey=survey,
            version=version,
            **{step: rounded_up(count) for step, count in zip(_STEPS, counts, strict=True)},
            pairs=rounded_up(only(_COMPLETE, row)[0]),
            pairs_published=published.get(SurveyKey(id=survey, version=version), 0),
        )
        for row, survey, version, *counts in run(_CAME_SO_FAR).fetchall()
    )
