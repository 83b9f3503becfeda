"""The pages that people write by hand: what MkDocs would show as text, or not read at all, with file and line."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

_FRONT: Final = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$", re.DOTALL | re.MULTILINE)
_BEGINS: Final = re.compile(r"\A---[ \t]*\r?\n[\w-]+[ \t]*:")


def problems(docs: Path, home: Path) -> list[str]:
    """Everything that is wrong with a page's encoding or front matter, by file; `home` is the folder to name from."""
    return [
        f"{_named(file, home)}:{line}: {what}"
        for file in sorted(docs.rglob("*.md"))
        for line, what in _wrong(file)
    ]


def _named(file: Path, home: Path) -> Path:
    return file.relative_to(home) if file.is_relative_to(home) else file


def _wrong(file: Path) -> Iterator[tuple[int, str]]:
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        yield line, "this line is not UTF-8 text. Save the page as UTF-8."
        return
    front = _FRONT.match(text)
    if front:
        yield from _wrong_in(front[1])
    elif _BEGINS.match(text):
        yield 1, "the lines between --- are not closed. Put --- below the last of them."


def _wrong_in(front: str) -> Iterator[tuple[int, str]]:
    try:
        found = yaml.safe_load(front)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 2 + (mark.line if mark else 0)
        yield line, f"{error.problem}. Put a text that holds a colon between quotation marks."
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        yield 2, f"the lines between --- cannot be read as YAML ({type(error).__name__})."
    else:
        if found is not None and not isinstance(found, dict):
            yield 2, "the lines between --- are not of the form `name: value`."
