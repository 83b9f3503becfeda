"""The units for systemd run what kloof has, may do little besides, and are started again for as long as it takes."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from instruments.handbook import SITE, blocks, typed
from instruments.systemd_files import unit

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
TIMERS = sorted(UNITS.glob("*.timer"))
STAY = {"kloof-web", "kloof-worker"}
MOST_EXPOSED = 20
"""Of 100, as systemd-analyze counts; a unit without a word about it has 96."""
by_name = pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.stem)


def of(file: Path) -> dict[str, list[str]]:
    return unit(file.read_text(encoding="utf-8"))


@by_name
def test_each_command_of_a_unit_exists_with_its_options(file: Path) -> None:
    known = dict(typed())
    for line in of(file)["Service.ExecStart"]:
        program, *words = shlex.split(line)
        assert program == "/srv/kloof/.venv/bin/kloof"
        command = (
            known[f"kloof {' '.join(words)}"]
            if f"kloof {' '.join(words)}" in known
            else known[f"kloof {words[0]}"]
        )
        flags = {flag for parameter in command.params for flag in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= flags


@by_name
def test_what_stays_is_started_again_without_an_end_and_what_is_due_once_is_not(file: Path) -> None:
    found = of(file)
    stays = file.stem in STAY
    assert found.get("Service.Restart") == (["always"] if stays else None)
    assert found.get("Unit.StartLimitIntervalSec") == (["0"] if stays else None)
    assert ("Service.RestartSec" in found) == stays
    assert found.get("Service.Type", ["simple"]) == (["simple"] if stays else ["oneshot"])


def test_every_unit_is_locked_in_alike() -> None:
    own = {"ExecStart", "Restart", "RestartSec", "TimeoutStopSec", "Type", "UMask", "ReadWritePaths"}
    alike = [
        {key: values for key, values in of(file).items() if key.startswith("Service.") and key[8:] not in own}
        for file in SERVICES
    ]
    assert all(one == alike[0] for one in alike)
    assert {of(file)["Service.UMask"][0] for file in SERVICES} == {"0077", "0027"}


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze (Debian has it: systemd)")
@by_name
def test_a_unit_is_exposed_to_little(file: Path) -> None:
    words = [
        "systemd-analyze",
        "security",
        "--offline=true",
        f"--threshold={MOST_EXPOSED}",
        "--no-pager",
        file,
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("timer", TIMERS, ids=lambda file: file.stem)
def test_each_timer_has_its_service_and_a_calendar_that_systemd_understands(timer: Path) -> None:
    assert timer.with_suffix(".service").exists()
    (when,) = of(timer)["Timer.OnCalendar"]
    if shutil.which("systemd-analyze"):
        subprocess.run(["systemd-analyze", "calendar", when], check=True, capture_output=True)


def test_what_the_handbook_prints_of_a_unit_stands_in_it() -> None:
    page = (SITE / "how-to" / "publish-the-site.md").read_text(encoding="utf-8")
    for text, name in zip(blocks(page, "ini"), ("kloof-publish.service", "kloof-publish.timer"), strict=True):
        there = (UNITS / name).read_text(encoding="utf-8").splitlines()
        lines = [line for line in text.splitlines() if line and "rsync" not in line]
        assert [line for line in lines if line not in there] == []


def test_each_file_of_deploy_that_the_handbook_names_is_there() -> None:
    pages = "\n".join(path.read_text(encoding="utf-8") for path in SITE.glob("*/*.md"))
    named = set(re.findall(r"\bdeploy/[\w./-]*[\w/]", pages))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


_LOCKED = """
import ctypes, runpy, sys
if ctypes.CDLL(None).prctl(65, 1, 0, 0, 0):
    sys.exit(77)
sys.argv = ["kloof", *sys.argv[1:]]
runpy.run_module("kloof", run_name="__main__")
"""


@pytest.mark.slow
def test_kloof_works_where_no_memory_may_become_a_program(tmp_path: Path) -> None:
    """MemoryDenyWriteExecute=yes, asked of the kernel itself."""

    def types(*words: str, at: Path = tmp_path) -> int:
        program = [sys.executable, "-c", _LOCKED, *words]
        return subprocess.run(program, cwd=at, check=False, capture_output=True).returncode

    done = types("init", "mine")
    if done == 77:
        pytest.skip("this kernel is too old for it (Linux 6.3 has it)")
    assert [
        done,
        *(types(*words.split(), at=tmp_path / "mine") for words in ("db migrate", "freeze", "site build")),
    ] == [0] * 4
