"""The fields in which a survey is written, by name: `aspects-2-at_sale-nl` is the Dutch of the third aspect at sale."""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable
from typing import Any, Final

from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, StringField, TextAreaField

from kloof.domain.surveys.definition import AspectKind
from kloof.domain.surveys.drafts import Draft, empty_item, field_of
from kloof.domain.surveys.paths import Place
from kloof.domain.surveys.yaml_positions import Flaw
from kloof.web.app.language import say

MOST_ITEMS: Final = {"aspects": 40, "overall": 10}
_MOST_DIGITS: Final = 3


class TextFields(Form):
    """A text, in both languages side by side."""

    nl = TextAreaField()
    en = TextAreaField()


class ScaleFields(Form):
    low = StringField()
    high = StringField()
    low_label = FormField(TextFields)
    high_label = FormField(TextFields)


class TimingFields(Form):
    first_after_days = StringField()
    second_after_days = StringField()
    open_for_days = StringField()


class IntroFields(Form):
    at_sale = FormField(TextFields)
    after_delivery = FormField(TextFields)


class AspectFields(Form):
    was = HiddenField()
    id = StringField()
    name = FormField(TextFields)
    at_sale = FormField(TextFields)
    after_delivery = FormField(TextFields)
    norm = StringField()
    kind = StringField()
    core = BooleanField()


class OverallFields(Form):
    was = HiddenField()
    id = StringField()
    name = FormField(TextFields)
    question = FormField(TextFields)
    low_label = FormField(TextFields)
    high_label = FormField(TextFields)


class DraftForm(FlaskForm):
    """What goes along with every draft: which file it will replace. `before`: the digest of that, as it was."""

    before = HiddenField()


class SurveyFieldsForm(DraftForm):
    """A survey by field. `base`: the text into which the fields are put back, with its comments."""

    base = HiddenField()
    id = HiddenField()
    version = HiddenField()
    title = FormField(TextFields)
    scale = FormField(ScaleFields)
    timing = FormField(TimingFields)
    intro = FormField(IntroFields)
    aspects = FieldList(FormField(AspectFields), max_entries=MOST_ITEMS["aspects"])
    overall = FieldList(FormField(OverallFields), max_entries=MOST_ITEMS["overall"])

    def draft(self) -> Draft:
        """What is typed."""
        said: Draft = _texts({name: self.data[name] for name in self.data if name not in {"base", "before"}})
        for kind in MOST_ITEMS:
            said[kind] = [item | {"was": _number(item["was"])} for item in said[kind]]
        return said

    def text(self) -> str:
        """The text into which it is put back; empty where that did not come through whole."""
        try:
            return b64decode(self.base.data or "", validate=True).decode()
        except (Base64Error, UnicodeDecodeError):
            return ""


class TextForm(DraftForm):
    """A survey as the text of its file."""

    text = TextAreaField()

    def typed(self, newline: str) -> str:
        """What is typed, with the line breaks of the file: a browser sends those of Windows."""
        lines = (self.text.data or "").replace("\r\n", "\n").replace("\r", "\n")
        return lines.replace("\n", newline)


class NewForm(FlaskForm):
    """Where a new survey begins."""

    id = StringField()
    start = StringField()


def form_of(draft: Draft, base: str, before: str) -> SurveyFieldsForm:
    """The form that shows a draft."""
    return SurveyFieldsForm(
        formdata=None, data=draft | {"base": b64encode(base.encode()).decode(), "before": before}
    )


def _texts(part: Any) -> Any:
    """The same with an empty text for every field that was not sent."""
    if isinstance(part, dict):
        return {name: _texts(value) for name, value in part.items()}
    return [_texts(item) for item in part] if isinstance(part, list) else "" if part is None else part


def _number(said: Any) -> int | None:
    text = str(said)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None


def pressed(draft: Draft, do: str) -> str:
    """Change a draft as its button says (`add-aspects`, `up-aspects-2`); gives where to go on, else nothing."""
    act, _, rest = do.partition("-")
    kind, _, number = rest.partition("-")
    items: list[Draft] | None = draft.get(kind) if kind in MOST_ITEMS else None
    if items is None:
        return ""
    if act == "add" and len(items) < MOST_ITEMS[kind]:
        items.append(empty_item(kind))
        return f"{kind}-{len(items) - 1}"
    at = _number(number)
    if at is None or at >= len(items):
        return ""
    if act == "remove":
        del items[at]
        return f"{kind}-{min(at, len(items) - 1)}" if items else ""
    to = {"up": at - 1, "down": at + 1}.get(act, -1)
    if 0 <= to < len(items):
        items.insert(to, items.pop(at))
        return f"{kind}-{to}"
    return ""


def choose() -> str:
    """What is said where no start was chosen."""
    return say("Choose what to start from.")


def name_of(place: Place) -> str:
    """The name of the field at this place of a survey."""
    return "-".join(map(str, place))


def worded(flaw: Flaw) -> str:
    """What is wrong, in the language that is being read; a sentence that is not ours stays in English."""
    if flaw.sentence == "{message}":
        return flaw.message
    return say(flaw.sentence, **flaw.facts)


def by_field(flaws: Iterable[Flaw], draft: Draft) -> tuple[dict[str, str], list[Flaw]]:
    """What is wrong by the name of the field where it is shown, and what has no field."""
    wrong: dict[str, str] = {}
    others = []
    for flaw in flaws:
        place = field_of(flaw.place, draft)
        if place:
            wrong.setdefault(name_of(place), worded(flaw))
        else:
            others.append(flaw)
    return wrong, others


def kind_words() -> dict[AspectKind, str]:
    """What each kind of aspect is called."""
    return {
        AspectKind.TIME: say("how soon it is ready"),
        AspectKind.APPOINTMENTS: say("days and hours that are kept"),
        AspectKind.PRICE: say("the price"),
        AspectKind.COMPLETENESS: say("what is included"),
        AspectKind.QUALITY: say("how well it is made"),
        AspectKind.RESULT: say("whether it does what was said"),
        AspectKind.COMMUNICATION: say("how we keep in touch"),
        AspectKind.PEOPLE: say("the people who come"),
        AspectKind.EASE: say("how easy it is to use"),
        AspectKind.AFTERCARE: say("help afterwards"),
    }
