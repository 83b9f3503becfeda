"""Taking messages from the outbox: which are due, what they are about, and whose turn it is.

A worker leases a batch, so that nobody else takes it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from kloof.domain.mailing.kinds import MAIL_KINDS
from kloof.domain.mailing.messages import Outgoing, Recipient
from kloof.domain.mailing.subjects import AboutCall, AboutHandover, AboutSignIn, AboutSurvey, Subject
from kloof.domain.states import WAITS, CallState, InvitationState, MessageState
from kloof.domain.surveys.definition import Wave
from kloof.storage.database import is_postgresql, transaction
from kloof.storage.models import Message
from kloof.storage.statements import day, run, several, timestamp

_WHICH = "SELECT m.id, m.message_id, m.kind, m.ordinal, m.attempts"
_TO_CUSTOMERS = f"""
{_WHICH},
  d.customer_name, c.email, d.by_letter, d.customer_language, d.customer_id, i.link_salt, d.customer_time_zone,
  i.id, i.state, i.wave, d.survey_version_id, d.product, p.name, d.sold_on, d.delivered_on,
  d.cancelled_at IS NOT NULL, i.expires_at, d.deal_id, call.state, call.due_on, call.link_salt
FROM message m LEFT JOIN call ON call.id = m.call_id
JOIN invitation i ON i.id = m.invitation_id JOIN deal d ON d.id = i.deal_id
JOIN customer c ON c.id = d.customer_id JOIN person p ON p.id = d.salesperson_id
"""
_SIGN_INS = f"""
{_WHICH}, p.name, p.email, p.language, s.salt, s.expires_at
FROM message m JOIN sign_in s ON s.id = m.sign_in_id JOIN person p ON p.id = s.person_id
"""
_HANDOVERS = f"""
{_WHICH}, p.name, p.email, p.language, d.deal_id, d.product,
  o.named AND r.share_with_delivery AND d.delivered_on IS NULL AND d.cancelled_at IS NULL
FROM message m JOIN deal d ON d.id = m.handover_id JOIN person p ON p.id = d.salesperson_id
LEFT JOIN own_pair o ON o.deal_id = d.id
LEFT JOIN invitation i ON i.deal_id = d.id AND i.wave = 'sale' LEFT JOIN response r ON r.invitation_id = i.id
"""
_CALLS = f"""
{_WHICH}, p.name, p.email, p.language, call.state, d.customer_name, d.deal_id, d.product, call.due_on
FROM message m JOIN call ON call.id = m.call_id JOIN deal d ON d.id = call.deal_id
JOIN person p ON p.id = m.recipient_id
"""
_CUSTOMERS, _IN_ORDER = "SELECT id FROM customer", "ORDER BY id FOR UPDATE SKIP LOCKED"
_MAILED = "SELECT customer_id, mailed_on FROM message WHERE mailed_on >= ?"
_LEASE = """
UPDATE message SET leased_by = ?, lease_ends_at = ?, mailed_on = ?, customer_id = (
  SELECT deal.customer_id FROM invitation JOIN deal ON deal.id = invitation.deal_id
  WHERE invitation.id = message.invitation_id)
"""


# A queue that grew by 100,000 a moment ago has no statistics yet, and PostgreSQL would sort it all for every batch.
_WALK_THE_INDEX = (
    "SELECT set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)"
)


_DUE = "SELECT id FROM message WHERE state = 'queued' AND urgent = ? AND due_at <= ?"
_FREE = "AND (lease_ends_at IS NULL OR lease_ends_at <= ?)"
_IN_TURN = "ORDER BY due_at, id LIMIT ?"


def lock_due(now: datetime, most: int) -> list[int]:
    """The messages that are due longest and that nobody works on, urgent ones before all others and by themselves;
    call it in a transaction.

    On PostgreSQL what another worker is taking is skipped; on SQLite the transaction has the file to itself.
    """
    locked, until = "", Message.due_at.db_value(now)
    if is_postgresql():
        run(_WALK_THE_INDEX)
        locked = "FOR UPDATE SKIP LOCKED"
    for urgent in (True, False):
        rows = run(f"{_DUE} {_FREE} {_IN_TURN} {locked}", urgent, until, until, most)
        if found := [number for (number,) in rows]:
            return found
    return []


def lock_customers(customers: Collection[int]) -> set[int]:
    """Those of these customers that no other worker is counting mails of; call it in a transaction."""
    if not is_postgresql():
        return set(customers)
    if not customers:
        return set()
    rows = run(f"{_CUSTOMERS} WHERE id IN ({several(customers)}) {_IN_ORDER}", *customers)
    return {number for (number,) in rows}


def outgoing(ids: Iterable[int]) -> list[Outgoing]:
    """What these messages are about, in this order; at most four queries however many there are."""
    wanted = list(ids)
    found = {mail.id: mail for mail in _to_customers(wanted)}
    for to_colleagues in (_sign_ins, _handovers, _calls):
        if left := [number for number in wanted if number not in found]:
            found |= {mail.id: mail for mail in to_colleagues(left)}
    return [found[number] for number in wanted if number in found]


def _rows(sql: str, ids: list[int]) -> Any:
    return run(f"{sql} WHERE m.id IN ({several(ids)})", *ids)


def _mail(which: Sequence[Any], to: Recipient, subject: Subject) -> Outgoing:
    number, message_id, kind, ordinal, attempts = which
    return Outgoing(number, message_id, MAIL_KINDS[kind], ordinal, attempts, to, subject)


def _to_customers(ids: list[int]) -> Iterator[Outgoing]:
    for row in _rows(_TO_CUSTOMERS, ids):
        name, email, by_letter, language, customer, salt, zone = row[5:12]
        to = Recipient(name, "" if by_letter else email or "", language, customer, bytes(salt), zone)
        about_call = MAIL_KINDS[row[2]].about is AboutCall
        yield _mail(row[:5], to, _their_call(row) if about_call else _their_survey(row[12:23]))


def _their_survey(row: Sequence[Any]) -> AboutSurvey:
    invitation, state, wave, survey, product, seller, sold, delivered, cancelled, expires, deal_id = row
    return AboutSurvey(
        invitation, InvitationState(state), Wave(wave), survey, product, seller, day(sold),
        day(delivered) if delivered else None, bool(cancelled), timestamp(expires), deal_id,
    )  # fmt: skip


def _their_call(row: Sequence[Any]) -> AboutCall:
    (_, answers, _, _, product, *_, deal_id), (state, due_on, salt) = row[12:23], row[23:]
    withdrawn = InvitationState(answers) is not InvitationState.SUBMITTED
    return AboutCall(CallState(state), row[5], deal_id, product, day(due_on), bytes(salt or b""), withdrawn)


def _sign_ins(ids: list[int]) -> Iterator[Outgoing]:
    for *which, name, email, language, salt, expires in _rows(_SIGN_INS, ids):
        to = Recipient(name, email, language, salt=bytes(salt))
        yield _mail(which, to, AboutSignIn(timestamp(expires)))


def _handovers(ids: list[int]) -> Iterator[Outgoing]:
    for *which, name, email, language, deal_id, product, stands in _rows(_HANDOVERS, ids):
        yield _mail(which, Recipient(name, email, language), AboutHandover(deal_id, product, bool(stands)))


def _calls(ids: list[int]) -> Iterator[Outgoing]:
    """To the colleague who has to call: a mail without a customer, so that no limit of theirs holds it up."""
    for *which, name, email, language, state, customer, deal_id, product, due_on in _rows(_CALLS, ids):
        about = AboutCall(CallState(state), customer, deal_id, product, day(due_on))
        yield _mail(which, Recipient(name, email, language), about)


def mailed_days(customers: Collection[int], since: date, besides: Collection[int]) -> dict[int, list[date]]:
    """The days from `since` on which each customer got a mail or is about to, one entry per mail."""
    if not customers:
        return {}
    others = f" AND id NOT IN ({several(besides)})" if besides else ""
    rows = run(f"{_MAILED} AND customer_id IN ({several(customers)}){others}", since, *customers, *besides)
    days: dict[int, list[date]] = {}
    for customer, mailed in rows:
        days.setdefault(customer, []).append(day(mailed))
    return days


def lease(ids: Sequence[int], worker: str, until: datetime, today: date) -> None:
    """Keep these for this worker until then, and count them as mailed today."""
    if ids:
        timestamp = Message.lease_ends_at.db_value(until)
        run(f"{_LEASE} WHERE id IN ({several(ids)})", worker, timestamp, today, *ids)


def move(later: Mapping[int, datetime]) -> None:
    """Let these wait until their moment."""
    for number, due_at in later.items():
        Message.update(due_at=due_at, customer=None, mailed_on=None).where(Message.id == number).execute()


_MOVE = """
UPDATE message SET due_at = ? WHERE state = 'queued' AND urgent = ? AND due_at <= ?
AND (lease_ends_at IS NULL OR lease_ends_at <= ?) AND EXISTS (
  SELECT 1 FROM invitation JOIN deal ON deal.id = invitation.deal_id
  WHERE invitation.id = message.invitation_id AND deal.customer_time_zone = ?)
"""


def move_all_due(now: datetime, due_at: datetime, zone: str = "") -> int:
    """Let everything that is due to customers of this time zone wait until then: it is outside sending hours."""
    timestamp = Message.due_at.db_value
    return int(run(_MOVE, timestamp(due_at), False, timestamp(now), timestamp(now), zone).rowcount)


def cancel(reasons: Mapping[int, str], now: datetime) -> None:
    """Cancel these messages that wait, each with its reason."""
    for number, reason in reasons.items():
        Message.update(
            state=MessageState.CANCELLED.value,
            last_reply=reason,
            changed_at=now,
            customer=None,
            mailed_on=None,
        ).where(Message.id == number, Message.state.in_(WAITS)).execute()


def release(ids: Collection[int], worker: str) -> None:
    """Give messages back that this worker leased and did not begin."""
    Message.update(leased_by="", lease_ends_at=None, customer=None, mailed_on=None).where(
        Message.id.in_(ids), Message.leased_by == worker, Message.state == MessageState.QUEUED.value
    ).execute()


def plan_of_claim(now: datetime, most: int) -> str:
    """How the database finds the messages that are due and free, in its own words: for the benchmark and its test."""
    explain = "EXPLAIN" if is_postgresql() else "EXPLAIN QUERY PLAN"
    with transaction():
        if is_postgresql():
            run(_WALK_THE_INDEX)
        until = Message.due_at.db_value(now)
        lines = run(f"{explain} {_DUE} {_FREE} {_IN_TURN}", False, until, until, most)
        return "\n".join(str(line[-1]) for line in lines.fetchall())
