"""What was published, and how far the deals of each survey came."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from peewee import fn

from kloof.domain.deals.study_arms import Arm
from kloof.domain.releases.cell_keys import CellKey, cell_keys
from kloof.domain.releases.cells import to_the_nearest
from kloof.domain.releases.document import Level, ResponseCounts
from kloof.domain.releases.queues import FineCell
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Survey, SurveyKey, Wave
from kloof.storage.fields import UtcField
from kloof.storage.models import Pair, Release, Round, SurveyVersion
from kloof.storage.statements import names, rows
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
    """How many deals of one product and team came through each of the steps."""

    survey: str
    version: int
    product: str
    region: str
    team: str
    deals_started: int
    answered_at_sale: int
    answered_after_delivery: int
    asked_again: int
    answered_twice: int
    not_asked: int
    not_asked_answered: int


_CAME_SO_FAR = f"""
SELECT v.survey AS survey, v.version AS version, d.product AS product, d.region AS region, d.team AS team,
       {", ".join(f"SUM(CASE WHEN {when} THEN 1 ELSE 0 END) AS {step}" for step, when in _STEPS.items())}
FROM invitation i JOIN deal d ON d.id = i.deal_id JOIN survey_version v ON v.id = d.survey_version_id
LEFT JOIN response r ON r.invitation_id = i.id
LEFT JOIN invitation fi ON fi.deal_id = i.deal_id AND fi.wave IN ({names([Wave.SALE])}) AND {_AFTER_DELIVERY}
LEFT JOIN response f ON f.invitation_id = fi.id AND f.submitted_at IS NOT NULL
GROUP BY v.survey, v.version, d.product, d.region, d.team ORDER BY v.survey, v.version, d.product, d.region, d.team
"""  # noqa: S608  our own words


class _Complete(NamedTuple):
    survey: str
    version: int
    product: str
    region: str
    team: str
    pairs: int


_COMPLETE = f"""
SELECT v.survey AS survey, v.version AS version, c.product AS product, c.region AS region, c.team AS team,
       p.pairs AS pairs
FROM (SELECT cell_id, COUNT(*) AS pairs FROM pair GROUP BY cell_id) p
JOIN queue_cell c ON c.id = p.cell_id JOIN survey_version v ON v.id = c.survey_version_id
WHERE c.arm IN ({names([Arm.ASKED])})
"""  # noqa: S608  our own words


class _LeftOut(NamedTuple):
    survey: str
    version: int
    product: str
    region: str
    team: str
    left_out: int


# Where no block was retired no placement is looked at.
_LEFT_OUT = f"""
SELECT v.survey AS survey, v.version AS version, c.product AS product, c.region AS region, c.team AS team,
       COUNT(*) AS left_out
FROM placement q JOIN pair p ON p.id = q.id
JOIN queue_cell c ON c.id = p.cell_id JOIN survey_version v ON v.id = c.survey_version_id
WHERE EXISTS (SELECT 1 FROM block WHERE retired_at IS NOT NULL)
AND q.block_id IN (SELECT b.id FROM block b WHERE b.retired_at IS NOT NULL) AND c.arm IN ({names([Arm.ASKED])})
GROUP BY v.survey, v.version, c.product, c.region, c.team
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


def last_number() -> int:
    """The number of the release that came out last; 0 before the first."""
    return int(Release.select(fn.COALESCE(fn.MAX(Release.number), 0)).scalar())


def record(number: int, sha256: str, now: datetime) -> None:
    """Remember a release and count it as a round of waiting."""
    row = Release.insert(number=number, manifest_hash=sha256, published_at=now).execute()
    Round.insert(held_at=now, release=row).execute()


def hold_round(now: datetime) -> None:
    """Count a round in which nothing came out, so that what waits still rolls up."""
    Round.insert(held_at=now).execute()


def rounds() -> int:
    """How many rounds of waiting were held."""
    return int(Round.select().count())


def last_round() -> datetime | None:
    """When a release last came out, or could have."""
    row = Round.select(Round.held_at).order_by(Round.id.desc()).first()
    moment: datetime | None = row.held_at if row else None
    return moment


def used_surveys() -> dict[SurveyKey, Survey]:
    """Every survey version that was ever recorded, by key, the first that was recorded first."""
    found = (
        versions.by_row(row.id) for row in SurveyVersion.select(SurveyVersion.id).order_by(SurveyVersion.id)
    )
    return {survey.key: survey for survey in found}


def response_counts(published: Mapping[tuple[SurveyKey, CellKey], int]) -> tuple[ResponseCounts, ...]:
    """How far the deals of every group that has any came, to the nearest five, the widest groups of a version first.

    published: pairs in the release by group, exact.
    """
    counted: dict[tuple[SurveyKey, CellKey], Counter[str]] = {}
    for came in rows(_Came, _CAME_SO_FAR):
        _add(counted, came, {step: getattr(came, step) for step in _STEPS})
    for complete in rows(_Complete, _COMPLETE):
        _add(counted, complete, {"pairs": complete.pairs})
    for gone in rows(_LeftOut, _LEFT_OUT):
        _add(counted, gone, {"left_out": gone.left_out})
    return tuple(
        ResponseCounts(
            survey=key.id,
            version=key.version,
            **spot.place,
            **{step: to_the_nearest(counts[step]) for step in (*_STEPS, "pairs", "left_out")},
            pairs_published=published.get((key, spot), 0),
        )
        for (key, spot), counts in sorted(
            counted.items(), key=lambda one: (one[0][0].id, one[0][0].version, one[0][1])
        )
    )


def _add(
    counted: dict[tuple[SurveyKey, CellKey], Counter[str]],
    where: _Came | _Complete | _LeftOut,
    counts: Mapping[str, int],
) -> None:
    key = SurveyKey(id=where.survey, version=where.version)
    for spot in cell_keys(FineCell(where.product, where.region, where.team).at(Level.TEAM)):
        counted.setdefault((key, spot), Counter()).update(counts)


class _Arrived(NamedTuple):
    survey: str
    version: int
    product: str
    region: str
    team: str
    arm: str
    pairs: int


_ARRIVED = """
SELECT v.survey AS survey, v.version AS version, c.product AS product, c.region AS region, c.team AS team,
       c.arm AS arm, COUNT(*) AS pairs
FROM pair p JOIN queue_cell c ON c.id = p.cell_id JOIN survey_version v ON v.id = c.survey_version_id
WHERE p.completed_at > ? GROUP BY v.survey, v.version, c.product, c.region, c.team, c.arm
"""


def arrivals(since: datetime) -> dict[tuple[SurveyKey, FineCell, Arm], int]:
    """How many pairs became complete since then, by survey version, finest cell and arm."""
    moment = UtcField.db_value(Pair.completed_at, since)
    return {
        (
            SurveyKey(id=row.survey, version=row.version),
            FineCell(row.product, row.region, row.team),
            Arm(row.arm),
        ): row.pairs
        for row in rows(_Arrived, _ARRIVED, moment)
    }
