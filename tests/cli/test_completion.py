"""Shell completion, as the reference says to switch it on; it works in any folder and writes nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from instruments.commands import on_disk
from instruments.handbook import blocks, page, under
from kloof.cli import main

BIN = Path(sys.executable).parent
DOCUMENTED = under(page("commands"), "## Shell completion")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is no company's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KLOOF_FOLDER", raising=False)
    return tmp_path


def offered(line: str) -> list[str]:
    """What bash offers for the last word of this line."""
    words = line.split(" ")
    asked = {"_KLOOF_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    return CliRunner().invoke(main, env=asked).stdout.split()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(here: Path, shell: str) -> None:
    asked = os.environ | {"_KLOOF_COMPLETE": f"{shell}_source"}
    done = subprocess.run([BIN / "kloof"], env=asked, capture_output=True, text=True, check=True)
    assert f"_KLOOF_COMPLETE={shell}_complete" in done.stdout
    assert on_disk(here) == {}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("kloof de", ["plain,deals", "plain,demo"]),
        ("kloof deals im", ["plain,import"]),
        ("kloof outbox list --st", ["plain,--state"]),
        ("kloof people add --role l", ["plain,lead"]),
        ("kloof --folder nowhere --json dele", []),
        ("kloof --folder nowhere --json deals d", ["plain,delivered"]),
        ("kloof doctor --f", ["plain,--folder"]),
        ("kloof doctor --folder ", ["dir,"]),
    ],
)
def test_words_options_and_choices_are_completed(here: Path, line: str, words: list[str]) -> None:
    assert offered(line) == words
    assert on_disk(here) == {}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_reference_has_a_line_for_each_shell(shell: str) -> None:
    assert f"_KLOOF_COMPLETE={shell}_source kloof" in DOCUMENTED


def test_the_line_of_the_reference_makes_bash_complete() -> None:
    switched_on = next(
        line for line in "".join(blocks(DOCUMENTED, "sh")).splitlines() if "bash_source" in line
    )
    asks = "COMP_WORDS=(kloof de); COMP_CWORD=1; _kloof_completion kloof; echo ${COMPREPLY[@]}"
    done = subprocess.run(
        ["bash", "--norc", "-c", f"{switched_on.partition('#')[0]}\n{asks}"],
        env=os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["deals", "demo"]
