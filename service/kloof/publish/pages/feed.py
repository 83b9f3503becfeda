"""The Atom feed of releases (RFC 4287): whole addresses where the site's is known, else relative ones."""

import uuid
from collections.abc import Iterable
from html import escape
from typing import Final

from kloof.domain.notation import date
from kloof.domain.releases.format_1 import AnyRelease
from kloof.domain.text import Language
from kloof.publish.pages.about_pages import release_folder_name
from kloof.publish.words import pick

_NAMESPACE: Final = uuid.UUID("5a2f3e0c-6d0e-5c53-9d5c-2f8f0b1f7a10")


def feed(
    releases: Iterable[AnyRelease],
    language: Language,
    default_language: Language,
    address: str | None = None,
) -> str:
    """The newest release first; `address` is that of the site's first page.

    Ids are UUIDs of what a release says of itself, the feed's of the first release, so they outlive a new address and
    a new name of the company.
    """
    newest_first = sorted(releases, key=lambda release: -release.number)
    newest, first = newest_first[0], newest_first[-1]
    title = pick(language, f"{newest.company}: nieuwe publicaties", f"{newest.company}: new releases")
    root = f"{address.rstrip('/')}/" if address else "../"
    home = root if language == default_language else f"{root}{language}/"
    itself = f"{root}findings/feed-{language}.xml" if address else f"feed-{language}.xml"
    entries = "".join(_entry(release, language, home) for release in newest_first)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{language}">\n'
        f"  <id>{_id(first, language, 'feed')}</id>\n  <title>{escape(title)}</title>\n"
        f"  <updated>{_moment(newest)}</updated>\n"
        f"  <author><name>{escape(newest.company)}</name></author>\n"
        f'  <link rel="self" type="application/atom+xml" href="{escape(itself)}"/>\n'
        f'  <link rel="alternate" type="text/html" href="{escape(home)}findings/"/>\n{entries}</feed>\n'
    )


def _entry(release: AnyRelease, language: Language, home: str) -> str:
    title = pick(language, f"Publicatie {release.number}", f"Release {release.number}")
    day = date(release.published_on, language)
    summary = pick(language, f"Nieuwe cijfers, gepubliceerd op {day}.", f"New figures, published on {day}.")
    address = f"{home}findings/releases/{release_folder_name(release.number)}/"
    return (
        f"  <entry>\n    <id>{_id(release, language)}</id>\n"
        f"    <title>{escape(title)}</title>\n    <updated>{_moment(release)}</updated>\n"
        f"    <published>{_moment(release)}</published>\n"
        f'    <link rel="alternate" type="text/html" href="{escape(address)}"/>\n'
        f"    <summary>{escape(summary)}</summary>\n  </entry>\n"
    )


def _moment(release: AnyRelease) -> str:
    return f"{release.published_on.isoformat()}T00:00:00Z"


def _id(release: AnyRelease, *more: str) -> str:
    said = (release.company, release.published_on.isoformat(), str(release.number), *more)
    return uuid.uuid5(_NAMESPACE, "/".join(said)).urn
