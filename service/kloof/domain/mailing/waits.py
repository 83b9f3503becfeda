"""Why a mail that waits has not gone out yet."""

from datetime import datetime
from enum import StrEnum


class WhyWaits(StrEnum):
    """The one reason that counts first."""

    PAUSED = "paused"
    SERVER_REFUSES = "server_refuses"
    TRIED = "tried"  # it could not be handed over, and is tried again
    PLANNED = "planned"  # its moment has not come: sending hours, a limit, or a day that was planned
    SOON = "soon"


def why_waits(
    due_at: datetime, attempts: int, now: datetime, *, urgent: bool, paused: bool, refuses: bool
) -> WhyWaits:
    """Why a queued mail waits. `paused`: somebody keeps mail back; `refuses`: our server takes no mail from us."""
    if paused and not urgent:
        return WhyWaits.PAUSED
    if refuses and due_at <= now:
        return WhyWaits.SERVER_REFUSES
    if attempts:
        return WhyWaits.TRIED
    return WhyWaits.PLANNED if due_at > now else WhyWaits.SOON
