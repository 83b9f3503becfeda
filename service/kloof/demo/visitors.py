"""Whom the newcomer can be: the deals that wait for them, and the doors that open."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kloof.actions.access import sign_in
from kloof.actions.staff import handover
from kloof.config import Research, Settings
from kloof.demo.acts import answer, deliver, evening, midnight, noon, sell, survey_token
from kloof.demo.desk import leave_work
from kloof.demo.story import TEAMS, Reply, sellers
from kloof.domain.access.people import Person
from kloof.domain.deals.deals import DealLine
from kloof.domain.errors import NotFound, Reason
from kloof.domain.staff.handover import Mark
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import Consent, PromiseOutcome, Source
from kloof.domain.text import Language
from kloof.storage.access import people

DESK = "desk@warmtehuis.example"
LEAD = "sietske@warmtehuis.example"
GUEST, GUEST_NAME = "you@home.example", "Robin Taylor"
MARKED_WITH = "Dat hangt af van de leidingen. Ik wil eerst kijken."
FIRST_VISIT, SECOND_VISIT, TO_CALL, TO_DELIVER = "WH-YOU-1", "WH-YOU-2", "WH-CALL-1", "WH-TEAM-1"
LINKS_LAST = timedelta(days=2)
"""From midnight on: at any hour of the day a link works for a whole day more."""


@dataclass(frozen=True, slots=True)
class Doors:
    """The addresses that the demo opens with."""

    first_survey: str
    second_survey: str
    salesperson: str
    lead: str
    desk: str


def arrive(settings: Settings, offered: Mapping[str, Survey], today: date) -> None:
    """Make everything true that a door leads to, whatever the draw says: whoever looks around sees both surveys."""
    settings = settings.model_copy(update={"research": Research()})
    survey = offered["installation"]
    leave_work(settings, offered, today, DESK)  # first: nothing that waits for the newcomer goes out with it
    _invite_guest(settings, survey, today)
    _hand_over(settings, survey, today)
    _disappoint(settings, survey, today)


def doors(settings: Settings, today: date) -> Doors:
    """The addresses, with links that work today and tomorrow."""
    now = midnight(settings, today)
    return Doors(
        first_survey=settings.link(f"/s/{survey_token(settings, FIRST_VISIT, Wave.SALE)}"),
        second_survey=settings.link(f"/s/{survey_token(settings, SECOND_VISIT, Wave.DELIVERY)}"),
        salesperson=_sign_in_link(settings, sellers()[0].email, now),
        lead=_sign_in_link(settings, LEAD, now),
        desk=_sign_in_link(settings, DESK, now),
    )


def _invite_guest(settings: Settings, survey: Survey, today: date) -> None:
    """The newcomer is a customer twice: just sold to, and just delivered to, with promises written down at sale."""
    first = _line(FIRST_VISIT, GUEST_NAME, GUEST, "en", survey, today - timedelta(days=2))
    second = _line(SECOND_VISIT, GUEST_NAME, GUEST, "en", survey, today - timedelta(days=60))
    yesterday = today - timedelta(days=1)
    sell(settings, {survey.id: survey}, [first, second], noon(yesterday))
    promises = (
        ("Finished before winter", survey.aspects[0].id, Source.SAID),
        ("The old boiler is taken away", survey.aspects[-1].id, Source.WRITTEN),
    )
    hopes = _all_aspects(survey, survey.scale.high - 1)
    answer(settings, SECOND_VISIT, Wave.SALE, Reply(yesterday, dict(hopes), Consent.NAMED, promises=promises))
    deliver(settings, [(SECOND_VISIT, today - timedelta(days=20))], midnight(settings, today))


def _hand_over(settings: Settings, survey: Survey, today: date) -> None:
    """The lead has read a deal of the salesperson whom the newcomer can be, and said something about it."""
    line = _line(
        TO_DELIVER, "Joris Kuipers", "joris@home.example", "nl", survey, today - timedelta(days=6),
        planned_on=today + timedelta(days=20),
    )  # fmt: skip
    yesterday = today - timedelta(days=1)
    sell(settings, {survey.id: survey}, [line], noon(yesterday))
    promise = ("De pomp draait voor de eerste vorst", survey.aspects[0].id, Source.SAID)
    hopes = _all_aspects(survey, survey.scale.high - 1)
    told = Reply(yesterday, dict(hopes), Consent.NAMED, shares_with_delivery=True, promises=(promise,))
    answer(settings, TO_DELIVER, Wave.SALE, told)
    lead, now = _hired(LEAD), evening(settings, yesterday)
    items = handover.view(settings, lead, TO_DELIVER, now).items
    said = {items[-1].key: (Mark.WILL, ""), items[0].key: (Mark.TALK, MARKED_WITH)}
    handover.mark(settings, lead, TO_DELIVER, said, now)


def _disappoint(settings: Settings, survey: Survey, today: date) -> None:
    """Yesterday a customer said that a promise was broken: the salesperson whom the newcomer plays has to call."""
    line = _line(TO_CALL, "Lotte Vermeer", "lotte@home.example", "nl", survey, today - timedelta(days=55))
    sell(settings, {survey.id: survey}, [line], noon(today - timedelta(days=3)))
    promise = ("Klaar voordat het koud wordt", survey.aspects[0].id, Source.SAID)
    hopes = _all_aspects(survey, survey.scale.high - 2)
    two_days_ago = today - timedelta(days=2)
    answer(settings, TO_CALL, Wave.SALE, Reply(two_days_ago, dict(hopes), Consent.NAMED, promises=(promise,)))
    deliver(settings, [(TO_CALL, today - timedelta(days=20))], noon(two_days_ago))
    got = hopes | {survey.aspects[0].id: survey.scale.low + 2} | {item.id: 4 for item in survey.overall}
    words = "De monteurs waren aardig, maar we zaten drie weken in de kou."
    yesterday = today - timedelta(days=1)
    said = Reply(yesterday, dict(got), Consent.NAMED, comment=words, outcomes=(PromiseOutcome.BROKEN,))
    answer(settings, TO_CALL, Wave.DELIVERY, said)


def _line(
    deal_id: str,
    name: str,
    email: str,
    language: Language,
    survey: Survey,
    sold_on: date,
    planned_on: date | None = None,
) -> DealLine:
    seller = sellers()[0]
    return DealLine(
        deal_id, name, email, language, seller.email, seller.team, TEAMS[seller.team], "Warmtepomp", survey.id,
        sold_on, planned_on,
    )  # fmt: skip


def _all_aspects(survey: Survey, point: int) -> dict[str, int]:
    return dict.fromkeys((aspect.id for aspect in survey.aspects), point)


def _sign_in_link(settings: Settings, email: str, now: datetime) -> str:
    _, token = sign_in.mint(settings, _hired(email), "", now, LINKS_LAST)
    return settings.link(f"/sign-in/{token}")


def _hired(email: str) -> Person:
    person = people.by_email(email)
    if person is None:
        raise NotFound(Reason.DEAL_NOT_HERE, f"Nobody at Warmtehuis has the address {email}.")
    return person
