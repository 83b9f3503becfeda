"""What kloof keeps is for its owner only, under any umask, and what others have to read can be read."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from kloof import storage
from kloof.cli import main
from kloof.config.sources import ENVIRONMENT
from kloof.storage.access import attempts

HEADER = "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
LINE = "T-1,Jan de Boer,,nl,anouk@firm.example,North,East,Heat pump,installation,2026-03-02"


@pytest.fixture
def everybody_may_read() -> Iterator[None]:
    before = os.umask(0o000)
    yield
    os.umask(before)


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, everybody_may_read: None) -> Path:
    """A company in its first hour, with a mail, a letter and a site."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KLOOF_MAIL_FROM", "feedback@firm.example")
    monkeypatch.chdir(tmp_path)
    kloof("init", "mine")
    monkeypatch.setattr("kloof.actions.mailing.invite.is_history", lambda *_: False)
    folder = tmp_path / "mine"
    monkeypatch.chdir(folder)
    kloof("db", "migrate")
    kloof("people", "add", "--role", "salesperson", "--email", "anouk@firm.example", "--name", "Anouk")
    (folder / "deals.csv").write_text(f"{HEADER}\n{LINE}\n", encoding="utf-8")
    return folder


def kloof(*words: str) -> str:
    storage.close_database()
    return CliRunner().invoke(main, words).output


def modes(folder: Path) -> dict[str, int]:
    return {
        str(place.relative_to(folder)): place.stat().st_mode & 0o777 for place in (folder, *folder.rglob("*"))
    }


@pytest.mark.slow
def test_database_key_mails_and_letters_are_for_their_owner_only(company: Path) -> None:
    kloof("deals", "import", "deals.csv")
    kloof("letters", "post.pdf")
    kloof("mail", "test", "sam@firm.example")
    found = modes(company / "instance")
    assert {"kloof.db", "secret_key", "mail"} <= set(found)
    assert any(name.endswith(".eml") for name in found)
    for name, mode in found.items():
        assert (name, mode) == (name, 0o700 if (company / "instance" / name).is_dir() else 0o600)
    assert modes(company)["post.pdf"] == 0o600


def test_what_stands_beside_the_database_while_it_is_written_is_too(company: Path) -> None:
    storage.open_database(f"sqlite:///{company / 'instance' / 'kloof.db'}")
    with storage.transaction():
        attempts.count("a", "b", int(datetime.now(UTC).timestamp()))
    beside = {name: mode for name, mode in modes(company / "instance").items() if "-" in name}
    assert set(beside) >= {"kloof.db-wal", "kloof.db-shm"}
    assert set(beside.values()) == {0o600}


@pytest.mark.slow
def test_what_a_web_server_or_a_colleague_reads_can_be_read(company: Path) -> None:
    kloof("site", "build")
    for name, mode in modes(company / "build").items():
        assert (name, mode & 0o044) == (name, 0o044)
    assert all(mode & 0o044 == 0o044 for mode in modes(company / "surveys").values())
    assert (company / "kloof.toml").stat().st_mode & 0o044 == 0o044


def test_the_umask_of_who_typed_it_is_as_it_was(company: Path) -> None:
    for words in (("outbox", "list"), ("no-such-command",), ("person", "export", "nobody@firm.example")):
        kloof(*words)
        assert os.umask(0o000) == 0o000


def test_the_doctor_says_what_others_can_read_and_how_to_close_it(company: Path) -> None:
    assert "others on this machine" not in kloof("doctor")
    (company / "instance").chmod(0o755)
    (company / "instance" / "kloof.db").chmod(0o644)
    said = kloof("doctor")
    assert f"others on this machine may read {company}/instance and 1 more" in said
    assert f"chmod -R go= {company}/instance\n" in said
    (company / "instance").chmod(0o700)
    assert f"others on this machine may read {company}/instance/kloof.db." in kloof("doctor")
