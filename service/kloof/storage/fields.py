"""Columns that mean the same on SQLite and on PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from peewee import Field, SqliteDatabase


class UtcField(Field):
    """An aware moment in UTC. SQLite compares text, so there it is one fixed width without an offset."""

    field_type = "TIMESTAMPTZ"

    def db_value(self, value: datetime | None) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone; a naive one would mean another time elsewhere")
        moment = value.astimezone(UTC)
        # isoformat writes the same width as strftime would, ten times as fast.
        return moment.replace(tzinfo=None).isoformat(" ", "microseconds") if _is_sqlite(self) else moment

    def python_value(self, value: Any) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        moment: datetime = value
        return moment.astimezone(UTC)


def _is_sqlite(field: Field) -> bool:
    database = field.model._meta.database
    return isinstance(getattr(database, "obj", database), SqliteDatabase)
