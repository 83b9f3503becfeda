"""Migrations make exactly the tables that the models describe, once, however many try at once."""

import re
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from playhouse.migrations import Runner

from cast import former
from cast.builders import NOW, deal
from instruments.plans import plans
from kloof import storage
from kloof.domain.surveys.definition import Wave
from kloof.storage.database import database, is_postgresql
from kloof.storage.engines import connect, make_file
from kloof.storage.models import MODELS, Call, Deal, Invitation, Response
from kloof.storage.schema import MIGRATIONS

MIGRATE = (
    "import sys; from kloof import storage; storage.open_database(sys.argv[1]); print(storage.migrate())"
)


# Triggers are no part of a model; tests/storage/access/test_audit_log.py tries what they refuse.
_DESCRIBED = (
    "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL ORDER BY name"
)


def described(url: str) -> dict[str, str]:
    """Name → normalised definition of every table and index of a SQLite database."""
    with closing(connect(url)) as opened:
        rows = opened.execute_sql(_DESCRIBED).fetchall()
    return {name: _in_any_order(sql) for name, sql in rows if name != "schema_migration"}


def _in_any_order(sql: str) -> str:
    """A column that was added later stands behind the foreign keys, its own beside it: their place says nothing."""
    head, _, parts = " ".join(sql.split()).partition(" (")
    parts = re.sub(
        r'("\w+") INTEGER (REFERENCES [^,]+?)(?=, |\)$)', r"\1 INTEGER, FOREIGN KEY (\1) \2", parts
    )
    in_order = head.startswith("CREATE TABLE")
    return (
        f"{head} ({', '.join(sorted(parts.removesuffix(')').split(', ')))})"
        if in_order
        else f"{head} ({parts}"
    )


def test_the_migrations_together_make_what_the_models_describe(tmp_path: Path, database: str) -> None:
    fresh = f"sqlite:///{tmp_path / 'models.db'}"
    make_file(tmp_path / "models.db")
    straight = connect(fresh)
    with straight.bind_ctx(MODELS):
        straight.create_tables(MODELS)
    straight.close()
    migrated = {name: sql for name, sql in described(database).items() if "schema_migration" not in name}
    assert migrated == described(fresh)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *(("message", name) for name in ("invitation_id", "sign_in_id", "handover_id", "call_id")),
        *(("invitation", name) for name in ("deal_id", "code_fingerprint")),
        *(("deal", "account_id"), ("account", "key"), ("mail_attempt", "message_id")),
    ],
)
def test_what_belongs_to_a_row_is_found_by_an_index(either_database: str, table: str, column: str) -> None:
    value = "'1'" if column in {"code_fingerprint", "key"} else "1"
    with storage.transaction():
        if is_postgresql():
            database.execute_sql("SET LOCAL enable_seqscan = off")  # else a short table is read as a whole
        plan = plans(lambda: database.execute_sql(f"SELECT id FROM {table} WHERE {column} = {value}"))  # noqa: S608
    assert ("Index Cond" if is_postgresql() else f"({column}=?") in plan


def test_migrating_twice_does_nothing_the_second_time(database: str) -> None:
    assert storage.migrate() == []
    assert storage.pending() == []


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_four_processes_that_migrate_at_once_apply_each_migration_once(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = (
        f"sqlite:///{tmp_path / 'race.db'}"
        if engine == "sqlite"
        else request.getfixturevalue("postgresql_url")
    )
    racers = [
        subprocess.Popen([sys.executable, "-c", MIGRATE, url], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    printed = sorted(racer.communicate(timeout=60)[0].strip() for racer in racers)
    assert [racer.returncode for racer in racers] == [0, 0, 0, 0]
    assert printed.count("[]") == 3


def test_a_second_database_in_the_same_process_is_refused(database: str, tmp_path: Path) -> None:
    with pytest.raises(Exception, match="Another database is open"):
        storage.open_database(f"sqlite:///{tmp_path / 'other.db'}")


def test_an_acknowledged_answer_is_on_disk_and_writers_wait_for_each_other(tmp_path: Path) -> None:
    """In a process of its own, since that of the tests does not wait for the disk."""
    pragmas = ("journal_mode", "synchronous", "foreign_keys")
    script = (
        "import sys; from kloof import storage; from kloof.storage.database import database\n"
        "storage.open_database(sys.argv[1])\n"
        "print([database.execute_sql(f'PRAGMA {name}').fetchone()[0] for name in sys.argv[2:]])"
    )
    run = [sys.executable, "-c", script, f"sqlite:///{tmp_path / 'kloof.db'}", *pragmas]
    told = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    # 2 is FULL: an answer is on disk before the customer sees that it is saved.
    assert told.strip() == "['wal', 2, 1]"


def test_who_asked_for_a_call_before_there_were_any_is_called_by_the_desk(tmp_path: Path) -> None:
    storage.open_database(f"sqlite:///{tmp_path / 'kloof.db'}")
    storage.ensure_connected()
    Runner(database.obj, str(MIGRATIONS)).up("0007_handover")
    seller = former.seller()
    for wants_call in (True, False):
        invitation = deal(seller=seller).invitations[Wave.SALE]
        Invitation.update(state="submitted").where(Invitation.id == invitation).execute()
        Response.create(
            invitation=invitation, answers=b"", wants_call=wants_call, language="nl", saved_at=NOW
        )
    assert storage.migrate()[0] == "0008_follow_ups"
    [call] = Call.select()
    assert (call.deal_id, call.owner_id, call.state) == (Deal.get().id, None, "open")
    assert (call.opened_at, call.due_on) == (NOW, (NOW + timedelta(days=3)).date())
    storage.close_database()
