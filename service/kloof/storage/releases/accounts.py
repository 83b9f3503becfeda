"""Which pairs are of which account, read in bulk for disclosure control."""

from typing import TYPE_CHECKING

import numpy as np
from peewee import fn

from kloof.storage.models import Deal
from kloof.storage.releases import columns

if TYPE_CHECKING:
    from kloof.storage.releases.columns import Ints

_DEALS = "deal p WHERE p.account_id IS NOT NULL"
_PAIRS = "pair p WHERE p.deal_id IS NOT NULL"


def of_pairs(last: int) -> "tuple[Ints, Ints]":
    """The ids of all pairs up to `last` whose deal has an account, and the ids of those accounts, in any order.

    The tables are read apart: joined slice by slice, PostgreSQL reads every deal again for each slice of pairs.
    """
    by_deal = _by_deal()
    none = np.empty(0, np.int64)
    pairs, accounts = [none], [none]
    for pair, deal, _ in columns.read(_PAIRS, ("p.id", "p.deal_id"), last=last) if len(by_deal) else ():
        # A deal that came in meanwhile has no place here; its pair is newer than `last`.
        account = by_deal[np.minimum(deal, len(by_deal) - 1)]
        account[deal >= len(by_deal)] = 0
        pairs.append(pair[account > 0])
        accounts.append(account[account > 0])
    return np.concatenate(pairs), np.concatenate(accounts)


def _by_deal() -> "Ints":
    """The account at the place of each deal's id; 0 for none. Empty where no deal has one."""
    last = int(Deal.select(fn.MAX(Deal.id)).where(Deal.account.is_null(False)).scalar() or 0)
    found = np.zeros(last + 1 if last else 0, np.int64)
    for deal, account, _ in columns.read(_DEALS, ("p.id", "p.account_id"), last=last) if last else ():
        found[deal] = account
    return found
