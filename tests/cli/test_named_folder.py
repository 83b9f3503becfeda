"""--folder and KLOOF_FOLDER name the company's folder from anywhere; a file on the line is the caller's own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from instruments.commands import kloof, on_disk
from kloof.config.sources import ENVIRONMENT

pytestmark = pytest.mark.slow

HEADER = "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
DEAL = "D-1,Jan de Boer,jan@home.example,nl,a@b.example,Utrecht,Midden,Warmtepomp,installation,2026-03-02"


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two companies beside an empty folder in which somebody types."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    for name in ("north", "south"):
        assert kloof("init", str(tmp_path / name), "--name", name.title()).exit_code == 0
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def named(result: Result) -> str:
    return next(name for name in ("North", "South") if f"kloof.toml of {name} can be used" in result.stdout)


def by_variable(patch: pytest.MonkeyPatch) -> Result:
    patch.setenv("KLOOF_FOLDER", "../north")
    return kloof("doctor")


def by_flag_over_variable(patch: pytest.MonkeyPatch) -> Result:
    patch.setenv("KLOOF_FOLDER", "../south")
    return kloof("doctor", "--folder", "../north")


def by_place_where_the_variable_is_blank(patch: pytest.MonkeyPatch) -> Result:
    patch.setenv("KLOOF_FOLDER", " ")
    patch.chdir("../north")
    return kloof("doctor")


@pytest.mark.parametrize(
    "typed",
    [
        lambda _: kloof("--folder", "../north", "doctor"),
        lambda _: kloof("doctor", "--folder=../north"),
        by_variable,
        by_flag_over_variable,
        by_place_where_the_variable_is_blank,
    ],
)
def test_the_company_is_the_one_that_is_named(
    two: Path, monkeypatch: pytest.MonkeyPatch, typed: Callable[[pytest.MonkeyPatch], Result]
) -> None:
    assert named(typed(monkeypatch)) == "North"


@pytest.mark.parametrize(
    "words",
    [
        ["--folder", "../north", "db", "migrate"],
        ["db", "--folder", "../north", "migrate"],
        ["db", "migrate", "--folder", "../north"],
    ],
)
def test_a_folder_may_stand_before_between_and_behind_the_words_of_a_command(
    two: Path, words: list[str]
) -> None:
    assert kloof(*words).exit_code == 0
    assert (two / "north" / "instance" / "kloof.db").exists()
    assert list((two / "here").iterdir()) == []


def test_the_companys_own_paths_are_in_its_folder_and_a_file_on_the_line_is_the_callers(
    two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KLOOF_DATABASE_URL", "sqlite:///instance/other.db")
    monkeypatch.setenv("KLOOF_FOLDER", "../north")
    Path("deals.csv").write_text(f"{HEADER}\n{DEAL}\n", encoding="utf-8")
    (two / "north" / "deals.csv").write_text(f"{HEADER}\n", encoding="utf-8")
    assert kloof("db", "migrate").exit_code == 0
    assert (
        kloof("people", "add", "--role", "salesperson", "--email", "a@b.example", "--name", "A").exit_code
        == 0
    )
    assert kloof("deals", "import", "deals.csv").stdout.startswith("1 created")
    assert kloof("mail", "test", "me@company.example").exit_code == 0
    assert sorted(path.name for path in (two / "north" / "instance").glob("*[!t]")) >= ["mail", "other.db"]
    assert [path.name for path in Path.cwd().iterdir()] == ["deals.csv"]
    assert not (two / "south" / "instance").exists()


def test_what_is_wrong_in_a_survey_is_told_with_a_path_that_leads_there(
    two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (two / "north" / "surveys" / "short.yaml").write_text("id: short\n", encoding="utf-8")
    found = kloof("surveys", "check", "--folder", "../north").stderr
    assert found.startswith(f"{two}/north/surveys/short.yaml:1:1: ")
    monkeypatch.chdir(two)
    assert kloof("surveys", "check", "--folder", "north").stderr.startswith("north/surveys/short.yaml:1:1: ")


def test_init_changes_nothing_in_a_folder_that_is_a_company_already(two: Path) -> None:
    before = on_disk(two)
    refused = kloof("init", "../north")
    assert refused.exit_code == 1
    assert "kloof init writes over nothing" in refused.stderr
    assert on_disk(two) == before


def test_a_company_is_not_made_inside_a_company(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(two / "north")
    before = on_disk(two)
    refused = kloof("init", "north")
    assert refused.exit_code == 1
    assert refused.stderr == (
        f"north lies inside {two}/north, which is a company's folder already. Choose a folder outside it.\n"
    )
    assert on_disk(two) == before


def test_init_keeps_what_else_is_in_the_folder(two: Path) -> None:
    Path("README.md").write_text("mine", encoding="utf-8")
    assert kloof("init", ".").exit_code == 0
    assert Path("README.md").read_text(encoding="utf-8") == "mine"
    assert kloof("surveys", "check").exit_code == 0


def test_init_where_it_may_not_write_says_so_in_a_sentence(two: Path) -> None:
    Path("file").touch()
    refused = kloof("init", "file/mine")
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1
    assert "Check who may read and write there." in refused.stderr


@pytest.mark.parametrize("words", [[], ["--folder", "instance/demo"], ["--folder", "../north"]])
def test_the_demo_touches_no_companys_folder(
    two: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(two / "north")
    before = on_disk(two)
    assert kloof("demo", *words).exit_code == 1
    assert on_disk(two) == before


def test_the_demo_knows_nothing_of_the_company_that_the_shell_is_set_up_for(
    two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else its pages, for anybody to open, would be those of the real database."""
    from kloof.demo import processes

    started: list[dict[str, str]] = []
    monkeypatch.setenv("KLOOF_FOLDER", "../north")
    monkeypatch.setenv("KLOOF_DATABASE_URL", "postgresql://company")
    monkeypatch.setattr(processes.subprocess, "Popen", lambda *_, env, **__: started.append(env))
    monkeypatch.setattr(processes, "_stop", lambda _: None)
    monkeypatch.setattr(processes.signal, "signal", lambda *_: None)
    with processes._children(two / "here", 8000, {"KLOOF_RUN": "demo"}, holding=0):
        pass
    assert [{name for name in env if name.startswith("KLOOF_")} for env in started] == [{"KLOOF_RUN"}] * 2
    assert all("PATH" in env for env in started)


def test_json_and_a_folder_go_together_in_any_place(two: Path) -> None:
    typed = (["--json", "doctor", "--folder", "../south"], ["--folder", "../south", "doctor", "--json"])
    one, other = (json.loads(kloof(*words).stdout)["findings"] for words in typed)
    assert "South" in one[0]["what"]
    # How much room is left on the disk is another number in the next moment.
    assert [told for told in one if "MiB" not in told["what"]] == [
        told for told in other if "MiB" not in told["what"]
    ]
    assert len(one) == len(other)
