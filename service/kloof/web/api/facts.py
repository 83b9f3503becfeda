"""Parts of a deal that other systems know than the one that sold it: what was done, for whom, and who answers."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from kloof import storage
from kloof.actions.deals import parts_by_program
from kloof.actions.deals.edit import known
from kloof.domain.deals.cells import LONGEST
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Language
from kloof.storage.deals.deals import StoredDeal
from kloof.storage.surveys import passing
from kloof.web.api import deals
from kloof.web.api.deals import by_token
from kloof.web.api.operations import Answer, operation, refuse_unless_expected
from kloof.web.api.shapes import Address, Day, DealOut, Given, Practice, Shape
from kloof.web.app.context import now, settings


class PracticesIn(Shape):
    """What was done for a deal, and when."""

    practices: dict[Practice, Day]


class AccountIn(Shape):
    """For which organisation the customer answers; null for none."""

    account: Annotated[str, Field(min_length=1, max_length=LONGEST)] | None


class ContactIn(Shape):
    """Where mail to the customer goes, in which language; null for an address: letters."""

    email: Address | None
    language: Language


class ContactOut(Given):
    """Somebody who is asked about a deal. `wave`: only that survey, which the customer passed on to them."""

    name: str
    email: str | None
    language: Language
    is_customer: bool
    wave: Wave | None
    since: datetime | None


class ContactsOut(Given):
    """Who is asked: the customer first, then the colleagues to whom they passed a survey on."""

    contacts: list[ContactOut]


@operation(
    "PUT", "/deals/{deal_id}/practices", tag="Deals", summary="Say what was done for a deal", takes=PracticesIn,
    gives={200: DealOut}, refuses=(404, 409, 412),
)  # fmt: skip
def put_practices(deal_id: str, body: PracticesIn) -> Answer:
    """What is left out stays as it was. Until the second survey goes out: later it could be coloured by the answer."""
    with storage.transaction():
        _refuse_unless_expected(deal_id)
        done = {str(name): day for name, day in body.practices.items()}
        parts_by_program.practise(settings(), deal_id, done, now(), by_token())
    return deals.answer(deal_id, 200)


@operation(
    "PUT", "/deals/{deal_id}/account", tag="Deals", summary="Say for which organisation the customer answers",
    takes=AccountIn, gives={200: DealOut}, refuses=(404, 412),
)  # fmt: skip
def put_account(deal_id: str, body: AccountIn) -> Answer:
    """Customers of one organisation count as one organisation in what is published, however many they are."""
    with storage.transaction():
        _refuse_unless_expected(deal_id)
        parts_by_program.name_account(settings(), deal_id, body.account or "", now(), by_token())
    return deals.answer(deal_id, 200)


@operation(
    "GET", "/deals/{deal_id}/contacts", tag="Deals", summary="Who is asked about a deal", gives={200: ContactsOut},
    refuses=(404,),
)  # fmt: skip
def list_contacts(deal_id: str) -> Answer:
    """The customer, and each colleague to whom they passed one of the two surveys on."""
    return _contacts(known(deal_id))


@operation(
    "PUT", "/deals/{deal_id}/contacts", tag="Deals", summary="Mend the customer's address", takes=ContactIn,
    gives={200: ContactsOut}, refuses=(404, 412),
)  # fmt: skip
def put_contact(deal_id: str, body: ContactIn) -> Answer:
    """As the desk does on the page of a deal: mail that waits goes to the new address, and its old link closes. After
    an answer it is refused, unless mail to the old address comes back.
    """
    with storage.transaction():
        _refuse_unless_expected(deal_id)
        parts_by_program.readdress(settings(), deal_id, body.email or "", body.language, now(), by_token())
    return _contacts(known(deal_id))


def _refuse_unless_expected(deal_id: str) -> None:
    refuse_unless_expected(lambda: deals.present(deal_id))


def _contacts(stored: StoredDeal) -> Answer:
    line = stored.line
    customer = ContactOut(
        name=line.customer_name, email=line.customer_email or None, language=line.language, is_customer=True,
        wave=None, since=None,
    )  # fmt: skip
    colleagues = [
        ContactOut(
            name=one.name,
            email=one.email or None,
            language=line.language,
            is_customer=False,
            wave=one.wave,
            since=one.at,
        )
        for one in passing.standing(stored.deal.id)
    ]
    return Answer(ContactsOut(contacts=[customer, *colleagues]))
