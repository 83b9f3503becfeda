"""The way out that the settings name."""

from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from kloof.config import Settings, is_this_machine
from kloof.domain.errors import BadSettings
from kloof.mail.transport import Folder, Transport, TransportError


def takes_utf8_addresses(settings: Settings) -> bool:
    """Whether the mail server says that it offers SMTPUTF8 (RFC 6531): an address with é before the @ needs it.

    It is asked, without a mail; a folder, and a server that does not answer, have not said so.
    """
    from kloof.mail.smtp import Smtp

    try:
        transport = open_transport(settings)
        if not isinstance(transport, Smtp):
            return False
        with closing(transport):
            return transport.open().has_extn("smtputf8")
    except (BadSettings, TransportError):
        return False


LINKS_LEAD_HERE = "KLOOF_BASE_URL: the links in every mail would lead to this machine, where no customer is."


def ca_file(settings: Settings) -> Path | None:
    """The file with the company's own authority for the certificates of mail servers, where one is set."""
    return settings.folder / settings.mail.ca_file if settings.mail.ca_file else None


def open_transport(settings: Settings) -> Transport:
    """The way out that KLOOF_SMTP_URL names, not connected yet; raises BadSettings where it is unusable."""
    from kloof.mail.smtp import Smtp  # loads ssl: only for a process that sends

    scheme = urlsplit(settings.smtp_url).scheme
    if scheme == "folder":
        return Folder(settings.folder / settings.smtp_url.removeprefix("folder:"))
    if scheme in {"smtp", "smtps"}:
        if not settings.mail_from:
            raise BadSettings(
                ["KLOOF_MAIL_FROM: there is no address to send from."],
                remedy="Set it to an address of your company, such as feedback@your-company.nl.",
            )
        if settings.links_lead_here and not is_this_machine(urlsplit(settings.smtp_url).hostname):
            raise BadSettings(
                [LINKS_LEAD_HERE],
                remedy="Set it to the address that customers reach, such as https://feedback.your-company.nl.",
            )
        return Smtp(settings.smtp_url, ca_file=ca_file(settings))
    raise BadSettings(
        [f"KLOOF_SMTP_URL: {scheme or 'an empty address'} is not a way to send mail that kloof knows."],
        remedy="Use smtp://user:password@host:587, smtps://user:password@host:465 or folder:PATH.",
    )
