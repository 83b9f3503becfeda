"""No text from outside can make a pattern backtrack: a request of 256 KiB must not hold a process for seconds.

Every regular expression of the package stands in PATTERNS, with who wrote the text that it reads. Those that read what
comes from outside are tried on texts that are put together from their own letters.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]  # the only way to see what a pattern is made of
from typing import Any, Literal

import pytest

from instruments.growth import SIZES, grows_too_fast

PACKAGE = Path(__file__).parents[1] / "service" / "kloof"
FUNCTIONS = frozenset(
    {"compile", "escape", "findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn"}
)

OURS = "ours"
Reader = Literal["search", "fullmatch"]
PATTERNS: dict[str, str | tuple[str, Reader]] = {
    "actions/backups/backup.py: _NAMED": OURS,  # names of files in a folder of backups
    "cli/logs.py: _PERSONAL_PATH": ("kloof.cli.logs", "search"),
    "cli/logs.py: _TOKEN": ("kloof.cli.logs", "search"),
    "cli/logs.py: _ADDRESS": ("kloof.cli.logs", "search"),
    "config/sources.py: _line_of": OURS,  # kloof.toml
    "design/shared.py: _COLOUR": OURS,
    "design/shared.py: _FACE": OURS,
    "domain/deals/cells.py: _DAY_FIRST": ("kloof.domain.deals.cells", "fullmatch"),
    "domain/deals/cells.py: _ROUNDED": ("kloof.domain.deals.cells", "fullmatch"),
    "domain/deals/reading/workbooks.py: _PLACE": ("kloof.domain.deals.reading.workbooks", "fullmatch"),
    "domain/surveys/drafts.py: _NOT_IN_ID": ("kloof.domain.surveys.drafts", "search"),
    "domain/surveys/yaml_words.py: _UNPRINTABLE": ("kloof.domain.surveys.yaml_words", "search"),
    "domain/mailing/verdicts.py: _CODE": ("kloof.domain.mailing.verdicts", "search"),
    "domain/mailing/verdicts.py: _STATUS": ("kloof.domain.mailing.verdicts", "search"),
    "mail/bounces.py: _VERP": ("kloof.mail.bounces", "search"),
    "mail/bounces.py: _QUOTED": ("kloof.mail.bounces", "search"),
    "mail/bounces.py: _CODED": ("kloof.mail.bounces", "search"),
    "mail/caught.py: _NAME": ("kloof.mail.caught", "fullmatch"),
    "mail/caught.py: _WITHIN": ("kloof.mail.caught", "search"),
    "mail/caught.py: _subjects": OURS,  # made of our own subjects; read for at most LONGEST_SUBJECT letters
    "mail/compiled.py: _SPECIAL": ("kloof.mail.compiled", "search"),
    "mail/compiled.py: CompiledBody": OURS,
    "publish/own_pages.py: _BEGINS": OURS,  # pages that the company writes
    "publish/own_pages.py: _FRONT": OURS,
    "publish/site_plugin.py: _TITLE": OURS,  # the same pages
    "publish/own_pages.py: _WRITES_NOTHING": OURS,
    "publish/pages/markup.py: _SPECIAL": ("kloof.publish.pages.markup", "search"),
    "publish/pages/site_writer.py: PICTURE_MARK": OURS,
    "storage/migrations/0014_accounts.py: _spelled": OURS,  # what the database holds, of 100 letters
    "web/app/assets.py: _REMARK": OURS,
    "web/app/logo.py: _size": OURS,  # the company's own file, of at most 12,000 bytes
    "web/seen/requests.py: _NAME": ("kloof.web.seen.requests", "fullmatch"),
    "web/mail_frame.py: _CONNECTS": ("kloof.web.mail_frame", "search"),
    "web/survey/forms.py: _NOT_WRITING": ("kloof.web.survey.forms", "search"),
    "web/survey/page_cache.py: _HOLE": OURS,
    "web/survey/show.py: _INDENT": ("kloof.web.survey.show", "search"),
}
"""File and name, or function, of each pattern → "ours", or the module that holds it and how it is applied."""

OUTSIDE = {where: how for where, how in PATTERNS.items() if how is not OURS}


def uses(tree: ast.Module) -> Iterator[str]:
    """The name, or the function, under which each regular expression of a module stands."""
    for statement in tree.body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and is_pattern(node.func) and ast.unparse(node.func) != "re.escape":
                yield name_of(statement)


def is_pattern(called: ast.expr) -> bool:
    dotted = ast.unparse(called)
    return dotted.startswith("re.") and dotted.removeprefix("re.") in FUNCTIONS


def name_of(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Assign):
        return ast.unparse(statement.targets[0])
    if isinstance(statement, ast.AnnAssign):
        return ast.unparse(statement.target)
    return getattr(statement, "name", "")


@cache
def modules() -> list[tuple[str, ast.Module]]:
    return [
        (str(module.relative_to(PACKAGE)), ast.parse(module.read_text(encoding="utf-8")))
        for module in sorted(PACKAGE.rglob("*.py"))
    ]


def test_every_regular_expression_says_whose_text_it_reads() -> None:
    found = {f"{path}: {name}" for path, tree in modules() for name in uses(tree)}
    assert found == set(PATTERNS)


def test_patterns_come_by_no_other_way() -> None:
    """A form's own validators compile theirs out of sight, and so does who imports a function of `re` by its name."""
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                names = {alias.name for alias in node.names}
                assert node.module not in {"re", "regex"}, path
                assert names.isdisjoint({"Regexp", "URL", "MacAddress", "UUID"}), path
            if isinstance(node, ast.keyword) and node.arg == "regex_engine":
                pytest.fail(f"{path}: pydantic's own engine does not backtrack, and that of Python does")


def test_letters_are_composed_in_one_place_only_where_their_number_is_bounded() -> None:
    """`unicodedata.normalize` takes the square of the marks on one letter: `composed` of domain/spelling does not.

    Migrations stand by themselves, and read what passed the door; the words of a server are cut off before, and those
    of a search are taken apart letter by letter.
    """
    callers = {
        path
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("normalize")
    }
    assert {path for path in callers if not path.startswith("storage/migrations/")} == {
        "domain/deals/search_words.py",
        "domain/mailing/server_words.py",
        "domain/spelling.py",
    }


def letters(parsed: Any) -> Iterator[str]:
    """One letter of each kind that a pattern tells apart."""
    for operation, argument in parsed:
        if operation in {_constants.LITERAL, _constants.NOT_LITERAL}:
            yield chr(argument)
        elif operation is _constants.RANGE:
            yield chr(argument[0])
        elif operation is _constants.IN:
            yield from letters(argument)
        elif operation is _constants.BRANCH:
            for way in argument[1]:
                yield from letters(way)
        elif isinstance(argument, tuple):
            yield from (
                letter
                for part in argument
                if isinstance(part, _parser.SubPattern)
                for letter in letters(part)
            )


def beginning(parsed: Any) -> str:
    """The letters with which each match begins."""
    start = ""
    for operation, argument in parsed:
        if operation is not _constants.LITERAL:
            break
        start += chr(argument)
    return start


def hostile(pattern: "re.Pattern[Any]") -> Iterator[tuple[str, str, str]]:
    """(before, again and again, behind): one letter or two of the pattern's own, without end, and no match."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    parsed = _parser.parse(source)
    alphabet = sorted({*letters(parsed), "a", "0", " ", "\n", ".", "@"})[:16]
    begin = beginning(parsed)
    for before, behind in product(dict.fromkeys(("", begin, "a@")), ("", "\0", "@")):
        for one in alphabet:
            yield before, one, behind
        yield before, begin or "aA", behind
        for one, other in product(alphabet, alphabet):
            if one != other:
                yield before, one + other, behind


def backtracks(pattern: "re.Pattern[Any]", how: Reader) -> str:
    """Empty, or the text on which this pattern takes more than its length, in words."""
    for before, again, behind in hostile(pattern):

        def work(size: int, parts: tuple[str, str, str] = (before, again, behind)) -> None:
            text: Any = parts[0] + parts[1] * (size // len(parts[1])) + parts[2]
            if isinstance(pattern.pattern, bytes):
                text = text.encode("latin-1", "replace")
            if how == "fullmatch":
                pattern.fullmatch(text)
            else:
                for _ in pattern.finditer(text):
                    pass

        # A square shows at 4 KiB already: only the plainest of these texts are tried up to what a request may bring.
        sizes = SIZES if len(again) == 1 and not before and not behind else SIZES[:2]
        if steep := grows_too_fast(work, sizes):
            return f"{before!r} + {again!r} × n + {behind!r}: {steep}"
    return ""


@pytest.mark.slow
@pytest.mark.parametrize("where", OUTSIDE)
def test_no_text_from_outside_makes_a_pattern_backtrack(where: str) -> None:
    module, how = OUTSIDE[where]
    room = __import__(module, fromlist=["*"])
    pattern = getattr(room, where.rpartition(" ")[2])
    assert backtracks(pattern, how) == ""  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pattern", "how"),
    [
        (r"[^@\s]+@[^@\s]+\.[^@\s]+$", "search"),
        (r"[^\s<>]+@[^\s<>]+", "search"),
        (r"<svg[^>]*\bviewBox=", "search"),
        (r"(?:a|b)*c*a*b*\n", "fullmatch"),
        (r" +$", "search"),
    ],
)
def test_patterns_that_do_are_found(pattern: str, how: Reader) -> None:
    assert backtracks(re.compile(pattern), how) != ""
