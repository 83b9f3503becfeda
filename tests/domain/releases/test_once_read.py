"""Every attack that once read something reads it again from the engine of format 1, and nothing from this one."""

import pytest

from cast.canaries import SURVEY, Company, people
from cast.exact_engine import withheld
from cast.once_read import ROWS, read_own_page
from kloof.domain.releases import attacks
from kloof.domain.releases.document import Level, ResponseCounts, WithheldCell


@pytest.mark.parametrize("name", ROWS)
def test_canary_what_was_once_read_is_read_again_from_the_old_engine_and_not_from_this_one(name):
    row = ROWS[name]()
    assert row.old() != []
    assert row.new() == []


def test_the_old_page_told_when_the_real_customer_answered_and_what():
    assert ROWS["own page"]().old() == [
        "it told that the real customer had answered",
        "the real customer gave 8",
    ]
    assert read_own_page(0, 0, 1, {3: {1}, 4: {1, 2}}) == []


def test_the_old_list_named_who_had_answered_and_who_alike():
    named = withheld({"solar": people(1), "battery": people(0)})
    assert [group.product for group in named] == ["solar"]
    assert {
        "it is named only since somebody of it has answered",
        "its reason says that they answered alike",
    } <= set(ROWS["withheld list"]().old())


def a_release(**more):
    company = Company()
    company.close(1, people(40))
    release = company.release(1, {"company": (1,)})
    place = {"survey": SURVEY.id, "version": SURVEY.version}
    counts = dict.fromkeys(("deals_started", "answered_at_sale", "answered_after_delivery", "pairs"), 5)
    response = [
        ResponseCounts(**place, **counts, level=level, product=product, pairs_published=0)
        for level, product in ((Level.COMPANY, ""), (Level.PRODUCT, "solar"))
    ]
    listed = [WithheldCell(**place, level=Level.PRODUCT, product=name) for name in more["withheld"]]
    return release.model_copy(update={"response": tuple(response), "withheld": tuple(listed)})


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (["solar"], []),
        ([], ["it has deals, and is neither published nor withheld"]),
        (["solar", "boiler"], ["it is named without deals: what it is named for may be an answer"]),
    ],
)
def test_canary_a_list_that_hangs_on_answers_is_seen(listed, said):
    found = attacks.ATTACKS["withheld list"]([a_release(withheld=listed)])
    assert [breach.what for breach in found] == said


def test_canary_a_group_that_is_published_and_withheld_is_seen():
    release = a_release(withheld=["solar"])
    whole = WithheldCell(survey=SURVEY.id, version=SURVEY.version, level=Level.COMPANY)
    found = attacks.ATTACKS["withheld list"](
        [release.model_copy(update={"withheld": (*release.withheld, whole)})]
    )
    assert [breach.what for breach in found] == ["it is published and withheld"]
