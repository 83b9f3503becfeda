"""kloof freeze, publish and audit, as the desk types them."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner
from statsmodels.stats.power import TTestPower

from cast.builders import SECRET
from cast.respondents import MONDAY, answered_deals, settings
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.cli import main
from kloof.domain.access.secret_key import check_value
from kloof.storage.access import key_check
from kloof.storage.models import Pair
from kloof.storage.releases import spreads

pytestmark = pytest.mark.slow


@pytest.fixture
def run(database, tmp_path, monkeypatch):
    (tmp_path / "kloof.toml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KLOOF_DATABASE_URL", database)
    monkeypatch.setenv("KLOOF_SECRET_KEY", SECRET)
    key_check.note(check_value(SECRET), MONDAY)

    def typed(*words: str):
        return CliRunner().invoke(main, list(words))

    return typed


def test_freeze_says_what_closed_and_what_waits(run):
    answered_deals(14)
    answered_deals(4, team="South", seed=1)
    result = run("freeze")
    assert "1 block closed, with 14 pairs of answers." in result.output
    assert "waits: project v1, Heat pump, East, South: 4 deals, 8 customers too few" in result.output


def test_freeze_and_publish_report_to_programs(run, tmp_path):
    answered_deals(14)
    assert json.loads(run("freeze", "--json").output)["blocks"] == 1
    dry = json.loads(run("publish", "--dry-run", "--json").output)
    assert (dry["release"], dry["dry_run"], dry["folder"]) == (1, True, None)
    done = json.loads(run("publish", "--json").output)
    assert (done["release"], done["cells"], done["guarantee"]["k"]) == (1, 4, 10)
    assert json.loads(run("publish", "--json").output)["release"] is None


def test_publish_wants_the_approval_that_the_settings_ask_for_and_says_where_to_get_it(run, tmp_path):
    (tmp_path / "kloof.toml").write_text("[publishing]\napprovals = 2\n", encoding="utf-8")
    answered_deals(14)
    run("freeze")
    refused = run("publish")
    assert refused.exit_code == 1
    assert "A second person has to approve this release first" in refused.output
    assert "/desk/releases" in refused.output
    assert not list((tmp_path / "site").rglob("release.json"))
    assert json.loads(run("publish", "--dry-run", "--json").output)["release"] == 1, "to look needs nobody"


def test_what_came_out_needs_no_preview_any_more(run, tmp_path):
    page = tmp_path / "instance" / "preview" / "site" / "index.html"
    page.parent.mkdir(parents=True)
    page.touch()
    answered_deals(14)
    run("freeze")
    run("publish", "--dry-run")
    assert page.exists()
    run("publish")
    assert not page.exists()


def test_plan_says_when_a_group_has_enough_and_how_many_pairs_a_gap_needs(run, tmp_path):
    answered_deals(40)
    answered_deals(6, team="South", seed=1)
    freeze(settings(tmp_path), MONDAY)
    now = datetime.now(UTC)
    Pair.update(completed_at=now - timedelta(days=10)).execute()
    result = json.loads(run("plan", "--gap", "0.5", "--json").output)
    (group,) = result["waiting"]
    assert (group["team"], group["short_of"]) == ("South", 6)
    days = (date.fromisoformat(group["closes_about"]) - now.date()).days
    assert 89 <= days <= 91, "six came in ninety days, and six are lacking"
    assert {need["gap"] for need in result["needs"]} == {0.5}
    for need in result["needs"]:
        (spread,) = spreads.standing()
        assert need["sd"] == spread.aspects[need["aspect"]].s
        least = TTestPower().solve_power(0.5 / need["sd"], power=0.8, alpha=0.05)
        assert need["pairs"] > least, "rounding adds to what a gap needs"
        assert need["pairs"] < 1.5 * least
    words = run("plan").output
    assert "at this pace it has enough about" in words
    assert "40 stand in blocks" in words
    assert run("plan", "--gap", "0").exit_code == 2


def test_audit_finds_nothing_in_sound_releases(run, tmp_path):
    answered_deals(14)
    freeze(settings(tmp_path), MONDAY)
    publish(settings(tmp_path), MONDAY)
    result = run("audit")
    assert result.exit_code == 0
    assert "1 release, 0 breaches." in result.output
    assert run("audit", str(tmp_path / "site" / "findings" / "releases")).exit_code == 0


def test_audit_of_a_changed_release_is_refused_in_a_sentence(run, tmp_path):
    answered_deals(14)
    freeze(settings(tmp_path), MONDAY)
    publish(settings(tmp_path), MONDAY)
    file = tmp_path / "site" / "findings" / "releases" / "0001" / "cells.csv"
    file.write_text("changed", encoding="utf-8")
    result = run("audit")
    assert result.exit_code == 1
    assert "changed after it was published" in result.output


def test_publishing_nothing_says_so(run):
    assert "Nothing closed since the last release" in run("publish").output
