"""Answers that the link in a mail brings along: shown as chosen, and kept with the first thing that is said here.

A mail scanner opens every link, and may press the button behind it. What sets a person apart is that they fill in
something that did not come along, so that is what is waited for, and the page says so. Once something is kept, the
choice of the mail has no say over it any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl

from flask import request

from kloof.domain.surveys.answers import DOES_NOT_APPLY
from kloof.domain.surveys.responses import Changes, Questionnaire, amended
from kloof.web.survey.pages import TO_CHECK

FROM_MAIL: Final = "from.mail"
"""The field in which the form carries them on, so that its address need not. The dot: no id can be this name."""
OF_THE_ADDRESS: Final = frozenset({"page", "language", TO_CHECK})


@dataclass(frozen=True, slots=True)
class Presets:
    """What came along, by item, as the form would post it.

    `waiting` is what nothing is kept for yet, `overtaken` that for which another answer is kept. `misfits`: something
    else came along that looks like an answer, and is none to this survey.
    """

    chosen: Mapping[str, str] = field(default_factory=dict)
    waiting: Mapping[str, str] = field(default_factory=dict)
    overtaken: Mapping[str, str] = field(default_factory=dict)
    misfits: bool = False


NOTHING: Final = Presets()


def presets(questionnaire: Questionnaire, carried: str = "") -> Presets:
    """What the address of this request brings along, and what its form `carried` on."""
    if not (request.args or carried):
        return NOTHING
    brought = dict(parse_qsl(carried)) | request.args.to_dict()
    items = questionnaire.survey.items(questionnaire.wave)
    points = {*map(str, questionnaire.survey.scale.points)}
    chosen = {item: brought[item] for item in items if brought.get(item) in points | {DOES_NOT_APPLY}}
    kept = {item: str(answer) for item, answer in questionnaire.response.answers.items()}
    others = brought.keys() - chosen.keys() - OF_THE_ADDRESS
    return Presets(
        chosen,
        waiting={item: value for item, value in chosen.items() if item not in kept},
        overtaken={item: value for item, value in chosen.items() if kept.get(item, value) != value},
        misfits=any(name in items or brought[name] in points for name in others),
    )


def is_only_offered(questionnaire: Questionnaire, changes: Changes) -> bool:
    """Whether this says nothing but what came along: a scanner that presses the button says no more."""
    said_more = any(one.text or one.outcome or one.remark for one in changes.promises.values())
    own = replace(changes, offered={})
    return not said_more and amended(questionnaire.response, own) == questionnaire.response
