"""Everything that is kept about somebody of the company, to give to them or to erase."""

from datetime import date, datetime
from typing import Any, NamedTuple

from kloof.domain.errors import NotFound, Reason
from kloof.storage.access import accounts, audit_log, people, sessions
from kloof.storage.models import Person, ProgramToken, SignIn, StaffSession, WeeklyWish
from kloof.storage.statements import rows, timestamp


class _Deal(NamedTuple):
    deal_id: str
    sold: int


_DEALS = """
SELECT deal_id AS deal_id, CASE WHEN salesperson_id = ? THEN 1 ELSE 0 END AS sold FROM deal
WHERE salesperson_id = ? OR successor_id = ? ORDER BY id
"""


class _Call(NamedTuple):
    deal_id: str
    at: datetime | str
    outcome: str
    note: str


_CALLS = """
SELECT d.deal_id AS deal_id, s.at AS at, s.outcome AS outcome, s.note AS note
FROM call_step s JOIN call c ON c.id = s.call_id JOIN deal d ON d.id = c.deal_id
WHERE s.person_id = ? ORDER BY s.id
"""


class _Mark(NamedTuple):
    deal_id: str
    at: datetime | str
    item: str
    mark: str
    note: str


_MARKS = """
SELECT d.deal_id AS deal_id, m.marked_at AS at, m.item AS item, m.mark AS mark, m.note AS note
FROM handover_mark m JOIN response r ON r.id = m.response_id JOIN invitation i ON i.id = r.invitation_id
JOIN deal d ON d.id = i.deal_id WHERE m.marked_by_id = ? ORDER BY m.id
"""
_FACTS = (
    "email", "name", "roles", "team", "language", "added_at", "last_sign_in_at", "leaves_on", "left_at", "erased_at",
)  # fmt: skip


def everything(person: int) -> dict[str, Any]:
    """What is kept about this person, as plain values: a name per thing, days and moments in ISO 8601.

    Of customers it holds the numbers of deals only, and what this person wrote about them. Raises NotFound.
    """
    row, account = Person.get_or_none(Person.id == person), accounts.of(person)
    if row is None:
        raise NotFound(Reason.PERSON_UNKNOWN, "There is no such colleague.")
    deals = rows(_Deal, _DEALS, person, person, person)
    links = SignIn.select().where(SignIn.person == person).order_by(SignIn.id)
    wish = WeeklyWish.get_or_none(WeeklyWish.person == person)
    began = StaffSession.select().where(StaffSession.person == person).order_by(StaffSession.id)
    facts = {name: _plain(getattr(row, name)) for name in _FACTS}
    return facts | {
        "roles": row.roles.split(),
        "account": {"issuer": account.issuer, "subject": account.subject} if account else None,
        "sign_in_links": [
            {"asked_at": _plain(link.created_at), "used_at": _plain(link.used_at)} for link in links
        ],
        "sessions": [_plain(session.began_at) for session in began],
        "tokens_of_programs": [
            {"name": token.name, "made_at": _plain(token.made_at), "revoked_at": _plain(token.revoked_at)}
            for token in ProgramToken.select().where(ProgramToken.owner == person).order_by(ProgramToken.id)
        ],
        "weekly_mail_since": _plain(wish.since) if wish else None,
        "deals_sold": [row.deal_id for row in deals if row.sold],
        "deals_taken_over": [row.deal_id for row in deals if not row.sold],
        "calls": [_with_moment(row) for row in rows(_Call, _CALLS, person)],
        "handover": [_with_moment(row) for row in rows(_Mark, _MARKS, person)],
        "audit": [entry.as_dict() for entry in audit_log.about_person(person)],
    }


def erase(person: int, name: str, now: datetime) -> None:
    """Take the name, the address and every way in of this person away; `name` stands in their place."""
    sessions.end_all(person)
    accounts.forget(person)
    SignIn.delete().where(SignIn.person == person).execute()
    WeeklyWish.delete().where(WeeklyWish.person == person).execute()
    ProgramToken.delete().where(ProgramToken.owner == person).execute()
    people.erase(person, name, now)


def _with_moment(row: _Call | _Mark) -> dict[str, Any]:
    return row._asdict() | {"at": timestamp(row.at).isoformat()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
