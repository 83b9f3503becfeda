"""The log of one mail: what came of each attempt, in the words of the server.

A mail that went out and stayed out, as nearly all do, needs no line here: its message tells when, and what the server
said. Only what would be overwritten there is written down, in the caller's transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from kloof.domain.states import OPEN, InvitationState, MessageState
from kloof.storage.models import MailAttempt, Message
from kloof.storage.statements import names, rows, run, scalar, several

MOST: Final = 20
"""Lines that are kept of one mail, the newest."""
LONGEST: Final = 300
"""Letters of what was said."""
_TOO_OLD = f"""
DELETE FROM mail_attempt WHERE message_id IN ({{messages}}) AND id <= (
  SELECT later.id FROM mail_attempt later WHERE later.message_id = mail_attempt.message_id
  ORDER BY later.id DESC LIMIT 1 OFFSET {MOST})
"""  # noqa: S608  a number of ours
_SENT = f"""
INSERT INTO mail_attempt (message_id, at, state, said)
SELECT id, sent_at, state, substr(last_reply, 1, {LONGEST}) FROM message
WHERE id IN ({{messages}}) AND state = {names([MessageState.SENT])} AND sent_at IS NOT NULL
"""  # noqa: S608  as above
_ABANDONED = f"""
INSERT INTO mail_attempt (message_id, at, state, said)
SELECT id, ?, {names([MessageState.HELD])}, ? FROM message WHERE {{which}}
"""  # noqa: S608  our own states


@dataclass(frozen=True, slots=True)
class MailLine:
    """When it was, what the mail became, and what was said: by a server, by the desk, or by kloof."""

    at: datetime
    state: MessageState
    said: str


def note(message: int, at: datetime, state: MessageState, said: str) -> None:
    """Write down what came of this mail now."""
    MailAttempt.insert(message=message, at=at, state=state.value, said=said[:LONGEST]).execute()
    run(_TOO_OLD.format(messages="?"), message)


def keep_sent(messages: Sequence[int]) -> None:
    """Write down of each of these mails that it went out before, where it did: what comes now is written over that."""
    for sql in (_SENT, _TOO_OLD) if messages else ():
        run(sql.format(messages=several(messages)), *messages)


def note_abandoned(which: str, now: datetime, said: str, until: datetime) -> None:
    """Write down that these mails were left behind by the worker that sent them."""
    moment = MailAttempt.at.db_value
    run(_ABANDONED.format(which=which), moment(now), said, moment(until))


def of(message: int) -> list[MailLine]:
    """The lines of this mail, in order; what its message itself tells stands in none."""
    found = MailAttempt.select().where(MailAttempt.message == message).order_by(MailAttempt.id)
    return [MailLine(row.at, MessageState(row.state), row.said) for row in found]


class _OldMail(NamedTuple):
    id: int


# Messages come in the order of their numbers: the first that is newer ends what has to be looked at.
_FIRST_NEWER = (
    "SELECT MIN(id) AS id FROM (SELECT id FROM message WHERE created_at >= ? ORDER BY id LIMIT 1) AS newer"
)
_OVER = names(frozenset(InvitationState) - OPEN - {InvitationState.CANCELLED})
_OLD = f"""
SELECT m.id AS id FROM message m LEFT JOIN invitation i ON i.id = m.invitation_id
WHERE m.id < ? AND m.created_at < ? AND m.changed_at < ?
AND m.state IN ({names([MessageState.SENT, MessageState.CANCELLED])})
AND (m.invitation_id IS NULL OR i.state IN ({_OVER}))
ORDER BY m.id LIMIT ?
"""  # noqa: S608  the states come from the tables in domain/states


def old(before: datetime, most: int) -> list[int]:
    """Mails of before this moment of which nothing is expected any more, the oldest first: sent or not needed, and
    about no survey that is open or may be opened again.
    """
    moment = MailAttempt.at.db_value(before)
    newer = scalar(_FIRST_NEWER, moment)
    return [row.id for row in rows(_OldMail, _OLD, newer or 2**31 - 1, moment, moment, most)]


def forget(messages: Sequence[int]) -> None:
    """Forget these mails, a few hundred at most, with their logs."""
    Message.delete().where(Message.id.in_(list(messages))).execute()
