"""Signing in at a real OpenID Connect provider, over HTTP on this machine."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
import requests
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from cast.builders import person, settings
from kloof.actions.access.people import add, unlink
from kloof.actions.clock import wall_clock
from kloof.actions.staff.leaving import leave
from kloof.domain.access.people import Role
from kloof.storage.access import people
from kloof.storage.models import AuditEntry, Person, SignIn
from kloof.web import create_app

# The provider package still calls a name that Authlib means to drop; both are as the lock has them.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib")]

ANOUK = "anouk@company.example"
ROLES = {"sales": "salesperson", "install": "lead", "backoffice": "desk"}


@dataclass
class Provider:
    """A provider that can be told what to say of somebody, and remembers what was posted to its token endpoint."""

    url: str = ""
    posted: list[dict[str, list[str]]] = field(default_factory=list)

    def say(self, who: str = "anouk", **claims: object) -> None:
        known = {"email": ANOUK, "email_verified": True, "name": "Anouk", **claims}
        requests.put(f"{self.url}/users/{who}", json=known, timeout=60).raise_for_status()

    def say_without(self, claim: str, **claims: object) -> None:
        known = {"email": ANOUK, "email_verified": True, "name": "Anouk", **claims}
        del known[claim]
        requests.put(f"{self.url}/users/anouk", json=known, timeout=60).raise_for_status()

    def listening(self, app: Callable[..., Any]) -> Callable[..., Any]:
        def heard(environ: dict[str, Any], start: Any) -> Any:
            if environ["PATH_INFO"].endswith("/token"):
                body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
                self.posted.append(parse_qs(body.decode()))
                environ["wsgi.input"] = BytesIO(body)
            return app(environ, start)

        return heard


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    server = make_server("127.0.0.1", 0, made.listening(oidc_provider_mock.app()), threaded=True)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def browser(database: str, tmp_path: Path, provider: Provider) -> FlaskClient:
    oidc = {"issuer": provider.url, "client_id": "kloof", "roles": ROLES}
    app = create_app(settings(database, tmp_path, oidc=oidc, oidc_secret="at the provider"), clock=wall_clock)
    return app.test_client()


def leave_for_provider(browser: FlaskClient) -> str:
    """Press the button; gives the address that the browser is sent to."""
    page = browser.get("/sign-in?language=en").text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token, page
    answer = browser.post("/sign-in/provider", data={"csrf_token": token[1]})
    assert answer.status_code == 200
    link = BeautifulSoup(answer.text, "html.parser").select_one("main a")
    assert link
    assert answer.headers["Refresh"] == f"0; url={link['href']}"
    return str(link["href"])


def come_back(where: str, who: str = "anouk") -> str:
    """Sign in at the provider; gives the path with which the browser comes back."""
    answer = requests.post(where, data={"sub": who}, allow_redirects=False, timeout=60)
    there = urlsplit(answer.headers["Location"])
    assert there.path == "/sign-in/provider/back"
    return f"{there.path}?{there.query}"


def sign_in(browser: FlaskClient, who: str = "anouk") -> Any:
    return browser.get(come_back(leave_for_provider(browser), who), headers={"Accept-Language": "en"})


def test_somebody_in_a_known_group_is_in_with_the_role_of_that_group(
    browser: FlaskClient, provider: Provider
) -> None:
    provider.say(groups=["everyone", "backoffice"])
    assert sign_in(browser).location == "/desk"
    assert browser.get("/desk").status_code == 200
    found = people.by_email(ANOUK)
    assert found
    assert (found.name, found.roles) == ("Anouk", {Role.DESK})
    assert [(row.hand, row.what) for row in AuditEntry.select().order_by(AuditEntry.id)] == [
        ("provider", "person_added"),
        ("provider", "account_linked"),
        ("person", "signed_in"),
    ]


def test_the_code_is_bound_to_this_attempt_by_pkce_state_and_nonce(
    browser: FlaskClient, provider: Provider
) -> None:
    provider.say(groups=["sales"])
    where = leave_for_provider(browser)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) >= 43
    browser.get(come_back(where))
    [posted] = provider.posted
    digest = sha256(posted["code_verifier"][0].encode()).digest()
    assert urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]


@pytest.mark.parametrize(
    ("groups", "says"),
    [
        (["visitors"], "You are in no group that may use this"),
        ([], "You are in no group that may use this"),
    ],
)
def test_unknown_groups_are_refused_in_a_sentence(
    browser: FlaskClient, provider: Provider, groups: list[str], says: str
) -> None:
    provider.say(groups=groups)
    answer = sign_in(browser)
    assert (answer.status_code, says in answer.text) == (403, True)
    assert browser.get("/me").status_code == 302
    assert Person.select().count() == 0


def test_an_address_that_the_provider_has_not_verified_is_refused(
    browser: FlaskClient, provider: Provider
) -> None:
    provider.say(groups=["sales"], email_verified=False)
    assert "no e-mail address that it has verified" in sign_in(browser).text


@pytest.mark.parametrize("said", [None, 0, 1, "false", "true", "", [], [True], {"verified": True}])
def test_only_true_is_verified_and_nothing_that_looks_like_it(
    browser: FlaskClient, provider: Provider, said: object
) -> None:
    provider.say(groups=["sales"], email_verified=said)
    assert "no e-mail address that it has verified" in sign_in(browser).text
    assert Person.select().count() == 0


def test_a_provider_that_never_tells_is_believed_where_the_settings_say_so_unless_it_says_no(
    database: str, tmp_path: Path, provider: Provider
) -> None:
    oidc = {"issuer": provider.url, "client_id": "kloof", "roles": ROLES, "tells_email_verified": False}
    app = create_app(settings(database, tmp_path, oidc=oidc, oidc_secret="at the provider"), clock=wall_clock)
    browser = app.test_client()
    for said in (False, "true", None):
        provider.say(groups=["sales"], email_verified=said)
        assert sign_in(browser).status_code == 403
    provider.say_without("email_verified", groups=["sales"])
    assert sign_in(browser).location == "/me"


def test_another_account_with_the_same_address_is_refused_until_a_person_lets_it_in(
    browser: FlaskClient, provider: Provider
) -> None:
    provider.say(groups=["sales"])
    assert sign_in(browser).location == "/me"
    provider.say("made anew", groups=["sales"])
    refused = sign_in(browser, "made anew")
    assert (refused.status_code, "belongs to another account" in refused.text) == (403, True)
    unlink(ANOUK, wall_clock())
    assert sign_in(browser, "made anew").location == "/me"
    assert sign_in(browser).status_code == 403
    assert Person.select().count() == 1


def test_several_groups_are_several_roles_and_each_opens_its_pages(
    browser: FlaskClient, provider: Provider
) -> None:
    provider.say(groups=["sales", "backoffice", "everyone"])
    assert sign_in(browser).location == "/desk"
    assert [browser.get(path).status_code for path in ("/desk", "/me", "/handover")] == [200, 200, 404]


def test_an_account_is_who_somebody_is_also_when_its_address_changed(
    browser: FlaskClient, provider: Provider
) -> None:
    provider.say(groups=["sales"])
    sign_in(browser)
    before = people.by_email(ANOUK)
    assert before
    provider.say(groups=["sales"], email="anouk.visser@company.example")
    assert sign_in(browser).location == "/me"
    assert [(row.id, row.email) for row in Person.select()] == [(before.id, "anouk.visser@company.example")]
    assert ("provider", "person_changed", "address") in [
        (row.hand, row.what, row.detail) for row in AuditEntry.select()
    ]


def test_an_account_takes_over_nobody_elses_address(browser: FlaskClient, provider: Provider) -> None:
    add("bram@company.example", "Bram de Wit", {Role.SALESPERSON}, "", wall_clock())
    provider.say(groups=["sales"])
    sign_in(browser)
    provider.say(groups=["sales"], email="bram@company.example")
    assert sign_in(browser).status_code == 403
    assert {row.email for row in Person.select()} == {ANOUK, "bram@company.example"}


def test_a_team_comes_from_the_claim_that_the_settings_name_and_stays_where_it_says_nothing(
    database: str, tmp_path: Path, provider: Provider
) -> None:
    oidc = {"issuer": provider.url, "client_id": "kloof", "roles": ROLES, "team_claim": "department"}
    app = create_app(settings(database, tmp_path, oidc=oidc, oidc_secret="at the provider"), clock=wall_clock)
    for told, team in (({"department": "North"}, "North"), ({}, "North"), ({"department": "South"}, "South")):
        provider.say(groups=["install"], **told)
        assert sign_in(app.test_client()).location == "/handover"
        assert [row.team for row in Person.select()] == [team]


def test_who_has_left_comes_back_when_a_person_adds_them_and_not_by_their_group(
    browser: FlaskClient, provider: Provider
) -> None:
    provider.say(groups=["sales"])
    sign_in(browser)
    leave(browser.application.extensions["kloof.settings"], ANOUK, wall_clock())
    refused = sign_in(browser)
    assert (refused.status_code, "no longer work here" in refused.text) == (403, True)
    add(ANOUK, "Anouk", {Role.SALESPERSON}, "", wall_clock())
    assert sign_in(browser).location == "/me"


def test_the_name_that_the_company_wrote_down_stays(browser: FlaskClient, provider: Provider) -> None:
    add(ANOUK, "Anouk Visser", {Role.SALESPERSON}, "North", wall_clock())
    provider.say(groups=["sales"], name="The Boss")
    assert sign_in(browser).location == "/me"
    found = people.by_email(ANOUK)
    assert found
    assert (found.name, found.team) == ("Anouk Visser", "North")


@pytest.mark.parametrize(
    "odd",
    [
        {"groups": 5},
        {"groups": {"sales": True}},
        {"groups": [["sales"], None]},
        {"groups": ["sales"], "email": [ANOUK]},
        {"groups": ["sales"], "email": 5},
        {"groups": ["sales"], "email": f"{'a' * 100_000}@company.example"},
    ],
)
def test_claims_of_odd_kinds_are_a_refusal(
    browser: FlaskClient, provider: Provider, odd: dict[str, object]
) -> None:
    provider.say(**odd)
    assert sign_in(browser).status_code == 403
    assert Person.select().count() == 0


def test_a_role_that_changed_at_the_provider_counts_from_the_next_sign_in_and_ends_the_other_sessions(
    browser: FlaskClient, provider: Provider
) -> None:
    provider.say(groups=["sales"])
    sign_in(browser)
    other = browser.application.test_client()
    provider.say(groups=["backoffice"])
    assert browser.get("/me").status_code == 200
    assert sign_in(other).location == "/desk"
    assert browser.get("/me").status_code == 302
    found = people.by_email(ANOUK)
    assert found
    assert found.roles == {Role.DESK}


def test_only_the_browser_that_began_can_come_back_and_only_once(
    browser: FlaskClient, provider: Provider
) -> None:
    provider.say(groups=["sales"])
    path = come_back(leave_for_provider(browser))
    assert browser.application.test_client().get(path).status_code == 403
    assert browser.get(path).status_code == 302
    assert browser.get(path).status_code == 403


def test_another_state_and_another_nonce_are_refused(browser: FlaskClient, provider: Provider) -> None:
    provider.say(groups=["sales"])
    path = come_back(leave_for_provider(browser))
    assert browser.get(re.sub(r"state=[^&]+", "state=guessed", path)).status_code == 403
    path = come_back(leave_for_provider(browser))
    with browser.session_transaction() as session:
        session["provider"] = session["provider"] | {"nonce": "of another attempt"}
    assert browser.get(path).status_code == 403
    assert Person.select().count() == 0


def test_who_says_no_at_the_provider_is_not_in(browser: FlaskClient, provider: Provider) -> None:
    where = leave_for_provider(browser)
    answer = requests.post(where, data={"action": "deny"}, allow_redirects=False, timeout=60)
    there = urlsplit(answer.headers["Location"])
    assert browser.get(f"{there.path}?{there.query}").status_code == 403


def test_with_a_provider_there_is_no_second_way_in(browser: FlaskClient) -> None:
    person()
    browser.application.config["WTF_CSRF_ENABLED"] = False
    assert browser.post("/sign-in", data={"email": "sanne.de.vries@company.example"}).status_code == 404
    assert SignIn.select().count() == 0


def test_a_provider_that_does_not_answer_is_said_in_a_sentence(database: str, tmp_path: Path) -> None:
    oidc = {"issuer": "http://127.0.0.1:9", "client_id": "kloof", "roles": ROLES}
    app = create_app(settings(database, tmp_path, oidc=oidc), clock=wall_clock)
    app.config["WTF_CSRF_ENABLED"] = False
    answer = app.test_client().post("/sign-in/provider", headers={"Accept-Language": "en"})
    assert (answer.status_code, "gives no answer that we can use" in answer.text) == (503, True)
