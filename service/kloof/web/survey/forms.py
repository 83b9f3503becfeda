"""The Flask-WTF form that a survey asks for, and every sentence that a customer can get about a wrong field."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field

from kloof.domain.spelling import written
from kloof.domain.surveys.answers import DOES_NOT_APPLY, Answer
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import (
    Changes,
    Consent,
    Promise,
    PromiseChange,
    PromiseOutcome,
    Questionnaire,
    Response,
    Source,
)
from kloof.domain.text import LANGUAGES, Language
from kloof.web.app.language import say
from kloof.web.survey.pages import (
    MAY_CALL,
    MAY_CALL_ANSWERS,
    POSITIONS,
    SHARE,
    TO_CHECK,
    booklet,
    outcome_fields,
    promise_fields,
)
from kloof.web.survey.presets import FROM_MAIL

MOST_IN_COMMENT: Final = 4000
MOST_IN_PROMISE: Final = 500
MOST_FORMS: Final = 256
CHOICES: Final = "choices"
BOX: Final = frozenset({"yes", "no"})
"""A box brings `yes` when it is ticked, and behind it always a hidden `no`: an empty box says something too."""
PROMISE_FIELDS: Final = frozenset({*promise_fields(), *outcome_fields()})
NOT_CONTENT: Final = frozenset({"action", "go", "language", "page", FROM_MAIL, TO_CHECK})
ACTIONS: Final = frozenset({"save", "back", "submit", *LANGUAGES})

# Line breaks and tabs are writing; other control characters are not.
_NOT_WRITING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


class Choices(Field):
    """Every field in which one of a few values is chosen: numbers, consent, what to do next.

    One field for all of them: forty of WTForms' own would cost more than the rest of the request. `data` holds what
    was chosen by name, and `wrong` the worded errors.
    """

    def __init__(
        self, label: str | None = None, *, allowed: Mapping[str, frozenset[str]], **rest: Any
    ) -> None:
        super().__init__(label, **rest)
        self.allowed = allowed

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.data: dict[str, str] = {}
        self.wrong: dict[str, str] = {}
        for name, posted in formdata.lists() if formdata else ():
            if name not in self.allowed:
                continue
            ticked = posted == ["yes", "no"] and self.allowed[name] is BOX
            if (len(posted) == 1 or ticked) and posted[0] in self.allowed[name]:
                self.data[name] = posted[0]
            else:
                self.wrong[name] = say("Choose one of the answers that are offered.")

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        self.errors = tuple(self.wrong.values())
        return not self.wrong


class Written(Field):
    """Text in somebody's own words, as `spelling.written` has it."""

    def __init__(self, label: str | None = None, *, most: int, **rest: Any) -> None:
        super().__init__(label, **rest)
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        self.data = written(valuelist[0])
        if len(valuelist) > 1:
            raise ValueError(say("This was filled in twice. Fill it in once."))
        if len(self.data) > self.most:
            raise ValueError(
                say(
                    "This is {count} characters long. Make it at most {most}.",
                    count=len(self.data),
                    most=self.most,
                )
            )
        if _NOT_WRITING.search(self.data):
            raise ValueError(
                say("This text holds invisible characters. Type it again, or paste it as plain text.")
            )


class SurveyForm(FlaskForm):
    """Holds the fields that a page brought. No CSRF: the token in the address is the credential, there is no cookie."""

    class Meta:
        csrf = False

        def get_translations(self, form: Any) -> None:
            """None: every sentence here is our own."""


class UnknownFieldError(ValueError):
    """The survey has no such field: this did not come from its form."""


class PostedForm(NamedTuple):
    """What was posted: answers by item, all fields as text, and what is wrong, worded, by field."""

    answers: dict[str, Answer]
    said: dict[str, str]
    wrong: dict[str, str]

    def without_wrong(self) -> "PostedForm":
        """The fields in which nothing is wrong."""
        return PostedForm(
            {item: answer for item, answer in self.answers.items() if item not in self.wrong},
            {name: value for name, value in self.said.items() if name not in self.wrong},
            {},
        )


class Blank:
    """Every field that one survey knows in one wave. It reads what any subset of them brings."""

    def __init__(self, survey: Survey, wave: Wave, pages: int) -> None:
        self._items = survey.items(wave)
        self._allowed = _allowed(survey, wave, pages)
        self._choices: Any = Choices(allowed=self._allowed)
        self._written = _written(wave)
        self._forms: dict[tuple[str, ...], type[FlaskForm]] = {}

    def read(self, posted: MultiDict[str, str]) -> PostedForm:
        """What a page brings, validated; raises UnknownFieldError for a name that the survey does not know.

        What is absent has no field at all, so it can be neither wrong nor cleared.
        """
        names = tuple(name for name in posted if name not in self._allowed and name != FROM_MAIL)
        form = (self._forms.get(names) or self._form(names))(posted)
        form.validate()
        said: dict[str, Any] = form.data
        said |= said.pop(CHOICES)
        wrong = {name: messages[0] for name, messages in form.errors.items() if name != CHOICES}
        answers = {item: _answer(said[item]) for item in self._items if item in said}
        return PostedForm(answers, said, form[CHOICES].wrong | wrong)

    def _form(self, names: tuple[str, ...]) -> type[FlaskForm]:
        if not self._written.keys() >= set(names):
            raise UnknownFieldError
        if len(self._forms) >= MOST_FORMS:
            self._forms.clear()
        fields = {CHOICES: self._choices} | {name: self._written[name] for name in names}
        self._forms[names] = type("PageForm", (SurveyForm,), fields)
        return self._forms[names]


_blanks: dict[tuple[str, Wave], Blank] = {}


def blank(questionnaire: Questionnaire) -> Blank:
    """The fields of this customer's survey and wave."""
    key = (questionnaire.survey.fingerprint, questionnaire.wave)
    if key not in _blanks:
        # One page more than there may be: the page that looks back comes and goes with the first survey.
        _blanks[key] = Blank(questionnaire.survey, questionnaire.wave, len(booklet(questionnaire)) + 1)
    return _blanks[key]


def _allowed(survey: Survey, wave: Wave, pages: int) -> dict[str, frozenset[str]]:
    scale = frozenset({*map(str, survey.scale.points), DOES_NOT_APPLY})
    allowed = dict.fromkeys(survey.items(wave), scale) | {
        "consent": frozenset(consent.value for consent in Consent),
        "action": ACTIONS,
        "language": frozenset(LANGUAGES),
        "page": frozenset(map(str, range(1, pages + 1))),
        TO_CHECK: frozenset({"yes"}),
    }
    if wave is Wave.SALE:
        allowed[SHARE] = BOX
    if wave is Wave.DELIVERY:
        allowed[MAY_CALL] = frozenset(MAY_CALL_ANSWERS)
    for position in POSITIONS:
        if wave is Wave.SALE:
            allowed[f"promise-{position}-aspect"] = frozenset({"", *(aspect.id for aspect in survey.aspects)})
            allowed[f"promise-{position}-source"] = frozenset({"", *(source.value for source in Source)})
        else:
            allowed[f"outcome-{position}"] = frozenset(outcome.value for outcome in PromiseOutcome)
    return allowed | {"go": frozenset({*allowed, *_written(wave)})}


def _written(wave: Wave) -> dict[str, Any]:
    fields: dict[str, Any] = {"comment": Written(most=MOST_IN_COMMENT)}
    for position in POSITIONS:
        name = f"promise-{position}" if wave is Wave.SALE else f"outcome-{position}-remark"
        fields[name] = Written(most=MOST_IN_PROMISE)
    return fields


def _answer(value: str) -> Answer:
    return value if value == DOES_NOT_APPLY else int(value)


def changes(reading: PostedForm, language: Language, chosen: Mapping[str, str]) -> Changes:
    """What a valid page says, as values; answers that are still as they were `chosen` in a mail are only offered."""
    said = reading.said
    offered = {item: _answer(value) for item, value in chosen.items() if said.get(item, value) == value}
    return Changes(
        answers={item: answer for item, answer in reading.answers.items() if item not in offered},
        offered=offered,
        comment=said.get("comment"),
        consent=Consent(said["consent"]) if "consent" in said else None,
        shares_with_delivery=said[SHARE] == "yes" if SHARE in said else None,
        may_call=MAY_CALL_ANSWERS.get(said.get(MAY_CALL, "")),
        promises=_promises(said) if said.keys() & PROMISE_FIELDS else {},
        language=language,
    )


def _promises(said: Mapping[str, str]) -> dict[int, PromiseChange]:
    found: dict[int, PromiseChange] = {}
    for position in POSITIONS:
        written, came = f"promise-{position}", f"outcome-{position}"
        change = PromiseChange(
            text=said.get(written),
            aspect=said.get(f"{written}-aspect"),
            source=said.get(f"{written}-source"),
            outcome=PromiseOutcome(said[came]) if came in said else None,
            remark=said.get(f"{came}-remark"),
        )
        if change != PromiseChange():
            found[position] = change
    return found


def values(response: Response, promises: Iterable[Promise]) -> dict[str, str]:
    """What is kept, as the fields that would have posted it."""
    found = {item: str(answer) for item, answer in response.answers.items()}
    found["comment"] = response.comment
    if response.consent:
        found["consent"] = response.consent.value
    found[SHARE] = "yes" if response.shares_with_delivery else "no"
    if response.may_call is not None:
        found[MAY_CALL] = "yes" if response.may_call else "no"
    for promise in promises:
        at = promise.position
        found |= {f"promise-{at}": promise.text, f"promise-{at}-aspect": promise.aspect}
        found[f"promise-{at}-source"] = promise.source or ""
        found |= {f"outcome-{at}": promise.outcome or "", f"outcome-{at}-remark": promise.remark}
    return found
