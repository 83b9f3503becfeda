"""Every route, and everyone who might knock: the owner, a colleague, another role, a stranger."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cast.builders import NOW, deal, person, settings
from kloof.domain.access.people import Role
from kloof.domain.errors import Refused
from kloof.web import create_app
from kloof.web.app.guard import refuse_routes_without_a_rule
from kloof.web.app.routes import ROUTES, AccessKind

Enter = Callable[[str, Role], FlaskClient]


def guarded(app: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, path) of every route behind a role."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if ROUTES[rule.endpoint].door is AccessKind.ROLE:
                path = rule.build(dict.fromkeys(rule.arguments, "D-1"))
                assert path
                found += [
                    (rule.endpoint, method, path[1]) for method in (rule.methods or set()) & {"GET", "POST"}
                ]
    return found


def test_a_stranger_is_sent_to_the_sign_in_page_from_every_guarded_route(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    doors = guarded(app)
    assert len(doors) >= 4
    for endpoint, method, path in doors:
        answer = app.test_client().open(path, method=method)
        assert (endpoint, answer.status_code, answer.headers.get("Location")) == (endpoint, 302, "/sign-in")


@pytest.mark.slow
def test_another_role_is_told_that_there_is_nothing(app: Flask, signed_in: Enter) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for endpoint, method, path in guarded(app):
        for role in set(Role) - ROUTES[endpoint].roles:
            answer = signed_in(f"Some {role.value}", role).open(path, method=method)
            assert (endpoint, role, answer.status_code) == (endpoint, role, 404)


def test_a_colleague_sees_of_my_deal_exactly_what_a_deal_that_does_not_exist_shows(
    app: Flask, signed_in: Enter
) -> None:
    mine = deal(seller=person("Sanne de Vries"))
    colleague = signed_in("Bram de Wit", Role.SALESPERSON)
    theirs = colleague.get(f"/me/deals/{mine.deal_id}")
    nothing = colleague.get("/me/deals/D-nothing")
    assert (theirs.status_code, theirs.data) == (nothing.status_code, nothing.data)


def test_a_lead_of_another_team_sees_of_a_deal_exactly_what_a_deal_that_does_not_exist_shows(
    app: Flask, signed_in: Enter
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    app.extensions["kloof.settings"] = app.extensions["kloof.settings"].model_copy(
        update={"works_council_consent": NOW.date()}
    )
    mine = deal()
    person("Kim Vos", Role.LEAD, team="South")
    lead, colleague = signed_in("Joris Baas", Role.LEAD), signed_in("Kim Vos", Role.LEAD)
    for path in ("/handover/{}", "/practices/{}"):
        for method in ("GET", "POST") if path == "/handover/{}" else ("POST",):
            theirs = colleague.open(path.format(mine.deal_id), method=method)
            nothing = colleague.open(path.format("D-nothing"), method=method)
            assert (theirs.status_code, theirs.data) == (404, nothing.data)
            assert lead.open(path.format(mine.deal_id), method=method).status_code in {200, 303}


def test_an_application_with_a_route_that_has_no_rule_does_not_start(app: Flask) -> None:
    bare = Flask("bare")
    bare.add_url_rule("/open-door", "open.door", lambda: "in")
    with pytest.raises(Refused, match=r"open\.door"):
        refuse_routes_without_a_rule(bare)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/sign-in",
        "/nothing-here",
        "/s/wrong",
        "/s/wrong/receipt",
        "/opt-out/wrong",
        "/k",
        "/k/wrong",
        "/me",
        "/healthz",
    ],
)
def test_every_answer_carries_the_headers_that_keep_visitors_safe(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in headers["Cache-Control"]


def test_a_surprise_becomes_a_page_without_a_stack_trace_and_a_log_line_without_the_token(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr("kloof.web.staff.sign_in.action.is_usable", breaks)
    answer = app.test_client().get("/sign-in/very-secret-token?language=en")
    assert answer.status_code == 500
    assert "went wrong on our side" in answer.get_data(as_text=True)
    assert "RuntimeError" not in answer.get_data(as_text=True)
    assert "very-secret-token" not in caplog.text


def test_each_visitor_reads_the_language_of_their_browser(client: FlaskClient) -> None:
    dutch = client.get("/sign-in", headers={"Accept-Language": "nl-NL,nl;q=0.9"})
    english = client.get("/sign-in", headers={"Accept-Language": "en-GB"})
    assert 'lang="nl"' in dutch.get_data(as_text=True)
    assert 'lang="en"' in english.get_data(as_text=True)


@pytest.mark.parametrize(("proxies", "locked_out"), [(0, True), (1, False)])
def test_behind_a_proxy_each_visitor_has_a_limit_of_their_own_and_without_one_nobody_can_pretend(
    database: str, tmp_path: Path, proxies: int, locked_out: bool
) -> None:
    app = create_app(settings(database, tmp_path, proxies=proxies), clock=lambda: NOW)
    client = app.test_client(use_cookies=False)
    for _ in range(61):
        client.get("/s/guess", headers={"X-Forwarded-For": "203.0.113.7"})
    other = client.get("/s/guess", headers={"X-Forwarded-For": "203.0.113.8"})
    assert (other.status_code == 429) is locked_out


def test_a_link_that_nobody_was_given_opens_nothing_on_any_route(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    mine = deal()
    with app.test_request_context():
        rules = [rule for rule in app.url_map.iter_rules() if ROUTES[rule.endpoint].door is AccessKind.LINK]
        paths = [(rule, str((rule.build({"token": "w" * 43}) or ("", ""))[1])) for rule in rules]
    assert len(paths) >= 6
    for rule, path in paths:
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = app.test_client().open(
                path, method=method, data={"action": "submit"} if method == "POST" else None
            )
            assert (rule.endpoint, method, answer.status_code in {404, 410}) == (rule.endpoint, method, True)
            assert mine.email not in answer.get_data(as_text=True)
