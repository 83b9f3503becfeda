"""The way out for a key that is lost or weak, as somebody types it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cast.builders import SECRET, deal
from kloof import storage
from kloof.cli import main
from kloof.config.sources import ENVIRONMENT
from kloof.domain.access.secret_key import check_value
from kloof.storage.models import KeyCheck

Kloof = Callable[..., Result]
WEAK = "geheim1234" * 4


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "kloof.toml").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def kloof(folder: Path) -> Kloof:
    def run(words: str, **environment: str) -> Result:
        storage.close_database()
        return CliRunner().invoke(main, words.split(), env=environment)

    return run


@pytest.fixture
def key(folder: Path, kloof: Kloof) -> Path:
    """The key file of a company with a deal."""
    assert kloof("db migrate").exit_code == 0
    deal()
    storage.close_database()
    return folder / "instance" / "secret_key"


def test_every_refusal_of_a_key_names_the_way_out_and_it_leads_out(kloof: Kloof, key: Path) -> None:
    key.unlink()
    for words in ("outbox list", "db migrate", "doctor"):
        said = kloof(words)
        assert "kloof db rekey" in said.stderr + said.stdout
    tried = kloof("db rekey --lost --dry-run")
    assert (tried.exit_code, "Dry run" in tried.stdout, key.exists()) == (0, True, False)
    done = kloof("db rekey --lost")
    assert done.exit_code == 0
    assert done.stdout.startswith("2 links are made with the new key; those that were mailed open the same")
    assert tried.stdout.startswith(done.stdout.strip())
    assert key.stat().st_mode & 0o777 == 0o600
    assert kloof("outbox list").exit_code == 0
    assert "secret key" not in kloof("doctor").stdout


def test_a_weak_key_is_replaced_with_itself_at_hand(kloof: Kloof, key: Path) -> None:
    former = key.rename(key.with_name("former"))
    former.write_text(WEAK, encoding="ascii")
    storage.open_database(f"sqlite:///{key.with_name('kloof.db')}")
    KeyCheck.update(value=check_value(WEAK)).execute()
    key.write_text(WEAK, encoding="ascii")
    weak = kloof("outbox list")
    assert (weak.exit_code, "kloof db rekey replaces it" in weak.stderr) == (1, True)
    key.unlink()
    done = kloof(f"db rekey --former {former} --end-links --json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["former_is_known"], told["links_ended"], told["dry_run"]) == (True, True, False)
    assert kloof("outbox list").exit_code == 0


def test_a_lost_key_that_is_found_again_is_given_later(kloof: Kloof, key: Path) -> None:
    found = key.rename(key.with_name("found"))
    assert kloof("db rekey --lost").exit_code == 0
    again = kloof(f"db rekey --former {found}")
    assert (again.exit_code, again.stdout) == (
        0,
        "0 people who get no more mail are known under the new key.\n",
    )
    assert "never was the key" in kloof(f"db rekey --former {found}").stderr, "once is enough"


def test_a_key_of_the_environment_is_taken_and_no_file_is_made(kloof: Kloof, key: Path) -> None:
    former = key.rename(key.with_name("former"))
    assert kloof(f"db rekey --former {former}", KLOOF_SECRET_KEY=SECRET).exit_code == 0
    assert not key.exists()
    assert kloof("outbox list", KLOOF_SECRET_KEY=SECRET).exit_code == 0


@pytest.mark.parametrize("words", ["db rekey", "db rekey --lost --former kloof.toml"])
def test_whether_the_former_key_is_at_hand_has_to_be_said(kloof: Kloof, key: Path, words: str) -> None:
    refused = kloof(words)
    assert (refused.exit_code, "--former FILE, or --lost" in refused.stderr) == (2, True)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe nothing", b"kloof.toml"])
def test_a_file_that_holds_no_key_is_refused_and_nothing_is_replaced(
    kloof: Kloof, folder: Path, key: Path, content: bytes
) -> None:
    kept = key.rename(folder / "kept")
    (folder / "former").write_bytes(content)
    refused = kloof("db rekey --former former")
    assert (refused.exit_code, "never was the key of this database" in refused.stderr) == (1, True)
    assert not key.exists()
    kept.rename(key)
    assert kloof("outbox list").exit_code == 0


def test_a_database_that_is_not_there_gets_no_key(kloof: Kloof, folder: Path) -> None:
    refused = kloof("db rekey --lost")
    assert refused.exit_code == 1
    assert not (folder / "instance").exists()
