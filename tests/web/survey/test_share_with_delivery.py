"""The box for the people who do the work: empty until the customer ticks it, and theirs to change."""

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from cast.builders import BuiltDeal, deal, survey
from kloof.domain.access.audit_log import AuditAction
from kloof.domain.surveys.definition import Wave
from kloof.storage.access import audit_log
from kloof.storage.models import Response

SURVEY = survey(3)
BOTH = (Wave.SALE, Wave.DELIVERY)
SHARE = "share.delivery"
SENT = {"a1": "8", "a2": "7", "a3": "6", "consent": "totals", "action": "submit"}
TICKED = [*SENT.items(), (SHARE, "yes"), (SHARE, "no")]


def link(built: BuiltDeal, wave: Wave = Wave.SALE) -> str:
    return f"/s/{built.tokens[wave]}"


def shares(built: BuiltDeal) -> bool | None:
    kept = Response.get_or_none(Response.invitation == built.invitations[Wave.SALE])
    return None if kept is None else bool(kept.share_with_delivery)


def boxes(html: str) -> list[bool]:
    """Whether each box of the page is ticked."""
    found = BeautifulSoup(html, "html.parser").select(f"input[type=checkbox][name='{SHARE}']")
    return [box.has_attr("checked") for box in found]


def test_the_box_stands_at_the_end_of_the_first_survey_only_and_is_empty(client: FlaskClient) -> None:
    built = deal(SURVEY, waves=BOTH)
    assert boxes(client.get(f"{link(built)}?page=3").text) == [False]
    assert boxes(client.get(f"{link(built, Wave.DELIVERY)}?page=9").text) == []
    assert client.post(link(built, Wave.DELIVERY), data={SHARE: "yes"}).status_code == 422


def test_who_leaves_it_empty_shares_nothing_whatever_else_was_chosen(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.post(link(built), data=SENT | {"consent": "named", SHARE: "no"})
    assert shares(built) is False


def test_a_ticked_box_comes_with_the_hidden_no_behind_it_and_counts(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.post(link(built), data=dict(TICKED) | {SHARE: ["yes", "no"]})
    assert shares(built) is True
    assert boxes(client.get(f"{link(built)}?page=3").text) == [True]


def test_a_box_that_is_emptied_again_is_empty_and_a_page_without_it_leaves_it_alone(
    client: FlaskClient,
) -> None:
    built = deal(SURVEY)
    client.post(link(built), data={SHARE: ["yes", "no"], "action": "save"})
    client.post(link(built), data={"a1": "5", "action": "save"})
    assert shares(built) is True
    client.post(link(built), data={SHARE: "no", "action": "save"})
    assert shares(built) is False


@pytest.mark.parametrize("posted", [["no", "yes"], ["yes", "yes"], ["maybe"], ["yes", "no", "no"]])
def test_nothing_else_counts_as_ticking_it(client: FlaskClient, posted: list[str]) -> None:
    built = deal(SURVEY)
    assert client.post(link(built), data={SHARE: posted, "action": "save"}).status_code == 422
    assert shares(built) is None


def test_it_stays_ticked_while_something_else_has_to_be_put_right(client: FlaskClient) -> None:
    built = deal(SURVEY)
    answer = client.post(link(built), data={SHARE: ["yes", "no"], "page": "3", "action": "submit"})
    assert answer.status_code == 422
    assert boxes(answer.text) == [True]


def test_an_aspect_can_have_nearly_its_name_and_still_does_not_tick_it(client: FlaskClient) -> None:
    named_alike = SURVEY.model_dump()
    named_alike["aspects"][0]["id"] = "share-delivery"
    built = deal(SURVEY.model_validate(named_alike))
    client.post(link(built), data={"share-delivery": "9", "action": "save"})
    assert shares(built) is False


def test_it_can_be_changed_on_the_receipt_and_the_log_says_so(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.post(link(built), data=dict(TICKED) | {SHARE: ["yes", "no"]})
    assert boxes(client.get(f"{link(built)}/receipt").text) == [True]
    client.post(f"{link(built)}/receipt", data={"consent": "totals"})
    assert shares(built) is False
    client.post(f"{link(built)}/receipt", data={"consent": "named", SHARE: "yes"})
    assert shares(built) is True
    lines = audit_log.about_deals(
        [built.row], frozenset({AuditAction.ANSWERS_SENT, AuditAction.CONSENT_CHANGED})
    )
    assert [line.detail for line in lines] == [
        "totals and delivery",
        "totals and delivery to totals",
        "totals to named and delivery",
    ]


def test_the_receipt_of_the_second_survey_has_no_box_and_cannot_tick_the_first(client: FlaskClient) -> None:
    built = deal(SURVEY, waves=BOTH)
    client.post(link(built), data=SENT)
    client.post(link(built, Wave.DELIVERY), data=SENT)
    assert boxes(client.get(f"{link(built, Wave.DELIVERY)}/receipt").text) == []
    client.post(f"{link(built, Wave.DELIVERY)}/receipt", data={"consent": "named", SHARE: "yes"})
    assert shares(built) is False
    assert not Response.select().where(Response.share_with_delivery).exists()


def test_nobody_can_open_it_is_only_said_where_that_is_so(client: FlaskClient) -> None:
    built = deal(SURVEY)
    client.post(link(built), data=SENT)
    assert "niemand van verkoop kan uw antwoorden openen" in client.get(f"{link(built)}/receipt").text
    client.post(f"{link(built)}/receipt", data={"consent": "totals", SHARE: "yes"})
    assert "Nog niemand" in client.get(f"{link(built)}/receipt").text
