"""Invitations with the mail or the letter that brings each: many at once, in as many statements as one takes."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from kloof.domain.mailing.kinds import INVITATION
from kloof.domain.states import InvitationState, MessageState
from kloof.domain.surveys.definition import Wave
from kloof.storage.models import Invitation, Message
from kloof.storage.statements import chunked, insert_all, rows, several


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """An invitation to insert, and when its mail or letter is due. `asked`: the customer to whom it was passed on."""

    deal: int
    wave: Wave
    salt: bytes
    link_fingerprint: str
    opt_out_fingerprint: str
    invite_on: date
    expires_at: datetime
    due_at: datetime
    by_letter: bool = False
    asked: int | None = None


class _Link(NamedTuple):
    id: int
    fingerprint: str


_COLUMNS: Final = (
    "deal_id",
    "wave",
    "state",
    "link_salt",
    "link_fingerprint",
    "opt_out_fingerprint",
    "invite_on",
    "expires_at",
    "created_at",
    "asked_id",
)
_OTHERWISE = "ON CONFLICT (deal_id, wave) DO NOTHING"
_INVITE_ONE = f"""
INSERT INTO invitation ({", ".join(_COLUMNS)}) VALUES ({several(_COLUMNS)}) {_OTHERWISE}
RETURNING id, link_fingerprint AS fingerprint
"""  # noqa: S608  our own words
_INVITED = "SELECT id, link_fingerprint AS fingerprint FROM invitation WHERE link_fingerprint IN ({links}) ORDER BY id"
_OF_MESSAGE: Final = (
    "kind",
    "invitation_id",
    "message_id",
    "urgent",
    "state",
    "due_at",
    "attempts",
    "soft_bounces",
    "leased_by",
    "last_reply",
    "created_at",
    "changed_at",
    "ordinal",
)
_AT_ONCE: Final = 200


def put(new: Iterable[NewInvitation], now: datetime) -> int:
    """Insert these invitations, each with its mail or letter, in the caller's transaction; gives how many were new.

    Where a deal has one of that wave already nothing comes of it: the unique index decides, between two imports too.
    """
    return sum(_put(some, now) for some in chunked(new, _AT_ONCE))


def _put(new: Sequence[NewInvitation], now: datetime) -> int:
    links = {one.link_fingerprint: one for one in new}
    if len(new) == 1:
        found = rows(_Link, _INVITE_ONE, *_values(new[0], now))
    else:
        insert_all("invitation", _COLUMNS, (_values(one, now) for one in new), _OTHERWISE)
        found = rows(_Link, _INVITED.format(links=several(links)), *links)
    insert_all("message", _OF_MESSAGE, (_of_message(row.id, links[row.fingerprint], now) for row in found))
    return len(found)


def _values(one: NewInvitation, now: datetime) -> tuple[Any, ...]:
    return (
        one.deal,
        one.wave.value,
        InvitationState.PLANNED.value,
        one.salt,
        one.link_fingerprint,
        one.opt_out_fingerprint,
        one.invite_on,
        Invitation.expires_at.db_value(one.expires_at),
        Invitation.created_at.db_value(now),
        one.asked,
    )


def _of_message(invitation: int, one: NewInvitation, now: datetime) -> tuple[Any, ...]:
    state, moment = (
        MessageState.LETTER if one.by_letter else MessageState.QUEUED,
        Message.created_at.db_value(now),
    )
    due_at, name = Message.due_at.db_value(one.due_at), secrets.token_hex(16)
    return (
        INVITATION.name,
        invitation,
        name,
        INVITATION.urgent,
        state.value,
        due_at,
        0,
        0,
        "",
        "",
        moment,
        moment,
        0,
    )
