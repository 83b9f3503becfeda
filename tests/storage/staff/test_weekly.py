"""The weekly mail asks indexes, also in a company with many deals and mails."""

from datetime import timedelta
from unittest.mock import patch

import pytest

from cast.builders import NOW, person
from instruments.plans import plans
from kloof.storage.database import database as opened
from kloof.storage.staff import weekly


@pytest.mark.usefixtures("database")
def test_to_look_for_somebody_reads_their_own_deals_and_their_own_team_only() -> None:
    today = NOW.date()
    plan = plans(lambda: weekly.for_salesperson(person(), NOW, NOW, today, today))
    plan += plans(lambda: weekly.for_lead("North", NOW, today, today))
    assert not [line for line in plan.splitlines() if line.startswith("SCAN") and "CONSTANT" not in line]
    assert {"deal_seller_sold", "deal_successor", "call_owner", "deal_to_deliver"} <= set(
        plan.replace("(", " ").split()
    )


@pytest.mark.parametrize("whose", [None, 1])
@pytest.mark.usefixtures("database")
def test_to_cancel_what_waits_reads_weekly_mails_only(whose: int | None) -> None:
    run, seen = opened.obj.execute_sql, []

    def explained(sql: str, params: object = None) -> object:
        seen.extend(str(row[-1]) for row in run(f"EXPLAIN QUERY PLAN {sql}", params).fetchall())
        return run(sql, params)

    with patch.object(opened.obj, "execute_sql", explained):
        weekly.cancel("", NOW + timedelta(days=1), whose)
    assert "message_weekly" in "\n".join(seen)
