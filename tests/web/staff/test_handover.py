"""The delivery lead's pages: own team, what the customer shares, and the salesperson only where they may see it."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from cast.builders import CALLS, NOW, BuiltDeal, deal, invite, person, settings
from kloof import storage
from kloof.actions import person_data
from kloof.actions.surveys import respond
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.access.people import Role
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange
from kloof.storage.access import audit_log
from kloof.storage.models import Deal, HandoverMark, Invitation, Message, Person, Practice
from kloof.web import create_app

Enter = Callable[[str, Role], FlaskClient]
JORIS, SANNE = "Joris Baas", "Sanne de Vries"
WORDS = "Ready <b>before</b> summer"
HANDOVER_LINES = frozenset(
    {AuditAction.HANDOVER_READ, AuditAction.HANDOVER_MARKED, AuditAction.PRACTICES_ENTERED}
)


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    """The application of a company whose works council agreed."""
    agreed = settings(database, tmp_path, works_council_consent=date(2026, 1, 15))
    application = create_app(agreed, clock=lambda: NOW)
    application.testing = True
    application.config["PROPAGATE_EXCEPTIONS"] = False
    application.config["WTF_CSRF_ENABLED"] = False
    return application


@pytest.fixture
def joris(app: Flask, signed_in: Enter) -> FlaskClient:
    """The lead of team North, to which every deal of these tests belongs."""
    return signed_in(JORIS, Role.LEAD)


def answered(
    expected: int = 9, *, shared: bool = True, consent: Consent = Consent.NAMED, submit: bool = True
) -> BuiltDeal:
    """A deal whose customer expects this of every aspect, with one promise."""
    built = deal(seller=person(SANNE))
    answer(built, expected, shared=shared, consent=consent, submit=submit)
    return built


def answer(
    built: BuiltDeal,
    expected: int,
    *,
    shared: bool = True,
    consent: Consent = Consent.NAMED,
    submit: bool = True,
) -> None:
    said = Changes(
        answers={f"a{number}": expected for number in (1, 2, 3)},
        consent=consent,
        shares_with_delivery=shared,
        comment="Only for the salesperson",
        promises={0: PromiseChange(text=WORDS, aspect="a1")},
    )
    respond.save(respond.open_link(built.tokens[Wave.SALE], NOW), said, NOW, CALLS, submit=submit)


def page(browser: FlaskClient, path: str) -> str:
    return browser.get(path, headers={"Accept-Language": "en"}).get_data(as_text=True)


def path_of(built: BuiltDeal) -> str:
    return f"/handover/{built.deal_id}"


def practices_of(built: BuiltDeal) -> str:
    return f"/practices/{built.deal_id}"


def main_of(html: str) -> str:
    main = BeautifulSoup(html, "html.parser").main
    assert main
    return main.get_text(" ", strip=True)


def say(browser: FlaskClient, built: BuiltDeal, **marks: str) -> int:
    """Post marks and notes; `promise_0` stands for `promise.0`."""
    fields = {name.replace("_", "-", 1).replace("_", "."): value for name, value in marks.items()}
    return browser.post(path_of(built), data=fields).status_code


def queued() -> list[str]:
    return [row.state for row in Message.select().where(Message.kind == "handover").order_by(Message.id)]


def test_a_lead_reads_what_was_told_and_is_expected_beside_the_norm_and_no_remark(joris: FlaskClient) -> None:
    built = answered(9)
    html = page(joris, path_of(built))
    assert "Ready &lt;b&gt;before&lt;/b&gt; summer" in html
    assert "Aspect 1: expected 9, our norm 7.0." in html
    assert '<a class="alone" href="/handover">Handover</a>' in html
    assert "Only for the salesperson" not in html


def test_who_did_not_agree_looks_exactly_like_who_did_not_answer(joris: FlaskClient) -> None:
    silent, refused, busy = deal(seller=person(SANNE)), answered(shared=False), answered(submit=False)
    sold = Deal.update(customer_name="Somebody").execute()
    assert sold == 3
    pages = {main_of(page(joris, path_of(one))).replace(one.deal_id, "D") for one in (silent, refused, busy)}
    assert len(pages) == 1
    assert "There is nothing to read here." in pages.pop()
    rows = BeautifulSoup(page(joris, "/handover"), "html.parser").select("tbody tr")
    assert len({row.get_text(" ", strip=True).partition(" ")[2] for row in rows}) == 1
    assert audit_log.about_deals([silent.row, refused.row, busy.row], HANDOVER_LINES) == []


def test_a_deal_of_another_team_is_like_a_deal_that_is_not_there(
    joris: FlaskClient, app: Flask, signed_in: Enter
) -> None:
    mine = answered()
    person("Kim Vos", Role.LEAD, team="South")
    kim = signed_in("Kim Vos", Role.LEAD)
    person("Lee Bos", Role.LEAD, team="")
    Deal.update(team="").where(Deal.id == deal().row).execute()
    for colleague in (kim, signed_in("Lee Bos", Role.LEAD)):
        for path in (path_of(mine), practices_of(mine)):
            posted = colleague.post(path, data={"mark-a1": "will", "complaint_on": "2026-03-01"})
            nothing = colleague.post(path.replace(mine.deal_id, "D-nothing"), data={"mark-a1": "will"})
            assert (posted.status_code, posted.data) == (404, nothing.data)
        theirs, nothing = colleague.get(path_of(mine)), colleague.get("/handover/D-nothing")
        assert (theirs.status_code, theirs.data) == (nothing.status_code, nothing.data) == (404, nothing.data)
        assert mine.deal_id not in page(colleague, "/handover")
    assert "You are in no team yet" in page(signed_in("Lee Bos", Role.LEAD), "/handover")
    assert not HandoverMark.select().exists()
    assert not Practice.select().exists()
    assert audit_log.about_deals([mine.row], HANDOVER_LINES) == []


def test_it_stays_shut_and_says_why_until_the_works_council_has_agreed(
    database: str, tmp_path: Path, joris: FlaskClient
) -> None:
    built = answered()
    shut = create_app(settings(database, tmp_path), clock=lambda: NOW)
    shut.config["WTF_CSRF_ENABLED"] = False
    joris.application = shut
    for path in ("/handover", path_of(built)):
        assert "consent of the works council" in page(joris, path)
        assert WORDS not in page(joris, path)
    joris.post(path_of(built), data={"mark-a1": "will"})
    assert not HandoverMark.select().exists()


def test_reading_is_noted_and_the_customer_sees_it_by_role_only(
    joris: FlaskClient, client: FlaskClient
) -> None:
    built = answered()
    page(joris, path_of(built))
    [line] = audit_log.about_deals([built.row], HANDOVER_LINES)
    assert (line.what, line.name, line.who.role) == ("handover_read", JORIS, "lead")
    receipt = client.get(f"/s/{built.tokens[Wave.SALE]}/receipt").text
    assert "een leider van de uitvoering" in receipt
    assert "Joris" not in receipt


def test_what_is_saved_is_kept_and_can_be_changed(joris: FlaskClient) -> None:
    built = answered()
    assert say(joris, built, mark_a1="will", mark_promise_0="wont", note_promise_0=" Not in June ") == 303
    marks = {row.item: (row.mark, row.note) for row in HandoverMark.select()}
    assert marks == {"a1": ("will", ""), "promise.0": ("wont", "Not in June")}
    say(joris, built, mark_a1="talk", note_a1="First look at the roof")
    html = page(joris, path_of(built))
    ticked = {
        box["name"]: box["value"] for box in BeautifulSoup(html, "html.parser").select("input[checked]")
    }
    assert ticked == {"mark-a1": "talk", "mark-promise.0": "wont"}
    assert 'value="First look at the roof"' in html
    lines = audit_log.about_deals([built.row], frozenset({AuditAction.HANDOVER_MARKED}))
    assert [(line.name, line.detail) for line in lines] == [(JORIS, "2 marks"), (JORIS, "1 marks")]


def test_saving_the_same_again_changes_nothing_and_tells_nobody(joris: FlaskClient) -> None:
    built = answered()
    say(joris, built, mark_a1="will")
    before = list(HandoverMark.select().dicts())
    Message.update(state="sent").execute()
    say(joris, built, mark_a1="will")
    assert list(HandoverMark.select().dicts()) == before
    assert queued() == ["sent"]
    assert len(audit_log.about_deals([built.row], frozenset({AuditAction.HANDOVER_MARKED}))) == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"mark-a1": "perhaps"}, "Choose one of the answers that are offered."),
        ({"note-a1": "No roof"}, "Choose first: yes, no, or discuss first."),
        ({"mark-a1": "will", "note-a1": "x" * 301}, "Make it at most 300."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    joris: FlaskClient, fields: dict[str, str], words: str
) -> None:
    built = answered()
    answer = joris.post(path_of(built), data=fields | {"mark-a2": "talk"}, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    read = BeautifulSoup(answer.text, "html.parser")
    link = read.select_one(".error-summary a")
    assert link
    assert words in link.get_text()
    assert read.find(id=str(link["href"]).removeprefix("#"))
    assert read.title
    assert read.title.get_text().startswith("Error: ")
    assert read.select_one("input[name=mark-a2][value=talk][checked]")
    assert str(fields.get("note-a1", "")) in answer.text
    assert not HandoverMark.select().exists()


def test_a_mark_for_something_that_is_not_there_is_left_out(joris: FlaskClient) -> None:
    built = answered()
    assert say(joris, built, mark_a9="will", mark_promise_4="wont") == 303
    assert not HandoverMark.select().exists()
    assert queued() == []


def test_the_salesperson_gets_a_mail_once_and_finds_the_marks(joris: FlaskClient, signed_in: Enter) -> None:
    built = answered()
    sanne = signed_in(SANNE, Role.SALESPERSON)
    assert "What delivery says beforehand" not in page(sanne, f"/me/deals/{built.deal_id}")
    say(joris, built, mark_a1="will")
    say(joris, built, mark_promise_0="wont", note_promise_0="The roof comes first")
    assert queued() == ["queued"], "one that waits holds a link, and says it all"
    html = main_of(page(sanne, f"/me/deals/{built.deal_id}"))
    assert "What delivery says beforehand" in html
    assert "No, we cannot The roof comes first Joris Baas, 2 March 2026" in html
    assert "Visit the customer together before the work starts" in html


def test_who_counts_in_totals_only_is_marked_for_delivery_alone(joris: FlaskClient, signed_in: Enter) -> None:
    built = answered(consent=Consent.TOTALS)
    assert "does not see these answers" in page(joris, path_of(built))
    say(joris, built, mark_a1="wont", note_a1="The roof comes first")
    assert HandoverMark.select().count() == 1
    assert queued() == []
    sanne = signed_in(SANNE, Role.SALESPERSON)
    assert sanne.get(f"/me/deals/{built.deal_id}").status_code == 404
    assert "The roof comes first" not in page(sanne, "/me")


def test_who_takes_the_consent_back_is_read_no_more_and_neither_are_the_marks(
    joris: FlaskClient, signed_in: Enter
) -> None:
    built = answered()
    say(joris, built, mark_a1="wont", note_a1="The roof comes first")
    link = respond.open_link(built.tokens[Wave.SALE], NOW)
    respond.choose_again(link, Changes(shares_with_delivery=False), NOW, CALLS)
    assert "There is nothing to read here." in page(joris, path_of(built))
    joris.post(path_of(built), data={"mark-a1": "will"})
    assert [row.mark for row in HandoverMark.select()] == ["wont"]
    assert "The roof comes first" not in page(
        signed_in(SANNE, Role.SALESPERSON), f"/me/deals/{built.deal_id}"
    )
    respond.withdraw(respond.open_link(built.tokens[Wave.SALE], NOW), NOW, CALLS)
    assert not HandoverMark.select().exists(), "with the answers the marks about them go"


def test_a_customer_who_changes_an_answer_is_looked_at_again(joris: FlaskClient) -> None:
    built = answered(9)
    say(joris, built, mark_a1="will", mark_a2="will")
    link = respond.open_link(built.tokens[Wave.SALE], NOW)
    respond.save(link, Changes(answers={"a1": 10}), NOW, CALLS, correct=True)
    html = page(joris, path_of(built))
    assert html.count("The customer changed this after it was marked.") == 1
    assert not BeautifulSoup(html, "html.parser").select("input[name=mark-a1][checked]")
    say(joris, built, mark_a1="talk")
    assert "changed this after it was marked" not in page(joris, path_of(built))


def test_far_above_the_norm_it_proposes_to_talk_first_and_after_delivery_no_more(joris: FlaskClient) -> None:
    built, modest = answered(9), answered(8)
    assert "Visit the customer together before the work starts" in page(joris, path_of(built))
    assert "Aspect 1: the customer expects 9 out of 10, and our norm is 7.0." in page(joris, path_of(built))
    assert "before the work starts" not in main_of(page(joris, path_of(modest)))
    say(joris, modest, mark_a2="talk")
    assert "Call the customer before the work starts" in page(joris, path_of(modest))
    Deal.update(delivered_on=NOW.date()).execute()
    for one in (built, modest):
        assert "before the work starts" not in main_of(page(joris, path_of(one)))


def test_after_delivery_what_was_said_stands_and_changes_no_more(joris: FlaskClient) -> None:
    built = answered()
    say(joris, built, mark_a1="will")
    Deal.update(delivered_on=NOW.date()).execute()
    html = page(joris, path_of(built))
    assert "What was said before delivery stays as it was." in html
    assert "Yes, we can" in html
    assert "mark-a1" not in html
    assert "Aspect 1" in html
    assert "Aspect 2" not in html, "what nobody said anything about is no business of afterwards"
    unread = answered()
    Deal.update(delivered_on=NOW.date()).execute()
    assert "There is nothing to read here." in page(joris, path_of(unread))
    late = joris.post(path_of(built), data={"mark-a1": "wont"}, follow_redirects=True)
    assert "nothing was changed" in late.text or "niets veranderd" in late.text
    assert [row.mark for row in HandoverMark.select()] == ["will"]


def test_the_list_has_own_open_deals_by_planned_day_and_what_there_is_to_read(joris: FlaskClient) -> None:
    later, sooner, never, gone = answered(), answered(), deal(), answered()
    for one, day in ((later, 9), (sooner, 5), (gone, 1)):
        Deal.update(delivery_planned_on=date(2026, 3, day)).where(Deal.id == one.row).execute()
    Deal.update(cancelled_at=NOW).where(Deal.id == gone.row).execute()
    say(joris, later, mark_a1="will")
    rows = BeautifulSoup(page(joris, "/handover"), "html.parser").select("tbody tr")
    said = [(row.th.get_text(strip=True), row.select("td")[-1].get_text(strip=True)) for row in rows]
    assert said == [(sooner.deal_id, "Unread"), (later.deal_id, "Marked"), (never.deal_id, "–")]


def test_what_is_to_be_read_comes_first_by_planned_day_also_from_later_pages(joris: FlaskClient) -> None:
    for _ in range(26):
        Deal.update(delivery_planned_on=date(2026, 3, 3)).where(Deal.id == deal().row).execute()
    last, first, undated, marked, over = (answered() for _ in range(5))
    for one, day in ((last, 30), (first, 12), (marked, 4), (over, 5)):
        Deal.update(delivery_planned_on=date(2026, 3, day)).where(Deal.id == one.row).execute()
    Deal.update(delivery_planned_on=None).where(Deal.id == undated.row).execute()
    say(joris, marked, mark_a1="will")
    Deal.update(delivered_on=NOW.date()).where(Deal.id == over.row).execute()
    read = BeautifulSoup(page(joris, "/handover"), "html.parser")
    listed = [
        (str(link["href"]), re.sub(r"\s+", " ", when.get_text(" ", strip=True)))
        for link, when in zip(read.select(".starts a"), read.select(".starts__when"), strict=True)
    ]
    assert listed == [
        (path_of(first), "12 March 2026 in 10 days"),
        (path_of(last), "30 March 2026 in 28 days"),
        (path_of(undated), "no day planned yet"),
    ]
    assert "Read before the start (3)" in main_of(page(joris, "/handover"))
    folded = read.select_one("details.folded")
    assert folded
    assert not folded.has_attr("open")
    assert BeautifulSoup(page(joris, "/handover?page=2"), "html.parser").select_one("details.folded[open]")


def test_of_many_to_read_those_that_start_first_are_shown_and_the_page_says_that_there_are_more(
    joris: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kloof.actions.staff.handover.MOST_TO_READ", 2)
    both = [answered(), answered()]
    assert "Read before the start (2)" in main_of(page(joris, "/handover"))
    assert "which start later" not in main_of(page(joris, "/handover"))
    later = answered()
    Deal.update(delivery_planned_on=date(2026, 3, 3)).where(Deal.id << [one.row for one in both]).execute()
    Deal.update(delivery_planned_on=date(2026, 3, 9)).where(Deal.id == later.row).execute()
    said = page(joris, "/handover")
    assert "Read before the start (the first 2)" in main_of(said)
    assert "There are more, which start later." in main_of(said)
    read = {str(link["href"]) for link in BeautifulSoup(said, "html.parser").select(".starts a")}
    assert read == {path_of(one) for one in both}


def test_another_teams_customers_are_not_among_what_is_to_be_read(
    joris: FlaskClient, signed_in: Enter
) -> None:
    mine = answered()
    person("Kim Vos", Role.LEAD, team="South")
    assert mine.deal_id not in page(signed_in("Kim Vos", Role.LEAD), "/handover")


def expecting(**answers: int) -> BuiltDeal:
    """A deal whose customer expects this of each aspect; the norm is 7."""
    built = deal(seller=person(SANNE))
    said = Changes(answers=dict(answers), consent=Consent.NAMED, shares_with_delivery=True)
    respond.save(respond.open_link(built.tokens[Wave.SALE], NOW), said, NOW, CALLS, submit=True)
    return built


def test_promises_come_first_then_what_is_above_the_norm_and_the_rest_is_one_answer(
    joris: FlaskClient,
) -> None:
    built = expecting(a1=7, a2=8, a3=10)
    link = respond.open_link(built.tokens[Wave.SALE], NOW)
    respond.save(link, Changes(promises={0: PromiseChange(text=WORDS)}), NOW, CALLS, correct=True)
    read = BeautifulSoup(page(joris, path_of(built)), "html.parser")
    asked = [str(box["name"]) for box in read.select("fieldset.asked input[value=will]")]
    assert asked == ["mark-promise.0", "mark-a3", "mark-a2", "mark-a1"]
    assert [str(one["value"]) for one in read.select("[name=rest-item]")] == ["a1"]
    assert [str(box["name"]) for box in read.select("details input[value=will]")] == ["mark-a1"]
    assert "The rest fits our norm" in main_of(str(read))


def test_all_of_the_rest_will_do_marks_what_stood_there_and_leaves_alone_what_has_its_own_answer(
    joris: FlaskClient,
) -> None:
    built = expecting(a1=6, a2=7, a3=9)
    assert joris.post(path_of(built), data={"rest-item": ["a1", "a2"]}).status_code == 303
    assert not HandoverMark.select().exists(), "unless it is ticked"
    fields = {"rest": "will", "rest-item": ["a1", "a2", "a9"], "mark-a2": "talk", "note-a2": "The roof"}
    assert joris.post(path_of(built), data=fields).status_code == 303
    marks = {row.item: (row.mark, row.note) for row in HandoverMark.select()}
    assert marks == {"a1": ("will", ""), "a2": ("talk", "The roof")}
    html = page(joris, path_of(built))
    assert BeautifulSoup(html, "html.parser").select("main details[open] [name=mark-a2]")
    assert "We can do everything else here" in html
    say(joris, built, mark_a2="will")
    done = page(joris, path_of(built))
    assert "We can do all of this" in done
    assert 'name="rest"' not in done


def test_a_tick_for_all_is_still_there_when_something_else_was_wrong(joris: FlaskClient) -> None:
    built = expecting(a1=6, a2=6, a3=9)
    fields = {"rest": "will", "rest-item": ["a1", "a2"], "note-a3": "No mark"}
    answer = joris.post(path_of(built), data=fields)
    assert answer.status_code == 422
    assert BeautifulSoup(answer.text, "html.parser").select("[name=rest][checked]")
    assert not HandoverMark.select().exists()


def test_a_delivered_deal_stays_in_the_list_until_the_second_survey_goes_out(joris: FlaskClient) -> None:
    built = deal(waves=(Wave.SALE, Wave.DELIVERY))
    asked = Invitation.update(invite_on=NOW.date() + timedelta(days=1)).where(Invitation.wave == "delivery")
    asked.execute()
    assert built.deal_id in page(joris, "/handover")
    Invitation.update(invite_on=NOW.date()).execute()
    assert built.deal_id not in page(joris, "/handover")


def test_the_pages_take_few_queries_however_many_deals_there_are(joris: FlaskClient) -> None:
    built = answered()
    say(joris, built, mark_a1="will", mark_promise_0="wont")
    with storage.counted_queries() as few:
        page(joris, "/handover")
    with storage.counted_queries() as one:
        page(joris, path_of(built))
    for _ in range(30):
        answered()
    with storage.counted_queries() as many:
        page(joris, "/handover")
    assert len(many) == len(few) <= 6
    assert len(one) <= 10
    assert "Page 1 of 2" in page(joris, "/handover")
    with storage.counted_queries() as saving:
        say(joris, built, mark_a1="talk", mark_a2="will", mark_a3="will", mark_promise_0="will")
    assert len(saving) <= 10 + 4


def test_the_salespersons_page_of_a_deal_stays_within_ten_queries(
    joris: FlaskClient, signed_in: Enter
) -> None:
    built = answered()
    say(joris, built, mark_a1="will")
    sanne = signed_in(SANNE, Role.SALESPERSON)
    with storage.counted_queries() as queries:
        page(sanne, f"/me/deals/{built.deal_id}")
    assert len(queries) <= 10


def test_what_was_done_is_entered_with_its_day_whether_or_not_there_is_something_to_read(
    joris: FlaskClient,
) -> None:
    built = deal()
    done = practices_of(built)
    days = {"joint_visit_on": "2026-02-20", "handover_document_on": "2026-03-01", "complaint_on": ""}
    assert joris.post(done, data=days).status_code == 303
    assert {row.name: str(row.done_on) for row in Practice.select()} == {
        "joint_visit": "2026-02-20",
        "handover_document": "2026-03-01",
    }
    assert 'value="2026-03-01"' in page(joris, path_of(built))
    joris.post(done, data=days | {"joint_visit_on": ""})
    assert [row.name for row in Practice.select()] == ["handover_document"]
    assert len(audit_log.about_deals([built.row], frozenset({AuditAction.PRACTICES_ENTERED}))) == 2


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"complaint_on": "2026-03-03"}, "This day lies in the future."),
        ({"seller_on_site_on": "2026-02-24"}, "This day lies before the sale."),
        ({"joint_visit_on": "3-3-2026"}, "This is not a date like 2026-03-31."),
    ],
)
def test_a_day_that_cannot_be_is_said_at_its_field_and_nothing_is_kept(
    joris: FlaskClient, fields: dict[str, str], words: str
) -> None:
    built = deal()
    said = joris.post(
        practices_of(built),
        data={"quote_checked_on": "2026-02-20"} | fields,
        headers={"Accept-Language": "en"},
    )
    [name] = fields
    read = BeautifulSoup(said.text, "html.parser")
    assert said.status_code == 422
    assert [words in (link.get_text()) for link in read.select(f".error-summary a[href='#{name}']")] == [True]
    assert read.find(id="quote_checked_on")["value"] == "2026-02-20"
    assert not Practice.select().exists()


@pytest.mark.parametrize("answered_already", [False, True])
def test_from_the_day_on_which_the_second_survey_goes_out_nothing_more_is_entered(
    joris: FlaskClient, answered_already: bool
) -> None:
    built = deal()
    joris.post(practices_of(built), data={"joint_visit_on": "2026-02-20"})
    Deal.update(delivered_on=date(2026, 2, 27)).execute()
    token = invite(built, Wave.DELIVERY)
    if answered_already:
        Invitation.update(invite_on=NOW.date() + timedelta(days=5)).where(
            Invitation.wave == "delivery"
        ).execute()
        respond.save(respond.open_link(token, NOW), Changes(answers={"a1": 5}), NOW, CALLS)
    html = page(joris, path_of(built))
    assert "this can no longer change" in html
    assert "20 February 2026" in html
    assert "complaint_on" not in html
    late = joris.post(practices_of(built), data={"complaint_on": "2026-03-01"}, follow_redirects=True)
    assert "niets veranderd" in late.text
    assert [row.name for row in Practice.select()] == ["joint_visit"]


def test_a_form_that_did_not_come_from_the_page_is_refused(joris: FlaskClient, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    built = answered()
    for path, fields in (
        (path_of(built), {"mark-a1": "will"}),
        (practices_of(built), {"complaint_on": ""}),
    ):
        assert joris.post(path, data=fields).status_code == 400
    token = BeautifulSoup(page(joris, path_of(built)), "html.parser").select_one("[name=csrf_token]")
    assert token
    fields = {"mark-a1": "will", "csrf_token": str(token["value"])}
    assert joris.post(path_of(built), data=fields).status_code == 303


def test_the_customer_gets_the_marks_with_their_data_and_erasing_takes_them_along(
    joris: FlaskClient, database: str, tmp_path: Path
) -> None:
    built = answered()
    say(joris, built, mark_a1="wont", note_a1="The roof comes first")
    of = settings(database, tmp_path)
    [first] = person_data.export(of, built.email, NOW)["deals"][0]["surveys"]
    [mark] = first["answered"]["handover"]
    assert (mark["item"], mark["about"], mark["mark"], mark["note"]) == (
        "a1",
        "9",
        "wont",
        "The roof comes first",
    )
    assert first["answered"]["share_with_delivery"] is True
    person_data.erase(of, built.email, NOW)
    assert not HandoverMark.select().exists()
    assert queued() == []
    assert Person.select().where(Person.name == JORIS).exists()
