"""A database that was filled before the later migrations loses nothing to them, and publishes the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playhouse.migrations import Runner

from cast import respondents
from cast.builders import CALLS, NOW, deal, person
from kloof import storage
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.actions.surveys import respond
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange
from kloof.storage.database import database as opened
from kloof.storage.database import is_postgresql
from kloof.storage.models import MODELS, OwnPair, Promise
from kloof.storage.releases.pair_encoding import HEAD, heads
from kloof.storage.schema import MIGRATIONS

FIRST = "0001_first_tables"
BOTH = (Wave.SALE, Wave.DELIVERY)
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def filled(either_database: str, tmp_path: Path) -> str:
    """A database with answers, promises, mails and frozen blocks in the tables as they are now."""
    built = deal(seller=person(), waves=BOTH)
    for wave in BOTH:
        said = Changes(
            answers={"a1": 8, "a2": 7, "a3": 6},
            consent=Consent.NAMED,
            promises={0: PromiseChange(text="Klaar vóór de vorst")} if wave is Wave.SALE else {},
        )
        respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, CALLS, submit=True)
    respondents.answered_deals(40)
    freeze(respondents.settings(tmp_path, either_database), respondents.MONDAY)
    return either_database


def everything() -> Rows:
    """Table → its rows by column name, in order."""
    return {table: _rows(table) for table in opened.get_tables() if table != "schema_migration"}


def _rows(table: str) -> list[dict[str, Any]]:
    cursor = opened.execute_sql(f'SELECT * FROM "{table}" ORDER BY id')  # noqa: S608  a name from the catalogue
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, map(_plain, row), strict=True)) for row in cursor.fetchall()]


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def as_it_was_at_first(kept: Rows, url: str, folder: Path) -> None:
    """Go back to an empty database with the first tables only, and put in what those can hold."""
    if is_postgresql():
        opened.execute_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        storage.close_database()
        storage.open_database(url)
    else:
        storage.close_database()
        storage.open_database(f"sqlite:///{folder / 'first.db'}")
    storage.ensure_connected()
    Runner(opened.obj, str(MIGRATIONS)).up(FIRST)
    off = "SET session_replication_role = replica" if is_postgresql() else "PRAGMA foreign_keys = off"
    on = "SET session_replication_role = DEFAULT" if is_postgresql() else "PRAGMA foreign_keys = on"
    opened.execute_sql(off)
    kept = kept | {"pair": [taken_apart(row) for row in kept["pair"]]}
    for table in opened.get_tables():
        columns = [column.name for column in opened.get_columns(table)]
        for row in kept.get(table, []):
            _insert(table, {name: row[name] for name in columns})
    opened.execute_sql(on)


def taken_apart(pair: dict[str, Any]) -> dict[str, Any]:
    """A pair in the columns that it had at first."""
    packed = np.frombuffer(pair["packed"].encode(), np.uint8)[None] - ord("a")
    who = zip(("customer", "salesperson", "since"), (int(number[0]) for number in heads(packed)), strict=True)
    return {**pair, **dict(who), "answers": pair["packed"][HEAD:]}


def _insert(table: str, row: dict[str, Any]) -> None:
    names, holes = ", ".join(f'"{name}"' for name in row), ", ".join([opened.obj.param] * len(row))
    opened.execute_sql(f'INSERT INTO "{table}" ({names}) VALUES ({holes})', tuple(row.values()))  # noqa: S608


@pytest.mark.slow
def test_a_filled_first_database_keeps_every_row_and_publishes_the_same_after_all_migrations(
    filled: str, tmp_path: Path
) -> None:
    before, pairs = everything(), {row.deal_id: row.answers for row in OwnPair.select()}
    agreed = respondents.settings(tmp_path / "before", filled)
    untouched = publish(agreed, respondents.MONDAY, dry_run=True).document
    as_it_was_at_first(before, filled, tmp_path)
    first = {table: [set(row) for row in rows] for table, rows in everything().items()}
    storage.migrate()
    after = everything()
    assert {*after} == {model._meta.table_name for model in MODELS}
    for table, rows in first.items():
        kept = [
            {name: row[name] for name in names & {*row}}
            for row, names in zip(before[table], rows, strict=True)
        ]
        now = [
            {name: row[name] for name in names & {*row}}
            for row, names in zip(after[table], rows, strict=True)
        ]
        assert now == kept, table
    assert [after[table] for table in ("pair", "placement")] == [
        before[table] for table in ("pair", "placement")
    ]
    assert len(before["deal"]) == 41
    assert Promise.get().text == "Klaar vóór de vorst"
    brought_in = {row.deal_id: row.answers for row in OwnPair.select()}
    assert (len(brought_in), brought_in | pairs) == (41, brought_in)
    assert publish(agreed, respondents.MONDAY, dry_run=True).document == untouched
    assert untouched
