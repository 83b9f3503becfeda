"""A real server with its two processes: together they hold a token to its limit, and say truly how much is left; and
what it says before kloof is asked.
"""

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest

from cast.builders import person, settings
from instruments.serving import serving
from kloof import storage
from kloof.actions.access import api_tokens
from kloof.actions.clock import wall_clock
from kloof.domain.access.api_tokens import Scope, TokenKind
from kloof.domain.access.people import Role
from kloof.storage.access import people
from kloof.web.api.openapi import document

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("api limit")]

MOST, ASKED = 40, 60
LEFT = re.compile(r'"token";r=(\d+);t=(\d+)')


def ask(port: int, token: str) -> tuple[int, int, int]:
    """One request over a line of its own, which either process may take: its status, what is left, and for how long."""
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request("GET", "/api/v1/deals?limit=1", headers={"Authorization": f"Bearer {token}"})
        answer = line.getresponse()
        answer.read()
    finally:
        line.close()
    found = LEFT.fullmatch(answer.headers["RateLimit"])
    assert found
    return answer.status, int(found[1]), int(found[2])


def asked_within_a_minute(port: int, token: str) -> list[tuple[int, int, int]]:
    """The answers to so many requests at once, of one minute of the clock: counting begins anew with each."""
    for _ in range(3):
        left = 60 - wall_clock().timestamp() % 60
        if left < 20:
            time.sleep(left)
        minute = wall_clock().timestamp() // 60
        with ThreadPoolExecutor(12) as visitors:
            answers = list(visitors.map(lambda _: ask(port, token), range(ASKED)))
        if wall_clock().timestamp() // 60 == minute:
            return answers
        time.sleep(60 - wall_clock().timestamp() % 60)
    pytest.fail("this machine takes a minute for sixty requests")


@pytest.fixture
def token(_migrated_file: Path, tmp_path: Path) -> str:
    (tmp_path / "made.db").write_bytes(_migrated_file.read_bytes())
    url, now = f"sqlite:///{tmp_path / 'made.db'}", wall_clock()
    storage.open_database(url)
    owner = people.by_id(person("Noor Desk", Role.DESK))
    assert owner
    until = (now + timedelta(days=9)).date()
    made = api_tokens.make(settings(url, tmp_path), "CRM", TokenKind.READ, {Scope.DEALS}, owner, until, now)
    storage.close_database()
    return made.secret


def test_two_processes_hold_a_token_to_one_limit(token: str, tmp_path: Path) -> None:
    with serving(tmp_path / "made.db", tmp_path, requests=MOST) as port:
        answers = asked_within_a_minute(port, token)
    assert Counter(status for status, *_ in answers) == {200: MOST, 429: ASKED - MOST}
    assert sorted(left for status, left, _ in answers if status == 200) == list(range(MOST))
    assert {left for status, left, _ in answers if status == 429} == {0}


def test_an_address_that_is_too_long_is_refused_as_the_document_says(token: str, tmp_path: Path) -> None:
    described = document("https://company.example/api/v1")["paths"]["/deals"]["get"]["responses"]["414"]
    with serving(tmp_path / "made.db", tmp_path) as port:
        line = HTTPConnection("127.0.0.1", port, timeout=60)
        line.request(
            "GET", f"/api/v1/deals?product={'x' * 5000}", headers={"Authorization": f"Bearer {token}"}
        )
        answer = line.getresponse()
        answer.read()
        line.close()
    assert (answer.status, {answer.headers["Content-Type"]}) == (414, {*described["content"]})
