"""Where machines share a database, what the desk saves on one of them is kept there too, and every other one takes it.

Each notes beside its files which content of each it agreed to last. A file that is not that any more was edited by hand
here, and is left as it is; one that still is gives way to what was saved elsewhere.
"""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final

from kloof import storage
from kloof.actions.company_files import placing
from kloof.actions.company_files.placing import NO_FILE, PutInPlace
from kloof.config import Settings
from kloof.domain.hosts import KeptKind
from kloof.mail.texts import FILE as TEXTS
from kloof.storage.hosts import kept_files

_MARKS: Final = "company-files.json"


class _NotPutError(Exception):
    """This disk does not take the file, so it is not kept for the others either."""

    def __init__(self, why: PutInPlace) -> None:
        self.why = why
        super().__init__(why)


@contextmanager
def changing(settings: Settings) -> Iterator[None]:
    """Around the transaction in which files are put: what others saved is here, and no other process of this machine
    takes or puts one meanwhile.
    """
    if not storage.is_shared():
        yield
        return
    with _turn(settings, waits=True):
        _bring(settings)
        yield


def put(settings: Settings, path: Path, text: str, before: str) -> PutInPlace:
    """As `placing.put`, and in the caller's transaction on every machine; call it inside `changing`.

    CHANGED also where another machine saved the file meanwhile: then that is here when this returns.
    """
    if not storage.is_shared():
        return placing.put(path, text, before)
    name, marks = _name(settings, path), _marks(settings)
    kept, here = kept_files.hashes(KeptKind.COMPANY).get(name), placing.digest_of(path)
    if here != before:
        return PutInPlace.CHANGED
    if kept not in {None, here, marks.get(name)}:
        # Edited by hand here, and saved elsewhere since: the desk is shown what was saved, and types its own again.
        _take(settings, name, kept or "", marks)
        return PutInPlace.CHANGED
    try:
        content = placing.encoded(path, text)
        with storage.transaction():
            _keep_former(name, path, here)
            if not kept_files.replace(KeptKind.COMPANY, name, content, kept):
                raise _NotPutError(PutInPlace.CHANGED)
            # Before the file: should the transaction fail after it, this machine takes back what is kept.
            _mark(settings, {**marks, name: kept_files.sha256(content)})
            if (result := placing.put_content(path, content, here)) is not PutInPlace.DONE:
                raise _NotPutError(result)
    except OSError:
        return PutInPlace.READ_ONLY
    except _NotPutError as refusal:
        _mark(settings, marks)
        _bring(settings)
        return refusal.why
    return PutInPlace.DONE


def bring(settings: Settings) -> None:
    """Take what the desk saved on other machines, unless another process of this one is at it."""
    if not storage.is_shared():
        return
    with _turn(settings, waits=False) as nobody_else:
        if nobody_else:
            _bring(settings)


def edited_by_hand(settings: Settings) -> list[str]:
    """The files that the desk saved once, and that are not here as it did."""
    if not storage.is_shared():
        return []
    kept = kept_files.hashes(KeptKind.COMPANY)
    return sorted(name for name, sha256 in kept.items() if _here(settings, name) != sha256)


def kept_names() -> frozenset[str]:
    """The files that the desk saved once, by which machines are alike whatever they had before."""
    return frozenset(kept_files.hashes(KeptKind.COMPANY))


def count_from_now(settings: Settings, names: list[str]) -> None:
    """These are on every machine as they are here from now on; in a transaction, inside `changing`."""
    kept, marks = kept_files.hashes(KeptKind.COMPANY), _marks(settings)
    for name in names:
        path = settings.folder / name
        if (here := placing.digest_of(path)) == NO_FILE:
            kept_files.drop(KeptKind.COMPANY, name)
            marks.pop(name, None)
        elif here != kept.get(name):
            _keep_former(name, path, here)
            kept_files.replace(KeptKind.COMPANY, name, path.read_bytes(), kept.get(name))
            marks[name] = here
    _mark(settings, marks)


def take_what_is_absent(settings: Settings) -> None:
    """Whoever moved a file away that they had edited wants what the desk saved; inside `changing`."""
    marks = _marks(settings)
    for name, sha256 in kept_files.hashes(KeptKind.COMPANY).items():
        if _here(settings, name) == NO_FILE:
            _take(settings, name, sha256, marks)


def agree(settings: Settings, files: list[Path]) -> None:
    """This machine works with these files as they are; what is saved elsewhere takes their place."""
    found = {_name(settings, file): placing.digest_of(file) for file in files}
    _mark(settings, {name: digest for name, digest in found.items() if digest != NO_FILE})


def _bring(settings: Settings) -> None:
    marks = _marks(settings)
    before = dict(marks)
    for name, sha256 in kept_files.hashes(KeptKind.COMPANY).items():
        here = _here(settings, name)
        if here == sha256:
            marks[name] = here
        elif here == marks.get(name, NO_FILE) or (name not in marks and _is_former(name, here)):
            _take(settings, name, sha256, marks)
    if marks != before:
        _mark(settings, marks)


def _take(settings: Settings, name: str, sha256: str, marks: dict[str, str]) -> None:
    path, content = _place(settings, name), kept_files.content(KeptKind.COMPANY, name)
    if path is None or content is None or kept_files.sha256(content) != sha256:
        return
    here = placing.digest_of(path)
    _keep_former(name, path, here)
    if placing.put_content(path, content, here) is PutInPlace.DONE:
        marks[name] = sha256
        _mark(settings, marks)


def _keep_former(name: str, path: Path, here: str) -> None:
    """A machine that has it still is behind, and nothing that somebody wrote is gone."""
    if here != NO_FILE:
        kept_files.keep_once(KeptKind.FORMER, _former(name, here), path.read_bytes())


def _is_former(name: str, digest: str) -> bool:
    return kept_files.is_kept(KeptKind.FORMER, _former(name, digest))


def _former(name: str, digest: str) -> str:
    return f"{digest}/{name}"[: kept_files.LONGEST_PATH]


def _name(settings: Settings, path: Path) -> str:
    return path.relative_to(settings.folder).as_posix()


def _here(settings: Settings, name: str) -> str:
    path = _place(settings, name)
    try:
        return placing.digest_of(path) if path else NO_FILE
    except OSError:
        return "unread"


def _place(settings: Settings, name: str) -> Path | None:
    """Where it belongs; nowhere, where the database names what the desk never writes."""
    folder, file = PurePosixPath(name).parent, PurePosixPath(name).name
    is_ours = name == TEXTS or (str(folder) == settings.surveys_folder.name and not file.startswith("."))
    return settings.folder / name if is_ours else None


def _marks(settings: Settings) -> dict[str, str]:
    try:
        found = json.loads((settings.folder / "instance" / _MARKS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(digest) for name, digest in found.items()} if isinstance(found, dict) else {}


def _mark(settings: Settings, marks: dict[str, str]) -> None:
    # A machine that cannot note it goes by what was there before, as one that is new.
    with suppress(OSError):
        folder = settings.folder / "instance"
        folder.mkdir(mode=0o700, exist_ok=True)
        draft = folder / f".{_MARKS}"
        draft.write_text(json.dumps(marks, sort_keys=True), encoding="utf-8")
        draft.replace(folder / _MARKS)


@contextmanager
def _turn(settings: Settings, *, waits: bool) -> Iterator[bool]:
    """Whether no other process of this machine does the same; with `waits` only once that holds."""
    folder = settings.folder / "instance"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = (folder / ".company-files-lock").open("w")
    except OSError:  # a folder that takes no file: nobody puts one here
        yield True
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True
