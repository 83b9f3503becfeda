"""Backup and restore as an operator types them, while others write, and with the power going at any moment."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from cast.whole_databases import contents
from instruments import commands
from kloof.actions.init import init
from kloof.config.company_folder import RESTORED, RESTORING

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("backups typed")]

ENVIRON = {name: value for name, value in os.environ.items() if not name.startswith("KLOOF_")}
KILLS = 8
WRITER = """
import sqlite3, sys, time

opened = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=120)
longest = 0.0
print("begun", flush=True)
for number in range(400):
    begun = time.monotonic()
    opened.execute("INSERT INTO customer (name, language, email) VALUES ('C', 'nl', ?)", (f"n{number}@x.nl",))
    longest = max(longest, time.monotonic() - begun)
    time.sleep(0.005)
print(longest, flush=True)
"""


FULL = """
import resource
from kloof.cli import main

resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))  # a file of that size is as far as the disk goes
main()
"""


def kloof(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    typed = [sys.executable, "-m", "kloof", *words]
    return subprocess.run(
        typed, cwd=folder, env=ENVIRON, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company with some customers and its key, which nobody works at."""
    folder = tmp_path_factory.mktemp("typed") / "company"
    init(folder, "Warmtehuis")
    assert kloof("db", "migrate", folder=folder).returncode == 0
    with closing(sqlite3.connect(folder / "instance" / "kloof.db")) as opened, opened:
        opened.executemany(
            "INSERT INTO customer (name, language, email) VALUES ('C', 'nl', ?)",
            [(f"c{number}@example.com",) for number in range(5000)],
        )
    return folder


@pytest.fixture
def company(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "company")
    return tmp_path / "company"


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'instance' / 'kloof.db'}"


def test_a_backup_and_a_restore_say_what_they_did(company: Path, tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.write_text("five words that nobody guesses\n")
    backup = kloof("backup", str(tmp_path / "b.zip"), "--passphrase-file", str(words), folder=company)
    assert (backup.returncode, backup.stderr) == (0, "")
    assert "read back and whole" in backup.stdout
    assert "under the passphrase" in backup.stdout
    again = kloof("backup", str(tmp_path / "b.zip"), folder=company)
    assert (again.returncode, "is there already" in again.stderr) == (1, True)
    put = kloof(
        "restore", str(tmp_path / "b.zip"), "--into", str(tmp_path / "new"), "--passphrase-file", str(words), "--json",
        folder=tmp_path,
    )  # fmt: skip
    assert json.loads(put.stdout)["rows"] == sum(map(len, contents(url(company)).values()))
    assert contents(url(tmp_path / "new")) == contents(url(company))
    doctor = kloof("doctor", "--json", folder=tmp_path / "new")
    unwell = [one["what"] for one in json.loads(doctor.stdout)["findings"] if not one["well"]]
    assert [what for what in unwell if "KLOOF" not in what and "SQLite" not in what] == []


def test_while_it_is_made_others_write_and_it_is_of_one_moment(company: Path, tmp_path: Path) -> None:
    script = tmp_path / "writer.py"
    script.write_text(WRITER)
    database = str(company / "instance" / "kloof.db")
    writer = subprocess.Popen([sys.executable, str(script), database], stdout=subprocess.PIPE, text=True)
    assert writer.stdout
    assert writer.stdout.readline() == "begun\n"
    backup = kloof("backup", str(tmp_path / "b.zip"), folder=company)
    said = writer.communicate(timeout=300)[0]
    assert backup.returncode == 0, backup.stderr
    assert float(said) < 2.0
    put = kloof("restore", str(tmp_path / "b.zip"), "--into", str(tmp_path / "new"), folder=tmp_path)
    assert put.returncode == 0, put.stderr
    written = [dict(row)["email"] for row in contents(url(tmp_path / "new"))["customer"]]
    new = sorted(int(email[1:].partition("@")[0]) for email in written if email.startswith("n"))
    assert new == list(range(len(new)))


def test_a_writer_who_never_rests_does_not_keep_it_from_its_end(company: Path, tmp_path: Path) -> None:
    script = tmp_path / "writer.py"
    script.write_text(WRITER.replace("range(400)", "range(10**9)").replace("time.sleep(0.005)", "pass"))
    database = str(company / "instance" / "kloof.db")
    writer = subprocess.Popen([sys.executable, str(script), database], stdout=subprocess.PIPE, text=True)
    assert writer.stdout
    assert writer.stdout.readline() == "begun\n"
    try:
        backup = kloof("backup", str(tmp_path / "b.zip"), folder=company)
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.communicate()
    assert backup.returncode == 0, backup.stderr
    put = kloof("restore", str(tmp_path / "b.zip"), "--into", str(tmp_path / "new"), folder=tmp_path)
    assert put.returncode == 0, put.stderr
    assert len(contents(url(tmp_path / "new"))["customer"]) >= 5000


def test_a_disk_that_is_full_leaves_nothing_behind_and_says_so(company: Path, tmp_path: Path) -> None:
    place = tmp_path / "backups"
    place.mkdir()
    full = subprocess.run(
        [sys.executable, "-c", FULL, "backup", str(place)],
        cwd=company, env=ENVIRON, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (full.returncode, full.stderr.count("\n")) == (1, 1), full.stderr
    assert "cannot be written" in full.stderr
    assert list(place.iterdir()) == []


def test_a_restore_that_is_killed_at_any_moment_leaves_the_one_or_the_other(
    company: Path, tmp_path: Path
) -> None:
    assert kloof("backup", str(tmp_path / "b.zip"), folder=company).returncode == 0
    wanted = contents(url(company))
    with closing(sqlite3.connect(company / "instance" / "kloof.db")) as opened, opened:
        opened.execute("UPDATE customer SET name = 'Since'")
    (company / "surveys" / "since.txt").write_text("since")
    since = contents(url(company))
    again = ["restore", str(tmp_path / "b.zip"), "--replace"]
    begun = time.monotonic()
    shutil.copytree(company, tmp_path / "measured")
    assert kloof(*again, folder=tmp_path / "measured").returncode == 0
    takes = time.monotonic() - begun
    chance = random.Random(7)
    for _ in range(KILLS):
        restore = subprocess.Popen([sys.executable, "-m", "kloof", *again], cwd=company, env=ENVIRON)
        time.sleep(takes * (0.3 + 0.6 * chance.random()))
        restore.send_signal(signal.SIGKILL)
        if restore.wait() == 0 or not _is_as(company, since, since=True):
            break
    assert kloof(*again, folder=company).returncode == 0
    assert contents(url(company)) == wanted
    assert not (company / "surveys" / "since.txt").exists()
    assert not (company / RESTORING).exists()


def _is_as(company: Path, rows: dict[str, list[tuple[object, ...]]], *, since: bool) -> bool:
    """Whether nothing has changed; otherwise every command has to refuse until it is finished."""
    if (company / RESTORING / RESTORED).exists():
        looked = kloof("people", "list", folder=company)
        assert (looked.returncode, "was cut short" in looked.stderr) == (1, True)
        return False
    return contents(url(company)) == rows and (company / "surveys" / "since.txt").exists() is since


def test_what_is_in_use_is_not_replaced(company: Path, tmp_path: Path) -> None:
    assert kloof("backup", str(tmp_path / "b.zip"), folder=company).returncode == 0
    with closing(sqlite3.connect(company / "instance" / "kloof.db")) as opened:
        opened.execute("SELECT COUNT(*) FROM customer").fetchone()
        put = kloof("restore", str(tmp_path / "b.zip"), "--replace", folder=company)
    assert (put.returncode, "has this database open" in put.stderr) == (1, True)
    assert not (company / RESTORING).exists()


def test_a_lost_database_comes_back(company: Path, tmp_path: Path) -> None:
    assert kloof("backup", str(tmp_path / "b.zip"), folder=company).returncode == 0
    wanted = contents(url(company))
    (company / "instance" / "kloof.db").write_bytes(b"garbage" * 1000)
    assert kloof("restore", str(tmp_path / "b.zip"), "--replace", folder=company).returncode == 0
    assert contents(url(company)) == wanted


@pytest.mark.parametrize("keep", ["7", "d7", "7d7d", "0d", "7x", "12m4w"])
def test_how_many_to_keep_has_one_way_to_be_said(company: Path, keep: str) -> None:
    refused = commands.kloof("--folder", str(company), "backup", str(company), "--keep", keep)
    assert refused.exit_code == 1
    assert "7d4w12m" in refused.stderr


def test_a_file_of_another_kloof_is_refused_by_name(company: Path, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04 but no more")
    refused = kloof("restore", str(tmp_path / "b.zip"), "--into", str(tmp_path / "new"), folder=tmp_path)
    assert (refused.returncode, "no backup" in refused.stderr) == (1, True)
