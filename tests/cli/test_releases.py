"""kloof freeze, publish and audit, as the desk types them."""

import json

import pytest
from click.testing import CliRunner

from cast.respondents import MONDAY, answered_deals, settings
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.cli import main

pytestmark = pytest.mark.slow


@pytest.fixture
def run(database, tmp_path, monkeypatch):
    (tmp_path / "kloof.toml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KLOOF_DATABASE_URL", database)

    def typed(*words: str):
        return CliRunner().invoke(main, list(words))

    return typed


def test_freeze_says_what_closed_and_what_waits(run):
    answered_deals(14)
    answered_deals(4, team="South", seed=1)
    result = run("freeze")
    assert "1 blocks closed, with 14 deals of 14 customers." in result.output
    assert "waits: project v1, Heat pump, East, South: 4 deals, 8 customers too few" in result.output


def test_freeze_and_publish_report_to_programs(run, tmp_path):
    answered_deals(14)
    assert json.loads(run("freeze", "--json").output)["blocks"] == 1
    dry = json.loads(run("publish", "--dry-run", "--json").output)
    assert (dry["release"], dry["dry_run"], dry["folder"]) == (1, True, None)
    done = json.loads(run("publish", "--json").output)
    assert (done["release"], done["cells"], done["guarantee"]["k"]) == (1, 4, 10)
    assert json.loads(run("publish", "--json").output)["release"] is None


def test_audit_finds_nothing_in_sound_releases(run, tmp_path):
    answered_deals(14)
    freeze(settings(tmp_path), MONDAY)
    publish(settings(tmp_path), MONDAY)
    result = run("audit")
    assert result.exit_code == 0
    assert "1 releases, 0 breaches." in result.output
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
