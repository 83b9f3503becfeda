"""Calls that the owner of a token has to make: how many, and what came of one."""

from typing import Annotated, Final, Literal

from pydantic import Field

from kloof.actions.access import people
from kloof.actions.staff import calls
from kloof.domain.access.people import Person
from kloof.domain.staff.calls import CallOutcome
from kloof.domain.states import CallState
from kloof.web.api.deals import by_token
from kloof.web.api.operations import Answer, operation, token
from kloof.web.api.shapes import Given, Shape
from kloof.web.app.context import now, settings

MOST_IN_NOTE: Final = 2000


class CallsOut(Given):
    """How many calls of the token's owner stand where; `overdue` of the open ones were to be made before today."""

    open: int
    overdue: int
    solved: int
    confirmed: int
    unsolved: int


class CallNoteIn(Shape):
    """What came of a call, and words about it for colleagues."""

    outcome: Literal["solved", "not_solved", "not_reached"]
    note: Annotated[str, Field(max_length=MOST_IN_NOTE)] = ""


@operation(
    "GET", "/calls", tag="Calls", summary="Count the calls of the token's owner", gives={200: CallsOut}
)
def count_calls() -> Answer:
    """Counts only: whom to call, and why, is for people. An owner at the desk has the calls of the desk."""
    standing = calls.standing(settings(), _owner(), now())
    counts = standing.counts
    return Answer(
        CallsOut(
            open=counts[CallState.OPEN],
            overdue=standing.overdue,
            solved=counts[CallState.SOLVED],
            confirmed=counts[CallState.CONFIRMED],
            unsolved=counts[CallState.UNSOLVED],
        )
    )


@operation(
    "POST", "/deals/{deal_id}/call", tag="Calls", summary="Note what came of a call", takes=CallNoteIn,
    gives={200: CallsOut}, refuses=(404, 409),
)  # fmt: skip
def note_call(deal_id: str, body: CallNoteIn) -> Answer:
    """In the name of the token's owner, of a call that is theirs to make; 404 for any other. Where it is solved, the
    customer is asked whether it is.
    """
    calls.record(
        settings(), _owner(), deal_id, CallOutcome(body.outcome), body.note.strip(), now(), by=by_token()
    )
    return count_calls()


def _owner() -> Person:
    return people.find(token().owner).person
