"""Everybody knows the key of the demo: nothing but a demo on this machine runs with it."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kloof.cli import main
from kloof.config import DEMO_KEY, DEMO_MARK, load_settings
from kloof.domain.errors import BadSettings

REFUSAL = "KLOOF_SECRET_KEY: this is the key of the demo, which everybody knows"


@pytest.fixture(autouse=True)
def company(tmp_path: Path) -> None:
    (tmp_path / "kloof.toml").touch()


def test_a_company_with_the_key_of_the_demo_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=REFUSAL):
        load_settings(tmp_path, {"KLOOF_SECRET_KEY": f" {DEMO_KEY}\n"})


def test_the_key_of_the_demo_in_the_file_of_a_company_is_refused(tmp_path: Path) -> None:
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "secret_key").write_text(DEMO_KEY)
    with pytest.raises(BadSettings, match="remove the file instance/secret_key"):
        load_settings(tmp_path, {})


@pytest.mark.parametrize("base_url", ["https://feedback.company.example", "http://192.168.0.9:8000"])
def test_a_copy_of_a_demo_that_others_can_reach_is_refused(tmp_path: Path, base_url: str) -> None:
    (tmp_path / DEMO_MARK).touch()
    with pytest.raises(BadSettings, match=REFUSAL):
        load_settings(tmp_path, {"KLOOF_SECRET_KEY": DEMO_KEY, "KLOOF_BASE_URL": base_url})


def test_a_company_that_says_so_is_no_demo_in_the_folder_of_one(tmp_path: Path) -> None:
    (tmp_path / DEMO_MARK).touch()
    with pytest.raises(BadSettings, match=REFUSAL):
        load_settings(tmp_path, {"KLOOF_SECRET_KEY": DEMO_KEY, "KLOOF_RUN": "company"})


def test_a_copy_of_a_demo_with_a_key_of_its_own_is_a_company(tmp_path: Path) -> None:
    (tmp_path / DEMO_MARK).touch()
    assert not load_settings(tmp_path, {}).is_demo


def test_commands_work_in_the_folder_of_a_demo(tmp_path: Path) -> None:
    (tmp_path / DEMO_MARK).touch()
    assert load_settings(tmp_path, {"KLOOF_SECRET_KEY": DEMO_KEY}).is_demo


@pytest.mark.parametrize(
    "command", [["serve"], ["worker", "--once"], ["doctor"], ["publish"], ["db", "migrate"]]
)
def test_every_command_of_a_company_refuses_the_key_of_the_demo(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KLOOF_SECRET_KEY", DEMO_KEY)
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 1
    assert done.stderr.startswith(REFUSAL)


def test_only_a_demo_may_say_that_it_is_another_day(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="KLOOF_CLOCK_AHEAD: only the demo may say that it is another day"):
        load_settings(tmp_path, {"KLOOF_CLOCK_AHEAD": "3600"})


def test_no_shipped_file_but_one_holds_the_key_of_the_demo() -> None:
    package = Path(__file__).parents[2] / "service" / "kloof"
    holders = [file.name for file in package.rglob("*.py") if DEMO_KEY in file.read_text(encoding="utf-8")]
    assert holders == ["secret_key.py"]
