"""What the worker looks at beforehand, for pages that cannot wait until everything was counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class LookKind(StrEnum):
    """What is looked at: how far the deals of the last weeks have come, which surveys still wait for an answer since
    their last mail, fair play, what is wrong with the installation, and what is older than it is kept.
    """

    STEPS = "steps"
    REMINDERS = "reminders"
    FAIR_PLAY = "fair_play"
    CHECK_UP = "check_up"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen, as facts in JSON values, and when."""

    at: datetime
    facts: Mapping[str, Any]
