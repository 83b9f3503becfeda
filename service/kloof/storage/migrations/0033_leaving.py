"""People leave: on a day, with a successor; a deal may have one, and an answer says to whom it is shown."""

from typing import Any

_PERSON = """REFERENCES "person" ("id") ON DELETE RESTRICT"""
_STATEMENTS = (
    """ALTER TABLE "person" ADD COLUMN "last_sign_in_at" TIMESTAMPTZ""",
    """ALTER TABLE "person" ADD COLUMN "leaves_on" DATE""",
    """ALTER TABLE "person" ADD COLUMN "leaves_to" INTEGER""",
    """ALTER TABLE "person" ADD COLUMN "left_at" TIMESTAMPTZ""",
    """ALTER TABLE "person" ADD COLUMN "erased_at" TIMESTAMPTZ""",
    f"""ALTER TABLE "deal" ADD COLUMN "successor_id" INTEGER {_PERSON}""",
    """CREATE INDEX "deal_successor" ON "deal" ("successor_id") WHERE successor_id IS NOT NULL""",
    f"""ALTER TABLE "response" ADD COLUMN "shown_to_id" INTEGER {_PERSON}""",
)


def up(migrator: Any, db: Any) -> None:
    """Everything is added, and empty: whoever sold a deal has it, and is shown what its customer lets them see."""
    for statement in _STATEMENTS:
        db.execute_sql(statement)
