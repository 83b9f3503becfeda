"""The key that an installation makes for itself: once, whole, for its owner only, and not by who only looks."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cast.builders import SECRET
from kloof.config import load_settings
from kloof.domain.errors import BadSettings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kloof.toml").touch()
    return tmp_path


def test_it_is_made_once_and_only_its_owner_may_read_it(folder: Path) -> None:
    first = load_settings(folder, {})
    assert load_settings(folder, {}) == first
    (file,) = (folder / "instance").iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == ("secret_key", 0o600)


def test_all_who_start_at_once_get_the_same_one(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = {settings.secret_key for settings in pool.map(lambda _: load_settings(folder, {}), range(64))}
    assert len(keys) == 1


def test_who_only_looks_makes_none_and_takes_the_one_that_is_there(folder: Path) -> None:
    assert not load_settings(folder, {}, keep_key=False).key_is_lasting
    assert not (folder / "instance").exists()
    made = load_settings(folder, {})
    assert load_settings(folder, {}, keep_key=False) == made
    assert made.key_is_lasting


@pytest.mark.parametrize("kept", [b"", b"short", b"\xff\xfe not a key at all, and long enough \x00"])
def test_a_file_that_holds_no_key_is_said_and_never_written_over(folder: Path, kept: bytes) -> None:
    file = folder / "instance" / "secret_key"
    file.parent.mkdir()
    file.write_bytes(kept)
    with pytest.raises(BadSettings, match="instance/secret_key"):
        load_settings(folder, {})
    assert file.read_bytes() == kept


def test_a_folder_in_place_of_the_key_is_said(folder: Path) -> None:
    (folder / "instance" / "secret_key").mkdir(parents=True)
    with pytest.raises(BadSettings, match="secret_key cannot be read: Is a directory"):
        load_settings(folder, {})


def test_brackets_without_end_in_the_settings_are_said(folder: Path) -> None:
    (folder / "kloof.toml").write_text("[deals]\nteams = " + "[" * 100_000, encoding="utf-8")
    with pytest.raises(BadSettings, match="too many brackets"):
        load_settings(folder, {})


def test_none_is_made_where_the_environment_has_one(folder: Path) -> None:
    assert load_settings(folder, {"KLOOF_SECRET_KEY": SECRET}).secret_key == SECRET
    assert not (folder / "instance").exists()


@pytest.mark.parametrize(
    ("written", "opened"),
    [
        ("sqlite:///instance/other.db", "{folder}/instance/other.db"),
        ("sqlite:////srv/kloof.db", "/srv/kloof.db"),
    ],
)
def test_a_path_to_the_database_is_in_the_companys_folder(folder: Path, written: str, opened: str) -> None:
    settings = load_settings(folder, {"KLOOF_DATABASE_URL": written})
    assert settings.database_url == f"sqlite:///{opened.format(folder=folder)}"
