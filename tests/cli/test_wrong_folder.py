"""In a folder that is no company's nothing happens: every command says so, and what to do, and writes nothing."""

import os
from pathlib import Path

import pytest

from instruments.commands import ELSEWHERE, NAMES, fewest_words, kloof, on_disk
from kloof.cli import COMMANDS

pytestmark = pytest.mark.slow

REMEDY = (
    "cd to your company's folder, name it with --folder DIR or KLOOF_FOLDER, or make one: kloof init DIR\n"
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to type in, and an empty home beside it."""
    for name in ("here", "home"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("KLOOF_FOLDER", raising=False)
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def nothing_was_written(here: Path) -> bool:
    return set(on_disk(here.parent)) == {str(here), str(here.parent / "home")}


@pytest.mark.parametrize("name", sorted(set(NAMES) - ELSEWHERE))
def test_every_command_refuses_and_writes_nothing(here: Path, name: str) -> None:
    refused = kloof(*fewest_words(name))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == f"There is no kloof.toml in {here}. {REMEDY}"
    assert nothing_was_written(here)


@pytest.mark.parametrize("name", sorted(set(NAMES) - ELSEWHERE))
def test_the_folder_is_looked_at_before_the_rest_of_the_line(here: Path, name: str) -> None:
    refused = kloof(*name.split()[1:])
    assert (refused.exit_code, refused.stderr) == (1, f"There is no kloof.toml in {here}. {REMEDY}")


@pytest.mark.parametrize("name", ["kloof", *(f"kloof {name}" for name in COMMANDS), *NAMES])
def test_help_can_be_read_anywhere(here: Path, name: str) -> None:
    shown = kloof(*name.split()[1:], "--help")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout.startswith(f"Usage: {name} ")
    assert nothing_was_written(here)


def test_help_of_a_command_can_be_read_whatever_folder_is_named(here: Path) -> None:
    assert kloof("doctor", "--folder", "nowhere", "--help").exit_code == 0


def test_the_version_can_be_read_anywhere(here: Path) -> None:
    assert kloof("--version").exit_code == 0
    assert nothing_was_written(here)


def test_a_folder_that_is_not_there_is_named_with_who_named_it(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kloof("doctor", "--folder", "gone").stderr == (
        f"There is no folder {here}/gone (named by --folder). {REMEDY}"
    )
    monkeypatch.setenv("KLOOF_FOLDER", "../home")
    assert kloof("doctor").stderr == (
        f"There is no kloof.toml in {here.parent}/home (named in KLOOF_FOLDER). {REMEDY}"
    )
    assert nothing_was_written(here)


def test_a_file_is_not_a_folder(here: Path) -> None:
    (here / "notes").write_text("mine")
    refused = kloof("doctor", "--folder", "notes")
    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"{here}/notes (named by --folder) is a file, not a folder. ")


@pytest.mark.parametrize("name", sorted(set(NAMES) - ELSEWHERE))
def test_a_folder_in_the_place_of_the_settings_is_refused(here: Path, name: str) -> None:
    (here / "kloof.toml").mkdir()
    refused = kloof(*fewest_words(name))
    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"{here}/kloof.toml is a folder, not a file with settings. ")
    assert [path.name for path in here.iterdir()] == ["kloof.toml"]


@pytest.mark.parametrize("name", sorted(set(NAMES) - ELSEWHERE))
def test_settings_that_cannot_be_read_are_refused(here: Path, name: str) -> None:
    (here / "kloof.toml").symlink_to("kloof.toml")
    refused = kloof(*fewest_words(name))
    assert refused.exit_code == 1
    assert refused.stderr.startswith(f"{here}/kloof.toml cannot be read: Too many levels of symbolic links.")
    assert [path.name for path in here.iterdir()] == ["kloof.toml"]


def test_a_folder_that_was_deleted_meanwhile_is_said(here: Path) -> None:
    here.rmdir()
    refused = kloof("doctor")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("The folder where you are is gone.")
    os.chdir(here.parent)


@pytest.mark.parametrize(
    "words",
    [
        ["--folder", "a", "--folder", "b", "doctor"],
        ["--folder", "a", "doctor", "--folder", "b"],
        ["doctor", "--folder", "a", "--folder=b"],
        ["--folder", "a", "db", "--folder", "b", "migrate"],
        ["--folder", "a", "demo", "--folder", "b"],
    ],
)
def test_two_folders_are_wrong_usage(here: Path, words: list[str]) -> None:
    refused = kloof(*words)
    assert refused.exit_code == 2
    assert "Name one --folder, not several." in refused.stderr
    assert nothing_was_written(here)


@pytest.mark.parametrize(
    "words",
    [
        ["doctor", "--folder="],
        ["--folder", "", "doctor"],
        ["init", ""],
        ["audit", ""],
        ["demo", "--folder", ""],
    ],
)
def test_an_empty_name_is_wrong_usage_and_not_the_folder_here(here: Path, words: list[str]) -> None:
    refused = kloof(*words)
    assert refused.exit_code == 2
    assert "The name of the folder is empty." in refused.stderr
    assert nothing_was_written(here)


def test_what_makes_a_folder_takes_no_other(here: Path) -> None:
    refused = kloof("--folder", "other", "init", "mine")
    assert refused.exit_code == 2
    assert "kloof init takes no --folder" in refused.stderr
    assert nothing_was_written(here)
