"""Where bounces arrive: a Maildir, an IMAP mailbox, or one mail on standard input."""

import imaplib
import mailbox
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO
from urllib.parse import SplitResult, unquote, urlsplit

from kloof.config import is_this_machine
from kloof.domain.errors import BadSettings, Reason, Refused
from kloof.mail.parts import MOST_BYTES
from kloof.mail.transport import trusted


def _leave() -> None:
    """Let it be as it is."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail, or as much of one as is ever looked at.

    `dealt_with`: call it once it was, so that it is not read again. `set_aside`: call it where it cannot be read; it is
    then marked for a person, and not read again either. `stays`: its mailbox keeps it.
    """

    raw: bytes
    dealt_with: Callable[[], object] = _leave
    set_aside: Callable[[], object] = _leave
    stays: bool = True


SECONDS_TO_ANSWER = 60
_ENOUGH = MOST_BYTES + 1
"""One byte more than is ever looked at: it says that there is more."""


def from_pipe(stream: BinaryIO) -> Iterator[Arrived]:
    """The one mail that a mail server pipes in; what is over its bounds is read and dropped."""
    raw = stream.read(_ENOUGH)
    while stream.read(_ENOUGH):
        pass  # else the mail server would take it for a mail that was not taken
    yield Arrived(raw, stays=False)


def from_maildir(folder: Path) -> Iterator[Arrived]:
    """Every mail that was not dealt with yet; those that were get the flag S (seen), what cannot be read F (flagged).

    Raises Refused.
    """
    if not all((folder / name).is_dir() for name in ("cur", "new", "tmp")):
        raise Refused(
            Reason.MAILBOX_UNREADABLE,
            f"{folder} is not a Maildir.",
            remedy="It needs the folders cur, new and tmp.",
        )
    files = (file for name in ("new", "cur") for file in (folder / name).iterdir() if file.is_file())
    for file in sorted(files):
        flags = file.name.partition(":2,")[2]
        if file.name.startswith(".") or set(flags) & {"S", "F"}:
            continue
        try:
            with file.open("rb") as opened:
                raw = opened.read(_ENOUGH)
        except FileNotFoundError:
            continue  # another program moved it a moment ago
        yield Arrived(raw, partial(_flag, file, "S"), partial(_flag, file, "F"))


def _flag(file: Path, flag: str) -> None:
    """Give a mail a flag, by its name, as Maildir has it; the mail itself is not written again."""
    name, _, flags = file.name.partition(":2,")
    named = mailbox.MaildirMessage()
    named.set_flags("".join(letter for letter in flags if letter.isalpha()))
    named.add_flag(flag)
    file.rename(file.parents[1] / "cur" / f"{name}:{named.get_info()}")


def from_imap(url: str, ca_file: Path | None = None) -> Iterator[Arrived]:
    """Every unseen mail of `imaps://user:password@host/FOLDER`; raises BadSettings or Refused.

    What cannot be read is flagged (\\Flagged), and not read again.
    """
    place = urlsplit(url)
    if place.scheme not in {"imaps", "imap"} or not place.hostname or not place.username:
        raise BadSettings(
            ["KLOOF_BOUNCES_URL: this is not the address of a mailbox."],
            remedy="Write imaps://user:password@host/INBOX; an @ in the password as %40, a / as %2F.",
        )
    try:
        yield from _unseen(place, ca_file)
    except ssl.SSLCertVerificationError as error:
        raise _unreadable(
            f"The mailbox on {place.hostname} has a certificate that does not hold: {error.verify_message}.",
            "Use the name that stands in its certificate; an authority of your own goes into mail.ca_file.",
        ) from None
    except (imaplib.IMAP4.error, OSError) as error:
        words = " ".join(str(error).split()) or type(error).__name__
        raise _unreadable(
            f"The mailbox on {place.hostname} could not be read ({words}).",
            "Check host, user and password in KLOOF_BOUNCES_URL.",
        ) from None


def _unseen(place: SplitResult, ca_file: Path | None) -> Iterator[Arrived]:
    folder = unquote(place.path.strip("/")) or "INBOX"
    with _server(place, ca_file) as server:
        _sign_in(server, unquote(place.username or ""), unquote(place.password or ""))
        answer, _ = server.select(_quoted(folder))
        if answer != "OK":
            raise _unreadable(
                f"The mailbox on {place.hostname} has no folder {folder!r}.",
                "Write the folder at the end of KLOOF_BOUNCES_URL as your mail program shows it.",
            )
        _, found = server.uid("SEARCH", "UNSEEN", "UNFLAGGED")
        for number in (found[0] or b"").decode().split():
            _, parts = server.uid("FETCH", number, f"(BODY.PEEK[]<0.{_ENOUGH}>)")
            for part in parts:
                if isinstance(part, tuple):
                    flag = partial(server.uid, "STORE", number, "+FLAGS")
                    yield Arrived(part[1], partial(flag, r"(\Seen)"), partial(flag, r"(\Flagged)"))


def _sign_in(server: imaplib.IMAP4, user: str, password: str) -> None:
    """LOGIN takes ASCII only; RFC 4616 has UTF-8 in PLAIN."""
    if (user + password).isascii():
        server.login(user, password)
        return
    if "AUTH=PLAIN" not in server.capabilities:
        raise _unreadable(
            "The mailbox offers no way to sign in with letters such as é in user name or password.",
            "Choose a password without them, or switch on AUTH=PLAIN at the server.",
        )
    server.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())


def _server(place: SplitResult, ca_file: Path | None) -> imaplib.IMAP4:
    """A connection on which a password may travel: encrypted with a server that proves its name, or on this machine."""
    host = place.hostname or ""
    if place.scheme == "imaps":
        context = trusted(ca_file)
        return imaplib.IMAP4_SSL(host, place.port or 993, ssl_context=context, timeout=SECONDS_TO_ANSWER)
    server = imaplib.IMAP4(host, place.port or 143, timeout=SECONDS_TO_ANSWER)
    if not is_this_machine(host):
        try:
            server.starttls(trusted(ca_file))
        except BaseException:
            with suppress(OSError):  # a line on which TLS failed may be closed already
                server.shutdown()
            raise
    return server


def _quoted(folder: str) -> str:
    """A folder's name as IMAP has it: in quotes, and other letters than ASCII in modified UTF-7 (RFC 3501, 5.1.3)."""
    written, others = [], ""
    for letter in f"{folder}\0":
        if letter.isascii():
            written.append(_in_base64(others))
            written.append({"&": "&-", "\0": "", '"': '\\"', "\\": "\\\\"}.get(letter, letter))
            others = ""
        else:
            others += letter
    return f'"{"".join(written)}"'


def _in_base64(letters: str) -> str:
    from base64 import b64encode

    if not letters:
        return ""
    packed = b64encode(letters.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
    return f"&{packed}-"


def _unreadable(what: str, remedy: str) -> Refused:
    return Refused(Reason.MAILBOX_UNREADABLE, what, remedy=remedy)
