"""What is known of the deal of each pair, read in bulk for the releases: its account, its
product, and how late it was delivered."""

from typing import TYPE_CHECKING

import numpy as np

from kloof.domain.deals.lateness import Lateness
from kloof.storage.database import is_postgresql
from kloof.storage.models import Account, QueueCell
from kloof.storage.releases.columns import read
from kloof.storage.statements import scalar

if TYPE_CHECKING:
    from kloof.storage.releases.columns import Ints

_PAIRS = "pair p WHERE p.deal_id IS NOT NULL"
_ACCOUNT = "p.account_id", "p.account_id IS NOT NULL"
_PLUS_TWO_WEEKS = {True: "p.delivery_planned_on + 14", False: "date(p.delivery_planned_on, '+14 days')"}
_LATENESS = f"""
CASE WHEN p.delivered_on <= p.delivery_planned_on THEN {int(Lateness.ON_TIME)}
     WHEN p.delivered_on <= {{two_weeks_later}} THEN {int(Lateness.LATE)} ELSE {int(Lateness.TWO_WEEKS_LATE)} END
"""
_DATED = "p.delivered_on IS NOT NULL AND p.delivery_planned_on IS NOT NULL"


def accounts(last: int) -> "Ints":
    """At the place of each pair's id, up to `last`, the account of its deal; 0 for none."""
    if not Account.select().exists():
        return np.zeros(last + 1, np.int64)
    return _of_each_pair(last, *_ACCOUNT)


def lateness(last: int) -> "Ints":
    """At the place of each pair's id, up to `last`, the `Lateness` of its deal; 0 where a day is not known."""
    two_weeks_later = _PLUS_TWO_WEEKS[is_postgresql()]
    return _of_each_pair(last, _LATENESS.format(two_weeks_later=two_weeks_later), _DATED)


def products(last: int) -> "tuple[Ints, tuple[str, ...]]":
    """At the place of each pair's id, up to `last`, the place of its product among the names that come with it."""
    cells = {row.id: row.product for row in QueueCell.select(QueueCell.id, QueueCell.product)}
    names = sorted(set(cells.values()))
    of_cell = np.zeros(max(cells, default=0) + 1, np.int64)
    for cell, name in cells.items():
        of_cell[cell] = names.index(name)
    found = np.zeros(last + 1, np.int64)
    for pair, cell, _ in read("pair p WHERE 1 = 1", ("p.id", "p.cell_id"), last=last):
        # A cell that came in meanwhile has no place here; its pair is newer than any block.
        there = cell < len(of_cell)
        found[pair[there]] = of_cell[cell[there]]
    return found, tuple(names)


def _of_each_pair(last: int, number: str, known: str) -> "Ints":
    """The tables are read apart: joined slice by slice, PostgreSQL reads every deal again for each slice of pairs."""
    by_deal = _by_deal(number, known)
    found = np.zeros(last + 1, np.int64)
    for pair, deal, _ in read(_PAIRS, ("p.id", "p.deal_id"), last=last) if len(by_deal) else ():
        # A deal that came in meanwhile has no place here; its pair is newer than `last`.
        there = deal < len(by_deal)
        found[pair[there]] = by_deal[deal[there]]
    return found


def _by_deal(number: str, known: str) -> "Ints":
    """The number at the place of each deal's id; 0 where it is not known. Empty where it is of no deal."""
    last = int(scalar(f"SELECT MAX(p.id) FROM deal p WHERE {known}") or 0)  # noqa: S608  our own words
    found = np.zeros(last + 1 if last else 0, np.int64)
    for deal, value, _ in read(f"deal p WHERE {known}", ("p.id", number), last=last) if last else ():
        found[deal] = value
    return found
