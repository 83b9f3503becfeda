"""Companies as former versions of kloof left them: their database, and the folder that belongs to it.

    python tests/instruments/former_databases.py            # make them all anew, in tests/storage/former
    python tests/instruments/former_databases.py 0013       # that one alone

Each is filled by its own code, taken from the history: the demo of then plays its story with few deals, with its
surveys, answers, mails, freezes and releases, and its answers that are still open. What comes out is one compressed
archive: `database.sql`, and the files of the folder. Chance is seeded and so is the day, so the same commit gives the
same rows; moments that the code of then took from the clock itself differ.
"""

import gzip
import io
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from playhouse.migrations import Runner

from kloof import storage
from kloof.storage.database import database
from kloof.storage.schema import MIGRATIONS

ROOT: Final = Path(__file__).parents[2]
KEPT: Final = ROOT / "tests" / "storage" / "former"
KEY: Final = "the key of a company of before, made up for a test"
DAY: Final = "2026-11-20"
COMMITS: Final = {
    "0001": "f1c9347",  # the first that had a database and a command
    "0006": "d53338f",  # practice tables, letters, the control arm
    "0010": "2b7f4e3",  # calls, pairs as one column of letters; the last with exact sums and old names
    "0013": "e9fdb13",  # the last before accounts and rounded sums
    "0016": "ed73085",  # the first with rounded sums
    "0023": "60df4ff",  # coarser rounding; one role for each person
    "0033": "d65485c",  # several roles, jobs, uploads, leaving, releases at the desk
    "0042": "8130c6e",  # programs, attempts of mails, what the company does
}
"""The last migration that each knows, and the commit."""
DEALS: Final = {"0001": 150, "0006": 150, "0010": 150}
"""How many there are where it takes more than a hundred before something is published."""
_PLAY: Final = """
import random, secrets, sys
from contextlib import nullcontext
from itertools import count
from types import SimpleNamespace
from datetime import date, datetime, UTC
from pathlib import Path

folder, deals, day = Path(sys.argv[1]), int(sys.argv[2]), date.fromisoformat(sys.argv[3])
counted = count(1)
secrets.token_bytes = lambda size: next(counted).to_bytes(size, "big")
secrets.randbelow = random.Random(5).randrange
from kloof import storage
from kloof.config import load_settings
from kloof.demo import company

if hasattr(company, "patch"):  # a story with chance of its own, whose keys would be longer than all that they open
    company.patch = SimpleNamespace(object=lambda *_: nullcontext())
environ = {"KLOOF_RUN": "demo", "KLOOF_MAIL_FROM": "feedback@warmtehuis.example", "KLOOF_SECRET_KEY": sys.argv[4]}
try:
    from kloof.demo.folder import furnish
except ImportError:
    from kloof.actions.init import init
    from kloof.demo import processes

    init(folder, "Warmtehuis")
    processes._write_policy(folder)
else:
    furnish(folder, day)
settings = load_settings(folder, environ)
storage.open_database(settings.database_url)
storage.migrate()
if "deals" in company.play.__annotations__:
    company.play(settings, day, print, deals)
else:
    company.DEALS = deals
    company.play(settings, datetime(day.year, day.month, day.day, 6, tzinfo=UTC), print)
storage.close_database()
"""
"""Plays the demo of whatever kloof stands first on the path."""


def make(name: str) -> Path:
    """Make one of them anew; gives its archive."""
    with tempfile.TemporaryDirectory() as made:
        source, folder = Path(made) / "source", Path(made) / "company"
        _checked_out(COMMITS[name], source)
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(source / "service"), "PYTHONHASHSEED": "0"}
        folder.mkdir()
        subprocess.run(
            [sys.executable, "-c", _PLAY, str(folder), str(DEALS.get(name, 100)), DAY, KEY],
            env=environ,
            check=True,
            cwd=made,
        )
        target = KEPT / f"{name}.tar.gz"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(_packed(folder))
    return target


def _checked_out(commit: str, into: Path) -> None:
    archive = subprocess.run(
        ["git", "-C", str(ROOT), "archive", commit, "service", "surveys"], check=True, capture_output=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        opened.extractall(into, filter="data")


def _packed(folder: Path) -> bytes:
    with closing(sqlite3.connect(folder / "instance" / "kloof.db")) as opened:
        script = "\n".join(opened.iterdump())
    files = {"database.sql": script.encode()}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and name.parts[0] in {"kloof.toml", "surveys", "mkdocs.yml", "site"}:
            files[str(name)] = path.read_bytes()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as made:
        for name_of, contents in files.items():
            about = tarfile.TarInfo(name_of)
            about.size = len(contents)
            made.addfile(about, io.BytesIO(contents))
    return gzip.compress(packed.getvalue(), 9, mtime=0)


def put(name: str, folder: Path) -> None:
    """Put the folder of one of them there, with its database on SQLite in its usual place, and its key."""
    with tarfile.open(KEPT / f"{name}.tar.gz") as opened:
        opened.extractall(folder, filter="data")
    script = folder / "database.sql"
    (folder / "instance").mkdir(mode=0o700)
    with closing(sqlite3.connect(folder / "instance" / "kloof.db")) as made:
        made.executescript(script.read_text(encoding="utf-8"))
    (folder / "instance" / "kloof.db").chmod(0o600)
    script.unlink()
    (folder / "instance" / "secret_key").write_text(KEY + "\n")
    (folder / "instance" / "secret_key").chmod(0o600)


def loaded(name: str, file: Path, url: str) -> None:
    """Fill an empty database of PostgreSQL with what the file of SQLite holds, in the tables that it had then."""
    from psycopg import sql

    storage.open_database(url)
    storage.ensure_connected()
    with closing(sqlite3.connect(file)) as former:
        former.row_factory = sqlite3.Row
        (last,) = former.execute("SELECT MAX(name) FROM schema_migration").fetchone()
        Runner(database.obj, str(MIGRATIONS)).up(last)
        server = database.connection()
        with server.transaction():
            server.execute("SET LOCAL session_replication_role = replica")
            for table in database.get_tables():
                kinds = {column.name: column.data_type for column in database.get_columns(table)}
                rows = [] if table == "schema_migration" else former.execute(f'SELECT * FROM "{table}"')  # noqa: S608
                for row in rows:
                    names = sql.SQL(", ").join(map(sql.Identifier, row.keys()))
                    values = [_as(kinds[column], row[column]) for column in row.keys()]  # noqa: SIM118
                    server.execute(
                        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                            sql.Identifier(table),
                            names,
                            sql.SQL(", ").join([sql.Placeholder()] * len(values)),
                        ),
                        values,
                    )
                if kinds.get("id") == "integer":
                    server.execute(
                        sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), MAX(id)) FROM {}").format(
                            sql.Literal(table), sql.Identifier(table)
                        )
                    )
    storage.close_database()


def _as(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "boolean":
        return bool(value)
    return f"{value}+00" if kind.startswith("timestamp") else value


if __name__ == "__main__":
    shutil.which("git") or sys.exit("This needs git, and the history.")
    for one in sys.argv[1:] or COMMITS:
        done = make(one)
        sys.stdout.write(f"{done.relative_to(ROOT)}: {done.stat().st_size:,} bytes\n")
