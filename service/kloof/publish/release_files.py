"""Releases as folders of plain files: numbered, never changed, each naming the one before by its hash."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from kloof.domain.errors import Reason, Refused
from kloof.domain.json_text import read_json
from kloof.domain.releases.certificate.certify import Publishable
from kloof.domain.releases.document import Previous, ReleaseDocument
from kloof.domain.releases.format_1 import AnyRelease, from_any_format
from kloof.domain.text import LANGUAGES
from kloof.publish.contradictions import contradictions
from kloof.publish.release_contents import DOCUMENT, MANIFEST, contents, hash_of

_LINKED: Final = "This is a link to somewhere else; a release is a folder of plain files."
_RESTORE: Final = "Put it back from a copy of the site; a release that was published stays as it was."


@dataclass(frozen=True, slots=True)
class Published:
    """A release as it stands on disk: its number, the SHA-256 of its manifest, and what it says, in its own format."""

    number: int
    sha256: str
    document: AnyRelease

    @property
    def as_previous(self) -> Previous:
        return Previous(number=self.number, sha256=self.sha256)


@dataclass(frozen=True, slots=True)
class Staged:
    """A release that is written in full beside the others, and not yet one of them."""

    number: int
    sha256: str
    folder: Path

    def files(self) -> dict[str, bytes]:
        """What stands in each of its files, by name."""
        return {file.name: file.read_bytes() for file in sorted(self.folder.iterdir())}

    def open_to_readers(self) -> None:
        """Whoever may read the site may read it too."""
        for place in (self.folder, *self.folder.iterdir()):
            place.chmod(0o755 if place.is_dir() else 0o644)

    def put_in_place(self) -> None:
        """Make it a release, all at once: the rename is atomic. Nothing happens where it already is one."""
        target = release_folder(self.folder.parent, self.number)
        try:
            os.rename(self.folder, target)
        except OSError:
            if not (target / MANIFEST).exists():
                raise
            shutil.rmtree(self.folder, ignore_errors=True)
        _to_disk(target.parent)


def release_folder(releases: Path, number: int) -> Path:
    """Where release `number` stands: 0001, 0002 …"""
    return releases / f"{number:04d}"


def write_release(publishable: Publishable, releases: Path) -> Staged:
    """Write the release in full under a name that no reader looks at; `put_in_place` then publishes it.

    Raises TypeError for anything that `disclosure.certify` did not make.
    """
    if not isinstance(publishable, Publishable):
        raise TypeError("only what kloof.domain.releases.certificate.certify.certify gave may be written")
    return stage(releases, publishable.document.number, contents(publishable.document))


def stage(releases: Path, number: int, files: Mapping[str, bytes]) -> Staged:
    """Write these files of a release, which was certified before, in full and on to the disk."""
    staged = _staged(releases, number, hash_of(files.get(MANIFEST, b"")))
    if staged.folder.exists():
        shutil.rmtree(staged.folder)
    staged.folder.mkdir(parents=True)
    for name, content in files.items():
        with (staged.folder / _plain(name)).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    _to_disk(staged.folder)
    return staged


def staged(releases: Path, number: int, sha256: str) -> Staged | None:
    """The release with this manifest that was written and never put in place; None where there is none."""
    found = _staged(releases, number, sha256)
    try:
        manifest = (found.folder / MANIFEST).read_bytes()
    except FileNotFoundError:  # whoever wrote it may be putting it in place at this moment
        return None
    return found if hash_of(manifest) == sha256 else None


def as_published(releases: Path, number: int, sha256: str) -> Staged | None:
    """The release as it stands among the others, where its manifest is this one."""
    found = Staged(number, sha256, release_folder(releases, number))
    try:
        return found if hash_of((found.folder / MANIFEST).read_bytes()) == sha256 else None
    except OSError:
        return None


def clear_staging(releases: Path) -> None:
    """Remove what a crash left half-written."""
    for folder in releases.glob(".staged-*"):
        shutil.rmtree(folder)


def read_releases(releases: Path) -> tuple[Published, ...]:
    """Every release in order, with every hash checked.

    Those of format 1, of an earlier engine, come as they are: they follow on each other, and say what they said.
    Raises Refused, naming the place, where one is missing, was changed, or does not follow from the one before.
    """
    found: list[Published] = []
    for folder in _folders(releases):
        expected = len(found) + 1
        if folder.name != f"{expected:04d}":
            if int(folder.name) < expected:
                raise _damaged(f"Release {int(folder.name)} stands there twice.", folder)
            raise _damaged(f"Release {expected} is missing.", release_folder(releases, expected))
        published = _read(folder, expected)
        before = found[-1].as_previous if found else None
        if published.document.previous != before:
            raise _damaged(
                f"Release {expected} does not follow from release {expected - 1}: one of them was changed.",
                folder,
                MANIFEST,
            )
        found.append(published)
    return tuple(found)


def count_folders(releases: Path) -> int:
    """How many folders of releases stand there, whatever is in them."""
    return len(_folders(releases))


def newest_version(releases: Path) -> tuple[str, int] | None:
    """What tells the last release from any other, and from itself before it was touched; None before the first.

    Its name and when it last changed, in nanoseconds. Raises Refused where it cannot be read.
    """
    folders = _folders(releases)
    return (folders[-1].name, _changed_at(folders[-1])) if folders else None


def newest_release(releases: Path) -> AnyRelease | None:
    """The last release, its own hashes checked; None before the first. Raises Refused where it was changed."""
    folders = _folders(releases)
    return _read(folders[-1], int(folders[-1].name)).document if folders else None


def refuse_strays(releases: Path) -> None:
    """Raises Refused for the first file or folder among the releases, or inside one, that no release is made of.

    It would go online with the site, and nothing vouches for it.
    """
    folders = _folders(releases)
    inside = (file for folder in folders for file in _inside(folder) if file.name not in _described(folder))
    every = _inside(releases) if releases.is_dir() else []
    beside = (one for one in every if one not in folders and not one.name.endswith(".md"))
    for stray in (*inside, *(one for one in beside if not one.name.startswith("."))):
        raise Refused(
            Reason.RELEASE_DAMAGED,
            "This is no part of any release.",
            where=str(stray),
            remedy="Move it to somewhere else.",
            file=f"{stray.parent.name}/{stray.name}",
        )


def is_page_about_releases(name: str) -> bool:
    """Whether the site's build writes a page of this name among the releases: `0003.nl.md`, `index.en.md`."""
    stem, *endings = name.split(".")
    return (stem == "index" or stem.isdigit()) and endings in [[language, "md"] for language in LANGUAGES]


def has_left_over(releases: Path) -> bool:
    """Whether a publish stopped before it had put its release in place, or taken it back."""
    return any(releases.glob(".staged-*"))


def _folders(releases: Path) -> list[Path]:
    if not releases.is_dir():
        return []
    numbered = [one for one in _inside(releases) if one.name.isascii() and one.name.isdigit()]
    return sorted(numbered, key=lambda folder: (int(folder.name), folder.name))


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise _damaged(f"This cannot be read: {error.strerror}.", folder) from None


def _described(folder: Path) -> set[str]:
    resources = read_json((folder / MANIFEST).read_bytes())["resources"]
    return {MANIFEST, *(resource["path"] for resource in resources)}


def _read(folder: Path, number: int) -> Published:
    if folder.is_symlink():
        raise _damaged(_LINKED, folder)
    manifest = _bytes(folder / MANIFEST)
    try:
        stated = read_json(manifest)
        described = {resource["path"]: resource["hash"] for resource in stated["resources"]}
        for name, digest in described.items():
            if f"sha256:{hash_of(_bytes(folder / _plain(name)))}" != digest:
                raise _damaged("This file was changed after it was published.", folder, name)
        document = _document(folder)
        previous = None if stated["previous"] is None else Previous.model_validate(stated["previous"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:  # a ValidationError is a ValueError
        raise _damaged(f"This is not a release of kloof: {_in_a_line(error)}.", folder) from None
    if document.number != number or document.previous != previous or DOCUMENT not in described:
        raise _damaged("The manifest and the release contradict each other.", folder)
    for contradiction in contradictions(document) if isinstance(document, ReleaseDocument) else ():
        raise _damaged(f"This is not a release of kloof: {contradiction}.", folder, DOCUMENT)
    return Published(number, hash_of(manifest), document)


def _document(folder: Path) -> AnyRelease:
    try:
        return from_any_format(_bytes(folder / DOCUMENT).decode())
    except (AttributeError, ValueError) as error:  # a ValidationError is a ValueError
        raise _damaged(f"This is not a release of kloof: {_in_a_line(error)}.", folder, DOCUMENT) from None


def _plain(name: str) -> str:
    """Raises ValueError for what is no name of a file in the release's own folder."""
    if "/" in name or name.startswith("."):
        raise ValueError(f"the manifest names {name!r}, which is no file of its own")
    return name


def _in_a_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}" if first["loc"] else first["msg"]
    if isinstance(error, KeyError):
        return f"{error} is missing in its manifest"
    return str(error).partition("\n")[0]


def _bytes(file: Path) -> bytes:
    try:
        if file.is_symlink():
            raise _damaged(_LINKED, file.parent, file.name)
        return file.read_bytes()
    except FileNotFoundError:
        raise _damaged("A file of this release is missing.", file.parent, file.name) from None
    except OSError as error:
        raise _damaged(f"This file cannot be read: {error.strerror}.", file.parent, file.name) from None


def _changed_at(folder: Path) -> int:
    try:
        return max(place.stat().st_mtime_ns for place in (folder, *folder.iterdir()))
    except OSError as error:
        raise _damaged(f"This release cannot be read: {error.strerror}.", folder) from None


def _damaged(what: str, folder: Path, name: str = "") -> Refused:
    """What is wrong with a file of the release in this folder, or without a name with the release as such."""
    inside = f"{folder.name}/{name}" if name else folder.name
    return Refused(Reason.RELEASE_DAMAGED, what, where=str(folder / name), remedy=_RESTORE, file=inside)


def _staged(releases: Path, number: int, sha256: str) -> Staged:
    return Staged(number, sha256, releases / f".staged-{number:04d}-{sha256[:16]}")


def _to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
