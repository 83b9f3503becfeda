"""From site/ to build/site/: MkDocs with kloof's theme, strict and quiet, the same output for the same input."""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kloof.domain.errors import BadInput, Reason, Refused
from kloof.domain.text import Language
from kloof.publish import own_pages
from kloof.publish.packed_site import swap

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

_UNCHANGED: Final = "The site was not changed."
_SOURCE_DATE: Final = "0"  # MkDocs would stamp the moment of building; nothing shows it


@dataclass(frozen=True, slots=True)
class CompanyStyle:
    """What makes the site a company's own. `accent` is a colour as `#0b6e69`, `logo` an image file, `colleagues` the
    address where its own people sign in; empty for no link to it.
    """

    company: str
    language: Language
    accent: str
    logo: Path | None = None
    colleagues: str = ""


def build_site(
    folder: Path, look: CompanyStyle, docs: Path | None = None, target: Path | None = None
) -> Path:
    """Build `folder`/mkdocs.yml into the site_dir it names; returns that folder.

    docs, target: build from these pages into this folder in place of those that it names.
    The finished site takes the old one's place at once. Raises BadInput with every warning of MkDocs: a warning
    is a link or a file that a reader would miss; and with every page that cannot be read as it was meant. Raises
    Refused where there is no mkdocs.yml.
    """
    file = folder / "mkdocs.yml"
    if not file.exists():
        raise Refused(
            Reason.FOLDER_UNFIT,
            f"There is no mkdocs.yml in {folder.name or 'this folder'}.",
            remedy="Run kloof init for a folder of your own, or build from the folder that has it.",
        )
    with _quiet() as warnings:
        return _mkdocs(file, look, warnings, _instead(docs, target))


def _instead(docs: Path | None, target: Path | None) -> dict[str, str]:
    places = {"docs_dir": docs, "site_dir": target}
    return {name: str(place) for name, place in places.items() if place}


def _mkdocs(file: Path, look: CompanyStyle, warnings: list[str], instead: dict[str, str]) -> Path:
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import Abort, MkDocsException

    fresh: Path | None = None
    try:
        config = load_config(str(file), site_name=look.company, strict=False, **instead)
        if wrong := own_pages.problems(Path(config.docs_dir), file.parent.resolve()):
            raise BadInput(Reason.SITE_UNBUILT, wrong, remedy=_UNCHANGED)
        target = Path(config.site_dir)
        fresh = target.with_name(f".{target.name}-being-built")
        config.site_dir = str(fresh)
        _dress(config, look)
        config.plugins.on_startup(command="build", dirty=False)
        build(config)
        config.plugins.on_shutdown()
    except OSError:
        if fresh:  # on a full disk it would stand in the way of the next try
            shutil.rmtree(fresh, ignore_errors=True)
        raise
    except (Abort, MkDocsException) as error:
        raise BadInput(Reason.SITE_UNBUILT, warnings or [str(error)], remedy=_UNCHANGED) from None
    if warnings:
        shutil.rmtree(fresh)
        raise BadInput(Reason.SITE_UNBUILT, warnings, remedy=_UNCHANGED)
    swap(fresh, target)
    return target


def _dress(config: "MkDocsConfig", look: CompanyStyle) -> None:
    if "kloof" not in config.plugins or "i18n" not in config.plugins:
        raise Refused(
            Reason.SITE_UNBUILT,
            "The plugins kloof and i18n are not both in mkdocs.yml.",
            where="mkdocs.yml: plugins",
            remedy="Copy the list of plugins from a folder that kloof init made.",
        )
    chosen = config.plugins["kloof"].config
    chosen.language, chosen.accent, chosen.colleagues = look.language, look.accent, look.colleagues
    chosen.logo = str(look.logo) if look.logo else None


class _Collected(logging.Handler):
    def __init__(self, messages: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.messages = messages

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@contextmanager
def _quiet() -> Iterator[list[str]]:
    """MkDocs says nothing meanwhile; its warnings come back as a list."""
    warnings: list[str] = []
    logger, handler = logging.getLogger("mkdocs"), _Collected(warnings)
    level, propagate = logger.level, logger.propagate
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    os.environ["SOURCE_DATE_EPOCH"] = epoch or _SOURCE_DATE
    try:
        yield warnings
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
        logger.propagate = propagate
        if epoch is None:
            del os.environ["SOURCE_DATE_EPOCH"]
