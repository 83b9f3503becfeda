"""Whatever the key draws, everything is there that the demo's doors lead to."""

from itertools import count

import pytest

from cast.played import DAY, Play
from kloof.actions.surveys import respond
from kloof.demo.visitors import FIRST_VISIT, SECOND_VISIT, TO_CALL, TO_DELIVER
from kloof.domain.deals.study_arms import Arm, drawn

pytestmark = pytest.mark.slow

SHARE = 0.1
MOST = 200


def key(number: int) -> str:
    return f"a made-up key for a demo, number {number}"


def against(deal_id: str) -> str:
    """A key that would leave this deal out of the first survey."""
    return next(key(at) for at in count() if drawn(key(at), deal_id, SHARE) is Arm.NOT_ASKED)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "number" in metafunc.fixturenames:
        metafunc.parametrize("number", range(MOST if metafunc.config.getoption("full") else 5))


@pytest.mark.parametrize("deal_id", [FIRST_VISIT, SECOND_VISIT, TO_CALL, TO_DELIVER])
def test_a_draw_never_leaves_out_a_deal_that_a_door_leads_to(play: Play, deal_id: str) -> None:
    demo = play(DAY, key=against(deal_id)).open()
    for address in (demo.doors.first_survey, demo.doors.second_survey):
        assert respond.open_link(address.rpartition("/")[2], demo.first_minute)


def test_the_visitors_arrive_under_any_key(play: Play, number: int) -> None:
    assert play(DAY, key=key(number)).doors


@pytest.mark.parametrize("deal_id", [TO_CALL])
def test_the_whole_story_plays_under_a_key_that_draws_against_it(play: Play, deal_id: str) -> None:
    assert play(DAY, deals=30, key=against(deal_id)).doors
