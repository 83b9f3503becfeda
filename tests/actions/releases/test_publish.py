"""From closed blocks to a release on disk, and everything that must stop it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cast.respondents import MONDAY, alone, answered_deals, month, settings
from kloof.actions.releases import publish as publishing
from kloof.actions.releases.attack import audit
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.domain.deals.study_arms import Arm
from kloof.domain.errors import Refused
from kloof.domain.releases.closing import Counted
from kloof.domain.releases.document import Level, WithheldReason
from kloof.publish.release_files import read_releases
from kloof.storage.releases import freezing, queueing, releases

pytestmark = pytest.mark.slow


@pytest.fixture
def company(database, tmp_path):
    """Settings of a company of which one block of fourteen is closed."""
    made = settings(tmp_path)
    answered_deals(14)
    freeze(made, MONDAY)
    return made


def grow(company, number: int) -> None:
    """Another block closes, in month `number`."""
    answered_deals(15, seed=number, now=month(number))
    freeze(company, month(number))


def test_closed_blocks_become_the_first_release(company):
    done = publish(company, MONDAY)
    assert done.folder == company.releases_folder / "0001"
    (release,) = read_releases(company.releases_folder)
    assert release.document == done.document
    assert [cell.id for cell in release.document.cells] == [
        "project-1/company",
        "project-1/product/Heat pump",
        "project-1/region/East",
        "project-1/team/East/North",
    ]
    assert release.document.guarantee.max_leverage <= 0.1


def test_publishing_again_without_new_blocks_makes_no_new_release(company):
    publish(company, MONDAY)
    before = {path: path.read_bytes() for path in company.releases_folder.rglob("*") if path.is_file()}
    assert publish(company, month(1)).document is None
    assert before == {
        path: path.read_bytes() for path in company.releases_folder.rglob("*") if path.is_file()
    }


def test_each_release_names_the_one_before_by_its_hash(company):
    publish(company, MONDAY)
    grow(company, 1)
    publish(company, month(1))
    first, second = read_releases(company.releases_folder)
    assert second.document.previous == first.as_previous


def test_nothing_closed_is_nothing_published(database, tmp_path):
    answered_deals(5)
    assert publish(settings(tmp_path), MONDAY).document is None
    assert read_releases(settings(tmp_path).releases_folder) == ()


def test_a_dry_run_certifies_and_writes_nothing(company):
    done = publish(company, MONDAY, dry_run=True)
    assert done.document is not None
    assert not company.releases_folder.exists()
    assert releases.recorded() == ()


def test_every_group_with_deals_that_is_not_published_is_named_without_a_reason(company):
    answered_deals(5, team="South", region="West", seed=3)
    freeze(company, MONDAY)
    document = publish(company, MONDAY).document
    assert [(cell.level.value, cell.region, cell.team) for cell in document.withheld] == [
        ("region", "West", ""),
        ("team", "West", "South"),
    ]


def test_that_answers_are_too_much_alike_is_not_told_to_the_public(company):
    from peewee import fn

    from kloof.storage.models import Pair, QueueCell
    from kloof.storage.releases.pair_encoding import HEAD

    answered_deals(20, team="South", region="West", seed=3)
    west = QueueCell.get(QueueCell.team == "South")
    Pair.update(packed=fn.SUBSTR(Pair.packed, 1, HEAD).concat("hhhgggaaaa")).where(
        Pair.cell == west
    ).execute()
    assert freeze(company, MONDAY).waiting[0].reason is WithheldReason.HOMOGENEOUS
    document = publish(company, MONDAY).document
    assert {cell.team for cell in document.withheld} == {"", "South"}
    assert "reason" not in document.withheld[0].model_dump()


def test_a_retired_block_leaves_the_next_release_and_stays_in_the_past_one(company):
    first = publish(company, MONDAY).document
    deals = answered_deals(15, seed=1)
    freeze(company, month(1))
    publish(company, month(1))
    queueing.withdraw_pair(deals[0], month(2))
    third = publish(company, month(2)).document
    assert [cell.blocks for cell in third.cells] == [cell.blocks for cell in first.cells]
    assert len(read_releases(company.releases_folder)) == 3


def test_pairs_of_a_retired_block_are_counted_as_left_out(company):
    from kloof.storage.models import Deal

    publish(company, MONDAY)
    grow(company, 1)
    before = publish(company, month(1)).document.response[0]
    assert before.left_out == 0
    queueing.withdraw_pair(Deal.select().order_by(Deal.id).first().id, month(2))
    whole = publish(company, month(2)).document.response[0]
    assert before.pairs_published - whole.pairs_published == 14
    assert whole.left_out == 15  # thirteen, to the nearest five


def test_counts_of_who_answered_are_rounded_so_that_one_answer_does_not_show(company):
    response = publish(company, MONDAY).document.response
    assert [counts.level for counts in response] == [*Level]
    for counts in response:
        assert (counts.deals_started, counts.answered_after_delivery, counts.pairs) == (15, 15, 15)
        assert counts.pairs_published == 14


def test_without_a_release_time_goes_on_once_a_month(database, tmp_path):
    made = settings(tmp_path)
    answered_deals(7, team="North")
    answered_deals(7, team="South", seed=1)
    for number in range(3):
        publish(made, month(number))
        publish(made, month(number))
    assert freeze(made, month(3)).blocks == 1


def test_a_release_that_was_changed_is_refused(company):
    publish(company, MONDAY)
    file = company.releases_folder / "0001" / "release.json"
    file.write_text(file.read_text(encoding="utf-8").replace("Warmtehuis", "Warmtehuisje"), encoding="utf-8")
    grow(company, 1)
    with pytest.raises(Refused, match="changed after it was published"):
        publish(company, month(1))


def test_a_release_that_was_changed_together_with_its_manifest_is_refused(company):
    """Whoever can recompute hashes still cannot reach into the database."""
    publish(company, MONDAY)
    manifest = company.releases_folder / "0001" / "datapackage.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(content | {"title": "Another"}), encoding="utf-8")
    grow(company, 1)
    with pytest.raises(Refused, match="Release 1 was changed"):
        publish(company, month(1))


def test_a_missing_release_is_refused(company):
    publish(company, MONDAY)
    shutil.rmtree(company.releases_folder / "0001")
    grow(company, 1)
    with pytest.raises(Refused, match="files of release 1 are missing"):
        publish(company, month(1))


def test_a_database_older_than_the_release_files_is_refused(company, database, tmp_path):
    from kloof import storage

    backup = tmp_path / "backup.db"
    publish(company, MONDAY)
    storage.close_database()
    shutil.copy(database.removeprefix("sqlite:///"), backup)
    storage.open_database(database)
    grow(company, 1)
    publish(company, month(1))
    storage.close_database()
    storage.open_database(f"sqlite:///{backup}")
    with pytest.raises(Refused, match="restored from an older backup") as refusal:
        publish(company, month(2))
    assert "after release 2" in refusal.value.remedy
    storage.close_database()


def test_a_clock_that_was_set_back_is_refused(company):
    publish(company, month(2))
    grow(company, 3)
    with pytest.raises(Refused, match="The clock says"):
        publish(company, month(1))


def test_promising_more_than_earlier_releases_kept_is_refused(company, tmp_path):
    publish(company, MONDAY)
    grow(company, 1)
    with pytest.raises(Refused, match="leverage"):
        publish(settings(tmp_path, k=40), month(1))
    assert len(releases.recorded()) == 1


def test_a_release_that_was_written_but_not_put_in_place_is_finished(company, monkeypatch):
    monkeypatch.setattr("kloof.publish.release_files.Staged.put_in_place", lambda self: None)
    publish(company, MONDAY)
    assert read_releases(company.releases_folder) == ()
    monkeypatch.undo()
    assert publish(company, month(1)).document is None
    assert [release.number for release in read_releases(company.releases_folder)] == [1]


def test_a_failure_while_writing_leaves_no_trace(company, monkeypatch):
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        publish(company, MONDAY)
    monkeypatch.undo()
    assert releases.recorded() == ()
    assert read_releases(company.releases_folder) == ()
    assert publish(company, MONDAY).document is not None


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from kloof import storage
from kloof.actions.releases.publish import publish
from cast.respondents import month, settings
from kloof.publish import release_files
die = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
moment = sys.argv[3]
if moment == "writing":
    release_files._to_disk = die
elif moment == "recording":
    from kloof.storage.releases import releases
    releases.record = die
else:
    release_files.Staged.put_in_place = die
storage.open_database(sys.argv[1])
publish(settings(Path(sys.argv[2])), month(1))
"""


@pytest.mark.parametrize("moment", ["writing", "recording", "putting in place"])
def test_a_crash_at_any_moment_leaves_the_old_release_whole_and_the_next_publish_goes_on(
    company, database, tmp_path, moment
):
    publish(company, MONDAY)
    grow(company, 1)
    before = read_releases(company.releases_folder)
    tests = str(Path(__file__).parents[2])
    process = subprocess.run(
        [sys.executable, "-c", KILLED, database, str(tmp_path), moment, tests], check=False
    )
    assert process.returncode == -signal.SIGKILL
    assert read_releases(company.releases_folder) == before
    publish(company, month(2))
    assert [release.number for release in read_releases(company.releases_folder)] == [1, 2]
    assert not list(company.releases_folder.glob(".staged-*"))


def test_the_attack_suite_finds_nothing_in_what_was_published(company):
    publish(company, MONDAY)
    grow(company, 1)
    publish(company, month(1))
    done = audit(company.releases_folder)
    assert (done.releases, done.breaches) == (2, ())


def test_an_audit_of_nothing_says_so(tmp_path):
    with pytest.raises(Refused, match="no releases"):
        audit(tmp_path)


def test_a_table_that_the_certificate_does_not_allow_is_left_out_and_named(company, monkeypatch):
    """The gate says which; publishing goes on without it."""
    original = publishing._draft

    def with_a_wrong_cell(*arguments):
        draft, history = original(*arguments)
        wrong = draft.cells[0].model_copy(update={"id": "project-1/wrong", "n": 13})
        from dataclasses import replace

        return replace(draft, cells=(*draft.cells, wrong)), history

    monkeypatch.setattr(publishing, "_draft", with_a_wrong_cell)
    done = publish(company, MONDAY)
    assert done.dropped == ("project-1/wrong",)
    assert "project-1/wrong" not in {cell.id for cell in done.document.cells}


def test_the_database_keeps_no_answers_beyond_the_pairs_themselves(company):
    """Blocks hold rounded sums and numbers; what leaves is made of the sums only."""
    (block,) = freezing.live_blocks()
    assert block.figures.sums.shape == (3, 2)
    assert block.figures.counts.shape == (3, len(Counted))


def test_arms_come_out_beside_the_pairs_and_no_attack_finds_anything(company):
    alone(13, Arm.NOT_ASKED)
    gone = alone(16, Arm.LEFT, seed=1)
    freeze(company, MONDAY)
    first = publish(company, MONDAY).document
    assert [(cell.arm, cell.n) for cell in first.arms] == [(Arm.LEFT, 16), (Arm.NOT_ASKED, 13)]
    assert [cell.n for cell in first.cells if cell.level is Level.COMPANY] == [14]
    counts = first.response[0]
    assert (counts.pairs, counts.pairs_published) == (15, 14)
    assert (counts.asked_again, counts.answered_twice, counts.not_asked) == (30, 15, 15)
    queueing.withdraw_pair(gone[0], month(1))
    second = publish(company, month(1)).document
    assert [(cell.arm, cell.as_of.release) for cell in second.arms] == [(Arm.NOT_ASKED, 1)]
    assert audit(company.releases_folder).breaches == ()


def test_who_was_asked_by_lot_and_skipped_the_first_survey_comes_out_in_an_arm_of_its_own(company):
    alone(13, Arm.NOT_ASKED)
    alone(14, Arm.SKIPPED, seed=2)
    freeze(company, MONDAY)
    first = publish(company, MONDAY).document
    assert [(cell.arm, cell.n) for cell in first.arms] == [(Arm.NOT_ASKED, 13), (Arm.SKIPPED, 14)]
    assert audit(company.releases_folder).breaches == ()
    table = (company.releases_folder / "0001" / "arms.csv").read_text(encoding="utf-8")
    assert "project-1/company/skipped,project,1,skipped,r," in table


def test_arms_alone_make_a_release_too(database, tmp_path):
    made = settings(tmp_path)
    alone(13, Arm.LEFT)
    freeze(made, MONDAY)
    release = publish(made, MONDAY).document
    assert (release.cells, len(release.arms)) == ((), 1)
    assert audit(made.releases_folder).breaches == ()
