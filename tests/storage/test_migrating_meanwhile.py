"""While the tables are brought up to date others go on working, and whoever is killed in the middle begins again."""

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cast.builders import CALLS, NOW, deal
from cast.whole_databases import contents
from instruments.former_databases import loaded, put
from kloof import storage
from kloof.actions.surveys import respond
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.backups import table_rows
from kloof.storage.models import Response

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("migrating meanwhile")]

CHANGE = """
def up(migrator, db):
    db.execute_sql('ALTER TABLE "response" ADD COLUMN "heard" INTEGER')
"""
INDEX = """
INDEXES = {"response_heard": '"response" ("heard") WHERE heard IS NOT NULL'}

def up(migrator, db):
    pass
"""
MIGRATE = """
import sys
from pathlib import Path
from kloof import storage
from kloof.storage import schema

if len(sys.argv) > 2:
    schema.MIGRATIONS = Path(sys.argv[2])
storage.open_database(sys.argv[1])
print(storage.migrate(), flush=True)
"""
MOST_WAITING = "1s"
"""That an answer may wait for a table, as the server counts; three times what a migration waits for one."""
WHILE = 25
"""Answers that are sent while the migration tries."""
PATIENCE = 120.0
KILLS = 6


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A folder with two scripts of next year: a column of a table that is written all the time, and an index of it."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "9001_heard.py").write_text(CHANGE)
    (folder / "9002_heard_index.py").write_text(INDEX)
    return folder


def migrating(url: str, *scripts: Path) -> "subprocess.Popen[str]":
    environ = {name: value for name, value in os.environ.items() if not name.startswith("KLOOF_")}
    words = [sys.executable, "-c", MIGRATE, url, *map(str, scripts)]
    return subprocess.Popen(words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def told_by(migration: "subprocess.Popen[str]") -> str:
    """What one printed that ends well."""
    told, wrong = migration.communicate(timeout=PATIENCE)
    assert migration.returncode == 0, wrong
    return told.strip()


def kill(migration: "subprocess.Popen[str]") -> None:
    migration.send_signal(signal.SIGKILL)
    migration.communicate()


@contextmanager
def connected(url: str) -> Iterator[Any]:
    import psycopg

    with psycopg.connect(url, autocommit=True) as server:
        yield server


@contextmanager
def held_open(url: str) -> Iterator[None]:
    """Somebody reads all answers in a transaction that stays open, as a report or a backup does."""
    with connected(url) as reader, reader.transaction():
        reader.execute("SELECT COUNT(*) FROM response").fetchone()
        yield


@contextmanager
def answering(url: str) -> Iterator[list[str]]:
    """Customers who answer one after another until the end; gives what went wrong, or `saved`, of each."""
    heard: list[str] = []
    over = threading.Event()
    links = [deal().tokens[Wave.SALE] for _ in range(400)]

    def answer() -> None:
        storage.ensure_connected()
        storage.database.database.execute_sql(f"SET lock_timeout = '{MOST_WAITING}'")
        said = Changes(answers={"a1": 8, "a2": 7, "a3": 6}, consent=Consent.TOTALS)
        while links and not over.is_set():
            try:
                respond.save(respond.open_link(links.pop(), NOW), said, NOW, CALLS, submit=True)
                heard.append("saved")
            except Exception as error:
                heard.append(repr(error))
            time.sleep(0.02)
        storage.close_connection()

    line = threading.Thread(target=answer)
    line.start()
    try:
        yield heard
    finally:
        over.set()
        line.join()


def wait_until(holds: Any) -> None:
    give_up = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.02)


@pytest.mark.postgresql
def test_nobody_who_answers_waits_for_a_migration_that_waits_for_a_report(
    postgresql_url: str, scripts: Path
) -> None:
    storage.open_database(postgresql_url)
    storage.migrate()
    with answering(postgresql_url) as heard, connected(postgresql_url) as watch:
        with held_open(postgresql_url):
            migration = migrating(postgresql_url, scripts)
            wait_until(lambda: _tries(watch))
            before = len(heard)
            wait_until(lambda: len(heard) >= before + WHILE)
            assert migration.poll() is None
        assert told_by(migration) == "['9001_heard', '9002_heard_index']"
    assert set(heard) == {"saved"}
    assert Response.select().count() == len(heard)


@pytest.mark.postgresql
def test_a_migration_waits_for_a_backup_that_reads_every_table_at_one_moment(
    postgresql_url: str, scripts: Path
) -> None:
    """A table that is written anew looks empty to who began to read before."""
    (scripts / "9001_heard.py").write_text(
        CHANGE.replace("ADD COLUMN", "ALTER COLUMN wants_call TYPE TEXT, ADD COLUMN")
    )
    storage.open_database(postgresql_url)
    storage.migrate()
    deal()
    with connected(postgresql_url) as watch, storage.no_migration(), storage.snapshot():
        assert table_rows.migrations()
        migration = migrating(postgresql_url, scripts)
        wait_until(lambda: _has_asked(watch))
        assert migration.poll() is None
        customers = next(one for one in table_rows.tables() if one.name == "customer")
        assert len(list(table_rows.rows_of(customers))) == 1
    assert told_by(migration) == "['9001_heard', '9002_heard_index']"


def _has_asked(watch: Any) -> bool:
    found = watch.execute(
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT 1 AS held WHERE pg_try_advisory_xact_lock(%'"
    )
    return found.fetchone() is not None


def _tries(watch: Any) -> bool:
    found = watch.execute(
        "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%ALTER TABLE \"response\"%' AND pid <> pg_backend_pid()"
    )
    return found.fetchone() is not None


@pytest.mark.postgresql
def test_an_index_that_was_cut_short_is_built_again(postgresql_url: str, scripts: Path) -> None:
    storage.open_database(postgresql_url)
    storage.migrate()
    with connected(postgresql_url) as watch:
        assert told_by(migrating(postgresql_url, _only(scripts, "9001_heard.py"))) == "['9001_heard']"
        with connected(postgresql_url) as writer, writer.transaction():
            writer.execute("UPDATE response SET heard = 1")
            migration = migrating(postgresql_url, scripts)
            wait_until(lambda: _valid(watch) is False)
            kill(migration)
            watch.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%'"
            )
        assert _valid(watch) is False
        assert told_by(migrating(postgresql_url, scripts)) == "['9002_heard_index']"
        assert _valid(watch) is True


def _only(scripts: Path, name: str) -> Path:
    first = scripts / "first"
    first.mkdir()
    shutil.copy(scripts / name, first)
    return first


def _valid(watch: Any) -> bool | None:
    found = watch.execute(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('response_heard')"
    ).fetchone()
    return found[0] if found else None


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_a_migration_that_is_killed_at_any_moment_goes_on_where_it_was(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    put("0001", tmp_path / "company")
    file = tmp_path / "company" / "instance" / "kloof.db"
    shutil.copy(file, tmp_path / "straight.db")
    url = f"sqlite:///{file}"
    if engine == "postgresql":
        url = request.getfixturevalue("postgresql_url")
        loaded("0001", file, url)
    chance = random.Random(3)
    for _ in range(KILLS):
        migration = migrating(url)
        time.sleep(0.4 + chance.random())
        kill(migration)
    told_by(migrating(url))
    straight = f"sqlite:///{tmp_path / 'straight.db'}"
    told_by(migrating(straight))
    assert contents(url).keys() == contents(straight).keys()
    for table in ("deal", "response", "promise", "pair", "own_pair", "audit_entry", "placement", "account"):
        assert len(contents(url)[table]) == len(contents(straight)[table]), table
