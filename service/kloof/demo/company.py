"""Playing the story through the real actions, week by week, up to the present day."""

import random
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from unittest.mock import patch

from kloof import storage
from kloof.actions.access import people
from kloof.actions.catch_up import catch_up
from kloof.actions.mailing.dispatch import Dispatch
from kloof.actions.releases import freeze as freezing
from kloof.actions.releases import publish as publishing
from kloof.actions.surveys.files import load_surveys
from kloof.config import Settings
from kloof.demo import calls, visitors
from kloof.demo.acts import answer, deliver, evening, midnight, sell, take_action
from kloof.demo.desk import COLLEAGUE
from kloof.demo.story import SEED, Chapter, sellers, year
from kloof.demo.visitors import Doors
from kloof.domain.access.people import Role
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.study_arms import Arm, drawn
from kloof.domain.surveys.definition import Survey, Wave
from kloof.mail.transport import Memory
from kloof.storage.releases import releases

DEALS = 1000
DAYS = 462
RELEASES = 4

Say = Callable[[str], None]


def play(settings: Settings, today: date, say: Say, deals: int = DEALS) -> Doors:
    """Fill an empty database with fifteen months of Warmtehuis up to the first minute of `today`, publish releases on
    the way, and give the doors. The same settings, day and number of deals give the same company, link for link.
    """
    # Here alone, and while the story plays: nothing that a real company runs can be told what chance has to bring.
    bytes_of, numbers_of = random.Random(SEED), random.Random(SEED)  # noqa: S311  a story, not a secret
    with (
        patch.object(secrets, "token_bytes", bytes_of.randbytes),
        patch.object(secrets, "randbelow", numbers_of.randrange),
    ):
        offered = load_surveys(settings.surveys_folder)
        hire(midnight(settings, today))
        _play_year(settings, offered, today, deals, say)
        visitors.arrive(settings, offered, today)
        return visitors.doors(settings, today)


def hire(now: datetime) -> None:
    """Add everybody who works at Warmtehuis."""
    for seller in sellers():
        people.add(seller.email, seller.name, {Role.SALESPERSON}, seller.team, now)
    people.add(visitors.LEAD, "Sietske Hoekstra", {Role.LEAD}, sellers()[0].team, now)
    people.add(visitors.DESK, "Noor van den Berg", {Role.DESK}, "", now)
    people.add(COLLEAGUE, "Wim de Ruiter", {Role.DESK}, "", now)


def _play_year(settings: Settings, offered: dict[str, Survey], today: date, deals: int, say: Say) -> None:
    chapters = [_as_drawn(settings, chapter) for chapter in year(offered, today, deals)]
    weeks = [today - timedelta(days=days) for days in range(DAYS, 0, -7)]
    with_release = weeks[len(weeks) // 2 - 1 :: len(weeks) // (RELEASES + 2)]
    office = _Office(settings, midnight(settings, weeks[0]))
    for first_day in weeks:
        days = {first_day + timedelta(days=offset) for offset in range(7)}
        with storage.transaction():
            office.work(chapters, offered, days)
        if first_day in with_release:
            _publish(settings, evening(settings, max(days)), say)
            take_action(settings, with_release.index(first_day) + 1, evening(settings, max(days)))


def _as_drawn(settings: Settings, chapter: Chapter) -> Chapter:
    """The chapter, or what is left of it where a draw leaves the deal out of the first survey."""
    share = settings.research.share_without_first_survey
    if drawn(settings.secret_key, chapter.line.deal_id, share) is Arm.ASKED:
        return chapter
    after = chapter.after_delivery
    return replace(chapter, at_sale=None, after_delivery=replace(after, outcomes=()) if after else None)


class _Office:
    """What happens at Warmtehuis in a week: deals, deliveries, mail, answers and calls."""

    def __init__(self, settings: Settings, opens: datetime) -> None:
        self.settings = settings
        self.chance = random.Random(SEED)  # noqa: S311  a story, not a secret
        self.now = opens
        self.post = Memory()
        self.dispatch = Dispatch(settings, self.post, "warmtehuis", lambda: self.now)

    def work(self, chapters: list[Chapter], offered: Mapping[str, Survey], days: set[date]) -> None:
        """Play these days; everything but the answers happens on the evening of the last of them."""
        self.now = evening(self.settings, max(days))
        sold = [chapter for chapter in chapters if chapter.line.sold_on in days]
        sell(
            self.settings,
            offered,
            [_mistyped(chapter.line) for chapter in sold if chapter.mistyped],
            self.now,
        )
        sell(self.settings, offered, [chapter.line for chapter in sold], self.now)
        delivered = [
            (chapter.line.deal_id, day)
            for chapter in chapters
            if (day := chapter.delivered_on) and day in days
        ]
        deliver(self.settings, delivered, self.now)
        self._send_mail()
        for chapter in chapters:
            for wave, reply in ((Wave.SALE, chapter.at_sale), (Wave.DELIVERY, chapter.after_delivery)):
                if reply and reply.on in days:
                    answer(self.settings, chapter.line.deal_id, wave, reply)
        calls.make(self.settings, self.chance, self.now)

    def _send_mail(self) -> None:
        catch_up(self.settings, self.now)
        self.dispatch.round()
        self.post.sent.clear()


def _mistyped(line: DealLine) -> DealLine:
    return replace(line, customer_email=line.customer_email.replace("customer", "custmoer"))


def _publish(settings: Settings, now: datetime, say: Say) -> None:
    # Made-up customers need no chances that nobody knows, and a demo shows the same every day.
    seed = releases.rounds()
    freezing.freeze(settings, now, seed)
    outcome = publishing.publish(settings, now, seed=seed)
    if outcome.document:
        pairs = sum(block.n for block in outcome.document.blocks)
        say(f"    release {outcome.document.number} on {settings.today(now)}: {pairs} pairs published")
