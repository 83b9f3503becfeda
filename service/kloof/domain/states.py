"""The lives of an invitation, a message, a call and a job, as tables: what may follow what."""

from enum import StrEnum
from typing import Final, TypeVar

from kloof.domain.errors import Reason, Refused


class InvitationState(StrEnum):
    """Where one deal's survey of one wave stands."""

    PLANNED = "planned"  # a date is set, nothing was sent
    INVITED = "invited"  # the first mail has gone out
    STARTED = "started"  # at least one answer is saved
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"  # the customer took the answers back
    EXPIRED = "expired"
    CANCELLED = "cancelled"  # the deal was cancelled, or the desk stopped this survey
    STOPPED = "stopped"  # the customer wants no more mail, or mail cannot reach them


_I = InvitationState
INVITATION_STEPS: Final[dict[InvitationState, frozenset[InvitationState]]] = {
    _I.PLANNED: frozenset({_I.INVITED, _I.STARTED, _I.SUBMITTED, _I.CANCELLED, _I.STOPPED, _I.EXPIRED}),
    _I.INVITED: frozenset({_I.STARTED, _I.SUBMITTED, _I.CANCELLED, _I.STOPPED, _I.EXPIRED}),
    _I.STARTED: frozenset({_I.SUBMITTED, _I.CANCELLED, _I.STOPPED, _I.EXPIRED, _I.WITHDRAWN}),
    _I.SUBMITTED: frozenset({_I.WITHDRAWN}),
    _I.WITHDRAWN: frozenset(),
    _I.EXPIRED: frozenset(),
    # Where one survey was stopped by mistake, while its deal goes on.
    _I.CANCELLED: frozenset({_I.PLANNED, _I.INVITED, _I.STARTED}),
    # Wanting no mail is not the same as wanting no say: the link keeps working.
    # And an address that was taken for dead may turn out to work.
    _I.STOPPED: frozenset({_I.PLANNED, _I.INVITED, _I.STARTED, _I.SUBMITTED, _I.CANCELLED, _I.EXPIRED}),
}
OPEN: Final = frozenset({_I.PLANNED, _I.INVITED, _I.STARTED, _I.STOPPED})
"""States in which the form takes answers."""
AWAITS_MAIL: Final = frozenset({_I.PLANNED, _I.INVITED, _I.STARTED})
"""States in which a mail may still go out: nobody who answered or opted out gets one."""


class MessageState(StrEnum):
    """Where one mail, or one letter, stands on its way out."""

    QUEUED = "queued"
    LETTER = "letter"  # the customer has no address: somebody prints it
    SENDING = "sending"  # committed before the SMTP conversation starts
    SENT = "sent"
    FAILED = "failed"  # refused for good, or given up
    HELD = "held"  # nobody knows whether it arrived: a person decides
    BOUNCED = "bounced"
    CANCELLED = "cancelled"


_M = MessageState
MESSAGE_STEPS: Final[dict[MessageState, frozenset[MessageState]]] = {
    _M.QUEUED: frozenset({_M.SENDING, _M.CANCELLED, _M.FAILED, _M.LETTER}),
    _M.LETTER: frozenset({_M.SENT, _M.CANCELLED, _M.QUEUED}),
    _M.SENDING: frozenset({_M.SENT, _M.QUEUED, _M.FAILED, _M.HELD}),
    _M.SENT: frozenset({_M.BOUNCED}),
    _M.FAILED: frozenset({_M.QUEUED, _M.CANCELLED}),
    _M.HELD: frozenset({_M.QUEUED, _M.SENT, _M.CANCELLED}),
    _M.BOUNCED: frozenset({_M.QUEUED, _M.CANCELLED}),
    _M.CANCELLED: frozenset(),
}


WAITS: Final = frozenset({_M.QUEUED, _M.LETTER})
"""States of a message that has not begun its way out: what a withdrawal cancels."""


class CallState(StrEnum):
    """Where the call about one deal stands."""

    OPEN = "open"  # somebody has to call
    SOLVED = "solved"  # the owner says so; the customer is asked
    CONFIRMED = "confirmed"  # the customer says so too
    UNSOLVED = "unsolved"  # they spoke, and it stays as it is
    CANCELLED = "cancelled"  # the customer took back what it was about


_S = CallState
CALL_STEPS: Final[dict[CallState, frozenset[CallState]]] = {
    _S.OPEN: frozenset({_S.SOLVED, _S.UNSOLVED, _S.CANCELLED}),
    # The customer says that it is not solved, or asks again.
    _S.SOLVED: frozenset({_S.OPEN, _S.CONFIRMED, _S.CANCELLED}),
    _S.CONFIRMED: frozenset({_S.OPEN}),
    _S.UNSOLVED: frozenset({_S.OPEN}),
    _S.CANCELLED: frozenset({_S.OPEN}),
}


class JobState(StrEnum):
    """Where work stands that the worker was asked for."""

    QUEUED = "queued"
    RUNNING = "running"  # a worker has it, until its lease ends
    DONE = "done"
    FAILED = "failed"  # it was refused, and says why
    GIVEN_UP = "given_up"  # the process that did it died again and again


_J = JobState
JOB_STEPS: Final[dict[JobState, frozenset[JobState]]] = {
    _J.QUEUED: frozenset({_J.RUNNING}),
    # A worker that stops gives it back.
    _J.RUNNING: frozenset({_J.DONE, _J.FAILED, _J.GIVEN_UP, _J.QUEUED}),
    _J.DONE: frozenset(),
    _J.FAILED: frozenset(),
    _J.GIVEN_UP: frozenset(),
}

S = TypeVar("S", bound=StrEnum)


def step(steps: dict[S, frozenset[S]], now: S, to: S) -> S:
    """`to`, where the table allows it after `now`; raises Refused otherwise. To the same state is no step."""
    if to != now and to not in steps[now]:
        raise Refused(Reason.STEP_IMPOSSIBLE, f"{now.value} cannot become {to.value}.")
    return to


def before(steps: dict[S, frozenset[S]], to: S) -> frozenset[S]:
    """The states after which the table allows `to`: what a conditional UPDATE asks for."""
    return frozenset(state for state, following in steps.items() if to in following)
