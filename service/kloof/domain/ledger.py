"""What no older backup may undo, since people asked for it or saw it: a line each, by hashes only."""

import hashlib
import hmac
from enum import StrEnum, auto

from pydantic import AwareDatetime, BaseModel, ConfigDict


class LedgerAct(StrEnum):
    """What somebody asked for or saw, and about which row of the database it says so."""

    ERASED = auto()  # a customer
    NO_MAIL = auto()  # a customer
    WITHDRAWN = auto()  # an invitation
    NOT_NAMED = auto()  # an invitation: in totals only, what was to be seen with a name
    NOT_SHARED = auto()  # an invitation: not for delivery any more
    NAME_ERASED = auto()  # what an erased customer was known by: no file may name it
    NAME_ALLOWED = auto()  # the same: they came back on their own, and a file may
    IN_OWN_GROUP = auto()  # a deal, by its number: its answers are in a group that its salesperson may see
    KEY = auto()  # the secret key from here on, by its check value
    LOOKED_FOR_GROUPS = auto()  # a colleague: what waited for them this month was looked at


class LedgerLine(BaseModel):
    """One act. `who` is the hash of a row."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: AwareDatetime
    act: LedgerAct
    who: str


def row_hash(act: LedgerAct, row: int) -> str:
    """SHA-256 in hex of the act and the number of its row, which says nothing to who has no copy of the database."""
    return hashlib.sha256(f"{act}:{row}".encode()).hexdigest()


def deal_hash(secret_key: str, deal_id: str) -> str:
    """HMAC-SHA-256 in hex of a deal's own number, which is the same when a file brings the deal again; who does not
    have the key cannot find out by trying numbers.
    """
    said = f"{LedgerAct.IN_OWN_GROUP}:{deal_id}".encode()
    return hmac.digest(secret_key.encode(), said, "sha256").hex()
