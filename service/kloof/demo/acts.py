"""What the people of the story do, each through the action that does it for a real company."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from csv import DictWriter
from datetime import UTC, date, datetime, time
from io import StringIO
from zoneinfo import ZoneInfo

from kloof.actions.deals import imports
from kloof.actions.deals.imports import Report
from kloof.actions.releases import company_actions
from kloof.actions.staff.open_calls import policy as call_policy
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.demo.story import ACTIONS, Reply
from kloof.domain.access import tokens
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.files import OPTIONAL, REQUIRED
from kloof.domain.errors import Reason, Refused
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange
from kloof.storage.surveys import questionnaires


def noon(day: date) -> datetime:
    """When customers of Warmtehuis fill in their survey."""
    return datetime.combine(day, time(11), tzinfo=UTC)


def evening(settings: Settings, day: date) -> datetime:
    """When Warmtehuis does its administration."""
    return _at(settings, day, time(23, 30))


def midnight(settings: Settings, day: date) -> datetime:
    """The moment at which this day begins."""
    return _at(settings, day, time())


def _at(settings: Settings, day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=ZoneInfo(settings.mail.time_zone)).astimezone(UTC)


def sell(settings: Settings, offered: Mapping[str, Survey], lines: Sequence[DealLine], now: datetime) -> None:
    """Load these deals from a file, if any; raises Refused where a line of it does not go in."""
    if not lines:
        return
    file = StringIO()
    rows = DictWriter(file, [*REQUIRED, *OPTIONAL])
    rows.writeheader()
    rows.writerows(_row(line) for line in lines)
    _refuse_if_incomplete(imports.import_deals(settings, file.getvalue(), "demo.csv", offered, now))


def deliver(settings: Settings, delivered: Sequence[tuple[str, date]], now: datetime) -> None:
    """Load these deliveries from a file, if any; raises Refused where a line of it does not go in."""
    if not delivered:
        return
    rows = "".join(f"{deal_id},{day}\n" for deal_id, day in delivered)
    file = f"deal_id,delivered_on\n{rows}"
    _refuse_if_incomplete(imports.import_deliveries(settings, file, "demo.csv", now))


def take_action(settings: Settings, release: int, now: datetime) -> None:
    """Begin what Warmtehuis does about its release of this number, if that shows what it is about."""
    begun = ACTIONS.get(release)
    if begun is None:
        return
    action = begun.model_copy(update={"started_on": settings.today(now)})
    with suppress(Refused):  # a small demo has published nothing by then
        company_actions.add(settings, action, now)


def answer(settings: Settings, deal_id: str, wave: Wave, reply: Reply) -> None:
    """The customer opens their link, fills everything in and sends it; raises NotFound where they were not asked."""
    now = noon(reply.on)
    questionnaire = respond.open_link(survey_token(settings, deal_id, wave), now)
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
    respond.save(questionnaire, said, now, call_policy(settings), submit=True)


def survey_token(settings: Settings, deal_id: str, wave: Wave) -> str:
    """What stands in the personal link; raises NotFound where this deal was not asked this survey."""
    return tokens.token(settings.secret_key, tokens.Purpose.SURVEY, questionnaires.link_salt(deal_id, wave))


def _row(line: DealLine) -> dict[str, object]:
    row: dict[str, object] = {name: getattr(line, name) for name in REQUIRED}
    row |= {"delivery_planned_on": line.delivery_planned_on or "", "account": line.account}
    return row | {f"{practice}_on": day for practice, day in line.practices.items()}


def _refuse_if_incomplete(report: Report) -> None:
    if report.refused:
        first = report.refused[0]
        raise Refused(
            Reason.DEMO_FAILED,
            f"The demo's own file has {len(report.refused)} wrong lines. {first.deal_id}: {first.reason}",
        )
