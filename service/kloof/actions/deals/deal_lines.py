"""Taking deals in, line by line: who the customer is, what may still change, and whom to invite because of it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, partial
from typing import Final

from kloof.actions.deals.importer import (
    Check,
    Done,
    Importer,
    is_as_it_says,
    is_nameless,
    keeps_its_version,
    known_as,
    laid_over,
    on,
    refuse_erased,
    refuse_what_answers_rest_on,
)
from kloof.actions.deals.likely_names import NAMED, meant, near, refuse_unknown
from kloof.actions.former_keys import erased_of, former_of, heed_earlier, heed_earlier_of
from kloof.actions.mailing import invite
from kloof.config import Settings
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.access.people import Person
from kloof.domain.addresses import needs_smtputf8, refuse_smtputf8
from kloof.domain.deals import practices
from kloof.domain.deals.deals import PRACTICES, DealLine
from kloof.domain.deals.files import REQUIRED
from kloof.domain.deals.forecast import FileForecast
from kloof.domain.deals.study_arms import drawn
from kloof.domain.errors import Reason, Refused
from kloof.domain.mailing.suppression import address_hash
from kloof.domain.surveys.definition import Survey, Wave
from kloof.storage.access import people
from kloof.storage.deals import customer_matching, deals, new_deals
from kloof.storage.deals.deals import StoredDeal
from kloof.storage.deals.new_deals import NewDeal
from kloof.storage.mailing import opt_outs, outbox
from kloof.storage.surveys import versions

_OF_THE_CUSTOMER: Final = on("deal_id", "customer_name", "customer_email", "customer_number")
_OF_PRACTICES: Final = on("deal_id", *(f"{name}_on" for name in PRACTICES))
_OF_EVERY_DEAL: Final = on(*REQUIRED)
_ONCE_SOLD: Final = "Import it once it is sold."


class DealImporter(Importer[DealLine]):
    """Takes deals in. lines: all that will come. `written`: those that were inserted, by id. `takes_utf8`: whether the
    mail server takes addresses with letters beyond ASCII before the @.
    """

    def __init__(
        self,
        lines: Iterable[DealLine],
        offered: Mapping[str, Survey],
        settings: Settings,
        now: datetime,
        *,
        takes_utf8: bool = True,
    ) -> None:
        super().__init__(settings, now)
        self.offered = offered
        self.takes_utf8 = takes_utf8
        self.named = {line.salesperson_email for line in lines}
        self.versions: dict[str, int] = {}
        self.as_recorded: set[str] = set()
        self.nameless: dict[str, str] | None = None
        self.waiting: dict[str, DealLine] = {}
        self.mailed: dict[str, list[date]] = {}
        self.written: dict[str, StoredDeal] = {}
        self.names: frozenset[str] = frozenset()
        self.erased: frozenset[str] | None = None

    @cached_property
    def sellers(self) -> Mapping[str, Person]:
        """The salespeople whom the lines name, where there are such; looked up once a line is new or another."""
        return people.salespeople_at(self.named)

    @cached_property
    def former_keys(self) -> list[str]:
        return former_of(self.settings)

    def look_up(self, lines: Sequence[DealLine]) -> None:
        super().look_up(lines)
        there = {name for stored in self.known.values() for name in known_as(stored.line)}
        names = {name for line in lines for name in known_as(line)}
        self.names, self.erased = frozenset(names - there), None  # who is erased has no deal

    def _refuse_erased(self, line: DealLine) -> None:
        if self.erased is None:
            self.erased = erased_of(self.settings.secret_key, self.former_keys, self.names)
        refuse_erased(line, self.erased)

    def _checks(self, line: DealLine) -> Iterable[Check]:
        stored = self.known.get(line.deal_id)
        line = laid_over(line, stored)
        if stored and (stored.forgotten or stored.line == line):
            return []
        if stored:
            self.write_what_waits()  # what a change is held against may be a line before it
        return [
            *((on(one), partial(refuse_unknown, one, line, self.settings.deals)) for one in NAMED),
            (on("salesperson_email"), lambda: self._seller(line)),
            (on("survey"), lambda: self._survey(line)),
            (on("survey", "deal_id"), lambda: self._refuse_changed_survey(line, stored)),
            (on("customer_email"), lambda: self._refuse_beyond_ascii(line)),
            (_OF_THE_CUSTOMER, lambda: self._refuse_erased(line)),
            (_OF_THE_CUSTOMER, lambda: self._refuse_address_of_another(line, stored)),
            (
                _OF_EVERY_DEAL,
                lambda: refuse_what_answers_rest_on(
                    line, stored, is_new_address=bool(stored and self._moved(line, stored))
                ),
            ),
            (_OF_THE_CUSTOMER, lambda: self._refuse_if_perhaps_the_same(line, stored)),
            (_OF_PRACTICES, lambda: self._refuse_locked(line, stored)),
            (on("sold_on"), lambda: self._refuse_day_in_future("sold_on", line.sold_on, _ONCE_SOLD)),
        ]

    def would(self, line: DealLine) -> Done:
        stored = self.known.get(line.deal_id)
        if is_nameless(line, stored):
            name = customer_matching.name_key(line.customer_name)
            self._customers_without_address().setdefault(name, line.deal_id)
        if stored is None:
            return "created"
        return "unchanged" if is_as_it_says(stored, line) else "updated"

    def foresee(self, line: DealLine, forecast: FileForecast) -> None:
        if line.deal_id not in self.known:
            survey = self._survey(line)
            seller, share = self._seller(line), self.settings.research.share_without_first_survey
            arm = drawn(self.settings.secret_key, line.deal_id, share)
            new = NewDeal(line, seller.id, survey.key, 0, arm, share)
            deal = new_deals.as_deal(0, new, 0)
            whose = line.customer_email or line.customer_number or line.deal_id
            mailed = self.mailed.setdefault(whose, [])
            invite.foresee(self.settings, deal, survey, Wave.SALE, self.now, forecast, mailed)

    def write(self, line: DealLine) -> None:
        stored = self.known.get(line.deal_id)
        if stored is None and line.deal_id not in self.waiting:
            self.waiting[line.deal_id] = line
            return
        self.write_what_waits()
        # A number that was sent twice at once is one deal, as the last line has it.
        stored = stored or deals.stored([line.deal_id])[line.deal_id]
        self._change(laid_over(line, stored), stored)

    def write_what_waits(self) -> None:
        lines = [*self.waiting.values()]
        self.waiting.clear()
        if not lines:
            return
        key, share = self.settings.secret_key, self.settings.research.share_without_first_survey
        heed_earlier_of(key, self.former_keys, {line.customer_email for line in lines}, self.now)
        surveys = [self._version(line, None) for line in lines]
        sellers = [self.sellers[line.salesperson_email].id for line in lines]
        made = (
            NewDeal(line, seller, survey.key, version, drawn(key, line.deal_id, share), share)
            for line, seller, (survey, version) in zip(lines, sellers, surveys, strict=True)
        )
        new = new_deals.put(made, self.now)
        self.loaded += [deal.id for deal in new]
        asked = [(deal, survey) for deal, (survey, _) in zip(new, surveys, strict=True)]
        planned = invite.invite_new(self.settings, asked, self.now)
        self.written |= {
            line.deal_id: deals.as_inserted(deal, line, planned.get(deal.id))
            for deal, line in zip(new, lines, strict=True)
            if not line.account  # which is called what a deal first called it
        }

    def _change(self, line: DealLine, stored: StoredDeal) -> None:
        survey, version = self._version(line, stored)
        moved = self._moved(line, stored)
        heed_earlier(self.settings.secret_key, self.former_keys, line.customer_email, self.now)
        seller = self.sellers[line.salesperson_email]
        deal = deals.put(line, seller.id, version, self.now, moved=moved)
        self._note(AuditAction.DEAL_CHANGED, deal.id)
        if moved or not stored.answered:
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
        if not is_nameless(line, stored):
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
                remedy=meant(line.survey, self.offered),
                survey=line.survey,
                known=near(line.survey, self.offered),
                column="survey",
            )
        return survey

    def _refuse_changed_survey(self, line: DealLine, stored: StoredDeal | None) -> None:
        survey = self.offered.get(line.survey)
        if survey and survey.id not in self.as_recorded and not keeps_its_version(survey, stored):
            row = versions.refuse_if_changed(survey)
            self.as_recorded.add(survey.id)
            if row is not None:
                self.versions.setdefault(survey.id, row)

    def _version(self, line: DealLine, stored: StoredDeal | None) -> tuple[Survey, int]:
        """The survey in force at sale, and its row; a deal that was answered keeps the version it was answered with."""
        survey = self._survey(line)
        if stored and keeps_its_version(survey, stored):
            return survey, versions.row_of(stored.deal.survey)
        if survey.id not in self.versions:
            self.versions[survey.id] = versions.record(survey, self.now)
        return survey, self.versions[survey.id]
