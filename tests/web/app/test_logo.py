"""The company's logo stands on every page, and one that cannot be used is refused at the start."""

import struct
import zlib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from cast.builders import settings
from kloof.domain.errors import BadSettings
from kloof.web import create_app
from kloof.web.app.logo import MOST_BYTES, read

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><rect width="120" height="40"/></svg>'


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\0" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("name", "content", "width"), [("a.svg", SVG, 108), ("a.png", png(90, 45), 72)])
def test_the_logo_stands_on_the_page_with_its_size(
    database: str, tmp_path: Path, name: str, content: bytes, width: int
) -> None:
    (tmp_path / name).write_bytes(content)
    app = create_app(settings(database, tmp_path, company={"name": "Zon", "logo": name}))
    client = app.test_client()
    image = BeautifulSoup(client.get("/").text, "html.parser").select_one(".brand img")
    assert (image["width"], image["height"], image["alt"]) == (str(width), "36", "")
    served = client.get(str(image["src"]))
    assert served.data == content
    assert served.mimetype.startswith("image/")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "not there"),
        (b"GIF89a", "neither"),
        (b"<svg></svg>", "neither"),
        (b"x" * (MOST_BYTES + 1), "weighs"),
    ],
)
def test_a_logo_that_cannot_be_used_is_refused_in_words(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    file = tmp_path / "logo.png"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadSettings, match=f"company.logo: .*{why}"):
        read(file)


def test_a_company_without_a_logo_has_its_name(database: str, tmp_path: Path) -> None:
    client = create_app(settings(database, tmp_path)).test_client()
    assert BeautifulSoup(client.get("/").text, "html.parser").select_one(".brand img") is None
