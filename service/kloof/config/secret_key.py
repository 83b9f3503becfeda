"""The key that an installation makes for itself, once, whole, for its owner only; and the one of the demo."""

import os
import secrets
import tempfile
from pathlib import Path
from typing import Final

from kloof.domain.errors import BadSettings

NAME: Final = "instance/secret_key"
DEMO_KEY: Final = "everybody knows this key: it is the demo's, and opens nothing real"
"""With it the demo is the same wherever it runs. Who knows the key of a kloof can sign in to it as anybody."""


def kept_key(folder: Path, *, make: bool) -> str | None:
    """The key in the company's folder; where there is none it is made, unless not to `make`: then None.

    Raises BadSettings where the file cannot be read, or holds something that is no key.
    """
    file = folder / NAME
    if make and not file.exists():
        _put(file, secrets.token_urlsafe(48))
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadSettings(
            [f"{NAME} cannot be read: {error.strerror}."], remedy="Run kloof as the user whose key it is."
        ) from None
    except UnicodeDecodeError:
        raise BadSettings(
            [f"{NAME}: this is no key."],
            remedy="Put the file back from a backup: links and opt-outs rest on it. Is it lost? kloof db rekey",
        ) from None


def _put(file: Path, key: str) -> None:
    """In one step, and never over another's: several processes may start at once, and power may go at any moment."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=file.parent, encoding="ascii") as draft:
        draft.write(key)
        draft.flush()
        os.fsync(draft.fileno())
        try:
            os.link(draft.name, file)
        except FileExistsError:
            return
    _to_disk(file.parent)


def _to_disk(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
