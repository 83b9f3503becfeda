"""How deals stand, in words: the steps of the list, the lines of a timeline, what an edit does, why not."""

from datetime import date

from babel.dates import format_date, format_datetime, get_timezone

from kloof.domain.access.timeline import CAME_TO, DealEvent, DealEventKind, DealMail, DealSurvey
from kloof.domain.deals.mail_effects import MailEffect, MailEffectKind
from kloof.domain.deals.steps import DealListed, DealStep, DealTrouble
from kloof.domain.errors import KloofError, Reason
from kloof.domain.states import InvitationState, MessageState
from kloof.domain.surveys.definition import Wave
from kloof.web.app import errors
from kloof.web.app.context import settings
from kloof.web.app.language import in_words, language, say


def steps() -> dict[DealStep, str]:
    """What a deal has come to."""
    return {
        DealStep.SOLD: say("Sold"),
        DealStep.ASKED: say("Asked"),
        DealStep.ANSWERED: say("Answered at sale"),
        DealStep.DELIVERED: say("Delivered"),
        DealStep.ANSWERED_AFTER: say("Answered after delivery"),
        DealStep.PUBLISHED: say("Published"),
    }


def troubles() -> dict[DealTrouble, str]:
    """What may need somebody of the desk."""
    return {
        DealTrouble.OVERDUE: say("Delivery overdue"),
        DealTrouble.BOUNCED: say("Mail came back"),
        DealTrouble.LETTER: say("No address: by letter"),
        DealTrouble.CANCELLED: say("Cancelled"),
        DealTrouble.PASSED_ON: say("Passed on to a colleague"),
    }


def standing(deal: DealListed, today: date) -> tuple[str, str]:
    """How far a deal in a list is, and how its tag looks."""
    if deal.is_cancelled:
        return say("Cancelled"), ""
    if deal.is_overdue(today):
        return say("Delivery overdue"), "tag--careful"
    if deal.answered_after:
        return say("Answered after delivery"), "tag--good"
    if deal.delivered_on:
        return say("Delivered"), ""
    if deal.answered:
        return say("Answered at sale"), "tag--good"
    return (say("Asked"), "") if deal.asked else (say("Sold"), "")


def waves() -> dict[Wave, str]:
    """The two surveys."""
    return {Wave.SALE: say("first survey"), Wave.DELIVERY: say("second survey")}


def survey_stands(survey: DealSurvey) -> str:
    """How far a survey is: that it was answered, never what."""
    if survey.answered_at:
        return say("Answered")
    return {
        InvitationState.PLANNED: say("Not sent yet"),
        InvitationState.INVITED: say("Sent, not answered yet"),
        InvitationState.STARTED: say("Begun, not sent in yet"),
        InvitationState.SUBMITTED: say("Answered"),
        InvitationState.WITHDRAWN: say("Answers taken back"),
        InvitationState.EXPIRED: say("Closed without an answer"),
        InvitationState.CANCELLED: say("Stopped"),
        InvitationState.STOPPED: say("No mail goes out"),
    }[survey.state]


def mail_name(mail: DealMail) -> str:
    """What a mail is: which reminder, of which survey."""
    kind = say(mail.kind)
    kind = f"{kind} {mail.ordinal}" if mail.ordinal else kind
    return f"{kind}, {waves()[mail.wave]}" if mail.wave else kind


def waits(mail: DealMail) -> str:
    """Why a mail is not out yet."""
    if mail.state is MessageState.LETTER:
        return say("Waits to be printed.")
    if mail.state is MessageState.SENDING:
        return say("Is on its way now.")
    return say("Goes out from {moment} on.", moment=in_words(mail.since))


def event_of_mail(mail: DealMail) -> str:
    """How a mail stands about which somebody has to decide."""
    return event(DealEvent(mail.since, CAME_TO[mail.state], mail.wave, mail)) + "."


def day_of(one: DealEvent) -> str:
    """The day on which something happened, on the company's clock."""
    return day_in_words(one.at.astimezone(get_timezone(settings().mail.time_zone)).date())


def day_in_words(day: date | None) -> str:
    """A day; empty for none."""
    return "" if day is None else format_date(day, "d MMMM y", locale=language())


def moment_of(one: DealEvent) -> str:
    """The moment at which something happened, on the company's clock."""
    zone = get_timezone(settings().mail.time_zone)
    return format_datetime(one.at, "d MMMM y HH:mm", tzinfo=zone, locale=language())


def event(one: DealEvent) -> str:
    """What happened, in a sentence."""
    mail = mail_name(one.mail) if one.mail else ""
    wave = waves()[one.wave] if one.wave else ""
    return {
        DealEventKind.LOADED: say("The deal came in"),
        DealEventKind.CHANGED: _changed(one.detail),
        DealEventKind.DELIVERED: say("Marked as delivered"),
        DealEventKind.CANCELLED: say("The deal was cancelled"),
        DealEventKind.HANDED_ON: say("Handed over to somebody else"),
        DealEventKind.SENT: say("Sent: {mail}", mail=mail),
        DealEventKind.PRINTED: say("A letter was printed"),
        DealEventKind.BOUNCED: say("Came back: {mail}", mail=mail),
        DealEventKind.FAILED: say("Could not be sent: {mail}", mail=mail),
        DealEventKind.HELD: say("May not have arrived: {mail}", mail=mail),
        DealEventKind.DECIDED: _decided(one.detail),
        DealEventKind.ANSWERED: say("The customer answered the {survey}", survey=wave),
        DealEventKind.WITHDRAWN: say("The customer took answers back"),
        DealEventKind.CLOSED: say("The {survey} closed without an answer", survey=wave),
        DealEventKind.STOPPED: _stopped(one.detail),
        DealEventKind.RESUMED: _resumed(one.detail),
        DealEventKind.PASSED_ON: say("The customer passed the survey on to a colleague"),
        DealEventKind.TAKEN_BACK: say("The customer is asked again, instead of a colleague"),
        DealEventKind.OPTED_OUT: say("The customer asked for no more mail"),
        DealEventKind.JOINED: say("This customer and another turned out to be one"),
        DealEventKind.CALL_OPENED: say("A call to the customer was opened"),
        DealEventKind.CALL_MADE: say("The customer was called"),
        DealEventKind.CALL_OVER: say("The call is not needed any more"),
        DealEventKind.EXPORTED: say("The customer’s data were exported"),
    }[one.kind]


def _changed(detail: str) -> str:
    known = facts()
    named = [known[name] for name in detail.split(", ") if name in known]
    return say("Changed: {facts}", facts=", ".join(named)) if named else say("Facts of the deal changed")


def _decided(detail: str) -> str:
    return {
        "arrived": say("Found to have arrived"),
        "again": say("To be sent again"),
        "cancel": say("Not sent any more"),
    }.get(detail, say("Decided about a mail"))


def _stopped(detail: str) -> str:
    known = {wave.value: words for wave, words in waves().items()}
    return say("The {survey} was stopped", survey=known[detail]) if detail in known else say("Stopped")


def _resumed(detail: str) -> str:
    known = {wave.value: words for wave, words in waves().items()}
    return say("The {survey} goes on", survey=known[detail]) if detail in known else say("A survey goes on")


def facts() -> dict[str, str]:
    """The facts that can be edited, by the name that the log gives them."""
    return {
        "address": say("e-mail address"),
        "language": say("language"),
        "salesperson": say("salesperson"),
        "planned day": say("planned day of delivery"),
        "account": say("account"),
    }


def languages() -> dict[str, str]:
    """The languages of customers."""
    return {"nl": say("Dutch"), "en": say("English")}


def effect(one: MailEffect) -> str:
    """What an edit does to one mail or link."""
    survey, deal = waves()[one.wave], one.deal_id
    if one.mail is None:
        return say(
            "Deal {deal}: the link to the {survey} that was mailed opens nothing any more.",
            deal=deal,
            survey=survey,
        )
    mail, known = say(one.mail.kind), {"deal": deal, "survey": survey}
    return {
        MailEffectKind.GOES_TO: say(
            "Deal {deal}: “{mail}”, {survey}, which waits, goes to {address}.",
            mail=mail,
            address=one.mail.to,
            **known,
        ),
        MailEffectKind.BY_LETTER: say(
            "Deal {deal}: “{mail}”, {survey}, becomes a letter.", mail=mail, **known
        ),
        MailEffectKind.ANEW: _anew(one, mail, survey),
        MailEffectKind.IN_LANGUAGE: say(
            "Deal {deal}: “{mail}”, {survey}, which waits, is in {language} now.",
            mail=mail,
            language=languages()[one.mail.language],
            **known,
        ),
        MailEffectKind.NAMES_SELLER: say(
            "Deal {deal}: “{mail}”, {survey}, which waits, names {seller}.",
            mail=mail,
            seller=one.mail.seller,
            **known,
        ),
        MailEffectKind.NOT_SENT: say(
            "Deal {deal}: “{mail}”, {survey}, does not go out any more.", mail=mail, **known
        ),
        MailEffectKind.LINK_CLOSES: "",
    }[one.kind]


def _anew(one: MailEffect, mail: str, survey: str) -> str:
    if one.mail and one.mail.to:
        return say(
            "Deal {deal}: a new “{mail}”, {survey}, goes to {address}.",
            deal=one.deal_id,
            mail=mail,
            survey=survey,
            address=one.mail.to,
        )
    return say(
        "Deal {deal}: a new “{mail}”, {survey}, becomes a letter.", deal=one.deal_id, mail=mail, survey=survey
    )


def done(what: str) -> str:
    """What was done just now."""
    return {
        "changed": say("The change is kept."),
        "delivered": say("The deal is marked as delivered."),
        "cancelled": say("The deal is cancelled. No mail goes out about it any more."),
        "stopped": say("The survey is stopped. No mail goes out about it any more."),
        "resumed": say("The survey goes on. What was mailed before is not mailed again."),
        "again": say("The mail goes out again."),
        "handed": say("The deal is handed over."),
        "taken_back": say("The customer is asked again. The link of the colleague is closed."),
        "nothing": say("That was so already: nothing changed."),
    }[what]


def unusable(field: str) -> str:
    """What is wrong with a field that nothing can be made of."""
    return {
        "language": say("Choose a language."),
        "planned_on": say("Fill in a day, or leave it empty."),
        "account": say("Type a name of at most 200 characters."),
    }[field]


def why(refusal: KloofError) -> str:
    """Why something cannot be done by hand; a file has other words, for whoever can mend a line of it."""
    known = {
        Reason.DAY_IN_FUTURE: say("That day is still to come."),
        Reason.DAY_BEFORE_SALE: say("That day is before the day of the sale."),
        Reason.DEAL_CANCELLED: say("This deal was cancelled."),
        Reason.DEAL_UNKNOWN: say("There is no such deal any more."),
        Reason.SECOND_SURVEY_ANSWERED: say(
            "The customer has answered the second survey, so the day of delivery stays."
        ),
        Reason.CUSTOMER_HAS_ANSWERED: say("The customer has answered already, so this can no longer change."),
        Reason.ADDRESS_OF_ANOTHER: say(
            "This is another customer’s address, and they would be asked about these answers. Give the customer an "
            "address of their own, or none: then they get a letter."
        ),
        Reason.SALESPERSON_UNKNOWN: say("Choose a salesperson who works here."),
        Reason.SUCCESSOR_UNFIT: say("Choose a salesperson who works here."),
    }
    return known.get(refusal.reason) or errors.worded(refusal)


def field_of(refusal: KloofError) -> str:
    """Which field of the facts a refusal is about."""
    if refusal.reason is Reason.DAY_BEFORE_SALE:
        return "planned_on"
    about_seller = refusal.facts.get("columns") == "salesperson_email"
    return "salesperson" if about_seller or refusal.reason is Reason.SALESPERSON_UNKNOWN else "address"
