"""What the worker was asked for, and what it saw for pages that cannot wait for it."""

from peewee import SQL, CharField, IntegerField, ModelIndex, TextField

from kloof.domain.jobs.jobs import OPEN_JOBS
from kloof.domain.states import JobState
from kloof.storage.database import BaseModel
from kloof.storage.fields import UtcField
from kloof.storage.statements import names


class Job(BaseModel):
    """Work that was asked for: `arguments` and `outcome` are JSON. Who asked is no key: they may be gone since.

    Of one kind one runs at a time, whichever worker does it.
    """

    kind = CharField(max_length=20)
    arguments = TextField()
    hand = CharField(max_length=10)
    person = IntegerField(null=True)
    role = CharField(max_length=20)
    asked_at = UtcField()
    state = CharField(max_length=10)
    done = IntegerField(default=0)
    total = IntegerField(default=0)
    tries = IntegerField(default=0)
    leased_by = CharField(max_length=100, default="")
    lease_ends_at = UtcField(null=True)
    started_at = UtcField(null=True)
    ended_at = UtcField(null=True)
    outcome = TextField(default="{}")

    class Meta:
        indexes = ((("kind", "id"), False),)


Job.add_index(
    ModelIndex(
        Job,
        (Job.kind,),
        name="job_running",
        unique=True,
        where=SQL(f"state = {names([JobState.RUNNING])}"),
    )
)
Job.add_index(ModelIndex(Job, (Job.id,), name="job_open", where=SQL(f"state IN ({names(OPEN_JOBS)})")))


class KeptLook(BaseModel):
    """What the worker saw last of something that takes too long to look at for each visitor, as facts in JSON."""

    name = CharField(max_length=20, unique=True)
    looked_at = UtcField()
    facts = TextField()
