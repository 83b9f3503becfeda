"""How much there is of everything that a company's operator watches: numbers only, and of nobody in particular."""

from typing import NamedTuple

from kloof.domain.states import InvitationState
from kloof.storage.statements import names, only_row, rows


class _Answers(NamedTuple):
    wave: str
    answers: int


class _Published(NamedTuple):
    blocks: int
    releases: int


_ANSWERS = f"""
SELECT wave AS wave, COUNT(*) AS answers FROM invitation
WHERE state IN ({names([InvitationState.SUBMITTED])}) GROUP BY wave
"""  # noqa: S608  our own words
_PUBLISHED = 'SELECT (SELECT COUNT(*) FROM block) AS blocks, (SELECT COUNT(*) FROM "release") AS releases'


def answers() -> dict[str, int]:
    """How many surveys of each wave were sent in and stand."""
    return {row.wave: row.answers for row in rows(_Answers, _ANSWERS)}


def blocks_and_releases() -> tuple[int, int]:
    """How many blocks are frozen, and how many releases were published."""
    return only_row(_Published, _PUBLISHED)
