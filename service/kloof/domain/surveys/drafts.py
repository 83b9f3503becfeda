"""A survey as somebody edits it: texts by field, whatever is still wrong with them, taken from a file and put back.

Nothing here knows of versions: which one a change becomes depends on who uses the survey.
"""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from enum import StrEnum
from typing import Any, Final
from unicodedata import category, decomposition

from kloof.domain.surveys.definition import Survey, Timing
from kloof.domain.surveys.paths import Place
from kloof.domain.surveys.yaml_edits import Wanted, YamlItem, edited
from kloof.domain.surveys.yaml_positions import read
from kloof.domain.text import LANGUAGES

Draft = dict[str, Any]
"""Fields of a survey by name: texts, `core` as truth; an item of a list has in `was` its place in the file, or None."""

TEXTS: Final = {
    "aspects": ("name", "at_sale", "after_delivery"),
    "overall": ("name", "question", "low_label", "high_label"),
}
"""The texts of an item of each list."""
INTRO: Final = ("at_sale", "after_delivery")
_DAYS: Final = {name: str(days) for name, days in Timing().model_dump().items()}
_FALSE: Final = frozenset({"0", "off", "f", "false", "n", "no"})
_NOT_IN_ID: Final = re.compile("[^a-z0-9]+")
_UNSEEN: Final = frozenset({"Cc", "Cs", "Co", "Cn"})
_UNWRITTEN: Final = "…"


class SurveyDifference(StrEnum):
    """What lies between two versions of a survey."""

    NOTHING = "nothing"
    WORDS = "words"
    STRUCTURE = "structure"


def difference(before: Survey, after: Survey) -> SurveyDifference:
    """Whether what is measured differs, or only words, norms and days."""
    if before.fingerprint == after.model_copy(update={"version": before.version}).fingerprint:
        return SurveyDifference.NOTHING
    return SurveyDifference.WORDS if _measures(before) == _measures(after) else SurveyDifference.STRUCTURE


def _measures(survey: Survey) -> object:
    aspects = [(aspect.id, aspect.core) for aspect in survey.aspects]
    return aspects, [item.id for item in survey.overall], survey.scale.points


def drafted(text: str) -> Draft | None:
    """What a file says, to be edited by field; None where it is not laid out as a survey, and only a text can be."""
    value = read(text).value
    if not isinstance(value, dict):
        return None
    parts = {name: value.get(name) or {} for name in ("title", "scale", "timing", "intro")}
    lists = {name: value.get(name) or [] for name in TEXTS}
    items = [item for held in lists.values() if isinstance(held, list) for item in held]
    if not all(isinstance(part, dict) for part in (*parts.values(), *items)):
        return None
    if not all(isinstance(held, list) for held in lists.values()):
        return None
    scale = parts["scale"]
    return {
        "id": _said(value.get("id")),
        "version": _said(value.get("version")),
        "title": _text(parts["title"]),
        "scale": {end: _said(scale.get(end)) for end in ("low", "high")}
        | {label: _text(scale.get(label)) for label in ("low_label", "high_label")},
        "intro": {wave: _text(parts["intro"].get(wave)) for wave in INTRO},
        "timing": {name: _said(parts["timing"].get(name, days)) for name, days in _DAYS.items()},
        "aspects": [_aspect(at, item) for at, item in enumerate(lists["aspects"])],
        "overall": [_item("overall", at, item) for at, item in enumerate(lists["overall"])],
    }


def _said(value: object) -> str:
    return value if isinstance(value, str) else ""


def _text(value: object) -> dict[str, str]:
    words = value if isinstance(value, dict) else {}
    return {language: _said(words.get(language)) for language in LANGUAGES}


def _item(kind: str, was: int | None, item: Mapping[str, Any]) -> Draft:
    texts = {name: _text(item.get(name)) for name in TEXTS[kind]}
    return {"was": was, "id": _said(item.get("id")), **texts}


def _aspect(was: int | None, item: Mapping[str, Any]) -> Draft:
    core = _is_core(item.get("core"))
    said = {name: _said(item.get(name)) for name in ("norm", "kind")}
    return _item("aspects", was, item) | said | {"core": core}


def _is_core(said: object) -> bool:
    return not (isinstance(said, str) and said.lower() in _FALSE)


def empty_item(kind: str) -> Draft:
    """A new item of a list, in which nothing is written yet."""
    return _aspect(None, {}) if kind == "aspects" else _item(kind, None, {})


def written(text: str, draft: Draft) -> str:
    """The file with what this draft says in it, and everything else as it was."""
    value = read(text).value
    if not isinstance(value, dict):
        text, value = "", {}
    said: dict[str, Any] = {name: _kept(value.get(name), draft[name]) for name in ("id", "version")}
    said["title"] = _kept_text(value.get("title"), draft["title"])
    said["scale"] = _kept_scale(value.get("scale"), draft["scale"])
    said["timing"] = _kept_days(value.get("timing"), draft["timing"])
    said["intro"] = _kept_intro(value.get("intro"), draft["intro"])
    for kind in TEXTS:
        held = value[kind] if isinstance(value.get(kind), list) else []
        taken = [item["id"] for item in draft[kind] if item["id"]]
        items = [_kept_item(held, item, taken) for item in draft[kind]]
        said[kind] = items if items or value.get(kind) == [] else None
    return edited(text, said)


def _kept(held: object, said: str) -> str | None:
    """What is said, in the letters of before where those say the same."""
    words = _line(said)
    if isinstance(held, str) and _line(held) == words:
        return held
    return words or None


def _line(words: str) -> str:
    """On one line, without signs that cannot be seen."""
    return " ".join("".join(one for one in words if one.isspace() or category(one) not in _UNSEEN).split())


def _kept_text(held: object, said: Mapping[str, str]) -> Wanted | None:
    before = held if isinstance(held, dict) else {}
    words: dict[str, str | None] = {
        language: _kept(before.get(language), said[language]) for language in LANGUAGES
    }
    return words if held is not None or any(words.values()) else None


def _kept_fields(held: object, said: Mapping[str, Any]) -> Wanted:
    before = held if isinstance(held, dict) else {}
    return {
        name: _kept(before.get(name), value)
        if isinstance(value, str)
        else _kept_text(before.get(name), value)
        for name, value in said.items()
    }


def _kept_scale(held: object, said: Mapping[str, Any]) -> Wanted | None:
    fields = _kept_fields(held, said)
    return fields if held is not None or any(fields.values()) else None


def _kept_days(held: object, said: Mapping[str, str]) -> Wanted | None:
    before = held if isinstance(held, dict) else {}
    days = {
        name: None
        if name not in before and said[name].strip() == usual
        else _kept(before.get(name), said[name])
        for name, usual in _DAYS.items()
    }
    return days if held is not None or any(days.values()) else None


def _kept_intro(held: object, said: Mapping[str, Mapping[str, str]]) -> Wanted | None:
    """What stands above the questions; a wave of which nothing is said has no field."""
    before = held if isinstance(held, dict) else {}
    words = {
        wave: _kept_text(before.get(wave), text) if any(text.values()) else None
        for wave, text in said.items()
    }
    return words if any(words.values()) else None


def _kept_item(held: Sequence[Any], draft: Draft, taken: list[str]) -> YamlItem:
    was = draft["was"] if draft["was"] in range(len(held)) and isinstance(held[draft["was"]], dict) else None
    before = held[was] if was is not None else {}
    fields = _kept_fields(
        before, {name: value for name, value in draft.items() if name not in {"was", "core"}}
    )
    if not fields["id"]:
        fields = {**fields, "id": _named(draft["name"]["en"] or draft["name"]["nl"], taken)}
    if draft.get("core", True) != _is_core(before.get("core")):
        fields = {**fields, "core": "true" if draft["core"] else "false"}
    return YamlItem(was, fields)


def _named(words: str, taken: list[str]) -> str | None:
    """An id made of a name, and of no other item."""
    letters = "".join(map(_bare, words)).lower()
    name = _NOT_IN_ID.sub("-", letters).strip("-0123456789")[:36].strip("-")
    if not name:
        return None
    other = next(f"{name}-{number}" for number in range(2, 100) if f"{name}-{number}" not in taken)
    name = other if name in taken else name
    taken.append(name)
    return name


def _bare(letter: str) -> str:
    """A letter without its marks."""
    first, *_ = decomposition(letter).split() or [""]
    return chr(int(first, 16)) if first and not first.startswith("<") else letter


def field_of(place: Place, draft: Draft) -> Place | None:
    """The field of a draft at which a flaw at this place is shown; None where it has none."""
    part: Any = draft
    for at, name in enumerate(place):
        known = (isinstance(part, dict) and name in part) or (
            isinstance(part, list) and name in range(len(part))
        )
        if not known:
            return None
        part = part[name]
        if not isinstance(part, dict | list):
            return place[: at + 1]
    first = next(iter(part), None) if isinstance(part, dict) else None
    return field_of((*place, first if first != "was" else "id"), draft) if first and place else None


def with_holes_filled(draft: Draft) -> Draft:
    """The draft with a mark in the place of every text that is not written yet, so that the rest can be seen."""
    filled = deepcopy(draft)
    intro = {wave: text for wave, text in filled["intro"].items() if not any(text.values())}
    _fill(filled)
    for wave in intro:
        filled["intro"][wave] = dict.fromkeys(LANGUAGES, "")
    return filled


def _fill(part: Any) -> None:
    if isinstance(part, list):
        for item in part:
            _fill(item)
    elif isinstance(part, dict) and part.keys() == set(LANGUAGES):
        part.update({language: words.strip() or _UNWRITTEN for language, words in part.items()})
    elif isinstance(part, dict):
        for value in part.values():
            _fill(value)
