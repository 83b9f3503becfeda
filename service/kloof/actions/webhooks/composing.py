"""What goes over the wire: the event as signed JSON, or a line with counts and a link for a chat."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kloof.config import Settings
from kloof.domain.deals.deals import in_path
from kloof.domain.webhooks.endpoints import EndpointKind
from kloof.domain.webhooks.events import DATA, EventKind
from kloof.domain.webhooks.signing import signed_headers
from kloof.storage.webhooks.outbox import TakenDelivery
from kloof.wording import Translate, translator
from kloof.wording.webhook_words import LOOK, chat_line

_JSON: Final = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Posting:
    """One request, and the deliveries (numbers) that it makes."""

    deliveries: tuple[int, ...]
    body: bytes
    headers: Mapping[str, str]


def postings(
    settings: Settings, kind: EndpointKind, signers: list[str], taken: Sequence[TakenDelivery]
) -> list[Callable[[datetime], Posting]]:
    """The requests with which these deliveries are made; each is made at the moment at which it is sent."""
    if kind is EndpointKind.STANDARD:
        return [_standard(settings, signers, one) for one in taken]
    together: dict[EventKind, list[TakenDelivery]] = {}
    for one in taken:
        together.setdefault(one.kind, []).append(one)
    return [_chat(settings, kind, what, some) for what, some in together.items()]


def _standard(settings: Settings, signers: list[str], one: TakenDelivery) -> Callable[[datetime], Posting]:
    body = json.dumps(event(settings, one), ensure_ascii=False, separators=(",", ":")).encode()

    def at(now: datetime) -> Posting:
        headers = signed_headers(one.event_id, int(now.timestamp()), body, signers)
        return Posting((one.id,), body, _JSON | headers)

    return at


def event(settings: Settings, one: TakenDelivery) -> dict[str, Any]:
    """The event as a receiver reads it: the same at every try."""
    facts = json.loads(one.facts) | ({"deal_id": one.deal_id} if one.deal_id else {})
    data = DATA[one.kind].model_validate(facts | {"links": _links(settings, one.kind, facts)})
    return {"type": one.kind.value, "timestamp": one.at.isoformat(), "data": data.model_dump(mode="json")}


def _links(settings: Settings, kind: EventKind, facts: Mapping[str, Any]) -> dict[str, str]:
    match kind:
        case EventKind.FOLLOWUP_OPENED:
            return {"call": settings.link(f"/calls/{in_path(facts['deal_id'])}")}
        case EventKind.RELEASE_PUBLISHED:
            api = settings.link(f"/api/v1/releases/{facts['number']}")
            return {"site": settings.findings_address, "api": api}
        case EventKind.DEAL_REFUSED | EventKind.BLOCK_CLOSED | EventKind.PING:
            return {"desk": settings.link(_AT_THE_DESK[kind])}
    deal = in_path(facts["deal_id"])
    return {"desk": settings.link(f"/desk/deal/{deal}"), "api": settings.link(f"/api/v1/deals/{deal}")}


_AT_THE_DESK: Final[Mapping[EventKind, str]] = {
    EventKind.INVITATION_SENT: "/desk",
    EventKind.INVITATION_BOUNCED: "/desk/mail",
    EventKind.INVITATION_OPTED_OUT: "/desk/mail",
    EventKind.SURVEY_ANSWERED: "/desk",
    EventKind.FOLLOWUP_OPENED: "/calls",
    EventKind.DEAL_REFUSED: "/desk/deals",
    EventKind.BLOCK_CLOSED: "/desk/releases",
    EventKind.RELEASE_PUBLISHED: "/desk/releases",
    EventKind.PING: "/desk/webhooks",
}
"""Where somebody sees more of many of a kind."""


def _chat(
    settings: Settings, kind: EndpointKind, what: EventKind, some: Sequence[TakenDelivery]
) -> Callable[[datetime], Posting]:
    say = translator(settings.company.language)
    count = sum(one.count for one in some)
    link = settings.link(_AT_THE_DESK[what])
    if what is EventKind.RELEASE_PUBLISHED:
        link = settings.findings_address
    told = (_slack if kind is EndpointKind.SLACK else _teams)(chat_line(what, count, say), link, say)
    made = Posting(tuple(one.id for one in some), json.dumps(told, ensure_ascii=False).encode(), _JSON)
    return lambda now: made


def _slack(line: str, link: str, say: Translate) -> dict[str, Any]:
    # Slack reads these three as its own marks.
    plain = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": f"{plain} <{link}|{say(LOOK)}>"}


def _teams(line: str, link: str, say: Translate) -> dict[str, Any]:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{"type": "TextBlock", "text": line, "wrap": True}],
        "actions": [{"type": "Action.OpenUrl", "title": say(LOOK), "url": link}],
    }
    attached = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attached]}
