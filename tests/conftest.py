"""The parts that many tests stand on: fresh databases, on SQLite and on PostgreSQL where there is a server."""

import gc
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# numpy reads it when it is first imported. Each worker of xdist has a core; more threads only wait for one another.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from kloof import storage
from kloof.storage.engines import SQLITE_PRAGMAS

# The first example of a test may have to import scipy, and a busy machine is no failure.
settings.register_profile("kloof", deadline=None, max_examples=30)
settings.register_profile("quick", deadline=None, max_examples=20)
settings.register_profile("full", deadline=None, max_examples=200)
settings.load_profile("kloof")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="the long tests in their full size: takes hours")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("full"):
        settings.load_profile("full")
    # Of itself xdist begins with the group of most tests, which need not be the longest.
    config.option.loadscopereorder = False


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the long tests take their full size: a year of ten thousand deals, companies of three thousand pairs."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(autouse=True, scope="session")
def _no_power_cut() -> Iterator[None]:
    """Nothing in this process waits for the disk: thousands of times, with nothing else to do.

    What the processes do that tests start is as it is in the product; tests/storage/test_schema.py looks at one.
    """
    with pytest.MonkeyPatch.context() as here:
        here.setitem(SQLITE_PRAGMAS, "synchronous", "off")
        here.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(autouse=True)
def _no_database_stays_open() -> Iterator[None]:
    """A test that failed half-way must not fail the ones after it too."""
    yield
    storage.close_database()


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database without a row: to copy it takes a twentieth of migrating another one."""
    file = tmp_path_factory.mktemp("migrated") / "kloof.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def database(_migrated_file: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database that is open for this test; gives its address."""
    shutil.copyfile(_migrated_file, tmp_path / "kloof.db")
    url = f"sqlite:///{tmp_path / 'kloof.db'}"
    storage.open_database(url)
    return url


@pytest.fixture(scope="session")
def _migrated_postgresql() -> Iterator[str]:
    """The name of a migrated database without a row, the template of the others."""
    with _scratch_postgresql() as url:
        _migrate(url)
        yield url.rpartition("/")[2]


@pytest.fixture(scope="session")
def _reused_postgresql(_migrated_postgresql: str) -> Iterator[str]:
    """The address of a migrated database that tests use one after another: to empty one takes a tenth of making one."""
    with _scratch_postgresql(_migrated_postgresql) as url:
        yield url


@pytest.fixture(scope="session")
def _migrated_schema(_migrated_postgresql: str) -> str:
    with _connected(_migrated_postgresql) as database:
        return _schema(database)


@pytest.fixture
def postgresql(_reused_postgresql: str, _migrated_postgresql: str, _migrated_schema: str) -> Iterator[str]:
    """A migrated PostgreSQL database without a row, open for this test; gives its address."""
    storage.open_database(_reused_postgresql)
    yield _reused_postgresql
    storage.close_database()
    name = _reused_postgresql.rpartition("/")[2]
    with _connected(name) as used:
        used.execute(_END_THE_OTHERS)
        as_before = _schema(used) == _migrated_schema
        if as_before:
            used.execute(_EMPTY)
    if not as_before:
        with _connected("postgres") as server:
            _drop(server, name)
            _make(server, name, _migrated_postgresql)


_END_THE_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_SCHEMA = """
SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
  SELECT concat_ws(' ', relname, attname, atttypid, attnotnull) AS part
  FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
  WHERE relnamespace = 'public'::regnamespace AND attnum > 0
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT name FROM schema_migration) AS parts
"""
_EMPTY = """
DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration' LOOP
    EXECUTE 'DELETE FROM ' || quote_ident(name);
  END LOOP;
  FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE 'ALTER SEQUENCE ' || quote_ident(name) || ' RESTART';
  END LOOP;
END $$
"""


def _schema(database: Any) -> str:
    """A fingerprint of all tables, indexes and migrations."""
    return str(database.execute(_SCHEMA).fetchone())


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The address of an empty scratch database on a real PostgreSQL server, dropped afterwards."""
    with _scratch_postgresql() as url:
        yield url


EITHER = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(params=EITHER, scope="module")
def scratch_of_a_module(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of an empty database of each kind, for all tests of a module."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path_factory.mktemp('scratch') / 'kloof.db'}"
    else:
        with _scratch_postgresql() as url:
            yield url


@pytest.fixture(params=EITHER)
def either_database(request: pytest.FixtureRequest) -> str:
    """The same test on a fresh, migrated database of each kind, open; gives its address."""
    url: str = request.getfixturevalue("database" if request.param == "sqlite" else "postgresql")
    return url


def _migrate(url: str) -> None:
    storage.open_database(url)
    storage.migrate()
    storage.close_database()


@contextmanager
def _scratch_postgresql(template: str = "template1") -> Iterator[str]:
    """A database of its own on a real PostgreSQL server, dropped afterwards; skips by name where there is none."""
    name = f"kloof_test_{uuid.uuid4().hex[:12]}"
    with _connected("postgres") as server:
        _make(server, name, template)
        try:
            yield f"{_server()}/{name}"
        finally:
            _drop(server, name)


def _make(server: Any, name: str, template: str) -> None:
    server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    server.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')


def _drop(server: Any, name: str) -> None:
    server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _server() -> str:
    return os.environ.get("KLOOF_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")


@contextmanager
def _connected(name: str) -> Iterator[Any]:
    """A connection to this database that commits at once; skips by name where there is no server."""
    psycopg = pytest.importorskip("psycopg")
    try:
        # Where none listens, that is said at once; who waits here waits for a machine that does much else.
        connection = psycopg.connect(f"{_server()}/{name}", autocommit=True, connect_timeout=60)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL server (set KLOOF_TEST_POSTGRESQL)")
    try:
        yield connection
    finally:
        connection.close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, so that no core waits at the end; within each, the random order stays."""
    items.sort(key=_haste)


def _haste(item: pytest.Item) -> int:
    """What is slow and comes in a group shares something that is made before its first test, so it takes longest."""
    slow = item.get_closest_marker("slow") or item.get_closest_marker("browser")
    return 2 if not slow else 1 if not item.get_closest_marker("xdist_group") else 0


def pytest_collection_finish() -> None:
    """What was imported stays, so that nobody looks again and again for what of it could go: a sixth of the work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Name what was skipped, for the last lines of `make check`; in CI a skip is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:  # a worker of xdist; the controller sees every report
        return
    skipped = sorted({str(report.longrepr[2]) for report in reporter.stats.get("skipped", [])})
    list_file = Path(__file__).parents[1] / "build" / "skipped.txt"
    list_file.parent.mkdir(exist_ok=True)
    list_file.write_text("".join(f"{reason}\n" for reason in skipped), encoding="utf-8")
    if skipped and os.environ.get("CI") == "true":
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
