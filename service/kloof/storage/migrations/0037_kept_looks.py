"""What the worker saw, for pages that cannot wait; indexes by which deals past their planned delivery and piles of
letters are counted. Two things go: what counted sessions that ended together, since each is a row of its own, and what
was kept of customers whose last deal became another's.
"""

from typing import Any

from peewee import CharField, Field, Model, TextField


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class KeptLook(Model):
    name = CharField(max_length=20, unique=True)
    looked_at = UtcField()
    facts = TextField()

    class Meta:
        legacy_table_names = False
        table_name = "kept_look"


def up(migrator: Any, db: Any) -> None:
    """An empty table, the indexes, one column less, and nothing personal of whom no deal is."""
    with db.bind_ctx([KeptLook]):
        db.create_tables([KeptLook])
    db.execute_sql(
        'CREATE INDEX "deal_planned" ON "deal" ("delivery_planned_on") '
        "WHERE delivered_on IS NULL AND cancelled_at IS NULL"
    )
    db.execute_sql(
        'CREATE INDEX "deal_to_deliver" ON "deal" ("team") WHERE delivered_on IS NULL AND cancelled_at IS NULL'
    )
    db.execute_sql(
        'CREATE INDEX "invitation_after" ON "invitation" ("invite_on", "deal_id") WHERE wave IN (\'delivery\')'
    )
    db.execute_sql(
        'CREATE INDEX "message_printed" ON "message" ("sent_at") WHERE last_reply = \'Printed as a letter.\''
    )
    db.execute_sql('ALTER TABLE "person" DROP COLUMN "epoch"')
    db.execute_sql(
        """UPDATE "customer" SET "email" = NULL, "number" = NULL, "name" = '' WHERE "name" <> ''
        AND NOT EXISTS (SELECT 1 FROM "deal" WHERE "deal"."customer_id" = "customer"."id")
        AND NOT EXISTS (SELECT 1 FROM "message" WHERE "message"."customer_id" = "customer"."id")"""
    )
