"""The menu beside the findings, as data that the theme lays out."""

import json

from kloof.domain.notation import date
from kloof.domain.releases.document import ReleaseDocument
from kloof.domain.text import LANGUAGES, Language
from kloof.publish.pages.site_data import SiteData
from kloof.publish.pages.site_pages import about_pages, section_pages
from kloof.publish.words import pick


def menu(data: SiteData | None) -> str:
    """The groups of pages per language, and of which release they are; empty where there is none."""
    if data is None:
        return json.dumps({"menu": None, "as_of": None}) + "\n"
    latest = data.latest
    whole = {
        "menu": {language: _groups(data, language) for language in LANGUAGES},
        "as_of": latest and {language: _as_of(latest, language) for language in LANGUAGES},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _groups(data: SiteData, language: Language) -> list[dict[str, object]]:
    groups: list[dict[str, object]] = [
        {
            "title": section.title(language),
            "pages": [_item(path, name) for path, name in section_pages(section, language)],
        }
        for section in data.sections
    ]
    about = [_item(path, name) for path, name, _ in about_pages(data, language)]
    return [*groups, {"title": pick(language, "Over deze cijfers", "About these figures"), "pages": about}]


def _item(path: str, name: str) -> dict[str, str]:
    return {"title": name, "url": f"findings/{path.removesuffix('index').rstrip('/')}/"}


def _as_of(release: ReleaseDocument, language: Language) -> str:
    day = date(release.published_on, language)
    return pick(language, f"Publicatie {release.number} van {day}", f"Release {release.number} of {day}")
