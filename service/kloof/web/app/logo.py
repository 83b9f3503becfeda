"""The company's logo: read at the start, measured so that nothing moves when it arrives."""

import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kloof.domain.errors import BadSettings

HEIGHT: Final = 36
MOST_BYTES: Final = 12_000
_PNG: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Logo:
    """An image file, with the width in pixels that it has at HEIGHT."""

    name: str
    content: bytes
    width: int


def read(file: Path) -> Logo:
    """The logo in this file; raises BadSettings where it is absent, no PNG or SVG, or too heavy for every page."""
    if not file.is_file():
        raise _refused(f"{file} is not there")
    content = file.read_bytes()
    if len(content) > MOST_BYTES:
        raise _refused(
            f"{file} weighs {len(content)} bytes, and it goes with every page; make it at most {MOST_BYTES}"
        )
    size = _size(content)
    if size is None:
        raise _refused(f"{file} is neither a PNG nor an SVG with a viewBox")
    width, height = size
    extension = "png" if content.startswith(_PNG) else "svg"
    return Logo(f"logo.{extension}", content, max(1, round(width * HEIGHT / height)))


def _size(content: bytes) -> tuple[float, float] | None:
    if content.startswith(_PNG) and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return (width, height) if height else None
    found = re.search(rb"<svg[^<>]*\bviewBox=[\"']\s*\S+\s+\S+\s+([\d.]+)\s+([\d.]+)", content)
    return (float(found[1]), float(found[2])) if found and float(found[2]) else None


def _refused(why: str) -> BadSettings:
    return BadSettings([f"kloof.toml: company.logo: {why}."], remedy="Correct it, or take the line away.")
