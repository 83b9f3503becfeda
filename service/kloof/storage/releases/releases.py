"""What was published, and how far the deals of each survey came."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.cells import rounded_up
from kloof.domain.releases.document import ResponseCounts
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Survey, SurveyKey, Wave
from kloof.storage.models import Release, Round, SurveyVersion
from kloof.storage.statements import names, rows, scalar
from kloof.storage.surveys import versions

_SENT_IN = "r.submitted_at IS NOT NULL"
_AT_SALE, _AFTER_DELIVERY = (f"i.wave IN ({names([wave])})" for wave in (Wave.SALE, Wave.DELIVERY))
_ASKED, _NOT_ASKED = (f"d.arm IN ({names([arm])})" for arm in (Arm.ASKED, Arm.NOT_ASKED))
_NEVER_SENT = names([InvitationState.PLANNED, InvitationState.CANCELLED])
_CLOSED = f"{_AFTER_DELIVERY} AND ({_SENT_IN} OR i.state IN ({names([InvitationState.EXPIRED])}))"
_STEPS = {
    "deals_started": f"{_ASKED} AND {_AT_SALE} AND i.state NOT IN ({_NEVER_SENT})",
    "answered_at_sale": f"{_ASKED} AND {_AT_SALE} AND {_SENT_IN}",
    "answered_after_delivery": f"{_ASKED} AND {_AFTER_DELIVERY} AND {_SENT_IN}",
    "asked_again": f"{_ASKED} AND {_CLOSED} AND f.id IS NOT NULL",
    "answered_twice": f"{_ASKED} AND {_AFTER_DELIVERY} AND {_SENT_IN} AND f.id IS NOT NULL",
    "not_asked": f"{_NOT_ASKED} AND {_CLOSED}",
    "not_asked_answered": f"{_NOT_ASKED} AND {_AFTER_DELIVERY} AND {_SENT_IN}",
}


class _Came(NamedTuple):
    """How many deals of a survey version came through each of the steps."""

    version_row: int
    survey: str
    version: int
    deals_started: int
    answered_at_sale: int
    answered_after_delivery: int
    asked_again: int
    answered_twice: int
    not_asked: int
    not_asked_answered: int


_CAME_SO_FAR = f"""
SELECT v.id AS version_row, v.survey AS survey, v.version AS version,
       {", ".join(f"SUM(CASE WHEN {when} THEN 1 ELSE 0 END) AS {step}" for step, when in _STEPS.items())}
FROM invitation i JOIN deal d ON d.id = i.deal_id JOIN survey_version v ON v.id = d.survey_version_id
LEFT JOIN response r ON r.invitation_id = i.id
LEFT JOIN invitation fi ON fi.deal_id = i.deal_id AND fi.wave IN ({names([Wave.SALE])}) AND {_AFTER_DELIVERY}
LEFT JOIN response f ON f.invitation_id = fi.id AND f.submitted_at IS NOT NULL
GROUP BY v.id, v.survey, v.version ORDER BY v.survey, v.version
"""  # noqa: S608  our own words
_COMPLETE = f"""
SELECT COUNT(*) FROM pair WHERE cell_id IN
  (SELECT c.id FROM queue_cell c WHERE c.survey_version_id = ? AND c.arm IN ({names([Arm.ASKED])}))
"""  # noqa: S608  our own words


@dataclass(frozen=True, slots=True)
class Recorded:
    """A release as the database remembers it."""

    number: int
    sha256: str
    published_at: datetime


def recorded() -> tuple[Recorded, ...]:
    """Every release, in order."""
    found = Release.select().order_by(Release.number)
    return tuple(Recorded(row.number, row.manifest_hash, row.published_at) for row in found)


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
            survey=came.survey,
            version=came.version,
            **{step: rounded_up(getattr(came, step)) for step in _STEPS},
            pairs=rounded_up(scalar(_COMPLETE, came.version_row)),
            pairs_published=published.get(SurveyKey(id=came.survey, version=came.version), 0),
        )
        for came in rows(_Came, _CAME_SO_FAR)
    )
