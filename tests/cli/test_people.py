"""People on the command line: listed, changed, left, exported and erased, in words and as JSON for a script."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kloof import storage
from kloof.cli import main

pytestmark = pytest.mark.slow

Type = Callable[..., Result]
ANOUK, BRAM, SAM = "anouk@firm.example", "bram@firm.example", "sam@firm.example"


@pytest.fixture
def kloof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Type]:
    """`kloof people …` in a company with two salespeople and somebody at the desk."""
    monkeypatch.chdir(tmp_path)
    for name in ("KLOOF_DATABASE_URL", "KLOOF_SECRET_KEY", "KLOOF_BASE_URL", "KLOOF_MAIL_FROM"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "kloof.toml").touch()

    def run(*words: str) -> Result:
        storage.close_database()
        return CliRunner().invoke(main, ["people", *words])

    assert CliRunner().invoke(main, ["db", "migrate"]).exit_code == 0
    for email, name, *roles in (
        (ANOUK, "Anouk", "salesperson"),
        (BRAM, "Bram", "salesperson"),
        (SAM, "Sam", "desk"),
    ):
        added = run(
            "add", "--email", email, "--name", name, *(word for role in roles for word in ("--role", role))
        )
        assert added.exit_code == 0, added.output
    yield run
    storage.close_database()


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_several_roles_are_several_words_and_stand_in_the_list(kloof: Type) -> None:
    both = kloof("add", "--role", "desk", "--role", "salesperson", "--email", SAM, "--name", "Sam")
    assert both.stdout == f"Sam <{SAM}> is now desk and salesperson.\n"
    listed = {one["email"]: one for one in told(kloof("list", "--json"))["people"]}
    assert listed[SAM]["roles"] == ["desk", "salesperson"]
    assert kloof("list").stdout.splitlines()[-1] == f"Sam <{SAM}>: desk and salesperson, never signed in"


def test_a_change_says_what_stands_there_now(kloof: Type) -> None:
    changed = kloof("change", "--email", ANOUK, "--team", "North", "--language", "en", "--json")
    assert told(changed) == {
        "email": ANOUK, "name": "Anouk", "roles": ["salesperson"], "team": "North", "language": "en",
    }  # fmt: skip
    assert (
        kloof("change", "--email", ANOUK, "--team", "").stdout
        == f"Anouk <{ANOUK}> is salesperson, in no team.\n"
    )


def test_a_day_to_come_is_kept_and_taken_back_and_leaving_now_says_who_has_what(kloof: Type) -> None:
    planned = kloof("leave", "--email", ANOUK, "--on", "2999-12-31", "--successor", BRAM)
    assert planned.stdout == (
        f"Anouk <{ANOUK}> leaves on 2999-12-31. What is open then goes to Bram <{BRAM}>; kloof worker sees to it.\n"
    )
    assert [one["leaves_on"] for one in told(kloof("list", "--json"))["people"]] == ["2999-12-31", None, None]
    assert kloof("leave", "--email", ANOUK, "--never").stdout == f"Anouk <{ANOUK}> stays.\n"
    left = told(kloof("leave", "--email", ANOUK, "--to-desk", "--json"))
    assert (left["deals"], left["calls"], left["calls_ended"], left["successor"]) == (0, 0, 0, None)
    assert "has left" in kloof("list").stdout


def test_two_heirs_are_one_too_many_and_the_desk_is_not_left_empty(kloof: Type) -> None:
    assert kloof("leave", "--email", ANOUK, "--to-desk", "--successor", BRAM).exit_code == 2
    refused = kloof("leave", "--email", SAM)
    assert refused.exit_code == 1
    assert "nobody is left at the desk" in refused.stderr
    assert "kloof people change" in refused.stderr


def test_own_data_is_exported_and_who_has_left_is_erased(kloof: Type) -> None:
    assert told(kloof("export", ANOUK))["name"] == "Anouk"
    assert kloof("erase", ANOUK).exit_code == 1
    kloof("leave", "--email", ANOUK)
    assert "stays in the audit log with its role" in kloof("erase", ANOUK).stdout
    assert "Anouk" not in kloof("list").stdout


def test_a_file_of_colleagues_goes_in_and_what_is_refused_is_named_with_its_line(kloof: Type) -> None:
    Path("people.csv").write_bytes(
        "e-mail;naam;rol\nanouk@firm.example;Anouk Visser;verkoper\nkim@firm.example;René;koning\n".encode(
            "cp1252"
        )
    )
    looked = kloof("import", "people.csv", "--dry-run")
    assert looked.exit_code == 1
    assert looked.stdout.splitlines() == [
        f"Anouk Visser <{ANOUK}>: name",
        "0 created, 1 updated, 0 unchanged, 1 refused (dry run: nothing was changed).",
    ]
    assert "people.csv:3: kim@firm.example refused: rol 'koning' is not one of desk" in looked.stderr
    assert "Windows-1252" in looked.stderr
    done = kloof("import", "people.csv", "--json")
    value = json.loads(done.stdout)
    assert (value["updated"], value["dry_run"]) == (1, False)
    assert value["changes"] == [{"line": 2, "email": ANOUK, "columns": ["name"]}]
    assert value["refused"][0]["why"][0]["nl"].startswith("rol: “koning” is geen rol")
    assert {one["name"] for one in told(kloof("list", "--json"))["people"]} == {"Anouk Visser", "Bram", "Sam"}
