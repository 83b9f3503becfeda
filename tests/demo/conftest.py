"""Playing the demo, each time in a folder of its own."""

from datetime import date
from pathlib import Path

import pytest

from cast.played import Play, Played, played
from kloof import storage


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database that has its tables: to migrate takes as long as to play a month."""
    file = tmp_path_factory.mktemp("migrated") / "kloof.db"
    storage.open_database(f"sqlite:///{file}")
    storage.migrate()
    storage.close_database()
    return file


@pytest.fixture(scope="session")
def play(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Play:
    def play(today: date, deals: int = 0, key: str = "") -> Played:
        return played(tmp_path_factory.mktemp("demo") / "company", migrated, today, deals, key)

    return play
