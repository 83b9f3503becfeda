"""Releases that were proposed at the desk; those before came from the command line."""

from typing import Any

from peewee import CharField, Field, IntegerField, Model, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class ReleaseProposal(Model):
    id: Any
    number = IntegerField(index=True)
    seed = CharField(max_length=40)
    digest = CharField(max_length=64)
    blocks = CharField(max_length=64)
    news = TextField()
    hand = CharField(max_length=10)
    person = IntegerField(null=True)
    role = CharField(max_length=20)
    proposed_at = UtcField()
    approver = IntegerField(null=True)
    approver_role = CharField(max_length=20)
    approved_at = UtcField(null=True)
    published_at = UtcField(null=True)

    class Meta:
        legacy_table_names = False
        table_name = "release_proposal"


def up(migrator: Any, db: Any) -> None:
    """An empty table."""
    with db.bind_ctx([ReleaseProposal]):
        db.create_tables([ReleaseProposal])
