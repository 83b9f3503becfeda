"""After a migration that spelt addresses anew: who wanted no mail gets none under the new spelling either."""

from collections.abc import Iterator
from datetime import datetime

from kloof import storage
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE, AuditAction
from kloof.domain.mailing.suppression import address_hash, customer_hash, hash_as_it_stood
from kloof.storage import person_data
from kloof.storage.access import audit_log
from kloof.storage.deals import joined
from kloof.storage.deals.joined import Notes, Respelled
from kloof.storage.mailing import opt_outs


def settle(settings: Settings, now: datetime) -> list[str]:
    """Carry over who gets no more mail, and say in sentences what the migration did; once, in one transaction."""
    with storage.transaction():
        found = joined.notes()
        for one in found.customers:
            _carry_over(settings.secret_key, one, now)
            if one.gone:
                audit_log.write(
                    COMMAND_LINE, AuditAction.CUSTOMERS_JOINED, now, deals=person_data.deals_of(one.kept)
                )
        joined.told()
    return [*_in_words(found)]


def _carry_over(key: str, one: Respelled, now: datetime) -> None:
    """Only what was asked for: mail to the former spelling may have bounced at another domain."""
    known_as = {address_hash(key, one.address), *(hash_as_it_stood(key, was) for was in one.were)}
    known_as |= {customer_hash(key, row) for row in (one.kept, *one.gone)}
    if {opt_outs.ASKED, opt_outs.ALSO} & {*opt_outs.reasons(known_as).values()}:
        opt_outs.remember(address_hash(key, one.address), opt_outs.ASKED, now)
        opt_outs.remember(customer_hash(key, one.kept), opt_outs.ALSO, now)


def _in_words(found: Notes) -> Iterator[str]:
    for one in found.customers:
        if not one.gone:
            yield f"{one.were[0]} is kept as {one.address} now."
            continue
        yield f"{' and '.join(one.were)} were {len(one.were)} customers and are one now: {one.address}."
        if len(there := [number for number in one.answered if number]) > 1:
            yield (
                f"  {len(there)} of them have answered ({' and '.join(map(str, there))} surveys). The answers stay, "
                "and count as those of one customer. Look whether a deal was loaded twice."
            )
    for block in found.retired_blocks:
        yield f"  Block {block} counted one customer as two: it is in no release from now on."
    for was, address in found.people:
        yield (
            f"{was} and {address} are one address of two people who work here. {address} signs in. "
            "Load the deals of the other with the address that signs in."
        )
    for deal, spelled in found.deals:
        yield f"There are two deals {spelled}, in two spellings. Cancel the one that is wrong: {deal!r}."
