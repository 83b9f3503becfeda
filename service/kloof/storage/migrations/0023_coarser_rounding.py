"""On short scales sums are rounded to a multiple of three now; blocks that were rounded to less are retired.

A block is never rounded twice, and what was published of these stays published.
"""

import json
from typing import Any

from peewee import SqliteDatabase

_WIDTH = 6
"""From this width of a scale on, half of it is three or more, and nothing changes."""
_NOW_SQLITE = "strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'"
_RETIRE = (
    """UPDATE "pair" SET "packed" = '' WHERE "id" IN (
    SELECT p."id" FROM "placement" p JOIN "block" b ON b."id" = p."block_id"
    WHERE b."survey_version_id" = {version} AND b."retired_at" IS NULL)""",
    """UPDATE "block" SET "sums" = {nothing}, "retired_at" = {now}
    WHERE "survey_version_id" = {version} AND "retired_at" IS NULL""",
    """UPDATE "practice_part" SET "done" = {nothing}, "not_done" = {nothing}, "retired_at" = {now}
    WHERE "survey_version_id" = {version} AND "retired_at" IS NULL""",
    """DELETE FROM "spread" WHERE "survey_version_id" = {version}""",
)


def up(migrator: Any, db: Any) -> None:
    """Who was in these blocks stays, since their releases are out for good."""
    sqlite = isinstance(db, SqliteDatabase)
    words = {"now": _NOW_SQLITE if sqlite else "now()", "nothing": "x''" if sqlite else "''::bytea"}
    for version, definition in db.execute_sql('SELECT "id", "definition" FROM "survey_version"').fetchall():
        scale = json.loads(definition)["scale"]
        if scale["high"] - scale["low"] < _WIDTH:
            for statement in _RETIRE:
                db.execute_sql(statement.format(version=version, **words))
