"""What a pair holds is packed, like an answer: until now its column had a name of its own, `sheet`."""

from typing import Any


def up(migrator: Any, db: Any) -> None:
    """The same pairs under another name."""
    db.execute_sql('ALTER TABLE "pair" RENAME COLUMN "sheet" TO "packed"')
