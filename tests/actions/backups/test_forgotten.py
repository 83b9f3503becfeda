"""What was forgotten by age does not come back with an older backup: it is forgotten again before anybody sees it."""

from datetime import timedelta
from pathlib import Path

import pytest

from cast.builders import CALLS, NOW, SECRET, deal, person
from cast.respondents import SELLERS
from kloof import storage
from kloof.actions.backups import backup
from kloof.actions.backups.restore import restore
from kloof.actions.releases.freeze import freeze
from kloof.actions.retention import forgetting
from kloof.actions.surveys import respond
from kloof.config import Settings, load_settings
from kloof.domain.access.audit_log import COMMAND_LINE, AuditAction
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.access import audit_log
from kloof.storage.models import AuditEntry, Block, Customer, Deal, Pair, Response

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("backups")]
LATER = NOW + timedelta(days=400)
KEPT = "[retention]\nanswer_months = 12\nname_months = 12\naudit_months = 12\n"


def company(url: str, folder: Path, kept: str) -> tuple[Settings, dict[str, str]]:
    folder.mkdir()
    (folder / "kloof.toml").write_text(kept)
    (folder / "surveys").mkdir()
    environ = {"KLOOF_DATABASE_URL": url, "KLOOF_SECRET_KEY": SECRET}
    return load_settings(folder, environ), environ


def answered() -> None:
    """Fourteen customers of four salespeople answer both surveys."""
    for number in range(14):
        built = deal(seller=person(SELLERS[number % 4]), waves=(Wave.SALE, Wave.DELIVERY))
        for wave, token in built.tokens.items():
            point = 3 + (number * 5 + (3 if wave is Wave.SALE else 0)) % 7
            said = Changes(answers={"a1": point, "a2": 10 - point, "a3": point - 1}, consent=Consent.NAMED)
            respond.save(respond.open_link(token, NOW), said, NOW, CALLS, submit=True)


def left() -> tuple[int, int, int, int]:
    """Responses, pairs and customers of whom something can be read, and lines of the log from before."""
    return (
        sum(bool(bytes(row.answers)) for row in Response.select()),
        Pair.select().where(Pair.packed != "").count(),
        Customer.select().where(Customer.name != "").count(),
        AuditEntry.select().where(AuditEntry.at < NOW + timedelta(days=1)).count(),
    )


@pytest.mark.parametrize("kept", [KEPT, ""], ids=["set", "not set"])
def test_a_backup_of_before_is_put_back_without_what_is_forgotten_since(
    either_database: str, tmp_path: Path, kept: str
) -> None:
    house, environ = company(either_database, tmp_path / "company", kept)
    answered()
    Deal.update(delivered_on=NOW.date()).execute()
    audit_log.write(COMMAND_LINE, AuditAction.SITE_BUILT, NOW)
    freeze(house, NOW)
    before, sums = left(), bytes(Block.get().sums)
    file = tmp_path / "backup.zip"
    backup.make(house, file, NOW)
    forgetting.catch_up(house, LATER)
    now = left()
    assert now == ((0, 0, 0, 0) if kept else before) != (28, 14, 14, 0)
    storage.close_database()
    restore(file, house.folder, environ, LATER, over=True)
    storage.open_database(either_database)
    assert left() == now
    assert bytes(Block.get().sums) == sums
