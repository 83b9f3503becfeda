"""The rule of every route: who may come in, and by which door."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from kloof.domain.access.api_tokens import Scope
from kloof.domain.access.people import Person, Role


class AccessKind(Enum):
    """How one gets in."""

    PUBLIC = "anyone"
    LINK = "whoever holds the personal link"
    ROLE = "somebody of the company with one of the roles"
    TOKEN = "a program with a bearer token"  # noqa: S105  a word, not a secret


@dataclass(frozen=True, slots=True)
class Rule:
    """What a route asks of its visitor. `roles` matters at Door.ROLE only, `scope` and `writes` at Door.TOKEN."""

    door: AccessKind
    roles: frozenset[Role] = frozenset()
    scope: Scope | None = None
    writes: bool = False


PUBLIC = Rule(AccessKind.PUBLIC)
LINK = Rule(AccessKind.LINK)
SALES = Rule(AccessKind.ROLE, frozenset({Role.SALESPERSON}))
LEAD = Rule(AccessKind.ROLE, frozenset({Role.LEAD}))
DESK = Rule(AccessKind.ROLE, frozenset({Role.DESK}))
CALLERS = Rule(AccessKind.ROLE, frozenset({Role.SALESPERSON, Role.DESK}))
TOLD = Rule(AccessKind.ROLE, frozenset({Role.SALESPERSON, Role.LEAD}))
STAFF = Rule(AccessKind.ROLE, frozenset(Role))


def reads(scope: Scope) -> Rule:
    """For programs with a token that is for this."""
    return Rule(AccessKind.TOKEN, scope=scope)


def writes(scope: Scope) -> Rule:
    """For programs with a token that may change this."""
    return Rule(AccessKind.TOKEN, scope=scope, writes=True)


ROUTES: Mapping[str, Rule] = MappingProxyType(
    {
        "static": PUBLIC,
        "home.front": PUBLIC,
        "home.accessibility": PUBLIC,
        "home.healthz": PUBLIC,
        "home.readyz": PUBLIC,
        "home.workz": PUBLIC,
        "metrics.metrics": PUBLIC,
        "findings.page": PUBLIC,
        "survey.form": LINK,
        "survey.save": LINK,
        "survey.receipt": LINK,
        "survey.wish": LINK,
        "survey.ask_withdrawal": LINK,
        "survey.withdraw": LINK,
        "survey.ask_colleague": LINK,
        "survey.pass_it_on": LINK,
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
        "me.deals": SALES,
        "me.deal": SALES,
        "promise.sheet": SALES,
        "embed.promise": PUBLIC,
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
        "deals.resume": DESK,
        "deals.send_again": DESK,
        "deals.ask_customer_again": DESK,
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
        "actions.overview": DESK,
        "actions.ask": DESK,
        "actions.add": DESK,
        "actions.action": DESK,
        "actions.change": DESK,
        "actions.end": DESK,
        "actions.remove": DESK,
        "people.overview": DESK,
        "people.ask": DESK,
        "people.add": DESK,
        "people_file.ask": DESK,
        "people_file.check": DESK,
        "people_file.load": DESK,
        "people_file.example": DESK,
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
        "api.openapi": PUBLIC,
        "api.list_releases": PUBLIC,
        "api.get_release": PUBLIC,
        "api.list_deals": reads(Scope.DEALS),
        "api.get_deal": reads(Scope.DEALS),
        "api.put_deal": writes(Scope.DEALS),
        "api.put_deals": writes(Scope.DEALS),
        "api.deliver_deal": writes(Scope.DEALS),
        "api.cancel_deal": writes(Scope.DEALS),
        "api.put_practices": writes(Scope.DEALS),
        "api.put_account": writes(Scope.DEALS),
        "api.list_contacts": reads(Scope.DEALS),
        "api.put_contact": writes(Scope.DEALS),
        "api.get_answers": reads(Scope.ANSWERS),
        "api.count_calls": reads(Scope.CALLS),
        "api.note_call": writes(Scope.CALLS),
        "api.list_invitations": reads(Scope.INVITATIONS),
        "api.send_again": writes(Scope.INVITATIONS),
        "api.stop_survey": writes(Scope.INVITATIONS),
        "api.export_customer": reads(Scope.CUSTOMERS),
        "api.erase_customer": writes(Scope.CUSTOMERS),
        "api.customer_mail": reads(Scope.CUSTOMERS),
        "api.list_people": reads(Scope.PEOPLE),
        "api.put_person": writes(Scope.PEOPLE),
        "api.leave": writes(Scope.PEOPLE),
        "api.list_surveys": reads(Scope.SURVEYS),
        "api.check_survey": reads(Scope.SURVEYS),
        "api.record_survey": writes(Scope.SURVEYS),
        "api.calibration": reads(Scope.CALIBRATION),
        "api.plan": reads(Scope.PLAN),
        "api.health": reads(Scope.HEALTH),
        "tokens.overview": DESK,
        "tokens.make": DESK,
        "tokens.revoke": DESK,
        "webhooks.overview": DESK,
        "webhooks.add": DESK,
        "webhooks.one": DESK,
        "webhooks.act": DESK,
        "webhooks.replay": DESK,
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
