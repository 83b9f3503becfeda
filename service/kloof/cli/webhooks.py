"""kloof webhooks: which programs and channels are told of what happens, and what became of it."""

from collections.abc import Callable
from datetime import datetime

import click

from kloof.actions.clock import clock_of
from kloof.cli.run import as_json, report, with_database
from kloof.cli.tree import Group
from kloof.domain.webhooks.endpoints import EndpointKind, ListedDelivery, WebhookEndpoint
from kloof.domain.webhooks.events import CHOSEN, EventKind

NUMBER = click.IntRange(1, 2**31 - 1)


@click.group(cls=Group)
def webhooks() -> None:
    """Tell other programs, Slack and Teams that something happened."""


@webhooks.command(name="list")
@as_json
def list_(as_json: bool) -> None:
    """List every webhook: what it is told, and how it stands."""
    from kloof.actions.webhooks.endpoints import listed

    found = listed(clock_of(with_database())())
    lines = [_line(one) for one in found]
    report(
        as_json,
        {"webhooks": [_told(one) for one in found]},
        "\n".join(lines) or "No webhooks yet: kloof webhooks add.",
    )


@webhooks.command()
@click.option("--name", required=True, help="What it is for.")
@click.option("--url", required=True, help="Where it listens; it begins with https://.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in EndpointKind]),
    default=EndpointKind.STANDARD.value,
    show_default=True,
    help="standard is signed JSON; the others get a line with a count and a link.",
)
@click.option(
    "--event",
    "events",
    type=click.Choice([kind.value for kind in CHOSEN]),
    metavar="EVENT",
    multiple=True,
    help=f"What it is told of, once more for each; all without it: {', '.join(CHOSEN)}.",
)
@as_json
def add(name: str, url: str, kind: str, events: tuple[str, ...], as_json: bool) -> None:
    """Add a webhook, and print its secret this once."""
    from kloof.actions.webhooks.endpoints import add as make

    settings = with_database()
    chosen = {*map(EventKind, events)} or {*CHOSEN}
    made = make(settings, name, EndpointKind(kind), url, chosen, clock_of(settings)())
    _show(as_json, made.number, made.secret, f"Webhook {made.number} is told from now on.")


@webhooks.command()
@click.argument("number", type=NUMBER)
@as_json
def rotate(number: int, as_json: bool) -> None:
    """Make another secret, and print it this once; the one before works for another day."""
    from kloof.actions.webhooks.endpoints import rotate as turn

    settings = with_database()
    made = turn(settings, number, clock_of(settings)())
    _show(as_json, number, made.secret, f"Webhook {number} signs with it; for a day with the one before too.")


@webhooks.command()
@click.argument("number", type=NUMBER)
@as_json
def test(number: int, as_json: bool) -> None:
    """Tell it that this is a try; the worker sends it."""
    from kloof.actions.webhooks.endpoints import send_ping

    _act(send_ping, number, as_json, f"A try is on its way: kloof webhooks deliveries {number}")


@webhooks.command()
@click.argument("number", type=NUMBER)
@as_json
def pause(number: int, as_json: bool) -> None:
    """Tell it nothing for now; what happens is kept for it."""
    from kloof.actions.webhooks.endpoints import pause as hold

    _act(hold, number, as_json, f"Webhook {number} is paused.")


@webhooks.command()
@click.argument("number", type=NUMBER)
@as_json
def resume(number: int, as_json: bool) -> None:
    """Tell it again, also one that was disabled."""
    from kloof.actions.webhooks.endpoints import resume as go_on

    _act(go_on, number, as_json, f"Webhook {number} is told again.")


@webhooks.command()
@click.argument("number", type=NUMBER)
@as_json
def remove(number: int, as_json: bool) -> None:
    """Remove it, with all that it was told."""
    from kloof.actions.webhooks.endpoints import remove as end

    _act(end, number, as_json, f"Webhook {number} is gone.")


@webhooks.command()
@click.argument("number", type=NUMBER)
@as_json
def deliveries(number: int, as_json: bool) -> None:
    """List what it was told, the newest first, with what it said."""
    from kloof.actions.webhooks.endpoints import deliveries as told

    found = told(number, clock_of(with_database())())
    lines = "\n".join(_delivery_line(one) for one in found)
    report(as_json, {"deliveries": [_delivery(one) for one in found]}, lines or "Nothing yet.")


@webhooks.command()
@click.argument("number", type=NUMBER)
@click.argument("delivery", type=NUMBER)
@as_json
def replay(number: int, delivery: int, as_json: bool) -> None:
    """Tell it once more, with the same id."""
    from kloof.actions.webhooks.endpoints import replay as again

    _act(
        lambda hook, now: again(hook, delivery, now),
        number,
        as_json,
        f"ListedDelivery {delivery} goes out again.",
    )


def _act(does: Callable[[int, datetime], object], number: int, as_json: bool, words: str) -> None:
    does(number, clock_of(with_database())())
    report(as_json, {"number": number}, words)


def _show(as_json: bool, number: int, secret: str, words: str) -> None:
    shown = f"{secret}\n{words} Keep the secret now: it is shown this once." if secret else words
    report(as_json, {"number": number, "secret": secret}, shown)


def _told(one: WebhookEndpoint) -> dict[str, object]:
    return {
        "number": one.id,
        "name": one.name,
        "kind": one.kind,
        "host": one.host,
        "events": [kind for kind in CHOSEN if kind in one.events],
        "state": one.state,
        "why": one.why,
        "failing_since": one.failing_since.isoformat() if one.failing_since else None,
        "waiting": one.waiting,
    }


def _line(one: WebhookEndpoint) -> str:
    why = f" ({one.why})" if one.why else ""
    return f"{one.id}  {one.name}, {one.kind} at {one.host}: {one.state}{why}, {one.waiting} waiting"


def _delivery(one: ListedDelivery) -> dict[str, object]:
    return {
        "number": one.id,
        "id": one.event_id,
        "type": one.kind,
        "deal_id": one.deal_id,
        "at": one.at.isoformat(),
        "state": one.state,
        "attempts": one.attempts,
        "tried_at": one.tried_at.isoformat() if one.tried_at else None,
        "status": one.status,
        "reply": one.reply,
    }


def _delivery_line(one: ListedDelivery) -> str:
    said = f"{one.status or ''} {one.reply}".strip()
    return f"{one.id}  {one.at:%Y-%m-%d %H:%M}  {one.kind} {one.deal_id}  {one.state} after {one.attempts}  {said}"
