"""A survey can be passed on to a colleague of the customer; nobody has done so before."""

from typing import Any

from peewee import SQL, CharField, Field, ForeignKeyField, Model, ModelIndex


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Customer(Table):
    pass


class Deal(Table):
    pass


class PassedOn(Table):
    deal = ForeignKeyField(Deal, on_delete="CASCADE", index=False)
    wave = CharField(max_length=10)
    to = ForeignKeyField(Customer, null=True, on_delete="SET NULL", index=False)
    link_fingerprint = CharField(max_length=64)
    opt_out_fingerprint = CharField(max_length=64)
    at = UtcField()
    taken_back_at = UtcField(null=True)

    class Meta:
        indexes = ((("deal", "wave"), True),)


PassedOn.add_index(ModelIndex(PassedOn, (PassedOn.link_fingerprint,), name="passed_on_link"))
PassedOn.add_index(ModelIndex(PassedOn, (PassedOn.opt_out_fingerprint,), name="passed_on_opt_out"))
PassedOn.add_index(ModelIndex(PassedOn, (PassedOn.to,), name="passed_on_to", where=SQL("to_id IS NOT NULL")))

_ASKED = (
    'ALTER TABLE "invitation" ADD COLUMN "asked_id" INTEGER REFERENCES "customer" ("id") ON DELETE RESTRICT',
    'CREATE INDEX "invitation_asked" ON "invitation" ("asked_id") WHERE asked_id IS NOT NULL',
)


def up(migrator: Any, db: Any) -> None:
    """Everything is added, and empty: whoever bought is asked."""
    for statement in _ASKED:
        db.execute_sql(statement)
    with db.bind_ctx([Customer, Deal, PassedOn]):
        db.create_tables([PassedOn])
