"""Where machines share a database, it holds every release, the built site and the preview: in the transaction that
publishes, or when they were built. Each machine takes from there what it lacks, and serves its own copy.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kloof import storage
from kloof.actions import ledger
from kloof.config import Settings
from kloof.domain.errors import KloofError, Reason, Refused
from kloof.domain.hosts import KeptKind
from kloof.publish import packed_site
from kloof.storage.hosts import kept_files
from kloof.storage.releases import releases

if TYPE_CHECKING:
    from kloof.publish.release_files import Staged

FINDINGS: Final = "findings"
PREVIEW: Final = "preview"


def preview_folder(settings: Settings) -> Path:
    """Where the preview of the next release stands; it may not be there."""
    return settings.folder / "instance" / "preview" / "site"


def keep_release(staged: "Staged") -> None:
    """Keep a release that is written, in the caller's transaction: that which records it."""
    if storage.is_shared():
        for name, content in staged.files().items():
            kept_files.keep(KeptKind.RELEASE, f"{staged.number:04d}/{name}", content)


def keep_site(settings: Settings, name: str = FINDINGS) -> None:
    """Keep the site that was just built here, for every other machine; nothing where there is no database near."""
    # On a machine that only builds there is none.
    with suppress(KloofError), storage.looking(settings.database_url):
        if not storage.is_shared():
            return
        folder = _folders(settings)[name]
        content = packed_site.packed(folder)
        with storage.transaction():
            kept_files.keep(KeptKind.SITE, name, content)
        packed_site.mark(folder, content)


def drop_preview() -> None:
    """No machine shows it any more."""
    if storage.is_shared():
        kept_files.drop(KeptKind.SITE, PREVIEW)


def bring(settings: Settings) -> None:
    """Take what other machines made, unless another process of this one is at it."""
    if not storage.is_shared():
        return
    with _at_it(settings, waits=False) as nobody_else:
        if nobody_else:
            _bring_releases(settings)
            _bring_sites(settings)
            _bring_ledger(settings)


def bring_releases(settings: Settings) -> None:
    """Take the releases that other machines published; what is published here builds on them.

    Raises Refused where one was damaged in the database.
    """
    if storage.is_shared():
        with _at_it(settings, waits=True):
            _bring_releases(settings)


def _bring_releases(settings: Settings) -> None:
    from kloof.publish import release_files

    folder, kept = settings.releases_folder, kept_files.hashes(KeptKind.RELEASE)
    for one in releases.recorded():
        prefix = f"{one.number:04d}/"
        names = [path for path in kept if path.startswith(prefix)]
        if release_files.release_folder(folder, one.number).is_dir():
            here = None if names else release_files.as_published(folder, one.number, one.sha256)
            if here:
                # Of before releases were kept, or carried over from a database of one machine.
                with storage.transaction():
                    keep_release(here)
            continue
        if not names or release_files.staged(folder, one.number, one.sha256):
            continue
        files = {
            path.removeprefix(prefix): kept_files.content(KeptKind.RELEASE, path) or b"" for path in names
        }
        brought = release_files.stage(folder, one.number, files)
        if brought.sha256 != one.sha256:
            release_files.clear_staging(folder)
            raise Refused(
                Reason.RELEASE_DAMAGED,
                f"Release {one.number} is not in the database as it was published.",
                remedy="Put its folder back from a copy of the site, on this host.",
                file=f"{one.number:04d}",
            )
        brought.open_to_readers()
        brought.put_in_place()


def _bring_sites(settings: Settings) -> None:
    kept = kept_files.hashes(KeptKind.SITE)
    for name, folder in _folders(settings).items():
        marked = packed_site.marked(folder)
        if name not in kept:
            if marked:
                packed_site.remove(folder)
        elif marked != kept[name]:
            content = kept_files.content(KeptKind.SITE, name)
            if content is not None:
                is_public = name == FINDINGS and settings.publishing.findings == "public"
                packed_site.unpack(content, folder, readable=is_public)


def _bring_ledger(settings: Settings) -> None:
    kept = kept_files.hashes(KeptKind.LEDGER)
    absent = kept.keys() - ledger.hashes_of(settings)
    for path in [path for path in kept if path in absent]:
        line = kept_files.content(KeptKind.LEDGER, path)
        if line is not None:
            ledger.add(settings, line)


def _folders(settings: Settings) -> dict[str, Path]:
    return {FINDINGS: settings.built_site, PREVIEW: preview_folder(settings)}


@contextmanager
def _at_it(settings: Settings, *, waits: bool) -> Iterator[bool]:
    """Whether no other process of this machine does the same; with `waits` only once that holds."""
    place = settings.folder / "build"
    place.mkdir(exist_ok=True)
    with (place / ".shared-lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
