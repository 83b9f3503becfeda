"""What the form says about single answers: what is missing, and what became of a choice that came from a mail."""

from collections.abc import Mapping

from kloof.domain.surveys.answers import DOES_NOT_APPLY
from kloof.domain.surveys.definition import Survey
from kloof.domain.surveys.responses import CONSENT, Questionnaire
from kloof.domain.text import Text
from kloof.web.app.language import language, say
from kloof.web.survey.presets import Presets


def names(survey: Survey) -> dict[str, Text]:
    """The short name of everything that gets a number."""
    return {aspect.id: aspect.name for aspect in survey.aspects} | {
        item.id: item.name for item in survey.overall
    }


def needed(questionnaire: Questionnaire, field: str) -> str:
    """What is missing before it can be sent, by the name that the customer knows it by."""
    if field == CONSENT:
        return say("Choose who may see your answers.")
    return say("{aspect}: choose an answer.", aspect=_name(questionnaire, field))


def notes(questionnaire: Questionnaire, found: Presets) -> dict[str, str]:
    """What is not taken of what came along, for the page to say, by what it is about."""
    said = {item: _stays_if_left(questionnaire, item, value) for item, value in found.overtaken.items()}
    if found.misfits:
        said[""] = say(
            "The choice in your link does not fit this survey, so nothing was filled in. Choose here."
        )
    return said


def of_waiting(questionnaire: Questionnaire, waiting: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """For each choice of the mail that is not kept yet: what the page says, and what once it is kept."""
    return {
        item: {
            "waits": waits(questionnaire, item, value),
            "saved": _waits_no_more(questionnaire, item, value),
        }
        for item, value in waiting.items()
    }


def waits(questionnaire: Questionnaire, item: str, value: str) -> str:
    """A choice of the mail that is not kept yet: what it takes, and why."""
    return say(
        "In the mail you chose {answer} for “{aspect}”. It is saved as soon as you fill in something here yourself. "
        "That way a program that checks your mail cannot answer for you.",
        answer=_worded(value),
        aspect=_name(questionnaire, item),
    )


def _waits_no_more(questionnaire: Questionnaire, item: str, value: str) -> str:
    return say(
        "In the mail you chose {answer} for “{aspect}”. That is saved now, with what you filled in here.",
        answer=_worded(value),
        aspect=_name(questionnaire, item),
    )


def not_taken(questionnaire: Questionnaire, item: str, value: str) -> str:
    """Of a form that was opened before another answer was kept."""
    return say(
        "{aspect}: {kept} was already saved, so {answer} from the mail was not taken. "
        "Choose again if you want to change it.",
        aspect=_name(questionnaire, item),
        kept=_worded(str(questionnaire.response.answers[item])),
        answer=_worded(value),
    )


def once_more(questionnaire: Questionnaire, item: str, value: str) -> str:
    """Everything else was kept before: one choice is asked for that a scanner would not make."""
    return say(
        "{aspect}: in the mail you chose {answer}. Choose it here once more, and then send. "
        "Then we know that it was you, and not a program that checks mail.",
        aspect=_name(questionnaire, item),
        answer=_worded(value),
    )


def _stays_if_left(questionnaire: Questionnaire, item: str, value: str) -> str:
    return say(
        "In the mail you chose {answer} for “{aspect}”, but {kept} was already saved. "
        "It stays {kept}, unless you change it here.",
        answer=_worded(value),
        aspect=_name(questionnaire, item),
        kept=_worded(str(questionnaire.response.answers[item])),
    )


def _name(questionnaire: Questionnaire, item: str) -> str:
    return names(questionnaire.survey)[item][language()]


def _worded(value: str) -> str:
    return "“" + say("does not apply, or don't know") + "”" if value == DOES_NOT_APPLY else value
