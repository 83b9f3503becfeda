"""The bar of every page for colleagues: the same places for a role wherever they are, and which of them this is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from flask import Flask, request

from kloof.domain.access.people import Role, in_order
from kloof.web.app import guard
from kloof.web.app.language import say

BARS: Final[Mapping[Role, tuple[str, ...]]] = MappingProxyType(
    {
        Role.SALESPERSON: ("me.overview", "calls.overview", "promise.sheet"),
        Role.LEAD: ("handover.overview",),
        Role.DESK: (
            "desk.overview",
            "deals.overview",
            "files.ask",
            "calls.overview",
            "mail.overview",
            "people.overview",
            "releases.page",
            "surveys.overview",
            "fair_play.overview",
        ),
        Role.READER: (),
    }
)
"""The pages that somebody with this role goes to, in their order; who has several roles has those of each. The findings
follow for everybody.
"""
_BEHIND: Final[Mapping[str, str]] = MappingProxyType(
    {
        "preview": "surveys",
        "texts": "surveys",
        "people_file": "people",
        "tokens": "people",
        "webhooks": "people",
        "actions": "releases",
    }
)
"""Blueprints whose pages lie behind a page of another."""
_LAST: Final = "findings.page"


@dataclass(frozen=True, slots=True)
class BarItem:
    """A page of the bar. `current`: "page" where this is it, "true" where this is a page behind it."""

    endpoint: str
    words: str
    current: Literal["page", "true"] | None


def init_app(app: Flask) -> None:
    """Give templates `bar()` and `account()`."""
    app.jinja_env.globals |= {"bar": bar, "account": guard.signed_in}


def bar() -> Sequence[BarItem]:
    """The bar for who is signed in; only on a page behind a door for roles."""
    roles = in_order(guard.signed_in().roles)
    endpoints = list(dict.fromkeys([*(one for role in roles for one in BARS[role]), _LAST]))
    behind = None if request.endpoint in endpoints else _with_this_blueprint(endpoints)
    words = _words()
    return [
        BarItem(
            endpoint,
            words[endpoint],
            "page" if endpoint == request.endpoint else "true" if endpoint == behind else None,
        )
        for endpoint in endpoints
    ]


def _with_this_blueprint(endpoints: Sequence[str]) -> str | None:
    blueprint = _BEHIND.get(request.blueprint or "", request.blueprint)
    return next((one for one in endpoints if one.partition(".")[0] == blueprint), None)


def _words() -> Mapping[str, str]:
    return {
        "me.overview": say("My feedback"),
        "promise.sheet": say("Before you promise"),
        "handover.overview": say("Handover"),
        "calls.overview": say("Calls"),
        "desk.overview": say("Today"),
        "deals.overview": say("Deals"),
        "files.ask": say("Files"),
        "mail.overview": say("Mail"),
        "people.overview": say("People"),
        "releases.page": say("Releases"),
        "surveys.overview": say("Surveys"),
        "fair_play.overview": say("Unusual patterns"),
        "findings.page": say("Findings"),
    }
