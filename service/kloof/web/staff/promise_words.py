"""What may be said before a promise, in the visitor's language: shares, and a tip that fits the kind of aspect."""

from typing import Final

from kloof.domain.staff.calibration import LEAST_TOLD, MOST_TOLD, Advice
from kloof.domain.surveys.definition import AspectKind
from kloof.web.app.language import say

_ONE: Final = 10


def tip(advice: Advice) -> str:
    """What to do about an expectation that is too high, by the kind of the aspect."""
    return _tips().get(advice.aspect.kind) or say("Say what is in the quote, and what is not.")


def _tips() -> dict[AspectKind | None, str]:
    return {
        AspectKind.TIME: say("Name the week in the quote. Not the earliest one: the one that we can make."),
        AspectKind.APPOINTMENTS: say("Only name days that the planners have confirmed."),
        AspectKind.PRICE: say("Say beforehand what could still be added to the price."),
        AspectKind.COMPLETENESS: say("Say beforehand what is not included, and put it in the quote."),
        AspectKind.QUALITY: say("Show work that we have finished, rather than the brochure."),
        AspectKind.RESULT: say("Ask what the customer needs it for, and say what it will not do."),
        AspectKind.COMMUNICATION: say("Agree who will keep the customer informed, and how often."),
        AspectKind.PEOPLE: say("Say who is coming, and introduce them before the work starts."),
        AspectKind.EASE: say("Let the customer try it before they decide."),
        AspectKind.AFTERCARE: say("Say what help is included afterwards, and how soon it comes."),
    }


def as_expected(share: int) -> str:
    """How many customers got what they expected or more; `share` as it is published, a percentage in fives."""
    if share <= LEAST_TOLD:
        return say("Fewer than 1 in 10 customers got what they expected, or more.")
    if share >= MOST_TOLD:
        return say("More than 9 in 10 customers got what they expected, or more.")
    if share == _ONE:
        return say("About 1 in 10 customers got what they expected, or more.")
    if share % 10:
        return say("About {share}% of customers got what they expected, or more.", share=share)
    return say("About {tenths} in 10 customers got what they expected, or more.", tenths=share // 10)


def at_least(share: int, good: int) -> str:
    """How many customers gave at least a good mark; `share` as it is published."""
    if share <= LEAST_TOLD:
        return say("Fewer than 1 in 10 customers give this {good} or more after delivery.", good=good)
    if share >= MOST_TOLD:
        return say("More than 9 in 10 customers give this {good} or more after delivery.", good=good)
    if share == _ONE:
        return say("About 1 in 10 customers give this {good} or more after delivery.", good=good)
    if share % 10:
        return say(
            "About {share}% of customers give this {good} or more after delivery.", share=share, good=good
        )
    tenths = share // 10
    return say(
        "About {tenths} in 10 customers give this {good} or more after delivery.", tenths=tenths, good=good
    )


def tenths(share: int) -> int:
    """How many of ten dots are full: the lower ten, so that it is never said to be more."""
    return 0 if share <= LEAST_TOLD else share // 10
