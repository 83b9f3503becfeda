"""kloof worker does what the desk asked for, also after it was killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cast.builders import SECRET
from cast.respondents import MONDAY, answered_deals
from kloof.actions.clock import wall_clock
from kloof.actions.jobs import queue
from kloof.actions.releases import preview
from kloof.actions.releases.approvals import digest_of
from kloof.actions.releases.overview import STEPS
from kloof.cli import main
from kloof.config import load_settings
from kloof.domain.access.audit_log import Actor, ActorKind
from kloof.domain.access.secret_key import check_value
from kloof.domain.jobs.jobs import JobKind
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.states import JobState
from kloof.publish.release_files import read_releases
from kloof.storage.access import key_check
from kloof.storage.models import AuditEntry, Block
from kloof.storage.models import Job as JobRow
from kloof.storage.releases import proposals

pytestmark = pytest.mark.slow

NOOR = Actor(ActorKind.PERSON, 7, "desk")


@pytest.fixture
def run(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    (tmp_path / "kloof.toml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KLOOF_DATABASE_URL", database)
    monkeypatch.setenv("KLOOF_SECRET_KEY", SECRET)
    key_check.note(check_value(SECRET), MONDAY)
    return lambda *words: CliRunner().invoke(main, list(words))


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.1)


def worker() -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "kloof", "worker"], start_new_session=True)


def test_once_does_what_was_asked_for_and_says_who_asked(run: Callable[..., Result]) -> None:
    answered_deals(14)
    job = queue.ask(JobKind.FREEZE, NOOR, wall_clock())
    done = run("worker", "--once")
    assert done.output.endswith(", 3 jobs done.\n"), (
        "and the groups are counted, and the installation looked at"
    )
    assert dict(queue.of(job.id).result) == {"blocks": 1, "pairs": 14, "waiting": 0}
    (line,) = AuditEntry.select().where(AuditEntry.what == "frozen")
    assert (line.hand, line.person, line.role) == ("person", 7, "desk")
    assert json.loads(run("worker", "--once", "--json").output)["jobs"] == 0


def test_from_answers_to_the_site_each_step_in_a_process_of_its_own(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    """What was looked at comes out of another process as it was, tables that chance rounded among it."""
    (tmp_path / "kloof.toml").unlink()
    assert run("init", ".").exit_code == 0
    answered_deals(120, joint_visit=None)
    settings = load_settings(tmp_path, os.environ)
    for kind in (JobKind.FREEZE, JobKind.PREVIEW):
        queue.ask(kind, NOOR, wall_clock())
        run("worker", "--once")
    proposal = proposals.standing()
    assert proposal, queue.latest(JobKind.PREVIEW)
    page = preview.built(settings) / "findings" / "releases" / "0001" / "index.html"
    assert "Publicatie 1" in page.read_text(encoding="utf-8")
    assert not any(settings.releases_folder.glob("[0-9]*")), "nothing is out"
    assert preview.built(settings).parent.stat().st_mode & 0o077 == 0, "and nobody else can read it"
    queue.ask(JobKind.PUBLISH, NOOR, wall_clock(), {"digest": proposal.digest})
    queue.ask(JobKind.BUILD, NOOR, wall_clock())
    run("worker", "--once")
    done = queue.latest(JobKind.LOOK, *STEPS)
    assert {job.state for job in done.values()} == {JobState.DONE}, done
    assert set(done) == {JobKind.LOOK, *STEPS}
    (out,) = read_releases(settings.releases_folder)
    assert isinstance(out.document, ReleaseDocument)
    assert out.document.practices, "else chance has no part in it"
    assert digest_of(out.document) == proposal.digest
    assert (settings.built_site / "findings" / "releases" / "0001").is_dir()
    assert not preview.built(settings).exists()


def test_a_worker_that_is_killed_with_all_its_processes_loses_nothing(run: Callable[..., Result]) -> None:
    """As when the machine stops: the job stands there as running, and its lease ends."""
    answered_deals(14)
    job = queue.ask(JobKind.FREEZE, NOOR, wall_clock())
    first = worker()
    until(lambda: queue.of(job.id).state is not JobState.QUEUED)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    if queue.of(job.id).state is JobState.RUNNING:
        JobRow.update(lease_ends_at=wall_clock() - timedelta(seconds=1)).execute()
    second = worker()
    until(lambda: queue.of(job.id).state is JobState.DONE)
    second.terminate()
    assert second.wait(timeout=60) == 0
    assert Block.select().count() == 1


def test_a_worker_that_is_asked_to_stop_gives_back_its_job_and_ends(run: Callable[..., Result]) -> None:
    answered_deals(14)
    job = queue.ask(JobKind.FREEZE, NOOR, wall_clock())
    first = worker()
    until(lambda: queue.of(job.id).state is not JobState.QUEUED)
    first.terminate()
    assert first.wait(timeout=60) == 0
    left = queue.of(job.id)
    assert left.state in {JobState.QUEUED, JobState.DONE}, "and not running, with nobody there"
    run("worker", "--once")
    assert queue.of(job.id).state is JobState.DONE
    assert Block.select().count() == 1
