"""Lines of the audit log go after so many months and no sooner: below its floor, the database lets them."""

from datetime import timedelta
from pathlib import Path

import pytest
from peewee import DatabaseError

from cast.builders import NOW, deal, settings
from kloof import storage
from kloof.actions.retention import forgetting
from kloof.actions.retention.forgetting import Retained
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, CUSTOMER, AuditAction
from kloof.storage.access import audit_log, former_keys
from kloof.storage.database import database as opened
from kloof.storage.models import AuditEntry, Deal

pytestmark = pytest.mark.usefixtures("either_database")
LATER = NOW + timedelta(days=400)


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    made = settings("sqlite:///unused", tmp_path)
    return made.model_copy(update={"retention": made.retention.model_copy(update={"audit_months": 12})})


def lines() -> list[str]:
    return [row.what for row in AuditEntry.select().order_by(AuditEntry.id)]


def test_old_lines_go_and_newer_ones_and_who_wants_no_mail_stay(house: Settings) -> None:
    mine = deal()
    audit_log.write(CUSTOMER, AuditAction.MAIL_STOPPED, NOW, deals=[mine.row])
    audit_log.write(COMMAND_LINE, AuditAction.FROZEN, NOW)
    audit_log.write(CUSTOMER, AuditAction.ANSWERS_SENT, NOW, deals=[mine.row])
    audit_log.write(COMMAND_LINE, AuditAction.PUBLISHED, LATER)
    assert forgetting.foreseen(house, LATER)[Retained.AUDIT].count == 2
    assert forgetting.forget(house, LATER)[Retained.AUDIT].count == 2
    assert lines() == ["mail_stopped", "published"]
    assert former_keys.who_asked() == {Deal.get().customer_id}


def test_the_database_still_refuses_to_lose_a_line_above_the_floor(house: Settings) -> None:
    audit_log.write(COMMAND_LINE, AuditAction.FROZEN, NOW)
    forgetting.forget(house, LATER)
    audit_log.write(COMMAND_LINE, AuditAction.PUBLISHED, LATER)
    for statement in ("DELETE FROM audit_entry", "UPDATE audit_entry SET what = 'frozen'"):
        with pytest.raises(DatabaseError, match="only grows"), storage.transaction():
            opened.execute_sql(statement)
    assert lines() == ["published"]


def test_without_months_no_line_ever_goes(house: Settings, tmp_path: Path) -> None:
    audit_log.write(COMMAND_LINE, AuditAction.FROZEN, NOW)
    silent = settings("sqlite:///unused", tmp_path)
    assert forgetting.forget(silent, LATER)[Retained.AUDIT].count == 0
    assert lines() == ["frozen"]
