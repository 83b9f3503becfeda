"""Customers without an address: a letter, once, with a link that opens the same form."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from peewee import fn

from cast.selling import NOON, Clock, company, deliver, line, sell, survey
from instruments.paper_reading import pages
from kloof import storage
from kloof.actions.deals import imports
from kloof.actions.mailing import invite, letters, opt_out
from kloof.actions.mailing.dispatch import Dispatch
from kloof.actions.mailing.outbox import Decision, catch_up, overview, resolve
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.errors import NotFound, Refused
from kloof.mail.transport import Memory
from kloof.storage.models import Customer, Deal, Invitation, Message

pytestmark = pytest.mark.slow

HEADER = (
    "deal_id,customer_name,customer_email,language,salesperson_email,"
    "team,region,product,survey,sold_on,customer_number"
)
NAMELESS = line(customer_email="")


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    return company(tmp_path).model_copy(update={"database_url": database})


def send(settings: Settings, clock: Callable[..., object] | None = None) -> list[str]:
    post = Memory()
    Dispatch(settings, post, "worker", clock or Clock()).round()  # type: ignore[arg-type]
    return [recipient for _, recipient, _ in post.sent]


def load(settings: Settings, *rows: str) -> imports.Report:
    sell(settings, line(99))  # brings the salesperson
    text = "\n".join([HEADER, *rows])
    return imports.import_deals(settings, text, "deals.csv", {"project": survey()}, NOON)


def row(deal: str, name: str, email: str = "", number: str = "") -> str:
    return f"{deal},{name},{email},nl,eva@warmtehuis.example,U,M,Pomp,project,2026-09-14,{number}"


def test_a_customer_without_an_address_waits_for_a_letter_and_gets_no_mail(settings: Settings) -> None:
    sell(settings, NAMELESS)
    assert Message.get().state == "letter"
    assert send(settings) == []
    assert [(entry.state, entry.deal_id) for entry in overview(NOON).entries] == [("letter", "D-1")]


def test_a_letter_says_what_who_how_long_and_how_out_and_is_marked_as_printed(
    settings: Settings, tmp_path: Path
) -> None:
    sell(settings, NAMELESS)
    pile = letters.print_new(settings, tmp_path / "post.pdf", NOON)
    [words] = pages(tmp_path / "post.pdf")
    told = " ".join(words.split())
    for said in ("Customer 1", "Warmtehuis", "Warmtepomp", "Eva Bakker", "10 klanten", "ongeveer 2 minuten",
                 "feedback.warmtehuis.example/k", "geen brieven meer"):  # fmt: skip
        assert said in told, said
    code = re.search(r"\b(\w{4}-\w{4}-\w{4}-\w{4})\b", words)
    assert code
    token = letters.link_of_code(settings, code[1].lower(), tokens.Purpose.SURVEY)
    assert tokens.fingerprint(token) == Invitation.get().link_fingerprint
    assert len(pile.letters) == 1
    assert (Message.get().state, Invitation.get().state) == ("sent", "invited")


def test_a_second_run_prints_only_what_is_new(settings: Settings, tmp_path: Path) -> None:
    sell(settings, NAMELESS)
    letters.print_new(settings, tmp_path / "one.pdf", NOON)
    assert letters.print_new(settings, tmp_path / "two.pdf", NOON).letters == ()
    assert not (tmp_path / "two.pdf").exists()
    sell(settings, line(2, customer_email=""))
    letters.print_new(settings, tmp_path / "three.pdf", NOON)
    assert ["Customer 2" in words for words in pages(tmp_path / "three.pdf")] == [True]


def test_letters_print_in_whatever_order_the_database_finds_them(settings: Settings, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        sell(settings, line(number, customer_email=""))
    # PostgreSQL puts a row that changed behind the others.
    Message.update(changed_at=NOON).where(Message.id == Message.select(fn.MIN(Message.id))).execute()
    assert len(letters.print_new(settings, tmp_path / "post.pdf", NOON).letters) == 3


def test_a_reprint_carries_the_same_code_and_closes_later(settings: Settings, tmp_path: Path) -> None:
    sell(settings, NAMELESS)
    letters.print_new(settings, tmp_path / "one.pdf", NOON)
    before = Invitation.get()
    letters.print_again(settings, tmp_path / "two.pdf", "D-1", NOON + timedelta(days=9))
    after = Invitation.get()
    assert after.code_fingerprint == before.code_fingerprint
    assert after.expires_at - before.expires_at == timedelta(days=9)
    assert Message.select().count() == 1


def test_a_letter_that_was_never_printed_or_is_answered_cannot_be_reprinted(
    settings: Settings, tmp_path: Path
) -> None:
    sell(settings, NAMELESS)
    for state in ("planned", "submitted"):
        Invitation.update(state=state).execute()
        with pytest.raises(Refused, match="no printed letter"):
            letters.print_again(settings, tmp_path / "two.pdf", "D-1", NOON)
    with pytest.raises(NotFound, match="There is no deal X"):
        letters.print_again(settings, tmp_path / "two.pdf", "X", NOON)


def test_nothing_is_marked_where_the_file_cannot_be_written(settings: Settings, tmp_path: Path) -> None:
    sell(settings, NAMELESS)
    with pytest.raises(Refused, match="cannot be written"):
        letters.print_new(settings, tmp_path / "nowhere" / "post.pdf", NOON)
    assert (Message.get().state, Invitation.get().code_fingerprint) == ("letter", None)


def test_nothing_is_marked_where_putting_the_file_in_place_fails(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(settings, NAMELESS)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(Refused, match="No space left on device"):
        letters.print_new(settings, tmp_path / "post.pdf", NOON)
    assert Message.get().state == "letter"
    assert list(tmp_path.glob("*.pdf")) + list(tmp_path.glob(".post*")) == []


def test_a_file_with_the_letters_of_another_day_is_never_written_over(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "post.pdf").write_text("yesterday")
    sell(settings, NAMELESS)
    with pytest.raises(Refused, match="there already"):
        letters.print_new(settings, tmp_path / "post.pdf", NOON)
    assert (tmp_path / "post.pdf").read_text() == "yesterday"
    assert Message.get().state == "letter"


def test_a_letter_withdrawn_while_it_was_made_is_not_printed(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kloof.mail.letter_pdf import LetterPrinter

    deal = sell(settings, NAMELESS)
    made = LetterPrinter.pdf

    def meanwhile(press: LetterPrinter) -> bytes:
        with storage.transaction():
            invite.withdraw(deal.id, NOON)
        return made(press)

    monkeypatch.setattr(LetterPrinter, "pdf", meanwhile)
    with pytest.raises(Refused, match="printed elsewhere or withdrawn"):
        letters.print_new(settings, tmp_path / "post.pdf", NOON)
    assert not (tmp_path / "post.pdf").exists()
    assert (Message.get().state, Invitation.get().code_fingerprint) == ("cancelled", None)


def test_days_to_answer_count_from_printing_and_no_letter_expires_unprinted(
    settings: Settings, tmp_path: Path
) -> None:
    settings = settings.model_copy(
        update={"mail": settings.mail.model_copy(update={"first_waits_days": 365})}
    )
    sell(settings, NAMELESS)
    late = NOON + timedelta(days=200)
    catch_up(settings, late)
    assert Invitation.get().state == "planned"
    letters.print_new(settings, tmp_path / "post.pdf", late)
    assert Invitation.get().expires_at == late + timedelta(days=survey().timing.open_for_days)


def test_a_letter_is_due_on_its_day_and_not_before(settings: Settings, tmp_path: Path) -> None:
    sell(settings, NAMELESS, about=survey(timing={"first_after_days": 5, "second_after_days": 0}))
    assert letters.print_new(settings, tmp_path / "post.pdf", NOON).letters == ()
    assert len(letters.print_new(settings, tmp_path / "post.pdf", NOON + timedelta(days=4)).letters) == 1


def test_who_got_a_letter_gets_no_reminder(settings: Settings, tmp_path: Path) -> None:
    sell(settings, NAMELESS)
    letters.print_new(settings, tmp_path / "post.pdf", NOON)
    catch_up(settings, NOON + timedelta(days=30))
    assert Message.select().count() == 1


def test_the_second_survey_comes_by_letter_too(settings: Settings, tmp_path: Path) -> None:
    deal = sell(settings, NAMELESS)
    letters.print_new(settings, tmp_path / "one.pdf", NOON)
    deliver(settings, deal, date(2026, 9, 15), now=NOON)
    letters.print_new(settings, tmp_path / "two.pdf", NOON)
    assert "Kreeg u wat u verwachtte?" in pages(tmp_path / "two.pdf")[0]


def test_a_first_letter_after_the_delivery_is_withdrawn(settings: Settings, tmp_path: Path) -> None:
    deal = sell(settings, NAMELESS)
    deliver(settings, deal, date(2026, 9, 15), now=NOON)
    pile = letters.print_new(settings, tmp_path / "post.pdf", NOON)
    assert (len(pile.letters), pile.withdrawn) == (1, 1)


def test_who_wants_no_letters_gets_none_also_for_another_deal_and_by_mail(
    settings: Settings, tmp_path: Path
) -> None:
    first = replace(NAMELESS, customer_number="K-7")
    sell(settings, first)
    letters.print_new(settings, tmp_path / "one.pdf", NOON)
    salt = Invitation.get().link_salt
    code = tokens.code(settings.secret_key, bytes(salt))
    opt_out.stop(settings, letters.link_of_code(settings, code, tokens.Purpose.OPT_OUT), NOON)
    sell(settings, line(2, customer_email="", customer_number="K-7"))
    assert letters.print_new(settings, tmp_path / "two.pdf", NOON).withdrawn == 1
    sell(settings, line(3, customer_email="found@example.com", customer_number="K-7"))
    assert send(settings) == []


def test_an_address_that_becomes_known_keeps_the_customer_and_asks_nobody_twice(
    settings: Settings, tmp_path: Path
) -> None:
    load(settings, row("D-1", "Familie Jansen"))
    letters.print_new(settings, tmp_path / "post.pdf", NOON)
    before = Deal.get(Deal.deal_id == "D-1").customer_id
    assert load(settings, row("D-1", "Familie Jansen", "jansen@example.com")).updated == 1
    assert Deal.get(Deal.deal_id == "D-1").customer_id == before
    assert "jansen@example.com" not in send(settings)


def test_an_address_found_before_printing_turns_the_letter_into_a_mail_and_back(settings: Settings) -> None:
    load(settings, row("D-1", "Familie Jansen"))
    load(settings, row("D-1", "Familie Jansen", "jansen@example.com"))
    message = Message.select().join(Invitation).join(Deal).where(Deal.deal_id == "D-1")
    assert message.get().state == "queued"
    load(settings, row("D-1", "Familie Jansen"))
    assert message.get().state == "letter"


def test_an_address_that_bounced_and_is_taken_away_becomes_a_letter(settings: Settings) -> None:
    load(settings, row("D-1", "Familie Jansen", "gone@example.com"))
    send(settings)
    message = Message.select().join(Invitation).join(Deal).where(Deal.deal_id == "D-1")
    number = message.get().id
    Message.update(state="bounced").where(Message.id == number).execute()
    Invitation.update(state="stopped").where(Invitation.id == message.get().invitation_id).execute()
    load(settings, row("D-1", "Familie Jansen"))
    assert message.get().state == "letter"


def test_the_same_file_again_changes_nothing(settings: Settings) -> None:
    rows = [
        row("D-1", "Familie Jansen"),
        row("D-2", "Bakker", "", "K-2"),
        row("D-3", "Smit", "s@x.example", "K-3"),
    ]
    assert load(settings, *rows).created == 3
    assert load(settings, *rows).unchanged == 3


def test_two_deals_with_one_number_are_one_customer_also_where_only_one_has_an_address(
    settings: Settings,
) -> None:
    load(
        settings,
        row("D-1", "Bakker", "", "K-2"),
        row("D-2", "Bakkerij", "", "K-2"),
        row("D-3", "B.", "b@x.example", "K-2"),
    )
    assert Customer.select().where(Customer.number == "K-2").count() == 1
    assert len({deal.customer_id for deal in Deal.select().where(Deal.deal_id << ["D-1", "D-2", "D-3"])}) == 1


def test_a_name_that_may_be_the_same_customer_is_refused_until_a_number_says_so(settings: Settings) -> None:
    report = load(settings, row("D-1", "Familie  Jansen"), row("D-2", "familie jansen"))
    assert report.created == 1
    assert "Give both lines a customer_number" in report.refused[0].reason
    both = [row("D-1", "Familie  Jansen", "", "K-1"), row("D-2", "familie jansen", "", "K-1")]
    assert load(settings, *both).refused == []
    assert len({deal.customer_id for deal in Deal.select().where(Deal.deal_id << ["D-1", "D-2"])}) == 1


def test_a_letter_cannot_be_resolved_as_if_it_were_a_mail(settings: Settings) -> None:
    sell(settings, NAMELESS)
    for decision in (Decision.ARRIVED, Decision.AGAIN):
        with pytest.raises(Refused, match="is a letter"):
            resolve(settings, [Message.get().id], decision, NOON)


def test_a_pile_of_letters_takes_as_many_reads_as_one(settings: Settings, tmp_path: Path) -> None:
    def reads(count: int, first: int) -> int:
        for number in range(first, first + count):
            sell(settings, line(number, customer_email=""))
        with storage.counted_queries() as queries:
            letters.print_new(settings, tmp_path / f"{first}.pdf", NOON)
        return sum(query.lstrip().startswith("SELECT") for query in queries)

    assert reads(1, 100) == reads(12, 200)


def test_a_letter_that_would_lose_letters_waits_is_said_and_holds_up_no_other(
    settings: Settings, tmp_path: Path
) -> None:
    load(
        settings, row("D-1", "Nguyễn Thị Ánh"), row("D-2", "محمد العربي", number="7"), row("D-3", "Ans Smit")
    )
    pile = letters.print_new(settings, tmp_path / "post.pdf", NOON + timedelta(days=9))
    words = pages(tmp_path / "post.pdf")
    assert len(words) == len(pile.letters) == 2
    assert "Beste Nguyễn Thị Ánh" in " ".join(words)
    [refused] = pile.unprintable
    assert (refused.facts["deal"], refused.facts["letters"]) == ("D-2", "م ح د ا ل ع ر ب ي")
    [waits] = Message.select().where(Message.state == "letter")
    assert waits.invitation.deal.deal_id == "D-2"
    assert pile.as_dict()["waiting"] == 1
    load(settings, row("D-2", "Mohammed al-Arabi", number="7"))
    again = letters.print_new(settings, tmp_path / "later.pdf", NOON + timedelta(days=9))
    assert (len(again.letters), again.unprintable) == (1, ())


def test_where_no_letter_can_be_printed_no_file_is_made(settings: Settings, tmp_path: Path) -> None:
    load(settings, row("D-2", "王芳", number="7"))
    pile = letters.print_new(settings, tmp_path / "post.pdf", NOON + timedelta(days=9))
    assert (pile.letters, len(pile.unprintable), (tmp_path / "post.pdf").exists()) == ((), 1, False)
