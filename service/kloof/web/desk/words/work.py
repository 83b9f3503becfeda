"""The lines of the desk's work list in words: what there is, and why it matters or what to do."""

from collections.abc import Sequence
from datetime import datetime

from babel.dates import format_date

from kloof.actions.today import Today
from kloof.domain.deals.steps import DealStep
from kloof.domain.staff.first_steps import FirstStep
from kloof.domain.staff.work import LateCaller, WorkKind, WorkLine
from kloof.storage.deals.funnel import OF, Funnel
from kloof.storage.mailing.review import OutboxEntry
from kloof.web.app.language import in_words, language, say
from kloof.web.desk.words import mail as mail_words


def headline(work: WorkLine) -> str:
    """What there is, with how many."""
    return (_one if work.count == 1 else _several)(work)


def _one(work: WorkLine) -> str:
    return {
        WorkKind.RELEASE_DAMAGED: say("A published release is damaged"),
        WorkKind.CLOCK_JUMPED: say("The clock of the server jumped"),
        WorkKind.SERVER_REFUSES: say("The mail server refuses us"),
        WorkKind.MAIL_LATE: say("Mail does not go out"),
        WorkKind.SENDING_PAUSED: say("Mail is paused"),
        WorkKind.HELD: say("1 mail that may not have arrived"),
        WorkKind.UNREACHED: say("1 mail came back"),
        WorkKind.CUSTOMERS_REFUSE: say("Mail servers of customers refuse us"),
        WorkKind.CALLS_OVERDUE: say("1 call is overdue"),
        WorkKind.LETTERS: say("1 letter to print"),
        WorkKind.PROPOSED: say("A release is ready"),
        WorkKind.CLOSABLE: say("1 group of customers can close"),
        WorkKind.UNDELIVERED: say("1 deal is past its planned delivery"),
        WorkKind.ASIDE: say("1 mail that came back cannot be read"),
        WorkKind.ACCOUNTS: say("1 mail domain is shared by many customers"),
        WorkKind.WEBHOOKS: say("1 webhook was disabled"),
        WorkKind.SETTINGS: say("Something needs the administrator"),
    }[work.kind]


def _several(work: WorkLine) -> str:
    count = work.count
    return {
        WorkKind.HELD: say("{count} mails that may not have arrived", count=count),
        WorkKind.UNREACHED: say("{count} mails came back", count=count),
        WorkKind.CALLS_OVERDUE: say("{count} calls are overdue", count=count),
        WorkKind.LETTERS: say("{count} letters to print", count=count),
        WorkKind.CLOSABLE: say("{count} groups of customers can close", count=count),
        WorkKind.UNDELIVERED: say("{count} deals are past their planned delivery", count=count),
        WorkKind.ASIDE: say("{count} mails that came back cannot be read", count=count),
        WorkKind.ACCOUNTS: say("{count} mail domains are shared by many customers", count=count),
        WorkKind.WEBHOOKS: say("{count} webhooks were disabled", count=count),
        WorkKind.SETTINGS: say("{count} things need the administrator", count=count),
    }[work.kind]


def why(work: WorkLine, found: Today) -> str:
    """Why it matters, since when, or what to do about it."""
    since = work.since
    day = "" if since is None else format_date(since, "d MMMM", locale=language())
    moment = in_words(since) if isinstance(since, datetime) else day
    return {
        WorkKind.RELEASE_DAMAGED: say(
            "{file} was changed or is missing. Salespeople do not see their own page until the administrator puts it "
            "back from a copy of the site.",
            file=found.damage.facts.get("file", "") if found.damage else "",
        ),
        WorkKind.CLOCK_JUMPED: say(
            "Until we know which time is right, no mail goes out and nothing closes. Ask the administrator."
        ),
        WorkKind.SERVER_REFUSES: say(
            "Since {moment} no mail goes out. Nothing is lost: all of it waits. Ask the administrator.",
            moment=moment,
        ),
        WorkKind.MAIL_LATE: say(
            "The first mail should have gone out on {moment}. The task that sends mail seems to have stopped. Ask the "
            "administrator.",
            moment=moment,
        ),
        WorkKind.SENDING_PAUSED: say(
            "Since {moment} mail to customers waits, because somebody asked for that. Nothing is lost.",
            moment=moment,
        ),
        WorkKind.HELD: say("Look in the log of your mail server whether it arrived, and say so."),
        WorkKind.UNREACHED: say("The address does not work, or the server refused the mail for good."),
        WorkKind.CUSTOMERS_REFUSE: say(
            "Since {moment}. These customers are asked again. Show the administrator what the servers say.",
            moment=moment,
        ),
        WorkKind.CALLS_OVERDUE: callers(found.callers),
        WorkKind.LETTERS: say("For customers without an e-mail address. You get one PDF to print."),
        WorkKind.PROPOSED: say(
            "A colleague looked at it on {moment}. Look at it too, approve it, or publish it.", moment=moment
        ),
        WorkKind.CLOSABLE: say("Enough customers have answered twice for another release."),
        WorkKind.UNDELIVERED: say(
            "The oldest was planned for {day}. The second survey goes out once a deal is marked as delivered.",
            day=day,
        ),
        WorkKind.ASIDE: say("The oldest is of {moment}. Somebody should look at it.", moment=moment),
        WorkKind.ACCOUNTS: say(
            "Their deals have no account. If they answer for one organisation, give their deals an account: otherwise "
            "a figure about that organisation passes for one about strangers. If it is a mail provider for everybody, "
            "the administrator adds it to mail_providers."
        ),
        WorkKind.WEBHOOKS: say("Another program is told of nothing any more. See why, and resume it."),
        WorkKind.SETTINGS: say("Show this to the administrator:"),
    }[work.kind]


def step(reached: DealStep) -> str:
    """What a deal has come to, in a word or two."""
    return {
        DealStep.SOLD: say("Sold"),
        DealStep.ASKED: say("Asked"),
        DealStep.ANSWERED: say("Answered at sale"),
        DealStep.DELIVERED: say("Delivered"),
        DealStep.ANSWERED_AFTER: say("Answered after delivery"),
        DealStep.PUBLISHED: say("Published"),
    }[reached]


def of(step: DealStep) -> str:
    """The step of which this one is a part."""
    return OF[step].value


def lost(step: DealStep, found: Funnel) -> str:
    """How many did not come to this step, and why as far as that is known."""
    count = found.lost[step]
    known = [
        say("{count} at random", count=found.drawn) if found.drawn else "",
        say("{count} cancelled", count=found.cancelled) if found.cancelled else "",
    ]
    of_which = ", ".join(part for part in known if part) if step is DealStep.ASKED else ""
    said = {
        DealStep.ASKED: say("{count} not asked", count=count),
        DealStep.ANSWERED: say("{count} without an answer", count=count),
        DealStep.DELIVERED: say("{count} not delivered yet", count=count),
        DealStep.ANSWERED_AFTER: say("{count} without an answer", count=count),
        DealStep.PUBLISHED: say("{count} not published yet", count=count),
    }[step]
    return f"{said} ({of_which})" if of_which else said


def first_step(step: FirstStep) -> tuple[str, str, str]:
    """What it is, why, and what its button says."""
    return {
        FirstStep.SURVEY: (
            say("A survey"),
            say("What customers are asked at the sale and after delivery. Two surveys come with kloof."),
            say("Look at the surveys"),
        ),
        FirstStep.PEOPLE: (
            say("Your salespeople"),
            say("Each deal has a salesperson, who sees what their own customers let them see."),
            say("Add people"),
        ),
        FirstStep.MAIL: (
            say("A test mail"),
            say("It shows that mail from kloof arrives, before a customer waits for one."),
            say("Send a test mail"),
        ),
        FirstStep.FILE: (
            say("A file with deals"),
            say("From your CRM. It is checked first, and nothing is saved until you say so."),
            say("Choose a file"),
        ),
    }[step]


def where(step: FirstStep) -> str:
    """The endpoint at which a step is done."""
    return {
        FirstStep.SURVEY: "surveys.overview",
        FirstStep.PEOPLE: "people.overview",
        FirstStep.MAIL: "mail.overview",
        FirstStep.FILE: "files.ask",
    }[step]


def callers(found: Sequence[LateCaller]) -> str:
    """Who has calls that are overdue, with how many where that is more than one."""
    named = [one.name or say("the desk") for one in found]
    counted = [
        f"{name} ({one.calls})" if one.calls > 1 else name for name, one in zip(named, found, strict=True)
    ]
    return ", ".join(counted)


def mail_about(entry: OutboxEntry) -> str:
    """A mail in one line: what it is, and to whom."""
    parts = (mail_words.kind_of(entry), entry.email)
    return " · ".join(part for part in parts if part)
