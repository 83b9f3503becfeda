"""Where the demo lives, at which port and on which day: what another has is never taken, and never thrown away."""

import socket
from datetime import date
from pathlib import Path

import pytest

from cast.played import DAY, Play
from kloof.config import DEMO_MARK
from kloof.demo import processes
from kloof.demo.folder import clear, furnish, held
from kloof.domain.errors import Refused


def test_what_a_demo_of_before_left_is_thrown_away(tmp_path: Path) -> None:
    with held(tmp_path):
        furnish(tmp_path, DAY)
        (tmp_path / "mail").mkdir()
    with held(tmp_path):
        clear(tmp_path)
        assert [entry.name for entry in tmp_path.iterdir()] == [DEMO_MARK]


def test_a_link_in_the_folder_is_thrown_away_and_not_what_it_leads_to(tmp_path: Path) -> None:
    kept = tmp_path / "elsewhere" / "accounts.txt"
    kept.parent.mkdir()
    kept.touch()
    folder = tmp_path / "demo"
    with held(folder):
        (folder / "link").symlink_to(kept.parent)
        clear(folder)
    assert kept.exists()


def test_a_folder_in_which_a_demo_runs_is_not_given_to_another(tmp_path: Path) -> None:
    with held(tmp_path), pytest.raises(Refused, match="A demo is running"), held(tmp_path):
        pass


def test_a_folder_is_free_again_when_its_demo_has_ended(tmp_path: Path) -> None:
    with held(tmp_path):
        pass
    with held(tmp_path) as number:
        assert number


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_port_that_another_program_has_is_refused_with_one_to_try(
    tmp_path: Path, family: socket.AddressFamily, host: str
) -> None:
    with socket.socket(family) as other:
        try:
            other.bind((host, 0))
        except OSError:
            pytest.skip("no IPv6")
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Refused, match=f"Port {port} is in use") as refusal:
            processes.run(tmp_path, port)
    assert f"make demo PORT={port + 1 if port < 65535 else port - 1}" in str(refusal.value)


def test_after_the_last_port_the_one_before_it_is_proposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(*_: object) -> None:
        raise OSError(98, "Address already in use")

    monkeypatch.setattr(socket.socket, "bind", taken)
    with pytest.raises(Refused, match="PORT=65534"):
        processes.run(tmp_path, 65535)


def test_a_port_that_is_not_for_everybody_is_not_said_to_be_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket.socket, "bind", denied)
    with pytest.raises(Refused, match="You may not open port 80"):
        processes.run(tmp_path, 80)


@pytest.mark.parametrize("day", [date.min, date(1979, 12, 31), date(2100, 1, 1), date.max])
def test_a_day_that_no_calendar_of_the_demo_has_is_refused(tmp_path: Path, day: date) -> None:
    with pytest.raises(Refused, match="The demo plays from 1992-01-01 to 2097-12-31"):
        processes.run(tmp_path, 8000, day)


@pytest.mark.parametrize("day", [processes.FIRST_DAY, processes.LAST_DAY])
def test_the_first_and_the_last_day_can_be_played(play: Play, day: date) -> None:
    assert play(day).doors
