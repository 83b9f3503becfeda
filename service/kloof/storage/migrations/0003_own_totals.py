"""What a salesperson's own page is made from. Deals that were answered before are brought in by `kloof db migrate`."""

from typing import Any

from peewee import BooleanField, Field, ForeignKeyField, IntegerField, Model, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Deal(Table):
    class Meta:
        table_name = "deal"


class Person(Table):
    class Meta:
        table_name = "person"


class SurveyVersion(Table):
    class Meta:
        table_name = "survey_version"


class OwnBatch(Table):
    salesperson = ForeignKeyField(Person, on_delete="RESTRICT")
    survey_version = ForeignKeyField(SurveyVersion, on_delete="RESTRICT", index=False)
    customers = IntegerField()
    sums = TextField()
    closed_at = UtcField()
    retired_at = UtcField(null=True)

    class Meta:
        table_name = "own_batch"


class OwnPair(Table):
    deal = ForeignKeyField(Deal, unique=True, on_delete="CASCADE")
    salesperson = ForeignKeyField(Person, on_delete="RESTRICT")
    customer = IntegerField()
    survey_version = ForeignKeyField(SurveyVersion, on_delete="RESTRICT", index=False)
    answers = TextField(default="")
    named = BooleanField()
    was_named = BooleanField()
    batch = ForeignKeyField(OwnBatch, null=True, on_delete="RESTRICT")
    completed_at = UtcField(null=True)

    class Meta:
        table_name = "own_pair"


# What was answered before: who was named is shown as before. The others were shown as running totals, which a batch
# would let somebody subtract from: they stay out of batches.
BROUGHT_IN = """
INSERT INTO own_pair (deal_id, salesperson_id, customer, survey_version_id, answers, named, was_named, completed_at)
SELECT d.id, d.salesperson_id, d.customer_id, d.survey_version_id, COALESCE(p.answers, ''),
       MIN(CASE WHEN r.consent = 'named' THEN 1 ELSE 0 END) = 1, 1 = 1, p.completed_at
FROM deal d JOIN invitation i ON i.deal_id = d.id
JOIN response r ON r.invitation_id = i.id AND r.submitted_at IS NOT NULL
LEFT JOIN pair p ON p.deal_id = d.id
GROUP BY d.id, d.salesperson_id, d.customer_id, d.survey_version_id, p.answers, p.completed_at
"""


def up(migrator: Any, db: Any) -> None:
    """Make the tables and bring in what was answered before."""
    with db.bind_ctx([Deal, Person, SurveyVersion, OwnBatch, OwnPair]):
        db.create_tables([OwnBatch, OwnPair])
    db.execute_sql(BROUGHT_IN)
