"""Changing some values of a YAML text, and not a letter of the rest: comments, quotes and layout stay as they are.

A library that loads and writes a file (ruamel.yaml) keeps comments too, but lays lines out anew that nobody touched,
and takes a comment along with the item before it. Here a value is put in the place where the old one stood.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple

import yaml

from kloof.domain.surveys.yaml_words import block, flow, scalar

Wanted = Mapping[str, Any]
"""What fields are to say: a text, fields in turn, a list of `YamlItem`s, or None where a field is to go."""


class YamlItem(NamedTuple):
    """An item of a list: its fields, and which item of the list it was before (from 0); None where it is new."""

    was: int | None
    fields: Wanted


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def edited(text: str, wanted: Wanted) -> str:
    """The text with these values in it; fields that `wanted` does not name stay. The text must be readable YAML."""
    root = _composed(text)
    if root is None or not isinstance(root, yaml.MappingNode):
        start = text.rstrip("\n") + "\n" if text.strip() else ""
        return start + "".join(block(name, _plain(value), 0) for name, value in wanted.items() if value)
    editor = _Editor(text)
    try:
        return editor.applied(editor.fields(root, wanted), 0, len(text))
    except _TangledError:
        said = _merged(root, wanted)
        return "".join(block(name, value, 0) for name, value in said.items()).replace("\n", editor.newline)


@lru_cache(maxsize=8)
def _composed(text: str) -> yaml.Node | None:
    return yaml.compose(text, Loader=yaml.BaseLoader)


class _TangledError(Exception):
    """Within braces or brackets something comes or goes that is no text: what they stand around is written anew."""


def _merged(node: yaml.Node, wanted: Any) -> Any:
    """What a node is to say once it says what is wanted."""
    if not isinstance(node, yaml.MappingNode) or not isinstance(wanted, Mapping):
        return _plain(wanted)
    known = {key.value: value for key, value in node.value}
    said = {name: _said(value) for name, value in known.items() if name not in wanted}
    for name, value in wanted.items():
        if value is not None:
            said[name] = _merged(known[name], value) if name in known else _plain(value)
    return said


def _plain(value: Any) -> Any:
    """What is wanted, without where it was before and what is to go."""
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items() if part is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(item.fields if isinstance(item, YamlItem) else item) for item in value]
    return value


class _Editor:
    """Finds what has to be replaced in one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def applied(self, edits: Iterator[_Edit], start: int, end: int) -> str:
        """This stretch of the text with these replacements in it."""
        pieces, at = [], start
        for edit in sorted(edits):
            pieces += [self.text[at : edit.start], edit.text.replace("\n", self.newline)]
            at = edit.end
        return "".join([*pieces, self.text[at:end]])

    def fields(self, node: yaml.MappingNode, wanted: Wanted) -> Iterator[_Edit]:
        """What makes this mapping say what is wanted."""
        known = {key.value: (key, value) for key, value in node.value}
        if node.flow_style and any((name in known) != (value is not None) for name, value in wanted.items()):
            if not all(isinstance(value, yaml.ScalarNode) for _, value in node.value):
                raise _TangledError
            yield self._flow(node, wanted)
            return
        before: yaml.Node | None = None
        for name, value in wanted.items():
            if name not in known:
                if value is not None:
                    yield self._added(node, before, name, value)
                continue
            key, held = known[name]
            if value is None:
                yield self._removed(key, held)
                continue
            before = held
            within_braces = bool(node.flow_style)
            try:
                yield from list(self._value(key, held, value, within_braces=within_braces))
            except _TangledError:
                if within_braces:
                    raise
                yield self._anew(key, held, _merged(held, value))

    def _value(
        self, key: yaml.ScalarNode, held: yaml.Node, value: Any, *, within_braces: bool
    ) -> Iterator[_Edit]:
        if isinstance(held, yaml.MappingNode) and held.value and isinstance(value, Mapping):
            yield from self.fields(held, value)
        elif isinstance(held, yaml.SequenceNode) and _is_block(held) and not isinstance(value, str | Mapping):
            yield from self._items(held, value)
        elif not isinstance(held, yaml.ScalarNode) or not isinstance(value, str):
            if _said(held) != _plain(value):
                if within_braces:
                    raise _TangledError
                yield self._anew(key, held, value)
        elif held.value != value:
            yield self._scalar(key, held, value, within_braces=within_braces)

    def _scalar(
        self, key: yaml.ScalarNode, held: yaml.ScalarNode, value: str, *, within_braces: bool
    ) -> _Edit:
        start, end = held.start_mark.index, self._end(held)
        if not within_braces and (held.style in {"|", ">"} or "\n" in value):
            return self._anew(key, held, value)
        # `key:` without a value: the nought stands right behind the colon.
        gap = " " if self.text[start - 1] == ":" else ""
        return _Edit(start, end, gap + scalar(value, held.style, within_braces=within_braces))

    def _anew(self, key: yaml.ScalarNode, held: yaml.Node, value: Any) -> _Edit:
        """The whole field written again, at its own place."""
        column = _column(key)
        written = block(key.value, _plain(value), column)[column:].removesuffix("\n")
        return _Edit(key.start_mark.index, self._end(held), written)

    def _flow(self, node: yaml.MappingNode, wanted: Wanted) -> _Edit:
        """A mapping within braces that gets or loses a field."""
        said = {key.value: value.value for key, value in node.value} | dict(wanted)
        left = {name: value for name, value in said.items() if value is not None}
        return _Edit(node.start_mark.index, node.end_mark.index, flow(left))

    def _added(self, node: yaml.MappingNode, before: yaml.Node | None, name: str, value: Any) -> _Edit:
        """A new field on lines of its own: behind the one before it, else at the end."""
        at = self._line_end(self._end(before or node.value[-1][1]))
        written = block(name, _plain(value), node.start_mark.column).removesuffix("\n")
        return _Edit(at, at, f"\n{written}")

    def _removed(self, key: yaml.ScalarNode, held: yaml.Node) -> _Edit:
        """A field without its line, or only its value where something stands before it on that line."""
        start = self._line_start(key.start_mark.index)
        if self.text[start : key.start_mark.index].strip():
            return _Edit(key.end_mark.index, self._end(held), ":")
        end = self._line_end(self._end(held))
        # With the line break before it: an item of a list ends before its own.
        before = start - len(self.newline)
        if before >= 0 and self._break_at(before):
            return _Edit(before, end, "")
        return _Edit(start, end + self._break_at(end), "")

    def _items(self, node: yaml.SequenceNode, wanted: Sequence[YamlItem]) -> Iterator[_Edit]:
        """The items in the order that is wanted, each with the comments right above it."""
        if [item.was for item in wanted] == list(range(len(node.value))):
            for held, item in zip(node.value, wanted, strict=True):
                yield from self.fields(held, item.fields)
            return
        chunks = self._chunks(node)
        start, end = chunks[0].start, chunks[-1].end
        usual = next((chunk.gap for chunk in chunks[1:]), self.newline)
        pieces = []
        for place, item in zip(count(), wanted, strict=False):
            gap = chunks[place].gap if place < len(chunks) else usual
            pieces.append((gap if place else "") + self._item(node, chunks, item))
        yield _Edit(start, end, "".join(pieces).removesuffix(self.newline).replace(self.newline, "\n"))

    def _item(self, node: yaml.SequenceNode, chunks: list["_Chunk"], item: YamlItem) -> str:
        if item.was is not None:
            chunk = chunks[item.was]
            held = node.value[item.was]
            said = self.applied(self.fields(held, item.fields), chunk.begin, chunk.end)
            return said + self.newline
        dash = node.start_mark.column
        fields = "".join(
            block(name, value, dash + 2)
            for name, value in _plain(item.fields).items()
            if value is not None and value != ""
        )
        return (" " * dash + "- " + fields[dash + 2 :]).replace("\n", self.newline)

    def _chunks(self, node: yaml.SequenceNode) -> list["_Chunk"]:
        """The stretch of lines of each item; together they are all lines from the first dash to the last item."""
        dash, chunks = node.start_mark.column, []
        begins = self._line_start(node.start_mark.index)
        for place, held in enumerate(node.value):
            first = self._dash_line(held, dash)
            start = begins
            begin = self._above(start, first) if place else first
            end = self._below(self._line_end(self._end(held)), dash)
            chunks.append(_Chunk(start, begin, end, self.text[start:begin]))
            begins = end + self._break_at(end)
        return chunks

    def _dash_line(self, held: yaml.Node, dash: int) -> int:
        """Where the line begins that has the dash of an item: its own, or one above."""
        line = self._line_start(held.start_mark.index)
        while self.text[line : line + dash + 1] != " " * dash + "-":
            line = self._line_start(line - 1)
        return line

    def _above(self, start: int, first: int) -> int:
        """Where the comments begin that stand right above a line, no further back than `start`."""
        begin = first
        while begin > start:
            line = self._line_start(begin - 1)
            if line < start or not self.text[line:begin].lstrip(" \t").startswith("#"):
                break
            begin = line
        return begin

    def _below(self, end: int, dash: int) -> int:
        """Where the comments end that stand right below an item, further in than its dash."""
        while True:
            line = end + self._break_at(end)
            stop = self._line_end(line)
            words = self.text[line:stop]
            if (
                stop <= end
                or not words.lstrip(" ").startswith("#")
                or len(words) - len(words.lstrip(" ")) <= dash
            ):
                return end
            end = stop

    def _end(self, node: yaml.Node) -> int:
        """Where the last letter of a node stands: PyYAML counts what follows to some of them."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        start, end = node.start_mark.index, node.end_mark.index
        return (
            start + len(self.text[start:end].rstrip()) if getattr(node, "style", None) in {"|", ">"} else end
        )

    def _line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        end = self.text.find("\n", at)
        end = len(self.text) if end < 0 else end
        return end - (self.newline == "\r\n" and self.text[end - 1 : end] == "\r")

    def _break_at(self, at: int) -> int:
        return len(self.newline) if self.text.startswith(self.newline, at) else 0


class _Chunk(NamedTuple):
    """The lines of an item: blank ones from `start`, its own from `begin` up to `end`, which is before a line break."""

    start: int
    begin: int
    end: int
    gap: str


def _said(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _said(value) for key, value in node.value}
    return [_said(item) for item in node.value] if isinstance(node, yaml.SequenceNode) else node.value


def _is_block(node: yaml.SequenceNode) -> bool:
    return not node.flow_style and all(isinstance(item, yaml.MappingNode) for item in node.value)


def _column(node: yaml.Node) -> int:
    return int(node.start_mark.column)
