"""How often something was tried in a window of time."""

from kloof.storage.database import database
from kloof.storage.models import Attempt


def count(what: str, origin: str, window: int) -> int:
    """Add one attempt and give how many there were in this window; windows before the last one are forgotten."""
    with database.atomic():
        Attempt.delete().where(Attempt.what == what, Attempt.window < window - 1).execute()
        Attempt.insert(what=what, origin=origin, window=window, count=1).on_conflict(
            conflict_target=[Attempt.what, Attempt.origin, Attempt.window],
            update={Attempt.count: Attempt.count + 1},
        ).execute()
        return int(
            Attempt.select(Attempt.count)
            .where(Attempt.what == what, Attempt.origin == origin, Attempt.window == window)
            .scalar()
        )
