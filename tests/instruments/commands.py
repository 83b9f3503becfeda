"""Typing any command of kloof: the fewest words that it takes, and what is on disk before and after."""

from collections.abc import Mapping
from pathlib import Path

import click
from click.testing import CliRunner, Result

from instruments.handbook import typed
from kloof import storage
from kloof.cli import main

NAMES = [name for name, _ in typed()]
ELSEWHERE = {"kloof init", "kloof demo", "kloof restore"}
"""The commands that work where there is no company."""


def kloof(*words: str, environment: Mapping[str, str] | None = None) -> Result:
    """`kloof …` as a process of its own would do it: no database is open before."""
    storage.close_database()
    return CliRunner().invoke(main, list(words), env=environment)


def fewest_words(name: str, file: str = "some.csv") -> list[str]:
    """The command with a value for all that it cannot do without, and for nothing else."""
    words = name.split()[1:]
    for parameter in dict(typed())[name].params:
        if not parameter.required:
            continue
        kind = parameter.type
        value = kind.choices[0] if isinstance(kind, click.Choice) else "desk@company.example"
        if isinstance(kind, click.types.IntParamType):
            value = "1"
        if isinstance(kind, click.Path):
            value = file if kind.file_okay else "." if kind.exists else "folder"
        words += [value] if isinstance(parameter, click.Argument) else [parameter.opts[0], value]
    return [str(word) for word in words]


def on_disk(*folders: Path) -> dict[str, bytes]:
    """Every file and folder below these, with what is in it."""
    return {
        str(path): path.read_bytes() if path.is_file() else b""
        for folder in folders
        for path in sorted(folder.rglob("*"))
    }
