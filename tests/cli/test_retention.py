"""kloof retention says what goes and what is kept without end, and does nothing by a clock that may be wrong."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from cast.builders import deal
from instruments.commands import kloof
from kloof import storage
from kloof.actions.clock import wall_clock
from kloof.actions.init import init
from kloof.config import load_settings
from kloof.storage.mailing import last_worked
from kloof.storage.models import Customer, Deal, Invitation

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "mine"
    init(place, "Warmtehuis")
    monkeypatch.chdir(place)
    toml = place / "kloof.toml"
    toml.write_text(toml.read_text().replace("[retention]", "[retention]\nname_months = 12"))
    assert kloof("db", "migrate").exit_code == 0
    storage.open_database(load_settings(place, {}).database_url)
    sold = wall_clock().date() - timedelta(days=500)
    deal(sold_on=sold)
    Deal.update(delivered_on=sold).execute()
    Invitation.update(state="expired").execute()
    return place


def names() -> list[str]:
    storage.open_database(load_settings(Path.cwd(), {}).database_url)
    return [row.name for row in Customer.select()]


def test_a_dry_run_counts_and_the_real_one_forgets(folder: Path) -> None:
    before = names()
    looked = kloof("retention", "--dry-run")
    assert "1 name of a customer of before" in looked.output
    assert "would be forgotten" in looked.output
    assert "Deals with answers: kept without end; answer_months says" in looked.output
    assert names() == before
    done = kloof("--json", "retention")
    assert json.loads(done.output)["customers"]["count"] == 1
    assert names() == [""]
    assert "0 names of customers" in kloof("retention").output


def test_by_a_clock_that_jumped_nothing_is_forgotten(folder: Path) -> None:
    before = names()
    last_worked.note(wall_clock() - timedelta(days=900))
    refused = kloof("retention")
    assert refused.exit_code == 1
    assert "Set the clock right" in refused.output
    assert names() == before
