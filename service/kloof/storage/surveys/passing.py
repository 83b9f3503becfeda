"""Surveys that the customer of a deal passed on to a colleague: to whom, by which link, and whether it still stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from kloof.domain.surveys.definition import Wave
from kloof.domain.text import Language
from kloof.storage.models import Customer, Invitation, PassedOn
from kloof.storage.statements import first_row, rows, several, timestamp


class PassedTo(NamedTuple):
    """To whom a survey of a deal was passed on, and when; `began`: they have answered something already."""

    wave: Wave
    name: str
    email: str
    at: datetime
    began: bool


class _PassedTo(NamedTuple):
    wave: str
    name: str
    email: str | None
    at: datetime | str
    began: int


_STANDING = """
SELECT o.wave AS wave, c.name AS name, c.email AS email, o.at AS at, r.id IS NOT NULL AS began
FROM passed_on o JOIN customer c ON c.id = o.to_id
LEFT JOIN invitation i ON i.deal_id = o.deal_id AND i.wave = o.wave LEFT JOIN response r ON r.invitation_id = i.id
WHERE o.deal_id = ? AND o.taken_back_at IS NULL ORDER BY o.id
"""


class _Customer(NamedTuple):
    customer: int


class _To(NamedTuple):
    deal: int
    customer: int


_TO = """
SELECT deal_id AS deal, to_id AS customer FROM passed_on
WHERE wave = ? AND to_id IS NOT NULL AND taken_back_at IS NULL AND deal_id IN ({deals})
"""
_CLOSED = "SELECT deal_id AS customer FROM passed_on WHERE link_fingerprint = ? LIMIT 1"


def colleague(name: str, email: str, language: Language) -> int:
    """The row of whoever has this address, inserted under this name where nobody is known by it."""
    known = Customer.get_or_none(Customer.email == email)
    return int(known.id if known else Customer.insert(name=name, email=email, language=language).execute())


def note(deal: int, wave: Wave, to: int, now: datetime, *, by: int) -> bool:
    """Note that this survey was passed on, by the link of the invitation `by`; False where it was before, or the
    deal was erased meanwhile.
    """
    link = Invitation.get_or_none(Invitation.id == by)
    if link is None:
        return False
    noted = PassedOn.insert(
        deal=deal,
        wave=wave.value,
        to=to,
        link_fingerprint=link.link_fingerprint,
        opt_out_fingerprint=link.opt_out_fingerprint,
        at=now,
    )
    wanted = noted.on_conflict(conflict_target=(PassedOn.deal, PassedOn.wave), action="IGNORE")
    return bool(wanted.as_rowcount().execute())


def passed_to(deal: int, wave: Wave) -> int | None:
    """The customer (row) to whom this survey was passed on; None where whoever bought is asked."""
    return of_all([deal], wave).get(deal)


def of_all(deals: Sequence[int], wave: Wave) -> dict[int, int]:
    """Those of these deals (row ids) whose survey was passed on, with the customer (row) who is asked."""
    found = rows(_To, _TO.format(deals=several(deals)), wave.value, *deals) if deals else []
    return {row.deal: row.customer for row in found}


def closed_by_it(link_fingerprint: str) -> bool:
    """Whether the link with this fingerprint closed because its survey was passed on."""
    return first_row(_Customer, _CLOSED, link_fingerprint) is not None


def standing(deal: int) -> list[PassedTo]:
    """The surveys of this deal that colleagues of its customer are asked."""
    return [
        PassedTo(Wave(row.wave), row.name, row.email or "", timestamp(row.at), bool(row.began))
        for row in rows(_PassedTo, _STANDING, deal)
    ]


def take_back(deal: int, wave: Wave, now: datetime) -> None:
    """Whoever bought is asked again; that it was passed on once stays known."""
    PassedOn.update(taken_back_at=now).where(PassedOn.deal == deal, PassedOn.wave == wave.value).execute()
