"""The document of the API: valid, the handbook's page, and never broken for the programs that were made by it."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cast.programs import Program, deal
from instruments.api_changes import breaking
from instruments.api_page import PAGE, page
from kloof.domain.deals.deals import PRACTICES
from kloof.domain.deals.files import OPTIONAL, REQUIRED
from kloof.web.api.openapi import document
from kloof.web.api.shapes import DealIn, Practice

KEPT = Path(__file__).parent / "kept" / "document.json"
ADDRESS = "https://company.example/api/v1"


def changed(*steps: Any, to: Any = None) -> dict[str, Any]:
    """The document with one place of it written anew, or taken out."""
    found: Any = deepcopy(document(ADDRESS))
    whole = found
    for step in steps[:-1]:
        found = found[step]
    if to is None:
        del found[steps[-1]]
    else:
        found[steps[-1]] = to
    return whole  # type: ignore[no-any-return]


def test_it_is_served_to_anybody_and_names_no_company(client: FlaskClient) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.get_json()["openapi"] == "3.1.0"
    assert "Warmtehuis" not in answer.get_data(as_text=True)


def test_the_page_of_the_handbook_is_made_from_it() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tests/instruments/api_page.py"


def test_it_knows_every_column_and_every_practice_of_the_files() -> None:
    columns = {name for name in (*REQUIRED, *OPTIONAL) if name.removesuffix("_on") not in PRACTICES}
    assert set(DealIn.model_fields) == columns | {"practices"}
    assert Practice.__args__ == PRACTICES


def test_no_program_that_was_made_by_the_last_document_breaks() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    assert breaking(kept, document(ADDRESS)) == [], "a breaking change wants /api/v2"


SHAPES = ("components", "schemas")


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (changed("paths", "/deals", "put"), "PUT /deals is gone"),
        (changed(*SHAPES, "DealOut", "properties", "team"), "is not given any more"),
        (changed(*SHAPES, "DealIn", "properties", "account"), "is not taken any more"),
        (changed(*SHAPES, "DealIn", "required", to=["customer_name", "account"]), "body.account is required now"),
        (changed(*SHAPES, "DealIn", "properties", "team", "maxLength", to=5), "a smaller maxLength"),
        (changed(*SHAPES, "DealIn", "properties", "language", "enum", to=["nl"]), "may no longer be"),
        (changed(*SHAPES, "DealOut", "properties", "team", "type", to="integer"), "may be integer now"),
        (changed("paths", "/deals", "get", "responses", "200"), "gives no 200"),
        (changed("paths", "/deals", "get", "parameters", to=[]), "is not taken any more"),
        (changed("paths", "/deals", "get", "operationId", to="other"), "operationId"),
    ],
)  # fmt: skip
def test_a_change_that_breaks_a_program_is_seen(after: dict[str, Any], said: str) -> None:
    assert any(said in what for what in breaking(document(ADDRESS), after))


def test_what_only_adds_breaks_nothing() -> None:
    more = deepcopy(document(ADDRESS))
    more["paths"]["/new"] = more["paths"]["/people"]
    more["components"]["schemas"]["DealOut"]["properties"]["new"] = {"type": "string"}
    more["components"]["schemas"]["DealIn"]["properties"]["new"] = {"type": "string"}
    assert breaking(document(ADDRESS), more) == []


def test_each_example_of_it_goes_in(program: Callable[..., Program]) -> None:
    """With the names of this company in place of the made-up ones."""
    [example] = document(ADDRESS)["components"]["schemas"]["DealIn"]["examples"]
    known = {name: deal()[name] for name in ("salesperson_email", "survey", "sold_on")}
    body = example | known | {"practices": {}}
    assert program().send("PUT", "/deals/X-1", body).status_code == 201
