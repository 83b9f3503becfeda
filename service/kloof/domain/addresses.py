"""The one form of an e-mail address: every door takes it in this form, so that one person is one in any spelling."""

from functools import lru_cache
from string import ascii_lowercase, digits
from typing import TYPE_CHECKING, Final

import idna

from kloof.domain.errors import Reason, Refused
from kloof.domain.spelling import composed, spelled, unprintable

if TYPE_CHECKING:
    from email_validator import ValidatedEmail

MOST_BEFORE_THE_AT: Final = 64
MOST: Final = 254
"""Octets, as RFC 5321 section 4.5.3.1 and its erratum 1690 have it."""
_LONGEST: Final = 1000
"""Letters; nothing longer is looked at. A domain of 253 octets is shorter than that in any spelling."""
_SCHEME: Final = "mailto:"
_ATOM: Final = frozenset(f"{ascii_lowercase}{digits}!#$%&'*+-/=?^_`{{|}}~.")
_AT_WORK: Final = frozenset({"local", "test"})
"""Top-level domains without a meaning on the Internet that companies use among themselves."""


def canonical(text: str) -> str:
    """The address in the one form in which it is kept, compared, hashed and mailed.

    `mailto:` and angle brackets are off; lower case, NFC; the domain as A-labels by UTS 46, non-transitional: in
    straße.example the ß stays. Raises Refused for what no mail server can take. No network is asked.
    """
    bare = _bare(text[: _LONGEST + 1])
    if len(text) > _LONGEST:
        raise _too_long(bare)
    return _checked(bare)


def known_as(text: str) -> str:
    """The one form of an address to look somebody up by; of what is no address, the text in lower case."""
    try:
        return canonical(text)
    except Refused:
        # Half a letter, as a command line may bring one, is spelt out: nobody is known by it.
        return _bare(text[:_LONGEST]).encode("utf-8", "backslashreplace").decode()


def is_address(text: str) -> bool:
    """Whether a mail server can take this address, in whatever spelling."""
    try:
        canonical(text)
    except Refused:
        return False
    return True


def refuse_smtputf8(address: str) -> Refused:
    """That the company's mail server has not said that it can take this address."""
    return Refused(
        Reason.ADDRESS_BEYOND_ASCII,
        f"{_shown(address)} has letters before the @ that a mail server takes only with SMTPUTF8, and yours does not "
        "say that it offers that.",
        remedy="Ask for another address, or leave it empty: then the customer gets a letter.",
        value=_shown(address),
    )


def needs_smtputf8(address: str) -> bool:
    """Whether only a mail server with SMTPUTF8 (RFC 6531) can take this address, which is in its one form."""
    return not address.isascii()


def domain_of(address: str) -> str:
    """What stands behind the last @, in the one form that a domain has; also of `Name <address>`."""
    domain = spelled(address).rpartition("@")[2].strip("<> ").lower()
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain


def _bare(text: str) -> str:
    bare = spelled(text).lower()
    while True:
        shorter = bare.removeprefix(_SCHEME).strip()
        if shorter.startswith("<") and shorter.endswith(">"):
            shorter = shorter[1:-1].strip()
        if shorter == bare:
            return composed(bare)
        bare = shorter


def _checked(bare: str) -> str:
    local, _, domain = bare.rpartition("@")
    if unprintable(bare):
        raise _none(bare)
    if len(local.encode()) > MOST_BEFORE_THE_AT or len(bare) > MOST:
        raise _too_long(bare)
    try:
        address = f"{_local(local)}@{_domain(domain)}"
    except ValueError:
        raise _none(bare) from None
    if len(address.encode()) > MOST:
        raise _too_long(bare)
    return address


def _local(local: str) -> str:
    """What stands before the @; raises ValueError where that is no dot-atom (RFC 5322 section 3.2.3, RFC 6531)."""
    if not local.isascii():
        return composed(_validated(f"{local}@home.example").local_part)
    if not set(local) <= _ATOM or not all(local.split(".")):
        raise ValueError
    return local


@lru_cache(maxsize=4096)
def _domain(domain: str) -> str:
    """A domain as A-labels; raises ValueError where it is none. Many customers share one."""
    top = domain.rpartition(".")[2]
    # The library refuses these two as names for nobody; how the rest is spelt it says with another ending.
    stand_in = f"{domain.removesuffix(top)}example" if top in _AT_WORK else domain
    found = str(_validated(f"a@{stand_in}").ascii_domain)
    found = f"{found.removesuffix('example')}{top}" if top in _AT_WORK else found
    if "." not in found:
        raise ValueError
    return found


def _validated(address: str) -> "ValidatedEmail":
    # 45 ms to load: only for who has an address. EmailNotValidError is a ValueError.
    from email_validator import validate_email

    return validate_email(address, check_deliverability=False, globally_deliverable=False)


def _none(bare: str) -> Refused:
    return Refused(
        Reason.NOT_AN_ADDRESS,
        f"{_shown(bare)} is not an e-mail address.",
        remedy="Write it like name@company.nl.",
        value=_shown(bare),
    )


def _too_long(bare: str) -> Refused:
    return Refused(
        Reason.ADDRESS_TOO_LONG,
        f"{_shown(bare)} is longer than an e-mail address can be.",
        remedy=f"At most {MOST_BEFORE_THE_AT} letters stand before the @, and {MOST} in all.",
        value=_shown(bare),
        most_before=MOST_BEFORE_THE_AT,
        most=MOST,
    )


def _shown(bare: str) -> str:
    return bare if len(bare) <= 80 else f"{bare[:79]}…"
