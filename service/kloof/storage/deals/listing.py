"""Lists of deals, page by page: each page takes as long in a company of any size.

The last sold first; of whose mail came back, the newest mail first, since no index knows both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from kloof.domain.deals.steps import DealFilter, DealListed, DealStep, DealTrouble
from kloof.domain.surveys.definition import Wave
from kloof.storage.deals.progress import HAS_COME, asked_at_sale, one_by_one, submitted
from kloof.storage.models.deals import UNDELIVERED_CONDITION
from kloof.storage.models.outbox import CAME_BACK_CONDITION
from kloof.storage.statements import day, first_row, rows, several


class ListPlace(NamedTuple):
    """Where a page of a list begins: behind this deal, sold on that day. turn: its row id, or that of its mail."""

    sold_on: date
    turn: int


@dataclass(frozen=True, slots=True)
class DealPage:
    """Part of a list. `onward` is where to go on, None at its end. Not `is_full`: only so many deals were looked at,
    and there may be more behind them.
    """

    deals: tuple[DealListed, ...]
    onward: ListPlace | None
    is_full: bool = True


class _Found(NamedTuple):
    id: int
    sold_on: date | str
    turn: int


class _Row(NamedTuple):
    id: int
    deal_id: str
    customer_name: str
    product: str
    team: str
    salesperson: str
    sold_on: date | str
    planned_on: date | str | None
    delivered_on: date | str | None
    is_cancelled: int
    by_letter: int
    asked: int
    answered: int
    answered_after: int


class _Order(NamedTuple):
    """How a list is walked by an index, newest first: the tables, what lies behind a place, what a deal's turn is, and
    the columns that say its place.
    """

    tables: str
    behind: str
    turn: str
    place: tuple[str, ...]

    def by(self, way: str) -> str:
        return ", ".join(f"{column} {way}" for column in self.place)


_BY_SALE = _Order("deal d", "(d.sold_on, d.id) < (?, ?)", "d.id", ("sold_on", "turn"))
# A cross join keeps the order of its tables: else all mail that came back is looked up, and sorted. Where several mails
# of a deal came back it has one turn, by the newest of them.
_BY_MAIL = _Order(
    "message m CROSS JOIN invitation i CROSS JOIN deal d",
    f"""m.{CAME_BACK_CONDITION} AND m.id < ? AND i.id = m.invitation_id AND d.id = i.deal_id AND NOT EXISTS (
      SELECT 1 FROM invitation o JOIN message n ON n.invitation_id = o.id
      WHERE o.deal_id = i.deal_id AND n.id > m.id AND n.{CAME_BACK_CONDITION})""",  # noqa: S608
    "m.id",
    ("turn",),
)
_NEAR = """
SELECT d.id AS id, d.sold_on AS sold_on, {turn} AS turn FROM {tables}
WHERE {behind} {near} ORDER BY {newest} LIMIT {most}
"""
_FAR = f"""
SELECT n.id AS id, n.sold_on AS sold_on, n.turn AS turn FROM ({_NEAR}) n JOIN deal d ON d.id = n.id
WHERE {{far}} ORDER BY {{newest}} LIMIT {{page}}
"""  # noqa: S608  our own words
_LAST_LOOKED_AT = f"SELECT id, sold_on, turn FROM ({_NEAR}) n ORDER BY {{oldest}} LIMIT 1"  # noqa: S608
_ROWS = f"""
SELECT d.id AS id, d.deal_id AS deal_id, d.customer_name AS customer_name, d.product AS product, d.team AS team,
       p.name AS salesperson, d.sold_on AS sold_on, d.delivery_planned_on AS planned_on,
       d.delivered_on AS delivered_on, d.cancelled_at IS NOT NULL AS is_cancelled, d.by_letter AS by_letter,
       {one_by_one(asked_at_sale())} AS asked, {one_by_one(submitted(Wave.SALE))} AS answered,
       {one_by_one(submitted(Wave.DELIVERY))} AS answered_after
FROM deal d JOIN person p ON p.id = COALESCE(d.successor_id, d.salesperson_id) WHERE d.id IN ({{deals}})
"""  # noqa: S608


class _Name(NamedTuple):
    name: str


# One look at the index for each name, however many deals have it.
_NAMES = """
WITH RECURSIVE names(name) AS (
  SELECT MIN({column}) FROM deal
  UNION ALL SELECT (SELECT MIN({column}) FROM deal WHERE {column} > names.name) FROM names WHERE names.name IS NOT NULL
) SELECT name FROM names WHERE name IS NOT NULL LIMIT ?
"""
_TROUBLE: Final = {
    DealTrouble.OVERDUE: f"d.{UNDELIVERED_CONDITION.replace(' AND ', ' AND d.')} AND d.delivery_planned_on < ?",
    DealTrouble.LETTER: "d.by_letter",
    DealTrouble.CANCELLED: "d.cancelled_at IS NOT NULL",
    DealTrouble.PASSED_ON: "d.id IN (SELECT deal_id FROM passed_on WHERE taken_back_at IS NULL)",
}
_HAS_INDEX: Final = frozenset({DealTrouble.OVERDUE, DealTrouble.LETTER, DealTrouble.CANCELLED})
LOOKED_AT: Final = 1_000
"""Deals that one page looks at where no index says which of them have come how far."""
_BEHIND_ALL: Final = ListPlace(date.max, 2**31 - 1)


def page(wanted: DealFilter, today: date, most: int, after: ListPlace | None = None) -> DealPage:
    """So many of the deals that fit, behind `after`; at most four queries. `today` is for what is overdue."""
    order = _BY_MAIL if wanted.trouble is DealTrouble.BOUNCED else _BY_SALE
    (near, values), far = _near(wanted, today), _far(wanted)
    words = {**order._asdict(), "near": near, "newest": order.by("DESC"), "oldest": order.by("ASC")}

    def bounds(place: ListPlace) -> list[Any]:
        return [*place[-len(order.place) :], *values]

    start = bounds(after or _BEHIND_ALL)
    if not far:
        return _page(rows(_Found, _NEAR.format(**words, most=most + 1), *start), most)
    found = rows(_Found, _FAR.format(**words, far=far, most=LOOKED_AT, page=most + 1), *start)
    if len(found) > most:
        return _page(found, most)
    last = first_row(_Found, _LAST_LOOKED_AT.format(**words, most=LOOKED_AT), *start)
    end = last and ListPlace(day(last.sold_on), last.turn)
    onward = end if end and first_row(_Found, _NEAR.format(**words, most=1), *bounds(end)) else None
    return DealPage(tuple(listed([row.id for row in found])), onward, is_full=onward is None)


def products(most: int) -> list[str]:
    """The products of which there are deals, in order."""
    return [row.name for row in rows(_Name, _NAMES.format(column="product"), most)]


def teams(most: int) -> list[str]:
    """The teams that have deals, in order."""
    return [row.name for row in rows(_Name, _NAMES.format(column="team"), most)]


def listed(deals: Sequence[int]) -> list[DealListed]:
    """These deals (row ids), in this order; one query."""
    if not deals:
        return []
    found = {row.id: _value(row) for row in rows(_Row, _ROWS.format(deals=several(deals)), *deals)}
    return [found[deal] for deal in deals if deal in found]


def _page(found: list[_Found], most: int) -> DealPage:
    shown = found[:most]
    onward = ListPlace(day(shown[-1].sold_on), shown[-1].turn) if len(found) > most else None
    return DealPage(tuple(listed([row.id for row in shown])), onward)


def _near(wanted: DealFilter, today: date) -> tuple[str, list[Any]]:
    """What an index can answer: conditions, and their values."""
    # Of few deals in trouble an index knows the order: those of a product are looked for among them, not the other way
    # round. What is computed is looked up in no index.
    few = wanted.trouble in _HAS_INDEX
    parts: list[tuple[str, list[Any]]] = [
        ("d.product || '' = ?" if few else "d.product = ?", [wanted.product] if wanted.product else []),
        ("d.team || '' = ?" if few else "d.team = ?", [wanted.team] if wanted.team else []),
        (
            "d.salesperson_id + 0 = ?" if few else "d.salesperson_id = ?",
            [wanted.salesperson] if wanted.salesperson is not None else [],
        ),
        ("d.sold_on >= ?", [wanted.since] if wanted.since else []),
        ("d.sold_on <= ?", [wanted.until] if wanted.until else []),
    ]
    conditions = [(condition, values) for condition, values in parts if values]
    if wanted.trouble and wanted.trouble is not DealTrouble.BOUNCED:  # which has an order of its own
        conditions.append(
            (_TROUBLE[wanted.trouble], [today] if wanted.trouble is DealTrouble.OVERDUE else [])
        )
    return " ".join(f"AND {condition}" for condition, _ in conditions), [
        value for _, values in conditions for value in values
    ]


def _far(wanted: DealFilter) -> str:
    """What has to be looked up deal by deal."""
    reached = [HAS_COME[wanted.step]] if wanted.step not in {None, DealStep.SOLD} else []
    missed = [f"NOT ({HAS_COME[wanted.without]})"] if wanted.without else []
    return " AND ".join([*reached, *missed])


def _value(row: _Row) -> DealListed:
    return DealListed(
        id=row.id,
        deal_id=row.deal_id,
        customer_name=row.customer_name,
        product=row.product,
        team=row.team,
        salesperson=row.salesperson,
        sold_on=day(row.sold_on),
        planned_on=None if row.planned_on is None else day(row.planned_on),
        delivered_on=None if row.delivered_on is None else day(row.delivered_on),
        is_cancelled=bool(row.is_cancelled),
        by_letter=bool(row.by_letter),
        asked=bool(row.asked),
        answered=bool(row.answered),
        answered_after=bool(row.answered_after),
    )
