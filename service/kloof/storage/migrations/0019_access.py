"""Sessions that end at the server, the account by which somebody signs in, and the check of the secret key.

Whoever is signed in at that moment signs in once more. Accounts and key are noted by the first who brings one.
"""

from typing import Any

from peewee import CharField, Field, ForeignKeyField, Model


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Person(Table):
    class Meta:
        table_name = "person"


class StaffSession(Table):
    fingerprint = CharField(max_length=64, unique=True)
    person = ForeignKeyField(Person, on_delete="CASCADE")
    began_at = UtcField(index=True)

    class Meta:
        table_name = "staff_session"


class AccountOfPerson(Table):
    person = ForeignKeyField(Person, unique=True, on_delete="CASCADE")
    issuer = CharField()
    subject = CharField()

    class Meta:
        table_name = "account_of_person"
        indexes = ((("issuer", "subject"), True),)


class KeyCheck(Table):
    only = CharField(max_length=3, unique=True)
    value = CharField(max_length=64)
    noted_at = UtcField()

    class Meta:
        table_name = "key_check"


def up(migrator: Any, db: Any) -> None:
    """Everything is added."""
    tables = [StaffSession, AccountOfPerson, KeyCheck]
    with db.bind_ctx([Person, *tables]):
        db.create_tables(tables)
