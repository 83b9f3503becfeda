"""Addresses, names and numbers in their one spelling; customers who were one in two spellings become one.

What became of whom is noted for `kloof db migrate`: it tells of it, and carries over who wants no mail, for which it
needs the secret key.
"""

import json
import struct
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import count
from typing import Any

import idna
from peewee import CharField, Model, SqliteDatabase, TextField

_NOW_SQLITE = "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'"
_NAMES = (
    ("deal", ("customer_name", "customer_number", "team", "region", "product")),
    ("customer", ("name",)),
    ("person", ("name", "team")),
    ("block", ("product", "region", "team")),
)
_CELL = ("survey_version_id", "product", "region", "team", "arm")
_ANSWERED = """SELECT COUNT(*) FROM response r JOIN invitation i ON i.id = r.invitation_id
JOIN deal d ON d.id = i.deal_id WHERE r.submitted_at IS NOT NULL AND d.customer_id = {customer}"""
_JOIN = (
    """UPDATE "pair" SET "packed" = {head} || substr("packed", 9) WHERE "packed" <> ''
AND "deal_id" IN (SELECT "id" FROM "deal" WHERE "customer_id" = {gone})""",
    """UPDATE "deal" SET "customer_id" = {kept} WHERE "customer_id" = {gone}""",
    """UPDATE "message" SET "customer_id" = {kept} WHERE "customer_id" = {gone}""",
    """UPDATE "own_pair" SET "customer" = {kept} WHERE "customer" = {gone}""",
    """DELETE FROM "customer" WHERE "id" = {gone}""",
)
_OWN_OF_BOTH = """SELECT "batch_id" FROM "own_pair" WHERE "customer" IN ({kept}, {gone}) AND "batch_id" IS NOT NULL
GROUP BY "batch_id" HAVING COUNT(DISTINCT "customer") > 1"""
_RETIRE_OWN = (
    """UPDATE "own_batch" SET "retired_at" = {now}, "sums" = '' WHERE "id" = {one} AND "retired_at" IS NULL""",
    """UPDATE "own_pair" SET "answers" = '' WHERE "batch_id" = {one}""",
)
_RETIRE_BLOCK = (
    """UPDATE "pair" SET "packed" = '' WHERE "id" IN (SELECT "id" FROM "placement" WHERE "block_id" = {one})""",
    """UPDATE "block" SET "retired_at" = {now}, "sums" = {nothing} WHERE "id" = {one} AND "retired_at" IS NULL""",
)
_RETIRE_PART = """UPDATE "practice_part" SET "retired_at" = {now}, "done" = {nothing}, "not_done" = {nothing}
WHERE "id" = {one} AND "retired_at" IS NULL"""


class MigrationNote(Model):
    what = CharField(max_length=20)
    facts = TextField()

    class Meta:
        table_name = "migration_note"
        legacy_table_names = False


def up(migrator: Any, db: Any) -> None:
    """Spell everything anew, and join what becomes one."""
    with db.bind_ctx([MigrationNote]):
        db.create_tables([MigrationNote])
    for table, columns in _NAMES:
        _spell(db, table, columns)
    _spell_cells(db)
    _spell_deals(db)
    sqlite = isinstance(db, SqliteDatabase)
    words = {"now": _NOW_SQLITE if sqlite else "now()", "nothing": "x''" if sqlite else "''::bytea"}
    joined = _join_customers(db, words)
    if joined:
        _join_in_blocks(db, joined, words)
    _address_people(db)


def _spell(db: Any, table: str, columns: tuple[str, ...]) -> None:
    """Row by row, by its number: no name has an index, and nearly every row may have to change."""
    named, holes = ", ".join(f'"{name}"' for name in columns), ", ".join(f'"{name}" = ?' for name in columns)
    told = db.execute_sql(f'SELECT "id", {named} FROM "{table}"').fetchall()  # noqa: S608
    for number, *texts in told:
        spelled = [_spelled(text) for text in texts]
        if spelled != texts:
            _run(db, f'UPDATE "{table}" SET {holes} WHERE "id" = ?', *spelled, number)  # noqa: S608


def _spell_cells(db: Any) -> None:
    """Two cells that become one keep the pairs of both."""
    columns = ", ".join(f'"{name}"' for name in _CELL)
    cells: dict[tuple[Any, ...], int] = {}
    for number, version, *names, arm in db.execute_sql(
        f'SELECT "id", {columns} FROM "queue_cell" ORDER BY "id"'  # noqa: S608
    ).fetchall():
        spelled = tuple(map(_spelled, names))
        kept = cells.setdefault((version, *spelled, arm), number)
        if kept != number:
            _run(db, 'UPDATE "pair" SET "cell_id" = ? WHERE "cell_id" = ?', kept, number)
            _run(db, 'DELETE FROM "queue_cell" WHERE "id" = ?', number)
    for (_, *names, _), number in cells.items():
        _run(
            db,
            'UPDATE "queue_cell" SET "product" = ?, "region" = ?, "team" = ? WHERE "id" = ?',
            *names,
            number,
        )


def _spell_deals(db: Any) -> None:
    """Two deals of one number stay two, since each has its own surveys: a person has to look."""
    known = dict(db.execute_sql('SELECT "deal_id", "id" FROM "deal"').fetchall())
    for text in [*known]:
        if (spelled := _spelled(text)) == text:
            continue
        if spelled in known:
            _note(db, "deal_twice", deal=text, spelled=spelled)
        else:
            known[spelled] = known[text]
            _run(db, 'UPDATE "deal" SET "deal_id" = ? WHERE "id" = ?', spelled, known[text])


def _join_customers(db: Any, words: dict[str, str]) -> dict[int, int]:
    """Customer who is gone → who stays in their place: the one who came first."""
    told = db.execute_sql('SELECT "id", "email", "number" FROM "customer" ORDER BY "id"').fetchall()
    by_address: dict[str, list[tuple[int, str]]] = {}
    for number, email, _ in told:
        if email is not None:
            by_address.setdefault(_canonical(email), []).append((number, email))
    joined: dict[int, int] = {}
    for address, those in by_address.items():
        (kept, _), *others = those
        were = [email for _, email in those]
        if were == [address]:
            continue
        answered = [_answered(db, number) for number, _ in those]
        for gone, _ in others:
            joined[gone] = kept
            _join(db, kept, gone, words)
        # Only now, since another row may have had this spelling until it was joined.
        _run(db, 'UPDATE "customer" SET "email" = ? WHERE "id" = ?', address, kept)
        gone_ones = [number for number, _ in others]
        _note(db, "customer", kept=kept, gone=gone_ones, were=were, address=address, answered=answered)
    _spell_numbers(db, told, joined)
    return joined


def _spell_numbers(db: Any, told: Iterable[tuple[int, str, str]], joined: dict[int, int]) -> None:
    """A number that was joined away, or that becomes free in its spelling, goes to who stays."""
    taken = {number for row, _, number in told if number is not None and row not in joined}
    has = {row: number for row, _, number in told if row not in joined}
    for row, _, number in told:
        if number is None:
            continue
        stays, spelled = joined.get(row, row), _spelled(number)
        if has[stays] in {None, number} and has[stays] != spelled and spelled not in taken:
            has[stays] = spelled
            taken.add(spelled)
            _run(db, 'UPDATE "customer" SET "number" = ? WHERE "id" = ?', spelled, stays)


def _answered(db: Any, customer: int) -> int:
    return int(db.execute_sql(_ANSWERED.format(customer=db.param), (customer,)).fetchone()[0])


def _join(db: Any, kept: int, gone: int, words: dict[str, str]) -> None:
    p = db.param
    for (batch,) in db.execute_sql(_OWN_OF_BOTH.format(kept=p, gone=p), (kept, gone)).fetchall():
        for statement in _RETIRE_OWN:
            db.execute_sql(statement.format(one=p, **words), (batch,))
    values = {"head": _head(kept), "kept": kept, "gone": gone}
    for statement in _JOIN:
        names = [name for name in ("head", "kept", "gone") if f"{{{name}}}" in statement]
        db.execute_sql(statement.format(**dict.fromkeys(names, p)), tuple(values[name] for name in names))


def _join_in_blocks(db: Any, joined: dict[int, int], words: dict[str, str]) -> None:
    """A block that counted one customer as two is retired; in what was published it keeps its shape, with a number
    that belongs to nobody in the place of the second.
    """
    blocks = db.execute_sql('SELECT "id", "members" FROM "block"').fetchall()
    parts = db.execute_sql('SELECT "id", "members", "blocks" FROM "practice_part"').fetchall()
    unpacked = [
        *(_members(packed, 3) for _, packed in blocks),
        *(_members(packed, 4) for _, packed, _ in parts),
    ]
    nobody = count(min([0, *(number for columns in unpacked for number in columns[-3])]) - 1, -1)
    retired = set()
    for (number, packed), columns in zip(blocks, unpacked, strict=False):
        if _relabelled(columns, joined, nobody):
            retired.add(number)
        _keep_members(db, "block", number, packed, columns)
    for (number, packed, _), columns in zip(parts, unpacked[len(blocks) :], strict=True):
        _relabelled(columns, joined, nobody)
        _keep_members(db, "practice_part", number, packed, columns)
    for number in sorted(retired):
        for statement in _RETIRE_BLOCK:
            db.execute_sql(statement.format(one=db.param, **words), (number,))
        _note(db, "block_retired", block=number)
    for number, _, of in parts:
        if retired & {*json.loads(of)}:
            db.execute_sql(_RETIRE_PART.format(one=db.param, **words), (number,))


def _relabelled(columns: list[list[int]], joined: dict[int, int], nobody: Iterator[int]) -> bool:
    """Write who stays for who is gone; gives whether somebody then stood there twice."""
    people = columns[-3]
    where = columns[0] if len(columns) == 4 else [0] * len(people)
    there = {pair for pair in zip(where, people, strict=True) if pair[1] not in joined}
    twice = False
    for at, person in enumerate(people):
        if person not in joined:
            continue
        pair = (where[at], joined[person])
        twice |= pair in there
        people[at] = next(nobody) if pair in there else pair[1]
        there.add(pair)
    return twice


def _members(packed: Any, columns: int) -> list[list[int]]:
    numbers = struct.unpack(f"<{len(packed) // 4}i", bytes(packed))
    each = len(numbers) // columns
    return [[*numbers[column * each : (column + 1) * each]] for column in range(columns)]


def _keep_members(db: Any, table: str, number: int, packed: Any, columns: list[list[int]]) -> None:
    members = b"".join(struct.pack(f"<{len(column)}i", *column) for column in columns)
    if members != bytes(packed):
        _run(db, f'UPDATE "{table}" SET "members" = ? WHERE "id" = ?', members, number)  # noqa: S608


def _address_people(db: Any) -> None:
    """Two people of one address stay two, since deals and calls are theirs: the first one signs in."""
    told = db.execute_sql('SELECT "email", "id" FROM "person" ORDER BY "id"').fetchall()
    known = dict(told)
    for email, number in told:
        address = _canonical(email)
        if address == email:
            continue
        if address in known:
            _note(db, "person_twice", was=email, address=address)
        else:
            known[address] = number
            _run(db, 'UPDATE "person" SET "email" = ? WHERE "id" = ?', address, number)


def _head(customer: int) -> str:
    """A customer as the first eight letters of a packed pair have it."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in f"{customer:08x}")


def _note(db: Any, what: str, **facts: object) -> None:
    _run(db, 'INSERT INTO "migration_note" ("what", "facts") VALUES (?, ?)', what, json.dumps(facts))


def _run(db: Any, statement: str, *values: object) -> None:
    db.execute_sql(statement.replace("?", db.param), values)


def _spelled(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _canonical(text: str) -> str:
    """The one form of an address; of what is none, the text as it stands."""
    bare = unicodedata.normalize("NFC", text.strip().lower())
    while bare.startswith("mailto:"):
        bare = bare.removeprefix("mailto:").strip()
    local, _, domain = bare.rpartition("@")
    try:
        return f"{local}@{_in_ascii(domain)}"
    except idna.IDNAError:
        return text


@lru_cache(maxsize=4096)
def _in_ascii(domain: str) -> str:
    return idna.encode(domain, uts46=True).decode()
