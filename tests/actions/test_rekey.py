"""Another secret key: what was mailed keeps opening, who wants no mail gets none, and what cannot be kept is said."""

import email
import email.policy
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from cast.builders import person, weekly_link
from cast.opt_outs import unmailed
from cast.selling import NOON, SELLER, Clock, company, line, sell, survey
from kloof import storage
from kloof.actions import person_data, rekey
from kloof.actions.access import secret_key
from kloof.actions.deals import imports, readdressing
from kloof.actions.mailing import letters, reach, worker
from kloof.config import Settings
from kloof.domain.access import tokens
from kloof.domain.access.audit_log import COMMAND_LINE
from kloof.domain.errors import NotFound, Reason, Refused
from kloof.mail.transport import Memory
from kloof.storage.access import key_check
from kloof.storage.deals import deals
from kloof.storage.models import (
    AuditEntry,
    Customer,
    FormerKey,
    FormerLink,
    Invitation,
    Message,
    OptOut,
    SignIn,
    WeeklyWish,
)
from kloof.web import create_app

pytestmark = pytest.mark.slow

THIRD = "the third key, as long and as good as the second"


@pytest.fixture
def before(either_database: str, tmp_path: Path) -> Settings:
    """A company, whose database knows its key."""
    house = company(tmp_path).model_copy(update={"database_url": either_database})
    secret_key.tie(house, NOON)
    return house


def with_key(house: Settings, key: str = "another key, which is as long and as good") -> Settings:
    return house.model_copy(update={"secret_key": key})


def post_of(house: Settings, clock: Clock) -> list[tuple[str, str, str]]:
    """Who was mailed now, the address of their survey, and that of their opt-out."""
    post = Memory()
    worker.work_once(house, post, clock)
    found = []
    for _, recipient, raw in post.sent:
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        body = mail.get_body(("plain",))
        assert body
        survey_link = re.search(r"/s/[\w-]{43}", body.get_content())
        assert survey_link
        out = re.search(r"/opt-out/[\w-]{43}", mail["List-Unsubscribe"])
        assert out
        found.append((recipient, survey_link[0], out[0]))
    return sorted(found)


def visit(house: Settings) -> FlaskClient:
    storage.close_database()
    app = create_app(house, clock=lambda: NOON)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


def load(house: Settings, number: int, address: str, now: Clock) -> None:
    header = (
        "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
    )
    told = f"D-{number},Somebody,{address},nl,{SELLER},Utrecht,Midden,Warmtepomp,project,2026-09-14"
    imports.import_deals(house, f"{header}\n{told}", "deals.csv", {"project": survey()}, now())


def opens(browser: FlaskClient, path: str) -> bool:
    return browser.get(path, follow_redirects=True).status_code == 200


@pytest.mark.parametrize("at_hand", [True, False], ids=["key at hand", "key lost"])
def test_what_was_mailed_keeps_opening_and_the_next_mail_has_a_link_of_the_rekey(
    before: Settings, at_hand: bool
) -> None:
    clock = Clock()
    for number in (1, 2, 3):
        sell(before, line(number))
    first = post_of(before, clock)
    after = with_key(before)
    done = rekey.replace(after, before.secret_key if at_hand else None, clock())
    assert (done.links, done.former_is_known) == (6, at_hand)
    reminders = post_of(after, Clock(NOON + timedelta(days=8)))
    assert [who for who, _, _ in reminders] == [who for who, _, _ in first]
    browser = visit(after)
    for (_, mailed, _), (_, reminded, _) in zip(first, reminders, strict=True):
        assert mailed != reminded
        assert opens(browser, mailed)
        assert opens(browser, reminded)
    assert browser.post(first[0][1], data={"a1": "8"}).status_code == 303, (
        "an answer by the link that they have"
    )
    assert browser.post(first[1][2]).status_code == 200, (
        "one click on the opt-out of the first mail (RFC 8058)"
    )
    assert browser.get(f"/s/{'x' * 43}").status_code == 404
    assert post_of(after, Clock(NOON + timedelta(days=16))) != []
    assert "customer2@example.com" not in {
        who for who, _, _ in post_of(after, Clock(NOON + timedelta(days=16)))
    }


def test_links_that_were_mailed_under_two_former_keys_open_too(before: Settings) -> None:
    sell(before, line())
    ((_, first, _),) = post_of(before, Clock())
    second = with_key(before)
    rekey.replace(second, before.secret_key, NOON)
    ((_, reminded, _),) = post_of(second, Clock(NOON + timedelta(days=8)))
    third = with_key(before, THIRD)
    rekey.replace(third, second.secret_key, NOON)
    browser = visit(third)
    assert opens(browser, first)
    assert opens(browser, reminded)


def ask_for_no_mail(house: Settings, *paths: str) -> None:
    browser = visit(house)
    for path in paths:
        assert browser.post(path).status_code == 200


@pytest.fixture
def stopped(before: Settings) -> Settings:
    """Four customers who got mail: one goes on, one wants no more, one address is dead, one was erased."""
    for number in (1, 2, 3, 4):
        sell(before, line(number))
    mailed = post_of(before, Clock())
    ask_for_no_mail(before, mailed[1][2])
    with storage.transaction():
        dead = Customer.get(Customer.email == "customer3@example.com")
        reach.stop(before, dead.email, dead.id, NOON)
    person_data.erase(before, "customer4@example.com", NOON)
    return before


def mailed_again(house: Settings) -> set[str]:
    """Who gets mail when a file brings all four once more."""
    clock = Clock(NOON + timedelta(days=12))
    for number in (1, 2, 3, 4):
        load(house, number + 100, f"customer{number}@example.com", clock)
    post = {who for who, _, _ in post_of(house, clock)}
    return {who.removesuffix("@example.com") for who in post}


def test_with_the_former_key_nobody_who_wants_no_mail_is_forgotten_not_even_who_was_erased(
    stopped: Settings,
) -> None:
    after = with_key(stopped)
    done = rekey.replace(after, stopped.secret_key, NOON)
    assert (done.opt_outs, done.erased) == (2, 1)
    assert unmailed() == {"asked": 2, "also": 1, "bounced": 1, "erased": 1}
    assert mailed_again(after) == {"customer1"}


def test_who_was_erased_gets_no_mail_either_where_the_desk_types_their_address(stopped: Settings) -> None:
    after = with_key(stopped)
    new = rekey.replace(after, stopped.secret_key, NOON)
    assert new.erased == 1
    with storage.transaction():
        readdressing.readdress(after, deals.stored(["D-1"])["D-1"], "customer4@example.com", NOON)
    assert post_of(after, Clock(NOON + timedelta(days=8))) == []


def test_without_it_whoever_is_still_a_customer_is_known_by_the_audit_log_and_the_others_once_it_is_found(
    stopped: Settings,
) -> None:
    after = with_key(stopped)
    done = rekey.replace(after, None, NOON)
    assert (done.opt_outs, done.erased, done.former_is_known) == (2, 1, False)
    assert unmailed() == {"asked": 1, "also": 1, "bounced": 1}
    found = rekey.recognise(after, stopped.secret_key, NOON)
    assert found.erased == 1
    assert unmailed() == {"asked": 2, "also": 1, "bounced": 1, "erased": 1}, "and nobody twice"
    assert mailed_again(after) == {"customer1"}


def test_without_it_only_who_was_erased_would_get_mail_again(stopped: Settings) -> None:
    after = with_key(stopped)
    rekey.replace(after, None, NOON)
    assert mailed_again(after) == {"customer1", "customer4"}


def test_after_two_keys_who_was_erased_under_the_first_is_known_too(stopped: Settings) -> None:
    second, third = with_key(stopped), with_key(stopped, THIRD)
    rekey.replace(second, stopped.secret_key, NOON)
    rekey.replace(third, second.secret_key, NOON)
    assert mailed_again(third) == {"customer1"}


def test_a_former_key_stands_in_the_database_only_under_the_present_one(before: Settings) -> None:
    rekey.replace(with_key(before), before.secret_key, NOON)
    assert before.secret_key not in repr(FormerKey.select().dicts()[:])


def test_links_that_end_open_nothing_but_the_opt_out_and_who_waits_is_sent_another(before: Settings) -> None:
    clock = Clock()
    for number in (1, 2, 3):
        sell(before, line(number))
    sell(before, line(4, customer_email=""))
    first = post_of(before, clock)
    letters.print_new(before, before.folder / "letters.pdf", NOON)
    browser = visit(before)
    sent = {"a1": "8", "a2": "7", "a3": "6", "consent": "named", "action": "submit"}
    assert browser.post(first[0][1], data=sent).status_code in {200, 303}
    after = with_key(before)
    done = rekey.replace(after, before.secret_key, NOON, end_links=True)
    assert (done.reminded, done.letters) == (2, 1)
    again = post_of(after, Clock(NOON + timedelta(days=2)))
    assert [who for who, _, _ in again] == ["customer2@example.com", "customer3@example.com"]
    browser = visit(after)
    assert [opens(browser, path) for _, path, _ in (*first, *again)] == [False] * 3 + [True] * 2
    assert [opens(browser, path) for _, _, path in (*first, *again)] == [True] * 5


@pytest.mark.parametrize("at_hand", [True, False])
def test_the_code_of_a_printed_letter_opens_while_the_former_key_is_at_hand(
    before: Settings, at_hand: bool
) -> None:
    sell(before, line(customer_email=""))
    letters.print_new(before, before.folder / "letters.pdf", NOON)
    code = tokens.code(before.secret_key, bytes(Invitation.get().link_salt))
    after = with_key(before)
    rekey.replace(after, before.secret_key if at_hand else None, NOON)
    if not at_hand:
        with pytest.raises(NotFound):
            letters.link_of_code(after, code, tokens.Purpose.SURVEY)
        assert [letter.deal_id for letter in letters.without_code(NOON)] == ["D-1"]
        letters.print_again(after, before.folder / "again.pdf", "D-1", NOON + timedelta(minutes=1))
        code = tokens.code(after.secret_key, bytes(Invitation.get().link_salt))
    assert letters.without_code(NOON) == []
    assert opens(visit(after), f"/s/{letters.link_of_code(after, code, tokens.Purpose.SURVEY)}")


def test_a_code_that_nobody_can_type_any_more_is_said_with_its_deal_until_the_key_is_found(
    before: Settings,
) -> None:
    for number in (1, 2):
        sell(before, line(number, customer_email=""))
    sell(before, line(3))
    letters.print_new(before, before.folder / "letters.pdf", NOON)
    after = with_key(before)
    assert rekey.replace(after, None, NOON).codes == ("D-1", "D-2")
    letters.pdf_of_those_without_code(after, NOON + timedelta(minutes=1), COMMAND_LINE)
    assert letters.without_code(NOON) == []
    third = with_key(before, THIRD)
    assert rekey.replace(third, after.secret_key, NOON + timedelta(minutes=2)).codes == ()


def test_the_key_that_is_found_gives_letters_their_codes_back(before: Settings) -> None:
    sell(before, line(customer_email=""))
    letters.print_new(before, before.folder / "letters.pdf", NOON)
    after = with_key(before)
    rekey.replace(after, None, NOON)
    rekey.recognise(after, before.secret_key, NOON)
    assert letters.without_code(NOON) == []


def test_links_that_end_take_the_codes_of_letters_along_also_with_the_former_key_at_hand(
    before: Settings,
) -> None:
    sell(before, line(customer_email=""))
    letters.print_new(before, before.folder / "letters.pdf", NOON)
    code = tokens.code(before.secret_key, bytes(Invitation.get().link_salt))
    after = with_key(before)
    assert rekey.replace(after, before.secret_key, NOON, end_links=True).codes == ("D-1",)
    with pytest.raises(NotFound):
        letters.link_of_code(after, code, tokens.Purpose.SURVEY)


def everything() -> dict[str, list[object]]:
    tables = (Invitation, OptOut, FormerKey, FormerLink, SignIn, Message, AuditEntry)
    return {table.__name__: [*table.select().order_by(table.id).tuples()] for table in tables}


@pytest.mark.parametrize("former", [True, False])
def test_a_dry_run_says_the_same_and_changes_nothing(stopped: Settings, former: bool) -> None:
    after, at_hand = with_key(stopped), stopped.secret_key if former else None
    noted, kept = key_check.noted(), everything()
    tried = rekey.replace(after, at_hand, NOON, end_links=True, dry_run=True)
    assert (key_check.noted(), everything()) == (noted, kept)
    assert rekey.replace(after, at_hand, NOON, end_links=True) == tried
    lines = [row.detail for row in AuditEntry.select().where(AuditEntry.what == "key_replaced")]
    assert lines == [f"former key {'at hand' if former else 'lost'}, links ended"]


def test_what_never_was_its_key_is_refused_and_so_is_the_key_that_it_has(before: Settings) -> None:
    with pytest.raises(Refused, match="has this key already"):
        rekey.replace(before, None, NOON)
    for refused in (
        lambda: rekey.replace(with_key(before), THIRD, NOON),
        lambda: rekey.recognise(before, THIRD, NOON),
    ):
        with pytest.raises(Refused, match="never was the key of this database") as said:
            refused()
        assert said.value.reason is Reason.KEY_UNFIT


_HOLD = """
import sys
from kloof import storage
storage.open_existing(sys.argv[1], lambda: None)
storage.refuse_unless_it_answers()
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def another_process() -> Iterator[Callable[[str], None]]:
    """A process that has this database open and does nothing."""
    with ExitStack() as running:

        def hold(url: str) -> None:
            held = subprocess.Popen(
                [sys.executable, "-c", _HOLD, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            running.enter_context(held)  # it ends when its stdin closes
            assert held.stdout
            assert held.stdout.readline() == "open\n"

        yield hold


def test_nothing_is_replaced_while_somebody_else_has_the_database_open(
    before: Settings, another_process: Callable[[str], None]
) -> None:
    another_process(before.database_url)
    with pytest.raises(Refused, match="Stop kloof serve and kloof worker"):
        rekey.replace(with_key(before), before.secret_key, NOON)
    assert secret_key.opens_with(before.secret_key)


@pytest.mark.parametrize("end_links", [False, True])
def test_the_link_in_a_weekly_mail_stops_it_after_a_rekey_whatever_else_ends(
    before: Settings, *, end_links: bool
) -> None:
    house = before.model_copy(update={"works_council_consent": NOON.date()})
    link = weekly_link(house, person())
    rekey.replace(with_key(house), house.secret_key, NOON, end_links=end_links)
    assert visit(with_key(house)).post(link).status_code == 200
    assert WeeklyWish.get().since is None
