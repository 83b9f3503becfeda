"""The CRMs of the recipes: what each says, and a stand-in that refuses all else."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import unquote_plus

SELLER = "sanne.de.vries@company.example"
SOLD = date.today() - timedelta(days=9)  # noqa: DTZ011  the server's own clock is the real one
AT = f"{SOLD}T09:30:00Z"


class Crm(NamedTuple):
    """What a CRM says: how it lets one in, its web hook, and its answers by method, address and body."""

    auth: str
    event: Any
    says: dict[tuple[str, str, str], Any]
    deals: dict[str, dict[str, Any]]


def get(**answers: Any) -> dict[tuple[str, str, str], Any]:
    return {("GET", path, ""): answer for path, answer in answers.items()}


def deal(name: str = "Jan de Boer", email: str = "jan@home.example", **more: Any) -> dict[str, Any]:
    return {
        "customer_name": name, "customer_email": email, "salesperson_email": SELLER, "sold_on": SOLD.isoformat(),
        "product": "Heat pump", "team": "North", "region": "Groningen", "language": "nl", "account": None,
    } | more  # fmt: skip


HUBSPOT = Crm(
    "Authorization: Bearer pat-eu1-1",
    [
        {
            "eventId": 1, "subscriptionId": 2, "portalId": 3, "appId": 4, "occurredAt": 1, "attemptNumber": 0,
            "subscriptionType": "deal.propertyChange", "objectId": 9001, "propertyName": "dealstage",
            "propertyValue": "closedwon", "changeSource": "CRM",
        },
        {"subscriptionType": "deal.propertyChange", "objectId": 2, "propertyName": "dealstage", "propertyValue": "x"},
        {"subscriptionType": "deal.creation", "objectId": 3, "propertyName": "dealstage", "propertyValue": "closedwon"},
    ],
    get(**{
        "/crm/v3/objects/deals/9001?properties=closedate,hubspot_owner_id,product&associations=contacts": {
            "id": "9001", "archived": False,
            "properties": {"closedate": AT, "hubspot_owner_id": "77", "product": "Heat pump", "hs_object_id": "9001"},
            "associations": {"contacts": {"results": [{"id": "51", "type": "deal_to_contact"}]}},
        },
        "/crm/v3/objects/contacts/51?properties=email,firstname,lastname,company": {
            "id": "51",
            "properties": {"email": "jan@home.example", "firstname": "Jan", "lastname": "de Boer", "company": None},
        },
        "/crm/v3/owners/77": {"id": "77", "email": SELLER, "firstName": "Sanne", "lastName": "de Vries"},
    }),
    {"9001": deal()},
)  # fmt: skip
PIPEDRIVE = Crm(
    "x-api-token: abc",
    {
        "meta": {"action": "change", "entity": "deal", "version": "2.0", "id": "e-1", "entity_id": 12, "attempt": 1},
        "data": {
            "id": 12, "title": "Heat pump", "status": "won", "won_time": AT, "person_id": 3, "org_id": 2,
            "owner_id": 18, "custom_fields": {},
        },
        "previous": {"status": "open"},
    },
    get(**{
        "/api/v2/persons/3": {"success": True, "data": {
            "id": 3, "name": "Jan de Boer",
            "emails": [
                {"value": "old@home.example", "primary": False, "label": "home"},
                {"value": "jan@home.example", "primary": True, "label": "work"},
            ],
        }},
        "/api/v1/users/18": {"success": True, "data": {"id": 18, "name": "Sanne", "email": SELLER}},
    }),
    {"12": deal()},
)  # fmt: skip
TEAMLEADER = Crm(
    "Authorization: Bearer t-1",
    {
        "account": {"type": "account", "id": "a"}, "type": "deal.won",
        "subject": {"type": "deal", "id": "6f1d8a4e-0000-4000-8000-000000000001"},
    },
    {
        ("POST", "/deals.info", "6f1d8a4e-0000-4000-8000-000000000001"): {"data": {
            "id": "6f1d8a4e-0000-4000-8000-000000000001", "title": "Heat pump", "closed_at": f"{SOLD}T09:30:00+01:00",
            "lead": {"customer": {"type": "company", "id": "c-1"}, "contact_person": {"type": "contact", "id": "p-1"}},
            "responsible_user": {"type": "user", "id": "u-1"},
        }},
        ("POST", "/contacts.info", "p-1"): {"data": {
            "first_name": "Jan", "last_name": "de Boer", "language": "en",
            "emails": [{"type": "primary", "email": "jan@home.example"}],
        }},
        ("POST", "/users.info", "u-1"): {"data": {"id": "u-1", "email": SELLER}},
    },
    {"6f1d8a4e-0000-4000-8000-000000000001": deal(language="en")},
)  # fmt: skip
"""The names of fields are those of developer.focus.teamleader.eu/docs/api: deals-info, contacts-info (where the only
type of an address is primary), companies-info and users-info.
"""
TO_A_COMPANY = Crm(
    "Authorization: Bearer t-1",
    TEAMLEADER.event | {"subject": {"type": "deal", "id": "d-2"}},
    {
        ("POST", "/deals.info", "d-2"): {"data": {
            "id": "d-2", "title": "Heat pump", "closed_at": f"{SOLD}T09:30:00+01:00",
            "lead": {"customer": {"type": "company", "id": "c-1"}, "contact_person": None},
            "responsible_user": {"type": "user", "id": "u-1"},
        }},
        ("POST", "/companies.info", "c-1"): {"data": {
            "id": "c-1", "name": "Hospital North", "language": "nl",
            "emails": [{"type": "invoicing", "email": "x@x.example"}, {"type": "primary", "email": "jan@home.example"}],
        }},
        ("POST", "/users.info", "u-1"): {"data": {"id": "u-1", "email": SELLER}},
    },
    {"d-2": deal("Hospital North")},
)  # fmt: skip
MIDNIGHT = (SOLD - date(1970, 1, 1)).days * 86_400_000
EXACT = Crm(
    "Authorization: Bearer e-1",
    {
        "Content": {
            "Topic": "SalesOrders", "ClientId": "c", "Division": 314, "Action": "Create", "Key": "k-1",
            "ExactOnlineEndpoint": "https://start.exactonline.nl/api/v1/314/salesorder/SalesOrders(guid'k-1')",
        },
        "HashCode": "F00",
    },
    get(**{
        "/api/v1/314/salesorder/SalesOrders(guid'k-1')?$select=OrderNumber,OrderDate,Description,OrderedByName,"
        "OrderedByContactPerson,SalespersonFullName": {"d": {
            "OrderNumber": 417, "OrderDate": f"/Date({MIDNIGHT})/", "Description": "Heat pump",
            "OrderedByName": "Hospital North", "OrderedByContactPerson": "p-1", "SalespersonFullName": "Sanne de Vries",
        }},
        "/api/v1/314/crm/Contacts(guid'p-1')?$select=FullName,Email": {
            "d": {"FullName": "Jan de Boer", "Email": "jan@home.example"}
        },
    }),
    {"417": deal(account="Hospital North")},
)  # fmt: skip
"""The names of a sales order are those of HlpRestAPIResourcesDetails.aspx?name=SalesOrderSalesOrders under
start.exactonline.nl/docs, as a client keeps them that was made from that page.
"""
SOQL = (
    "SELECT Id, CloseDate, Type, Owner.Email, Account.Name, (SELECT Contact.Name, Contact.Email FROM "
    "OpportunityContactRoles WHERE IsPrimary = true) FROM Opportunity WHERE IsWon = true AND LastModifiedDate >= "
    "YESTERDAY"
)


def won(number: str, product: str, account: str, contact: dict[str, str] | None) -> dict[str, Any]:
    """An opportunity as a query gives it; without a contact the part about contacts is null."""
    roles = {"totalSize": 1, "done": True, "records": [{"Contact": contact}]} if contact else None
    return {
        "attributes": {"type": "Opportunity", "url": f"/services/data/v61.0/sobjects/Opportunity/{number}"},
        "Id": number, "CloseDate": SOLD.isoformat(), "Type": product, "Owner": {"Email": SELLER},
        "Account": {"Name": account}, "OpportunityContactRoles": roles,
    }  # fmt: skip


SALESFORCE = Crm(
    "Authorization: Bearer s-1",
    None,
    get(**{
        f"/services/data/v61.0/query?q={SOQL}": {
            "totalSize": 3, "done": False, "nextRecordsUrl": "/services/data/v61.0/query/01g1-1000",
            "records": [
                won("006A", "Heat pump", "Hospital North", {"Name": "Jan de Boer", "Email": "jan@home.example"}),
                won("006B", "Boiler", "Nobody", None),
            ],
        },
        "/services/data/v61.0/query/01g1-1000": {
            "totalSize": 3, "done": True, "records": [
                won("006C", "Heat pump", "Hospital South", {"Name": "Piet Bos", "Email": "piet@home.example"}),
            ],
        },
    }),
    {
        "006A": deal(account="Hospital North"),
        "006C": deal("Piet Bos", "piet@home.example", account="Hospital South"),
    },
)  # fmt: skip
AFAS = Crm(
    "Authorization: AfasToken PHRva2VuPg==",
    None,
    get(**{"/connectors/Kloof_Deals?skip=0&take=1000": {"skip": 0, "take": 1000, "rows": [
        {
            "deal_id": number, "customer_name": name, "customer_email": email, "language": "nl", "account": "",
            "salesperson_email": SELLER, "team": "North", "region": "Groningen", "product": "Heat pump",
            "survey": "product", "sold_on": f"{SOLD}T00:00:00Z", "customer_number": None,
        }
        for number, name, email in ((1, "Jan de Boer", "jan@home.example"), (2, "Piet Bos", "piet@home.example"))
    ]}}),
    {"1": deal(), "2": deal("Piet Bos", "piet@home.example")},
)  # fmt: skip
CRMS = {
    "hubspot": HUBSPOT, "pipedrive": PIPEDRIVE, "teamleader": TEAMLEADER, "exact": EXACT, "salesforce": SALESFORCE,
    "afas": AFAS,
}  # fmt: skip


@contextmanager
def standing_in(crm: Crm) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """A CRM that says what it has to and refuses all else; gives its address, and what it was asked."""
    asked: list[tuple[str, str, str]] = []

    class Says(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            number = json.loads(body)["id"] if body else ""
            question = (self.command, " ".join(unquote_plus(self.path).split()), number)
            name, _, value = crm.auth.partition(": ")
            known = crm.says.get(question) if self.headers[name] == value else None
            asked.append(question)
            said = json.dumps(known).encode()
            self.send_response(404 if known is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Says)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
