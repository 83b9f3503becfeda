"""By which account at the sign-in provider each person signs in."""

from kloof.domain.access.oidc import ProviderAccount
from kloof.storage.models import AccountOfPerson as Row


def of(person: int) -> ProviderAccount | None:
    """The account of this person; None for who never signed in by one."""
    row = Row.get_or_none(Row.person == person)
    return ProviderAccount(row.issuer, row.subject) if row else None


def holder(account: ProviderAccount) -> int | None:
    """The number of the person who signs in by this account, also where they have left; None for nobody."""
    row = Row.get_or_none(Row.issuer == account.issuer, Row.subject == account.subject)
    return row.person_id if row else None


def keep(person: int, account: ProviderAccount) -> None:
    """From now on this person, who has none yet, signs in by this account only."""
    Row.insert(person=person, issuer=account.issuer, subject=account.subject).execute()


def forget(person: int) -> None:
    """The next account that brings their address is theirs."""
    Row.delete().where(Row.person == person).execute()
