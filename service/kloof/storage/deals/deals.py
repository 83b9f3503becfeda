"""Deals and their customers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from kloof.domain.access.timeline import DealSurvey
from kloof.domain.deals.accounts import Account
from kloof.domain.deals.deals import Deal, DealLine
from kloof.domain.deals.study_arms import Arm
from kloof.domain.errors import NotFound, Reason
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Language
from kloof.storage.database import is_postgresql
from kloof.storage.deals import accounts, customer_matching, new_deals, search
from kloof.storage.deals.deal_columns import DEAL_COLUMNS, DealColumns, value
from kloof.storage.deals.new_deals import NewDeal
from kloof.storage.models import Deal as Row
from kloof.storage.models import Practice
from kloof.storage.statements import (
    chunked,
    day,
    first_row,
    only_row,
    rows,
    run,
    run_each,
    several,
    timestamp,
)
from kloof.storage.surveys import versions
from kloof.storage.surveys.invitations import NewInvitation


class _Stored(NamedTuple):
    deal: DealColumns
    seller: str
    customer_name: str
    customer_number: str
    email: str | None
    language: Language
    account_key: str | None
    account_name: str | None
    known_by: str


_STORED = f"""
SELECT {DEAL_COLUMNS}, p.email AS seller, d.customer_name AS customer_name, d.customer_number AS customer_number,
       c.email AS email, d.customer_language AS language, a.key AS account_key, a.name AS account_name,
       c.name AS known_by
FROM deal d JOIN customer c ON c.id = d.customer_id JOIN survey_version v ON v.id = d.survey_version_id
JOIN person p ON p.id = d.salesperson_id LEFT JOIN account a ON a.id = d.account_id
WHERE d.deal_id IN ({{deals}})
"""  # noqa: S608  our own words


class _Done(NamedTuple):
    deal: int
    name: str
    day: date | str


_DONE = "SELECT deal_id AS deal, name, done_on AS day FROM practice WHERE deal_id IN ({deals}) ORDER BY id"


class _Asked(NamedTuple):
    deal: int
    wave: str
    state: str
    invite_on: date | str
    expires_at: datetime | str
    answered_at: datetime | str | None
    began: int


_ASKED = """
SELECT i.deal_id AS deal, i.wave AS wave, i.state AS state, i.invite_on AS invite_on, i.expires_at AS expires_at,
       r.submitted_at AS answered_at, r.id IS NOT NULL AS began
FROM invitation i LEFT JOIN response r ON r.invitation_id = i.id WHERE i.deal_id IN ({deals}) ORDER BY i.id
"""


class _Present(NamedTuple):
    id: int
    customer: int
    by_letter: int
    email: str | None
    account: int | None


_PRESENT = """
SELECT d.id AS id, d.customer_id AS customer, d.by_letter AS by_letter, c.email AS email, d.account_id AS account
FROM deal d JOIN customer c ON c.id = d.customer_id WHERE d.deal_id = ?
"""
_FROM = f"SELECT {DEAL_COLUMNS} FROM deal d JOIN survey_version v ON v.id = d.survey_version_id"  # noqa: S608
_ONE = f"{_FROM} WHERE d.id = ?"
_TURN = 0x6465616C  # "deal" in ASCII; the lock of releases is another number
_DELIVERED = "UPDATE deal SET delivered_on = ? WHERE id = ?"


_AT_ONCE = 500  # SQLite takes at most 999 variables in one statement on old builds


@dataclass(frozen=True, slots=True)
class StoredDeal:
    """A deal with what an import compares it to, and whether a customer has answered anything yet.

    `surveys`: how far each is. `asks_on`: the day on which the second one goes out; None while the deal is not
    delivered. `forgotten`: who the customer was is not kept any more, and nothing brings it back.
    """

    deal: Deal
    line: DealLine
    surveys: tuple[DealSurvey, ...] = ()
    asks_on: date | None = None
    forgotten: bool = False

    @property
    def answered(self) -> bool:
        return any(one.began for one in self.surveys)

    @property
    def delivery_answered(self) -> bool:
        return any(one.began for one in self.surveys if one.wave is Wave.DELIVERY)


def one_import_at_a_time() -> None:
    """Wait until nobody else takes deals in, and keep others waiting to the end of the transaction: what is not there
    now is new when it is written. On SQLite nobody else writes anyway.
    """
    if is_postgresql():
        run("SELECT pg_advisory_xact_lock(?)", _TURN)


def stored(deal_ids: Iterable[str]) -> dict[str, StoredDeal]:
    """The deals with these ids, by id; three queries however many there are (per 500), one for none."""
    found: dict[str, StoredDeal] = {}
    for ids in chunked(list(deal_ids), _AT_ONCE):
        deals = rows(_Stored, _STORED.format(deals=several(ids)), *ids)
        if not deals:
            continue
        keys = [row.deal.id for row in deals]
        practices = _practices(keys)
        asked = _asked(keys)
        for row in deals:
            deal, surveys = value(row.deal), asked.get(row.deal.id, [])
            asks_on = [day(one.invite_on) for one in surveys if one.wave == Wave.DELIVERY]
            found[deal.deal_id] = StoredDeal(
                deal,
                _line(row, deal, practices.get(deal.id, {})),
                tuple(map(_survey, surveys)),
                asks_on[0] if asks_on else None,
                not row.known_by,
            )
    return found


def as_inserted(deal: Deal, line: DealLine, planned: NewInvitation | None) -> StoredDeal:
    """What `stored` gives of a deal that was inserted in this transaction, with the invitation that was planned."""
    if planned is None:
        return StoredDeal(deal, line)
    return StoredDeal(
        deal, line, (DealSurvey(planned.wave, InvitationState.PLANNED, planned.expires_at, None),)
    )


def _line(row: _Stored, deal: Deal, practices: dict[str, date]) -> DealLine:
    return DealLine(
        deal_id=deal.deal_id,
        customer_name=row.customer_name,
        customer_email="" if deal.by_letter else row.email or "",
        language=row.language,
        salesperson_email=row.seller,
        team=deal.team,
        region=deal.region,
        product=deal.product,
        survey=deal.survey.id,
        sold_on=deal.sold_on,
        delivery_planned_on=deal.delivery_planned_on,
        practices=practices,
        customer_number=row.customer_number,
        time_zone=deal.time_zone,
        account=_named(row),
    )


def _named(row: _Stored) -> str:
    """The account as a file named it; a customer number that stands for one is no name."""
    if row.account_key is None or row.account_name is None:
        return ""
    account = Account(row.account_key, row.account_name)
    return account.name if account.is_named else ""


def _practices(deals: list[int]) -> dict[int, dict[str, date]]:
    found: dict[int, dict[str, date]] = {}
    for row in rows(_Done, _DONE.format(deals=several(deals)), *deals):
        found.setdefault(row.deal, {})[row.name] = day(row.day)
    return found


def _asked(deals: list[int]) -> dict[int, list[_Asked]]:
    found: dict[int, list[_Asked]] = {}
    for row in rows(_Asked, _ASKED.format(deals=several(deals)), *deals):
        found.setdefault(row.deal, []).append(row)
    return found


def _survey(row: _Asked) -> DealSurvey:
    answered_at = None if row.answered_at is None else timestamp(row.answered_at)
    state, ends = InvitationState(row.state), timestamp(row.expires_at)
    return DealSurvey(Wave(row.wave), state, ends, answered_at, bool(row.began))


def put(
    line: DealLine,
    salesperson: int,
    survey_version: int,
    now: datetime,
    arm: Arm = Arm.ASKED,
    share: float = 0,
    *,
    moved: bool = False,
) -> Deal:
    """Insert this deal, or write its present facts over the earlier ones; the arm that it first got it keeps.

    moved: the same customer, at another address. share: of deals that go without a first survey, when `arm` was drawn.
    That the address of its customer was changed stays known. Raises NotFound where the deal is erased meanwhile.
    """
    row = first_row(_Present, _PRESENT, line.deal_id)
    if row is None:
        key = versions.key_of(survey_version)
        return new_deals.put([NewDeal(line, salesperson, key, survey_version, arm, share)], now)[0]
    known_as = "" if row.by_letter else row.email or ""
    account = accounts.put(line)
    facts = {
        "account": account,
        "customer": customer_matching.put(line, row.customer, moved=moved),
        "by_letter": line.by_letter,
        "customer_number": line.customer_number,
        "customer_time_zone": line.time_zone,
        "customer_name": line.customer_name,
        "customer_language": line.language,
        "salesperson": salesperson,
        "team": line.team,
        "region": line.region,
        "product": line.product,
        "survey_version": survey_version,
        "sold_on": line.sold_on,
        "delivery_planned_on": line.delivery_planned_on,
    }
    if known_as not in {"", line.customer_email}:
        facts["address_changed_at"] = now
    if not Row.update(**facts).where(Row.id == row.id).execute():
        raise NotFound(
            Reason.DEAL_NOT_HERE,
            f"Deal {line.deal_id} was erased a moment ago.",
            remedy="Load the file again.",
        )
    if row.customer != facts["customer"]:
        customer_matching.let_go(row.customer)
    if row.account not in {None, account}:
        accounts.drop_unused([row.account])
    search.renew([row.id])
    set_practices(row.id, line.practices)
    return value(only_row(DealColumns, _ONE, row.id))


def set_practices(deal: int, done: Mapping[str, date]) -> None:
    """What was done for a deal and when, in place of what stood."""
    Practice.delete().where(Practice.deal == deal).execute()
    for name, done_on in done.items():
        Practice.insert(deal=deal, name=name, done_on=done_on).execute()


def set_delivered(deal: int, day: date) -> None:
    """Record the day on which the deal was delivered."""
    set_all_delivered([(deal, day)])


def set_all_delivered(delivered: Iterable[tuple[int, date]]) -> None:
    """Record of these deals (row ids) on which day each was delivered."""
    run_each(_DELIVERED, ((day, deal) for deal, day in delivered))


def set_cancelled(deal: int, moment: datetime) -> None:
    """Record when the deal was called off."""
    Row.update(cancelled_at=moment).where(Row.id == deal).execute()


def numbered(deal: int) -> Deal:
    """The deal of this row."""
    return value(only_row(DealColumns, _ONE, deal))


def more_than(many: int) -> bool:
    """Whether there are more deals than this; no more are looked at."""
    return Row.select(Row.id).limit(many + 1).count() > many
