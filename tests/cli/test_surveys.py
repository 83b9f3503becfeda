"""kloof surveys check, as somebody types it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kloof.cli import main

SHIPPED = Path(__file__).parents[2] / "surveys"


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kloof.toml").touch()
    (tmp_path / "surveys").mkdir()
    (tmp_path / "surveys" / "product.yaml").write_bytes((SHIPPED / "product.yaml").read_bytes())
    return tmp_path


def check(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["surveys", "check", *arguments])


def test_without_a_file_all_of_the_folder_are_checked(company: Path) -> None:
    result = check()
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "product v2: 8 aspects, nothing wrong.\n"


def test_problems_stand_on_stderr_one_a_line_and_the_exit_status_is_1(company: Path) -> None:
    (company / "surveys" / "short.yaml").write_text("id: short\nversion: 1\n")
    result = check()
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "surveys/short.yaml:1:1: title: missing; add it",
        "surveys/short.yaml:1:1: scale: missing; add it",
        "surveys/short.yaml:1:1: aspects: missing; add it",
    ]


def test_only_the_named_file_is_checked(company: Path) -> None:
    (company / "surveys" / "short.yaml").write_text("id: short\n")
    assert check("surveys/product.yaml").exit_code == 0


def test_json_holds_the_problems_or_the_surveys(company: Path) -> None:
    good = json.loads(check("--json").stdout)
    assert good["problems"] == []
    assert good["surveys"][0]["id"] == "product"
    bad = check("--json", "gone.yaml")
    assert bad.exit_code == 1
    assert json.loads(bad.stdout)["problems"][0].startswith("gone.yaml:1:1: ")


def test_a_company_without_surveys_is_told_what_to_do(company: Path) -> None:
    (company / "surveys" / "product.yaml").unlink()
    result = check()
    assert result.exit_code == 1
    assert (
        result.stderr
        == "surveys: there are no survey files here. Put at least one .yaml file in this folder.\n"
    )
