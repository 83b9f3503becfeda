"""Indexes that no query needs, and empty values out of others: every mail writes its row three times.

Where an index over several columns begins with the same column, one over that column alone adds nothing.
"""

from typing import Any

STATEMENTS = (
    'DROP INDEX "message_invitation_id"',
    'DROP INDEX "invitation_deal_id"',
    'DROP INDEX "message_sign_in_id"',
    'CREATE INDEX "message_sign_in" ON "message" ("sign_in_id") WHERE sign_in_id IS NOT NULL',
    'DROP INDEX "message_handover_id"',
    'CREATE INDEX "message_handover" ON "message" ("handover_id") WHERE handover_id IS NOT NULL',
    'DROP INDEX "invitation_code_fingerprint"',
    'CREATE UNIQUE INDEX "invitation_code" ON "invitation" ("code_fingerprint") WHERE code_fingerprint IS NOT NULL',
)


def up(migrator: Any, db: Any) -> None:
    """The same rows and the same promises."""
    for statement in STATEMENTS:
        db.execute_sql(statement)
