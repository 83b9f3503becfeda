"""A client that is made from the document of the API does the whole loop on a real server."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module, invalidate_caches
from pathlib import Path
from typing import Any

import pytest

from cast.builders import person, settings
from instruments.serving import serving
from kloof import storage
from kloof.actions.access import api_tokens
from kloof.actions.clock import wall_clock
from kloof.domain.access.api_tokens import Scope, TokenKind
from kloof.domain.access.people import Role
from kloof.storage.access import people
from kloof.web.api.openapi import document

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("api explored")]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def client(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The generated package, as `kloof_client`, and a client of it that has a token for a server that runs."""
    (tmp_path / "document.json").write_text(json.dumps(document("http://127.0.0.1/api/v1")), encoding="utf-8")
    (tmp_path / "plain.yaml").write_text("post_hooks: []\n", encoding="utf-8")
    made = subprocess.run(
        [
            Path(sys.executable).with_name("openapi-python-client"), "generate", "--path", "document.json", "--meta",
            "none", "--output-path", "made/kloof_client", "--config", "plain.yaml", "--fail-on-warning",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    monkeypatch.syspath_prepend(str(tmp_path / "made"))
    invalidate_caches()
    company, now = tmp_path / "company", wall_clock()
    (company / "surveys").mkdir(parents=True)
    (company / "surveys" / "product.yaml").write_bytes((ROOT / "surveys" / "product.yaml").read_bytes())
    person()
    owner = people.by_id(person("Noor Desk", Role.DESK))
    assert owner
    ends_on = (now + timedelta(days=9)).date()
    token = api_tokens.make(
        settings(database, tmp_path), "client", TokenKind.WRITE, set(Scope), owner, ends_on, now
    )
    storage.close_database()
    with serving(tmp_path / "kloof.db", company, KLOOF_BASE_URL="http://127.0.0.1") as port:
        address = f"http://127.0.0.1:{port}/api/v1"
        kind = import_module("kloof_client").AuthenticatedClient
        with kind(base_url=address, token=token.secret, raise_on_unexpected_status=True) as opened:
            yield opened
    for name in [name for name in sys.modules if name.startswith("kloof_client")]:
        del sys.modules[name]


def call(where: str) -> Any:
    return import_module(f"kloof_client.api.{where}")


def test_a_generated_client_does_the_whole_loop(client: Any) -> None:
    models = import_module("kloof_client.models")
    today = wall_clock().date()
    sold = models.DealIn.from_dict(
        {
            "customer_name": "Jan de Boer", "customer_email": "jan@home.example", "language": "nl", "region": "East",
            "salesperson_email": "sanne.de.vries@company.example", "team": "North", "product": "Heat pump",
            "survey": "product", "sold_on": (today - timedelta(days=9)).isoformat(),
        }
    )  # fmt: skip
    put = call("deals.put_deal").sync_detailed("2026/0417", client=client, body=sold)
    assert (put.status_code, put.parsed.deal_id) == (201, "2026/0417")
    stale = call("deals.put_deal").sync_detailed("2026/0417", client=client, body=sold, if_match='"no"')
    assert (stale.status_code, stale.parsed.type_) == (412, "urn:kloof:problem:changed_meanwhile")
    delivered = models.DeliveryIn(delivered_on=today - timedelta(days=1))
    for _ in range(2):
        told = call("deals.deliver_deal").sync(
            "2026/0417", client=client, body=delivered, idempotency_key="k-1"
        )
        assert told.delivered_on == today - timedelta(days=1)
    state = call("deals.get_deal").sync("2026/0417", client=client)
    assert state.waves.delivery == models.InvitationState.PLANNED
    mail = call("invitations.list_invitations").sync("2026/0417", client=client)
    assert [one.wave for one in mail.surveys] == [models.Wave.SALE, models.Wave.DELIVERY]
    assert mail.mails[-1].state == models.MessageState.QUEUED
    listed = call("deals.list_deals").sync(client=client, limit=10)
    assert [one.deal_id for one in listed.deals] == ["2026/0417"]
    calibration = call("published.calibration").sync(client=client, product="Heat pump")
    assert (calibration.product, calibration.surveys) == ("Heat pump", [])
    absent = call("deals.get_deal").sync("none", client=client)
    assert (absent.status, absent.type_) == (404, "urn:kloof:problem:deal_unknown")
