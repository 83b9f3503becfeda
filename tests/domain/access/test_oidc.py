"""What a provider claims, in every kind of value that JSON has: somebody, or a refusal with its reason."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.access.oidc import Claimed, ProviderAccount, claimed
from kloof.domain.access.people import Role
from kloof.domain.errors import Reason, Refused

ROLES = {"sales": Role.SALESPERSON, "backoffice": Role.DESK}
ANOUK: dict[str, Any] = {
    "iss": "https://id.company.example",
    "sub": "248289761001",
    "email": "Anouk@Company.example",
    "email_verified": True,
    "name": "Anouk Visser",
    "groups": ["everyone", "sales"],
}
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def why(claims: dict[str, Any], **more: Any) -> Reason:
    with pytest.raises(Refused) as refusal:
        claimed(claims, "groups", ROLES, **more)
    return refusal.value.reason


def test_an_account_with_a_verified_address_in_one_group_is_somebody() -> None:
    account = ProviderAccount("https://id.company.example", "248289761001")
    expected = Claimed(account, "anouk@company.example", "Anouk Visser", frozenset({Role.SALESPERSON}))
    assert claimed(ANOUK, "groups", ROLES) == expected


@pytest.mark.parametrize("said", [None, False, 0, 1, "true", "false", "", [], {}])
def test_verified_is_true_and_nothing_else(said: object) -> None:
    assert why(ANOUK | {"email_verified": said}) is Reason.PROVIDER_NO_ADDRESS
    assert why(ANOUK | {"email_verified": said}, tells_verified=False) is Reason.PROVIDER_NO_ADDRESS


def test_verified_may_be_absent_only_where_the_provider_never_tells() -> None:
    silent = {name: value for name, value in ANOUK.items() if name != "email_verified"}
    assert why(silent) is Reason.PROVIDER_NO_ADDRESS
    assert claimed(silent, "groups", ROLES, tells_verified=False) == claimed(ANOUK, "groups", ROLES)


@pytest.mark.parametrize("email", [None, "", "anouk", 5, ["anouk@company.example"], "a@" + "." * 300 + "@"])
def test_what_is_no_address_is_refused(email: object) -> None:
    assert why(ANOUK | {"email": email}) is Reason.PROVIDER_NO_ADDRESS


@pytest.mark.parametrize("subject", [None, "", 5, ["a"], "a" * 256])
def test_an_account_without_a_number_is_refused(subject: object) -> None:
    assert why(ANOUK | {"sub": subject}) is Reason.PROVIDER_UNPROVEN


@pytest.mark.parametrize("groups", [None, 5, True, {"sales": 1}, [["sales"]], [None], "visitors", []])
def test_no_group_of_ours_is_refused_whatever_stands_there_instead(groups: object) -> None:
    assert why(ANOUK | {"groups": groups}) is Reason.PROVIDER_NO_GROUP


def test_one_group_may_come_as_a_text_and_several_groups_are_several_roles() -> None:
    assert claimed(ANOUK | {"groups": "backoffice"}, "groups", ROLES).roles == {Role.DESK}
    both = ANOUK | {"groups": ["sales", "backoffice", "sales", "everyone"]}
    assert claimed(both, "groups", ROLES).roles == {Role.SALESPERSON, Role.DESK}


def test_a_team_is_told_by_the_claim_that_the_settings_name_and_by_no_other() -> None:
    told = ANOUK | {"department": "\u00a0North  East ", "team": "South"}
    assert claimed(told, "groups", ROLES, team_claim="department").team == "North East"
    assert claimed(told, "groups", ROLES).team is None


@pytest.mark.parametrize("team", [None, "", "  ", 5, ["North"], {"a": 1}, "A\x07B", "\u202e", "A" * 201])
def test_what_cannot_be_a_team_says_nothing_about_it(team: object) -> None:
    assert claimed(ANOUK | {"department": team}, "groups", ROLES, team_claim="department").team is None


@pytest.mark.parametrize("name", [None, "", "  ", 5, ["Anouk"], "A\x07B", "\u202e", "A" * 201])
def test_what_is_no_name_gives_way_to_what_stands_before_the_at(name: object) -> None:
    assert claimed(ANOUK | {"name": name}, "groups", ROLES).name == "anouk"


@pytest.mark.parametrize(
    "name", ["Anouk\u00a0Visser", "\u202aAnouk Visser\u202c", "Anouk\nVisser", "Anouk  Visser\ufeff"]
)
def test_a_name_has_one_spelling_here_too(name: str) -> None:
    assert claimed(ANOUK | {"name": name}, "groups", ROLES).name == "Anouk Visser"


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(ANOUK, ODD)), st.booleans())
def test_whatever_is_claimed_it_is_a_refusal_and_no_surprise(odd: dict[str, Any], tells: bool) -> None:
    try:
        found = claimed({**ANOUK, **odd}, "groups", ROLES, team_claim="name", tells_verified=tells)
    except Refused:
        return
    assert found.roles
    assert found.roles <= set(ROLES.values())
