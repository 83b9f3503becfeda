"""What the how-tos tell one to type, set and expect: each exists, and reads as shown."""

import re
import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from builders import NOW
from handbook import SITE, blocks, typed
from kloof import storage
from kloof.actions.publish import refuse_unless_together
from kloof.config.sources import ENVIRONMENT, load_settings
from kloof.domain.deal_files import read_deals
from kloof.domain.errors import Refused
from kloof.domain.people import DealLine
from kloof.storage import releases

HOW_TOS = sorted((SITE / "how-to").glob("*.md"))
PAGES = sorted(SITE.glob("*/*.md"))


def typed_in(text: str) -> Iterator[list[str]]:
    """The words after `kloof` of each command, in the code blocks and between backticks."""
    lines = "\n".join(blocks(text, "(?:sh|ini|cron)")).replace("ExecStart=", "").splitlines()
    for line in [*lines, *re.findall(r"`(kloof [^`\n]+)`", text)]:
        for command in re.findall(r"(?:^|&& |; |bin/)kloof ([a-z][^#;&$]*)", line):
            yield shlex.split(command)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_command_that_a_page_names_exists_with_its_options(path: Path) -> None:
    known = dict(typed())
    for words in typed_in(path.read_text(encoding="utf-8")):
        name = max((name for name in known if f"kloof {' '.join(words)} ".startswith(f"{name} ")), default="")
        assert name, words
        flags = {flag for parameter in known[name].params for flag in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= flags, words


def test_the_how_tos_type_commands_at_all() -> None:
    assert sum(1 for path in HOW_TOS for _ in typed_in(path.read_text(encoding="utf-8"))) > 60


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_variable_that_a_page_names_exists(path: Path) -> None:
    assert set(re.findall(r"\bKLOOF_[A-Z_]+", path.read_text(encoding="utf-8"))) <= set(ENVIRONMENT)


@pytest.mark.parametrize("how_to", HOW_TOS, ids=lambda path: path.stem)
def test_each_piece_of_kloof_toml_in_a_how_to_can_be_used(how_to: Path, tmp_path: Path) -> None:
    for piece in blocks(how_to.read_text(encoding="utf-8"), "toml"):
        (tmp_path / "kloof.toml").write_text(piece, encoding="utf-8")
        load_settings(tmp_path, {})


def test_the_first_deal_of_the_how_to_goes_in() -> None:
    (csv,) = blocks((SITE / "how-to" / "start-your-own.md").read_text(encoding="utf-8"), "csv")
    assert [type(entry) for _, entry in read_deals(csv, "first.csv")] == [DealLine]


def test_the_refusal_of_an_older_backup_reads_as_the_how_to_shows_it(database: str) -> None:
    newest = SimpleNamespace(number=4, published_on=date(2026, 11, 23))
    with storage.transaction():
        for number in (1, 2, 3):
            releases.record(number, "0" * 64, NOW)
    published = [SimpleNamespace(sha256="0" * 64, document=newest)] * 4
    with pytest.raises(Refused) as refusal:
        refuse_unless_together(published)
    (shown,) = blocks((SITE / "how-to" / "back-up.md").read_text(encoding="utf-8"), "text")
    assert shown.strip() == str(refusal.value)
