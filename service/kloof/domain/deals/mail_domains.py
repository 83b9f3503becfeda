"""Mail domains that customers share: people of one organisation, or strangers at one provider."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

LEAST_SHARING: Final = 5
"""How many customers without an account at one private domain are asked about: as many as have to remain in a block
without any one account."""

PUBLIC_PROVIDERS: Final = frozenset(
    {
        # Mail for everybody, from each provider's own sign-up page.
        *(
            "gmail.com",
            "googlemail.com",
            "outlook.com",
            "outlook.be",
            "outlook.nl",
            "hotmail.com",
            "hotmail.nl",
        ),
        *("hotmail.be", "live.com", "live.nl", "live.be", "msn.com", "yahoo.com", "yahoo.nl", "yahoo.co.uk"),
        *(
            "icloud.com",
            "me.com",
            "mac.com",
            "aol.com",
            "proton.me",
            "protonmail.com",
            "pm.me",
            "tutanota.com",
        ),
        *("tuta.com", "fastmail.com", "zoho.com", "mail.com", "gmx.com", "gmx.net", "gmx.de", "web.de"),
        *("t-online.de", "freenet.de", "orange.fr", "free.fr", "laposte.net", "wanadoo.fr"),
        # Mail that came with an internet connection in the Netherlands; the older names still work.
        *(
            "ziggo.nl",
            "kpnmail.nl",
            "kpnplanet.nl",
            "planet.nl",
            "hetnet.nl",
            "xs4all.nl",
            "home.nl",
            "casema.nl",
        ),
        *(
            "chello.nl",
            "upcmail.nl",
            "quicknet.nl",
            "tele2.nl",
            "telfort.nl",
            "online.nl",
            "solcon.nl",
            "zeelandnet.nl",
        ),
        *(
            "caiway.nl",
            "caiway.net",
            "delta.nl",
            "wanadoo.nl",
            "orange.nl",
            "zonnet.nl",
            "versatel.nl",
            "freeler.nl",
        ),
        *("tiscali.nl", "concepts.nl", "onsbrabantnet.nl", "multiweb.nl"),
        # The same in Belgium.
        *("telenet.be", "skynet.be", "proximus.be", "belgacom.net", "scarlet.be", "pandora.be", "voo.be"),
    }
)
"""Where two customers share nothing but a provider. Put together by hand, for the Netherlands, Belgium and what lies
around: no such list is whole, so a company adds to it (`[deals] mail_providers`)."""


@dataclass(frozen=True, slots=True)
class SharedDomain:
    """A private mail domain, and how many customers without an account have an address there."""

    domain: str
    customers: int


def is_elsewhere(colleague: str, customer: str, providers: Collection[str]) -> bool:
    """Whether an address is of another organisation than the customer's; where theirs is at a provider of mail for
    everybody, or nobody knows it, that cannot be told.
    """
    theirs, other = (address.rpartition("@")[2].casefold() for address in (customer, colleague))
    return bool(theirs and other) and theirs not in providers and theirs != other
