"""One kept SMTP conversation. It knows at every step whether the server can have accepted the message."""

import smtplib
import ssl
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from kloof.config import is_this_machine
from kloof.domain.errors import BadSettings
from kloof.domain.mailing.server_words import About
from kloof.domain.mailing.verdicts import SmtpStep
from kloof.mail.replies import REMEDIES, refusal, said, unreachable, words_of
from kloof.mail.transport import Fate, TransportError, nothing, trusted

SECONDS_TO_CONNECT = 15
SECONDS_TO_ANSWER = 60
"""Per step; a whole conversation of five steps stays within a worker's lease."""
_DONE, _FORWARDED, _GO_AHEAD, _TEMPORARY, _CLOSING = 250, 251, 354, 400, 421
_SIGNED_IN, _GO_ON = 235, 334

_WANTED = ((_DONE, SmtpStep.SENDER), (_DONE, SmtpStep.RECIPIENT), (_GO_AHEAD, SmtpStep.TEXT))


class Smtp:
    """A server named by `smtp://` (STARTTLS where the server offers it) or `smtps://` (TLS from the start).

    A password never travels without TLS, except to this machine itself.
    """

    def __init__(
        self, url: str, seconds_to_answer: float = SECONDS_TO_ANSWER, ca_file: Path | None = None
    ) -> None:
        self.place = _place(url)
        self.seconds_to_answer = seconds_to_answer
        self.ca_file = ca_file
        if ca_file is not None:
            trusted(ca_file)  # what cannot be used is said before a mail is taken for it
        self._is_here = is_this_machine(self.place.hostname)
        self._server: smtplib.SMTP | None = None

    def send(self, sender: str, recipient: str, data: bytes, meanwhile: Callable[[], None] = nothing) -> str:
        """Hand one message over; raises TransportError. A connection that went stale is replaced once."""
        was_open = self._server is not None
        try:
            self._announce(sender, recipient)
        except TransportError as error:
            if not (was_open and error.of_server):
                raise
            self._announce(sender, recipient)
        return self._hand_over(data, meanwhile)

    def close(self) -> None:
        if self._server:
            with suppress(smtplib.SMTPException, OSError):
                self._server.quit()
            self._drop()

    def open(self) -> smtplib.SMTP:
        """The conversation, greeted, encrypted and signed in as the address asks; raises TransportError."""
        if self._server is None:
            try:
                self._server = self._connect()
            except BadSettings as refusal:  # the file with the authority went meanwhile
                raise TransportError(str(refusal), Fate.RETRY, of_server=True) from None
            except (
                smtplib.SMTPException,
                OSError,
                UnicodeError,
            ) as error:  # a host that is no name is the last
                raise unreachable(self.place, error) from None
        return self._server

    @property
    def travels_in_the_open(self) -> bool:
        """Whether mail to this server can be read on its way; opens the conversation, and raises TransportError."""
        return not isinstance(self.open().sock, ssl.SSLSocket) and not self._is_here

    def _connect(self) -> smtplib.SMTP:
        place, host = self.place, self.place.hostname or ""
        server: smtplib.SMTP
        if place.scheme == "smtps":
            context = trusted(self.ca_file)
            server = smtplib.SMTP_SSL(host, place.port or 465, timeout=SECONDS_TO_CONNECT, context=context)
        else:
            server = smtplib.SMTP(host, place.port or 587, timeout=SECONDS_TO_CONNECT)
        try:
            server.ehlo_or_helo_if_needed()
            # A relay on this machine often has a certificate that nobody signed, and no line to listen in on.
            if place.scheme == "smtp" and server.has_extn("starttls") and not self._is_here:
                server.starttls(context=trusted(self.ca_file))
                server.ehlo()
            if place.username:
                self._sign_in(server)
            if server.sock:
                server.sock.settimeout(self.seconds_to_answer)
        except BaseException:
            server.close()
            raise
        return server

    def _sign_in(self, server: smtplib.SMTP) -> None:
        if not (self._is_here or isinstance(server.sock, ssl.SSLSocket)):
            raise TransportError(
                f"{self.place.hostname} offers no TLS, and a password must not travel in the open.",
                Fate.RETRY,
                of_server=True,
                remedy="Use smtps:// or a server that offers STARTTLS.",
            )
        user, password = unquote(self.place.username or ""), unquote(self.place.password or "")
        if (user + password).isascii():
            server.login(user, password)
        else:
            self._sign_in_with_any_letter(server, user, password)

    def _sign_in_with_any_letter(self, server: smtplib.SMTP, user: str, password: str) -> None:
        """smtplib knows ASCII only; RFC 4616 has UTF-8 in PLAIN, and servers take it in LOGIN too."""
        server.ehlo_or_helo_if_needed()
        ways = server.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in ways:
            reply = server.docmd("AUTH", f"PLAIN {_packed(f'{chr(0)}{user}{chr(0)}{password}')}")
        elif "LOGIN" in ways:
            reply = server.docmd("AUTH", "LOGIN")
            for secret in (user, password):
                reply = server.docmd(_packed(secret)) if reply[0] == _GO_ON else reply
        else:
            raise TransportError(
                f"{self.place.hostname} offers no way to sign in with letters such as é in user name or password.",
                Fate.RETRY,
                about=About.US,
                remedy="Choose a password without them, or switch on AUTH PLAIN at the server.",
            )
        if reply[0] != _SIGNED_IN:
            raise smtplib.SMTPAuthenticationError(*reply)

    def _announce(self, sender: str, recipient: str) -> None:
        """Everything up to the server's go-ahead for the text: until then it has accepted nothing."""
        server = self.open()
        lines = _announcement(server, sender, recipient)
        try:
            # RFC 2920: a server that offers it takes the three lines at once, which saves two round trips.
            at_once = server.has_extn("pipelining")
            if at_once:
                server.send(b"".join(lines))
            for line, (code, step) in zip(lines, _WANTED, strict=True):
                if not at_once:
                    server.send(line)
                self._expect(server.getreply(), code, step, unread=at_once)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise unreachable(self.place, error) from None

    def _hand_over(self, data: bytes, meanwhile: Callable[[], None]) -> str:
        server = self.open()
        try:
            server.send(as_lines(data))
        except (smtplib.SMTPException, OSError) as error:
            raise self._broken(error) from None
        try:
            meanwhile()
        except BaseException:
            self._drop()  # its answer would be taken for the answer to the next mail
            raise
        try:
            reply = server.getreply()
        except (smtplib.SMTPException, OSError) as error:
            raise self._broken(error) from None
        if reply[0] < _TEMPORARY and reply[0] != _DONE:
            self._drop()
            raise TransportError(f"The server gave an answer that means nothing: {said(reply)}", Fate.UNKNOWN)
        self._expect(reply, _DONE, SmtpStep.TEXT)
        return said(reply)

    def _broken(self, error: Exception) -> TransportError:
        self._drop()
        return TransportError(
            f"The connection broke while the mail was under way ({words_of(error)}).",
            Fate.UNKNOWN,
            remedy="Nobody knows whether it arrived. Look at the server, then: kloof outbox resolve.",
        )

    def _expect(self, reply: tuple[int, bytes], code: int, step: SmtpStep, *, unread: bool = False) -> None:
        if reply[0] == code or (code == _DONE and reply[0] == _FORWARDED):
            return
        refused = refusal(reply, step)
        if reply[0] == _CLOSING:
            self._drop()
            about = About.US if refused.about is About.US else About.NOTHING
            words = f"The server is closing: {said(reply)}"
            raise TransportError(
                words, Fate.RETRY, of_server=True, about=about, remedy=REMEDIES.get(about, "")
            )
        if unread:
            # The server may be waiting for a text by now; there is no polite way out of that.
            self._drop()
        else:
            self._start_over()
        raise refused

    def _start_over(self) -> None:
        try:
            if self._server and self._server.rset()[0] != _DONE:
                self._drop()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _drop(self) -> None:
        if self._server:
            self._server.close()
            self._server = None


def _announcement(server: smtplib.SMTP, sender: str, recipient: str) -> tuple[bytes, bytes, bytes]:
    """The three lines before the text; an address that could break out of its line is refused."""
    if set(sender + recipient) & set("\r\n<> "):
        raise TransportError("This is not an e-mail address.", Fate.STOP)
    option = ""
    if not (sender + recipient).isascii():
        if not server.has_extn("smtputf8"):
            raise TransportError("This mail server cannot handle letters such as é in an address.", Fate.STOP)
        option = " SMTPUTF8"
    return f"MAIL FROM:<{sender}>{option}\r\n".encode(), f"RCPT TO:<{recipient}>\r\n".encode(), b"DATA\r\n"


def _packed(text: str) -> str:
    return b64encode(text.encode()).decode()


def as_lines(data: bytes) -> bytes:
    """The message as it goes over the line: dots at the start of a line doubled, and the dot that ends it."""
    stuffed = data.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n")


def _place(url: str) -> SplitResult:
    place = urlsplit(url)
    try:
        known = bool(place.hostname) and (place.port is None or place.port > 0)
    except ValueError:
        known = False
    if not known:
        raise BadSettings(
            ["KLOOF_SMTP_URL: host and port cannot be read."],
            remedy="Write smtp://user:password@host:587; an @ in the password as %40, a / as %2F.",
        )
    return place
