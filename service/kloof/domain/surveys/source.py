"""Survey files: a text becomes a Survey, or all that is wrong with it is said at once, with its place."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from kloof.domain.errors import BadInput, Reason
from kloof.domain.surveys import yaml_positions
from kloof.domain.surveys.definition import (
    ID_TWICE,
    NO_CORE,
    OFF_SCALE,
    RESERVED,
    Contradiction,
    Outline,
    Survey,
)
from kloof.domain.surveys.paths import Place, path

_MISSING: Final = {
    "nl": "missing Dutch text; add it",
    "en": "missing English text; add it",
    "at_sale": "this aspect has no question at sale; add at_sale with nl and en",
    "after_delivery": "this aspect has no question after delivery; add after_delivery with nl and en",
}

_WRONG: Final = {
    "string_type": "must be a text; found {found}",
    "string_pattern_mismatch": "an id has 1 to 40 of a–z, 0–9, - and _, a letter first; found {found}",
    "int_parsing": "must be a whole number; found {found}",
    "int_type": "must be a whole number; found {found}",
    "float_parsing": "must be a number, such as 7.5; found {found}",
    "float_type": "must be a number, such as 7.5; found {found}",
    "bool_parsing": "must be true or false; found {found}",
    "bool_type": "must be true or false; found {found}",
    "enum": "must be one of {expected}; found {found}",
    "greater_than_equal": "must be {ge} or more; found {found}",
    "less_than_equal": "must be {le} or less; found {found}",
    "tuple_type": "must be a list, each item after a dash; found {found}",
    "too_long": "has {actual_length} in the list; {max_length} is the most",
    "model_type": "must hold the fields {fields}; found {found}",
}
"""What is said for pydantic's type of error; where a type is not here, pydantic's own sentence is used."""

_ABSENT: Final = "missing; add it"
_EMPTY: Final = "is empty; fill it in"
_UNKNOWN: Final = "unknown field; possible here: {fields}"
_MISSPELT: Final = "unknown field; did you mean {meant}?"
_ELSEWHERE: Final = 'the id "{id}" is also in {file}; give each file its own'
_PLACED: Final = "{path} (line {line})"

SENTENCES: Final = (
    *yaml_positions.SENTENCES, *_MISSING.values(), *dict.fromkeys(_WRONG.values()), _ABSENT, _EMPTY, _UNKNOWN,
    _MISSPELT, _ELSEWHERE, NO_CORE, ID_TWICE, OFF_SCALE, RESERVED,
)  # fmt: skip
"""Everything that is said about a survey file, with the facts that each sentence names."""


class SurveySource:
    """A survey file as it was written, which knows where each part of it stands."""

    def __init__(self, text: str, filename: str) -> None:
        self.filename = filename
        self._marked = yaml_positions.read(text)

    @property
    def value(self) -> Any:
        """What is written: texts, lists and mappings; None where that cannot be told."""
        return self._marked.value

    def survey(self) -> Survey:
        """The survey in it. Raises BadInput with every problem, in the order of the file."""
        survey, flaws = self.checked()
        if survey is None:
            raise BadInput(Reason.SURVEYS_UNUSABLE, [self._line(flaw) for flaw in flaws])
        return survey

    def checked(self) -> tuple[Survey | None, list[yaml_positions.Flaw]]:
        """The survey in it, or None and all that is wrong, in the order of the file."""
        value, flaws, survey = self._marked.value, list(self._marked.flaws), None
        if value is not None or not flaws:
            try:
                survey = Survey.model_validate(value)
            except ValidationError as error:
                flaws += self._misfits(error.errors(include_url=False))
        return (None if flaws else survey), sorted(flaws, key=lambda flaw: flaw.spot)

    def elsewhere(self, file: str) -> str:
        """That another file has the same id, as `file:line:column: path: message`."""
        return self._line(self.taken(file))

    def taken(self, file: str) -> yaml_positions.Flaw:
        """That another file has the same id."""
        return self._flaw(("id",), _ELSEWHERE, {"id": self.value["id"], "file": file})

    def _flaw(self, place: Place, sentence: str, facts: Mapping[str, object]) -> yaml_positions.Flaw:
        return yaml_positions.Flaw(self._marked.spot(place), place, sentence, facts)

    def _line(self, flaw: yaml_positions.Flaw) -> str:
        named = f"{path(flaw.place)}: " if flaw.place else ""
        return f"{self.filename}:{flaw.spot.line}:{flaw.spot.column}: {named}{flaw.message}"

    def _misfits(self, errors: list[ErrorDetails]) -> Iterator[yaml_positions.Flaw]:
        """pydantic skips the rules over the whole once a part is wrong; here they see what is right."""
        parts = [error for error in errors if error["type"] != "contradiction"]
        meant = _meant_by_misspelt(parts)
        for error in parts:
            place = error["loc"]
            if error["type"] != "missing" or place not in meant.values():
                yield self._flaw(place, *_worded(error, meant))
        wrong = {error["loc"] for error in parts}
        value = self._marked.value if isinstance(self._marked.value, dict) else {}
        for contradiction in _outline(value, wrong).contradictions():
            yield self._flaw(contradiction.place, contradiction.sentence, self._facts(contradiction))

    def _facts(self, contradiction: Contradiction) -> dict[str, object]:
        other = contradiction.other
        placed = _PLACED.format(path=path(other), line=self._marked.spot(other).line)
        return {**contradiction.facts, **({"other": placed} if other else {})}


def _found(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return f"the fields {', '.join(path((name,)) for name in value)}" if value else "no fields"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    written = str(value)
    return repr(written if len(written) <= 40 else written[:39] + "…")


def _worded(error: ErrorDetails, meant: Mapping[Place, Place]) -> tuple[str, dict[str, object]]:
    place, value = error["loc"], error["input"]
    name = place[-1] if place else ""
    if error["type"] == "extra_forbidden":
        return _unknown(place, meant.get(place))
    if error["type"] in {"missing", "string_too_short"}:
        return _MISSING.get(str(name), _ABSENT), {}
    if value is None:
        return _MISSING.get(str(name), _EMPTY), {}
    facts = dict(error.get("ctx", {}))
    if error["type"] == "reserved_id":
        return RESERVED, facts
    sentence = _WRONG.get(error["type"])
    if sentence is None:
        return "{message}", {"message": error["msg"]}
    fields = ", ".join(_fields(place)) if error["type"] == "model_type" else ""
    return sentence, {"found": _found(value), "fields": fields, **facts}


def _unknown(place: Place, meant: Place | None) -> tuple[str, dict[str, object]]:
    if meant:
        return _MISSPELT, {"meant": meant[-1]}
    return _UNKNOWN, {"fields": ", ".join(_fields(place[:-1]))}


def _meant_by_misspelt(errors: list[ErrorDetails]) -> dict[Place, Place]:
    """Unknown field → the field that it resembles; being missing is then no second problem."""
    meant = {}
    for error in errors:
        place = error["loc"]
        if error["type"] == "extra_forbidden":
            alike = get_close_matches(str(place[-1]), _fields(place[:-1]), n=1)
            if alike:
                meant[place] = (*place[:-1], alike[0])
    return meant


def _fields(place: Place) -> list[str]:
    """The fields that can stand at this place, which is one where a survey holds fields."""
    model: Any = Survey
    for name in place:
        if isinstance(name, str):
            kind = model.model_fields[name].annotation
            model = (*get_args(kind), kind)[0]
    return list(model.model_fields)


_WHOLE: Final = TypeAdapter(int)
_NUMBER: Final = TypeAdapter(float)
_TRUTH: Final = TypeAdapter(bool)


def _outline(value: Mapping[str, Any], wrong: set[Place]) -> Outline:
    """What the rules over the whole can look at: the parts that are right in themselves."""
    items = {
        (kind, at, name): part
        for kind in ("aspects", "overall")
        if isinstance(value.get(kind), list)
        for at, item in enumerate(value[kind])
        if isinstance(item, dict)
        for name, part in item.items()
        if part is not None and (kind, at, name) not in wrong
    }
    aspects = value.get("aspects")
    outside = {
        place for place, part in items.items() if place[2] == "core" and not _TRUTH.validate_python(part)
    }
    return Outline(
        ids={place: part for place, part in items.items() if place[2] == "id"},
        norms={place: _NUMBER.validate_python(part) for place, part in items.items() if place[2] == "norm"},
        has_core=not isinstance(aspects, list) or len(outside) < len(aspects),
        points=_points(value, wrong),
    )


def _points(value: Mapping[str, Any], wrong: set[Place]) -> range | None:
    if wrong & {(), ("scale",), ("scale", "low"), ("scale", "high")}:
        return None
    low, high = (_WHOLE.validate_python(value["scale"][end]) for end in ("low", "high"))
    return range(low, high + 1)
