"""How kloof stands in numbers, for the programs that watch it: counts and moments, never a fact about a person."""

from dataclasses import dataclass
from datetime import datetime

from kloof import storage
from kloof.domain.errors import KloofError
from kloof.domain.mailing.refused import RefusedBy
from kloof.domain.states import MessageState
from kloof.storage.mailing import last_worked, outbox, pauses, refused
from kloof.storage.releases import totals


@dataclass(frozen=True, slots=True)
class Totals:
    """`mails` by state; `answers` by wave; `worked_at`: when a worker was last seen, None where none ever was;
    `oldest_due_at` as in the outbox.
    """

    mails: dict[MessageState, int]
    answers: dict[str, int]
    blocks: int
    releases: int
    oldest_due_at: datetime | None
    worked_at: datetime | None
    is_paused: bool
    is_refused: bool


def counted(now: datetime) -> Totals | None:
    """Everything at once; None where the database cannot be asked."""
    try:
        storage.ensure_connected()
        return _counted(now)
    except Exception as error:
        if not isinstance(error, KloofError) and storage.explained(error) is None:
            raise
        storage.drop_connection_after(error)
        return None


def _counted(now: datetime) -> Totals:
    mail, worked = outbox.health(now), last_worked.noted()
    blocks, releases = totals.blocks_and_releases()
    return Totals(
        mails=mail.counts,
        answers=totals.answers(),
        blocks=blocks,
        releases=releases,
        oldest_due_at=mail.oldest_due_at,
        worked_at=worked.seen if worked else None,
        is_paused=pauses.current() is not None,
        is_refused=any(one.by is RefusedBy.OUR_SERVER for one in refused.standing(now)),
    )
