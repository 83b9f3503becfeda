"""--json stands before or behind a command, and what prints no result says that it has none."""

import inspect
from pathlib import Path

import pytest

from instruments.commands import ELSEWHERE, NAMES, fewest_words, kloof
from instruments.handbook import typed

REPORTS = [
    name for name, command in typed() if any("--json" in parameter.opts for parameter in command.params)
]
SILENT = sorted(set(NAMES) - set(REPORTS))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "kloof.toml").touch()
    (tmp_path / "some.csv").touch()
    monkeypatch.chdir(tmp_path)
    return "some.csv"


def test_most_commands_report() -> None:
    assert ELSEWHERE & set(REPORTS) == {"kloof init", "kloof restore"}
    assert len(REPORTS) > 15


@pytest.mark.parametrize("name", REPORTS)
def test_a_command_that_reports_takes_it_in_any_place(
    file: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    command = dict(typed())[name]
    taken: list[object] = []
    asked = inspect.signature(command.callback).parameters
    monkeypatch.setattr(command, "callback", lambda **given: taken.append(given))
    words = fewest_words(name, file)
    depth = len(name.split()) - 1
    for line in (
        [*words],
        *([*words[:at], "--json", *words[at:]] for at in range(depth)),
        [*words, "--json"],
    ):
        done = kloof(*line)
        assert done.exit_code == 0, (line, done.output)
    plain, *with_json = taken
    whole = {one.name for one in asked.values() if one.kind is not one.VAR_KEYWORD}
    assert set(plain) >= whole if len(whole) < len(asked) else set(plain) == whole
    assert with_json == [plain | {"as_json": True}] * (depth + 1)


@pytest.mark.parametrize("name", SILENT)
@pytest.mark.parametrize("place", ["before", "behind"])
def test_a_command_that_reports_nothing_says_so(file: str, name: str, place: str) -> None:
    words = fewest_words(name, file)
    refused = kloof("--json", *words) if place == "before" else kloof(*words, "--json")
    assert refused.exit_code == 2
    assert f"{name} takes no --json: it has no result to print." in refused.stderr


def test_a_worker_that_stays_says_that_it_has_no_result(file: str) -> None:
    refused = kloof("worker", "--json")
    assert refused.exit_code == 2
    assert "--json goes with --once" in refused.stderr
