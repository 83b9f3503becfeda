"""A token opens what it is for, until it ends; nothing else opens anything, and nobody learns what there is."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from cast.builders import NOW, settings
from cast.programs import Program
from kloof.actions.access import api_tokens
from kloof.domain.access.api_tokens import Scope, TokenKind
from kloof.domain.access.people import Role
from kloof.storage.access import people
from kloof.storage.models import ProgramToken

MakeProgram = Callable[..., Program]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"Authorization": "Bearer kloof_nothing"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic a2xvb2Y6eA=="},
        {"Authorization": "Bearer kloof_\u00e9"},
    ],
)
def test_without_a_token_that_works_nobody_learns_what_there_is(
    client: FlaskClient, sent: dict[str, str]
) -> None:
    answers = [
        client.get(path, headers=sent)
        for path in ("/api/v1/deals/X-1", "/api/v1/deals/none", "/api/v1/people")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.data for answer in answers}) == 1
    assert answers[0].headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_in_the_address_opens_nothing(program: MakeProgram) -> None:
    crm = program()
    for name in ("access_token", "token", "key"):
        assert crm.client.get(f"/api/v1/deals?{name}={crm.secret}").status_code == 401
        beside = crm.send("GET", f"/deals?{name}={crm.secret}")
        assert (beside.status_code, crm.secret in beside.get_data(as_text=True)) == (401, False)


def test_a_token_ends_when_it_is_revoked_when_its_day_is_over_and_when_its_owner_leaves(
    program: MakeProgram, clock: Any
) -> None:
    revoked, late, orphan = program(), program(), program()
    assert revoked.send("GET", "/deals").status_code == 200
    api_tokens.revoke(revoked.number, NOW)
    assert revoked.send("GET", "/deals").status_code == 401
    clock.now = NOW + timedelta(days=30)
    assert late.send("GET", "/deals").status_code == 200
    clock.now = NOW + timedelta(days=31)
    assert late.send("GET", "/deals").status_code == 401
    clock.now = NOW
    owner = ProgramToken.get_by_id(orphan.number).owner_id
    people.leave(owner, NOW)
    assert orphan.send("GET", "/deals").status_code == 401


def test_only_its_fingerprint_is_kept_and_the_day_on_which_it_was_used(program: MakeProgram) -> None:
    crm = program()
    row = ProgramToken.get_by_id(crm.number)
    assert crm.secret not in str(row.__data__)
    assert row.last_used_on is None
    crm.send("GET", "/deals")
    assert ProgramToken.get_by_id(crm.number).last_used_on == NOW.date()


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [
        ("", {Scope.DEALS}, 1),
        ("x" * 101, {Scope.DEALS}, 1),
        ("x", set(), 1),
        ("x", {Scope.DEALS}, -1),
        ("x", {Scope.DEALS}, 800),
    ],
)
def test_what_no_token_can_be_is_refused(
    program: MakeProgram, database: str, tmp_path: Path, name: str, scopes: set[Scope], days: int
) -> None:
    owner = people.by_id(ProgramToken.get_by_id(program().number).owner_id)
    assert owner
    with pytest.raises(Exception, match="token"):
        api_tokens.make(
            settings(database, tmp_path),
            name,
            TokenKind.READ,
            scopes,
            owner,
            (NOW + timedelta(days=days)).date(),
            NOW,
        )


def test_who_is_signed_in_in_a_browser_opens_nothing_here(
    signed_in: Callable[[str, Role], FlaskClient],
) -> None:
    assert signed_in("Noor Desk", Role.DESK).get("/api/v1/deals").status_code == 401
