"""When mail may go out: sending hours, holidays, limits per customer and per hour, and trying again."""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from kloof.domain.errors import BadSettings
from kloof.domain.mailing.messages import Outgoing
from kloof.domain.surveys.definition import Timing, Wave

MONTH = timedelta(days=30)
_HOUR = timedelta(hours=1)
MOST_TRIES = 48
"""With the waits of `wait_before_retry`: about four hours of trying, then a person decides."""
_FIRST_WAIT = timedelta(seconds=15)
_LONGEST_WAIT = timedelta(seconds=320)
_JITTER = 0.2


@dataclass(frozen=True, slots=True)
class SendingHours:
    """Whole hours on weekdays (1 Monday … 7 Sunday) in one time zone, without a country's public holidays.

    `holidays` is an ISO 3166 country code, or empty for none.
    """

    opens: int
    closes: int
    weekdays: frozenset[int]
    zone: ZoneInfo
    holidays: str = ""

    def day_of(self, moment: datetime) -> date:
        """The local calendar day."""
        return moment.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """The moment in UTC at which this local day is over."""
        return self._at(day, 24)

    def next_open(self, moment: datetime) -> datetime:
        """The earliest moment from this one on, in UTC, at which mail may go out."""
        day = self.day_of(moment)
        if self._is_sending_day(day) and moment < self._at(day, self.closes):
            return max(moment.astimezone(UTC), self._at(day, self.opens))
        return self.first_open(day + timedelta(days=1))

    def first_open(self, day: date) -> datetime:
        """The moment in UTC at which mail may go out on this day, or else on the next sending day."""
        while not self._is_sending_day(day):
            day += timedelta(days=1)
        return self._at(day, self.opens)

    def working_day(self, day: date, after: int) -> date:
        """The day that lies so many sending days after this one."""
        for _ in range(after):
            day += timedelta(days=1)
            while not self._is_sending_day(day):
                day += timedelta(days=1)
        return day

    def open_until(self, moment: datetime) -> datetime | None:
        """When it closes, if mail may go out at this moment; None if it may not."""
        closes = self._at(self.day_of(moment), self.closes)
        return closes if self.next_open(moment) == moment and moment < closes else None

    def open_for(self, day: date, since: datetime) -> timedelta:
        """For how long mail may go out on this day, from a moment on."""
        opens = max(self._at(day, self.opens), since.astimezone(UTC))
        return (
            max(self._at(day, self.closes) - opens, timedelta()) if self._is_sending_day(day) else timedelta()
        )

    def _is_sending_day(self, day: date) -> bool:
        return day.isoweekday() in self.weekdays and day not in _public_holidays(self.holidays, day.year)

    def _at(self, day: date, hour: int) -> datetime:
        midnight = datetime.combine(day, time(), tzinfo=self.zone)
        # Hour 24 is the next midnight. Wall-clock arithmetic: a change to summer time does not shift it.
        return (midnight + timedelta(hours=hour)).astimezone(UTC)


@lru_cache(maxsize=64)
def _public_holidays(country: str, year: int) -> frozenset[date]:
    if not country:
        return frozenset()
    import holidays  # half a second: only a command that sends mail waits for it

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        raise BadSettings(
            [f"kloof.toml: mail.holidays: the public holidays of {country!r} are not known."],
            remedy='Use a country code such as "NL", or "" to send on holidays too.',
        ) from None


def invite_on(timing: Timing, wave: Wave, day: date) -> date:
    """The day on which to ask, given the day of sale (first survey) or of delivery (second)."""
    return day + timedelta(days=timing.first_after_days if wave is Wave.SALE else timing.second_after_days)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most mails that one customer gets on one day, and in any 30 days, over all their deals."""

    per_day: int = 1
    per_month: int = 4


def free_day(today: date, mailed: Collection[date], limits: Limits) -> date:
    """The first day from today on which a customer who was mailed on these days may get another mail.

    `mailed` has one entry per mail. A day always comes: mail waits, it is never dropped.
    """
    day = today
    while True:
        recent = sorted(past for past in mailed if day - MONTH < past <= day)
        if len(recent) >= limits.per_month:
            day = recent[-limits.per_month] + MONTH
        elif recent.count(day) >= limits.per_day:
            day += timedelta(days=1)
        else:
            return day


@dataclass(frozen=True, slots=True)
class Candidate:
    """A due message, whose it is, and which day it is where they live.

    A lower `rank` goes first where one customer has several.
    """

    id: int
    customer: int | None
    rank: int
    today: date


def rank(mail: Outgoing) -> int:
    """The second survey completes a pair, so it goes before a first one; what opens no survey comes last."""
    survey = mail.opens
    if survey is None:
        return 2
    return 0 if survey.wave is Wave.DELIVERY else 1


def share_out(
    candidates: Iterable[Candidate], mailed: Mapping[int, Collection[date]], limits: Limits
) -> tuple[list[int], dict[int, date]]:
    """Which messages go today, in the given order, and to which day each of the others moves."""
    taken: dict[int, list[date]] = {customer: list(days) for customer, days in mailed.items()}
    go: set[int] = set()
    later: dict[int, date] = {}
    offered = list(candidates)
    for candidate in sorted(offered, key=lambda one: one.rank):
        if candidate.customer is None:
            go.add(candidate.id)
            continue
        days = taken.setdefault(candidate.customer, [])
        day = free_day(candidate.today, days, limits)
        days.append(day)
        if day == candidate.today:
            go.add(candidate.id)
        else:
            later[candidate.id] = day
    return [candidate.id for candidate in offered if candidate.id in go], later


@dataclass(frozen=True, slots=True)
class SendingRate:
    """At most so many mails in any hour, whenever it begins.

    One moment is all that has to be kept: until when the mails that went out use the hour up. It moves on with each
    mail, and time catches up with it. After a quiet while a minute's worth goes at once.
    """

    per_hour: int

    @property
    def at_once(self) -> int:
        """How many may go at one moment."""
        return max(1, self.per_hour // 60)

    @property
    def between(self) -> timedelta:
        """From one mail to the next. What goes at once after a quiet while is part of its hour too."""
        return _HOUR / (self.per_hour - self.at_once + 1)

    def left(self, used_until: datetime | None, now: datetime) -> int:
        """How many mails may go now."""
        return min(self.at_once, (now - self._from(used_until, now)) // self.between)

    def after(self, used_until: datetime | None, now: datetime, mails: int) -> datetime:
        """Until when the hour is used up once so many mails have gone; fewer than none are given back."""
        return self._from(used_until, now) + mails * self.between

    def _from(self, used_until: datetime | None, now: datetime) -> datetime:
        quiet = now - self.at_once * self.between
        return quiet if used_until is None else max(used_until, quiet)


def months_before(moment: datetime, months: int) -> datetime:
    """The same hour so many calendar months earlier; the last day of its month where there is no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def wait_before_retry(attempts: int, chance: float) -> timedelta:
    """How long to wait after this many tries: doubling from 15 s to 320 s, ± 20%.

    The scatter keeps many from coming back at once; `chance` is a random number from 0 to 1.
    """
    wait = min(_FIRST_WAIT * (1 << min(attempts - 1, 10)), _LONGEST_WAIT)
    return wait * (1 + _JITTER * (2 * chance - 1))
