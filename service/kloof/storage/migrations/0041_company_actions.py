"""What the company does about its findings; none were kept before."""

from typing import Any

from peewee import CharField, DateField, Model, TextField


class CompanyAction(Model):
    id: Any
    survey = CharField(max_length=100)
    aspect = CharField(max_length=100)
    level = CharField(max_length=20)
    product = CharField(max_length=255)
    region = CharField(max_length=255)
    team = CharField(max_length=255)
    title = CharField(max_length=255)
    what = TextField()
    owner = CharField(max_length=255)
    started_on = DateField()
    ended_on = DateField(null=True)

    class Meta:
        legacy_table_names = False
        table_name = "company_action"


def up(migrator: Any, db: Any) -> None:
    """An empty table."""
    with db.bind_ctx([CompanyAction]):
        db.create_tables([CompanyAction])
