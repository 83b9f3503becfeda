"""The address of the database: an empty one, or one of SQLite with a stroke too few, begins no other database."""

from pathlib import Path

import pytest

from kloof.config import load_settings
from kloof.domain.errors import BadSettings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kloof.toml").touch()
    return tmp_path


@pytest.mark.parametrize("empty", ["", "  "])
def test_a_variable_that_is_there_and_empty_is_not_taken_as_sqlite(folder: Path, empty: str) -> None:
    with pytest.raises(BadSettings, match="KLOOF_DATABASE_URL: is there, and empty") as refused:
        load_settings(folder, {"KLOOF_DATABASE_URL": empty})
    assert "take the variable out" in str(refused.value)
    assert [file.name for file in folder.iterdir()] == ["kloof.toml"]


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("sqlite://x.db", "sqlite:///x.db"),
        ("sqlite:x.db", "sqlite:///x.db"),
        ("sqlite:/x.db", "sqlite:///x.db"),
        ("sqlite://", "sqlite:///instance/kloof.db"),
    ],
)
def test_an_address_of_sqlite_with_too_few_strokes_says_how_to_write_it(
    folder: Path, url: str, meant: str
) -> None:
    with pytest.raises(BadSettings, match=f"KLOOF_DATABASE_URL: .*write {meant}"):
        load_settings(folder, {"KLOOF_DATABASE_URL": url})


def test_without_the_variable_it_is_the_file_in_the_folder(folder: Path) -> None:
    assert load_settings(folder, {}).database_url == f"sqlite:///{folder}/instance/kloof.db"
