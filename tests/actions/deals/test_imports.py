"""Deals come in and are delivered: idempotent, line by line, with their invitations in the same transaction."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kloof import storage
from kloof.actions.deals import importer, imports
from kloof.config import Deals, Research, Settings
from kloof.domain.access.people import Role
from kloof.domain.deals.files import FileKind
from kloof.domain.deals.forecast import FileForecast
from kloof.domain.deals.reading.tables import of_text
from kloof.domain.errors import Reason
from kloof.domain.mailing.suppression import address_hash
from kloof.domain.surveys.definition import Aspect, Scale, Survey
from kloof.domain.text import Text
from kloof.storage.access import people
from kloof.storage.mailing import opt_outs
from kloof.storage.models import Customer, Deal, Invitation, Message, Practice, Response

pytestmark = pytest.mark.slow

NOW = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
HEADER = (
    "deal_id,customer_name,customer_email,language,salesperson_email,"
    "team,region,product,survey,sold_on,joint_visit_on"
)
JAN = "D-1,Jan de Boer,jan@home.example,nl,anouk@firm.example,Utrecht,Midden,Warmtepomp,pump,2026-05-04,2026-05-06"
ANS = "D-2,Ans Smit,ans@home.example,en,anouk@firm.example,Utrecht,Midden,Warmtepomp,pump,2026-05-05,"
MOVED = JAN.replace("jan@home.example", "jan@new.example")
WORD = Text(nl="woord", en="word")


def survey(version: int = 1, norm: float = 7) -> Survey:
    scale = Scale(low=0, high=10, low_label=WORD, high_label=WORD)
    aspect = Aspect(id="time", name=WORD, at_sale=WORD, after_delivery=WORD, norm=norm)
    return Survey(id="pump", version=version, title=WORD, scale=scale, aspects=(aspect,))


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    people.put("anouk@firm.example", "Anouk Visser", {Role.SALESPERSON}, "Utrecht", NOW)
    people.put("bram@firm.example", "Bram de Wit", {Role.SALESPERSON}, "Utrecht", NOW)
    return Settings(
        folder=tmp_path, secret_key="only for these tests, and worth nothing at all", database_url=database
    )


def load(
    settings: Settings, *rows: str, asked: Survey | None = None, dry_run: bool = False
) -> imports.Report:
    text = "\n".join([HEADER, *rows])
    return imports.import_deals(
        settings, text, "deals.csv", {"pump": asked or survey()}, NOW, dry_run=dry_run
    )


def deliver(settings: Settings, *rows: str, dry_run: bool = False) -> imports.Report:
    text = "\n".join(["deal_id,delivered_on", *rows])
    return imports.import_deliveries(settings, text, "delivered.csv", NOW, dry_run=dry_run)


def answer(deal_id: str, wave: str) -> None:
    """The customer has saved something in this wave."""
    invitation = Invitation.get(Invitation.deal == Deal.get(Deal.deal_id == deal_id), Invitation.wave == wave)
    Response.insert(invitation=invitation, answers=b"\x05", language="nl", saved_at=NOW).execute()


def snapshot() -> list[list[tuple[object, ...]]]:
    return [
        list(model.select().order_by(model.id).tuples())
        for model in (Customer, Deal, Practice, Invitation, Message)
    ]


def test_each_new_deal_gets_one_invitation_and_one_queued_mail(settings: Settings) -> None:
    report = load(settings, JAN, ANS)
    assert (report.created, report.updated, report.unchanged, report.refused) == (2, 0, 0, [])
    assert [row.wave for row in Invitation.select()] == ["sale", "sale"]
    assert [row.state for row in Message.select()] == ["queued", "queued"]


def test_a_second_import_of_the_same_file_changes_nothing(settings: Settings) -> None:
    load(settings, JAN, ANS)
    before = snapshot()
    assert load(settings, JAN, ANS).unchanged == 2
    assert snapshot() == before


def test_two_deals_that_spell_one_customer_differently_stay_unchanged_too(settings: Settings) -> None:
    other = ANS.replace("ans@home.example", "jan@home.example").replace("Ans Smit", "J. de Boer")
    load(settings, JAN, other)
    assert load(settings, JAN, other).unchanged == 2
    assert Customer.select().count() == 1


def test_a_dry_run_says_the_same_and_stores_nothing(settings: Settings) -> None:
    before = snapshot()
    tried = load(settings, JAN, ANS.replace("anouk@", "nobody@"), dry_run=True)
    assert snapshot() == before
    done = load(settings, JAN, ANS.replace("anouk@", "nobody@"))
    assert tried == done


def test_good_lines_go_in_and_bad_lines_are_named_with_a_reason_and_what_to_do(settings: Settings) -> None:
    report = load(
        settings, JAN, ANS.replace("anouk@", "nobody@"), ANS.replace("D-2", "D-3").replace(",pump,", ",pomp,")
    )
    assert report.created == 1
    assert [(refusal.line, refusal.deal_id) for refusal in report.refused] == [(3, "D-2"), (4, "D-3")]
    assert "kloof people add --role salesperson --email nobody@firm.example" in report.refused[0].reason
    assert "Did you mean pump?" in report.refused[1].reason


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ("team", "Did you mean Utrecht?"),
        ("region", "There are: Oost"),
        ("product", "Did you mean Warmtepomp?"),
    ],
)
def test_a_name_that_the_company_does_not_know_is_refused_with_the_one_that_was_meant(
    settings: Settings, column: str, says: str
) -> None:
    slips = {
        "team": ("Utrecht", "Utrehct"),
        "region": ("Midden", "Q"),
        "product": ("Warmtepomp", "Warmtepmp"),
    }
    names = Deals(teams=("Utrecht", "Zwolle"), regions=("Midden", "Oost"), products=("Warmtepomp",))
    if column == "region":
        names = names.model_copy(update={"regions": ("Oost",)})
    strict = settings.model_copy(update={"deals": names})
    report = load(strict, JAN.replace(*slips[column]))
    assert f"There is no {column}" in report.refused[0].reason
    assert says in report.refused[0].reason
    assert f"{column}s under [deals]" in report.refused[0].reason
    assert load(settings, JAN.replace(*slips[column])).created == 1


def test_a_sale_in_the_future_is_refused(settings: Settings) -> None:
    report = load(settings, JAN.replace("2026-05-04", "2026-06-02"))
    assert "lies in the future" in report.refused[0].reason


def test_a_crash_half_way_leaves_nothing_behind(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot()

    def falters(*_: object) -> None:
        assert (Deal.select().count(), Invitation.select().count()) == (2, 2)
        raise KeyboardInterrupt

    monkeypatch.setattr(importer.audit_log, "write_of_new", lambda *_, **__: falters())
    with pytest.raises(KeyboardInterrupt):
        load(settings, JAN, ANS)
    assert snapshot() == before


def test_a_correction_before_any_answer_is_taken_over(settings: Settings) -> None:
    load(settings, JAN)
    assert load(settings, JAN.replace("anouk@", "bram@").replace("Utrecht", "Brabant")).updated == 1
    assert Deal.get().team == "Brabant"
    assert Invitation.select().count() == 1


def test_who_answered_keeps_their_salesperson_but_may_get_another_planned_date(settings: Settings) -> None:
    load(settings, JAN)
    answer("D-1", "sale")
    report = load(settings, JAN.replace("anouk@", "bram@"))
    assert "salesperson_email can no longer change" in report.refused[0].reason
    assert load(settings, JAN.replace("Jan de Boer", "J. de Boer")).updated == 1


def test_a_deal_keeps_the_survey_version_that_its_customer_answered(settings: Settings) -> None:
    load(settings, JAN)
    answer("D-1", "sale")
    load(settings, JAN.replace("Jan de Boer", "J. de Boer"), ANS, asked=survey(version=2, norm=8))
    assert {row.deal_id: row.survey_version.version for row in Deal.select()} == {"D-1": 1, "D-2": 2}


def test_a_survey_that_changed_under_the_same_version_is_refused_once_answers_exist(
    settings: Settings,
) -> None:
    load(settings, JAN)
    load(settings, ANS, asked=survey(norm=8))
    answer("D-1", "sale")
    report = load(settings, ANS.replace("D-2", "D-3"), asked=survey(norm=9))
    assert "set version: 2" in report.refused[0].reason
    assert report.created == 0


def test_marking_delivered_queues_the_second_invitation_once(settings: Settings) -> None:
    load(settings, JAN)
    assert deliver(settings, "D-1,2026-05-20").updated == 1
    assert deliver(settings, "D-1,2026-05-20").unchanged == 1
    assert [row.wave for row in Invitation.select().order_by(Invitation.id)] == ["sale", "delivery"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("D-9,2026-05-20", "There is no deal D-9"),
        ("D-1,2026-05-03", "before the sale on 2026-05-04"),
        ("D-1,2026-06-02", "lies in the future"),
    ],
)
def test_an_impossible_delivery_is_refused(settings: Settings, row: str, reason: str) -> None:
    load(settings, JAN)
    assert reason in deliver(settings, row).refused[0].reason


def test_a_delivery_date_stays_once_the_second_survey_is_answered(settings: Settings) -> None:
    load(settings, JAN)
    deliver(settings, "D-1,2026-05-20")
    answer("D-1", "delivery")
    assert "stays" in deliver(settings, "D-1,2026-05-21").refused[0].reason


def test_a_file_of_unchanged_deals_takes_a_handful_of_queries_however_long_it_is(settings: Settings) -> None:
    rows = [JAN.replace("D-1", f"D-{n}").replace("jan@", f"jan{n}@") for n in range(50)]
    load(settings, *rows)
    with storage.counted_queries() as queries:
        assert load(settings, *rows).unchanged == 50
    assert len(queries) <= 8


def call_off(settings: Settings, *rows: str, dry_run: bool = False) -> imports.Report:
    text = "\n".join(["deal_id,cancelled_on", *rows])
    return imports.import_cancellations(settings, text, "cancelled.csv", NOW, dry_run=dry_run)


def test_a_cancelled_deal_withdraws_what_is_queued_and_the_same_file_again_changes_nothing(
    settings: Settings,
) -> None:
    load(settings, JAN, ANS)
    assert call_off(settings, "D-1,2026-05-20").updated == 1
    assert [(row.state, row.messages.get().state) for row in Invitation.select().order_by(Invitation.id)] == [
        ("cancelled", "cancelled"), ("planned", "queued"),
    ]  # fmt: skip
    before = snapshot()
    assert call_off(settings, "D-1,2026-05-21").unchanged == 1
    assert snapshot() == before


def test_a_dry_run_of_cancellations_changes_nothing(settings: Settings) -> None:
    load(settings, JAN)
    before = snapshot()
    assert call_off(settings, "D-1,2026-05-20", dry_run=True).updated == 1
    assert snapshot() == before


def test_a_cancelled_deal_that_the_crm_still_exports_comes_to_nothing_more(settings: Settings) -> None:
    load(settings, JAN)
    call_off(settings, "D-1,2026-05-20")
    load(settings, JAN.replace("Warmtepomp", "Zonnepanelen"))
    assert [row.state for row in Invitation.select()] == ["cancelled"]
    assert "was cancelled on 2026-05-20" in deliver(settings, "D-1,2026-05-28").refused[0].reason


def test_what_was_sent_in_stays_the_customers_when_the_deal_is_cancelled(settings: Settings) -> None:
    load(settings, JAN)
    Invitation.update(state="submitted").execute()
    call_off(settings, "D-1,2026-05-20")
    assert Invitation.get().state == "submitted"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("D-9,2026-05-20", "There is no deal D-9"),
        ("D-1,2026-06-02", "lies in the future"),
        ("D-1,2026-05-01", "before the sale"),
    ],
)
def test_an_impossible_cancellation_is_refused(settings: Settings, row: str, says: str) -> None:
    load(settings, JAN)
    assert says in call_off(settings, row).refused[0].reason
    assert Invitation.get().state == "planned"


def test_a_corrected_address_after_the_delivery_gets_the_second_survey_anew(settings: Settings) -> None:
    load(settings, JAN)
    deliver(settings, "D-1,2026-05-20")
    second = Invitation.select().where(Invitation.wave == "delivery")
    Message.update(state="bounced").where(Message.invitation == second.get().id).execute()
    Invitation.update(state="stopped").where(Invitation.wave == "delivery").execute()
    Message.update(customer=Customer.get().id, mailed_on=NOW.date()).execute()
    load(settings, JAN.replace("jan@home.example", "jan@new.example"))
    assert (second.get().state, second.get().messages.get().state) == ("planned", "queued")


@pytest.mark.parametrize("became_known", ["came back", "refused", "on another deal"])
def test_who_answered_at_sale_and_cannot_be_reached_any_more_gets_the_second_survey_at_a_new_address(
    settings: Settings, became_known: str
) -> None:
    load(settings, JAN)
    answer("D-1", "sale")
    deliver(settings, "D-1,2026-05-20")
    customer, second = Customer.get().id, Invitation.select().where(Invitation.wave == "delivery")
    assert "customer_email can no longer change" in load(settings, MOVED).refused[0].reason
    if became_known == "on another deal":
        opt_outs.remember(address_hash(settings.secret_key, "jan@home.example"), opt_outs.BOUNCED, NOW)
    else:
        state = "bounced" if became_known == "came back" else "failed"
        Message.update(state=state, customer=customer, mailed_on=NOW.date()).where(
            Message.invitation == second.get().id
        ).execute()
    Invitation.update(state="stopped").where(Invitation.wave == "delivery").execute()
    assert load(settings, MOVED).as_dict() == imports.Report(updated=1).as_dict()
    assert (second.get().state, second.get().messages.get().state) == ("planned", "queued")
    assert [(row.id, row.email) for row in Customer.select()] == [(customer, "jan@new.example")]
    assert Response.select().count() == 1
    assert load(settings, MOVED).unchanged == 1


def test_an_address_that_comes_back_does_not_pass_answers_on_to_another_customer(settings: Settings) -> None:
    load(settings, JAN, ANS)
    answer("D-1", "sale")
    opt_outs.remember(address_hash(settings.secret_key, "jan@home.example"), opt_outs.BOUNCED, NOW)
    report = load(settings, JAN.replace("jan@home.example", "ans@home.example"))
    assert "another customer's address" in report.refused[0].reason
    assert Deal.get(Deal.deal_id == "D-1").customer.email == "jan@home.example"


def test_what_was_done_for_a_deal_cannot_be_entered_once_the_answer_after_delivery_is_known(
    settings: Settings,
) -> None:
    load(settings, JAN)
    answer("D-1", "sale")
    earlier = load(settings, JAN.replace("2026-05-06", "2026-05-07"))
    assert (earlier.updated, earlier.refused) == (1, [])
    deliver(settings, "D-1,2026-05-20")
    answer("D-1", "delivery")
    report = load(settings, JAN)
    assert "can no longer change" in report.refused[0].reason
    assert Practice.get().done_on.isoformat() == "2026-05-07"


def drawing(settings: Settings, share: float = 0.2) -> Settings:
    return settings.model_copy(update={"research": Research(share_without_first_survey=share)})


def lines(first: int, many: int) -> list[str]:
    return [
        JAN.replace("D-1", f"D-{number}").replace("jan@", f"c{number}@")
        for number in range(first, first + many)
    ]


def arms() -> dict[str, tuple[str, float]]:
    return {deal.deal_id: (deal.arm, deal.arm_share) for deal in Deal.select()}


def test_without_the_setting_every_new_deal_is_asked(settings: Settings) -> None:
    load(settings, *lines(100, 40))
    assert set(arms().values()) == {("asked", 0)}
    assert Invitation.select().count() == 40


def test_a_drawn_deal_gets_no_first_survey_and_the_draw_is_kept_with_its_share(settings: Settings) -> None:
    load(drawing(settings), *lines(100, 60))
    left_out = {deal for deal, (arm, _) in arms().items() if arm == "not_asked"}
    assert 3 <= len(left_out) <= 25
    assert {share for _, share in arms().values()} == {0.2}
    asked = {row.deal.deal_id for row in Invitation.select(Invitation, Deal).join(Deal)}
    assert asked == set(arms()) - left_out
    assert Message.select().count() == len(asked)


@pytest.mark.slow
def test_no_import_and_no_other_share_changes_what_was_drawn(settings: Settings) -> None:
    load(drawing(settings), *lines(100, 60))
    before = arms()
    corrected = [row.replace("Warmtepomp", "Zonnepanelen") for row in lines(100, 60)]
    assert load(drawing(settings, 0), *corrected).updated == 60
    assert arms() == before
    assert Invitation.select().where(Invitation.wave == "sale").count() == sum(
        arm == "asked" for arm, _ in before.values()
    )


def test_a_deal_that_was_not_asked_at_sale_is_asked_after_delivery(settings: Settings) -> None:
    load(drawing(settings), *lines(100, 40))
    (deal, *_) = [deal for deal, (arm, _) in arms().items() if arm == "not_asked"]
    deliver(drawing(settings), f"{deal},2026-05-20")
    waves = [row.wave for row in Invitation.select(Invitation, Deal).join(Deal).where(Deal.deal_id == deal)]
    assert waves == ["delivery"]


def test_a_bad_cell_hides_nothing_else_that_is_wrong_with_its_line(settings: Settings) -> None:
    wrong = JAN.replace(",nl,anouk@firm.example,Utrecht,", ",nederlands,nobody@firm.example,Utrect,")
    held = settings.model_copy(update={"deals": Deals(teams=("Utrecht",))})
    for row, besides in ((wrong, ()), (wrong.replace("2026-05-04", "2026-12-04"), (Reason.DAY_IN_FUTURE,))):
        [refused] = load(held, row).refused
        assert {why.reason for why in refused.why} == {
            Reason.NOT_A_LANGUAGE,
            Reason.SALESPERSON_UNKNOWN,
            Reason.NAME_UNKNOWN,
            *besides,
        }
    [refused] = deliver(settings, "D-9,soon").refused
    assert [why.reason for why in refused.why] == [Reason.NOT_A_DAY, Reason.DEAL_UNKNOWN]


def test_what_is_wrong_with_a_cell_is_said_once(settings: Settings) -> None:
    [refused] = load(settings, JAN.replace(",anouk@firm.example,", ",anouk,").replace(",pump,", ",,")).refused
    assert sorted(str(why.reason) for why in refused.why) == ["cell_empty", "not_an_address"]


def test_a_check_says_what_a_load_then_does_and_writes_nothing(settings: Settings) -> None:
    load(settings, JAN)
    rows = (JAN, ANS, MOVED.replace("D-1", "D-3"), JAN.replace("D-1", "D-4").replace("pump,", "pomp,"), MOVED)
    with storage.counted_queries() as asked:
        checked = load(settings, *rows, dry_run=True)
    assert not [sql for sql in asked if not sql.lstrip().startswith("SELECT")]
    assert checked.as_dict() == load(settings, *rows).as_dict()
    assert [(done.line, done.deal_id) for done in checked.refused] == [(5, "D-4"), (6, "D-1")]


def test_a_large_file_is_taken_in_by_parts_between_which_others_may_write(settings: Settings) -> None:
    rows = [JAN.replace("D-1", f"D-{at}").replace("jan@", f"jan{at}@") for at in range(250)]
    table = of_text("\n".join([HEADER, *rows]), "deals.csv")
    seen: list[tuple[int, int, int]] = []

    def stopped(done: int, total: int) -> None:
        seen.append((done, total, Deal.select().count()))
        if done == 200:
            raise KeyboardInterrupt

    offered = {"pump": survey()}
    with pytest.raises(KeyboardInterrupt):
        imports.load(settings, imports.Incoming(FileKind.DEALS, table), offered, NOW, stopped)
    assert seen == [(200, 250, 200)]
    assert (Deal.select().count(), Invitation.select().count()) == (200, 200)
    again = imports.load(settings, imports.Incoming(FileKind.DEALS, table), offered, NOW)
    assert (again.created, again.unchanged) == (50, 200)


def test_a_past_year_is_kept_and_mails_nobody_and_the_dry_run_says_so(settings: Settings) -> None:
    past = [JAN.replace("D-1", f"H-{day}").replace("2026-05-04", f"2026-01-{day}") for day in (10, 20, 30)]
    letter = ANS.replace("ans@home.example", "")
    foreseen = load(settings, JAN, letter, *past, dry_run=True).forecast
    assert foreseen is not None
    assert foreseen.as_dict() == {
        "mails": 1, "letters": 1, "history": 3, "too_late": 0, "hours": 0, "asked_since": "2026-04-02",
        "due_from": "2026-06-01", "due_to": "2026-06-01", "oldest": "2026-05-04", "newest": "2026-05-05",
    }  # fmt: skip
    assert load(settings, JAN, letter, *past).created == 5
    assert (Deal.select().count(), Message.select().count()) == (5, 2)
    delivered = [f"H-{day},2026-0{month}-15" for day, month in ((10, 2), (20, 3), (30, 5))]
    foreseen = deliver(settings, *delivered, dry_run=True).forecast
    assert foreseen is not None
    assert (foreseen.mails, foreseen.history, str(foreseen.oldest)) == (1, 2, "2026-05-15")
    assert deliver(settings, *delivered).updated == 3
    [asked] = Invitation.select().where(Invitation.wave == "delivery")
    assert asked.deal.deal_id == "H-30"
    assert load(settings, *(row.replace("Jan de Boer", "J. de Boer") for row in past)).updated == 3
    assert Invitation.select().count() == 3


def test_a_dry_run_counts_the_first_surveys_that_would_come_too_late_to_be_an_expectation(
    settings: Settings,
) -> None:
    """Thirty deals of one customer, who gets four mails in thirty days: the last would come seven months later."""
    thirty = [JAN.replace("D-1", f"M-{number}") for number in range(30)]
    foreseen = load(settings, *thirty, ANS, dry_run=True).forecast
    assert foreseen is not None
    assert (foreseen.mails, foreseen.too_late) == (6, 25)  # four, one after thirty days, and one of another
    assert foreseen.due_from is not None
    assert foreseen.due_to == foreseen.due_from + timedelta(30)
    assert FileForecast.of_dict(foreseen.as_dict()) == foreseen
