"""Somebody takes a deal over: what they may see of it, who makes the call, and what stays as it was."""

from pathlib import Path

import pytest

from cast.builders import NOW, BuiltDeal, deal, invite, person
from cast.calls import answers, company
from kloof.actions.staff import calls, own_deals, own_feedback
from kloof.actions.staff.open_calls import policy
from kloof.actions.staff.successors import hand_over
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.access.audit_log import COMMAND_LINE
from kloof.domain.access.people import Person, Role
from kloof.domain.errors import KloofError, NotFound, Reason
from kloof.domain.staff.own_list import OwnSearch
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange, PromiseOutcome
from kloof.storage.access import people
from kloof.storage.models import Call, Deal, Message, OwnPair

SANNE, BRAM = "Sanne de Vries", "Bram de Wit"
AT_SALE, AFTER = "Said to Sanne alone", "Said to Bram alone"
PROMISED, REMARK = "Before the first frost", "It was after the second"


@pytest.fixture
def house(either_database: str, tmp_path: Path) -> Settings:
    return company(either_database, tmp_path)


def who(name: str, role: Role = Role.SALESPERSON) -> Person:
    found = people.by_id(person(name, role))
    assert found
    return found


def goes_to(house: Settings, built: BuiltDeal, name: str = BRAM) -> None:
    hand_over(house, built.deal_id, who(name), NOW, COMMAND_LINE)


def tell(
    house: Settings,
    built: BuiltDeal,
    wave: Wave,
    number: int,
    consent: Consent = Consent.NAMED,
    **more: object,
) -> None:
    at_sale = wave is Wave.SALE
    promise = (
        PromiseChange(text=PROMISED)
        if at_sale
        else PromiseChange(outcome=PromiseOutcome.BROKEN, remark=REMARK)
    )
    said = Changes(
        answers={f"a{aspect}": number for aspect in (1, 2, 3)},
        consent=consent,
        comment=AT_SALE if at_sale else AFTER,
        promises={0: promise},
        **({} if at_sale else {"may_call": True} | more),  # type: ignore[arg-type]
    )
    respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, policy(house), submit=True)


def seen(house: Settings, built: BuiltDeal, name: str) -> str:
    """Everything that this person's page of the deal has to show; empty where there is none."""
    try:
        return repr(own_deals.detail(house, who(name), built.deal_id, NOW))
    except NotFound:
        return ""


def between_the_surveys(house: Settings, **more: object) -> BuiltDeal:
    """A customer who let Sanne see the first survey, and Bram, who took the deal over, the second."""
    built = deal(seller=person(SANNE), waves=(Wave.SALE, Wave.DELIVERY))
    tell(house, built, Wave.SALE, 8)
    goes_to(house, built)
    tell(house, built, Wave.DELIVERY, 3, **more)
    return built


def test_each_sees_what_the_customer_let_them_see_by_name_and_nothing_else(house: Settings) -> None:
    built = between_the_surveys(house)
    of_sanne, of_bram = seen(house, built, SANNE), seen(house, built, BRAM)
    assert [words in of_sanne for words in (AT_SALE, PROMISED, AFTER, REMARK, "BROKEN")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert [words in of_bram for words in (AT_SALE, PROMISED, AFTER, REMARK, "BROKEN")] == [
        False, False, True, False, False,
    ]  # fmt: skip
    assert "expectation=8" in of_sanne
    assert "reality=3" not in of_sanne
    assert "reality=3" in of_bram
    assert "expectation=8" not in of_bram


def test_the_survey_names_who_looks_after_the_deal(house: Settings) -> None:
    built = deal(seller=person(SANNE))
    assert respond.open_link(built.tokens[Wave.SALE], NOW).seller == SANNE
    goes_to(house, built)
    assert respond.open_link(built.tokens[Wave.SALE], NOW).seller == BRAM
    people.leave(person(BRAM))
    assert respond.open_link(built.tokens[Wave.SALE], NOW).seller == ""


def test_a_customer_who_chooses_again_lets_the_successor_see_and_nobody_else(house: Settings) -> None:
    built = deal(seller=person(SANNE))
    tell(house, built, Wave.SALE, 8)
    goes_to(house, built)
    assert (AT_SALE in seen(house, built, SANNE), seen(house, built, BRAM)) == (True, "")
    again = Changes(consent=Consent.NAMED)
    respond.choose_again(respond.open_link(built.tokens[Wave.SALE], NOW), again, NOW, policy(house))
    assert (seen(house, built, SANNE), AT_SALE in seen(house, built, BRAM)) == ("", True)


def test_what_was_shown_to_two_counts_in_the_figures_of_neither(house: Settings) -> None:
    between_the_surveys(house)
    [kept] = OwnPair.select()
    assert (kept.answers, kept.salesperson_id) == ("", person(SANNE))
    for name in (SANNE, BRAM):
        assert all(one.together is None for one in own_feedback.overview(house, who(name), NOW).figures)


def test_a_pair_that_was_complete_before_stays_in_the_figures_of_who_sold_it(house: Settings) -> None:
    built = answers(house)
    before = own_feedback.overview(house, who(SANNE), NOW).figures
    goes_to(house, built)
    assert own_feedback.overview(house, who(SANNE), NOW).figures == before
    assert Deal.get_by_id(built.row).salesperson_id == person(SANNE)


def test_the_successor_has_the_deal_on_a_list_of_its_own(house: Settings) -> None:
    built = between_the_surveys(house)
    view = own_deals.listed(house, who(BRAM), OwnSearch(), 1, NOW)
    assert [one.deal.deal.deal_id for one in view.taken_over] == [built.deal_id]
    assert view.deals == ()


def test_a_call_that_the_customer_asked_for_goes_along_with_mails_to_the_successor(house: Settings) -> None:
    built = answers(house, wants_call=True)
    goes_to(house, built)
    [call] = Call.select()
    assert (call.state, call.owner_id) == ("open", person(BRAM))
    mails = {
        (row.recipient_id, row.kind, row.state) for row in Message.select().where(Message.call == call.id)
    }
    assert mails == {
        (person(SANNE), "call", "cancelled"),
        (person(SANNE), "call-due", "cancelled"),
        (person(BRAM), "call", "queued"),
        (person(BRAM), "call-due", "queued"),
    }
    shown = repr(calls.detail(house, who(BRAM), built.deal_id, NOW))
    assert not any(words in shown for words in ("still wet", "expectation=8", "first frost"))


def test_a_call_about_answers_that_only_who_sold_it_may_see_ends(house: Settings) -> None:
    built = answers(house)
    outcome = hand_over(house, built.deal_id, who(BRAM), NOW, COMMAND_LINE)
    assert (outcome.calls, outcome.ended) == (0, 1)
    assert Call.get().state == "cancelled"


def test_a_deal_goes_back_to_who_sold_it_as_it_was(house: Settings) -> None:
    built = answers(house, wants_call=True)
    goes_to(house, built)
    goes_to(house, built, SANNE)
    assert Deal.get_by_id(built.row).successor_id is None
    assert Call.get().owner_id == person(SANNE)
    assert "still wet" in repr(calls.detail(house, who(SANNE), built.deal_id, NOW))


def test_only_a_salesperson_takes_a_deal_over_and_only_one_that_is_there(house: Settings) -> None:
    built = deal(seller=person(SANNE))
    with pytest.raises(KloofError) as refusal:
        hand_over(house, built.deal_id, who("Joris Baas", Role.LEAD), NOW, COMMAND_LINE)
    assert refusal.value.reason is Reason.SUCCESSOR_UNFIT
    with pytest.raises(NotFound):
        hand_over(house, "D-nothing", who(BRAM), NOW, COMMAND_LINE)


def test_a_survey_that_was_asked_before_is_answered_to_the_new_name(house: Settings) -> None:
    built = deal(seller=person(SANNE))
    goes_to(house, built)
    invite(built, Wave.DELIVERY)
    tell(house, built, Wave.SALE, 8)
    tell(house, built, Wave.DELIVERY, 3)
    shown = seen(house, built, BRAM)
    assert all(words in shown for words in (AT_SALE, AFTER, PROMISED, REMARK))
    assert seen(house, built, SANNE) == ""
    assert Call.get().owner_id == person(BRAM)
