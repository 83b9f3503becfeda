"""The rule of every route: who may come in, and by which door."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from kloof.domain.access.people import Person, Role


class AccessKind(Enum):
    """How one gets in."""

    PUBLIC = "anyone"
    LINK = "whoever holds the personal link"
    ROLE = "somebody of the company with one of the roles"
    TOKEN = "a program with a bearer token"  # noqa: S105  a word, not a secret


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route asks of its visitor. `roles` matters at Door.ROLE only."""

    door: AccessKind
    roles: frozenset[Role] = frozenset()


PUBLIC = Rule(AccessKind.PUBLIC)
LINK = Rule(AccessKind.LINK)
SALES = Rule(AccessKind.ROLE, frozenset({Role.SALESPERSON}))
LEAD = Rule(AccessKind.ROLE, frozenset({Role.LEAD}))
DESK = Rule(AccessKind.ROLE, frozenset({Role.DESK}))
CALLERS = Rule(AccessKind.ROLE, frozenset({Role.SALESPERSON, Role.DESK}))
TOLD = Rule(AccessKind.ROLE, frozenset({Role.SALESPERSON, Role.LEAD}))
STAFF = Rule(AccessKind.ROLE, frozenset(Role))

ROUTES: Mapping[str, Rule] = MappingProxyType(
    {
        "static": PUBLIC,
        "home.front": PUBLIC,
        "home.accessibility": PUBLIC,
        "home.healthz": PUBLIC,
        "home.readyz": PUBLIC,
        "findings.page": PUBLIC,
        "survey.form": LINK,
        "survey.save": LINK,
        "survey.receipt": LINK,
        "survey.wish": LINK,
        "survey.ask_withdrawal": LINK,
        "survey.withdraw": LINK,
        "letter.ask": PUBLIC,
        "letter.read": PUBLIC,
        "letter.go": LINK,
        "opt_out.ask": LINK,
        "opt_out.do": LINK,
        "sign_in.ask": PUBLIC,
        "sign_in.send": PUBLIC,
        "sign_in.confirm": LINK,
        "sign_in.use": LINK,
        "sign_in.go": PUBLIC,
        "sign_in.back": PUBLIC,
        "sign_in.leave": STAFF,
        "me.overview": SALES,
        "me.deal": SALES,
        "me.promise": SALES,
        "handover.overview": LEAD,
        "handover.deal": LEAD,
        "handover.mark": LEAD,
        "handover.done": LEAD,
        "calls.overview": CALLERS,
        "calls.call": CALLERS,
        "calls.note": CALLERS,
        "weekly.choose": TOLD,
        "weekly.ask": LINK,
        "weekly.stop": LINK,
        "solved.ask": LINK,
        "solved.answer": LINK,
        "desk.overview": DESK,
        "deals.overview": DESK,
        "deals.deliver_many": DESK,
        "deals.deal": DESK,
        "deals.facts": DESK,
        "deals.change": DESK,
        "deals.deliver": DESK,
        "deals.cancel": DESK,
        "deals.stop": DESK,
        "deals.send_again": DESK,
        "deals.hand_over": DESK,
        "deals.export": DESK,
        "deals.ask_erasure": DESK,
        "deals.erase": DESK,
        "files.ask": DESK,
        "files.send": DESK,
        "files.example": DESK,
        "files.one": DESK,
        "files.columns": DESK,
        "files.say_columns": DESK,
        "files.mend": DESK,
        "files.check": DESK,
        "files.load": DESK,
        "desk.remind": DESK,
        "mail.overview": DESK,
        "mail.one": DESK,
        "files.drop": DESK,
        "files.behind": DESK,
        "mail.decide": DESK,
        "mail.pause_sending": DESK,
        "mail.resume": DESK,
        "mail.print_letters": DESK,
        "mail.print_again": DESK,
        "mail.test": DESK,
        "mail.opted_out": DESK,
        "mail.looked_at": DESK,
        "releases.page": DESK,
        "releases.ask": DESK,
        "releases.approve": DESK,
        "releases.preview_page": DESK,
        "releases.waiting": DESK,
        "people.overview": DESK,
        "people.ask": DESK,
        "people.add": DESK,
        "people.person": DESK,
        "people.change": DESK,
        "people.ask_leaving": DESK,
        "people.leave": DESK,
        "people.stay": DESK,
        "people.data": DESK,
        "people.export": DESK,
        "people.erase": DESK,
        "fair_play.overview": DESK,
        "surveys.overview": DESK,
        "surveys.begin": DESK,
        "surveys.start": DESK,
        "surveys.edit": DESK,
        "surveys.change": DESK,
        "surveys.read": DESK,
        "surveys.rewrite": DESK,
        "surveys.seen": DESK,
        "texts.overview": DESK,
        "texts.speak_to": DESK,
        "texts.edit": DESK,
        "texts.change": DESK,
        "texts.seen": DESK,
        "texts.seen_draft": DESK,
        "preview.overview": DESK,
        "preview.page": DESK,
        "preview.onward": DESK,
        "demo.inbox": PUBLIC,
        "demo.mail": PUBLIC,
        "demo.framed": PUBLIC,
    }
)
"""Endpoint → rule. The application refuses to start with a route that is not here."""


def may_enter(rule: Rule, person: Person | None) -> bool:
    """Whether this visitor passes the door; a link's holder is checked where the link is looked up."""
    if rule.door in {AccessKind.PUBLIC, AccessKind.LINK}:
        return True
    return rule.door is AccessKind.ROLE and person is not None and not person.roles.isdisjoint(rule.roles)
