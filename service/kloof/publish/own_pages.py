"""The pages that people write by hand: what MkDocs would misread of them, and which of them say nothing yet."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import yaml

_FRONT: Final = re.compile(r"\A---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$", re.DOTALL | re.MULTILINE)
ABOUT_ACTIONS: Final = "you-said-we-did/"
"""The folder with the company's own pages about what it does with its findings; the first of them lists its actions."""
_WRITES_NOTHING: Final = re.compile(r"<!--.*?-->|^#[^\n]*", re.DOTALL | re.MULTILINE)
_AS_IT_CAME: Final = ("kloof schrijft er nooit in", "kloof never writes in it")
"""Stood on that page as an earlier `kloof init` made it: whoever left it there wrote nothing yet."""
_BEGINS: Final = re.compile(r"\A---[ \t]*\r?\n[\w-]+[ \t]*:")


def problems(docs: Path, home: Path) -> list[str]:
    """Everything that is wrong with a page's encoding or front matter, by file; `home` is the folder to name from."""
    return [
        f"{_named(file, home)}:{line}: {what}"
        for file in sorted(docs.rglob("*.md"))
        for line, what in _wrong(file)
    ]


def is_about_actions(source: str) -> bool:
    """Whether this page lists what the company does; `source` is its path under site/."""
    folder, _, name = source.rpartition("/")
    return f"{folder}/" == ABOUT_ACTIONS and name.partition(".")[0] == "index"


def with_actions(markdown: str, mark: str, told: Path) -> str:
    """The page with what stands in `told` at the mark, or at its end; as it is where there is no such file."""
    if not told.exists():
        return markdown
    actions = told.read_text(encoding="utf-8")
    if _is_empty(markdown):
        title = markdown.partition("\n")[0]
        return f"{title}\n\n{actions}"
    return markdown.replace(mark, actions) if mark in markdown else f"{markdown}\n\n{actions}"


def is_empty_about_actions(docs: Path) -> bool:
    """Whether nobody wrote anything on the pages about what the company does."""
    return all(_is_empty(page.read_text(encoding="utf-8")) for page in (docs / ABOUT_ACTIONS).rglob("*.md"))


def _is_empty(markdown: str) -> bool:
    if any(words in markdown for words in _AS_IT_CAME):
        return True
    return not _WRITES_NOTHING.sub("", _FRONT.sub("", markdown)).strip()


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
