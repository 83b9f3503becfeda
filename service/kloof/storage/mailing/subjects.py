"""What messages are about, and to whom they go: a statement for each type in domain/mailing/subjects."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import NamedTuple

from peewee import chunked

from kloof.domain.mailing.kinds import MAIL_KINDS, WEEKLY
from kloof.domain.mailing.messages import Outgoing, Recipient
from kloof.domain.mailing.subjects import (
    AboutCall,
    AboutHandover,
    AboutSignIn,
    AboutSurvey,
    AboutWeek,
    Subject,
)
from kloof.domain.mailing.weekly import News
from kloof.domain.states import CallState, InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Language
from kloof.storage.statements import Row, day, names, rows, several, timestamp


class _Which(NamedTuple):
    id: int
    message_id: str
    kind: str
    ordinal: int
    attempts: int


_WHICH = (
    "m.id AS id, m.message_id AS message_id, m.kind AS kind, m.ordinal AS ordinal, m.attempts AS attempts"
)


class _ToCustomer(NamedTuple):
    """What is not about a call has no `call_state`, `due_on` and `call_salt`."""

    which: _Which
    name: str
    email: str | None
    by_letter: int
    language: Language
    customer: int
    passed_by: str
    salt: bytes
    time_zone: str
    invitation: int
    state: str
    wave: str
    survey_version: int
    product: str
    seller: str
    sold_on: date | str
    delivered_on: date | str | None
    cancelled: int
    expires_at: datetime | str
    deal_id: str
    invite_on: date | str
    queued_at: datetime | str
    call_state: str
    due_on: date | str
    call_salt: bytes | None


_TO_CUSTOMERS = f"""
SELECT {_WHICH}, CASE WHEN i.asked_id IS NULL THEN d.customer_name ELSE c.name END AS name, c.email AS email,
  i.asked_id IS NULL AND d.by_letter AS by_letter, d.customer_language AS language, c.id AS customer,
  CASE WHEN i.asked_id IS NULL THEN '' ELSE d.customer_name END AS passed_by,
  i.link_salt AS salt, d.customer_time_zone AS time_zone, i.id AS invitation,
  i.state AS state, i.wave AS wave, d.survey_version_id AS survey_version, d.product AS product,
  CASE WHEN p.active THEN p.name ELSE '' END AS seller, d.sold_on AS sold_on, d.delivered_on AS delivered_on,
  d.cancelled_at IS NOT NULL AS cancelled,
  i.expires_at AS expires_at, d.deal_id AS deal_id, i.invite_on AS invite_on, m.created_at AS queued_at,
  call.state AS call_state, call.due_on AS due_on, call.link_salt AS call_salt
FROM message m LEFT JOIN call ON call.id = m.call_id
JOIN invitation i ON i.id = m.invitation_id JOIN deal d ON d.id = i.deal_id
JOIN customer c ON c.id = COALESCE(i.asked_id, d.customer_id)
JOIN person p ON p.id = COALESCE(d.successor_id, d.salesperson_id)
WHERE m.id IN ({{messages}})
"""  # noqa: S608  our own words


class _Colleague(NamedTuple):
    name: str
    email: str
    language: Language


_COLLEAGUE = "p.name AS name, p.email AS email, p.language AS language"


class _SignIn(NamedTuple):
    which: _Which
    to: _Colleague
    salt: bytes
    expires_at: datetime | str


_SIGN_INS = f"""
SELECT {_WHICH}, {_COLLEAGUE}, s.salt AS salt, s.expires_at AS expires_at
FROM message m JOIN sign_in s ON s.id = m.sign_in_id JOIN person p ON p.id = s.person_id
WHERE m.id IN ({{messages}})
"""  # noqa: S608


class _Handover(NamedTuple):
    which: _Which
    to: _Colleague
    deal_id: str
    product: str
    stands: int | None


_HANDOVERS = f"""
SELECT {_WHICH}, {_COLLEAGUE}, d.deal_id AS deal_id, d.product AS product,
  o.named AND r.share_with_delivery AND d.delivered_on IS NULL AND d.cancelled_at IS NULL
    AND p.active AND COALESCE(r.shown_to_id, d.salesperson_id) = p.id AS stands
FROM message m JOIN deal d ON d.id = m.handover_id
JOIN person p ON p.id = COALESCE(d.successor_id, d.salesperson_id)
LEFT JOIN own_pair o ON o.deal_id = d.id
LEFT JOIN invitation i ON i.deal_id = d.id AND i.wave IN ({names([Wave.SALE])})
LEFT JOIN response r ON r.invitation_id = i.id
WHERE m.id IN ({{messages}})
"""  # noqa: S608


class _Call(NamedTuple):
    which: _Which
    to: _Colleague
    state: str
    customer_name: str
    deal_id: str
    product: str
    due_on: date | str


_CALLS = f"""
SELECT {_WHICH}, {_COLLEAGUE}, call.state AS state,
  COALESCE((SELECT c.name FROM invitation i JOIN customer c ON c.id = i.asked_id WHERE i.deal_id = d.id
            AND i.state IN ({names([InvitationState.SUBMITTED])}) ORDER BY i.id DESC LIMIT 1),
           d.customer_name) AS customer_name, d.deal_id AS deal_id,
  d.product AS product, call.due_on AS due_on
FROM message m JOIN call ON call.id = m.call_id JOIN deal d ON d.id = call.deal_id
JOIN person p ON p.id = m.recipient_id
WHERE m.id IN ({{messages}})
"""  # noqa: S608  our own words


class _Week(NamedTuple):
    """Whose wish is gone has no `salt` and no `news`."""

    which: _Which
    to: _Colleague
    salt: bytes | None
    news: str | None
    counted_at: datetime | str
    stands: int


_WEEKS = f"""
SELECT {_WHICH}, {_COLLEAGUE}, w.link_salt AS salt, w.news AS news, COALESCE(w.told_until, m.created_at) AS counted_at,
  w.since IS NOT NULL AND p.active AS stands
FROM message m JOIN person p ON p.id = m.recipient_id LEFT JOIN weekly_wish w ON w.person_id = p.id
WHERE m.kind = '{WEEKLY.name}' AND m.id IN ({{messages}})
"""  # noqa: S608


def outgoing(ids: Iterable[int]) -> list[Outgoing]:
    """What these messages are about, in this order; at most five queries however many there are."""
    wanted = list(ids)
    found = {mail.id: mail for mail in _to_customers(wanted)}
    for to_colleagues in (_sign_ins, _handovers, _calls, _weeks):
        if left := [number for number in wanted if number not in found]:
            found |= {mail.id: mail for mail in to_colleagues(left)}
    return [found[number] for number in wanted if number in found]


def _about(kind: type[Row], sql: str, ids: list[int]) -> list[Row]:
    return rows(kind, sql.format(messages=several(ids)), *ids)


def _mail(which: _Which, to: Recipient, subject: Subject) -> Outgoing:
    kind = MAIL_KINDS[which.kind]
    return Outgoing(which.id, which.message_id, kind, which.ordinal, which.attempts, to, subject)


def _recipient(colleague: _Colleague, salt: bytes = b"") -> Recipient:
    return Recipient(colleague.name, colleague.email, colleague.language, salt=salt)


def _to_customers(ids: list[int]) -> Iterator[Outgoing]:
    for row in _about(_ToCustomer, _TO_CUSTOMERS, ids):
        email = "" if row.by_letter else row.email or ""
        to = Recipient(row.name, email, row.language, row.customer, bytes(row.salt), row.time_zone)
        about_call = MAIL_KINDS[row.which.kind].about is AboutCall
        yield _mail(row.which, to, _their_call(row) if about_call else _their_survey(row))


def _their_survey(row: _ToCustomer) -> AboutSurvey:
    return AboutSurvey(
        row.invitation, InvitationState(row.state), Wave(row.wave), row.survey_version, row.product, row.seller,
        day(row.sold_on), day(row.delivered_on) if row.delivered_on else None, bool(row.cancelled),
        timestamp(row.expires_at), row.deal_id, row.passed_by,
        max(day(row.invite_on), timestamp(row.queued_at).date()),
    )  # fmt: skip


def _their_call(row: _ToCustomer) -> AboutCall:
    state, salt = CallState(row.call_state), bytes(row.call_salt or b"")
    withdrawn = InvitationState(row.state) is not InvitationState.SUBMITTED
    return AboutCall(state, row.name, row.deal_id, row.product, day(row.due_on), salt, withdrawn)


def _sign_ins(ids: list[int]) -> Iterator[Outgoing]:
    for row in _about(_SignIn, _SIGN_INS, ids):
        to = _recipient(row.to, bytes(row.salt))
        yield _mail(row.which, to, AboutSignIn(timestamp(row.expires_at)))


def _handovers(ids: list[int]) -> Iterator[Outgoing]:
    for row in _about(_Handover, _HANDOVERS, ids):
        about = AboutHandover(row.deal_id, row.product, bool(row.stands))
        yield _mail(row.which, _recipient(row.to), about)


def _calls(ids: list[int]) -> Iterator[Outgoing]:
    """To the colleague who has to call: a mail without a customer, so that no limit of theirs holds it up."""
    for row in _about(_Call, _CALLS, ids):
        about = AboutCall(CallState(row.state), row.customer_name, row.deal_id, row.product, day(row.due_on))
        yield _mail(row.which, _recipient(row.to), about)


def _weeks(ids: list[int]) -> Iterator[Outgoing]:
    for row in _about(_Week, _WEEKS, ids):
        about = AboutWeek(News.read(row.news or ""), timestamp(row.counted_at), bool(row.stands))
        yield _mail(row.which, _recipient(row.to, bytes(row.salt or b"")), about)


_AT_ONCE = 500


class _DealOf(NamedTuple):
    deal: int | None


_DEALS_OF = """
SELECT COALESCE(i.deal_id, call.deal_id, m.handover_id) AS deal
FROM message m LEFT JOIN invitation i ON i.id = m.invitation_id LEFT JOIN call ON call.id = m.call_id
WHERE m.id IN ({messages})
"""


def deals_of(numbers: Collection[int]) -> list[int]:
    """The deals (row ids) that these messages are about; a sign-in mail is about none."""
    found: list[int] = []
    for some in chunked(numbers, _AT_ONCE):
        about = rows(_DealOf, _DEALS_OF.format(messages=several(some)), *some)
        found += [row.deal for row in about if row.deal is not None]
    return found
