"""Taking deals in, line by line: who the customer is, what may still change, and whom to invite because of it."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import datetime
from difflib import get_close_matches

from kloof.actions.deals.importer import Done, Importer
from kloof.actions.former_keys import former_of
from kloof.actions.mailing import invite
from kloof.config import Settings
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.access.people import Person
from kloof.domain.deals import accounts, practices
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.study_arms import drawn
from kloof.domain.errors import Reason, Refused
from kloof.domain.mailing.suppression import address_hash, former_hash
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


class DealImporter(Importer[DealLine]):
    """Takes deals in."""

    def __init__(
        self,
        offered: Mapping[str, Survey],
        settings: Settings,
        now: datetime,
        known: Mapping[str, StoredDeal],
    ) -> None:
        super().__init__(settings, now, known)
        self.offered = offered
        self.sellers = people.salespeople()
        self.versions: dict[str, int] = {}
        self.nameless: dict[str, str] | None = None
        self.former_keys = former_of(settings)

    def __call__(self, line: DealLine, /) -> Done:
        stored = self.known.get(line.deal_id)
        if stored:
            line = accounts.laid_over(stored.line, line)
            line = replace(line, practices=practices.laid_over(stored.line.practices, line.practices))
        if stored and stored.line == line:
            return "unchanged"
        self._refuse_unknown_names(line)
        seller = self._seller(line)
        survey = self._survey(line, stored)
        moved = stored is not None and self._moved(line, stored)
        if stored and stored.answered:
            self._refuse_what_answers_rest_on(
                stored.line, line, besides={"customer_email"} if moved else set()
            )
        self._refuse_if_perhaps_the_same(line, stored)
        if stored and stored.line.practices != line.practices:
            practices.refuse_where_locked(stored.asks_on, self.today, answered=stored.delivery_answered)
        self._refuse_day_in_future("sold_on", line.sold_on, "Import it once it is sold.")
        self._write(line, seller, survey, stored, moved=moved)
        return "updated" if stored else "created"

    def _write(
        self, line: DealLine, seller: Person, survey: Survey, stored: StoredDeal | None, *, moved: bool
    ) -> None:
        share = self.settings.research.share_without_first_survey
        self._heed_earlier_hashes(line.customer_email)
        arm = drawn(self.settings.secret_key, line.deal_id, share)  # kept for a new deal only
        deal = deals.put(line, seller.id, self.versions[survey.id], self.now, arm, share, moved=moved)
        self._note(AuditAction.DEAL_CHANGED if stored else AuditAction.DEAL_LOADED, deal.id)
        if not stored:
            invite.invite(self.settings, deal, survey, Wave.SALE, self.now)
        elif moved or not stored.answered:
            elsewhere = self._is_elsewhere(line, stored)
            for wave in (Wave.SALE, Wave.DELIVERY) if deal.delivered_on else (Wave.SALE,):
                invite.invite_again(self.settings, deal, survey, wave, self.now, moved=elsewhere)

    def _heed_earlier_hashes(self, address: str) -> None:
        """Who was erased before addresses had one form, or under a former key, is remembered by another hash."""
        spelled = (former_hash(key, address) for key in (self.settings.secret_key, *self.former_keys))
        former = {*filter(None, spelled), *(address_hash(key, address) for key in self.former_keys)}
        if opt_outs.ASKED in opt_outs.reasons(former).values():
            opt_outs.remember(address_hash(self.settings.secret_key, address), opt_outs.ASKED, self.now)

    def _moved(self, line: DealLine, stored: StoredDeal) -> bool:
        """Whether a customer who has answered is to be asked at another address, since mail to theirs comes back."""
        before = stored.line.customer_email
        if not (stored.answered and self._is_elsewhere(line, stored)):
            return False
        owner = customer_matching.owner(line.customer_email)
        if owner not in {None, stored.deal.customer}:
            raise Refused(
                Reason.ADDRESS_OF_ANOTHER,
                f"Mail to {before} comes back, but {line.customer_email} is another customer's address.",
                remedy="Give the customer an address of their own, or none: then they get a letter.",
                before=before,
                address=line.customer_email,
            )
        return True

    def _is_elsewhere(self, line: DealLine, stored: StoredDeal) -> bool:
        """Whether this line has another address in place of one at which mail did not arrive."""
        before = stored.line.customer_email
        if not before or line.customer_email == before:
            return False
        noted = opt_outs.reasons({address_hash(self.settings.secret_key, before)}).values()
        return opt_outs.BOUNCED in noted or outbox.never_arrived(stored.deal.id)

    def _refuse_if_perhaps_the_same(self, line: DealLine, stored: StoredDeal | None) -> None:
        """Two customers where there is one would make a group look larger than it is: somebody has to know."""
        if not line.by_letter or line.customer_number or (stored and stored.line.customer_email):
            return
        if self.nameless is None:
            self.nameless = customer_matching.nameless(besides=())
        earlier = self.nameless.setdefault(customer_matching.name_key(line.customer_name), line.deal_id)
        if earlier != line.deal_id:
            raise Refused(
                Reason.CUSTOMER_PERHAPS_KNOWN,
                f"Deal {earlier} has a customer of this name without an address too, and nothing says whether it is "
                "the same one.",
                remedy="Give both lines a customer_number: the same for one customer, different for two.",
                deal=earlier,
            )

    def _refuse_unknown_names(self, line: DealLine) -> None:
        allowed = self.settings.deals
        for column, names in (
            ("team", allowed.teams),
            ("region", allowed.regions),
            ("product", allowed.products),
        ):
            name = getattr(line, column)
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
            )
        return seller

    def _survey(self, line: DealLine, stored: StoredDeal | None) -> Survey:
        """The survey in force at sale; a deal that was answered keeps the version that it was answered with."""
        survey = self.offered.get(line.survey)
        if survey is None:
            raise Refused(
                Reason.SURVEY_UNKNOWN,
                f"There is no survey {line.survey!r}.",
                remedy=_meant(line.survey, self.offered),
                survey=line.survey,
                known=_near(line.survey, self.offered),
            )
        if stored and stored.deal.survey.id == survey.id and stored.answered:
            self.versions[survey.id] = versions.row_of(stored.deal.survey)
        else:
            self.versions[survey.id] = versions.record(survey, self.now)
        return survey

    @staticmethod
    def _refuse_what_answers_rest_on(before: DealLine, after: DealLine, besides: set[str]) -> None:
        changed = [
            item.name
            for item in fields(DealLine)
            if item.name not in MAY_STILL_CHANGE | besides
            and getattr(before, item.name) != getattr(after, item.name)
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


def _meant(name: str, names: Iterable[str]) -> str:
    near = get_close_matches(name, names, n=1)
    return f"Did you mean {near[0]}?" if near else f"There are: {_near(name, names) or 'none'}."


def _near(name: str, names: Iterable[str]) -> str:
    """The name that was probably meant; every name where none is near."""
    return ", ".join(get_close_matches(name, names, n=1) or sorted(names))
