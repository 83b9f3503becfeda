"""A database that was filled before the later migrations loses no answer to them, and what waits is published."""

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
from kloof.config import Settings
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange
from kloof.storage.database import database as opened
from kloof.storage.database import is_postgresql
from kloof.storage.models import MODELS, OwnPair, Promise
from kloof.storage.releases import freezing
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
    cursor = opened.execute_sql(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608  a name from the catalogue
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
    kept = kept | {
        "pair": [taken_apart(row) for row in kept["pair"]],
        "block": [with_exact_sums(row) for row in kept["block"]],
        "person": [row | {"role": row["roles"], "epoch": 0} for row in kept["person"]],
    }
    for table in opened.get_tables():
        columns = [column.name for column in opened.get_columns(table)]
        for row in kept.get(table, []):
            _insert(table, {name: row[name] for name in columns})
        if is_postgresql() and kept.get(table):
            opened.execute_sql(  # numbers go on where the rows that were put in end
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM \"{table}\"))"  # noqa: S608
            )
    opened.execute_sql(on)


def taken_apart(pair: dict[str, Any]) -> dict[str, Any]:
    """A pair in the columns that it had at first."""
    packed = np.frombuffer(pair["packed"].encode(), np.uint8)[None] - ord("a")
    who = zip(("customer", "salesperson", "since"), (int(number[0]) for number in heads(packed)), strict=True)
    return {**pair, **dict(who), "answers": pair["packed"][HEAD:]}


def with_exact_sums(block: dict[str, Any]) -> dict[str, Any]:
    """A block as the first engine kept it: exact sums, deals beside customers, and nobody in an account."""
    members = bytes(block["members"])
    return {
        **block,
        "deals": block["customers"],
        "sums": np.arange(40, dtype="<f8").tobytes(),
        "members": members[: len(members) // 3 * 2],
    }


def _insert(table: str, row: dict[str, Any]) -> None:
    names, holes = ", ".join(f'"{name}"' for name in row), ", ".join([opened.obj.param] * len(row))
    opened.execute_sql(f'INSERT INTO "{table}" ({names}) VALUES ({holes})', tuple(row.values()))  # noqa: S608


@pytest.mark.slow
def test_a_filled_first_database_keeps_every_answer_and_publishes_what_waited_after_all_migrations(
    filled: str, tmp_path: Path
) -> None:
    answered = {row.deal_id: row.answers for row in OwnPair.select()}
    respondents.answered_deals(20, team="South", seed=9)
    before = everything()
    as_it_was_at_first(before, filled, tmp_path)
    first = {table: [set(row) for row in rows] for table, rows in everything().items()}
    storage.migrate()
    after = everything()
    assert {*after} == {model._meta.table_name for model in MODELS}
    for table, rows in first.items():
        if table in ("block", "pair"):
            continue
        kept = [
            {name: row[name] for name in names & {*row}}
            for row, names in zip(before[table], rows, strict=True)
        ]
        now = [
            {name: row[name] for name in names & {*row}}
            for row, names in zip(after[table], rows, strict=True)
        ]
        assert now == kept, table
    assert len(before["deal"]) == 61
    assert Promise.get().text == "Klaar vóór de vorst"
    brought_in = {row.deal_id: row.answers for row in OwnPair.select()}
    assert brought_in | answered == brought_in
    placed = {row["id"] for row in after["placement"]}
    assert len(placed) == 41
    for was, now in zip(before["pair"], after["pair"], strict=True):
        assert now["packed"] == ("" if now["id"] in placed else was["packed"])
    agreed = respondents.settings(tmp_path / "after", filled)
    document = publish_what_closes(agreed)
    assert {block.n for block in document.blocks} == {20}
    assert {cell.team for cell in document.cells} == {"", "South"}


@pytest.mark.slow
def test_blocks_of_exact_sums_are_retired_and_their_members_known_for_ever(
    filled: str, tmp_path: Path
) -> None:
    (before,) = everything()["block"]
    as_it_was_at_first(everything(), filled, tmp_path)
    storage.migrate()
    (after,) = everything()["block"]
    assert (after["sums"], after["retired_at"] is None) == (b"", False)
    assert freezing.live_blocks() == ()
    assert {row["packed"] for row in everything()["pair"]} == {""}
    told = freezing.membership()
    assert len(told.person) == before["customers"] == 41
    assert not told.account.any()
    assert freeze(respondents.settings(tmp_path, filled), respondents.month(1)).blocks == 0


def publish_what_closes(settings: Settings) -> ReleaseDocument:
    freeze(settings, respondents.month(1))
    document = publish(settings, respondents.month(1), dry_run=True).document
    assert document is not None
    return document
