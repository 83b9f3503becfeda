"""The feed of releases keeps to RFC 4287, with and without the address of the site."""

import re
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest

from cast.synthetic import Firm
from kloof.domain.releases.document import ReleaseDocument
from kloof.publish.pages import write_pages
from kloof.publish.pages.feed import feed

ATOM = "{http://www.w3.org/2005/Atom}"
SITE = "https://cijfers.example.nl/kloof"
DOCUMENTS = Firm(releases=3, aspects=1).documents()


def once(element: ElementTree.Element, name: str) -> str:
    [found] = element.findall(ATOM + name)
    return (found.text or "").strip()


def links(element: ElementTree.Element, rel: str) -> list[str]:
    return [link.get("href", "") for link in element.findall(f"{ATOM}link") if link.get("rel") == rel]


def assert_valid(source: str, at: str) -> None:
    """What RFC 4287 asks of a feed, section by section, of a document fetched from `at`."""
    root = ElementTree.fromstring(source.encode())
    assert root.tag == f"{ATOM}feed"
    entries = root.findall(f"{ATOM}entry")
    for element in (root, *entries):  # 4.1.1 and 4.1.2: one id, title and updated each
        assert urlsplit(once(element, "id")).scheme == "urn"  # 4.2.6: an absolute IRI
        assert once(element, "title")
        assert datetime.fromisoformat(once(element, "updated")).tzinfo  # 3.3: RFC 3339
        alternates = [(link.get("type"), link.get("hreflang")) for link in element.findall(f"{ATOM}link")]
        assert len(alternates) == len(set(alternates))
    assert root.findtext(f"{ATOM}author/{ATOM}name")  # 4.1.1: an author for entries without one
    [itself] = links(root, "self")  # 4.1.1: where the feed itself is fetched
    assert urljoin(at, itself) == at
    for entry in entries:  # 4.1.2: without content an alternate link
        [page] = links(entry, "alternate")
        assert urljoin(at, page).startswith(at[: at.index("/findings/")])
    ids = [one.text for one in root.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids)
    assert once(root, "updated") == max(once(entry, "updated") for entry in entries)


@pytest.mark.parametrize("address", [None, SITE, f"{SITE}/"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_feed_keeps_to_the_rules_of_atom(language: str, address: str | None) -> None:
    source = feed(DOCUMENTS, language, "nl", address)
    assert_valid(source, f"{SITE}/findings/feed-{language}.xml")
    assert source.count("<entry>") == 3


def test_a_site_that_knows_its_address_gives_whole_ones_and_any_other_none() -> None:
    hrefs = re.findall(r'href="([^"]+)"', feed(DOCUMENTS, "en", "nl", SITE))
    assert hrefs[:3] == [
        f"{SITE}/findings/feed-en.xml",
        f"{SITE}/en/findings/",
        f"{SITE}/en/findings/releases/0003/",
    ]
    assert not any(
        urlsplit(href).scheme for href in re.findall(r'href="([^"]+)"', feed(DOCUMENTS, "en", "nl"))
    )


def test_ids_outlive_later_releases_a_new_address_and_a_new_name() -> None:
    def ids(releases: list[ReleaseDocument], address: str | None = None) -> list[str]:
        return re.findall(r"<id>([^<]+)</id>", feed(releases, "nl", "nl", address))

    renamed = [*DOCUMENTS[:2], DOCUMENTS[2].model_copy(update={"company": "Warmtehuis Groep"})]
    whole, newest_renamed, before = ids(DOCUMENTS), ids(renamed, SITE), ids(DOCUMENTS[:2])
    assert newest_renamed[0] == before[0] == whole[0]
    assert newest_renamed[2:] == before[1:] == whole[2:]


def test_a_company_with_marks_in_its_name_still_has_a_feed() -> None:
    odd = [one.model_copy(update={"company": "Jansen & <Zn>"}) for one in DOCUMENTS]
    assert_valid(feed(odd, "nl", "nl", SITE), f"{SITE}/findings/feed-nl.xml")


@pytest.mark.slow
def test_every_entry_leads_to_the_page_of_its_release(company: Path, built: Path) -> None:
    for language in ("nl", "en"):
        file = built / "findings" / f"feed-{language}.xml"
        for entry in ElementTree.fromstring(file.read_bytes()).findall(f"{ATOM}entry"):
            [page] = links(entry, "alternate")
            assert (file.parent / page / "index.html").resolve().is_file()


def test_without_a_release_there_is_no_feed(tmp_path: Path) -> None:
    write_pages(tmp_path, [])
    assert not list(tmp_path.rglob("feed-*.xml"))
