"""Taking deals in, line by line: who the customer is, what may still change, and whom to invite because of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from typing import Final

from kloof.actions.deals.importer import Check, Done, Importer, on
from kloof.actions.former_keys import former_of, heed_earlier
from kloof.actions.mailing import invite
from kloof.config import Deals, Settings
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.access.people import Person
from kloof.domain.addresses import needs_smtputf8, refuse_smtputf8
from kloof.domain.deals import accounts, practices
from kloof.domain.deals.deals import PRACTICES, DealLine
from kloof.domain.deals.files import REQUIRED
from kloof.domain.deals.study_arms import drawn
from kloof.domain.errors import Reason, Refused
from kloof.domain.mailing.suppression import address_hash
from kloof.domain.surveys.definition import Survey, Wave
from kloof.storage.access import people
from kloof.storage.deals import customer_matching, deals
from kloof.storage.deals.deals import StoredDeal
from kloof.storage.mailing import opt_outs, outbox
from kloof.storage.surveys import versions

MAY_STILL_CHANGE = frozenset(
    {"customer_name", "language", "delivery_planned_on", "practices", "time_zone", "account"}
)
"""What a correction may touch after the customer has answered: the rest would pass their answers to somebody else."""


BETTER_KNOWN = frozenset({"customer_number"})
"""What may still be added to a customer who has answered, where there was nothing."""


_NAMED: Final[Mapping[str, Callable[[Deals], tuple[str, ...]]]] = {
    "team": lambda allowed: allowed.teams,
    "region": lambda allowed: allowed.regions,
    "product": lambda allowed: allowed.products,
}
"""Columns that may be held to a list of names."""
_OF_THE_CUSTOMER: Final = on("deal_id", "customer_name", "customer_email", "customer_number")
_OF_PRACTICES: Final = on("deal_id", *(f"{name}_on" for name in PRACTICES))
_OF_EVERY_DEAL: Final = on(*REQUIRED)
_ONCE_SOLD: Final = "Import it once it is sold."


class DealImporter(Importer[DealLine]):
    """Takes deals in. `takes_utf8`: whether the mail server takes addresses with letters beyond ASCII before the @."""

    def __init__(
        self, offered: Mapping[str, Survey], settings: Settings, now: datetime, *, takes_utf8: bool = True
    ) -> None:
        super().__init__(settings, now)
        self.offered = offered
        self.takes_utf8 = takes_utf8
        self.sellers = people.salespeople()
        self.versions: dict[str, int] = {}
        self.as_recorded: set[str] = set()
        self.nameless: dict[str, str] | None = None
        self.former_keys = former_of(settings)

    def _checks(self, line: DealLine) -> Iterable[Check]:
        stored = self.known.get(line.deal_id)
        line = _laid_over(line, stored)
        if stored and stored.line == line:
            return []
        return [
            *((on(column), partial(self._refuse_unknown_name, column, line)) for column in _NAMED),
            (on("salesperson_email"), lambda: self._seller(line)),
            (on("survey"), lambda: self._survey(line)),
            (on("survey", "deal_id"), lambda: self._refuse_changed_survey(line, stored)),
            (on("customer_email"), lambda: self._refuse_beyond_ascii(line)),
            (_OF_THE_CUSTOMER, lambda: self._refuse_address_of_another(line, stored)),
            (_OF_EVERY_DEAL, lambda: self._refuse_what_answers_rest_on(line, stored)),
            (_OF_THE_CUSTOMER, lambda: self._refuse_if_perhaps_the_same(line, stored)),
            (_OF_PRACTICES, lambda: self._refuse_locked(line, stored)),
            (on("sold_on"), lambda: self._refuse_day_in_future("sold_on", line.sold_on, _ONCE_SOLD)),
        ]

    def would(self, line: DealLine) -> Done:
        stored = self.known.get(line.deal_id)
        if _is_nameless(line, stored):
            name = customer_matching.name_key(line.customer_name)
            self._customers_without_address().setdefault(name, line.deal_id)
        if stored is None:
            return "created"
        return "unchanged" if stored.line == _laid_over(line, stored) else "updated"

    def write(self, line: DealLine) -> None:
        stored = self.known.get(line.deal_id)
        line = _laid_over(line, stored)
        survey, version = self._version(line, stored)
        moved = stored is not None and self._moved(line, stored)
        share = self.settings.research.share_without_first_survey
        heed_earlier(self.settings.secret_key, self.former_keys, line.customer_email, self.now)
        arm = drawn(self.settings.secret_key, line.deal_id, share)  # kept for a new deal only
        seller = self.sellers[line.salesperson_email]
        deal = deals.put(line, seller.id, version, self.now, arm, share, moved=moved)
        self._note(AuditAction.DEAL_CHANGED if stored else AuditAction.DEAL_LOADED, deal.id)
        if not stored:
            invite.invite(self.settings, deal, survey, Wave.SALE, self.now)
        elif moved or not stored.answered:
            elsewhere = self._is_elsewhere(line, stored)
            for wave in (Wave.SALE, Wave.DELIVERY) if deal.delivered_on else (Wave.SALE,):
                invite.invite_again(self.settings, deal, survey, wave, self.now, moved=elsewhere)

    def _moved(self, line: DealLine, stored: StoredDeal) -> bool:
        """Whether a customer who has answered is to be asked at another address, since mail to theirs comes back."""
        return stored.answered and self._is_elsewhere(line, stored)

    def _refuse_address_of_another(self, line: DealLine, stored: StoredDeal | None) -> None:
        if stored is None or not self._moved(line, stored):
            return
        before, owner = stored.line.customer_email, customer_matching.owner(line.customer_email)
        if owner not in {None, stored.deal.customer}:
            raise Refused(
                Reason.ADDRESS_OF_ANOTHER,
                f"Mail to {before} comes back, but {line.customer_email} is another customer's address.",
                remedy="Give the customer an address of their own, or none: then they get a letter.",
                before=before,
                address=line.customer_email,
                column="customer_email",
            )

    def _refuse_beyond_ascii(self, line: DealLine) -> None:
        if needs_smtputf8(line.customer_email) and not self.takes_utf8:
            raise refuse_smtputf8(line.customer_email)

    def _refuse_locked(self, line: DealLine, stored: StoredDeal | None) -> None:
        if stored and stored.line.practices != line.practices:
            practices.refuse_where_locked(stored.asks_on, self.today, answered=stored.delivery_answered)

    def _is_elsewhere(self, line: DealLine, stored: StoredDeal) -> bool:
        """Whether this line has another address in place of one at which mail did not arrive."""
        before = stored.line.customer_email
        if not before or line.customer_email == before:
            return False
        noted = opt_outs.reasons({address_hash(self.settings.secret_key, before)}).values()
        return opt_outs.BOUNCED in noted or outbox.never_arrived(stored.deal.id)

    def _refuse_if_perhaps_the_same(self, line: DealLine, stored: StoredDeal | None) -> None:
        """Two customers where there is one would make a group look larger than it is: somebody has to know."""
        if not _is_nameless(line, stored):
            return
        known = self._customers_without_address()
        earlier = known.get(customer_matching.name_key(line.customer_name), line.deal_id)
        if earlier != line.deal_id:
            raise Refused(
                Reason.CUSTOMER_PERHAPS_KNOWN,
                f"Deal {earlier} has a customer of this name without an address too, and nothing says whether it is "
                "the same one.",
                remedy="Give both lines a customer_number: the same for one customer, different for two.",
                deal=earlier,
                column="customer_number",
            )

    def _customers_without_address(self) -> dict[str, str]:
        if self.nameless is None:
            self.nameless = customer_matching.nameless(besides=())
        return self.nameless

    def _refuse_unknown_name(self, column: str, line: DealLine) -> None:
        name, names = getattr(line, column), _NAMED[column](self.settings.deals)
        if names and name not in names:
            raise Refused(
                Reason.NAME_UNKNOWN,
                f"There is no {column} {name!r}.",
                remedy=f"{_meant(name, names)} Where it is new, add it to {column}s under [deals] in kloof.toml.",
                column=column,
                name=name,
                known=_near(name, names),
            )

    def _seller(self, line: DealLine) -> Person:
        seller = self.sellers.get(line.salesperson_email)
        if seller is None:
            raise Refused(
                Reason.SALESPERSON_UNKNOWN,
                f"No salesperson has the address {line.salesperson_email}.",
                remedy=f"Add them first: kloof people add --role salesperson --email {line.salesperson_email} --name …",
                address=line.salesperson_email,
                column="salesperson_email",
            )
        return seller

    def _survey(self, line: DealLine) -> Survey:
        survey = self.offered.get(line.survey)
        if survey is None:
            raise Refused(
                Reason.SURVEY_UNKNOWN,
                f"There is no survey {line.survey!r}.",
                remedy=_meant(line.survey, self.offered),
                survey=line.survey,
                known=_near(line.survey, self.offered),
                column="survey",
            )
        return survey

    def _refuse_changed_survey(self, line: DealLine, stored: StoredDeal | None) -> None:
        survey = self.offered.get(line.survey)
        if survey and survey.id not in self.as_recorded and not _keeps_its_version(survey, stored):
            versions.refuse_if_changed(survey)
            self.as_recorded.add(survey.id)

    def _version(self, line: DealLine, stored: StoredDeal | None) -> tuple[Survey, int]:
        """The survey in force at sale, and its row; a deal that was answered keeps the version it was answered with."""
        survey = self._survey(line)
        if stored and _keeps_its_version(survey, stored):
            return survey, versions.row_of(stored.deal.survey)
        if survey.id not in self.versions:
            self.versions[survey.id] = versions.record(survey, self.now)
        return survey, self.versions[survey.id]

    def _refuse_what_answers_rest_on(self, line: DealLine, stored: StoredDeal | None) -> None:
        if stored is None or not stored.answered:
            return
        before, besides = stored.line, {"customer_email"} if self._moved(line, stored) else set()
        changed = [
            item.name
            for item in fields(DealLine)
            if item.name not in MAY_STILL_CHANGE | besides
            and getattr(before, item.name) != getattr(line, item.name)
            # To become better known is not to become another: identity.put keeps the row.
            and not (item.name in BETTER_KNOWN and not getattr(before, item.name))
        ]
        if changed:
            raise Refused(
                Reason.CUSTOMER_HAS_ANSWERED,
                f"The customer has answered already, so {', '.join(changed)} can no longer change.",
                remedy="Undo the change in the file; if the deal itself was wrong, ask the customer to withdraw.",
                columns=", ".join(changed),
            )


def _laid_over(line: DealLine, stored: StoredDeal | None) -> DealLine:
    if stored is None:
        return line
    over = accounts.laid_over(stored.line, line)
    return replace(over, practices=practices.laid_over(stored.line.practices, line.practices))


def _is_nameless(line: DealLine, stored: StoredDeal | None) -> bool:
    """Whether nothing but a name says who the customer is."""
    return line.by_letter and not line.customer_number and not (stored and stored.line.customer_email)


def _keeps_its_version(survey: Survey, stored: StoredDeal | None) -> bool:
    return stored is not None and stored.answered and stored.deal.survey.id == survey.id


def _meant(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name, names, n=1)
    return f"Did you mean {near[0]}?" if near else f"There are: {_near(name, names) or 'none'}."


def _near(name: str, names: Iterable[str]) -> str:
    """The name that was probably meant; every name where none is near."""
    return ", ".join(get_close_matches(name, names, n=1) or sorted(names))
