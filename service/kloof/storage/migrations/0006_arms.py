"""Who was asked at sale is drawn and kept with the deal; queues and blocks know of which arm they are."""

from typing import Any

from peewee import SqliteDatabase

_ARM = """ADD COLUMN "arm" VARCHAR(10) NOT NULL DEFAULT 'asked'"""
_STATEMENTS = (
    f"""ALTER TABLE "deal" {_ARM}""",
    """ALTER TABLE "deal" ADD COLUMN "arm_share" {double} NOT NULL DEFAULT 0""",
    f"""ALTER TABLE "queue_cell" {_ARM}""",
    """DROP INDEX "queue_cell_survey_version_id_product_region_team" """,
    """CREATE UNIQUE INDEX "queue_cell_survey_version_id_product_region_team_arm"
       ON "queue_cell" ("survey_version_id", "product", "region", "team", "arm")""",
    f"""ALTER TABLE "block" {_ARM}""",
)


def up(migrator: Any, db: Any) -> None:
    """Everything is added; what was there before is of the arm in which everybody is asked."""
    double = "REAL" if isinstance(db, SqliteDatabase) else "DOUBLE PRECISION"
    for statement in _STATEMENTS:
        db.execute_sql(statement.format(double=double))
