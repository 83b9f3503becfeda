"""What a mail server's answers mean: for one mail, for all mail, and in words with what to do."""

import smtplib
import ssl
from socket import gaierror
from urllib.parse import SplitResult

from kloof.domain.mailing.server_words import About
from kloof.domain.mailing.verdicts import SmtpReply, SmtpStep, takes_a_day, whom
from kloof.mail.transport import Fate, TransportError

_REFUSED_FOR_GOOD = 500
_REFUSED = {
    SmtpStep.SENDER: "The server refused the sender",
    SmtpStep.RECIPIENT: "The server refused the address",
    SmtpStep.TEXT: "The server refused the message",
}
REMEDIES = {
    About.US: "It is about us and not about this customer: mail waits until the server takes it. "
    "Ask whoever looks after the mail server.",
}


def refusal(reply: tuple[int, bytes], step: SmtpStep) -> TransportError:
    """What this answer means for the mail, and for all others."""
    answer = SmtpReply(step, reply[0], said(reply)[4:])
    about = whom(answer)
    if about is About.LATER:
        fate = Fate.TOMORROW if takes_a_day(answer) else Fate.RETRY
    else:
        fate = Fate.RETRY if about is About.US else Fate.STOP
    words, remedy = f"{_REFUSED[step]}: {said(reply)}", REMEDIES.get(about, "")
    return TransportError(f"{words.rstrip('.')}." if remedy else words, fate, about=about, remedy=remedy)


def said(reply: tuple[int, bytes]) -> str:
    """A server's reply on one line, without anything that a terminal would obey."""
    words = "".join(letter if letter.isprintable() else " " for letter in reply[1].decode("utf-8", "replace"))
    return f"{reply[0]} {' '.join(words.split())}"[:500]


def unreachable(place: SplitResult, error: Exception) -> TransportError:
    """What is wrong with the server or the way to it, in words, with what to do."""
    server = f"{place.hostname}:{place.port or (465 if place.scheme == 'smtps' else 587)}"
    if isinstance(error, TransportError):
        return error
    about = About.NOTHING
    if isinstance(error, smtplib.SMTPAuthenticationError):
        what, remedy = "did not accept the user name and password", "Check both in KLOOF_SMTP_URL."
        about = About.US
    elif isinstance(error, smtplib.SMTPNotSupportedError):
        what, remedy = "takes no user name and password", "Leave them out of KLOOF_SMTP_URL, or use port 587."
        about = About.US
    elif isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= _REFUSED_FOR_GOOD:
        what, remedy = f"will not talk with us ({words_of(error)})", "Ask whoever looks after it."
        about = About.US
    elif isinstance(error, ssl.SSLCertVerificationError):
        what = f"has a certificate that does not hold: {error.verify_message}"
        remedy = (
            "Use the name that stands in its certificate; an authority of your own goes into mail.ca_file."
        )
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
        what, remedy = f"broke off ({words_of(error)})", "It is tried again."
    words = f"The mail server {server} {what}."
    return TransportError(words, Fate.RETRY, of_server=True, about=about, remedy=remedy)


def words_of(error: Exception) -> str:
    """What went wrong, in the words of the server where it said any."""
    if isinstance(error, smtplib.SMTPResponseException):
        return said((error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""))
    return " ".join(str(error).split()) or type(error).__name__
