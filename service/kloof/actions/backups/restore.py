"""Putting a backup back, into an empty place or over what is there, on whichever engine: all of it or nothing."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from kloof import storage
from kloof.actions import ledger
from kloof.actions.access import secret_key
from kloof.actions.backups import archive, carried, keys, reapplied, swap
from kloof.actions.backups.archive import Archive
from kloof.actions.backups.backup import DKIM_KEY, SECRET_KEY
from kloof.actions.deals import respelling
from kloof.actions.retention import forgetting
from kloof.config import Settings, load_settings
from kloof.domain.errors import KloofError, Reason, Refused
from kloof.domain.ledger import LedgerLine
from kloof.storage.backups import table_rows
from kloof.storage.hosts import joined
from kloof.storage.turns.alone import alone

_RELEASES: Final = Path("site", "findings", "releases")


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it. `again` are the wishes of after the backup that were carried out once more, by their kind."""

    made_at: str
    rows: int
    files: int
    with_key: bool
    again: dict[str, int]

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        return asdict(self)


def restore(
    file: Path,
    folder: Path,
    environ: Mapping[str, str],
    now: datetime,
    passphrase: str | None = None,
    *,
    over: bool = False,
    no_more_releases: bool = False,
) -> Restored:
    """Make `folder` the company that the backup holds; `over` says that what is there goes.

    The engine is the one that `environ` names. Releases of after the backup stay, and raise Refused unless nothing more
    is to be published. Raises Refused, with nothing changed, where the backup is damaged or of another kloof, where
    something is in the way or in use, and where a key does not fit.
    """
    if swap.is_unfinished(folder):
        swap.finish(folder)
        over = True
    with archive.read(file) as opened:
        opened.refuse_unless_whole()
        opened_keys = _keys(opened, passphrase)
        _refuse_what_is_in_the_way(folder, over=over)
        _refuse_newer_releases(folder, opened.manifest.releases, anyway=no_more_releases)
        try:
            return _restored(opened, opened_keys, folder, environ, now)
        finally:
            if not swap.is_unfinished(folder):
                swap.drop(folder)


def _restored(
    opened: Archive, found: Mapping[str, str], folder: Path, environ: Mapping[str, str], now: datetime
) -> Restored:
    folder.mkdir(parents=True, exist_ok=True)
    new = swap.staging(folder)
    for part in opened.manifest.files:
        opened.extract(part, new)
    _keep_what_came_after(folder, new)
    settings = _with_keys(new, folder, found, environ)
    lines = ledger.lines_of(ledger.path_of(settings))[opened.manifest.ledger_lines :]
    place = storage.files_of(settings.database_url)
    if place:
        rows, again = _into_file(opened, settings, lines, place[0], now)
        swap.declare_ready(folder, place[0])
    else:
        with _server(settings):
            rows, again = _carried(opened, settings, lines, now)
            swap.declare_ready(folder, None)
    swap.finish(folder)
    return Restored(
        made_at=opened.manifest.made_at.isoformat(),
        rows=rows,
        files=len(opened.manifest.files),
        with_key=settings.key_is_lasting,
        again=again,
    )


def _into_file(
    opened: Archive, settings: Settings, lines: list[LedgerLine], place: Path, now: datetime
) -> tuple[int, dict[str, int]]:
    _refuse_while_in_use(settings)
    waiting = swap.waiting_name(place)
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    waiting.unlink(missing_ok=True)
    url = f"sqlite:///{waiting}"
    try:
        storage.open_database(url)
        with storage.transaction():
            done = _carried(opened, settings, lines, now)
    except BaseException:
        storage.close_database()
        waiting.unlink(missing_ok=True)
        raise
    finally:
        storage.close_database()
        for beside in ("-wal", "-shm", "-turn", "-release"):
            waiting.with_name(waiting.name + beside).unlink(missing_ok=True)
    return done


def _carried(
    opened: Archive, settings: Settings, lines: list[LedgerLine], now: datetime
) -> tuple[int, dict[str, int]]:
    rows = carried.fill(opened)
    storage.migrate()
    if settings.key_is_lasting:
        secret_key.refuse_unless_it_fits(settings)
        respelling.settle(settings, now)
    again = reapplied.again(settings, lines, now) if lines else {}
    # Before anybody sees or mails what was forgotten since.
    forgetting.forget(settings, now, forgetting.ALL)
    # The machines of then run no more, and each joins anew when it starts.
    joined.forget_all()
    return rows, {act.value: count for act, count in again.items() if count}


@contextmanager
def _server(settings: Settings) -> Iterator[None]:
    storage.open_database(settings.database_url)
    try:
        storage.refuse_unless_it_answers()
        if table_rows.is_empty():
            with storage.transaction():
                yield
        else:
            with alone():
                yield
    finally:
        storage.close_database()


def _refuse_while_in_use(settings: Settings) -> None:
    """Raises Refused where a process has the file open that is to go. One that cannot be read is in nobody's use."""
    if storage.is_absent(settings.database_url):
        return
    try:
        storage.open_database(settings.database_url)
        with alone():
            pass
    except KloofError as refusal:
        if refusal.reason is Reason.DATABASE_TAKEN:
            raise
    except Exception as error:
        if storage.explained(error) is None:
            raise
    finally:
        storage.close_database()


def _keys(opened: Archive, passphrase: str | None) -> dict[str, str]:
    locked = opened.locked_keys()
    return keys.unlocked(locked, passphrase) if locked and passphrase else {}


def _with_keys(new: Path, folder: Path, found: Mapping[str, str], environ: Mapping[str, str]) -> Settings:
    """The settings that will hold, with the files of keys made ready; those that stand there already stay."""
    if key := found.get(SECRET_KEY):
        _private(new / "instance" / "secret_key", key + "\n")
    elif (there := folder / "instance" / "secret_key").exists():
        _private(new / "instance" / "secret_key", there.read_text(encoding="utf-8"))
    settings = load_settings(new, environ, keep_key=False)
    if (name := settings.mail.dkim_key) and (key := found.get(DKIM_KEY)):
        _private(new / name, key)
    url = settings.database_url.replace(str(new), str(folder), 1)
    return settings.model_copy(update={"database_url": url})


def _private(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _keep_what_came_after(folder: Path, new: Path) -> None:
    """Releases are out in the world, and what people asked for holds: of both, what the folder has more of stays."""
    there = folder / _RELEASES
    for release in sorted(there.iterdir()) if there.is_dir() else ():
        if not (new / _RELEASES / release.name).exists() and release.is_dir():
            shutil.copytree(release, new / _RELEASES / release.name)
    kept = folder / _RELEASES.parent / ledger.NAME
    of_backup = new / _RELEASES.parent / ledger.NAME
    if len(ledger.lines_of(kept)) >= len(ledger.lines_of(of_backup)) and kept.exists():
        of_backup.parent.mkdir(parents=True, exist_ok=True)
        of_backup.unlink(missing_ok=True)
        shutil.copy2(kept, of_backup)


def _refuse_what_is_in_the_way(folder: Path, *, over: bool) -> None:
    if over or not folder.exists() or not any(folder.iterdir()):
        return
    raise Refused(
        Reason.FILE_IN_THE_WAY,
        f"{folder} is not empty.",
        remedy="Name an empty folder, or say --replace: then what is there goes. Make a backup of that first.",
    )


def _refuse_newer_releases(folder: Path, known: int, *, anyway: bool) -> None:
    from kloof.publish.release_files import count_folders

    there = count_folders(folder / _RELEASES)
    if there > known and not anyway:
        raise Refused(
            Reason.RELEASES_AHEAD,
            f"Release {there} came out, and this backup knows of {known}: kloof could publish the same answers in"
            " another grouping, and the difference could show one person's answer.",
            remedy=f"Restore a backup that was made after release {there} came out. Is there none? With "
            "--no-more-releases all else comes back, the site stays as it is, and nothing more is published.",
        )
