"""One piece of work as a value: what was asked for by whom, how far it is, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from kloof.domain.access.audit_log import Actor
from kloof.domain.errors import KloofError
from kloof.domain.states import JobState


class JobKind(StrEnum):
    """What the worker can be asked for. Doing one twice is the same as doing it once: a worker may be killed."""

    LOOK = "look"
    FREEZE = "freeze"
    PREVIEW = "preview"
    PUBLISH = "publish"
    BUILD = "build"
    CHECK_FILE = "check_file"
    LOAD_FILE = "load_file"
    COUNT_STEPS = "count_steps"
    COUNT_REMINDERS = "count_reminders"
    COUNT_FAIR_PLAY = "count_fair_play"
    CHECK_UP = "check_up"
    ERASE = "erase"


OPEN_JOBS: Final = frozenset({JobState.QUEUED, JobState.RUNNING})
"""States of work that is still to be done."""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work. `done` of `total` steps, a total of 0 where nobody knows; what came of it are facts in JSON
    values, or why it was refused.
    """

    id: int
    kind: JobKind
    arguments: Mapping[str, Any]
    who: Actor
    asked_at: datetime
    state: JobState
    done: int = 0
    total: int = 0
    tries: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    result: Mapping[str, Any] = field(default_factory=dict)
    refusal: KloofError | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still waits, or is under way."""
        return self.state in OPEN_JOBS
