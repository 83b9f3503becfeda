"""Whether customers pass for strangers who may be people of one organisation."""

from kloof.config import Settings
from kloof.domain.deals.mail_domains import PUBLIC_PROVIDERS, SharedDomain
from kloof.storage.deals import accounts


def shared_domains(settings: Settings, of_last: int | None = None) -> tuple[SharedDomain, ...]:
    """Private mail domains that many customers without an account share, most customers first; nothing is made of them.

    of_last: look at this many deals only, newest first.
    """
    public = PUBLIC_PROVIDERS | set(settings.deals.mail_providers)
    return tuple(accounts.shared_domains(public, of_last))
