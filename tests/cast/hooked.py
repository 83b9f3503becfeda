"""Endpoints of webhooks in tests: this machine may be reached, and nobody waits."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from cast.builders import ALWAYS, SECRET, settings
from instruments.receivers import Receiver
from kloof import storage
from kloof.actions.webhooks import endpoints
from kloof.actions.webhooks.endpoints import EndpointMade
from kloof.actions.webhooks.sender import WebhookSender
from kloof.config import Settings
from kloof.domain.webhooks.endpoints import EndpointKind
from kloof.domain.webhooks.events import CHOSEN, EventKind
from kloof.storage.models import WebhookDelivery

LOOPBACK = {"http": True, "allowed_networks": ["127.0.0.0/8"]}


def house(folder: Path, database: str = "sqlite:///unused", **more: object) -> Settings:
    """Settings of a company that may send events to this machine."""
    usual = {"mail": ALWAYS, "webhooks": LOOPBACK, "base_url": "https://feedback.warmtehuis.example"}
    return settings(database, folder, **(usual | more))


def hooked(
    company: Settings,
    receiver: Receiver,
    now: datetime,
    *,
    kind: EndpointKind = EndpointKind.STANDARD,
    events: Iterable[EventKind] = CHOSEN,
    path: str = "/in",
) -> EndpointMade:
    """An endpoint at this receiver."""
    url = f"http://127.0.0.1:{receiver.port}{path}"
    return endpoints.add(company, "our CRM", kind, url, {*events}, now)


def send_all(company: Settings, clock: Callable[[], datetime]) -> int:
    """What a worker does with what is due."""
    return WebhookSender(company, "a worker", clock, chance=lambda: 0.0).drain()


def told() -> list[dict[str, Any]]:
    """What stands in the outbox, in order: the kind, and the facts with the deal."""
    storage.ensure_connected()
    return [
        {"kind": row.kind, "deal": row.deal_id, **json.loads(row.facts)}
        for row in WebhookDelivery.select().order_by(WebhookDelivery.id)
    ]


__all__ = ["SECRET", "hooked", "house", "send_all", "told"]
