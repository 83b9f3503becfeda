"""A year of deals by a clock of our own: what must never happen does not happen.

Four hundred deals, in all that is counted as many per customer as the ten thousand of `--full`; and a worker that looks
at night on each fifth day, so on every day of the week.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays
import pytest

from cast.selling import Clock, company, deliver, line, seller_and_version, survey
from kloof import storage
from kloof.actions.catch_up import catch_up
from kloof.actions.deals.imports import import_cancellations
from kloof.actions.mailing import invite, opt_out
from kloof.actions.mailing.dispatch import Dispatch
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.deals.deals import Deal, DealLine
from kloof.domain.surveys.definition import Wave
from kloof.mail.transport import Fate, Memory, TransportError, nothing
from kloof.storage.deals import deals
from kloof.storage.models import Customer, Invitation, Message
from kloof.storage.models import Deal as DealRow

FEW, MANY, DAYS = 400, 10_000, 365
BY_ONE_CUSTOMER = 5 / 3
CORRECTED = 0.11
FIRST_DAY = date(2026, 1, 1)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
HOURS_OF_THE_DAY, WITHIN_HOURS = (3, 9, 16, 21), (9, 16)
ASKED = survey(timing={"first_after_days": 1, "second_after_days": 7, "open_for_days": 45})


class Logbook(Memory):
    """A mail server that now and then says "later", and a log of what it took and when."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        super().__init__()
        self.clock, self.chance = clock, chance
        self.log: list[tuple[datetime, str, str]] = []

    def send(self, sender: str, recipient: str, data: bytes, meanwhile: Callable[[], None] = nothing) -> str:
        if self.chance.random() < 0.02:
            raise TransportError("451 later", Fate.RETRY)
        message_id = re.search(rb"^Message-ID: <(\w+)@", data, re.M)
        assert message_id
        self.log.append((self.clock(), recipient, message_id[1].decode()))
        return "250 OK"


@dataclass
class Year:
    """What the customers and the company did, apart from what the outbox knows of it."""

    settings: Settings
    chance: random.Random
    deals: int
    sold: dict[str, Deal] = field(default_factory=dict)
    to_deliver: dict[date, list[Deal]] = field(default_factory=lambda: defaultdict(list))
    submitted: dict[int, datetime] = field(default_factory=dict)
    opted_out: dict[str, datetime] = field(default_factory=dict)
    cancelled: dict[int, datetime] = field(default_factory=dict)
    lines: dict[str, DealLine] = field(default_factory=dict)
    before_correction: dict[str, datetime] = field(default_factory=dict)
    moved: list[tuple[int, str, datetime]] = field(default_factory=list)

    def day(self, today: date, now: datetime) -> None:
        """Deals are sold, delivered and cancelled."""
        needed = seller_and_version(ASKED, now)
        for number in self.numbers(today, self.deals):
            customer = self.chance.randrange(round(self.deals / BY_ONE_CUSTOMER))
            sold = line(number, customer_email=f"c{customer}@example.com", sold_on=today)
            deal = self.sold[sold.deal_id] = deals.put(sold, *needed, now)
            invite.invite(self.settings, deal, ASKED, Wave.SALE, now)
            self.lines[sold.deal_id] = sold
            done = today + timedelta(days=self.chance.randrange(3, 60))
            self.to_deliver[done].append(deal)
        for _ in self.numbers(today, self.deals * CORRECTED):
            self.correct(self.chance.choice(list(self.lines)), needed, now)
        for deal in self.to_deliver.pop(today, []):
            if self.chance.random() < 0.03:
                called_off = f"deal_id,cancelled_on\n{deal.deal_id},{today}\n"
                assert import_cancellations(self.settings, called_off, "cancelled.csv", now).updated == 1
                self.cancelled[deal.id] = now
            else:
                deliver(self.settings, deal, today, now=now, about=ASKED)

    def numbers(self, today: date, in_all: float) -> range:
        """Of what happens so often in all, the numbers of today."""
        before, after = ((today - FIRST_DAY).days + day for day in (0, 1))
        return range(round(in_all * before / DAYS), round(in_all * after / DAYS))

    def correct(self, deal_id: str, needed: tuple[int, int], now: datetime) -> None:
        """The CRM had it wrong: another address, or another product."""
        before = self.lines[deal_id]
        deal = self.sold[deal_id]
        if deals.stored([deal_id])[deal_id].deal.cancelled_on:
            return
        elsewhere = f"moved{len(self.moved)}@example.com" if self.chance.random() < 0.5 else ""
        after = self.lines[deal_id] = replace(
            before, customer_email=elsewhere or before.customer_email, product="Zonnepanelen"
        )
        earlier = Message.select().join(Invitation).where(Invitation.deal == deal.id)
        self.before_correction |= {row.message_id: now for row in earlier}
        corrected = deals.put(after, *needed, now)
        for wave in (Wave.SALE, Wave.DELIVERY) if corrected.delivered_on else (Wave.SALE,):
            invite.invite_again(self.settings, corrected, ASKED, wave, now)
        if elsewhere:
            self.moved.append((deal.id, before.customer_email, now))

    def customers_act(self, now: datetime) -> None:
        """Some of those who were asked answer, and a few want no more mail."""
        asked = Invitation.select(Invitation.id).where(Invitation.state == "invited").order_by(Invitation.id)
        for (number,) in asked.tuples():
            luck = self.chance.random()
            if luck < 0.08:
                Invitation.update(state="submitted").where(Invitation.id == number).execute()
                self.submitted[number] = now
            elif luck < 0.083:
                row = Invitation.get_by_id(number)
                token = tokens.token(self.settings.secret_key, tokens.Purpose.OPT_OUT, row.link_salt)
                opt_out.stop(self.settings, token, now)
                self.opted_out.setdefault(row.deal.customer.email, now)


@pytest.mark.slow
@pytest.mark.usefixtures("database")
def test_in_a_year_of_deals_nothing_forbidden_happens_and_every_second_survey_goes_out(
    tmp_path: Path, full: bool
) -> None:
    clock, chance = Clock(), random.Random(17)
    settings = company(tmp_path, hours=(9, 18), weekdays=(1, 2, 3, 4, 5), holidays="NL", most_per_month=4)
    year, post = Year(settings, chance, MANY if full else FEW), Logbook(clock, chance)
    worker = Dispatch(settings, post, "worker", clock, chance=chance.random)
    for number in range(DAYS + 60):
        today = FIRST_DAY + timedelta(days=number)
        for hour in HOURS_OF_THE_DAY if full or number % 5 == 0 else WITHIN_HOURS:
            clock.now = datetime(today.year, today.month, today.day, hour, 7, tzinfo=AMSTERDAM).astimezone(
                UTC
            )
            if hour == 9 and number < DAYS:
                with storage.transaction():
                    year.day(today, clock())
            catch_up(settings, clock())
            worker.round()
            if hour == 16:
                year.customers_act(clock.forward(minutes=20))
    rows = {row.message_id: row for row in Message.select()}
    assert len(post.log) > 1.5 * year.deals
    assert_nothing_forbidden(year, post, rows)
    assert_second_surveys_went_out(year, rows)


def assert_nothing_forbidden(year: Year, post: Logbook, rows: dict[str, Message]) -> None:
    days: dict[str, list[date]] = defaultdict(list)
    seen: set[str] = set()
    free = holidays.country_holidays("NL")
    moved: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    for deal, old, when in year.moved:
        moved[deal].append((old, when))
    assert len(year.moved) > 0.02 * year.deals
    assert len(year.cancelled) > 0.02 * year.deals
    deal_of = dict(Invitation.select(Invitation.id, Invitation.deal).tuples())
    for moment, recipient, message_id in post.log:
        local = moment.astimezone(AMSTERDAM)
        assert message_id not in seen
        seen.add(message_id)
        assert 9 <= local.hour < 18
        assert local.isoweekday() <= 5
        assert local.date() not in free
        assert moment < year.opted_out.get(recipient, moment + timedelta(1))
        days[recipient].append(local.date())
        row = rows[message_id]
        if row.invitation_id is None:  # its link was taken back when the address was corrected
            assert moment < year.before_correction[message_id]
            continue
        assert all(moment < when for old, when in moved[deal_of[row.invitation_id]] if old == recipient)
        assert moment < year.submitted.get(row.invitation_id, moment + timedelta(1))
        assert moment < year.cancelled.get(deal_of[row.invitation_id], moment + timedelta(1))
        assert (row.state, row.sent_at) == ("sent", moment)
    for mailed in days.values():
        assert len(set(mailed)) == len(mailed)
        assert all(sum(day - timedelta(30) < other <= day for other in mailed) <= 4 for day in mailed)


def assert_second_surveys_went_out(year: Year, rows: dict[str, Message]) -> None:
    """Every delivered deal was asked the second time, unless it was cancelled or the customer wants no mail."""
    asked = {row.invitation_id for row in rows.values() if row.kind == "invitation" and row.state == "sent"}
    earlier: dict[int, set[str]] = defaultdict(set)
    for deal, old, _ in year.moved:
        earlier[deal].add(old)
    second = list(
        Invitation.select(Invitation.id, DealRow.id, Customer.email, DealRow.delivered_on)
        .join(DealRow)
        .join(Customer)
        .where(Invitation.wave == Wave.DELIVERY.value)
        .tuples()
    )
    assert len(second) > 0.7 * year.deals
    for invitation, deal, address, delivered_on in second:
        if not {address, *earlier[deal]} & year.opted_out.keys():
            assert invitation in asked or delivered_on > FIRST_DAY + timedelta(days=DAYS)
