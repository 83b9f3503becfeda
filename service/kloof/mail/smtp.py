"""One kept SMTP conversation. It knows at every step whether the server can have accepted the message."""

import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from socket import gaierror
from urllib.parse import SplitResult, unquote, urlsplit

from kloof.domain.errors import BadSettings
from kloof.mail.transport import Fate, TransportError, nothing

SECONDS_TO_CONNECT = 15
SECONDS_TO_ANSWER = 60
"""Per step; a whole conversation of five steps stays within a worker's lease."""
_DONE, _FORWARDED, _GO_AHEAD, _TEMPORARY, _CLOSING, _PERMANENT = 250, 251, 354, 400, 421, 500

_WANTED = (
    (_DONE, "The server refused the sender"),
    (_DONE, "The server refused the address"),
    (_GO_AHEAD, "The server refused the message"),
)


class Smtp:
    """A server named by `smtp://` (STARTTLS where the server offers it) or `smtps://` (TLS from the start).

    A password never travels without TLS, except to this machine itself.
    """

    def __init__(self, url: str, seconds_to_answer: float = SECONDS_TO_ANSWER) -> None:
        self.place = _place(url)
        self.seconds_to_answer = seconds_to_answer
        self._is_here = _is_this_machine(self.place.hostname or "")
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
            except (smtplib.SMTPException, OSError) as error:
                raise unreachable(self.place, error) from None
        return self._server

    def _connect(self) -> smtplib.SMTP:
        place, host = self.place, self.place.hostname or ""
        server: smtplib.SMTP
        if place.scheme == "smtps":
            context = ssl.create_default_context()
            server = smtplib.SMTP_SSL(host, place.port or 465, timeout=SECONDS_TO_CONNECT, context=context)
        else:
            server = smtplib.SMTP(host, place.port or 587, timeout=SECONDS_TO_CONNECT)
        try:
            server.ehlo_or_helo_if_needed()
            # A relay on this machine often has a certificate that nobody signed, and no line to listen in on.
            if place.scheme == "smtp" and server.has_extn("starttls") and not self._is_here:
                server.starttls(context=ssl.create_default_context())
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
        server.login(unquote(self.place.username or ""), unquote(self.place.password or ""))

    def _announce(self, sender: str, recipient: str) -> None:
        """Everything up to the server's go-ahead for the text: until then it has accepted nothing."""
        server = self.open()
        lines = _announcement(server, sender, recipient)
        try:
            # RFC 2920: a server that offers it takes the three lines at once, which saves two round trips.
            at_once = server.has_extn("pipelining")
            if at_once:
                server.send(b"".join(lines))
            for line, (code, refused) in zip(lines, _WANTED, strict=True):
                if not at_once:
                    server.send(line)
                self._expect(server.getreply(), code, refused, unread=at_once)
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
        self._expect(reply, _DONE, "The server refused the message")
        return said(reply)

    def _broken(self, error: Exception) -> TransportError:
        self._drop()
        return TransportError(
            f"The connection broke while the mail was under way ({_words(error)}).",
            Fate.UNKNOWN,
            remedy="Nobody knows whether it arrived. Look at the server, then: kloof outbox resolve.",
        )

    def _expect(self, reply: tuple[int, bytes], code: int, what: str, *, unread: bool = False) -> None:
        if reply[0] == code or (code == _DONE and reply[0] == _FORWARDED):
            return
        if reply[0] == _CLOSING:
            self._drop()
            raise TransportError(f"The server is closing: {said(reply)}", Fate.RETRY, of_server=True)
        if unread:
            # The server may be waiting for a text by now; there is no polite way out of that.
            self._drop()
        else:
            self._start_over()
        fate = Fate.STOP if reply[0] >= _PERMANENT else Fate.RETRY
        raise TransportError(f"{what}: {said(reply)}", fate)

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


def as_lines(data: bytes) -> bytes:
    """The message as it goes over the line: dots at the start of a line doubled, and the dot that ends it."""
    stuffed = data.replace(b"\r\n.", b"\r\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n")


def said(reply: tuple[int, bytes]) -> str:
    """A server's reply on one line."""
    return f"{reply[0]} {' '.join(reply[1].decode('utf-8', 'replace').split())}"[:500]


def unreachable(place: SplitResult, error: Exception) -> TransportError:
    """What is wrong with the server or the way to it, in words, with what to do."""
    server = f"{place.hostname}:{place.port or (465 if place.scheme == 'smtps' else 587)}"
    if isinstance(error, TransportError):
        return error
    if isinstance(error, smtplib.SMTPAuthenticationError):
        what, remedy = "did not accept the user name and password", "Check both in KLOOF_SMTP_URL."
    elif isinstance(error, ssl.SSLCertVerificationError):
        what = f"has a certificate that does not hold: {error.verify_message}"
        remedy = "Use the name that stands in its certificate."
    elif isinstance(error, ssl.SSLError):
        what = "does not speak TLS the way it was asked"
        remedy = "Port 465 goes with smtps://, port 587 with smtp://."
    elif isinstance(error, ConnectionRefusedError):
        what, remedy = "does not listen there", "Check host and port in KLOOF_SMTP_URL."
    elif isinstance(error, TimeoutError):
        what = "did not answer in time"
        remedy = "Check host and port, and whether a firewall stands in between."
    elif isinstance(error, gaierror):
        what, remedy = "is not known by that name", "Check the host in KLOOF_SMTP_URL."
    else:
        what, remedy = f"broke off ({_words(error)})", "It is tried again."
    return TransportError(f"The mail server {server} {what}.", Fate.RETRY, of_server=True, remedy=remedy)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return said((error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""))
    return " ".join(str(error).split()) or type(error).__name__


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


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return False
