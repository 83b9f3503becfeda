"""YAML as plain texts, lists and mappings, with the line and column at which each field stands.

Every value stays the text that was written: `no` is a word, not False, and `1.10` keeps its nought; who asked
for a number reads one from it. Anchors, aliases and tags are refused: what stands in a file is all there is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import yaml

from kloof.domain.surveys.paths import Place

DEEPEST = 20
EMPTY = frozenset({"", "~", "null"})


class Position(NamedTuple):
    """Where something stands in a text; both count from 1."""

    line: int
    column: int


class Flaw(NamedTuple):
    """Something that cannot be read as it stands; `place` is empty where no field can be named.

    `sentence` says what is wrong, in English, with the `facts` that it names in braces.
    """

    spot: Position
    place: Place
    sentence: str
    facts: Mapping[str, object] = MappingProxyType({})

    @property
    def message(self) -> str:
        return self.sentence.format(**self.facts)


SENTENCES: Final = (
    "a YAML file cannot hold the character {sign}; remove it",
    "not valid YAML: a number or \\ code here is far too large; correct it",
    "more than {most} levels deep; check the brackets",
    "{sign} cannot be used here; write out what is meant, or put quotes around the whole text",
    "not valid YAML: {trouble}; check the indentation here and above, and put quotes around a text with : # or ? in it",
    "the name of a field must be a plain word before the colon",
    "given twice, first on line {line}; keep one of the two",
)
"""Everything that is said here about a text."""
_UNPRINTABLE, _TOO_LARGE, _TOO_DEEP, _SHORTHAND, _SYNTAX, _NAME, _TWICE = SENTENCES


@dataclass(slots=True)
class Marked:
    """`value` is what was written, `spots` where each field stands, `flaws` what could not be read."""

    value: Any = None
    spots: dict[Place, Position] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)

    def spot(self, place: Place) -> Position:
        """Where this field stands, or else the nearest field around it that is there."""
        while place and place not in self.spots:
            place = place[:-1]
        return self.spots.get(place, Position(1, 1))


@lru_cache(maxsize=32)
def read(text: str) -> Marked:
    """What the text says; `value` is None where it is empty or its parts cannot be told apart.

    It is kept for who asks again: nobody may change it. An editor asks several times for each page.
    """
    marked = Marked()
    marked.flaws += _refusals(text)
    if not marked.flaws:
        try:
            root = yaml.compose(text, Loader=yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            marked.flaws.append(_syntax(error))
        else:
            marked.value = _walk(root, (), marked)
    return marked


def _refusals(text: str) -> Iterator[Flaw]:
    """What the parser's events show before anything is built from them: nothing here can grow or recurse."""
    try:
        loader = yaml.BaseLoader(text)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position)
        column = error.position - (text.rfind("\n", 0, error.position) + 1)
        sign = f"U+{ord(text[error.position]):04X}"
        yield Flaw(Position(line + 1, column + 1), (), _UNPRINTABLE, {"sign": sign})
        return
    try:
        yield from _refused_events(loader)
    except yaml.MarkedYAMLError as error:
        yield _syntax(error)
    except (ValueError, OverflowError):
        yield Flaw(_spot(loader.get_mark()), (), _TOO_LARGE)
    finally:
        loader.dispose()


def _refused_events(loader: yaml.BaseLoader) -> Iterator[Flaw]:
    depth = 0
    while loader.check_event():
        event: yaml.Event = loader.get_event()  # type: ignore[no-untyped-call]  # types-PyYAML leaves it bare
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            yield Flaw(_spot(event.start_mark), (), _TOO_DEEP, {"most": DEEPEST})
            return
        sign = _shorthand(event)
        if sign:
            yield Flaw(_spot(event.start_mark), (), _SHORTHAND, {"sign": sign})


def _shorthand(event: yaml.Event) -> str:
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if anchor:
        return f"the alias *{anchor}" if isinstance(event, yaml.AliasEvent) else f"the anchor &{anchor}"
    return f"the tag {tag}" if tag else ""


def _syntax(error: yaml.MarkedYAMLError) -> Flaw:
    trouble = ", ".join(filter(None, (error.context, error.problem)))
    return Flaw(_spot(error.problem_mark or error.context_mark), (), _SYNTAX, {"trouble": trouble})


def _spot(mark: Any) -> Position:
    return Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)


def _walk(node: yaml.Node | None, place: Place, marked: Marked) -> Any:
    if node is None:
        return None
    marked.spots.setdefault(place, _spot(node.start_mark))
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, marked)
    if isinstance(node, yaml.SequenceNode):
        return [_walk(item, (*place, at), marked) for at, item in enumerate(node.value)]
    is_plain = isinstance(node, yaml.ScalarNode) and node.style is None
    return None if is_plain and node.value in EMPTY else node.value


def _mapping(node: yaml.MappingNode, place: Place, marked: Marked) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, value in node.value:
        spot = _spot(key.start_mark)
        if not isinstance(key, yaml.ScalarNode) or not key.value.isprintable():
            marked.flaws.append(Flaw(spot, place, _NAME))
            continue
        here = (*place, key.value)
        if key.value in fields:
            first = marked.spots[here].line
            marked.flaws.append(Flaw(spot, here, _TWICE, {"line": first}))
            continue
        marked.spots[here] = spot
        fields[key.value] = _walk(value, here, marked)
    return fields
