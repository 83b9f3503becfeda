"""How the database finds what the statements of a call ask for, in its own words."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

from kloof.storage import transaction
from kloof.storage.database import database, is_postgresql


def plans(call: Callable[[], object]) -> str:
    """The plan of each SELECT on a table that this call makes, one line below the other; the call happens as well."""
    opened = database.obj
    found: list[str] = []
    run, explain = opened.execute_sql, "EXPLAIN" if is_postgresql() else "EXPLAIN QUERY PLAN"

    def explained(sql: str, params: Any = None) -> Any:
        if sql.lstrip().startswith("SELECT") and " FROM " in sql:
            found.extend(str(line[-1]) for line in run(f"{explain} {sql}", params).fetchall())
        return run(sql, params)

    with transaction(), patch.object(opened, "execute_sql", explained):
        call()
    return "\n".join(found)
