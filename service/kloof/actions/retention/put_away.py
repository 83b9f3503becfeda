"""Files of deals that were put away long ago: names stand in them too."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from kloof.actions.clock import refuse_if_jumped, running
from kloof.config import Settings
from kloof.domain.errors import Refused
from kloof.domain.mailing.schedule import months_before


def forget_old(settings: Settings, folders: Iterable[Path], now: datetime) -> int:
    """Delete the files in these folders that were put there longer ago than names are kept; gives how many. By a clock
    that may be wrong none are.
    """
    months = settings.retention.name_months
    if months is None:
        return 0
    try:
        refuse_if_jumped(settings, now, machine=running())
    except Refused:
        return 0
    before = months_before(now, months).timestamp()
    old = [file for folder in folders for file in folder.iterdir() if file.is_file() and _put(file) < before]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)


def _put(file: Path) -> float:
    """When it was written or moved there, whichever came last."""
    found = file.lstat()
    return max(found.st_mtime, found.st_ctime)
