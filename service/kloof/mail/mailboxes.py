"""Where bounces arrive: a Maildir, an IMAP mailbox, or one mail on standard input."""

import imaplib
import mailbox
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from kloof.domain.errors import BadSettings, Reason, Refused

Arrived = tuple[bytes, Callable[[], object]]
"""A mail, and what to call once it was dealt with, so that it is not read again."""

SECONDS_TO_ANSWER = 60


def from_pipe(stream: BinaryIO) -> Iterator[Arrived]:
    """The one mail that a mail server pipes in."""
    yield stream.read(), lambda: None


def from_maildir(folder: Path) -> Iterator[Arrived]:
    """Every mail that was not dealt with yet; those that were get the flag S (seen). Raises Refused."""
    if not all((folder / name).is_dir() for name in ("cur", "new", "tmp")):
        raise Refused(
            Reason.MAILBOX_UNREADABLE,
            f"{folder} is not a Maildir.",
            remedy="It needs the folders cur, new and tmp.",
        )
    box = mailbox.Maildir(folder, create=False)
    for key in sorted(box.keys()):
        mail = box.get_message(key)
        if "S" in mail.get_flags():
            continue

        def seen(key: str = key, mail: mailbox.MaildirMessage = mail) -> None:
            mail.set_subdir("cur")
            mail.add_flag("S")
            box[key] = mail

        yield box.get_bytes(key), seen


def from_imap(url: str) -> Iterator[Arrived]:
    """Every unseen mail of `imaps://user:password@host/FOLDER`; raises BadSettings or Refused."""
    place = urlsplit(url)
    if place.scheme not in {"imaps", "imap"} or not place.hostname or not place.username:
        raise BadSettings(
            ["KLOOF_BOUNCES_URL: this is not the address of a mailbox."],
            remedy="Write imaps://user:password@host/INBOX; an @ in the password as %40, a / as %2F.",
        )
    try:
        yield from _unseen(url)
    except (imaplib.IMAP4.error, OSError) as error:
        words = " ".join(str(error).split()) or type(error).__name__
        raise Refused(
            Reason.MAILBOX_UNREADABLE,
            f"The mailbox on {place.hostname} could not be read ({words}).",
            remedy="Check host, user and password in KLOOF_BOUNCES_URL.",
        ) from None


def _unseen(url: str) -> Iterator[Arrived]:
    place = urlsplit(url)
    host, folder = place.hostname or "", unquote(place.path.strip("/")) or "INBOX"
    with _server(place.scheme, host, place.port) as server:
        server.login(unquote(place.username or ""), unquote(place.password or ""))
        server.select(f'"{folder}"')
        _, found = server.uid("SEARCH", "UNSEEN")
        for number in (found[0] or b"").split():
            _, parts = server.uid("FETCH", number.decode(), "(BODY.PEEK[])")
            for part in parts:
                if isinstance(part, tuple):
                    yield (
                        part[1],
                        partial(server.uid, "STORE", number.decode(), "+FLAGS", r"(\Seen)"),
                    )


def _server(scheme: str, host: str, port: int | None) -> imaplib.IMAP4:
    if scheme == "imaps":
        return imaplib.IMAP4_SSL(host, port or 993, timeout=SECONDS_TO_ANSWER)
    server = imaplib.IMAP4(host, port or 143, timeout=SECONDS_TO_ANSWER)
    if host not in {"127.0.0.1", "::1", "localhost"}:
        server.starttls()
    return server
