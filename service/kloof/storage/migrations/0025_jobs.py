"""What the worker was asked for; before, nobody could ask it for anything."""

from typing import Any

from peewee import SQL, CharField, Field, IntegerField, Model, ModelIndex, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Job(Model):
    id: Any
    kind = CharField(max_length=20)
    arguments = TextField()
    hand = CharField(max_length=10)
    person = IntegerField(null=True)
    role = CharField(max_length=20)
    asked_at = UtcField()
    state = CharField(max_length=10)
    done = IntegerField()
    total = IntegerField()
    tries = IntegerField()
    leased_by = CharField(max_length=100)
    lease_ends_at = UtcField(null=True)
    started_at = UtcField(null=True)
    ended_at = UtcField(null=True)
    outcome = TextField()

    class Meta:
        legacy_table_names = False
        table_name = "job"
        indexes = ((("kind", "id"), False),)


Job.add_index(ModelIndex(Job, (Job.kind,), name="job_running", unique=True, where=SQL("state = 'running'")))
Job.add_index(ModelIndex(Job, (Job.id,), name="job_open", where=SQL("state IN ('queued', 'running')")))


def up(migrator: Any, db: Any) -> None:
    """An empty table."""
    with db.bind_ctx([Job]):
        db.create_tables([Job])
