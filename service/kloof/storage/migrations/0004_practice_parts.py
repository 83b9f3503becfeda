"""The parts of practice tables that were published."""

from typing import Any

from peewee import BlobField, CharField, Field, ForeignKeyField, IntegerField, Model, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class SurveyVersion(Table):
    class Meta:
        table_name = "survey_version"


class PracticePart(Table):
    survey_version = ForeignKeyField(SurveyVersion, on_delete="RESTRICT")
    practice = CharField(max_length=40)
    release = IntegerField()
    blocks = TextField()
    done = BlobField()
    not_done = BlobField()
    members = BlobField()
    retired_at = UtcField(null=True)

    class Meta:
        table_name = "practice_part"


def up(migrator: Any, db: Any) -> None:
    """One table more."""
    with db.bind_ctx([PracticePart]):
        db.create_tables([PracticePart])
