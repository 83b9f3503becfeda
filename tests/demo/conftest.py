"""Playing the demo, each time in a folder of its own."""

from datetime import date
from pathlib import Path

import pytest

from cast.played import Play, Played, played


@pytest.fixture(scope="session")
def play(_migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Play:
    def play(today: date, deals: int = 0, key: str = "") -> Played:
        return played(tmp_path_factory.mktemp("demo") / "company", _migrated_file, today, deals, key)

    return play
