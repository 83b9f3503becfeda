"""What the desk saves on one machine is on every other before that works with its own, and nothing is overwritten."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cast.builders import NOW, SECRET
from kloof import scaffold, storage
from kloof.actions.company_files import agreed, placing
from kloof.actions.company_files.placing import NO_FILE, PutInPlace
from kloof.actions.hosts import joining
from kloof.actions.mailing import company_texts as texts
from kloof.actions.surveys import editing
from kloof.actions.surveys.editing import SaveResult
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE
from kloof.domain.errors import Reason, Refused
from kloof.domain.hosts import HostPart, KeptKind
from kloof.storage.hosts import kept_files
from kloof.storage.models import AuditEntry, KeptFile

pytestmark = pytest.mark.postgresql
Be = Callable[[str], Settings]
NAME = "installation.yaml"
SURVEY = scaffold.surveys()[NAME].read_text(encoding="utf-8") + "\n# Ours. Ask Noor. \n"


@pytest.fixture
def on(postgresql: str, tmp_path: Path) -> Be:
    """Be at one machine or another; each has the same survey at first."""

    def be(name: str) -> Settings:
        folder = tmp_path / name
        if not folder.exists():
            (folder / "surveys").mkdir(parents=True)
            (folder / "surveys" / NAME).write_text(SURVEY, encoding="utf-8")
        return Settings.model_validate(
            {"folder": folder, "secret_key": SECRET, "database_url": postgresql, "host": name}
        )

    return be


def file(settings: Settings) -> Path:
    return settings.surveys_folder / NAME


def joins(settings: Settings) -> None:
    joining.join(settings, HostPart.WEB, NOW)


def joined(on: Be) -> tuple[Settings, Settings]:
    one, other = on("a"), on("b")
    joins(one)
    joins(other)
    return one, other


def saves(settings: Settings, norm: str, before: str | None = None, name: str = NAME) -> SaveResult:
    """Somebody at this desk types another norm over what their page showed."""
    found = editing.one_file(settings, name)
    text = found.text.replace("norm:", f"norm: {norm} #", 1)
    assert text != found.text
    return editing.save(settings, name, text, before or found.digest, NOW, COMMAND_LINE).result


def test_a_survey_saved_on_one_machine_is_byte_for_byte_on_the_other_at_its_next_look(on: Be) -> None:
    for each in (on("a"), on("b")):
        file(each).write_bytes(b"\xef\xbb\xbf" + SURVEY.encode())
    one, other = joined(on)
    assert saves(one, "7.5") is SaveResult.SAVED
    assert file(other).read_bytes() == b"\xef\xbb\xbf" + SURVEY.encode()
    agreed.bring(other)
    assert file(other).read_bytes() == file(one).read_bytes()
    assert file(one).read_bytes().startswith(b"\xef\xbb\xbf")
    assert b"norm: 7.5 #" in file(other).read_bytes()
    assert b"# Ours. Ask Noor. \n" in file(other).read_bytes()


def test_the_page_of_the_other_machine_shows_what_was_saved_at_once(on: Be) -> None:
    one, other = joined(on)
    saves(one, "7.5")
    assert "norm: 7.5 #" in editing.one_file(other, NAME).text


def test_a_new_survey_and_the_texts_of_mails_reach_the_other_machine(on: Be) -> None:
    one, other = joined(on)
    fresh = editing.begun(SURVEY, "second")
    assert editing.save(one, "second.yaml", fresh, NO_FILE, NOW, COMMAND_LINE).result is SaveResult.SAVED
    said = texts.changed(texts.company_texts(one), {("greeting",): {"nl": "Dag {name},", "en": "Hi {name},"}})
    assert texts.save(one, said, "greeting", NOW, COMMAND_LINE) is PutInPlace.DONE
    agreed.bring(other)
    assert (other.surveys_folder / "second.yaml").read_text(encoding="utf-8") == fresh
    assert texts.company_texts(other).said(("greeting",))["en"] == "Hi {name},"


def test_of_two_desks_on_two_machines_the_second_is_told_and_sees_what_the_first_saved(on: Be) -> None:
    one, other = joined(on)
    shown = editing.one_file(other, NAME).digest
    assert saves(one, "7.5") is SaveResult.SAVED
    text = SURVEY.replace("norm:", "norm: 8.5 #", 1)
    assert editing.save(other, NAME, text, shown, NOW, COMMAND_LINE).result is SaveResult.CHANGED
    assert "norm: 7.5 #" in editing.one_file(other, NAME).text
    assert "norm: 7.5 #" in file(one).read_text(encoding="utf-8")
    assert AuditEntry.select().count() == 1


def test_a_page_of_one_machine_can_be_saved_on_the_other(on: Be) -> None:
    one, other = joined(on)
    saves(one, "7.5")
    assert saves(other, "8.5", before=placing.digest_of(file(one))) is SaveResult.SAVED


@pytest.mark.slow
def test_of_two_who_save_at_the_same_moment_on_two_machines_exactly_one_does(on: Be) -> None:
    one, other = joined(on)
    for turn in range(12):
        before = editing.one_file(one, NAME).digest
        editing.one_file(other, NAME)
        found: dict[str, SaveResult] = {}
        start = threading.Barrier(2)

        def at(
            settings: Settings, norm: str, before: str, found: dict[str, SaveResult], start: threading.Barrier
        ) -> None:
            start.wait()
            text = SURVEY.replace("norm:", f"norm: {norm} #", 1)
            found[norm] = editing.save(settings, NAME, text, before, NOW, COMMAND_LINE).result
            storage.close_connection()

        threads = [
            threading.Thread(target=at, args=(settings, f"{turn % 9}.{number}", before, found, start))
            for number, settings in enumerate((one, other), start=1)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(found.values()) == [SaveResult.CHANGED, SaveResult.SAVED]
        (saved,) = [norm for norm, result in found.items() if result is SaveResult.SAVED]
        for settings in (one, other):
            assert f"norm: {saved} #" in editing.one_file(settings, NAME).text


def test_what_was_edited_by_hand_on_a_disk_is_left_as_it_is_and_refuses_by_name_at_the_next_start(
    on: Be,
) -> None:
    one, other = joined(on)
    saves(one, "7.5")
    agreed.bring(other)
    by_hand = file(other).read_text(encoding="utf-8") + "# by hand\n"
    file(other).write_text(by_hand, encoding="utf-8")
    saves(one, "8.5")
    agreed.bring(other)
    assert file(other).read_text(encoding="utf-8") == by_hand
    with pytest.raises(Refused, match=rf"^surveys/{NAME}: edited by hand on this host") as refused:
        joins(other)
    assert refused.value.reason is Reason.HOST_DIFFERS
    assert agreed.edited_by_hand(other) == [f"surveys/{NAME}"]
    file(other).rename(other.folder / "mine.yaml")
    joins(other)
    assert file(other).read_bytes() == file(one).read_bytes()


def test_also_what_was_put_back_by_hand_as_it_was_before(on: Be) -> None:
    one, other = joined(on)
    saves(one, "7.5")
    agreed.bring(other)
    file(other).write_text(SURVEY, encoding="utf-8")
    agreed.bring(other)
    assert file(other).read_text(encoding="utf-8") == SURVEY
    with pytest.raises(Refused, match="edited by hand"):
        joins(other)


def test_a_save_over_what_was_edited_by_hand_is_told_what_was_saved_elsewhere_and_loses_neither(
    on: Be,
) -> None:
    one, other = joined(on)
    saves(one, "7.5")
    agreed.bring(other)
    by_hand = file(other).read_bytes() + b"# by hand\n"
    file(other).write_bytes(by_hand)
    saves(one, "8.5")
    assert saves(other, "9.5") is SaveResult.CHANGED
    assert "norm: 8.5 #" in editing.one_file(other, NAME).text
    former = [bytes(row.content) for row in KeptFile.select().where(KeptFile.kind == KeptKind.FORMER.value)]
    assert by_hand in former


def test_where_nothing_was_saved_elsewhere_what_was_edited_by_hand_is_saved_with_it(on: Be) -> None:
    one, other = joined(on)
    saves(one, "7.5")
    agreed.bring(other)
    file(other).write_text(file(other).read_text(encoding="utf-8") + "# by hand\n", encoding="utf-8")
    assert saves(other, "9.5") is SaveResult.SAVED
    agreed.bring(one)
    assert file(one).read_text(encoding="utf-8").endswith("# by hand\n")


def test_a_machine_that_was_off_takes_what_was_saved_before_it_compares(on: Be) -> None:
    one, other = joined(on)
    joining.leave(other, HostPart.WEB)
    saves(one, "7.5")
    joins(other)
    assert file(other).read_bytes() == file(one).read_bytes()


def test_a_new_machine_with_the_files_of_before_takes_what_was_saved(on: Be) -> None:
    one = on("a")
    joins(one)
    saves(one, "7.5")
    saves(one, "8.5")
    new = on("new")
    joins(new)
    assert file(new).read_bytes() == file(one).read_bytes()


def test_the_only_machine_is_free_to_edit_put_back_and_take_away_by_hand(on: Be) -> None:
    one = on("a")
    joins(one)
    saves(one, "7.5")
    for text in (SURVEY, SURVEY + "# by hand\n"):
        file(one).write_text(text, encoding="utf-8")
        agreed.bring(one)
        joins(one)
        assert file(one).read_text(encoding="utf-8") == text
        assert kept_files.content(KeptKind.COMPANY, f"surveys/{NAME}") == text.encode()
    saves(one, "8.5")
    file(one).unlink()
    agreed.bring(one)
    joins(one)
    assert not file(one).exists()


def test_after_a_pause_the_first_machine_with_new_files_gives_them_to_one_that_was_forgotten(on: Be) -> None:
    one, other = joined(on)
    saves(one, "7.5")
    agreed.bring(other)
    for each in (one, other):
        joining.leave(each, HostPart.WEB)
    file(other).write_text(SURVEY + "# new\n", encoding="utf-8")
    joins(other)
    joins(one)
    assert file(one).read_bytes() == file(other).read_bytes()


def test_what_is_accepted_on_one_machine_reaches_the_others_which_go_on_without_a_restart(on: Be) -> None:
    one, other = joined(on)
    file(one).write_text(SURVEY + "# new\n", encoding="utf-8")
    with pytest.raises(Refused):
        joins(one)
    assert joining.accept(one, NOW) == []
    for each in (other, one):
        agreed.bring(each)
        joining.heed_what_was_accepted(each, HostPart.WEB, NOW)
    assert file(other).read_bytes() == file(one).read_bytes()
    assert [names for _, names in joining.compared(one)] == [[], []]


def test_a_save_that_the_database_loses_is_taken_back_from_the_disk_too(
    on: Be, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = joined(on)
    saves(one, "7.5")
    before = file(one).read_bytes()

    def lost(*_: object, **__: object) -> None:
        raise RuntimeError("the connection is gone")

    monkeypatch.setattr(editing.audit_log, "write", lost)
    with pytest.raises(RuntimeError):
        saves(one, "8.5")
    assert file(one).read_bytes() != before
    agreed.bring(one)
    assert file(one).read_bytes() == before


def test_a_disk_that_takes_no_file_keeps_it_from_every_machine(
    on: Be, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = joined(on)

    def no_room(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(placing, "_replace", no_room)
    assert saves(one, "7.5") is SaveResult.READ_ONLY
    assert agreed.kept_names() == frozenset()
    monkeypatch.undo()
    agreed.bring(other)
    assert file(other).read_text(encoding="utf-8") == SURVEY


@pytest.mark.parametrize(
    "name", ["kloof.toml", "../kloof.toml", "surveys/../kloof.toml", "surveys/.x.yaml", "/etc/x"]
)
def test_only_what_the_desk_writes_is_taken_from_the_database(on: Be, name: str) -> None:
    one = on("a")
    kept_files.keep(KeptKind.COMPANY, name, b"k = 1")
    agreed.bring(one)
    assert not (one.folder / name).exists()


def test_with_sqlite_nothing_is_kept_and_nothing_noted(database: str, tmp_path: Path) -> None:
    (tmp_path / "surveys").mkdir()
    here = Settings.model_validate({"folder": tmp_path, "secret_key": SECRET, "database_url": database})
    file(here).write_text(SURVEY, encoding="utf-8")
    assert saves(here, "7.5") is SaveResult.SAVED
    assert KeptFile.select().count() == 0
    assert not (tmp_path / "instance").exists()
