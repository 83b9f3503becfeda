"""The organisation for which a customer answers, as the CRM says it; never guessed, least of all from a mail domain.

Disclosure control counts organisations beside people: sixteen contacts of one hospital are one account.
"""

from dataclasses import dataclass, replace

from kloof.domain.deals.deals import DealLine
from kloof.domain.spelling import spelled

_NAMED, _NUMBERED = "name:", "number:"


@dataclass(frozen=True, slots=True)
class Account:
    """An organisation as it was first spelt; `key` is the same in every spelling."""

    key: str
    name: str

    @property
    def is_named(self) -> bool:
        """Whether a deals file named it; otherwise the customer's number stands for it."""
        return self.key.startswith(_NAMED)


def account_of(line: DealLine) -> Account | None:
    """The account that this line names, else the one of its customer number; None where it has neither."""
    for kind, text in ((_NAMED, line.account), (_NUMBERED, line.customer_number)):
        if name := spelled(text):
            return Account(kind + _in_any_spelling(name), name)
    return None


def laid_over(standing: DealLine, given: DealLine) -> DealLine:
    """A line, with what stands where it says nothing: a file without the columns takes no account away.

    Another spelling of the same account changes nothing.
    """
    account = given.account or standing.account
    if _in_any_spelling(account) == _in_any_spelling(standing.account):
        account = standing.account
    number = given.customer_number or standing.customer_number
    return replace(given, account=account, customer_number=number)


def _in_any_spelling(name: str) -> str:
    return spelled(spelled(name).casefold())
