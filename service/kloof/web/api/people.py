"""Colleagues over the API: who works here, from the system that knows it first, and who leaves.

A person is named in the body, never in the address: an address stands in logs.
"""

from datetime import date
from typing import Annotated

from pydantic import Field

from kloof.actions.access import people
from kloof.actions.staff import leaving
from kloof.domain.access.people import Colleague, Role, in_order
from kloof.domain.errors import BadInput, Reason, Refused
from kloof.domain.text import Language
from kloof.web.api.deals import by_token
from kloof.web.api.operations import Answer, operation
from kloof.web.api.shapes import Address, Day, Given, Name, Shape
from kloof.web.app.context import now, settings


class PersonIn(Shape):
    """Somebody who works here, known by their address."""

    email: Address
    name: Name
    roles: Annotated[list[Role], Field(min_length=1, max_length=len(Role))]
    team: Annotated[str, Field(max_length=200)] = ""
    language: Language | None = None


class LeavingIn(Shape):
    """Somebody leaves: today, or on a day to come. Without a successor the desk takes over."""

    email: Address
    on: Day | None = None
    successor_email: Address | None = None


class PersonOut(Given):
    """Somebody of the company."""

    email: str
    name: str
    roles: list[Role]
    team: str
    language: Language
    works_here: bool
    leaves_on: date | None


class PeopleOut(Given):
    """Everybody by name, who works here before who has left."""

    people: list[PersonOut]


@operation("GET", "/people", tag="People", summary="List everybody", gives={200: PeopleOut})
def list_people() -> Answer:
    """Who was erased is not among them."""
    return Answer(PeopleOut(people=[_value(one) for one in people.listed() if not one.is_erased]))


@operation(
    "PUT", "/people", tag="People", summary="Add somebody, or change them", takes=PersonIn,
    gives={200: PersonOut, 201: PersonOut},
)  # fmt: skip
def put_person(body: PersonIn) -> Answer:
    """Whoever gets other roles signs in anew; who had left comes back. No token may give anybody the role of the desk,
    or change somebody who has it: people do that.
    """
    _refuse_desk(body.email, body.roles)
    is_new = people.add(
        body.email, body.name, set(body.roles), body.team, now(), by_token(), language=body.language
    )
    return Answer(_one(body.email), 201 if is_new else 200)


@operation(
    "POST",
    "/people/leaving",
    tag="People",
    summary="Let somebody leave",
    takes=LeavingIn,
    gives={200: PersonOut},
    refuses=(404, 409),
)
def leave(body: LeavingIn) -> Answer:
    """They are signed out everywhere, and what is open goes to the successor, or to the desk."""
    _refuse_desk(body.email, [])
    leaving.leave(
        settings(), body.email, now(), by_token(), on=body.on, successor=body.successor_email or None
    )
    return Answer(_one(body.email))


def _refuse_desk(email: str, roles: list[Role]) -> None:
    if Role.DESK in roles or any(
        one.person.is_desk and one.works_here and one.person.email == email.strip().lower()
        for one in people.listed()
    ):
        raise BadInput(
            Reason.TOKEN_MAY_NOT,
            ["Who sits at the desk is said by people only, at the desk or by a command."],
            parts=[Refused(Reason.TOKEN_MAY_NOT, "The desk is not for programs to give.", column="roles")],
        )


def _one(email: str) -> PersonOut:
    person = people.known(email, also_left=True)
    return _value(people.find(person.id))


def _value(one: Colleague) -> PersonOut:
    return PersonOut(
        email=one.person.email,
        name=one.person.name,
        roles=in_order(one.person.roles),
        team=one.person.team,
        language=one.person.language,
        works_here=one.works_here,
        leaves_on=one.leaves_on,
    )
