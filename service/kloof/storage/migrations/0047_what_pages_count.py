"""Indexes for what pages of the desk and of a lead list and count: calls that were made, the last first; how many get
no more mail, by reason; and what a team has still to deliver, in the order of its days.
"""

from typing import Any

STATEMENTS = (
    'CREATE INDEX "call_made" ON "call" ("owner_id", "opened_at", "id") '
    "WHERE state IN ('confirmed', 'solved', 'unsolved')",
    'CREATE INDEX "opt_out_reason_former" ON "opt_out" ("reason", "former")',
    'DROP INDEX "deal_to_deliver"',
    'CREATE INDEX "deal_to_deliver" ON "deal" ("team", "delivery_planned_on", "id") '
    "WHERE delivered_on IS NULL AND cancelled_at IS NULL",
)


def up(migrator: Any, db: Any) -> None:
    """The same rows. Two of the tables are short, and of the deals only those that are on their way have an entry."""
    for statement in STATEMENTS:
        db.execute_sql(statement)
