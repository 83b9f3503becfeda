"""A database and its secret key belong together: no command works with another key, or makes one beside."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cast.builders import SECRET, deal
from kloof import storage
from kloof.cli import main
from kloof.config.sources import ENVIRONMENT
from kloof.storage.database import database
from kloof.storage.models import KeyCheck, Message

UNFIT = "The secret key is not the one of this database"
ANOTHER = "another key, which is as long and as good as the first"

COMMANDS = (
    "db migrate",
    "people add --role desk --email noor@company.example --name Noor",
    "people leave --email noor@company.example",
    "deals import deals.csv",
    "worker --once",
    "outbox list",
    "letters post.pdf",
    "freeze",
    "plan",
    "publish",
    "mail bounces --pipe",
    "person export piet@example.net",
    "serve",
)

Kloof = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "kloof.toml").touch()
    (tmp_path / "deals.csv").write_text("deal_id\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def kloof(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Kloof:
    def run(words: str, key: str = "") -> Result:
        storage.close_database()
        if key:
            monkeypatch.setenv("KLOOF_SECRET_KEY", key)
        else:
            monkeypatch.delenv("KLOOF_SECRET_KEY", raising=False)
        return CliRunner().invoke(main, words.split())

    return run


@pytest.mark.slow
@pytest.mark.parametrize("key", ["", ANOTHER])
@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_refuses_a_key_that_does_not_fit_and_makes_none(
    kloof: Kloof, folder: Path, words: str, key: str
) -> None:
    assert kloof("db migrate", SECRET).exit_code == 0
    refused = kloof(words, key)
    # A mail server tries again what ends with 75.
    assert (refused.exit_code, UNFIT in refused.stderr) == (75 if "--pipe" in words else 1, True)
    assert len(refused.stderr.strip().splitlines()) == 1
    assert not (folder / "instance" / "secret_key").exists()


def test_the_doctor_says_so_too(kloof: Kloof) -> None:
    kloof("db migrate", SECRET)
    assert UNFIT in kloof("doctor", ANOTHER).stdout
    assert UNFIT not in kloof("doctor", SECRET).stdout


def test_a_first_start_makes_the_key_and_the_database_knows_it(kloof: Kloof, folder: Path) -> None:
    assert kloof("db migrate").exit_code == 0
    file = folder / "instance" / "secret_key"
    kept = file.read_text(encoding="ascii")
    assert kloof("outbox list").exit_code == 0
    file.unlink()
    assert UNFIT in kloof("people add --role desk --email a@b.example --name A").stderr
    assert not file.exists()
    assert UNFIT in kloof("db migrate").stderr
    assert kloof("outbox list", kept).exit_code == 0


def test_a_database_of_before_is_tied_to_the_key_that_made_its_links_and_to_no_other(
    kloof: Kloof, folder: Path
) -> None:
    kloof("db migrate", SECRET)
    deal()
    KeyCheck.delete().execute()
    assert UNFIT in kloof("db migrate", ANOTHER).stderr
    assert UNFIT in kloof("worker --once", "").stderr
    assert kloof("worker --once", SECRET).exit_code == 0
    assert KeyCheck.select().count() == 1
    assert UNFIT in kloof("outbox list", ANOTHER).stderr


def test_a_database_that_waits_for_migrations_is_not_migrated_with_another_key(kloof: Kloof) -> None:
    kloof("db migrate", SECRET)
    deal()
    database.execute_sql("DROP TABLE key_check")
    database.execute_sql("DELETE FROM schema_migration WHERE name = '0019_access'")
    assert UNFIT in kloof("db migrate", ANOTHER).stderr
    assert "Run: kloof db migrate" in kloof("outbox list", SECRET).stderr


def test_no_mail_was_made_with_another_key(kloof: Kloof) -> None:
    kloof("db migrate", SECRET)
    deal()
    kloof("worker --once", ANOTHER)
    storage.open_database(f"sqlite:///{Path('instance/kloof.db').absolute()}")
    assert Message.select().count() == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [("", "has 0 letters"), ("a" * 64, "only 1 different letters"), ("sleutel\u2026", "this is no key")],
)
def test_a_key_file_that_holds_no_good_key_is_named_with_what_is_wrong(
    kloof: Kloof, folder: Path, content: str, says: str
) -> None:
    (folder / "instance").mkdir()
    (folder / "instance" / "secret_key").write_text(content, encoding="utf-8")
    refused = kloof("db migrate")
    assert refused.exit_code == 1
    assert "instance/secret_key: " in refused.stderr
    assert says in refused.stderr
    assert "KLOOF_SECRET_KEY" not in refused.stderr


def test_a_weak_key_of_the_environment_is_named_and_not_shown(kloof: Kloof) -> None:
    refused = kloof("db migrate", "abc" * 20)
    assert "KLOOF_SECRET_KEY: this key could be guessed: it has only 3 different letters" in refused.stderr
    assert "abcabc" not in refused.stderr


FIRST_START = """
import os, sys
from pathlib import Path
from kloof.config import load_settings
sys.stdin.readline()
print(load_settings(Path(sys.argv[1]), {}).secret_key)
"""


@pytest.mark.slow
def test_four_processes_that_start_first_at_once_have_one_key(tmp_path: Path, full: bool) -> None:
    for turn in range(25 if full else 1):
        folder = tmp_path / str(turn)
        folder.mkdir()
        (folder / "kloof.toml").touch()
        starts = [
            subprocess.Popen(
                [sys.executable, "-c", FIRST_START, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ | {"PYTHONDONTWRITEBYTECODE": ""},
            )
            for _ in range(4)
        ]
        for start in starts:
            assert start.stdin
            start.stdin.write("\n")
            start.stdin.flush()
        keys = {start.communicate(timeout=60)[0].strip() for start in starts}
        (key,) = keys
        assert (folder / "instance" / "secret_key").read_text(encoding="ascii") == key
        assert [file.name for file in (folder / "instance").iterdir()] == ["secret_key"]
