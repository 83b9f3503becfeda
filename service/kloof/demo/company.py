"""Playing the story through the real actions, week by week, up to the present moment."""

from collections.abc import Callable, Iterable
from csv import DictWriter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO

from kloof import storage
from kloof.actions.access import people, sign_in
from kloof.actions.deals import imports
from kloof.actions.mailing.worker import work_once
from kloof.actions.releases import freeze as freezing
from kloof.actions.releases import publish as publishing
from kloof.actions.staff import handover
from kloof.actions.surveys import respond
from kloof.actions.surveys.files import load_surveys
from kloof.config import Research, Settings
from kloof.demo import calls
from kloof.demo.story import TEAMS, Chapter, Reply, sellers, year
from kloof.domain.access import tokens
from kloof.domain.access.people import Person, Role
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.files import OPTIONAL, REQUIRED
from kloof.domain.deals.study_arms import Arm, drawn
from kloof.domain.staff.handover import Mark
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange, PromiseOutcome, Source
from kloof.mail.transport import Memory
from kloof.storage.access import people as people_store
from kloof.storage.surveys import questionnaires

DEALS = 1000
DESK = "desk@warmtehuis.example"
LEAD = "sietske@warmtehuis.example"
GUEST = "you@home.example"
MARKED_WITH = "Dat hangt af van het dak. Ik wil eerst kijken."
FIRST_VISIT, SECOND_VISIT, TO_CALL = "WH-YOU-1", "WH-YOU-2", "WH-CALL-1"
LINKS_LAST = timedelta(days=1)
TYPES_IN_HASTE = "niels@warmtehuis.example"
"""Mistypes addresses and mends them the same week, which fair play asks about."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Doors:
    """The addresses that the demo opens with."""

    first_survey: str
    second_survey: str
    salesperson: str
    lead: str
    desk: str


def play(settings: Settings, now: datetime, say: Say) -> Doors:
    """Fill an empty database with fifteen months of Warmtehuis, publish releases on the way, and give the doors."""
    offered = load_surveys(settings.surveys_folder)
    today = settings.today(now)
    _hire(now)
    chapters = [_as_drawn(settings, chapter) for chapter in year(offered, today, DEALS)]
    mondays = [today - timedelta(days=days) for days in range(462, 0, -7)]
    release_weeks = set(mondays[len(mondays) // 2 - 1 :: len(mondays) // 6])
    for monday in mondays:
        with storage.transaction():
            _play_week(settings, chapters, offered, monday)
            calls.make(settings, _noon(monday + timedelta(days=6)))
        if monday in release_weeks:
            _publish(settings, _noon(monday + timedelta(days=6)), say)
    _invite_guest(settings, offered, now)
    _hand_over(settings, now)
    _disappoint(settings, offered, now)
    return _doors(settings, now)


def _as_drawn(settings: Settings, chapter: Chapter) -> Chapter:
    """The chapter, or what is left of it where a draw leaves the deal out of the first survey."""
    share = settings.research.share_without_first_survey
    if drawn(settings.secret_key, chapter.line.deal_id, share) is Arm.ASKED:
        return chapter
    after = chapter.after_delivery
    return replace(chapter, at_sale=None, after_delivery=replace(after, outcomes=()) if after else None)


def _hire(now: datetime) -> None:
    for seller in sellers():
        people.add(seller.email, seller.name, Role.SALESPERSON, seller.team, now)
    people.add(LEAD, "Sietske Hoekstra", Role.LEAD, sellers()[0].team, now)
    people.add(DESK, "Noor van den Berg", Role.DESK, "", now)


def _play_week(settings: Settings, chapters: list[Chapter], offered: dict[str, Survey], monday: date) -> None:
    days = {monday + timedelta(days=offset) for offset in range(7)}
    evening = _noon(max(days))
    sold = [chapter.line for chapter in chapters if chapter.line.sold_on in days]
    _import(settings, offered, [_mistyped(line) for line in sold if _is_mistyped(line)], evening)
    _import(settings, offered, sold, evening)
    delivered = [
        (chapter.line.deal_id, day) for chapter in chapters if (day := chapter.delivered_on) in days and day
    ]
    _deliver(settings, delivered, evening)
    work_once(settings, Memory(), lambda: evening)
    for chapter in chapters:
        for wave, reply in ((Wave.SALE, chapter.at_sale), (Wave.DELIVERY, chapter.after_delivery)):
            if reply and reply.on in days:
                _answer(settings, chapter.line.deal_id, wave, reply)


def _is_mistyped(line: DealLine) -> bool:
    return line.salesperson_email == TYPES_IN_HASTE and line.sold_on.day % 2 == 0


def _mistyped(line: DealLine) -> DealLine:
    return replace(line, customer_email=line.customer_email.replace("customer", "custmoer"))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(11), tzinfo=UTC)


def _import(settings: Settings, offered: dict[str, Survey], lines: Iterable[DealLine], now: datetime) -> None:
    file = StringIO()
    rows = DictWriter(file, [*REQUIRED, *OPTIONAL])
    rows.writeheader()
    rows.writerows(_row(line) for line in lines)
    imports.import_deals(settings, file.getvalue(), "demo.csv", offered, now)


def _row(line: DealLine) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(line, name) for name in REQUIRED}
    row["delivery_planned_on"] = line.delivery_planned_on or ""
    return row | {f"{practice}_on": day for practice, day in line.practices.items()}


def _deliver(settings: Settings, delivered: Iterable[tuple[str, date]], now: datetime) -> None:
    rows = "".join(f"{deal_id},{day}\n" for deal_id, day in delivered)
    imports.import_deliveries(settings, f"deal_id,delivered_on\n{rows}", "demo.csv", now)


def _answer(settings: Settings, deal_id: str, wave: Wave, reply: Reply) -> None:
    now = _noon(reply.on)
    questionnaire = respond.open_link(_token(settings, deal_id, wave), now)
    promises = {
        position: PromiseChange(text=text, aspect=aspect, source=source)
        for position, (text, aspect, source) in enumerate(reply.promises)
    }
    outcomes = {position: PromiseChange(outcome=outcome) for position, outcome in enumerate(reply.outcomes)}
    said = Changes(
        answers=reply.answers,
        comment=reply.comment,
        consent=reply.consent,
        shares_with_delivery=reply.shares_with_delivery if wave is Wave.SALE else None,
        may_call=reply.consent is Consent.NAMED if wave is Wave.DELIVERY else None,
        promises=promises | outcomes,
    )
    respond.save(questionnaire, said, now, submit=True, settings=settings)


def _token(settings: Settings, deal_id: str, wave: Wave) -> str:
    return tokens.token(settings.secret_key, tokens.Purpose.SURVEY, questionnaires.link_salt(deal_id, wave))


def _publish(settings: Settings, now: datetime, say: Say) -> None:
    freezing.freeze(settings, now)
    outcome = publishing.publish(settings, now)
    if outcome.document:
        pairs = sum(counts.pairs_published for counts in outcome.document.response)
        say(f"    release {outcome.document.number} on {settings.today(now)}: {pairs} pairs published")


def _invite_guest(settings: Settings, offered: dict[str, Survey], now: datetime) -> None:
    """The newcomer is a customer twice: just sold to, and just delivered to, with promises written down at sale.

    No draw: whoever looks around sees both surveys.
    """
    settings = settings.model_copy(update={"research": Research()})
    today = settings.today(now)
    seller = sellers()[0]
    survey = next(iter(sorted(offered.values(), key=lambda survey: survey.id)))
    first = DealLine(
        FIRST_VISIT, "You", GUEST, "en", seller.email, seller.team, TEAMS[seller.team],
        "Warmtepomp", survey.id, today - timedelta(days=2),
    )  # fmt: skip
    second = DealLine(
        SECOND_VISIT, "You", GUEST, "en", seller.email, seller.team, TEAMS[seller.team],
        "Warmtepomp", survey.id, today - timedelta(days=60),
    )  # fmt: skip
    _import(settings, offered, [first, second], now - timedelta(days=1))
    hopes = dict.fromkeys((aspect.id for aspect in survey.aspects), survey.scale.high - 1)
    promises = (
        ("Finished before winter", survey.aspects[0].id, Source.SAID),
        ("The old boiler is taken away", survey.aspects[-1].id, Source.WRITTEN),
    )
    at_sale = Reply(today - timedelta(days=1), dict(hopes), Consent.NAMED, promises=promises)
    _answer(settings, SECOND_VISIT, Wave.SALE, at_sale)
    _deliver(settings, [(SECOND_VISIT, today - timedelta(days=20))], now)


def _hand_over(settings: Settings, now: datetime) -> None:
    """The lead has read one deal of the salesperson whom the newcomer can be, and said something about it."""
    lead = people_store.by_email(LEAD)
    assert isinstance(lead, Person), "hired above"  # noqa: S101
    open_deals = handover.overview(settings, lead, now).deals
    for deal in (one for one in open_deals if one.readable and one.salesperson == sellers()[0].name):
        view = handover.view(settings, lead, deal.deal.deal_id, now)
        if view.handover.by_name and view.may_mark:
            first, last = view.items[0].key, view.items[-1].key
            said = {last: (Mark.WILL, ""), first: (Mark.TALK, MARKED_WITH)}
            handover.mark(settings, lead, deal.deal.deal_id, said, now)
            return


def _disappoint(settings: Settings, offered: dict[str, Survey], now: datetime) -> None:
    """Yesterday a customer said that a promise was broken: the salesperson whom the newcomer plays has to call."""
    today, seller = settings.today(now), sellers()[0]
    survey = next(iter(sorted(offered.values(), key=lambda survey: survey.id)))
    line = DealLine(
        TO_CALL, "Lotte Vermeer", "lotte@home.example", "nl", seller.email, seller.team, TEAMS[seller.team],
        "Warmtepomp", survey.id, today - timedelta(days=70),
    )  # fmt: skip
    _import(settings, offered, [line], now - timedelta(days=3))
    hopes = dict.fromkeys((aspect.id for aspect in survey.aspects), survey.scale.high - 2)
    promise = ("Klaar voordat het koud wordt", survey.aspects[0].id, Source.SAID)
    first = Reply(today - timedelta(days=2), dict(hopes), Consent.NAMED, promises=(promise,))
    _answer(settings, TO_CALL, Wave.SALE, first)
    _deliver(settings, [(TO_CALL, today - timedelta(days=20))], now - timedelta(days=2))
    got = hopes | {survey.aspects[0].id: survey.scale.low + 2} | {item.id: 4 for item in survey.overall}
    words = "De monteurs waren aardig, maar we zaten drie weken in de kou."
    second = Reply(
        today - timedelta(days=1), dict(got), Consent.NAMED, comment=words, outcomes=(PromiseOutcome.BROKEN,)
    )
    _answer(settings, TO_CALL, Wave.DELIVERY, second)


def _doors(settings: Settings, now: datetime) -> Doors:
    return Doors(
        first_survey=settings.link(f"/s/{_token(settings, FIRST_VISIT, Wave.SALE)}"),
        second_survey=settings.link(f"/s/{_token(settings, SECOND_VISIT, Wave.DELIVERY)}"),
        salesperson=_sign_in_link(settings, sellers()[0].email, now),
        lead=_sign_in_link(settings, LEAD, now),
        desk=_sign_in_link(settings, DESK, now),
    )


def _sign_in_link(settings: Settings, email: str, now: datetime) -> str:
    person = people_store.by_email(email)
    assert isinstance(person, Person), "hired above"  # noqa: S101
    _, token = sign_in.mint(settings, person, "", now, LINKS_LAST)
    return settings.link(f"/sign-in/{token}")
