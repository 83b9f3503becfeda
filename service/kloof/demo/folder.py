"""The folder of the demo: made anew at each start, held while a demo runs in it."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from kloof.actions.init import init
from kloof.config import DEMO_KEY, DEMO_MARK
from kloof.demo.story import COMPANY
from kloof.domain.errors import Reason, Refused


@contextmanager
def held(folder: Path) -> Iterator[int]:
    """The folder, for nobody else while the block lasts; gives the number of the file that holds it.

    A process that inherits that file goes on holding. Raises Refused for a folder that is not a demo's, which is never
    touched, and for one in which a demo runs.
    """
    mark = folder / DEMO_MARK
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise Refused(
            Reason.FOLDER_UNFIT,
            f"{folder} holds something else than a demo.",
            remedy="Give another one: --folder DIR",
        )
    folder.mkdir(parents=True, exist_ok=True)
    with mark.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                Reason.DEMO_FAILED,
                f"A demo is running in {folder}.",
                remedy="Stop it with Ctrl-C, or give this one another folder: kloof demo --folder DIR",
            ) from None
        yield file.fileno()


def clear(folder: Path) -> None:
    """Throw away what a demo of before left; the file that holds the folder stays."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != DEMO_MARK:
            entry.unlink()


def furnish(folder: Path, today: date) -> None:
    """A company folder as kloof init makes it, with the key of the demo and the policy that it needs."""
    init(folder, COMPANY)
    key = folder / "instance" / "secret_key"
    key.parent.mkdir()
    key.write_text(DEMO_KEY, encoding="ascii")
    (folder / "kloof.toml").write_text(_policy(today), encoding="utf-8")


def _policy(today: date) -> str:
    """Mail at any hour, and the works council taken to have agreed."""
    return f"""# The settings of the demo. In a real company the works council decides on the first line.
works_council_consent = {today.replace(month=1, day=1)}

[company]
name = "{COMPANY}"
language = "nl"

[mail]
hours = [0, 24]
weekdays = [1, 2, 3, 4, 5, 6, 7]
holidays = ""
most_per_day = 5
most_per_month = 20

[publishing]
approvals = 2

[deals]
mail_providers = ["home.example"]

[research]
share_without_first_survey = 0.1
"""
