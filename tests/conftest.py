"""The parts that many tests stand on: a fresh database, and a scratch one on PostgreSQL where there is a server."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from kloof import storage

# The first example of a test may have to import scipy, and a busy machine is no failure.
settings.register_profile("kloof", deadline=None)
settings.load_profile("kloof")


def pytest_addoption(parser: pytest.Parser) -> None:
    """With `--full` a test plays out all of what it otherwise samples; it asks `config.getoption("full")`."""
    parser.addoption("--full", action="store_true", help="test all of what is otherwise sampled: takes hours")


@pytest.fixture(autouse=True)
def _no_database_stays_open() -> Iterator[None]:
    """A test that failed half-way must not fail the ones after it too."""
    yield
    storage.close_database()


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A fresh, migrated SQLite database that is open for this test; gives its address."""
    url = f"sqlite:///{tmp_path / 'kloof.db'}"
    storage.open_database(url)
    storage.migrate()
    return url


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The address of an empty scratch database on a real PostgreSQL server, dropped afterwards."""
    psycopg = pytest.importorskip("psycopg")
    server = os.environ.get("KLOOF_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
    try:
        admin = psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=2)
    except psycopg.OperationalError:
        pytest.skip("no PostgreSQL server (set KLOOF_TEST_POSTGRESQL)")
    name = f"kloof_test_{uuid.uuid4().hex[:12]}"
    with admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{server}/{name}"
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    admin.close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first, so that no core waits at the end; within each, the random order stays."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


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
