"""Proving the way out before a customer's mail depends on it: the server, the signature, and what DNS must say."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from kloof.config import Settings
from kloof.mail.rendering import RenderedMail
from kloof.mail.transport import Transport, TransportError

Lookup = Callable[[str], list[str]]
"""The TXT records of a name; empty where there are none. Raises OSError where DNS does not answer."""


IN_THE_OPEN = (
    "Mail to this server travels in the open, since it offers no TLS: who reads along can open the links in it. Use "
    "smtps:// or a server that offers STARTTLS."
)


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that was tried; `what` says how it went and, where not well, what to do."""

    well: bool
    what: str

    def as_dict(self) -> dict[str, object]:
        """Plain values, for --json."""
        return asdict(self)


def prove(
    settings: Settings, transport: Transport, rendered: RenderedMail, lookup: Lookup
) -> Iterator[Proof]:
    """Send the mail and look at everything that decides whether such mail is trusted, step by step."""
    try:
        reply = transport.send(rendered.sender, rendered.recipient, rendered.data)
    except TransportError as error:
        yield Proof(False, str(error))
    else:
        yield Proof(True, f"The mail server took the mail: {reply}")
        if transport.travels_in_the_open:
            yield Proof(False, IN_THE_OPEN)
    finally:
        transport.close()
    domain = rendered.sender.rpartition("@")[2]
    try:
        yield _spf(domain, lookup)
        yield _dmarc(domain, lookup)
        yield from _dkim(settings, rendered, lookup)
    except OSError as error:
        yield Proof(False, f"DNS does not answer ({error}), so SPF, DKIM and DMARC could not be looked at.")


def _spf(domain: str, lookup: Lookup) -> Proof:
    if any(record.lower().startswith("v=spf1") for record in lookup(domain)):
        return Proof(True, f"SPF: {domain} says which servers may send for it. See that yours is among them.")
    return Proof(
        False, f'SPF: {domain} has no record. Add TXT {domain} "v=spf1 include:YOUR-MAIL-SERVER -all".'
    )


def _dmarc(domain: str, lookup: Lookup) -> Proof:
    name = f"_dmarc.{domain}"
    if any(record.lower().startswith("v=dmarc1") for record in lookup(name)):
        return Proof(True, f"DMARC: {name} is there.")
    return Proof(
        False, f'DMARC: there is no record. Add TXT {name} "v=DMARC1; p=none; rua=mailto:you@{domain}".'
    )


def _dkim(settings: Settings, rendered: RenderedMail, lookup: Lookup) -> Iterator[Proof]:
    if settings.mail.dkim_selector is None:
        yield Proof(
            False,
            "DKIM: kloof signs nothing, since no key is set. If your mail server signs, all is well; otherwise set"
            " mail.dkim_key and mail.dkim_selector, or one-click opt-out is not trusted.",
        )
        return
    import dkim

    domain = settings.mail_from.rpartition("@")[2].rstrip(">")
    name = f"{settings.mail.dkim_selector}._domainkey.{domain}"
    records = lookup(name)
    if not records:
        yield Proof(False, f'DKIM: there is no record. Add TXT {name} "v=DKIM1; k=rsa; p=YOUR-PUBLIC-KEY".')
    elif dkim.verify(rendered.data, dnsfunc=lambda *_, **__: "".join(records).encode()):
        yield Proof(True, f"DKIM: the signature holds against {name}.")
    else:
        yield Proof(
            False, f"DKIM: the signature does not hold against {name}. The record has another public key."
        )


def dns_lookup(name: str) -> list[str]:
    """The TXT records of a name, asked from the system's name servers."""
    from dns import exception, resolver

    try:
        answers = resolver.resolve(name, "TXT", lifetime=5)
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return []
    except exception.DNSException as error:
        raise OSError(type(error).__name__) from None
    return [b"".join(answer.strings).decode("utf-8", "replace") for answer in answers]
