"""A company that has lived for a while, in a folder of its own, on either engine."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from cast.played import played
from kloof import storage
from kloof.config import Settings, load_settings

DEALS = 120
DAY = date(2026, 11, 2)
KEY = "a key of a company that backs itself up, made up for a test"


@pytest.fixture(scope="package")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a company with answers, mails and calls; nobody has it open."""
    folder = tmp_path_factory.mktemp("lived") / "company"
    migrated = folder.with_name("migrated.db")
    storage.open_database(f"sqlite:///{migrated}")
    storage.migrate()
    storage.close_database()
    settings = played(folder, migrated, DAY, DEALS, KEY).settings
    (folder / "instance" / "secret_key").write_text(settings.secret_key)
    return folder


@pytest.fixture
def environ() -> dict[str, str]:
    return {"KLOOF_RUN": "demo", "KLOOF_MAIL_FROM": "feedback@warmtehuis.example"}


@pytest.fixture
def company(lived: Path, tmp_path: Path, environ: dict[str, str]) -> Settings:
    """A copy of that company, with its database open."""
    shutil.copytree(lived, tmp_path / "company")
    settings = load_settings(tmp_path / "company", environ)
    storage.open_database(settings.database_url)
    return settings
