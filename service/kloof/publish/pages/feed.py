"""The Atom feed of releases (RFC 4287), with relative addresses so that it works wherever the site stands."""

import uuid
from collections.abc import Iterable
from html import escape
from typing import Final

from kloof.domain.notation import date
from kloof.domain.release import ReleaseDocument
from kloof.domain.text import Language
from kloof.publish.pages.about_pages import release_folder_name
from kloof.publish.words import pick

_NAMESPACE: Final = uuid.UUID("5a2f3e0c-6d0e-5c53-9d5c-2f8f0b1f7a10")


def feed(releases: Iterable[ReleaseDocument], language: Language, default_language: Language) -> str:
    """The newest release first. Ids are name-based UUIDs of company and number, so they never change."""
    newest_first = sorted(releases, key=lambda release: -release.number)
    company = newest_first[0].company
    title = pick(language, f"{company}: nieuwe publicaties", f"{company}: new releases")
    home = "../" if language == default_language else f"../{language}/"
    entries = "".join(_entry(release, language, home) for release in newest_first)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">\n'
        f"  <id>{_id(company, language)}</id>\n  <title>{escape(title)}</title>\n"
        f"  <updated>{_moment(newest_first[0])}</updated>\n"
        f"  <author><name>{escape(company)}</name></author>\n"
        f'  <link rel="alternate" type="text/html" href="{home}findings/"/>\n{entries}</feed>\n'
    )


def _entry(release: ReleaseDocument, language: Language, home: str) -> str:
    title = pick(language, f"Publicatie {release.number}", f"Release {release.number}")
    day = date(release.published_on, language)
    summary = pick(language, f"Nieuwe cijfers, gepubliceerd op {day}.", f"New figures, published on {day}.")
    address = f"{home}findings/releases/{release_folder_name(release.number)}/"
    return (
        f"  <entry>\n    <id>{_id(release.company, language, str(release.number))}</id>\n"
        f"    <title>{escape(title)}</title>\n    <updated>{_moment(release)}</updated>\n"
        f'    <link rel="alternate" type="text/html" href="{address}"/>\n'
        f"    <summary>{escape(summary)}</summary>\n  </entry>\n"
    )


def _moment(release: ReleaseDocument) -> str:
    return f"{release.published_on.isoformat()}T00:00:00Z"


def _id(*names: str) -> str:
    return uuid.uuid5(_NAMESPACE, "/".join(names)).urn
