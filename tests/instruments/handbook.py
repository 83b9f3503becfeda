"""Reading the handbook: its pages, tables and code blocks, and the commands that it is about."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
from pydantic import BaseModel

from kloof.cli import COMMANDS, main
from kloof.config.settings import Settings

SITE = Path(__file__).parents[2] / "site"
Rows = list[list[str]]


def page(name: str) -> str:
    return (SITE / "reference" / f"{name}.md").read_text(encoding="utf-8")


def sections() -> dict[str, type[BaseModel]]:
    """The sections of kloof.toml, as Settings has them."""
    kinds = {name: field.annotation for name, field in Settings.model_fields.items()}
    return {
        name: kind for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, BaseModel)
    }


def rows(text: str) -> Rows:
    """The cells of every row of every table in this Markdown, without the heads."""
    found: Rows = []
    lines = text.splitlines()
    for at, line in enumerate(lines):
        is_head = at + 1 < len(lines) and lines[at + 1].startswith("|---")
        if line.startswith("| ") and not is_head:
            found.append([cell.strip() for cell in line.strip().strip("|").split(" | ")])
    return found


def under(text: str, heading: str) -> str:
    """What stands under a heading, as far as the next one of its rank or higher."""
    rank = heading.index(" ")
    found = re.search(rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{rank}}} |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"there is no heading {heading!r}"
    return found[1]


def blocks(text: str, kind: str) -> list[str]:
    """The code blocks of one kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def code(cell: str) -> str:
    """What stands between backticks at the start of a cell."""
    found = re.match(r"`([^`]+)`", cell)
    assert found, f"{cell!r} does not begin with code"
    return found[1]


def named(text: str) -> list[str]:
    return [code(row[0]) for row in rows(text)]


def typed() -> Iterator[tuple[str, click.Command]]:
    """Every command and subcommand, as one types it."""
    with click.Context(main) as context:
        for name in COMMANDS:
            command = main.get_command(context, name)
            assert command is not None
            inner = command.commands if isinstance(command, click.Group) else {"": command}
            yield from ((f"kloof {name} {sub}".strip(), found) for sub, found in inner.items())
