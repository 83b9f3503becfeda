"""What the machine and the database server have to be for what is acknowledged to be kept."""

import os
import pwd
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from kloof.actions.clock import wall_clock
from kloof.actions.doctor.diagnosis import Diagnosis, fix, ok, warn
from kloof.config import Settings
from kloof.domain.notation import counted
from kloof.storage import soundness

MIB: Final = 1024 * 1024
LEAST_ROOM: Final = 256 * MIB
LITTLE_ROOM: Final = 2048 * MIB
"""Bytes: a backup, a release and the site have to fit beside what is there."""
LARGEST_DIFFERENCE: Final = timedelta(seconds=60)
"""Between this machine's clock and the server's: links and sessions end by both."""
FEWEST_FREE: Final = 16
"""Connections of the server: two processes of four threads, a worker of three, and room for a restart of both."""


def of_machine(settings: Settings) -> Iterator[Diagnosis]:
    """The disk, and who is asking."""
    free = shutil.disk_usage(settings.folder).free
    room = f"Disk: {free // MIB:,} MiB are free where {settings.folder} is"
    if free < LEAST_ROOM:
        yield fix(f"{room}: soon nothing can be saved. Make room, or move the folder.")
    elif free < LITTLE_ROOM:
        yield warn(f"{room}. A backup and a release may not fit any more: make room.")
    else:
        yield ok(f"{room}.")
    owner = os.stat(settings.folder).st_uid
    if os.geteuid() == 0 and owner != 0:
        name = _name_of(owner)
        yield warn(
            f"Files: the folder is of {name}, and you are root: what commands make would be root's, and kloof could "
            f"not write it. Type them as that user: sudo -u {name} kloof …"
        )


def of_front(settings: Settings) -> Iterator[Diagnosis]:
    """What stands before and behind kloof, as far as the settings tell."""
    if settings.is_demo or settings.links_lead_here:
        return
    if settings.base_url.startswith("https://") and settings.proxies == 0:
        yield warn(
            "KLOOF_PROXIES is 0, and KLOOF_BASE_URL begins with https://: whoever does TLS before kloof is taken for "
            "every visitor, so that limits count all as one. Set it to the number of your own proxies."
        )
    if settings.smtp_url.startswith("folder:") and settings.mail_from:
        yield warn(
            "KLOOF_SMTP_URL is a folder: mails are written into it, and reach nobody. Set it to your mail server, "
            "smtps://user:password@host:465."
        )


def of_server() -> Iterator[Diagnosis]:
    """PostgreSQL's own settings, where it is the database."""
    server = soundness.server()
    if server is None:
        return
    for name in ("fsync", "full_page_writes"):
        if server.settings[name] == "off":
            yield fix(
                f"Database: {name} is off at the server, so a power cut may damage it. Type there, as its superuser: "
                f"ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf();"
            )
    if server.settings["synchronous_commit"] == "off":
        yield fix(
            "Database: synchronous_commit is off at the server, so a power cut may lose an answer that was "
            "acknowledged. Type there: ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf();"
        )
    if server.settings["server_encoding"] != "UTF8":
        yield fix(
            f"Database: it keeps text as {server.settings['server_encoding']}, which has not every letter of a name. "
            "Make one with ENCODING 'UTF8', and move there: kloof db move"
        )
    free = int(server.settings["max_connections"]) - server.connections
    if free < FEWEST_FREE:
        yield warn(
            f"Database: {counted(free, 'connection')} of {server.settings['max_connections']} are free at the server. "
            "Each thread of kloof serve takes one, and a worker three: raise max_connections, and restart the server."
        )
    apart = abs(datetime.fromtimestamp(server.seconds, UTC) - wall_clock())
    if apart > LARGEST_DIFFERENCE:
        yield fix(
            f"Clock: this machine and the database server are {round(apart.total_seconds())} seconds apart. Let both "
            "take the time from a time server: timedatectl set-ntp true"
        )


def _name_of(owner: int) -> str:
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return f"user {owner}"
