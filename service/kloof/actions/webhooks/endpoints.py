"""Endpoints of webhooks at the desk and on the command line: added, tried, paused, given another secret, removed."""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from kloof import storage
from kloof.actions.former_keys import sealed, unsealed
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, Actor, AuditAction
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.spelling import spelled
from kloof.domain.webhooks.endpoints import (
    BOTH_SECRETS,
    KEPT_FOR,
    MOST_ENDPOINTS,
    EndpointKind,
    EndpointState,
    ListedDelivery,
    WebhookEndpoint,
    refuse_unfit_endpoint,
)
from kloof.domain.webhooks.events import EventKind
from kloof.domain.webhooks.reachable import host_of, unfit
from kloof.domain.webhooks.signing import new_signing_secret
from kloof.storage.access import audit_log
from kloof.storage.webhooks import endpoints, outbox

MOST_LISTED = 200
KEY_LOST = "key"
FORGOTTEN_AT_ONCE: Final = 500
"""Events that are forgotten in one transaction."""


@dataclass(frozen=True, slots=True)
class EndpointMade:
    """A new endpoint, and the secret with which it checks signatures, shown this once; empty for a chat."""

    number: int
    secret: str


def add(
    settings: Settings,
    name: str,
    kind: EndpointKind,
    url: str,
    events: Set[EventKind],
    now: datetime,
    by: Actor = COMMAND_LINE,
) -> EndpointMade:
    """An endpoint that is told of these events from now on. Raises Refused for what none can be.

    Where its host leads is looked at whenever something is sent: a name may lead elsewhere by then.
    """
    name, url = spelled(name), url.strip()
    refuse_unfit_endpoint(name, events)
    rules = settings.webhooks
    host = host_of(url, plain=rules.http, allowed=rules.allowed_networks)
    secret = new_signing_secret() if kind is EndpointKind.STANDARD else ""
    with storage.transaction():
        if len(endpoints.listed(now)) >= MOST_ENDPOINTS:
            raise unfit(f"There are {MOST_ENDPOINTS} endpoints already: remove one first.", "name")
        number = endpoints.add(
            name,
            kind,
            host,
            events,
            now,
            address_sealed=sealed(settings.secret_key, url),
            secret_sealed=sealed(settings.secret_key, secret) if secret else "",
        )
        _note(by, AuditAction.WEBHOOK_ADDED, number, now)
    return EndpointMade(number, secret)


def listed(now: datetime) -> list[WebhookEndpoint]:
    """Every endpoint, the first made first."""
    return endpoints.listed(now)


def one(number: int, now: datetime) -> WebhookEndpoint:
    """This endpoint. Raises NotFound."""
    found = endpoints.by_number(number, now)
    if found is None:
        raise NotFound(
            Reason.WEBHOOK_ABSENT, f"There is no webhook {number}.", remedy="See: kloof webhooks list"
        )
    return found


def deliveries(number: int, now: datetime) -> list[ListedDelivery]:
    """What this endpoint was and is to be told, the newest first. Raises NotFound."""
    one(number, now)
    return outbox.deliveries(number, now, MOST_LISTED)


def send_ping(number: int, now: datetime, by: Actor = COMMAND_LINE) -> int:
    """Tell this endpoint that this is a try; gives the number of the delivery. Raises NotFound, and Refused where it
    is not told of anything now.
    """
    if one(number, now).state is not EndpointState.ON:
        raise Refused(
            Reason.STEP_IMPOSSIBLE,
            f"Webhook {number} is not on.",
            remedy=f"Run: kloof webhooks resume {number}",
        )
    with storage.transaction():
        made = outbox.ping(number, now)
        _note(by, AuditAction.WEBHOOK_TESTED, number, now)
    return made


def rotate(settings: Settings, number: int, now: datetime, by: Actor = COMMAND_LINE) -> EndpointMade:
    """Another secret; for a day the one before signs too. Raises NotFound, and Refused where there is none."""
    if one(number, now).kind is not EndpointKind.STANDARD:
        raise Refused(Reason.STEP_IMPOSSIBLE, f"Webhook {number} is a chat, which has no secret of ours.")
    secret = new_signing_secret()
    with storage.transaction():
        endpoints.rotate(number, sealed(settings.secret_key, secret), now + BOTH_SECRETS)
        _note(by, AuditAction.WEBHOOK_ROTATED, number, now)
    return EndpointMade(number, secret)


def pause(number: int, now: datetime, by: Actor = COMMAND_LINE) -> None:
    """Tell it nothing for now; what happens is kept for it. Raises NotFound, and Refused where it is not on."""
    if one(number, now).state is not EndpointState.ON:
        raise Refused(Reason.STEP_IMPOSSIBLE, f"Webhook {number} is not on.")
    with storage.transaction():
        endpoints.set_state(number, EndpointState.PAUSED)
        _note(by, AuditAction.WEBHOOK_PAUSED, number, now)


def resume(number: int, now: datetime, by: Actor = COMMAND_LINE) -> None:
    """Tell it again, at once of what waits. Raises NotFound, and Refused where it is on, or its address is lost."""
    found = one(number, now)
    if found.state is EndpointState.ON or found.why == KEY_LOST:
        lost = "was sealed with a key that is lost: remove it, and add it anew"
        raise Refused(
            Reason.STEP_IMPOSSIBLE, f"Webhook {number} {lost if found.why == KEY_LOST else 'is on already'}."
        )
    with storage.transaction():
        endpoints.set_state(number, EndpointState.ON)
        outbox.hurry(number, now)
        _note(by, AuditAction.WEBHOOK_RESUMED, number, now)


def remove(number: int, now: datetime, by: Actor = COMMAND_LINE) -> WebhookEndpoint:
    """It goes, with all that it was told. Raises NotFound."""
    found = one(number, now)
    with storage.transaction():
        endpoints.remove(number)
        _note(by, AuditAction.WEBHOOK_REMOVED, number, now)
    return found


def replay(number: int, delivery: int, now: datetime, by: Actor = COMMAND_LINE) -> None:
    """Tell this once more, with the same id. Raises NotFound, and Refused where there is none yet."""
    one(number, now)
    with storage.transaction():
        if not outbox.again(number, delivery, now):
            raise Refused(
                Reason.STEP_IMPOSSIBLE,
                f"ListedDelivery {delivery} of webhook {number} is not there.",
            )
        _note(by, AuditAction.WEBHOOK_REPLAYED, number, now)


def forget_old(now: datetime) -> None:
    """What happened a month ago is told no more, and stands in no list."""
    gone = FORGOTTEN_AT_ONCE
    while gone == FORGOTTEN_AT_ONCE:
        with storage.transaction():
            gone = outbox.forget(now - KEPT_FOR, FORGOTTEN_AT_ONCE)


def seal_anew(key: str, former: str | None) -> None:
    """What was sealed with the former key opens with this one from now on. Without the former one it is lost: these
    endpoints are told no more. Call it in a transaction.
    """
    for each in endpoints.every_sealed():
        if former is None:
            endpoints.set_state(each.id, EndpointState.DISABLED, KEY_LOST)
        else:
            endpoints.seal_anew(
                replace(
                    each,
                    address=sealed(key, unsealed(former, each.address)),
                    secret=sealed(key, unsealed(former, each.secret)) if each.secret else "",
                    former=sealed(key, unsealed(former, each.former)) if each.former else "",
                )
            )


def _note(by: Actor, what: AuditAction, number: int, now: datetime) -> None:
    audit_log.write(by, what, now, detail=f"webhook {number}")
