"""A request as large as one may be takes time by its size, whatever stands in it and whoever it is for."""

from collections.abc import Callable
from itertools import count
from urllib.parse import urlencode

import pytest
from flask import Flask

from cast.builders import deal, person
from instruments.growth import SIZES, grows_too_fast
from kloof.domain.access.people import Role
from kloof.domain.surveys.definition import Wave
from kloof.web.staff.sign_in import MOST_ASKED

pytestmark = pytest.mark.slow

TEXTS: dict[str, Callable[[int], str]] = {
    "dots behind an @": lambda size: "a@" + "." * size + "@",
    "letters without an @": lambda size: "a" * size,
    "marks on one letter": lambda size: "a" + "\u0315\u0300" * (size // 4),
    "spaces": lambda size: " " * size + "a",
    "line breaks": lambda size: "\r" * size,
    "quotes": lambda size: '"' * size,
    "digits": lambda size: "1" * size,
}
ODD_BODIES = ("&", "=", "%", "a=&", "comment=&", "promise-1=a&", "page=1&", "email=a&", "+", "\0")
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"
_networks = count(1)


def posted(app: Flask, path: str, body: bytes, kind: str) -> int:
    """The status of an answer to somebody who never was here: no limit is in the way of what is measured."""
    number = next(_networks)
    return (
        app.test_client(use_cookies=False)
        .post(
            path,
            data=body,
            content_type=kind,
            environ_base={"REMOTE_ADDR": f"2001:db8:{number >> 8:x}:{number & 255:x}::1"},
        )
        .status_code
    )


def as_form(fields: list[str], text: str) -> bytes:
    return urlencode([(field, text) for field in fields]).encode()


def as_parts(fields: list[str], text: str) -> bytes:
    head = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    return ("".join(head.format(field, text) for field in fields) + "--b--\r\n").encode()


@pytest.fixture
def fields(app: Flask) -> dict[str, list[str]]:
    """Where a stranger can post, and who was given a link: each with the fields that take words there."""
    app.config["WTF_CSRF_ENABLED"] = False
    person("Noor Desk", Role.DESK)
    made = deal(waves=(Wave.SALE, Wave.DELIVERY))
    return {
        "/sign-in": ["email"],
        "/k": ["code"],
        f"/s/{made.tokens[Wave.SALE]}": ["comment", "promise-1"],
        f"/s/{made.tokens[Wave.DELIVERY]}/receipt": ["consent"],
        f"/opt-out/{made.opt_out_tokens[Wave.SALE]}": ["other"],
    }


@pytest.mark.parametrize("what", TEXTS)
def test_what_is_typed_takes_time_by_its_size(app: Flask, fields: dict[str, list[str]], what: str) -> None:
    text = TEXTS[what]
    for path, names in fields.items():

        def form(size: int, path: str = path, names: list[str] = names) -> int:
            # A letter that is not ASCII is six bytes of such a form: its text is as much shorter.
            return posted(app, path, as_form(names, text(size // 4 // len(names)))[: SIZES[-1]], FORM)

        def parts(size: int, path: str = path, names: list[str] = names) -> int:
            return posted(app, path, as_parts(names, text((size - 512) // len(names))), PARTS)

        assert (path, grows_too_fast(form), grows_too_fast(parts)) == (path, "", "")
        assert parts(SIZES[-1]) < 500


@pytest.mark.parametrize("again", ODD_BODIES)
def test_what_is_no_form_at_all_takes_time_by_its_size(
    app: Flask, fields: dict[str, list[str]], again: str
) -> None:
    for path in fields:

        def odd(size: int, path: str = path) -> int:
            return posted(app, path, (again * (size // len(again))).encode(), FORM)

        assert (path, grows_too_fast(odd, SIZES[1:4])) == (path, "")
    assert odd(SIZES[-1]) < 500


@pytest.mark.parametrize("header", ["Accept-Language", "Cookie", "User-Agent", "If-None-Match", "Range"])
def test_a_header_takes_time_by_its_size(app: Flask, header: str) -> None:
    for again in ("a,", "a;", ",", ";q=", '"', "en;q=0.1,", "W/", "bytes=0-,", "a-", "\\", "kloof="):
        steep = grows_too_fast(
            lambda size, again=again: app.test_client(use_cookies=False).get(
                "/sign-in", headers={header: again * (size // len(again))}
            ),
            SIZES[1:4],
        )
        assert (again, steep) == (again, "")


def test_forty_thousand_dots_at_the_sign_in_page_are_a_wrong_address_and_an_attempt(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client(use_cookies=False)
    hostile = {"email": "a@" + "." * 40_000 + "@"}
    statuses = [client.post("/sign-in", data=hostile).status_code for _ in range(MOST_ASKED + 1)]
    assert statuses == [422] * MOST_ASKED + [429]
