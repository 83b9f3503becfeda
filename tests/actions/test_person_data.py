"""A customer asks for their data, or to be erased: everything comes along, and nothing stays behind."""

import json
from pathlib import Path

import pytest

from cast.builders import CALLS, NOW, SECRET, BuiltDeal, deal, person, settings
from kloof.actions import job_kinds, person_data
from kloof.actions.mailing import opt_out
from kloof.actions.surveys import respond
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.errors import NotFound
from kloof.domain.mailing.kinds import FINDINGS, INVITATION, REMINDER
from kloof.domain.mailing.suppression import address_hash
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange
from kloof.storage import jobs
from kloof.storage import person_data as stored
from kloof.storage.database import database as opened
from kloof.storage.mailing import opt_outs, outbox
from kloof.storage.models import Account, AuditEntry, Customer, Deal

WORDS = "Ready before the first frost"


def answered() -> BuiltDeal:
    built = deal(seller=person(), waves=(Wave.SALE, Wave.DELIVERY))
    for wave in built.tokens:
        said = Changes(
            answers={"a1": 8, "a2": 7, "a3": 6},
            consent=Consent.NAMED,
            comment="Friendly people",
            promises={0: PromiseChange(text=WORDS)} if wave is Wave.SALE else {},
        )
        respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, CALLS, submit=True)
    return built


def test_the_export_holds_deals_answers_promises_and_who_did_what(database: str, tmp_path: Path) -> None:
    built = answered()
    found = person_data.export(settings(database, tmp_path), built.email.upper(), NOW)
    [kept] = found["deals"]
    first, second = kept["surveys"]
    assert (found["email"], kept["deal_id"], kept["salesperson"]) == (
        built.email,
        built.deal_id,
        "Sanne de Vries",
    )
    assert first["answered"]["answers"] == {"a1": 8, "a2": 7, "a3": 6}
    assert first["answered"]["promises"][0]["text"] == WORDS
    assert second["answered"]["comment"] == "Friendly people"
    assert [line["what"] for line in found["audit"]] == ["answers_sent", "answers_sent", "customer_exported"]
    json.dumps(found)


def test_the_export_names_each_mail_with_its_number(database: str, tmp_path: Path) -> None:
    built = answered()
    for kind, number in ((INVITATION, 0), (REMINDER, 2), (FINDINGS, 3)):
        outbox.queue(NOW, kind, NOW, number, invitation=built.invitations[Wave.SALE])
    [kept] = person_data.export(settings(database, tmp_path), built.email, NOW)["deals"]
    named = [mail["kind"] for survey in kept["surveys"] for mail in survey["mails"]]
    assert named == ["invitation", "reminder-2", "findings-3"]


def test_the_export_holds_nothing_of_another_customer(database: str, tmp_path: Path) -> None:
    mine, other = answered(), answered()
    found = json.dumps(person_data.export(settings(database, tmp_path), mine.email, NOW))
    assert other.deal_id not in found
    assert other.email not in found


def everything_kept() -> str:
    tables = opened.get_tables()
    assert len(tables) > 15
    every = (opened.execute_sql(f'SELECT * FROM "{table}"') for table in tables)  # noqa: S608  our own names
    return repr([rows.fetchall() for rows in every])


def test_after_erasing_no_table_knows_the_customer_any_more(database: str, tmp_path: Path) -> None:
    built, other = answered(), answered()
    traces = (built.email, f"'{built.deal_id}'", Customer.get(Customer.email == built.email).name)
    assert all(trace in everything_kept() for trace in (*traces, WORDS))
    person_data.erase(settings(database, tmp_path), built.email, NOW)
    assert [trace for trace in traces if trace in everything_kept()] == []
    assert other.email in everything_kept()
    with pytest.raises(NotFound):
        respond.open_link(built.tokens[Wave.SALE], NOW)
    assert respond.open_link(other.tokens[Wave.SALE], NOW)


def with_many_deals(deals: int = 7) -> BuiltDeal:
    """A customer with so many deals, each answered twice."""
    built = [answered() for _ in range(deals)]
    one = Customer.get(Customer.email == built[0].email)
    Deal.update(customer=one).where(Deal.id.in_([each.row for each in built])).execute()
    Customer.delete().where(Customer.email.in_([each.email for each in built[1:]])).execute()
    return built[0]


def test_erasing_that_breaks_off_has_stopped_mail_and_is_finished_by_the_worker(
    either_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built, other = with_many_deals(), answered()
    chosen, customer = settings(either_database, tmp_path), Customer.get(Customer.email == built.email).id
    parts = []

    def dies_in_the_second_part(*given: object) -> None:
        erase_deals(*given)  # type: ignore[arg-type]
        parts.append(given)
        if len(parts) == 2:
            raise KeyboardInterrupt

    erase_deals = stored.erase_deals
    monkeypatch.setattr(person_data, "DEALS_AT_ONCE", 3)
    monkeypatch.setattr(stored, "erase_deals", dies_in_the_second_part)
    with pytest.raises(KeyboardInterrupt):
        person_data.erase(chosen, built.email, NOW)
    monkeypatch.setattr(stored, "erase_deals", erase_deals)
    assert Deal.select().where(Deal.customer == customer).count() == 4, "the second part was undone"
    assert opt_outs.is_opted_out(address_hash(SECRET, built.email))
    job = jobs.take("worker", NOW, NOW, 3)
    assert job
    assert job_kinds.outcome(chosen, job, NOW, lambda done, total: None) == {}
    assert [row.email for row in Customer.select()] == [other.email]
    assert [row.deal_id for row in Deal.select()] == [other.deal_id]
    assert jobs.take("worker", NOW, NOW, 3) is None, "nothing of it is left to do, or to know"
    erased = AuditEntry.select().where(AuditEntry.what == AuditAction.CUSTOMER_ERASED)
    assert [row.detail for row in erased] == ["7 deals"]


def test_who_gets_the_number_of_somebody_erased_keeps_everything(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person_data, "DEALS_AT_ONCE", 3)
    built = with_many_deals()
    customer = Customer.get(Customer.email == built.email).id
    assert person_data.erase(settings(database, tmp_path), built.email, NOW) == 7
    late = answered()
    newer = Customer.get(Customer.email == late.email)
    person_data.finish(customer, NOW)  # by a worker that had taken it, and was slow
    person_data.finish(newer.id, NOW)
    assert Customer.get_by_id(newer.id).email == late.email
    assert Deal.select().count() == 1


def test_many_deals_are_erased_by_transactions_no_larger(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes, erase_deals = [], stored.erase_deals

    def counted(customer: int, deals: list[int], now: object) -> None:
        sizes.append(len(deals))
        erase_deals(customer, deals, now)  # type: ignore[arg-type]

    monkeypatch.setattr(person_data, "DEALS_AT_ONCE", 3)
    monkeypatch.setattr(stored, "erase_deals", counted)
    person_data.erase(settings(database, tmp_path), with_many_deals().email, NOW)
    assert sizes == [3, 3, 1, 0]
    assert Customer.select().count() == 0


def test_the_export_names_the_account_and_erasing_takes_it_with_its_last_deal(
    database: str, tmp_path: Path
) -> None:
    company, alone = Account.create(name="St. Antonius", key="name:st. antonius"), answered()
    first, second = answered(), answered()
    Deal.update(account=company).where(Deal.id.in_([first.row, second.row])).execute()
    chosen = settings(database, tmp_path)
    for built, name in ((first, "St. Antonius"), (alone, None)):
        assert person_data.export(chosen, built.email, NOW)["deals"][0]["account"] == name
    person_data.erase(chosen, first.email, NOW)
    assert Account.select().count() == 1, "a colleague is still there"
    person_data.erase(chosen, second.email, NOW)
    assert "Antonius" not in everything_kept()


def test_erasing_is_noted_and_the_address_gets_no_mail_again(database: str, tmp_path: Path) -> None:
    built = answered()
    before = AuditEntry.select().count()
    person_data.erase(settings(database, tmp_path), built.email, NOW)
    assert opt_outs.is_opted_out(address_hash(SECRET, built.email))
    assert AuditEntry.select().count() == before + 1, "what was noted before stays"
    last = AuditEntry.select().order_by(AuditEntry.id.desc()).get()
    assert (last.what, last.subject, last.detail) == (AuditAction.CUSTOMER_ERASED, "", "1 deals")


@pytest.mark.parametrize("known_as", ["K-1042", "deal"])
def test_a_customer_without_an_address_is_found_by_their_number_or_by_their_deal(
    database: str, tmp_path: Path, known_as: str
) -> None:
    built, other = answered(), answered()
    number = "K-1042" if known_as != "deal" else None
    Customer.update(email=None, number=number).where(Customer.email == built.email).execute()
    Deal.update(by_letter=True, customer_number=number or "").where(Deal.id == built.row).execute()
    asked, chosen = (number or built.deal_id), settings(database, tmp_path)
    found = person_data.export(chosen, asked, NOW)
    assert [kept["deal_id"] for kept in found["deals"]] == [built.deal_id]
    assert found["deals"][0]["surveys"][1]["answered"]["comment"] == "Friendly people"
    assert person_data.erase(chosen, asked, NOW) == 1
    assert [row.deal_id for row in Deal.select()] == [other.deal_id]
    assert [row.email for row in Customer.select()] == [other.email]


def test_nobody_with_that_address_is_said_in_words(database: str, tmp_path: Path) -> None:
    for act in (person_data.export, person_data.erase):
        with pytest.raises(NotFound, match="No customer has the address"):
            act(settings(database, tmp_path), "nobody@home.example", NOW)


def test_what_the_customer_does_by_their_link_stands_in_the_log(database: str, tmp_path: Path) -> None:
    built = answered()
    opened_again = respond.open_link(built.tokens[Wave.DELIVERY], NOW)
    respond.save(opened_again, Changes(answers={"a1": 3}), NOW, CALLS, correct=True)
    respond.choose_again(opened_again, Changes(consent=Consent.TOTALS), NOW, CALLS)
    respond.choose_again(opened_again, Changes(consent=Consent.TOTALS, wants_call=True), NOW, CALLS)
    for _ in range(2):
        opt_out.stop(settings(database, tmp_path), built.opt_out_tokens[Wave.SALE], NOW)
    respond.withdraw(opened_again, NOW, CALLS)
    assert [(row.hand, row.what, row.detail) for row in AuditEntry.select().order_by(AuditEntry.id)] == [
        ("customer", "answers_sent", "named"),
        ("customer", "answers_sent", "named"),
        ("customer", "answers_corrected", "named"),
        ("customer", "consent_changed", "named to totals"),
        ("customer", "call_opened", ""),
        ("customer", "mail_stopped", ""),
        ("customer", "answers_withdrawn", ""),
        ("customer", "call_cancelled", ""),
    ]
