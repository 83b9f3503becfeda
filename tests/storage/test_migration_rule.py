"""What a migration may not say, since on PostgreSQL it would keep everybody waiting: read off the scripts."""

import re
from pathlib import Path

import pytest

from kloof.storage.schema import MIGRATIONS

OF_BEFORE = 60
"""Up to this number scripts were written before the rule, and are what they are."""
FORBIDDEN = {
    "CREATE INDEX of a table that is there: name it in INDEXES": (
        r"CREATE\s+(UNIQUE\s+)?INDEX(?!\s+CONCURRENTLY)",
        r"\bmigrator\.add_index\(",
    ),
    "CONCURRENTLY in a transaction: name the index in INDEXES": (r"CONCURRENTLY", r"\batomic\s*=\s*False"),
    "another type of a column: add a new column": (
        r"ALTER\s+(COLUMN\s+)?\"?\w+\"?\s+(SET\s+DATA\s+)?TYPE\b",
        r"\bmigrator\.alter_column_type\(",
    ),
    "NOT NULL afterwards: give the column a default when it is added": (
        r"SET\s+NOT\s+NULL",
        r"\bmigrator\.add_not_null\(",
    ),
    "a constraint that reads every row: add it NOT VALID, and check it in the next script": (
        r"ADD\s+(CONSTRAINT\b|FOREIGN\s+KEY|CHECK|UNIQUE|PRIMARY\s+KEY)(?!.*NOT\s+VALID)",
    ),
    "a column of which every row is written: its default has to be a constant": (
        r"ADD\s+COLUMN\s+.*DEFAULT\s+(now|random|clock_timestamp|nextval|gen_random_uuid)\s*\(",
    ),
    "a name that code which still runs goes by: add the new one beside it": (
        r"RENAME\s+(COLUMN|TO)\b",
        r"\bmigrator\.rename_(column|table)\(",
    ),
    "a lock of a whole table": (r"LOCK\s+TABLE", r"VACUUM", r"\bCLUSTER\b", r"\bREINDEX\b", r"\bTRUNCATE\b"),
}
SAID = {
    "CREATE INDEX": 'db.execute_sql(\'CREATE INDEX "deal_day" ON "deal" ("day")\')',
    "CONCURRENTLY": "atomic = False",
    "another type": 'ALTER TABLE "deal" ALTER COLUMN "day" TYPE DATE',
    "NOT NULL afterwards": 'ALTER TABLE "deal" ALTER "day" SET NOT NULL',
    "a constraint": 'ALTER TABLE "deal" ADD CONSTRAINT "x" CHECK (day > 0)',
    "a column of which": 'ALTER TABLE "deal" ADD COLUMN "at" TIMESTAMPTZ DEFAULT now()',
    "a name that": 'ALTER TABLE "deal" RENAME COLUMN "day" TO "on"',
    "a lock": 'LOCK TABLE "deal"',
}
FINE = (
    'ALTER TABLE "deal" ADD COLUMN "day" DATE',
    'ALTER TABLE "deal" ADD COLUMN "seen" BOOLEAN NOT NULL DEFAULT false',
    'ALTER TABLE "deal" ADD CONSTRAINT "x" CHECK ("day" > 0) NOT VALID',
    'INDEXES = {"deal_day": \'"deal" ("day")\'}',
    "db.create_tables([Account])",
    'UPDATE "deal" SET "seen" = true WHERE "id" BETWEEN 1 AND 5000',
)


def wrong(script: str) -> list[str]:
    """What of the forbidden stands in it."""
    return [
        what
        for what, patterns in FORBIDDEN.items()
        if any(re.search(pattern, script, re.IGNORECASE) for pattern in patterns)
    ]


def since_the_rule() -> list[Path]:
    return [script for script in sorted(MIGRATIONS.glob("[0-9]*.py")) if int(script.name[:4]) > OF_BEFORE]


def test_no_new_script_keeps_everybody_waiting() -> None:
    said = {script.name: wrong(script.read_text(encoding="utf-8")) for script in since_the_rule()}
    assert {name: found for name, found in said.items() if found} == {}


@pytest.mark.parametrize("begins", SAID)
def test_each_of_them_is_found(begins: str) -> None:
    assert any(what.startswith(begins) for what in wrong(SAID[begins]))


@pytest.mark.parametrize("script", FINE)
def test_what_is_over_at_once_is_fine(script: str) -> None:
    assert wrong(script) == []


def test_a_script_that_names_indexes_does_nothing_else() -> None:
    """They are built first and for themselves: what they stand on has to be there."""
    for script in since_the_rule():
        text = script.read_text(encoding="utf-8")
        assert "INDEXES" not in text or "execute_sql" not in text, script.name
