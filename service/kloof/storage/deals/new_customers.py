"""The customers of many new deals at once, as `customer_matching` would find or insert them one by one."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from kloof.domain.deals.deals import DealLine
from kloof.storage.database import is_postgresql
from kloof.storage.deals import search
from kloof.storage.statements import insert_all, insert_one, rows, run_each, several


class FoundCustomer(NamedTuple):
    """A customer by their row, and their address, if they have one."""

    id: int
    email: str | None


class _Row(NamedTuple):
    id: int
    name: str
    language: str
    email: str | None
    number: str | None


@dataclass(slots=True)
class _Standing:
    """A customer as they stand after some of the lines. id: None for a new one, until they are inserted."""

    id: int | None
    name: str
    language: str
    email: str | None
    number: str | None

    @property
    def values(self) -> tuple[str, str, str | None, str | None]:
        return self.name, self.language, self.email, self.number


_COLUMNS = ("name", "language", "email", "number")
# Nobody lets them go meanwhile; and in one order, so that two who write wait for each other one way only.
_LOCKED = "FOR NO KEY UPDATE"
_KNOWN = """
SELECT id, name, language, email, number FROM customer WHERE email IN ({emails}) OR number IN ({numbers}) ORDER BY id
"""
_UPDATE = "UPDATE customer SET name = ?, language = ?, email = ?, number = ? WHERE id = ?"


def put(lines: Sequence[DealLine]) -> list[FoundCustomer]:
    """The customer of each of these new deals, in the caller's transaction: inserted where nobody knows them, and as
    the last line about them says. As many statements for two hundred lines as for one.
    """
    standing = _standing(lines)
    before = [one.values for one in standing]
    emails = {one.email: one for one in standing if one.email}
    numbers = {one.number: one for one in standing if one.number}
    taken = [_taken(line, emails, numbers) for line in lines]
    _insert([one for one in {id(one): one for one in taken}.values() if one.id is None])
    changed = [(one, was) for one, was in zip(standing, before, strict=True) if one.values != was]
    run_each(_UPDATE, ((*one.values, one.id) for one, _ in changed))
    for one, (_, _, address, _) in changed:
        if one.email != address:
            search.renew_of_customer(_known(one).id)
    return [_known(one) for one in taken]


def _standing(lines: Iterable[DealLine]) -> list[_Standing]:
    emails = {line.customer_email for line in lines} - {""}
    numbers = {line.customer_number for line in lines} - {""}
    return [_Standing(*row) for row in _rows(emails, numbers, _LOCKED if is_postgresql() else "")]


def _rows(emails: Set[str | None], numbers: Set[str | None], locked: str = "") -> list[_Row]:
    sql = f"{_KNOWN} {locked}".format(emails=several(emails) or "NULL", numbers=several(numbers) or "NULL")
    return rows(_Row, sql, *emails, *numbers)


def _taken(line: DealLine, emails: dict[str, _Standing], numbers: dict[str, _Standing]) -> _Standing:
    """The customer of a new deal, as its line changes them, or a new one; the next lines find them."""
    email, number = line.customer_email or None, line.customer_number or None
    numbered = numbers.get(number) if number else None
    found = emails.get(email, numbered) if email else numbered
    if found is None or (email and found.email not in {None, email}):
        found = _Standing(None, line.customer_name, line.language, email, None)
    found.name, found.language, found.email = line.customer_name, line.language, email or found.email
    if found.number is None and numbered is None:
        found.number = number
    if found.email:
        emails[found.email] = found
    if found.number:
        numbers[found.number] = found
    return found


def _insert(new: Sequence[_Standing]) -> None:
    several_at_once = len(new) > 1
    by_key = [one for one in new if several_at_once and (one.email or one.number)]
    if by_key:
        insert_all("customer", _COLUMNS, (one.values for one in by_key))
        emails = {one.email for one in by_key} - {None}
        numbers = {one.number for one in by_key if not one.email}
        ids = {key: row.id for row in _rows(emails, numbers) for key in (row.email, row.number) if key}
        for one in by_key:
            one.id = ids[one.email or one.number or ""]
    for one in new:
        if one.id is None:  # by nothing but their row can these be found again
            one.id = insert_one("customer", _COLUMNS, one.values)


def _known(one: _Standing) -> FoundCustomer:
    if one.id is None:
        raise RuntimeError("a customer who was inserted has a row")
    return FoundCustomer(one.id, one.email)
