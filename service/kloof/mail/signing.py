"""DKIM: the domain's signature, with which a mail client trusts the one-click opt-out (RFC 8058)."""

from pathlib import Path

from kloof.config import Settings
from kloof.domain.errors import BadSettings

SIGNED = (
    b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Reply-To", b"MIME-Version", b"Content-Type",
    b"List-Unsubscribe", b"List-Unsubscribe-Post", b"Auto-Submitted",
)  # fmt: skip
"""List-Unsubscribe-Post is not among what dkimpy signs of itself, and RFC 8058 wants it signed."""


class Signer:
    """Signs for the domain of the sender's address with an RSA key in PEM."""

    def __init__(self, domain: str, selector: str, key: bytes) -> None:
        self.domain = domain.encode("idna")
        self.selector = selector.encode()
        self.key = key

    def signed(self, data: bytes) -> bytes:
        """The message with its DKIM-Signature in front; it must go out byte for byte."""
        import dkim  # a third of a second, and only where a key is set

        present = {name.strip().lower() for name in _names(data)}
        headers = [name for name in SIGNED if name.lower() in present]
        signature: bytes = dkim.sign(
            data,
            self.selector,
            self.domain,
            self.key,
            include_headers=headers,
            canonicalize=(b"relaxed", b"relaxed"),
        )
        return signature + data


def signer(settings: Settings, address: str) -> Signer | None:
    """The signer that the settings ask for; None where there is none. Raises BadSettings."""
    mail = settings.mail
    if mail.dkim_key is None or mail.dkim_selector is None:
        return None
    file = settings.folder / mail.dkim_key
    try:
        key = file.read_bytes().replace(b"\r\n", b"\n")  # as Windows saves it, dkimpy reads no key
    except OSError as error:
        raise _refused(file, error.strerror or "cannot be read") from None
    made = Signer(address.rpartition("@")[2], mail.dkim_selector, key)
    try:
        made.signed(b"From: a@b\r\nSubject: trial\r\n\r\n.\r\n")
    except Exception as error:  # dkimpy raises its own and its parser's errors
        raise _refused(file, f"is not a key that DKIM can use ({error})") from None
    return made


def _refused(file: Path, why: str) -> BadSettings:
    return BadSettings(
        [f"kloof.toml: mail.dkim_key: {file} {why}."],
        remedy="Make one with: openssl genrsa -traditional -out dkim.pem 2048",
    )


def _names(data: bytes) -> list[bytes]:
    head = data.partition(b"\r\n\r\n")[0]
    return [line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] not in b" \t"]
