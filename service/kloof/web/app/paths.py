"""The one way from an address to a file: what a visitor asks for is looked up below one folder, and never outside."""

import os
from pathlib import Path

from werkzeug.security import safe_join


def inside(folder: Path, path: str) -> Path | None:
    """What stands at `path` below `folder`. None where nothing does, where no file can have such a name, and where it
    would lead out: whoever asks does not learn which of the three.
    """
    joined = safe_join(str(folder), path)
    try:
        return Path(joined) if joined is not None and os.stat(joined) else None
    except (OSError, ValueError):
        return None
