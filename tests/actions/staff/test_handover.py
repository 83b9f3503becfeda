"""Word from delivery: at once, to the salesperson, and only while there is something that they may read."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from cast.selling import NOON, SELLER, Clock, company, deliver, line, sell, survey
from kloof.actions.deals import imports
from kloof.actions.mailing.dispatch import Dispatch, RoundResult
from kloof.actions.mailing.outbox import Decision, overview, resolve
from kloof.actions.staff import handover
from kloof.actions.staff.open_calls import policy as call_policy
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.access.audit_log import COMMAND_LINE, AuditAction
from kloof.domain.access.people import Person, Role
from kloof.domain.errors import NotFound, Refused
from kloof.domain.staff.handover import Mark
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, Questionnaire
from kloof.mail.transport import Memory
from kloof.storage.access import audit_log, people
from kloof.storage.models import Deal, HandoverMark, Message, Practice
from kloof.storage.staff import handover as handovers
from kloof.storage.surveys import questionnaires

NIGHT = datetime(2026, 9, 19, 23, 30, tzinfo=NOON.tzinfo)  # a Saturday, when no customer gets mail


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    agreed = company(tmp_path, hours=(9, 17), weekdays=(1, 2, 3, 4, 5))
    return agreed.model_copy(update={"works_council_consent": date(2026, 1, 15)})


@pytest.fixture
def lead(either_database: str) -> Person:
    people.put("joris@firm.example", "Joris Baas", {Role.LEAD}, "Utrecht", NOON)
    found = people.by_email("joris@firm.example")
    assert found
    return found


def link(settings: Settings) -> Questionnaire:
    salt = questionnaires.link_salt("D-1", Wave.SALE)
    return respond.open_link(tokens.token(settings.secret_key, tokens.Purpose.SURVEY, salt), NOON)


def shared(settings: Settings, consent: Consent = Consent.NAMED) -> None:
    """A deal whose customer lets delivery see what they expect."""
    sell(settings, line())
    answers = dict.fromkeys(("a1", "a2", "a3"), 9)
    said = Changes(answers=answers, consent=consent, shares_with_delivery=True)
    respond.save(link(settings), said, NOON, call_policy(settings), submit=True)


def say(
    settings: Settings, lead: Person, mark: Mark = Mark.WONT, note: str = "", now: datetime = NIGHT
) -> None:
    handover.mark(settings, lead, "D-1", {"a2": (mark, note)}, now)


def work(settings: Settings, now: datetime = NIGHT) -> tuple[RoundResult, list[str]]:
    """A round of the worker: what it did, and to whom mail went."""
    transport = Memory()
    result = Dispatch(settings, transport, "worker", Clock(now), chance=lambda: 0.5).round()
    return result, [recipient for _, recipient, _ in transport.sent]


def test_the_salesperson_hears_it_at_once_at_any_hour_and_once(settings: Settings, lead: Person) -> None:
    shared(settings)
    say(settings, lead)
    say(settings, lead, Mark.TALK)
    assert work(settings)[1] == [SELLER]
    assert work(settings)[1] == []
    say(settings, lead, Mark.WILL)
    assert work(settings)[1] == [SELLER], "a later word is a mail of its own"


def test_the_mail_counts_for_no_limit_of_the_customer(settings: Settings, lead: Person) -> None:
    shared(settings)
    say(settings, lead)
    work(settings)
    mail = Message.get(Message.kind == "handover")
    assert (mail.state, mail.customer_id) == ("sent", None)


def test_of_who_counts_in_totals_only_the_salesperson_hears_nothing(settings: Settings, lead: Person) -> None:
    shared(settings, Consent.TOTALS)
    say(settings, lead)
    assert HandoverMark.select().count() == 1
    assert work(settings)[1] == []


@pytest.mark.parametrize(
    "change",
    [Changes(shares_with_delivery=False), Changes(consent=Consent.TOTALS)],
    ids=["unshared", "totals"],
)
def test_who_takes_it_back_before_the_mail_goes_is_not_written_about(
    settings: Settings, lead: Person, change: Changes
) -> None:
    shared(settings)
    say(settings, lead)
    respond.choose_again(link(settings), change, NIGHT, call_policy(settings))
    result, sent = work(settings)
    assert (sent, result.withdrawn) == ([], 1)
    assert Message.get(Message.kind == "handover").last_reply.startswith("The work is done, or")


def test_after_delivery_no_mail_goes_and_nothing_more_is_marked(settings: Settings, lead: Person) -> None:
    shared(settings)
    say(settings, lead)
    Deal.update(delivered_on=NIGHT.date()).execute()
    assert work(settings)[1] == []
    with pytest.raises(Refused, match="delivered or called off"):
        say(settings, lead, Mark.WILL)
    assert [row.mark for row in HandoverMark.select()] == ["wont"]


def test_what_fails_on_the_way_leaves_neither_mark_nor_mail_nor_line(
    settings: Settings, lead: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared(settings)

    def breaks(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("kloof.actions.staff.handover.outbox.queue_handover", breaks)
    with pytest.raises(RuntimeError):
        say(settings, lead)
    deal = Deal.get().id
    assert not HandoverMark.select().exists()
    assert audit_log.about_deals([deal], frozenset({AuditAction.HANDOVER_MARKED})) == []


def test_the_outbox_says_to_whom_and_about_which_deal_and_so_does_the_log(
    settings: Settings, lead: Person
) -> None:
    shared(settings)
    say(settings, lead)
    Message.update(state="held").where(Message.kind == "handover").execute()
    [entry] = [entry for entry in overview(NIGHT).entries if entry.name == "handover"]
    assert (entry.deal_id, entry.email) == ("D-1", SELLER)
    resolve(settings, [entry.id], Decision.AGAIN, NIGHT)
    [line] = audit_log.about_deals([Deal.get().id], frozenset({AuditAction.MAIL_DECIDED}))
    assert line.who == COMMAND_LINE
    monday = NIGHT + timedelta(days=1, hours=12)
    assert work(settings, monday)[1] == [SELLER]


def test_a_lead_of_another_team_or_without_the_works_council_gets_nowhere(
    settings: Settings, lead: Person
) -> None:
    shared(settings)
    with pytest.raises(NotFound):
        handover.view(settings, replace(lead, team="Brabant"), "D-1", NIGHT)
    with pytest.raises(NotFound):
        say(settings, replace(lead, roles=frozenset({Role.SALESPERSON})))
    without = settings.model_copy(update={"works_council_consent": None})
    for attempt in (
        lambda: handover.overview(without, lead, NIGHT),
        lambda: handover.view(without, lead, "D-1", NIGHT),
        lambda: say(without, lead),
        lambda: handover.enter_practices(without, lead, "D-1", {}, NIGHT),
    ):
        with pytest.raises(Refused, match="works council"):
            attempt()


def test_the_list_counts_and_shows_what_is_open(settings: Settings, lead: Person) -> None:
    shared(settings)
    for number in range(2, 30):
        sell(settings, line(number, delivery_planned_on=date(2026, 10, number)))
    first, second = handover.overview(settings, lead, NIGHT), handover.overview(settings, lead, NIGHT, 9)
    assert (len(first.deals), len(second.deals), second.page, second.pages) == (25, 4, 2, 2)
    assert first.deals[0].deal.deal_id == "D-2"
    assert (second.deals[-1].deal.deal_id, second.deals[-1].readable) == ("D-1", True)


HEADER = "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
ROW = f"D-1,Customer 1,customer1@example.com,nl,{SELLER},Utrecht,Midden,Warmtepomp,project,2026-09-14"


def load(settings: Settings, joint: str, now: datetime) -> imports.Report:
    text = f"{HEADER},joint_visit_on\n{ROW},{joint}\n"
    return imports.import_deals(settings, text, "deals.csv", {"project": survey()}, now)


def test_a_file_with_an_empty_cell_leaves_what_the_lead_entered(settings: Settings, lead: Person) -> None:
    shared(settings)
    assert handover.enter_practices(settings, lead, "D-1", {"complaint": date(2026, 9, 18)}, NIGHT) == {}
    assert load(settings, "", NIGHT).unchanged == 1
    assert load(settings, "2026-09-10", NIGHT).updated == 1
    assert {row.name for row in Practice.select()} == {"complaint", "joint_visit"}


def test_file_and_page_lock_on_the_same_day(settings: Settings, lead: Person) -> None:
    shared(settings)
    asked = survey(timing={"first_after_days": 0, "second_after_days": 3})
    stored = handovers.of_deal("D-1")
    assert stored
    deliver(settings, stored.deal, date(2026, 9, 18), now=NOON, about=asked)
    before, from_then_on = (
        datetime(2026, 9, 20, 12, tzinfo=NOON.tzinfo),
        datetime(2026, 9, 21, 12, tzinfo=NOON.tzinfo),
    )
    assert handover.enter_practices(settings, lead, "D-1", {"complaint": date(2026, 9, 18)}, before) == {}
    assert load(settings, "2026-09-10", before).updated == 1
    with pytest.raises(Refused, match="can no longer change"):
        handover.enter_practices(settings, lead, "D-1", {}, from_then_on)
    [refusal] = load(settings, "2026-09-11", from_then_on).refused
    assert "can no longer change" in refusal.reason
    assert load(settings, "2026-09-10", from_then_on).unchanged == 1
