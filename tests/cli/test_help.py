"""kloof --help and the help of every group and command: no sentence is cut off, on a narrow terminal either."""

import re
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from instruments.handbook import typed
from kloof.cli import COMMANDS, main

WIDTHS = (80, 60)


def tree() -> dict[str, click.Command]:
    """Every command and group by what one types."""
    with click.Context(main) as context:
        groups = {f"kloof {name}": main.get_command(context, name) for name in COMMANDS}
    return {"kloof": main} | groups | dict(typed())


def below(name: str) -> dict[str, click.Command]:
    """The commands that the help of a group lists."""
    return {
        other.rpartition(" ")[2]: command
        for other, command in tree().items()
        if other.rpartition(" ")[0] == name
    }


def shown(name: str, width: int) -> str:
    done = CliRunner().invoke(main, [*name.split()[1:], "--help"], terminal_width=width)
    assert done.exit_code == 0
    return done.stdout


def in_a_row(text: str | None) -> str:
    return " ".join((text or "").split())


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", [name for name in tree() if below(name)])
def test_each_command_of_a_group_stands_there_with_its_whole_first_sentence(name: str, width: int) -> None:
    listed = in_a_row(shown(name, width).partition("Commands:")[2])
    for word, command in below(name).items():
        sentence = re.split(r"(?<=\.)\s", in_a_row((command.help or "").partition("\n\n")[0]))[0]
        assert f"{word} {sentence.removesuffix('.')}" in listed


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", tree())
def test_no_line_of_help_is_cut_off_or_sticks_out(name: str, width: int) -> None:
    command, lines = tree()[name], shown(name, width).splitlines()
    assert max(map(len, lines)) <= width
    assert [line for line in lines[1:] if line.endswith(("...", "…"))] == []
    assert in_a_row(command.help) in in_a_row("\n".join(lines))
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            assert in_a_row(option.help) in in_a_row("\n".join(lines))


def test_help_needs_neither_the_database_nor_the_web_nor_numbers() -> None:
    """Completion asks for it at every press of a key."""
    load = (
        "import sys; from kloof.cli import main; main(['--help'], standalone_mode=False); print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", load], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & {"peewee", "numpy", "flask", "yaml", "smtplib", "kloof.config", "kloof.storage"}
