"""What people asked for after a backup was made, done again in the database that it gave."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from kloof import storage
from kloof.actions import ledger, person_data
from kloof.actions.mailing import opt_out
from kloof.actions.staff.open_calls import policy
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE
from kloof.domain.ledger import LedgerAct, LedgerLine, row_hash
from kloof.domain.states import INVITATION_STEPS, InvitationState, before
from kloof.domain.surveys.responses import Changes, Consent
from kloof.storage.backups import asked_for
from kloof.storage.mailing import opt_outs
from kloof.storage.surveys import questionnaires

_IN_TOTALS: Final = Changes(consent=Consent.TOTALS)
_UNSHARED: Final = Changes(shares_with_delivery=False)
_ALREADY_NOTED: Final = ledger.Note(None)
_OF_NAMES: Final[Mapping[LedgerAct, Callable[[str, datetime], bool]]] = MappingProxyType(
    {
        LedgerAct.NAME_ERASED: lambda name, now: opt_outs.remember(name, opt_outs.ERASED, now),
        LedgerAct.NAME_ALLOWED: lambda name, now: opt_outs.forget([name]) > 0,
    }
)


def again(settings: Settings, lines: Iterable[LedgerLine], now: datetime) -> Counter[LedgerAct]:
    """Do each of these acts where the open database does not have it yet; gives how many were done.

    `settings` are those of the database that was put back: its key, and how it calls customers.
    """
    lines = list(lines)
    wanted = {(line.act, line.who) for line in lines}
    customers, links = asked_for.customers(), asked_for.links()
    acts: tuple[tuple[LedgerAct, Iterable[int], Callable[[int], bool]], ...] = (
        (LedgerAct.WITHDRAWN, links, lambda row: _withdrawn(settings, links[row], now)),
        (LedgerAct.NOT_NAMED, links, lambda row: _chosen(settings, links[row], _IN_TOTALS, now)),
        (LedgerAct.NOT_SHARED, links, lambda row: _chosen(settings, links[row], _UNSHARED, now)),
        (LedgerAct.NO_MAIL, customers, lambda row: _no_more(settings, row, now)),
        (LedgerAct.ERASED, customers, lambda row: _erased(settings, row, now)),
    )
    done: Counter[LedgerAct] = Counter()
    for act, rows, does in acts:
        for row in rows:
            if (act, row_hash(act, row)) in wanted:
                done[act] += does(row)
    # Who was erased, came back and was erased again: the last of these holds.
    names = {line.who: line.act for line in lines if line.act in _OF_NAMES}
    for name, act in names.items():
        done[act] += _OF_NAMES[act](name, now)
    return done


def _withdrawn(settings: Settings, link: str, now: datetime) -> bool:
    asked = questionnaires.by_link(link)
    if asked is None or asked.state not in before(INVITATION_STEPS, InvitationState.WITHDRAWN):
        return False
    respond.withdraw(asked, now, policy(settings))
    return True


def _chosen(settings: Settings, link: str, changes: Changes, now: datetime) -> bool:
    asked = questionnaires.by_link(link)
    if asked is None or not asked.submitted or asked.response.forgotten:
        return False
    respond.choose_again(asked, changes, now, policy(settings))
    return True


def _no_more(settings: Settings, customer: int, now: datetime) -> bool:
    found = asked_for.reached(customer)
    if found is None:
        return False
    with storage.transaction():
        opt_out.no_more(settings, found[0], now, _ALREADY_NOTED)
    return True


def _erased(settings: Settings, customer: int, now: datetime) -> bool:
    found = asked_for.reached(customer)
    if found is None:
        return False
    with storage.transaction():
        person_data.erase_row(settings, customer, found[1], now, COMMAND_LINE, _ALREADY_NOTED)
    return True
