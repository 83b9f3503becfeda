"""One customer over the API: what is kept about them but their answers, their erasure, and whether they get mail.

The customer is named in the body, never in the address: an address stands in logs.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from kloof.actions import person_data
from kloof.actions.mailing import at_desk
from kloof.storage.mailing.opt_outs import BOUNCED
from kloof.web.api.deals import by_token
from kloof.web.api.operations import Answer, operation
from kloof.web.api.shapes import Given, Shape
from kloof.web.app.context import now, settings


class CustomerIn(Shape):
    """Whom it is about, by the address to which their mail goes."""

    email: Annotated[str, Field(min_length=3, max_length=320)]


class CustomerData(Given):
    """What is kept about a customer and their deals, without their answers and what rests on these."""

    email: str | None
    name: str
    language: str
    gets_mail: bool
    deals: list[dict[str, Any]]


_FROM_ANSWERS: Final = frozenset({"call"})
"""What of a deal tells what its customer answered: who is called was disappointed, and said so."""


class CustomerErased(Given):
    """How many deals went with the customer."""

    deals: int


class CustomerMail(Given):
    """Whether a customer gets mail: `asked` for no more, or it `bounced`; None where nothing stops it."""

    stopped: Literal["asked", "bounced"] | None


@operation(
    "POST",
    "/customers/export",
    tag="Customers",
    summary="What is kept about a customer, but their answers",
    takes=CustomerIn,
    gives={200: CustomerData},
    refuses=(404,),
)
def export_customer(body: CustomerIn) -> Answer:
    """Without their answers, which no program gets of a customer who chose totals. The desk gives a customer the whole
    of it (GDPR, articles 15 and 20), by a page of the deal or by `kloof person export`. This is noted, as that is.
    """
    whole = person_data.export(settings(), body.email, now(), by_token())
    return Answer(
        CustomerData(
            email=whole["email"],
            name=whole["name"],
            language=whole["language"],
            gets_mail=whole["gets_mail"],
            deals=[_without_answers(deal) for deal in whole["deals"]],
        )
    )


@operation(
    "POST",
    "/customers/erase",
    tag="Customers",
    summary="Erase a customer",
    takes=CustomerIn,
    gives={200: CustomerErased},
    refuses=(404,),
)
def erase_customer(body: CustomerIn) -> Answer:
    """Their deals and answers go, for good (GDPR, article 17). Only a hash of the address stays, so that they get no
    mail again.
    """
    return Answer(CustomerErased(deals=person_data.erase(settings(), body.email, now(), by_token())))


@operation(
    "POST",
    "/customers/mail",
    tag="Customers",
    summary="Whether an address gets mail",
    takes=CustomerIn,
    gives={200: CustomerMail},
)
def customer_mail(body: CustomerIn) -> Answer:
    """Also of an address that no customer has: opt-outs outlive deals."""
    reason = at_desk.opted_out(settings(), body.email)
    return Answer(
        CustomerMail(stopped=None if reason is None else "bounced" if reason == BOUNCED else "asked")
    )


def _without_answers(deal: dict[str, Any]) -> dict[str, Any]:
    surveys = [
        {name: survey[name] for name in ("wave", "state", "mails")}
        | {"has_answered": survey["answered"] is not None}
        for survey in deal["surveys"]
    ]
    return {name: value for name, value in deal.items() if name not in _FROM_ANSWERS} | {"surveys": surveys}
