"""The recipes of the handbook, read from its page and run: a stand-in for each CRM checks what it is asked, and a real
server of kloof has the deal afterwards.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cast.builders import person, settings
from cast.crms import AFAS, CRMS, EXACT, PIPEDRIVE, SELLER, SOLD, TEAMLEADER, TO_A_COMPANY, Crm, standing_in
from instruments.handbook import SITE, blocks
from instruments.serving import serving
from kloof import storage
from kloof.actions.access import api_tokens
from kloof.actions.clock import wall_clock
from kloof.domain.access.api_tokens import Scope, TokenKind
from kloof.domain.access.people import Role
from kloof.storage.access import people
from kloof.storage.models import Deal, Invitation

ROOT = Path(__file__).parents[2]
TOOLS = all(map(shutil.which, ("bash", "curl", "jq")))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("crm recipes"),
    pytest.mark.skipif(not TOOLS, reason="bash, curl or jq is not there"),
]


OTHERS = {
    "pipedrive": PIPEDRIVE.event | {"previous": {"status": "won"}},
    "teamleader": TEAMLEADER.event | {"type": "deal.lost"},
    "exact": {"Content": EXACT.event["Content"] | {"Action": "Delete"}},
}
"""What their web hooks say of something that is no deal won."""
N8N = ROOT / "tests" / "instruments" / "n8n.mjs"
KINDS = {
    ("webhook", 2), ("scheduleTrigger", 1.2), ("set", 3.4), ("code", 2), ("httpRequest", 4.2),
}  # fmt: skip
"""The nodes that the workflows are made of, and their versions."""


def nobodys() -> Crm:
    """A CRM whose deal was sold by somebody whom kloof does not know."""
    rows = AFAS.says["GET", "/connectors/Kloof_Deals?skip=0&take=1000", ""]["rows"]
    bad = [rows[0] | {"deal_id": 9, "salesperson_email": "nobody@company.example"}]
    return AFAS._replace(says={question: {"rows": bad} for question in AFAS.says})


def recipes() -> dict[str, str]:
    """The scripts of the page, by the names in their first lines."""
    page = (SITE / "how-to" / "crm-recipes.md").read_text(encoding="utf-8")
    return {script.partition("\n")[0].removeprefix("# "): script for script in blocks(page, "bash")}


class House(NamedTuple):
    """A server of kloof that runs: its address, a token, and where its database is."""

    address: str
    token: str
    url: str


@pytest.fixture(scope="module")
def house(_migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("recipes")
    company = folder / "company"
    (company / "surveys").mkdir(parents=True)
    shutil.copyfile(ROOT / "surveys" / "product.yaml", company / "surveys" / "product.yaml")
    shutil.copyfile(_migrated_file, folder / "kloof.db")
    url, now = f"sqlite:///{folder / 'kloof.db'}", wall_clock()
    storage.open_database(url)
    person("Sanne de Vries")
    owner = people.by_id(person("Noor Desk", Role.DESK))
    assert owner
    ends_on = (now + timedelta(days=9)).date()
    token = api_tokens.make(settings(url, folder), "CRM", TokenKind.WRITE, {Scope.DEALS}, owner, ends_on, now)
    storage.close_database()
    with serving(folder / "kloof.db", company) as port:
        yield House(f"http://127.0.0.1:{port}", token.secret, f"sqlite:///{company / 'kloof.db'}")


def run(script: str, house: House, folder: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    told = {"FEEDBACK": house.address, "TOKEN": house.token, "NO_PROXY": "127.0.0.1"} | more
    whole = f"{recipes()['beginning']}\n{script}"
    return subprocess.run(
        ["bash", "-c", whole], cwd=folder, env=os.environ | told, capture_output=True, text=True, check=False
    )


def taken_over(crm: Crm, house: House) -> None:
    """The deals that the CRM has are there, each with one invitation."""
    storage.open_database(house.url)
    for number, facts in crm.deals.items():
        row = Deal.get(Deal.deal_id == number)
        seen = {
            "customer_name": row.customer_name, "customer_email": row.customer.email, "sold_on": str(row.sold_on),
            "salesperson_email": row.salesperson.email, "product": row.product, "team": row.team,
            "region": row.region, "language": row.customer_language,
            "account": row.account.name if row.account else None,
        }  # fmt: skip
        assert seen == facts
    assert Deal.select().count() == Invitation.select().where(Invitation.wave == "sale").count()


@pytest.mark.parametrize(
    ("name", "crm"), [*CRMS.items(), ("teamleader", TO_A_COMPANY)], ids=[*CRMS, "to a company"]
)
def test_a_recipe_puts_the_deal_in_that_its_crm_has(
    name: str, crm: Crm, house: House, tmp_path: Path
) -> None:
    (tmp_path / "event.json").write_text(json.dumps(crm.event), encoding="utf-8")
    (tmp_path / "sellers.json").write_text(json.dumps({"Sanne de Vries": SELLER}), encoding="utf-8")
    with standing_in(crm) as (address, asked):
        for _ in range(2):  # a web hook comes twice at times
            done = run(recipes()[name], house, tmp_path, CRM=address, CRM_AUTH=crm.auth)
            assert done.returncode == 0, (done.stderr, asked)
    assert set(asked) == set(crm.says)
    taken_over(crm, house)
    number, day = next(iter(crm.deals)), SOLD + timedelta(days=1)
    done = run(recipes()["delivered"], house, tmp_path, ID=number, DAY=str(day))
    assert done.returncode == 0, done.stderr
    assert Deal.get(Deal.deal_id == number).delivered_on == day


@pytest.mark.parametrize("name", ["pipedrive", "teamleader", "exact"])
def test_an_event_about_something_else_does_nothing(name: str, house: House, tmp_path: Path) -> None:
    (tmp_path / "event.json").write_text(json.dumps(OTHERS[name]), encoding="utf-8")
    with standing_in(CRMS[name]) as (address, asked):
        done = run(recipes()[name], house, tmp_path, CRM=address, CRM_AUTH=CRMS[name].auth)
    assert (done.returncode, asked) == (0, [])


def test_a_refusal_makes_the_script_fail(house: House, tmp_path: Path) -> None:
    with standing_in(nobodys()) as (address, _):
        assert run(recipes()["afas"], house, tmp_path, CRM=address, CRM_AUTH=AFAS.auth).returncode != 0


WORKFLOWS = SITE / "how-to" / "n8n"


def workflow(name: str) -> Any:
    return json.loads((WORKFLOWS / f"{name}.json").read_text(encoding="utf-8"))


def played(name: str, house: House, event: Any, credentials: dict[str, str], **settings: Any) -> Any:
    """What became of a workflow: which nodes ran, and what went wrong."""
    held = [one.partition(": ") for one in credentials.values()]
    given = {
        "workflow": workflow(name),
        "event": event,
        "settings": {"kloof": house.address} | settings,
        "credentials": {
            whose: {header: value} for whose, (header, _, value) in zip(credentials, held, strict=True)
        }
        | {"kloof token": {"Authorization": f"Bearer {house.token}"}},
    }
    done = subprocess.run(
        ["node", str(N8N)], input=json.dumps(given), capture_output=True, text=True, check=True, cwd=ROOT
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", sorted(one.stem for one in WORKFLOWS.glob("*.json")))
def test_a_workflow_for_n8n_can_be_imported_and_has_no_secret_in_it(name: str) -> None:
    made = workflow(name)
    nodes = {node["name"]: node for node in made["nodes"]}
    assert set(made) >= {"name", "nodes", "connections", "settings"}
    assert made["active"] is False
    assert len(nodes) == len(made["nodes"]) == len({node["id"] for node in made["nodes"]})
    for node in made["nodes"]:
        assert set(node) >= {"parameters", "id", "name", "type", "typeVersion", "position"}
        assert (node["type"].removeprefix("n8n-nodes-base."), node["typeVersion"]) in KINDS
        for credential in node.get("credentials", {}).values():
            assert set(credential) == {"id", "name"}, "by reference, never what is in it"
    order = [made["nodes"][0]["name"]]
    while order[-1] in made["connections"]:
        [[onward]] = made["connections"][order[-1]]["main"]
        assert (onward["type"], onward["index"]) == ("main", 0)
        order.append(onward["node"])
    assert order == list(nodes), "one line, and no node beside it"
    text = json.dumps(made)
    assert not any(word in text for word in ("Bearer", "kloof_", "AfasToken ", "pat-"))
    for node in made["nodes"]:
        if node["type"] == "n8n-nodes-base.httpRequest":
            asked = node["parameters"]
            kind = asked.get("genericAuthType") or asked["nodeCredentialType"]
            assert set(node["credentials"]) == {kind}
            assert node["retryOnFail"]


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not there")
@pytest.mark.parametrize(
    ("name", "crm"), [*CRMS.items(), ("teamleader", TO_A_COMPANY)], ids=[*CRMS, "to a company"]
)
def test_a_workflow_for_n8n_puts_the_deal_in_that_its_crm_has(name: str, crm: Crm, house: House) -> None:
    held = {
        one["name"]
        for node in workflow(name)["nodes"]
        for one in node.get("credentials", {}).values()
        if one["name"] != "kloof token"
    }
    with standing_in(crm) as (address, asked):
        for _ in range(2):
            done = played(
                name,
                house,
                crm.event,
                dict.fromkeys(held, crm.auth),
                crm=address,
                sellers={"Sanne de Vries": SELLER},
            )
            assert done["error"] is None, (done, asked)
            assert done["ran"] == [node["name"] for node in workflow(name)["nodes"]]
    assert set(asked) == set(crm.says)
    taken_over(crm, house)
    number, day = next(iter(crm.deals)), SOLD + timedelta(days=1)
    for _ in range(2):
        done = played("delivered", house, {"deal_id": number, "delivered_on": str(day)}, {})
        assert done["error"] is None
    assert Deal.get(Deal.deal_id == number).delivered_on == day


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not there")
@pytest.mark.parametrize("name", ["pipedrive", "teamleader", "exact"])
def test_a_workflow_stops_at_an_event_about_something_else(name: str, house: House) -> None:
    done = played(name, house, OTHERS[name], {})
    assert (done["error"], len(done["ran"])) == (None, 3)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not there")
def test_a_workflow_fails_where_a_deal_is_refused_and_says_why(house: House) -> None:
    with standing_in(nobodys()) as (address, _):
        done = played("afas", house, None, {"AFAS token": AFAS.auth}, crm=address)
    assert done["error"] == (
        "9: No salesperson has the address nobody@company.example. Add them first: "
        "kloof people add --role salesperson --email nobody@company.example --name …"
    )


def test_the_page_has_a_recipe_for_each_crm_and_no_other() -> None:
    assert set(recipes()) == {"beginning", "delivered", *CRMS}
    page = (SITE / "how-to" / "crm-recipes.md").read_text(encoding="utf-8")
    assert {one.name for one in WORKFLOWS.iterdir()} == {f"{name}.json" for name in (*CRMS, "delivered")}
    assert all(f"(n8n/{one.name})" in page for one in WORKFLOWS.iterdir())
