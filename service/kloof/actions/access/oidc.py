"""Signing in at the company's own provider: OpenID Connect, authorization code with PKCE, state and nonce."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from kloof import storage
from kloof.config import Settings
from kloof.domain.access.audit_log import PROVIDER, AuditAction, by
from kloof.domain.access.oidc import Claimed, claimed
from kloof.domain.access.people import Person, in_order
from kloof.domain.errors import Reason, Refused
from kloof.storage.access import accounts, audit_log, people, sessions

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures by the provider's own key. Never `none`, and none that our secret could make."""
TIMEOUT = 10


@dataclass(frozen=True, slots=True)
class PendingSignIn:
    """What this browser has to bring back: kept in its session until it does."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Self:
        """Three secrets of 256 bits and more."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))

    @classmethod
    def of(cls, kept: object) -> Self:
        """The attempt that a session kept. Raises Refused where it kept none."""
        if not isinstance(kept, dict) or set(kept) != {"state", "nonce", "verifier"}:
            raise Refused(
                Reason.SIGN_IN_ELSEWHERE, "This sign-in was not begun in this browser.", remedy="Begin again."
            )
        return cls(**kept)

    def as_dict(self) -> dict[str, str]:
        """Plain values, for a session."""
        return asdict(self)


def address(settings: Settings, attempt: PendingSignIn) -> str:
    """Where to send the browser. Raises Refused where the provider does not answer."""
    client = _client(settings)
    url, _ = client.create_authorization_url(
        _described(settings)["authorization_endpoint"],
        state=attempt.state,
        nonce=attempt.nonce,
        code_verifier=attempt.verifier,
    )
    return str(url)


def arrive(settings: Settings, attempt: PendingSignIn, brought: Mapping[str, str], now: datetime) -> Person:
    """Who signs in with what the browser brought back; their roles are those of their groups at this moment.

    Raises Refused, in a sentence for the person at the door.
    """
    if not secrets.compare_digest(brought.get("state", "").encode(), attempt.state.encode()):
        raise Refused(
            Reason.SIGN_IN_ELSEWHERE, "This sign-in was not begun in this browser.", remedy="Begin again."
        )
    if "code" not in brought:
        raise Refused(
            Reason.PROVIDER_SAID_NO,
            "The provider did not let you in.",
            remedy="Begin again, or ask who looks after it.",
        )
    claims = _claims(settings, attempt, brought["code"], now)
    oidc = settings.oidc
    who = claimed(
        claims,
        oidc.groups_claim,
        oidc.roles,
        team_claim=oidc.team_claim,
        tells_verified=oidc.tells_email_verified,
    )
    return _let_in(who, now)


def _let_in(who: Claimed, now: datetime) -> Person:
    with storage.transaction():
        before = _known(who)
        # Their own name at the provider anybody may change; the one that customers see is what the company wrote down.
        name, team = (before.name, before.team) if before else (who.name, "")
        if before and before.email != who.email:
            people.readdress(before.id, who.email)
        people.put(who.email, name, who.roles, team if who.team is None else who.team, now)
        person = people.by_email(who.email)
        assert person is not None, "was put there in this transaction"  # noqa: S101
        _note(before, person, now)
        if accounts.of(person.id) is None:
            accounts.keep(person.id, who.account)
            audit_log.write(PROVIDER, AuditAction.ACCOUNT_LINKED, now, person=person.id)
        audit_log.write(by(person), AuditAction.SIGNED_IN, now, person=person.id, detail="provider")
    return person


def _note(before: Person | None, after: Person, now: datetime) -> None:
    """What the provider changed; whoever has other roles than before is signed out elsewhere."""
    roles = " ".join(in_order(after.roles))
    if before is None:
        audit_log.write(PROVIDER, AuditAction.PERSON_ADDED, now, person=after.id, detail=roles)
        return
    if before.roles != after.roles:
        sessions.end_all(after.id)
    changed = {
        roles: before.roles != after.roles,
        "team": before.team != after.team,
        "address": before.email != after.email,
    }
    for detail in (detail for detail, is_so in changed.items() if is_so):
        audit_log.write(PROVIDER, AuditAction.PERSON_CHANGED, now, person=after.id, detail=detail)


def _known(who: Claimed) -> Person | None:
    """Whom we know by this account, else by this address; None for somebody new.

    The account is who they are: an address may change, and may come to somebody else. Raises Refused where the address
    is that of another account here, and for somebody who has left.
    """
    holder, namesake = accounts.holder(who.account), people.by_email(who.email, also_left=True)
    known = namesake if holder is None else people.by_id(holder, also_left=True)
    if known is None:
        return None
    if accounts.of(known.id) not in {None, who.account} or (namesake and namesake.id != known.id):
        raise Refused(
            Reason.PROVIDER_OTHER_ACCOUNT,
            "Your address belongs to another account here.",
            remedy="Ask who looks after kloof: kloof people unlink lets your account be the one.",
        )
    if people.by_id(known.id) is None:
        raise Refused(
            Reason.PERSON_HAS_LEFT,
            "As far as kloof knows you no longer work here.",
            remedy="Ask who looks after kloof: kloof people add lets you in again.",
        )
    return known


def _claims(settings: Settings, attempt: PendingSignIn, code: str, now: datetime) -> dict[str, Any]:
    # Authlib takes half a second to load; whoever asks for another page should not wait for it.
    from authlib.common.errors import AuthlibBaseError
    from joserfc.errors import JoseError
    from requests import RequestException

    client, described = _client(settings), _described(settings)
    try:
        token = client.fetch_token(
            described["token_endpoint"], code=code, code_verifier=attempt.verifier, timeout=TIMEOUT
        )
        claims = _checked(settings, attempt, str(token["id_token"]), described, now)
        if settings.oidc.groups_claim not in claims or "email" not in claims:
            more = dict(client.get(described["userinfo_endpoint"], timeout=TIMEOUT).json())
            claims = _together(claims, more) if more.get("sub") == claims["sub"] else claims
    except RequestException as error:
        raise _silent(type(error).__name__) from error
    except (
        AuthlibBaseError
    ) as error:  # invalid_grant is about this code; anything else is about kloof as a client
        raise (_unproven() if error.error == "invalid_grant" else _silent(str(error.error))) from error
    # What is no token, no key or no list of claims at all shows as one of the others, somewhere in those libraries.
    except (JoseError, AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise _unproven() from error
    return claims


def _together(token: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """What the token says, and what it does not say from elsewhere; an address never without its own verification."""
    apart = {"email", "email_verified"}
    address = token if "email" in token else told
    others = {name: value for name, value in {**told, **token}.items() if name not in apart}
    return others | {name: address[name] for name in apart if name in address}


def _checked(
    settings: Settings, attempt: PendingSignIn, token: str, described: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The claims of an ID token that is ours, of this attempt and of this hour (OpenID Connect Core 3.1.3.7)."""
    from joserfc import jwt
    from joserfc.jwk import KeySet

    keys = KeySet.import_key_set(_get(described["jwks_uri"]))  # type: ignore[arg-type]
    claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=60,
        iss={"essential": True, "value": described["issuer"]},
        aud={"essential": True, "value": str(settings.oidc.client_id)},
        exp={"essential": True},
        sub={"essential": True},
        nonce={"essential": True, "value": attempt.nonce},
    ).validate(claims)
    if claims.get("azp", settings.oidc.client_id) != settings.oidc.client_id:
        raise ValueError("azp")
    return dict(claims)


def _client(settings: Settings) -> Any:
    from authlib.integrations.requests_client import OAuth2Session

    return OAuth2Session(
        settings.oidc.client_id,
        settings.oidc_secret or None,
        scope="openid email profile",
        redirect_uri=settings.link("/sign-in/provider/back"),
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic" if settings.oidc_secret else "none",
    )


def _described(settings: Settings) -> dict[str, Any]:
    """What the provider says of itself; it must be the one that the settings name (OpenID Connect Discovery 4.3)."""
    issuer = str(settings.oidc.issuer)
    described = _get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if str(described.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        raise Refused(
            Reason.PROVIDER_IS_ANOTHER,
            "The sign-in provider says that it is another one.",
            remedy="Set oidc.issuer to what it says.",
        )
    wanted = ("authorization_endpoint", "jwks_uri", "token_endpoint")
    if missing := [name for name in wanted if not isinstance(described.get(name), str)]:
        raise _silent(f"without {', '.join(missing)}")
    return described


def _get(url: str) -> dict[str, Any]:
    import requests

    try:
        answer = requests.get(url, timeout=TIMEOUT)
        answer.raise_for_status()
        return dict(answer.json())
    except (requests.RequestException, RecursionError, TypeError, ValueError) as error:
        raise _silent(type(error).__name__) from error


def _silent(why: str) -> Refused:
    """`why` in a word or two, for the log: the text of an error may hold the code of this sign-in."""
    return Refused(
        Reason.PROVIDER_SILENT,
        f"The sign-in provider gives no answer that can be used ({why}).",
        remedy="Try again in a few minutes.",
    )


def _unproven() -> Refused:
    return Refused(
        Reason.PROVIDER_UNPROVEN,
        "What the sign-in provider says does not belong to this sign-in.",
        remedy="Begin again.",
    )
