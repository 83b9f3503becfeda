"""A database that lasts as long as a benchmark."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def postgresql() -> Iterator[str | None]:
    """The address of a scratch database on a PostgreSQL server, or None where there is none."""
    address = os.environ.get("KLOOF_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432")
    try:
        import psycopg

        admin = psycopg.connect(f"{address}/postgres", autocommit=True, connect_timeout=2)
    except ImportError as error:
        print(f"PostgreSQL is left out: {error}")
        yield None
        return
    except psycopg.OperationalError as error:
        print(f"PostgreSQL is left out: {error}")
        yield None
        return
    name = f"kloof_bench_{uuid.uuid4().hex[:12]}"
    with admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{address}/{name}"
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
