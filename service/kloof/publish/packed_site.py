"""A built site as one archive, and back: the same bytes for the same site, and never half a site on a disk."""

import gzip
import hashlib
import io
import shutil
import tarfile
from pathlib import Path


def packed(folder: Path) -> bytes:
    """Every file of a built site; nothing in it tells who built it, or when."""
    bare = io.BytesIO()
    with tarfile.open(fileobj=bare, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
            content = file.read_bytes()
            entry = tarfile.TarInfo(file.relative_to(folder).as_posix())
            entry.size, entry.mode = len(content), 0o644
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(bare.getvalue(), mtime=0)


def unpack(content: bytes, folder: Path, *, readable: bool) -> None:
    """Make `folder` that site, all at once. readable: for every user of this machine, such as a web server."""
    fresh = folder.with_name(f".{folder.name}-brought")
    shutil.rmtree(fresh, ignore_errors=True)
    folder.parent.mkdir(mode=0o755 if readable else 0o700, parents=True, exist_ok=True)
    fresh.mkdir()
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
        archive.extractall(fresh, filter="data")
    for path in [fresh, *fresh.rglob("*")]:
        path.chmod((0o755 if path.is_dir() else 0o644) if readable else (0o700 if path.is_dir() else 0o600))
    swap(fresh, folder)
    mark(folder, content)


def swap(fresh: Path, target: Path) -> None:
    """Put a site that is ready in the place of the one that stands there."""
    old = target.with_name(f".{target.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def mark(folder: Path, content: bytes) -> None:
    """Note beside the site which archive it is."""
    _mark_of(folder).write_text(hashlib.sha256(content).hexdigest(), encoding="utf-8")


def marked(folder: Path) -> str:
    """The SHA-256 of the archive that this site is, in hex; empty where it is not there, or of none."""
    try:
        return _mark_of(folder).read_text(encoding="utf-8") if folder.is_dir() else ""
    except FileNotFoundError:
        return ""


def remove(folder: Path) -> None:
    """Take the site away."""
    shutil.rmtree(folder, ignore_errors=True)
    _mark_of(folder).unlink(missing_ok=True)


def _mark_of(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}-sha256")
