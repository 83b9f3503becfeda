"""All generated files of site/findings/, in both languages, and nothing else touched."""

from collections.abc import Collection, Mapping, Sequence
from importlib.resources import files as resources
from pathlib import Path
from typing import Final

from kloof.domain.findings import MARGIN
from kloof.domain.findings.company_actions import outcomes
from kloof.domain.notation import date
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.releases.format_1 import AnyRelease, of_this_format
from kloof.domain.text import LANGUAGES, Language
from kloof.publish.action_pages import what_we_do
from kloof.publish.company_actions import read_actions
from kloof.publish.pages.about_pages import write_about
from kloof.publish.pages.answered_pages import write_answered
from kloof.publish.pages.aspect_pages import write_aspects
from kloof.publish.pages.before_pages import write_before
from kloof.publish.pages.feed import feed
from kloof.publish.pages.home.first_page import home
from kloof.publish.pages.menu import menu
from kloof.publish.pages.norm_pages import write_norm
from kloof.publish.pages.parts.comparisons import write_deliveries, write_practices
from kloof.publish.pages.parts.groups import write_groups
from kloof.publish.pages.parts.promises import write_promises
from kloof.publish.pages.section_pages import write_overview
from kloof.publish.pages.site_data import SiteData
from kloof.publish.pages.site_pages import write_first_page
from kloof.publish.pages.site_writer import ROOT, SiteWriter
from kloof.publish.release_files import release_folder
from kloof.publish.words import pick

MENU: Final = ".menu.json"
HOME: Final = ".home.{language}.md"
ACTIONS: Final = ".actions.{language}.md"
WRITTEN: Final = ".written"
"""Lists what was generated, so that next time exactly that makes way, and never a page that people wrote."""

FOLLOW_UP: Final = "you-said-we-did"
"""The folder in which a company writes what it does with the figures."""

_SUBJECT_WRITERS: Final = (
    write_overview,
    write_aspects,
    write_norm,
    write_promises,
    write_before,
    write_groups,
    write_practices,
    write_deliveries,
    write_answered,
)


def write_pages(
    site_folder: Path,
    releases: Sequence[AnyRelease],
    *,
    default_language: Language = "nl",
    contact: str | None = None,
    address: str | None = None,
    least_gap: float = MARGIN,
) -> list[Path]:
    """Write the pages, pictures and feeds under site_folder/findings/; the paths written, relative to it.

    `releases` are in order of number, of any format; of each those files are offered that stand in its folder.
    `address`, where the site will stand, makes the links of the feeds whole.
    `least_gap`: the least gap that matters, of ten points.
    What an earlier call wrote and this one does not is removed; releases and pages that people wrote are left alone.
    """
    standing = {release.number: _standing(site_folder, release) for release in releases}
    actions = _actions(site_folder, releases, default_language)
    follow_up = bool(actions) or _follows_up(site_folder)
    files = _files(releases, standing, default_language, contact, least_gap, follow_up=follow_up)
    files |= actions
    files |= _feeds(releases, default_language, address)
    listed = site_folder / ROOT / WRITTEN
    before = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    for path in set(before) - set(files):
        (site_folder / path).unlink(missing_ok=True)
    for path, content in files.items():
        _write(site_folder / path, content)
    _write(listed, "".join(f"{path}\n" for path in sorted(files)))
    return [Path(path) for path in sorted(files)]


def _follows_up(site_folder: Path) -> bool:
    """Whether the company wrote of what it does with the figures: any page there that is not as kloof init made it."""
    empty = {
        _body(page.read_text(encoding="utf-8"))
        for page in (resources("kloof.scaffold") / "site" / FOLLOW_UP).iterdir()
    }
    pages = (site_folder / FOLLOW_UP).glob("*.md")
    return any(_body(page.read_text(encoding="utf-8", errors="replace")) not in empty for page in pages)


def _body(page: str) -> str:
    """What stands below the title of a page, which was another one in an earlier kloof."""
    return page.partition("\n")[2].strip()


def _standing(site_folder: Path, release: AnyRelease) -> frozenset[str]:
    folder = release_folder(site_folder / ROOT / "releases", release.number)
    return frozenset(file.name for file in folder.glob("*"))


def _write(file: Path, content: str) -> None:
    if file.exists() and file.read_text(encoding="utf-8") == content:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


def _files(
    releases: Sequence[AnyRelease],
    standing: Mapping[int, Collection[str]],
    default_language: Language,
    contact: str | None,
    least_gap: float,
    *,
    follow_up: bool,
) -> dict[str, str]:
    data = SiteData.of(releases, standing, least_gap) if releases else None
    files = {f"{ROOT}/{MENU}": menu(data)}
    for language in LANGUAGES:
        writer = SiteWriter(language, default_language, *_source(data, language))
        files[f"{ROOT}/{HOME.format(language=language)}"] = home(writer, data, follow_up=follow_up)
        write_first_page(writer, data)
        if data is not None:
            for section in data.sections:
                for write in _SUBJECT_WRITERS:
                    write(writer, section)
            write_about(writer, data, contact)
        files |= writer.files
    return files


def _actions(site_folder: Path, releases: Sequence[AnyRelease], default_language: Language) -> dict[str, str]:
    """What stands in findings/actions.json, beside the figures; nothing where nothing stands there."""
    found = outcomes(read_actions(site_folder / ROOT), of_this_format(tuple(releases)))
    files: dict[str, str] = {}
    for language in LANGUAGES if found else ():
        writer = SiteWriter(
            language, default_language, *_source_of(releases[-1] if releases else None, language)
        )
        files[f"{ROOT}/{ACTIONS.format(language=language)}"] = what_we_do(writer, found)
        files |= writer.files
    return files


def _feeds(releases: Sequence[AnyRelease], default_language: Language, address: str | None) -> dict[str, str]:
    languages = LANGUAGES if releases else ()
    return {
        f"{ROOT}/feed-{language}.xml": feed(releases, language, default_language, address)
        for language in languages
    }


def _source(data: SiteData | None, language: Language) -> tuple[str, str]:
    return _source_of(data.latest if data else None, language)


def _source_of(release: AnyRelease | None, language: Language) -> tuple[str, str]:
    """What stands under a picture that is taken along, and the day of the release."""
    if not isinstance(release, ReleaseDocument):
        return "", ""
    day = date(release.published_on, language)
    dated = pick(language, f"publicatie {release.number}, {day}", f"release {release.number}, {day}")
    return f"{pick(language, 'Bron', 'Source')}: {release.company}, {dated}. V − R = S.", day
