"""Everything about one deal that the desk may see: its facts, its mail, how far its surveys are; no answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from kloof.domain.access.timeline import DealMail, DealSurvey
from kloof.domain.deals.accounts import Account
from kloof.domain.deals.mail_effects import MailStanding, OpenLink, WaitingMail
from kloof.domain.mailing.kinds import MAIL_KINDS
from kloof.domain.states import OPEN, WAITS, InvitationState, MessageState
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Language
from kloof.storage.statements import day, first_row, names, rows, several, timestamp


class _Facts(NamedTuple):
    id: int
    deal_id: str
    customer: int
    customer_name: str
    customer_number: str
    email: str | None
    by_letter: int
    language: Language
    salesperson: int
    seller: str
    successor: str | None
    team: str
    region: str
    product: str
    survey: str
    version: int
    sold_on: date | str
    planned_on: date | str | None
    delivered_on: date | str | None
    cancelled_at: datetime | str | None
    account_key: str | None
    account_name: str | None


_FACTS = """
SELECT d.id AS id, d.deal_id AS deal_id, d.customer_id AS customer, d.customer_name AS customer_name,
       d.customer_number AS customer_number, c.email AS email, d.by_letter AS by_letter,
       d.customer_language AS language, d.salesperson_id AS salesperson, p.name AS seller,
       s.name AS successor, d.team AS team,
       d.region AS region, d.product AS product, v.survey AS survey, v.version AS version, d.sold_on AS sold_on,
       d.delivery_planned_on AS planned_on, d.delivered_on AS delivered_on, d.cancelled_at AS cancelled_at,
       a.key AS account_key, a.name AS account_name
FROM deal d JOIN customer c ON c.id = d.customer_id JOIN person p ON p.id = d.salesperson_id
JOIN survey_version v ON v.id = d.survey_version_id LEFT JOIN account a ON a.id = d.account_id
LEFT JOIN person s ON s.id = d.successor_id WHERE d.deal_id = ?
"""


class _Sibling(NamedTuple):
    deal_id: str


_NOBODY = 0
_SIBLINGS = "SELECT deal_id FROM deal WHERE customer_id = ? AND id <> ? ORDER BY id DESC LIMIT ?"
_EVERY = 2**31 - 1


class _Survey(NamedTuple):
    wave: str
    state: str
    expires_at: datetime | str
    answered_at: datetime | str | None
    began: int


_SURVEYS = """
SELECT i.wave AS wave, i.state AS state, i.expires_at AS expires_at, r.submitted_at AS answered_at,
       r.id IS NOT NULL AS began
FROM invitation i LEFT JOIN response r ON r.invitation_id = i.id WHERE i.deal_id = ? ORDER BY i.id
"""


class _Mail(NamedTuple):
    id: int
    kind: str
    ordinal: int
    wave: str
    state: str
    due_at: datetime | str
    changed_at: datetime | str
    sent_at: datetime | str | None
    words: str


_MAILS = """
SELECT m.id AS id, m.kind AS kind, m.ordinal AS ordinal, i.wave AS wave, m.state AS state, m.due_at AS due_at,
       m.changed_at AS changed_at, m.sent_at AS sent_at, m.last_reply AS words
FROM message m JOIN invitation i ON i.id = m.invitation_id WHERE i.deal_id = ? ORDER BY m.id
"""


class _Waiting(NamedTuple):
    id: int
    deal_id: str
    kind: str
    ordinal: int
    wave: str
    email: str | None
    by_letter: int
    language: Language
    seller: str
    due_at: datetime | str


_WAITING = f"""
SELECT m.id AS id, d.deal_id AS deal_id, m.kind AS kind, m.ordinal AS ordinal, i.wave AS wave, c.email AS email,
       i.asked_id IS NULL AND d.by_letter AS by_letter, d.customer_language AS language, p.name AS seller,
       m.due_at AS due_at
FROM message m JOIN invitation i ON i.id = m.invitation_id JOIN deal d ON d.id = i.deal_id
JOIN customer c ON c.id = COALESCE(i.asked_id, d.customer_id)
JOIN person p ON p.id = COALESCE(d.successor_id, d.salesperson_id)
WHERE d.id IN ({{deals}}) AND m.state IN ({names(WAITS)}) ORDER BY m.id
"""  # noqa: S608  our own words


class _Link(NamedTuple):
    deal_id: str
    wave: str
    fingerprint: str


_LINKS = f"""
SELECT d.deal_id AS deal_id, i.wave AS wave, i.link_fingerprint AS fingerprint
FROM invitation i JOIN deal d ON d.id = i.deal_id
WHERE d.id IN ({{deals}}) AND i.state IN ({names(OPEN - {InvitationState.PLANNED})}) ORDER BY i.id
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class DealFacts:
    """A deal as its page shows it; `customer` and `salesperson` are row ids. `seller` sold it; `successor` has taken it
    over, empty where nobody has. `email` is empty where there is none.
    """

    id: int
    deal_id: str
    customer: int
    customer_name: str
    customer_number: str
    email: str
    by_letter: bool
    language: Language
    salesperson: int
    seller: str
    successor: str
    team: str
    region: str
    product: str
    survey: str
    version: int
    sold_on: date
    planned_on: date | None
    delivered_on: date | None
    cancelled_on: date | None
    account: str

    @property
    def address(self) -> str:
        """Where mail about this deal goes; empty where letters do."""
        return "" if self.by_letter else self.email


def facts(deal_id: str) -> DealFacts | None:
    """The facts of the deal with this number; None for none."""
    row = first_row(_Facts, _FACTS, deal_id)
    if row is None:
        return None
    account = None if row.account_key is None else Account(row.account_key, row.account_name or "")
    return DealFacts(
        id=row.id,
        deal_id=row.deal_id,
        customer=row.customer,
        customer_name=row.customer_name,
        customer_number=row.customer_number,
        email=row.email or "",
        by_letter=bool(row.by_letter),
        language=row.language,
        salesperson=row.salesperson,
        seller=row.seller,
        successor=row.successor or "",
        team=row.team,
        region=row.region,
        product=row.product,
        survey=row.survey,
        version=row.version,
        sold_on=day(row.sold_on),
        planned_on=None if row.planned_on is None else day(row.planned_on),
        delivered_on=None if row.delivered_on is None else day(row.delivered_on),
        cancelled_on=None if row.cancelled_at is None else timestamp(row.cancelled_at).date(),
        account=account.name if account and account.is_named else "",
    )


def numbers_of_customer(customer: int, besides: int = _NOBODY, most: int = _EVERY) -> list[str]:
    """The numbers of the deals of this customer, the last first, without the one `besides` (row ids)."""
    return [row.deal_id for row in rows(_Sibling, _SIBLINGS, customer, besides, most)]


def surveys(deal: int) -> list[DealSurvey]:
    """How far the surveys of this deal (row id) are."""
    return [
        DealSurvey(
            Wave(row.wave),
            InvitationState(row.state),
            timestamp(row.expires_at),
            None if row.answered_at is None else timestamp(row.answered_at),
            bool(row.began),
        )
        for row in rows(_Survey, _SURVEYS, deal)
    ]


def mails(deal: int) -> list[DealMail]:
    """Every mail and letter to the customer of this deal (row id) about it, in the order in which they were queued."""
    return [
        DealMail(
            row.id,
            MAIL_KINDS[row.kind].words,
            row.ordinal,
            Wave(row.wave),
            MessageState(row.state),
            timestamp(row.due_at if row.state in WAITS else row.changed_at),
            None if row.sent_at is None else timestamp(row.sent_at),
            row.words,
        )
        for row in rows(_Mail, _MAILS, deal)
    ]


def standing(deals: Iterable[int]) -> MailStanding:
    """The mail that waits about these deals (row ids), and their links that are open."""
    wanted = list(deals)
    sql = _WAITING.format(deals=several(wanted))
    waiting = tuple(
        WaitingMail(
            row.id,
            row.deal_id,
            MAIL_KINDS[row.kind].words,
            row.ordinal,
            Wave(row.wave),
            "" if row.by_letter else row.email or "",
            row.language,
            row.seller,
            timestamp(row.due_at),
        )
        for row in rows(_Waiting, sql, *wanted)
    )
    links = rows(_Link, _LINKS.format(deals=several(wanted)), *wanted)
    return MailStanding(
        waiting, tuple(OpenLink(row.deal_id, Wave(row.wave), row.fingerprint) for row in links)
    )
