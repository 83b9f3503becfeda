"""Machines that share a database compare what they run with, and refuse to differ: one sentence says in what."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cast.builders import NOW, SECRET
from kloof.actions.hosts import joining
from kloof.config import Settings
from kloof.domain.errors import Reason, Refused
from kloof.domain.hosts import GONE, HostPart
from kloof.storage.hosts import joined

pytestmark = pytest.mark.postgresql
SURVEY = "id: installation\n"


@pytest.fixture
def on(postgresql: str, tmp_path: Path) -> Iterator[object]:
    """Be at one machine or another; gives what its settings are, with these in place of the usual ones."""

    def be(name: str, *, survey: str = SURVEY, **more: object) -> Settings:
        folder = tmp_path / name
        (folder / "surveys").mkdir(parents=True, exist_ok=True)
        (folder / "surveys" / "installation.yaml").write_text(survey, encoding="utf-8")
        told = {"folder": folder, "secret_key": SECRET, "database_url": postgresql, "host": name} | more
        return Settings.model_validate(told)

    return be  # type: ignore[return-value]


def joins(settings: Settings, now: datetime = NOW, part: HostPart = HostPart.WEB) -> None:
    joining.join(settings, part, now)


@pytest.mark.parametrize(
    ("differs", "named"),
    [
        (
            {"mail": {"hours": [8, 20]}},
            r"^mail\.hours: not the same here as on the host a, .*seen 7 seconds ago",
        ),
        ({"survey": "id: other\n"}, r"^surveys/installation\.yaml: not the same"),
        ({"secret_key": SECRET[::-1]}, r"^the secret key: not the same"),
        ({"base_url": "https://b.example"}, r"^KLOOF_BASE_URL: not the same"),
        ({"works_council_consent": "2025-01-01"}, r"^works_council_consent: not the same"),
    ],
    ids=["a setting", "a survey", "the key", "an address", "consent"],
)
def test_a_second_machine_that_differs_does_not_start_and_is_told_in_what(on, differs, named) -> None:  # type: ignore[no-untyped-def]
    joins(on("a"))
    with pytest.raises(Refused, match=named) as refused:
        joins(on("b", **differs), NOW + timedelta(seconds=7))
    assert refused.value.reason is Reason.HOST_DIFFERS
    assert "kloof hosts accept" in str(refused.value)
    assert [one.name for one in joined.every()] == ["a"]


def test_machines_that_are_alike_but_for_their_places_work_beside_each_other(on) -> None:  # type: ignore[no-untyped-def]
    joins(on("a", smtp_url="smtp://one.example:25", proxies=1, mail={"ca_file": "/a.pem"}))
    joins(on("b", smtp_url="smtp://two.example:25", proxies=2, mail={"ca_file": "/b.pem"}))
    assert [one.name for one in joined.every()] == ["a", "b"]


def test_one_that_stopped_or_was_silent_for_minutes_stands_in_nobodys_way(on) -> None:  # type: ignore[no-untyped-def]
    joins(on("a"))
    other = on("b", survey="id: other\n")
    joins(other, NOW + GONE)
    joining.leave(other, HostPart.WEB)
    joins(on("a"), NOW + GONE)


def test_a_machine_whose_worker_stopped_and_whose_web_works_still_counts(on) -> None:  # type: ignore[no-untyped-def]
    here = on("a")
    joins(here)
    joins(here, part=HostPart.WORKER)
    joining.leave(here, HostPart.WORKER)
    with pytest.raises(Refused):
        joins(on("b", survey="id: other\n"))


def test_of_what_is_accepted_every_process_with_former_settings_hears_and_none_joins_with_them(on) -> None:  # type: ignore[no-untyped-def]
    before, third = on("a"), on("c")
    joins(before, part=HostPart.WORKER)
    joins(third)
    after = on("b", mail={"hours": [8, 20]})
    assert joining.accept(after, NOW) == ["a", "c"]
    for settings, part in ((before, HostPart.WEB), (before, HostPart.WORKER), (third, HostPart.WEB)):
        with pytest.raises(Refused, match=r"^mail\.hours: other settings were accepted") as refused:
            joining.heed_what_was_accepted(settings, part, NOW)
        assert refused.value.reason is Reason.HOST_DIFFERS
    # The accepting one is not up yet, and nobody else may settle what counts before it is.
    for settings in (before, on("new")):
        with pytest.raises(Refused, match=r"^mail\.hours: other settings were accepted"):
            joins(settings, part=HostPart.WORKER)
    joins(after)
    again = on("a", mail={"hours": [8, 20]})
    joins(again, part=HostPart.WORKER)
    joining.heed_what_was_accepted(again, HostPart.WORKER, NOW)
    assert joining.accept(again, NOW + GONE) == []


def test_the_machine_that_accepts_stops_too_while_it_runs_with_former_settings(on) -> None:  # type: ignore[no-untyped-def]
    before = on("a")
    joins(before)
    after = on("a", mail={"hours": [8, 20]})
    assert joining.accept(after, NOW) == ["a"]
    with pytest.raises(Refused, match="other settings were accepted"):
        joining.heed_what_was_accepted(before, HostPart.WEB, NOW)
    joins(after)
    joining.heed_what_was_accepted(after, HostPart.WEB, NOW)


def test_one_that_is_forgotten_is_none_of_them_and_joins_again_when_it_beats(on) -> None:  # type: ignore[no-untyped-def]
    here = on("a")
    joins(here)
    assert joining.forget("a")
    assert joined.every() == []
    joining.beat(here, HostPart.WEB, NOW)
    assert [one.name for one in joined.every()] == ["a"]
    assert not joining.forget("c")


def test_no_setting_can_be_read_or_guessed_from_what_is_kept_without_the_key(on) -> None:  # type: ignore[no-untyped-def]
    one, other = joining.facts_of(on("a")), joining.facts_of(on("a", secret_key=SECRET[::-1]))
    assert one.keys() == other.keys()
    assert not set(one.items()) & set(other.items())
    assert {len(value) for value in one.values()} == {16}


def test_a_file_of_sqlite_is_of_one_machine(database: str, tmp_path: Path) -> None:
    here = Settings.model_validate({"folder": tmp_path, "secret_key": SECRET, "database_url": database})
    joins(here)
    assert joined.every() == []
