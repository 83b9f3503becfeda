"""What kloof adds to MkDocs: the look of the company, the menu of the findings, and the latest release at home.

A plugin, so that `mkdocs serve` shows people who write pages the same site as `kloof site build`.
"""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mkdocs.config import base
from mkdocs.config import config_options as options
from mkdocs.plugins import BasePlugin, event_priority

from kloof.design import shared
from kloof.design.accent import stylesheet
from kloof.domain.text import LANGUAGES
from kloof.publish import own_pages
from kloof.publish.pages.site_writer import FIGURES, PICTURE_MARK, ROOT
from kloof.publish.pages.write import ACTIONS, HOME, MENU

if TYPE_CHECKING:
    from jinja2 import Environment
    from mkdocs.config.defaults import MkDocsConfig

HOME_MARK: Final = "<!-- kloof: home -->"
"""Where a page written by people wants the finding and the pictures of the latest release."""

ACTIONS_MARK: Final = "<!-- kloof: actions -->"
"""Where the company's own page wants what it does about its findings; without it, they stand at the end."""
PART: Final = " › "
"""In the search index, between the title of a page and that of a part of it; as in site.js."""

_TITLE = re.compile(r"^# ", re.MULTILINE)
_ASSETS: Final = (".css", ".js", ".svg", ".woff2", ".txt")


class SiteOptions(base.Config):  # type: ignore[no-untyped-call]
    """Under `plugins: - kloof:` in mkdocs.yml; `kloof site build` fills them in from kloof.toml."""

    language = options.Choice(LANGUAGES, default="nl")
    accent = options.Type(str, default="#0b6e69")
    logo = options.Optional(options.File(exists=True))
    colleagues = options.Type(str, default="")


class KloofSite(BasePlugin[SiteOptions]):  # type: ignore[no-untyped-call]
    """The plugin; pyproject.toml names it under `mkdocs.plugins`."""

    def on_config(self, config: "MkDocsConfig") -> "MkDocsConfig":
        """Tell the theme about the company and the findings, and i18n which language stands first."""
        told = _told(Path(config.docs_dir))
        config.extra["kloof"] = {
            "default_language": self.config.language,
            "languages": LANGUAGES,
            "logo": self._logo,
            "colleagues": self.config.colleagues,
            "has_releases": told["menu"] is not None,
            "empty": _without_content(Path(config.docs_dir), has_findings=told["menu"] is not None),
            **told,
        }
        for language in config.plugins["i18n"].config.languages:
            language.default = language.locale == self.config.language
            language.link = "/" if language.default else f"/{language.locale}/"
        return config

    def on_env(self, env: "Environment", **_: Any) -> "Environment":
        """Escape whatever a company, a page or a menu says: MkDocs itself puts it into the theme as it is."""
        env.autoescape = True
        env.filters["title_of"] = _title_of
        env.filters["named_in_menu"] = lambda item: unescape(str(item.title or ""))
        env.filters["with_content"] = lambda nav, empty: list(_with_content(nav, empty))
        return env

    def on_page_markdown(self, markdown: str, *, page: Any, config: "MkDocsConfig", **_: Any) -> str:
        """Put the latest release where a page asks for it, and what the company does on the page for that."""
        language, findings = page.file.locale_alternate_of, Path(config.docs_dir) / ROOT
        home = findings / HOME.format(language=language)
        if HOME_MARK in markdown and home.exists():
            told = home.read_text(encoding="utf-8")
            # A page has one title: where its writer gave it one, the finding is the heading below that.
            markdown = markdown.replace(HOME_MARK, f"#{told}" if _TITLE.search(markdown) else told)
        if own_pages.is_about_actions(page.file.src_uri):
            return own_pages.with_actions(
                markdown, ACTIONS_MARK, findings / ACTIONS.format(language=language)
            )
        return markdown

    def on_post_page(self, output: str, *, config: "MkDocsConfig", **_: Any) -> str:
        """Put the pictures where they belong, now that Markdown and search have read the words."""
        figures = Path(config.docs_dir) / ROOT / FIGURES
        return PICTURE_MARK.sub(
            lambda mark: (figures / f"{mark[1]}.html").read_text(encoding="utf-8").strip(), output
        )

    @event_priority(-200)  # after search and i18n have written the index
    def on_post_build(self, config: "MkDocsConfig") -> None:
        """Add the stylesheets, scripts and fonts, and the company's own accent and logo."""
        target = Path(config.site_dir) / "assets"
        target.mkdir(parents=True, exist_ok=True)
        for room in (files("kloof.design"), files("kloof.publish.theme") / "assets"):
            for file in room.iterdir():
                if file.name.endswith(_ASSETS):
                    (target / file.name).write_bytes(file.read_bytes())
        (target / shared.NAME).write_text(shared.shared_styles(), encoding="utf-8")
        (target / "accent.css").write_text(stylesheet(self.config.accent), encoding="utf-8")
        # A sitemap needs the address where the site will stand, which only site_url in mkdocs.yml can tell.
        for name in ("sitemap.xml.gz",) if config.site_url else ("sitemap.xml", "sitemap.xml.gz"):
            (Path(config.site_dir) / name).unlink(missing_ok=True)
        _name_sections(Path(config.site_dir) / "search" / "search_index.json")
        if self.config.logo and self._logo:
            shutil.copyfile(self.config.logo, target / self._logo)

    @property
    def _logo(self) -> str | None:
        return f"logo{Path(self.config.logo).suffix}" if self.config.logo else None


def _title_of(item: Any) -> str:
    """The title of a page or a part of the menu as text; MkDocs gives one that it took from a heading as HTML."""
    meta = getattr(item, "meta", None) or {}
    return str(meta["title"]) if "title" in meta else unescape(str(item.title or ""))


def _with_content(nav: Any, empty: Sequence[str]) -> Iterator[tuple[Any, Any]]:
    """Each item of the main menu with the page that it leads to, without those of parts that are `empty`."""
    for item in nav:
        target = item
        while not target.is_page and not target.is_link:
            target = next((one for one in target.children if one.is_page), target.children[0])
        if target.is_link or not target.file.src_uri.startswith(tuple(empty)):
            yield item, target


def _told(docs: Path) -> dict[str, Any]:
    menu = docs / ROOT / MENU
    if not menu.exists():
        return {"menu": None, "as_of": None}
    told: dict[str, Any] = json.loads(menu.read_text(encoding="utf-8"))
    return told


def _without_content(docs: Path, *, has_findings: bool) -> list[str]:
    """The parts of the main menu in which there is nothing to read yet."""
    nothing_done = own_pages.is_empty_about_actions(docs) and not [
        *(docs / ROOT).glob(ACTIONS.format(language="*"))
    ]
    return [*([] if has_findings else [f"{ROOT}/"]), *([own_pages.ABOUT_ACTIONS] if nothing_done else [])]


def _name_sections(file: Path) -> None:
    """Put the name of its page before that of each part of a page: the search groups its hits by page."""
    if not file.exists():
        return
    index = json.loads(file.read_text(encoding="utf-8"))
    pages = {found["location"]: found["title"] for found in index["docs"] if "#" not in found["location"]}
    for found in index["docs"]:
        page, part, _ = found["location"].partition("#")
        if part and pages[page] != found["title"]:
            found["title"] = f"{pages[page]}{PART}{found['title']}"
    file.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
