"""Answers are kept whole, whoever saves at the same time, on SQLite and on PostgreSQL."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from cast.builders import CALLS, NOW, BuiltDeal, deal, survey
from kloof import storage
from kloof.actions.surveys import respond
from kloof.domain.errors import NotFound, Refused
from kloof.domain.states import InvitationState
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange
from kloof.storage.models import Invitation, Response
from kloof.storage.models import Promise as PromiseRow

SURVEY = survey(12)
ASPECTS = [aspect.id for aspect in SURVEY.aspects]


def token(built: BuiltDeal, wave: Wave = Wave.SALE) -> str:
    return built.tokens[wave]


def save(built: BuiltDeal, changes: Changes, wave: Wave = Wave.SALE, *, submit: bool = False) -> None:
    respond.save(respond.open_link(token(built, wave), NOW), changes, NOW, CALLS, submit=submit)


def at_once(*works: Callable[[], None]) -> list[BaseException]:
    """Run all of these at the same time, each with a connection of its own; gives what they raised."""
    raised: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        storage.ensure_connected()
        start.wait()
        try:
            work()
        except BaseException as error:
            raised.append(error)
        finally:
            storage.database.database.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_two_devices_at_once_lose_no_answer_of_each_other(either_database: str) -> None:
    built = deal(SURVEY)

    def device(items: list[str], value: int) -> Callable[[], None]:
        def answer() -> None:
            for item in items:
                save(built, Changes(answers={item: value}))

        return answer

    raised = at_once(device(ASPECTS[0::2], 3), device(ASPECTS[1::2], 7), device(ASPECTS[::-1][0:1], 9))
    kept = respond.open_link(token(built), NOW).response.answers
    assert raised == []
    assert Response.select().count() == 1
    assert [kept[item] for item in ASPECTS[:-1]] == [3, 7] * 5 + [3]
    assert kept[ASPECTS[-1]] in {7, 9}


def test_two_tabs_that_write_promises_at_once_make_each_once(either_database: str) -> None:
    built = deal(SURVEY)
    pages = [
        Changes(promises={0: PromiseChange(text=f"first of {tab}"), tab: PromiseChange(text=f"own of {tab}")})
        for tab in (1, 2, 3)
    ]
    assert at_once(*(lambda page=page: save(built, page) for page in pages)) == []
    assert sorted(row.position for row in PromiseRow.select()) == [0, 1, 2, 3]


def test_sending_twice_at_once_sends_once(either_database: str) -> None:
    built = deal(SURVEY)
    everything = Changes(answers=dict.fromkeys(ASPECTS, 5), consent=Consent.NAMED)
    raised = at_once(*[lambda: save(built, everything, submit=True)] * 4)
    assert [type(error) for error in raised] == [Refused] * 3
    assert Response.select().where(Response.submitted_at.is_null(False)).count() == 1


def test_a_page_that_fails_half_way_leaves_nothing_of_itself(
    either_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = deal(SURVEY)
    save(built, Changes(answers={"a1": 1}))

    def fall_over(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(respond.responses, "replace_promises", fall_over)
    with pytest.raises(OSError, match="disk"):
        save(built, Changes(answers={"a1": 9}, promises={0: PromiseChange(text="x")}))
    assert respond.open_link(token(built), NOW).response.answers == {"a1": 1}


def test_the_states_go_from_invited_over_started_to_submitted(either_database: str) -> None:
    built = deal(SURVEY)

    def state() -> str:
        return str(Invitation.get_by_id(built.invitations[Wave.SALE]).state)

    assert state() == InvitationState.INVITED
    save(built, Changes(language="en"))
    assert state() == InvitationState.INVITED
    save(built, Changes(answers={"a1": "none"}))
    assert state() == InvitationState.STARTED
    save(built, Changes(answers=dict.fromkeys(ASPECTS, 5), consent=Consent.TOTALS), submit=True)
    assert state() == InvitationState.SUBMITTED


def test_a_link_opens_until_the_moment_it_expires(database: str) -> None:
    built = deal(SURVEY)
    until = Invitation.get_by_id(built.invitations[Wave.SALE]).expires_at
    assert respond.open_link(token(built), until - timedelta(seconds=1)).wave is Wave.SALE
    with pytest.raises(NotFound):
        respond.open_link(token(built), until)


def test_what_was_sent_can_still_be_seen_after_the_form_has_expired(database: str) -> None:
    built = deal(SURVEY)
    save(built, Changes(answers=dict.fromkeys(ASPECTS, 5), consent=Consent.TOTALS), submit=True)
    assert respond.open_link(token(built), NOW + timedelta(days=900)).submitted


@pytest.mark.parametrize(
    "state", [InvitationState.EXPIRED, InvitationState.CANCELLED, InvitationState.WITHDRAWN]
)
def test_a_form_that_closed_while_it_was_open_takes_no_more(database: str, state: InvitationState) -> None:
    built = deal(SURVEY)
    opened = respond.open_link(token(built), NOW)
    Invitation.update(state=state.value).execute()
    with pytest.raises(Refused):
        respond.save(opened, Changes(answers={"a1": 3}), NOW, CALLS)
    assert Response.select().count() == 0


def test_changing_an_answer_keeps_the_moment_of_sending(database: str) -> None:
    built = deal(SURVEY)
    save(built, Changes(answers=dict.fromkeys(ASPECTS, 5), consent=Consent.TOTALS), submit=True)
    later = NOW + timedelta(days=3)
    opened = respond.open_link(token(built), later)
    respond.save(opened, Changes(answers={"a1": 9}), later, CALLS, correct=True)
    row = Response.get()
    assert (row.submitted_at, row.saved_at) == (NOW, later)


def test_answers_that_were_not_sent_cannot_be_corrected(database: str) -> None:
    built = deal(SURVEY)
    save(built, Changes(answers={"a1": 3}))
    with pytest.raises(Refused):
        respond.save(
            respond.open_link(token(built), NOW), Changes(answers={"a1": 9}), NOW, CALLS, correct=True
        )


def test_the_second_survey_knows_the_first_only_once_that_was_sent(database: str) -> None:
    built = deal(SURVEY, waves=(Wave.SALE, Wave.DELIVERY))
    save(built, Changes(answers={"a1": 3}, promises={0: PromiseChange(text="soon")}))
    second = respond.open_link(token(built, Wave.DELIVERY), NOW)
    assert (second.at_sale, respond.promises(second)) == (None, ())
    save(built, Changes(answers=dict.fromkeys(ASPECTS, 5), consent=Consent.TOTALS), submit=True)
    second = respond.open_link(token(built, Wave.DELIVERY), NOW)
    assert second.at_sale == dict.fromkeys(ASPECTS, 5)
    assert [promise.text for promise in respond.promises(second)] == ["soon"]
