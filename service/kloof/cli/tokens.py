"""kloof tokens: with what programs use the API, made, listed and revoked."""

from datetime import datetime, timedelta

import click

from kloof.actions.clock import clock_of
from kloof.cli.run import as_json, report, with_database
from kloof.cli.tree import Group
from kloof.domain.access.api_tokens import USUAL_DAYS, ApiToken, Scope, TokenKind


@click.group(cls=Group)
def tokens() -> None:
    """Make, list and revoke the tokens with which programs use the API."""


@tokens.command(name="list")
@as_json
def list_(as_json: bool) -> None:
    """List every token: what it does, what for, until when, and when it was last used."""
    from kloof.actions.access.api_tokens import listed

    settings = with_database()
    today = settings.today(clock_of(settings)())
    found = listed()
    lines = [_line(one, works=one.is_open(today)) for one in found]
    told = [_told(one, works=one.is_open(today)) for one in found]
    report(as_json, {"tokens": told}, "\n".join(lines) or "No tokens yet: kloof tokens add.")


@tokens.command()
@click.option("--name", required=True, help="What it is for.")
@click.option("--kind", type=click.Choice([kind.value for kind in TokenKind]), required=True)
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in Scope]),
    metavar="SCOPE",
    multiple=True,
    required=True,
    help=f"What it is about, once more for each: {', '.join(Scope)}.",
)
@click.option("--owner", required=True, help="The address of who answers for it; it ends when they leave.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Its last day; in a year without it.")
@as_json
def add(
    name: str, kind: str, scopes: tuple[str, ...], owner: str, until: datetime | None, as_json: bool
) -> None:
    """Make a token, and print it this once."""
    from kloof.actions.access.api_tokens import make
    from kloof.actions.access.people import known

    settings = with_database()
    moment = clock_of(settings)()
    ends_on = until.date() if until else settings.today(moment) + timedelta(days=USUAL_DAYS)
    made = make(settings, name, TokenKind(kind), {*map(Scope, scopes)}, known(owner), ends_on, moment)
    told = {"number": made.number, "token": made.secret, "ends_on": ends_on.isoformat()}
    words = f"{made.secret}\nToken {made.number} works until {ends_on}. Keep it now: it is shown this once."
    report(as_json, told, words)


@tokens.command()
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@as_json
def revoke(number: int, as_json: bool) -> None:
    """End a token, from its next request on."""
    from kloof.actions.access.api_tokens import revoke as end

    settings = with_database()
    token = end(number, clock_of(settings)())
    report(
        as_json, {"number": token.id, "name": token.name}, f"Token {token.id}, {token.name}, works no more."
    )


def _told(one: ApiToken, *, works: bool) -> dict[str, object]:
    return {
        "number": one.id,
        "name": one.name,
        "kind": one.kind,
        "scopes": [scope for scope in Scope if scope in one.scopes],
        "owner": one.owner_name,
        "works": works,
        "ends_on": one.ends_on.isoformat(),
        "last_used_on": one.last_used_on.isoformat() if one.last_used_on else None,
    }


def _line(one: ApiToken, *, works: bool) -> str:
    stands = f"works until {one.ends_on}" if works else "revoked" if one.revoked_at else "has ended"
    used = f"last used {one.last_used_on}" if one.last_used_on else "never used"
    scopes = ", ".join(scope for scope in Scope if scope in one.scopes)
    return f"{one.id}  {one.name} ({one.owner_name}): {one.kind}, {scopes}; {stands}, {used}"
