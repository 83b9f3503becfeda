"""A program that has a token, and a deal as its CRM sends it."""

import json
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Program:
    """Sends JSON with its token, and reads what comes back."""

    def __init__(self, client: FlaskClient, secret: str, number: int) -> None:
        self.client = client
        self.secret = secret
        self.number = number

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        data = None if body is None else json.dumps(body)
        kind = None if body is None else "application/json"
        sent = {"Authorization": f"Bearer {self.secret}"} | named
        return self.client.open(f"/api/v1{path}", method=method, data=data, headers=sent, content_type=kind)

    def get(self, path: str) -> Any:
        answer = self.send("GET", path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()


def deal(**facts: Any) -> dict[str, Any]:
    """A deal as a CRM sends it."""
    return {
        "customer_name": "Jan de Boer",
        "customer_email": "jan@home.example",
        "language": "nl",
        "salesperson_email": "sanne.de.vries@company.example",
        "team": "North",
        "region": "East",
        "product": "Heat pump",
        "survey": "product",
        "sold_on": "2026-02-25",
    } | facts
