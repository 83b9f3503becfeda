"""What a page of the form does to the answers: laid over what there was, and nothing else."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from cast.builders import survey
from kloof.domain.surveys.responses import (
    Changes,
    Consent,
    Promise,
    PromiseChange,
    PromiseOutcome,
    Response,
    Source,
    amended,
    amended_promises,
    missing,
)

SURVEY = survey(4, core=3)
ITEMS = st.sampled_from(["a1", "a2", "a3", "a4"])
ANSWERS = st.dictionaries(ITEMS, st.one_of(st.integers(0, 10), st.just("none")))
TEXTS = st.one_of(st.none(), st.just(""), st.text(min_size=1, max_size=5))
PROMISE_CHANGES = st.builds(
    PromiseChange,
    text=TEXTS,
    aspect=st.sampled_from([None, "", "a1"]),
    source=st.sampled_from([None, "", *Source]),
    outcome=st.sampled_from([None, *PromiseOutcome]),
    remark=TEXTS,
)
PAGES = st.lists(
    st.builds(Changes, answers=ANSWERS, comment=TEXTS, consent=st.sampled_from([None, *Consent])), max_size=8
)


@given(PAGES)
def test_after_any_pages_each_item_holds_its_last_choice(pages: list[Changes]) -> None:
    response = Response()
    last: dict[str, object] = {}
    for page in pages:
        response = amended(response, page)
        last |= page.answers
    assert response.answers == last
    assert response.comment == next((p.comment for p in reversed(pages) if p.comment is not None), "")
    assert response.consent == next((p.consent for p in reversed(pages) if p.consent), None)


@given(PAGES, PAGES)
def test_saying_the_same_again_changes_nothing(before: list[Changes], pages: list[Changes]) -> None:
    response = Response()
    for page in [*before, *pages]:
        response = amended(response, page)
        assert amended(response, page) is response


@given(PAGES, ANSWERS)
def test_what_is_only_offered_counts_where_there_is_no_answer_and_nowhere_else(
    before: list[Changes], offered: dict[str, int | str]
) -> None:
    response = Response()
    for page in before:
        response = amended(response, page)
    assert amended(response, Changes(offered=offered)).answers == {**offered, **response.answers}


def test_reading_in_another_language_is_no_answer() -> None:
    assert amended(Response(), Changes(language="en")) == Response()
    assert amended(Response(), Changes(language="en", comment="Hello")).language == "en"


@given(st.lists(st.dictionaries(st.integers(0, 4), PROMISE_CHANGES), max_size=5))
def test_promises_stay_in_order_one_per_position_and_none_without_words(
    pages: list[dict[int, PromiseChange]],
) -> None:
    promises: tuple[Promise, ...] = ()
    for page in pages:
        promises = amended_promises(promises, page)
    positions = [promise.position for promise in promises]
    assert positions == sorted(set(positions))
    assert all(promise.text for promise in promises)


def test_what_a_page_does_not_say_about_a_promise_stays() -> None:
    written = (Promise(0, "Before Easter", "a1", Source.SAID),)
    after = amended_promises(written, {0: PromiseChange(outcome=PromiseOutcome.KEPT)})
    assert after == (Promise(0, "Before Easter", "a1", Source.SAID, PromiseOutcome.KEPT),)
    assert amended_promises(after, {0: PromiseChange(source="")})[0].source is None
    assert amended_promises(after, {0: PromiseChange(text="")}) == ()


def test_what_became_of_a_promise_that_nobody_wrote_is_nothing() -> None:
    assert amended_promises((), {2: PromiseChange(outcome=PromiseOutcome.BROKEN, remark="never")}) == ()


def test_core_aspects_and_consent_are_needed_and_nothing_else() -> None:
    assert missing(SURVEY, Response()) == ("a1", "a2", "a3", "consent")
    answered = Response(
        answers={"a1": 0, "a2": "none", "a3": 10}, submitted_at=datetime(2026, 1, 1, tzinfo=UTC)
    )
    assert missing(SURVEY, answered) == ("consent",)
    assert missing(SURVEY, amended(answered, Changes(consent=Consent.TOTALS))) == ()
