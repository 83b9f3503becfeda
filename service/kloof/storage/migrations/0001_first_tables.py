"""The first tables, frozen as they were: the models may change later, this file may not."""

from typing import Any

from peewee import (
    SQL,
    BlobField,
    BooleanField,
    CharField,
    DateField,
    Field,
    ForeignKeyField,
    IntegerField,
    Model,
    ModelIndex,
    TextField,
)


class UtcField(Field):
    field_type = "TIMESTAMPTZ"


class Table(Model):
    id: Any

    class Meta:
        legacy_table_names = False


class Attempt(Table):
    what = CharField(max_length=20)
    origin = CharField(max_length=64)
    window = IntegerField()
    count = IntegerField(default=0)

    class Meta:
        table_name = "attempt"
        indexes = ((("what", "origin", "window"), True),)


class SurveyVersion(Table):
    survey = CharField(max_length=40)
    version = IntegerField()
    fingerprint = CharField(max_length=64)
    definition = TextField()
    recorded_at = UtcField()

    class Meta:
        table_name = "survey_version"
        indexes = ((("survey", "version"), True),)


class Block(Table):
    survey_version = ForeignKeyField(SurveyVersion, on_delete="RESTRICT")
    level = CharField(max_length=10)
    product = CharField(default="")
    region = CharField(default="")
    team = CharField(default="")
    customers = IntegerField()
    deals = IntegerField()
    sums = BlobField()
    members = BlobField()
    closed_at = UtcField()
    retired_at = UtcField(null=True)

    class Meta:
        table_name = "block"


class Customer(Table):
    email = CharField(unique=True)
    name = CharField()
    language = CharField(max_length=2)

    class Meta:
        table_name = "customer"


class Person(Table):
    email = CharField(unique=True)
    name = CharField()
    role = CharField(max_length=20)
    team = CharField(default="")
    language = CharField(max_length=2, default="nl")
    epoch = IntegerField(default=0)
    active = BooleanField(default=True)
    added_at = UtcField()

    class Meta:
        table_name = "person"


class Deal(Table):
    deal_id = CharField(unique=True, max_length=100)
    customer = ForeignKeyField(Customer, on_delete="RESTRICT")
    customer_name = CharField()
    customer_language = CharField(max_length=2)
    salesperson = ForeignKeyField(Person, on_delete="RESTRICT")
    team = CharField()
    region = CharField()
    product = CharField()
    survey_version = ForeignKeyField(SurveyVersion, on_delete="RESTRICT")
    sold_on = DateField()
    delivery_planned_on = DateField(null=True)
    delivered_on = DateField(null=True)
    cancelled_at = UtcField(null=True)
    added_at = UtcField()

    class Meta:
        table_name = "deal"


class Invitation(Table):
    deal = ForeignKeyField(Deal, on_delete="CASCADE")
    wave = CharField(max_length=10)
    state = CharField(max_length=10)
    link_salt = BlobField()
    link_fingerprint = CharField(unique=True, max_length=64)
    opt_out_fingerprint = CharField(unique=True, max_length=64)
    invite_on = DateField()
    expires_at = UtcField()
    created_at = UtcField()

    class Meta:
        table_name = "invitation"
        indexes = ((("deal", "wave"), True),)


class SignIn(Table):
    person = ForeignKeyField(Person, on_delete="CASCADE")
    salt = BlobField()
    fingerprint = CharField(unique=True, max_length=64)
    browser = CharField(max_length=64, default="")
    created_at = UtcField()
    expires_at = UtcField()
    used_at = UtcField(null=True)

    class Meta:
        table_name = "sign_in"


class Message(Table):
    kind = CharField(max_length=20)
    invitation = ForeignKeyField(Invitation, null=True, on_delete="CASCADE")
    sign_in = ForeignKeyField(SignIn, null=True, on_delete="CASCADE")
    message_id = CharField(unique=True, max_length=40)
    urgent = BooleanField(default=False)
    state = CharField(max_length=10)
    due_at = UtcField()
    attempts = IntegerField(default=0)
    soft_bounces = IntegerField(default=0)
    customer = ForeignKeyField(Customer, null=True, on_delete="CASCADE", index=False)
    mailed_on = DateField(null=True)
    leased_by = CharField(max_length=80, default="")
    lease_ends_at = UtcField(null=True)
    last_reply = TextField(default="")
    sent_at = UtcField(null=True)
    created_at = UtcField()
    changed_at = UtcField()

    class Meta:
        table_name = "message"
        indexes = ((("invitation", "kind"), True), (("customer", "mailed_on"), False))


class OptOut(Table):
    address_hash = CharField(unique=True, max_length=64)
    reason = CharField(max_length=20)
    since = UtcField()

    class Meta:
        table_name = "opt_out"


class QueueCell(Table):
    survey_version = ForeignKeyField(SurveyVersion, on_delete="RESTRICT")
    product = CharField()
    region = CharField()
    team = CharField()

    class Meta:
        table_name = "queue_cell"
        indexes = ((("survey_version", "product", "region", "team"), True),)


class Pair(Table):
    deal = ForeignKeyField(Deal, unique=True, on_delete="CASCADE")
    customer = IntegerField()
    salesperson = IntegerField()
    cell = ForeignKeyField(QueueCell, on_delete="RESTRICT", index=False)
    answers = TextField()
    since = IntegerField()
    completed_at = UtcField()

    class Meta:
        table_name = "pair"


class Placement(Table):
    id = ForeignKeyField(Pair, primary_key=True, column_name="id", on_delete="CASCADE")
    block = ForeignKeyField(Block, on_delete="RESTRICT", index=False)

    class Meta:
        table_name = "placement"


class Practice(Table):
    deal = ForeignKeyField(Deal, on_delete="CASCADE")
    name = CharField(max_length=40)
    done_on = DateField()

    class Meta:
        table_name = "practice"
        indexes = ((("deal", "name"), True),)


class Response(Table):
    invitation = ForeignKeyField(Invitation, unique=True, on_delete="CASCADE")
    answers = BlobField()
    comment = TextField(default="")
    consent = CharField(max_length=10, default="")
    wants_call = BooleanField(default=False)
    wants_findings = BooleanField(default=False)
    language = CharField(max_length=2)
    saved_at = UtcField()
    submitted_at = UtcField(null=True)

    class Meta:
        table_name = "response"


class Promise(Table):
    response = ForeignKeyField(Response, on_delete="CASCADE")
    position = IntegerField()
    text = TextField()
    aspect = CharField(max_length=40, default="")
    source = CharField(max_length=10, default="")
    outcome = CharField(max_length=10, default="")
    remark = TextField(default="")

    class Meta:
        table_name = "promise"
        indexes = ((("response", "position"), True),)


class Release(Table):
    number = IntegerField(unique=True)
    manifest_hash = CharField(max_length=64)
    published_at = UtcField()

    class Meta:
        table_name = "release"


class Round(Table):
    held_at = UtcField()
    release = ForeignKeyField(Release, null=True, on_delete="RESTRICT", index=False)

    class Meta:
        table_name = "round"


_DUE = SQL("state = 'queued'")
_ATTENTION = SQL("state IN ('sending', 'failed', 'held', 'bounced')")
_OPEN = SQL("state IN ('planned', 'invited', 'started', 'stopped')")
Message.add_index(
    ModelIndex(Message, (Message.urgent, Message.due_at, Message.id), name="message_due", where=_DUE)
)
Message.add_index(
    ModelIndex(Message, (Message.state, Message.changed_at), name="message_attention", where=_ATTENTION)
)
Invitation.add_index(ModelIndex(Invitation, (Invitation.expires_at,), name="invitation_open", where=_OPEN))

TABLES = [
    Attempt,
    SurveyVersion,
    Block,
    Customer,
    Person,
    Deal,
    Invitation,
    SignIn,
    Message,
    OptOut,
    QueueCell,
    Pair,
    Placement,
    Practice,
    Response,
    Promise,
    Release,
    Round,
]


def up(migrator: Any, db: Any) -> None:
    """Make them all."""
    with db.bind_ctx(TABLES):
        db.create_tables(TABLES)
