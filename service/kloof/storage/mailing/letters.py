"""Letters: invitations on paper, for customers without an address."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from peewee import fn

from kloof.domain.errors import NotFound, Reason, Refused
from kloof.domain.mailing.kinds import MAIL_KINDS
from kloof.domain.states import AWAITS_MAIL, InvitationState, MessageState
from kloof.storage.database import is_postgresql
from kloof.storage.mailing import attempts, sending
from kloof.storage.models import Deal, Invitation, Message
from kloof.storage.models.outbox import PRINTED, PRINTED_CONDITION
from kloof.storage.statements import names, rows, timestamp


class _Letter(NamedTuple):
    message: int


_ON_PAPER = [kind.name for kind in MAIL_KINDS.values() if kind.on_paper]
_OF_DEAL = f"""
SELECT m.id AS message FROM message m JOIN invitation i ON i.id = m.invitation_id JOIN deal d ON d.id = i.deal_id
WHERE d.deal_id = ? AND d.by_letter AND m.kind IN ({names(_ON_PAPER)})
AND m.state = {names([MessageState.SENT])} AND i.state IN ({names(AWAITS_MAIL)})
"""  # noqa: S608  the states come from the tables in domain/states, the kinds from domain/mailing/kinds


@dataclass(frozen=True, slots=True)
class Printed:
    """A letter that is on paper: when it closes, and the fingerprint of the code that is typed from it."""

    message: int
    invitation: int
    customer: int
    code_fingerprint: str
    closes_at: datetime


def waiting(now: datetime, most: int) -> list[int]:
    """The letters that are due, the longest waiting first."""
    due = (
        Message.select(Message.id)
        .where(Message.state == MessageState.LETTER.value, Message.due_at <= now)
        .order_by(Message.due_at, Message.id)
        .limit(most)
    )
    return [row.id for row in due]


def count_due(now: datetime) -> int:
    """How many letters are due."""
    due = Message.select(fn.COUNT(Message.id)).where(
        Message.state == MessageState.LETTER.value, Message.due_at <= now
    )
    return int(due.scalar())


def of_deal(deal_id: str) -> list[int]:
    """The letters of this deal that were printed and not answered yet; raises NotFound or Refused without any."""
    if not Deal.select().where(Deal.deal_id == deal_id).exists():
        raise NotFound(
            Reason.DEAL_UNKNOWN, f"There is no deal {deal_id}.", remedy="Correct the number.", deal=deal_id
        )
    found = [row.message for row in rows(_Letter, _OF_DEAL, deal_id)]
    if not found:
        raise Refused(
            Reason.LETTER_NOT_PRINTED,
            f"Deal {deal_id} has no printed letter that waits for an answer.",
            remedy="A letter that was never printed comes with: kloof letters FILE.pdf",
            deal=deal_id,
        )
    return found


class _Pile(NamedTuple):
    printed_at: datetime | str
    letters: int


# SQLite takes a CROSS JOIN in this order: from few letters to their deals, not from all deals.
_ON_PILES = f"""FROM message m CROSS JOIN invitation i CROSS JOIN deal d
WHERE m.{PRINTED_CONDITION} AND m.kind IN ({names(_ON_PAPER)}) AND m.state = {names([MessageState.SENT])}
AND i.id = m.invitation_id AND i.state IN ({names(AWAITS_MAIL)}) AND d.id = i.deal_id AND d.by_letter"""
_PILES = f"""
SELECT m.sent_at AS printed_at, COUNT(*) AS letters {_ON_PILES} AND m.sent_at > ?
GROUP BY m.sent_at ORDER BY m.sent_at DESC LIMIT ?
"""


def piles(since: datetime, most: int) -> list[tuple[datetime, int]]:
    """The piles that were printed after this moment, the last first: when, and how many of their letters still wait for
    an answer.
    """
    found = rows(_Pile, _PILES, Message.sent_at.db_value(since), most)
    return [(timestamp(row.printed_at), row.letters) for row in found]


_OF_PILE = f"SELECT m.id AS message {_ON_PILES} AND m.sent_at = ? ORDER BY m.id"


def of_pile(printed_at: datetime) -> list[int]:
    """The letters that were printed at this moment and are not answered yet. Raises NotFound where there are none."""
    found = [row.message for row in rows(_Letter, _OF_PILE, Message.sent_at.db_value(printed_at))]
    if not found:
        raise no_pile()
    return found


def no_pile() -> NotFound:
    """There is nothing to print again."""
    return NotFound(
        Reason.PILE_UNKNOWN,
        "No letter that was printed then waits for an answer.",
        remedy="Print letters that are due.",
    )


class NoCode(NamedTuple):
    """A letter on paper whose code opens nothing any more: its message, its deal, and when it was printed."""

    message: int
    deal_id: str
    printed_at: datetime


class _NoCode(NamedTuple):
    message: int
    deal_id: str
    printed_at: datetime | str


_WITHOUT_CODE = f"""
SELECT m.id AS message, d.deal_id AS deal_id, m.sent_at AS printed_at
FROM deal d JOIN invitation i ON i.deal_id = d.id AND i.state IN ({names(AWAITS_MAIL)}) AND i.expires_at > ?
JOIN message m ON m.invitation_id = i.id AND m.kind IN ({names(_ON_PAPER)}) AND m.state = {names([MessageState.SENT])}
WHERE d.by_letter
AND (i.code_fingerprint IS NULL OR m.sent_at <= (SELECT MAX(replaced_at) FROM former_key WHERE sealed = ''))
ORDER BY m.id
"""  # noqa: S608  as above


def without_code(now: datetime) -> list[NoCode]:
    """The letters that wait for an answer and whose code cannot be typed: it was ended, or the key with which it was
    made is lost. To print one again gives it a new one. One query.
    """
    found = rows(_NoCode, _WITHOUT_CODE, Message.sent_at.db_value(now))
    return [NoCode(row.message, row.deal_id, timestamp(row.printed_at)) for row in found]


def end_codes() -> None:
    """The code of no letter that was printed before opens anything any more."""
    Invitation.update(code_fingerprint=None).where(Invitation.code_fingerprint.is_null(False)).execute()


def mark_printed(letters: Iterable[Printed], now: datetime) -> int:
    """Write down that these are on paper, in the caller's transaction; gives how many still waited for it.

    A letter that is printed once more was `sent` before, and stays it.
    """
    letters, done = list(letters), 0
    invited: list[int] = []
    attempts.keep_sent([letter.message for letter in letters])
    for letter in letters:
        done += (
            Message.update(
                state=MessageState.SENT.value,
                sent_at=now,
                changed_at=now,
                customer=letter.customer,
                last_reply=PRINTED,
            )
            .where(Message.id == letter.message, Message.id.in_(_still_open(letter.invitation)))
            .execute()
        )
        Invitation.update(code_fingerprint=letter.code_fingerprint, expires_at=letter.closes_at).where(
            Invitation.id == letter.invitation
        ).execute()
        moved = Invitation.update(state=InvitationState.INVITED.value).where(
            Invitation.id == letter.invitation, Invitation.state == InvitationState.PLANNED.value
        )
        if moved.execute():
            invited.append(letter.invitation)
    sending.tell_invited(invited, now)
    return done


def _still_open(invitation: int) -> object:
    awaits_mail = Invitation.select(Invitation.id).where(
        Invitation.id == invitation, Invitation.state.in_(AWAITS_MAIL)
    )
    return Message.select(Message.id).where(
        Message.invitation.in_(awaits_mail),
        Message.state.in_((MessageState.LETTER.value, MessageState.SENT.value)),
    )


def locked(numbers: Iterable[int], now: datetime) -> list[int]:
    """Those of these that still wait to be printed, by number; kept from other printers until the
    transaction ends.

    In one order, so that two printers never wait for each other.
    """
    waits = (
        Message.select(Message.id)
        .where(
            Message.id.in_(list(numbers)), Message.state == MessageState.LETTER.value, Message.due_at <= now
        )
        .order_by(Message.id)
    )
    return [row.id for row in (waits.for_update() if is_postgresql() else waits)]


def salt_of_code(code_fingerprint: str) -> bytes | None:
    """The salt from which the links of the letter with this code are derived; None where there is none."""
    salt = (
        Invitation.select(Invitation.link_salt)
        .where(Invitation.code_fingerprint == code_fingerprint)
        .scalar()
    )
    return None if salt is None else bytes(salt)
