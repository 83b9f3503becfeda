"""The weekly mail: chosen, counted as one's own pages show it, once a week, of numbers only, and never after a no."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from cast.builders import BuiltDeal, deal, person
from cast.calls import company
from instruments.bad_server import BadServer, Mood
from kloof import storage
from kloof.actions.access import people as staff
from kloof.actions.access import staff_data
from kloof.actions.catch_up import catch_up
from kloof.actions.mailing.worker import work_once
from kloof.actions.staff import handover, leaving, weekly
from kloof.actions.staff.open_calls import policy as call_policy
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.access.people import Person, Role
from kloof.domain.errors import KloofError, NotFound, Reason
from kloof.domain.mailing.kinds import WEEKLY
from kloof.domain.mailing.weekly import News
from kloof.domain.staff.handover import Mark
from kloof.domain.staff.own_list import OwnSearch
from kloof.domain.states import MessageState
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent
from kloof.mail.smtp import Smtp
from kloof.mail.transport import Fate, Memory, TransportError
from kloof.storage.access import people
from kloof.storage.mailing import attempts, outbox, review
from kloof.storage.models import AuditEntry, Call, Customer, Deal, Message, Response, WeeklyWish
from kloof.storage.staff import own_deals
from kloof.storage.staff import weekly as wishes

pytestmark = pytest.mark.slow

SANNE, BRAM, JORIS, KIM = "Sanne de Vries", "Bram de Wit", "Joris Baas", "Kim Vos"
HOURS = {"hours": (9, 17), "weekdays": (1, 2, 3, 4, 5), "holidays": "NL"}
WEDNESDAY = datetime(2026, 3, 25, 11, tzinfo=UTC)
CHOSEN = WEDNESDAY - timedelta(hours=1)
MONDAY = datetime(2026, 3, 30, 7, tzinfo=UTC)
"""Nine o'clock in Amsterdam, in summer time. The Monday after it is Easter Monday."""
BOTH = (Wave.SALE, Wave.DELIVERY)


@pytest.fixture
def house(either_database: str, tmp_path: Path) -> Settings:
    """A company that sends mail on working days from nine to five."""
    named = {"base_url": "https://feedback.warmtehuis.example", "mail_from": "feedback@warmtehuis.example"}
    return company(either_database, tmp_path, mail=HOURS, **named)


def who(name: str, role: Role = Role.SALESPERSON, **more: object) -> Person:
    found = people.by_id(person(name, role, **more))  # type: ignore[arg-type]
    assert found
    return found


def wanted(house: Settings, name: str, role: Role = Role.SALESPERSON, at: datetime = CHOSEN) -> Person:
    chooser = who(name, role)
    weekly.choose(house, chooser, at, wanted=True)
    return chooser


def answer(
    house: Settings,
    built: BuiltDeal,
    at: datetime,
    wave: Wave = Wave.SALE,
    consent: Consent = Consent.NAMED,
    *,
    shared: bool = False,
    wants_call: bool = False,
) -> None:
    said = Changes(
        answers={f"a{number}": 8 for number in (1, 2, 3)},
        comment=f"Remark of {built.deal_id}",
        consent=consent,
        shares_with_delivery=shared if wave is Wave.SALE else None,
        wants_call=wants_call,
    )
    respond.save(respond.open_link(built.tokens[wave], at), said, at, call_policy(house), submit=True)


def answered(
    house: Settings,
    at: datetime,
    consent: Consent = Consent.NAMED,
    *,
    seller: str = SANNE,
    shared: bool = False,
) -> BuiltDeal:
    built = deal(seller=person(seller))
    answer(house, built, at, consent=consent, shared=shared)
    return built


def kept() -> list[tuple[str, int, str]]:
    """To whom each weekly mail is, of which week, and its state, in order."""
    found = Message.select().where(Message.kind == "weekly").order_by(Message.id)
    return [(row.recipient.name, row.ordinal, row.state) for row in found]


def moments(first: datetime, last: datetime) -> Iterator[datetime]:
    """Every day at some hours, before, at and after those of sending."""
    day = first.replace(hour=0, minute=0)
    while day <= last:
        for hour in (1, 6, 7, 8, 12, 20):
            if first <= (moment := day + timedelta(hours=hour)) <= last:
                yield moment
        day += timedelta(days=1)


def sent(house: Settings, first: datetime, last: datetime) -> list[tuple[datetime, str, str]]:
    """The weekly mails that a worker sends in this time: when, to whom, and the text."""
    found = []
    for moment in moments(first, last):
        post = Memory()
        work_once(house, post, lambda moment=moment: moment, also=catch_up)  # type: ignore[misc]
        for _, recipient, raw in post.sent:
            mail = message_from_bytes(raw, policy=policy.default)
            body = mail.get_body(("plain",))
            assert body
            if "wat er nieuw voor je is" not in mail["Subject"]:
                continue
            found.append((moment, recipient.partition(".")[0], body.get_content()))
    return found


def numbers(text: str) -> dict[str, int]:
    return {what: int(count) for what, count in re.findall(r"(?m)^- (.*): (\d+)\r?$", text)}


ANSWERS, CALLS, LATE = (
    "Nieuwe antwoorden met naam",
    "Klanten om terug te bellen",
    "Waarvan te laat",
)
TO_READ, STARTING = "Overdrachten om te lezen", "Deals die deze week worden geleverd"


def test_nobody_gets_it_who_did_not_choose_it(house: Settings) -> None:
    answered(house, WEDNESDAY, shared=True)
    person(JORIS, Role.LEAD)
    assert sent(house, WEDNESDAY, WEDNESDAY + timedelta(days=15)) == []
    assert WeeklyWish.select().count() == 0


def test_it_comes_on_monday_at_the_first_hour_or_after_a_holiday_and_only_when_something_is_new(
    house: Settings,
) -> None:
    for name, role in ((SANNE, Role.SALESPERSON), (BRAM, Role.SALESPERSON), (JORIS, Role.LEAD)):
        wanted(house, name, role)
    answered(house, WEDNESDAY + timedelta(days=1), shared=True)
    first = sent(house, WEDNESDAY, MONDAY + timedelta(days=5))
    assert [(at, to, numbers(text)) for at, to, text in first] == [
        (MONDAY, "sanne", {ANSWERS: 1}),
        (MONDAY, "joris", {TO_READ: 1}),
    ]
    answered(house, MONDAY + timedelta(days=5, minutes=1))
    answered(house, MONDAY + timedelta(days=5, minutes=2), Consent.TOTALS, seller=BRAM)
    then = sent(house, MONDAY + timedelta(days=5, hours=1), MONDAY + timedelta(days=20))
    after_easter = MONDAY + timedelta(days=8)
    assert [(at, to, numbers(text)) for at, to, text in then] == [(after_easter, "sanne", {ANSWERS: 1})]
    assert kept() == [
        ("Sanne de Vries", 202614, "sent"),
        ("Joris Baas", 202614, "sent"),
        ("Sanne de Vries", 202615, "sent"),
    ]


def test_the_mail_that_arrives_names_no_customer_no_deal_and_no_answer(house: Settings) -> None:
    wanted(house, SANNE)
    wanted(house, JORIS, Role.LEAD)
    for _ in range(3):
        answer(house, deal(seller=person(SANNE)), WEDNESDAY, shared=True, wants_call=True)
    Message.delete().where(Message.kind != "weekly").execute()
    post = Memory()
    work_once(house, post, lambda: MONDAY, also=catch_up)
    assert len(post.sent) == 2
    secret = [
        *(one.name for one in Customer.select()),
        *(one.email for one in Customer.select()),
        *(one.deal_id for one in Deal.select()),
        *(one.comment for one in Response.select()),
        *(one.product for one in Deal.select()),
    ]
    assert len(secret) == 15
    for _, recipient, raw in post.sent:
        mail = message_from_bytes(raw, policy=policy.default)
        parts = [part.get_content() for part in mail.walk() if not part.is_multipart()]
        assert len(parts) == 2
        for part in (*parts, *mail.values()):
            assert not [word for word in secret if word.lower() in str(part).lower()]
        links = set(re.findall(r"https?://[^\s\"'<>]+", "".join(parts)))
        assert len(links) == 2, "the page, and the way out"
        place = "/me" if recipient.startswith("sanne") else "/handover"
        assert f"https://feedback.warmtehuis.example{place}" in links


def test_it_goes_over_a_real_smtp_conversation_once_also_where_the_first_try_is_put_off(
    house: Settings,
) -> None:
    wanted(house, SANNE)
    answered(house, WEDNESDAY)
    Message.delete().where(Message.kind != "weekly").execute()
    moods = iter([Mood.REFUSE_FOR_NOW])
    with (
        BadServer(lambda: next(moods, Mood.FINE)) as server,
        closing(Smtp(f"smtp://127.0.0.1:{server.port}", seconds_to_answer=20)) as post,
    ):
        work_once(house, post, lambda: MONDAY, also=catch_up)
        assert (server.seen, kept()[0][2]) == ([], "queued")
        for hours in (3, 4, 24):
            work_once(house, post, lambda hours=hours: MONDAY + timedelta(hours=hours), also=catch_up)  # type: ignore[misc]
    [raw] = server.seen
    mail = message_from_bytes(raw, policy=policy.default)
    assert [(name.partition(" ")[0], state) for name, _, state in kept()] == [("Sanne", "sent")]
    assert mail["To"].addresses[0].addr_spec == who(SANNE).email
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    body = mail.get_body(("plain",))
    assert body
    assert numbers(body.get_content())[ANSWERS] == 1
    assert [line.state for line in attempts.of(Message.get().id)] == [MessageState.QUEUED]


def test_who_chooses_it_in_the_week_waits_for_the_next_one(house: Settings) -> None:
    answered(house, MONDAY)
    sanne = wanted(house, SANNE, at=MONDAY + timedelta(hours=5))
    weekly.choose(house, sanne, MONDAY + timedelta(hours=6), wanted=True)
    answered(house, MONDAY + timedelta(hours=7))
    got = sent(house, MONDAY + timedelta(hours=7), MONDAY + timedelta(days=8))
    assert [(at, numbers(text)) for at, _, text in got] == [(MONDAY + timedelta(days=8), {ANSWERS: 1})]
    assert [row.detail for row in AuditEntry.select().where(AuditEntry.what == "weekly_mail")] == ["wanted"]


def test_a_worker_that_was_off_on_monday_sends_it_when_it_is_back_in_sending_hours(house: Settings) -> None:
    wanted(house, SANNE)
    answered(house, WEDNESDAY)
    evening = MONDAY + timedelta(days=2, hours=11)
    catch_up(house, evening)
    assert Message.get(Message.kind == "weekly").due_at == MONDAY + timedelta(days=3)


@pytest.mark.parametrize("sale", [*Consent, None])
@pytest.mark.parametrize("after", [*Consent, None])
def test_so_many_answers_are_counted_as_the_own_page_shows(
    house: Settings, sale: Consent | None, after: Consent | None
) -> None:
    sanne = who(SANNE)
    for seller in (SANNE, BRAM):
        built = deal(seller=person(seller), waves=BOTH)
        for wave, consent in zip(BOTH, (sale, after), strict=True):
            if consent:
                answer(house, built, WEDNESDAY, wave, consent)
    assert counted(sanne).answers == shown(sanne)


def counted(sanne: Person, since: datetime = WEDNESDAY - timedelta(days=1), until: datetime = MONDAY) -> News:
    return wishes.for_salesperson(sanne.id, since, until, since.date(), until.date())


def shown(sanne: Person) -> int:
    """How many answers stand on their own page, by the code of that page."""
    deals = [*own_deals.own_deals(sanne.id, OwnSearch(), 1, 99), *own_deals.taken_over(sanne.id, 99)]
    return sum((one.expected is not None) + (one.received is not None) for one in deals if one.named)


def test_of_a_deal_that_was_taken_over_each_is_told_of_what_was_shown_to_them(house: Settings) -> None:
    sanne, bram = who(SANNE), who(BRAM)
    built = deal(seller=sanne.id, waves=BOTH)
    answer(house, built, WEDNESDAY)
    Deal.update(successor=bram.id).execute()
    answer(house, built, WEDNESDAY + timedelta(hours=1), Wave.DELIVERY)
    for one in (sanne, bram):
        assert counted(one).answers == shown(one) == 1


def test_an_answer_is_new_once(house: Settings) -> None:
    sanne = who(SANNE)
    answered(house, WEDNESDAY)
    assert counted(sanne, WEDNESDAY - timedelta(days=7), WEDNESDAY).answers == 1
    assert counted(sanne, WEDNESDAY, MONDAY).answers == 0


def test_calls_to_make_are_counted_and_only_a_new_or_newly_late_one_is_a_reason_to_write(
    house: Settings,
) -> None:
    wanted(house, SANNE)
    answer(
        house,
        deal(seller=person(SANNE), waves=BOTH),
        WEDNESDAY,
        Wave.DELIVERY,
        Consent.TOTALS,
        wants_call=True,
    )
    Call.update(due_on=date(2026, 4, 1)).execute()
    Message.delete().execute()
    got = sent(house, WEDNESDAY, MONDAY + timedelta(days=21))
    assert [(at, numbers(text)) for at, _, text in got] == [
        (MONDAY, {CALLS: 1}),
        (MONDAY + timedelta(days=8), {CALLS: 1, LATE: 1}),
    ]
    assert "https://feedback.warmtehuis.example/calls" in got[0][2]


def test_a_call_of_somebody_else_and_one_that_was_made_count_for_nobody(house: Settings) -> None:
    for seller in (SANNE, BRAM):
        answer(house, deal(seller=person(seller), waves=BOTH), WEDNESDAY, Wave.DELIVERY, wants_call=True)
    assert (counted(who(SANNE)).calls, counted(who(BRAM)).calls) == (1, 1)
    Call.update(state="solved").where(Call.owner == person(BRAM)).execute()
    assert (counted(who(SANNE)).calls, counted(who(BRAM)).calls) == (1, 0)


def test_a_lead_is_told_of_what_can_be_read_and_is_not_marked_and_of_the_deliveries_of_the_week(
    house: Settings,
) -> None:
    joris = wanted(house, JORIS, Role.LEAD)
    one = answered(house, WEDNESDAY, shared=True)
    read = answered(house, WEDNESDAY, shared=True)
    answered(house, WEDNESDAY, shared=False)
    Deal.update(team="South").where(Deal.id == answered(house, WEDNESDAY, shared=True).row).execute()
    Deal.update(delivered_on=date(2026, 3, 26)).where(
        Deal.id == answered(house, WEDNESDAY, shared=True).row
    ).execute()
    for day in (29, 30, 31):
        deal(delivery_planned_on=date(2026, 3, day))
    deal(delivery_planned_on=date(2026, 4, 5), cancelled_at=WEDNESDAY)
    deal(delivery_planned_on=date(2026, 4, 6))
    handover.mark(house, joris, read.deal_id, {"a1": (Mark.WILL, "")}, WEDNESDAY)
    [(_, _, text)] = sent(house, MONDAY, MONDAY)
    assert numbers(text) == {TO_READ: 1, STARTING: 2}
    listed = handover.overview(house, joris, MONDAY).deals
    assert [
        row.deal.deal_id for row in listed if row.readable and not row.marked and not row.deal.delivered_on
    ] == [one.deal_id]


def test_who_has_two_roles_gets_one_mail_with_both(house: Settings) -> None:
    kim = who(KIM, Role.SALESPERSON, also={Role.LEAD})
    weekly.choose(house, kim, CHOSEN, wanted=True)
    answered(house, WEDNESDAY, seller=KIM, shared=True)
    [(_, _, text)] = sent(house, MONDAY, MONDAY)
    assert numbers(text) == {ANSWERS: 1, TO_READ: 1}


def test_who_looks_after_no_deals_any_more_gets_none(house: Settings) -> None:
    wanted(house, SANNE)
    answered(house, WEDNESDAY)
    staff.change("sanne.de.vries@company.example", WEDNESDAY, roles={Role.READER})
    assert sent(house, MONDAY, MONDAY) == []


def test_a_second_worker_and_a_second_look_queue_nothing_twice(
    house: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted(house, SANNE)
    answered(house, WEDNESDAY)
    both_saw = wishes.due(MONDAY)
    assert len(both_saw) == 1
    monkeypatch.setattr(wishes, "due", lambda before: both_saw)
    for minute in range(3):
        catch_up(house, MONDAY + timedelta(minutes=minute))
    assert kept() == [("Sanne de Vries", 202614, "queued")]
    with pytest.raises(Exception, match=r"(?i)unique|duplicate"), storage.transaction():
        outbox.queue(MONDAY, WEEKLY, MONDAY, 202614, recipient=person(SANNE))
    assert len(kept()) == 1, "the index is the guarantee"


class Away(Memory):
    def send(self, *_: object, **__: object) -> str:
        raise TransportError("The mail server is away.", Fate.RETRY, of_server=True)


def test_what_did_not_go_out_last_week_is_told_with_what_came_since_in_one_mail(house: Settings) -> None:
    wanted(house, SANNE)
    answered(house, WEDNESDAY)
    work_once(house, Away(), lambda: MONDAY, also=catch_up)
    answered(house, MONDAY + timedelta(days=1))
    [(_, _, text)] = sent(house, MONDAY + timedelta(days=8), MONDAY + timedelta(days=9))
    assert numbers(text) == {ANSWERS: 2}
    assert kept() == [("Sanne de Vries", 202614, "cancelled"), ("Sanne de Vries", 202615, "sent")]


def test_who_stops_gets_no_more_not_even_what_waits_and_may_choose_it_again(house: Settings) -> None:
    sanne = wanted(house, SANNE)
    answered(house, WEDNESDAY)
    catch_up(house, MONDAY)
    weekly.choose(house, sanne, MONDAY, wanted=False)
    assert sent(house, MONDAY, MONDAY + timedelta(days=9)) == []
    assert kept() == [("Sanne de Vries", 202614, "cancelled")]
    weekly.choose(house, sanne, MONDAY + timedelta(days=9), wanted=True)
    assert sent(house, MONDAY + timedelta(days=9), MONDAY + timedelta(days=15)) == [], "nothing is new since"


def test_what_was_held_when_somebody_stopped_or_left_is_not_sent_again(house: Settings) -> None:
    sanne = wanted(house, SANNE)
    answered(house, WEDNESDAY)
    catch_up(house, MONDAY)
    Message.update(state="held").execute()
    weekly.choose(house, sanne, MONDAY, wanted=False)
    for forgotten in (False, True):
        if forgotten:
            wishes.forget(sanne.id)
        review.decide(Message.get().id, MessageState.QUEUED, MONDAY, "", MONDAY)
        assert sent(house, MONDAY, MONDAY) == []
        assert Message.get().last_reply == "They do not want this mail any more."
        Message.update(state="held").execute()


def test_who_leaves_gets_no_more_and_who_comes_back_has_to_choose_it_anew(house: Settings) -> None:
    person("Noor Desk", Role.DESK)
    wanted(house, SANNE)
    answered(house, WEDNESDAY)
    catch_up(house, MONDAY)
    email = "sanne.de.vries@company.example"
    leaving.leave(house, email, MONDAY)
    assert WeeklyWish.select().count() == 0
    assert sent(house, MONDAY, MONDAY + timedelta(days=1)) == []
    staff.add(email, SANNE, {Role.SALESPERSON}, "North", MONDAY + timedelta(days=1))
    answered(house, MONDAY + timedelta(days=2))
    assert sent(house, MONDAY + timedelta(days=2), MONDAY + timedelta(days=8)) == []
    assert not weekly.is_chosen(who(SANNE))


def test_without_the_works_council_nobody_chooses_it_and_what_waits_does_not_go(house: Settings) -> None:
    sanne = wanted(house, SANNE)
    answered(house, WEDNESDAY)
    catch_up(house, MONDAY)
    taken_back = house.model_copy(update={"works_council_consent": None})
    with pytest.raises(KloofError) as refusal:
        weekly.choose(taken_back, sanne, MONDAY, wanted=True)
    assert refusal.value.reason is Reason.CONSENT_MISSING
    assert sent(taken_back, MONDAY, MONDAY + timedelta(days=8)) == []
    assert kept() == [("Sanne de Vries", 202614, "cancelled")]


def test_it_is_in_what_a_colleague_is_given_of_their_data(house: Settings) -> None:
    wanted(house, SANNE)
    wanted_since = staff_data.export("sanne.de.vries@company.example", MONDAY)["weekly_mail_since"]
    assert wanted_since == CHOSEN.isoformat()
    person(BRAM)
    assert staff_data.export("bram.de.wit@company.example", MONDAY)["weekly_mail_since"] is None


def test_a_link_that_nobody_was_given_stops_nothing(house: Settings) -> None:
    wanted(house, SANNE)
    for token in ("", "wrong", "w" * 43):
        with pytest.raises(NotFound):
            weekly.stop(token, MONDAY)
    assert weekly.is_chosen(who(SANNE))


def test_a_look_takes_as_many_queries_with_many_deals_and_between_two_looks_there_is_one(
    house: Settings,
) -> None:
    wanted(house, SANNE)
    answered(house, WEDNESDAY)
    taken = []
    for more in (0, 20):
        for _ in range(more):
            answered(house, MONDAY)
        week_later = MONDAY + timedelta(days=15 if more else 0)
        with storage.counted_queries() as queries:
            weekly.catch_up(house, week_later)
        taken.append(len(queries))
    assert taken[0] == taken[1] <= 9
    with storage.counted_queries() as queries:
        weekly.catch_up(house, MONDAY + timedelta(days=16))
    assert len(queries) == 1
