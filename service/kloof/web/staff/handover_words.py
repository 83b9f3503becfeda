"""What delivery says and what was done for a deal, in the visitor's language."""

from datetime import date

from kloof.domain.notation import number
from kloof.domain.staff.handover import Item, Mark, Meeting, Why
from kloof.domain.surveys.definition import Survey
from kloof.web.app.language import language, say


def mark_words(mark: Mark) -> str:
    """A mark, as a lead chooses it."""
    return {
        Mark.WILL: say("Yes, we can"),
        Mark.WONT: say("No, we cannot"),
        Mark.TALK: say("Discuss first"),
    }[mark]


def meeting_words(meeting: str) -> str:
    """How to talk, as a heading."""
    if meeting == Meeting.VISIT:
        return say("Visit the customer together before the work starts")
    return say("Call the customer before the work starts")


def reason_words(why: Why, item: Item, survey: Survey) -> str:
    """One reason to talk first, in a sentence."""
    names = {aspect.id: aspect.name[language()] for aspect in survey.aspects}
    what = f"“{item.promise}”" if item.promise else names[item.aspect]
    if why is Why.WONT:
        return say("{what}: delivery says that this cannot be done.", what=what)
    if why is Why.TALK:
        return say("{what}: delivery wants to discuss this first.", what=what)
    return say(
        "{what}: the customer expects {expected} out of {most}, and our norm is {norm}.",
        what=what,
        expected=item.expected,
        most=survey.scale.high,
        norm=number(item.norm or 0, language()),
    )


def done_words() -> dict[str, str]:
    """What can be done for a deal, by practice."""
    return {
        "joint_visit": say("Sales and delivery visited the customer together, before the quote"),
        "quote_checked": say("Delivery checked the quote"),
        "exclusions_listed": say("The customer got a list of what is not included"),
        "seller_on_site": say("The salesperson was there on the first morning"),
        "handover_document": say("The handover document was made"),
        "aftercare_call": say("The salesperson called after delivery"),
        "complaint": say("The customer made a complaint"),
    }


def days_until(day: date | None, today: date) -> str:
    """How soon the work is planned, in a few words; nothing where no day is known."""
    if day is None:
        return ""
    days = (day - today).days
    if days < 0:
        return say("planned day has passed")
    if days == 0:
        return say("today")
    if days == 1:
        return say("tomorrow")
    return say("in {days} days", days=days)
