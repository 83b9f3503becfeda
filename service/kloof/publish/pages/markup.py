"""Text made safe for Markdown, and the few pieces of HTML that Markdown has no word for.

Names of products, teams and aspects come from people and files; nothing of them is ever read as Markdown or HTML.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from markupsafe import Markup

_SPECIAL: Final = re.compile(r"([\\`*_\[\]|#{}~])")


def plain(value: object) -> Markup:
    """`value` as text that Markdown shows as it is, on one line; Markup is left alone."""
    if isinstance(value, Markup):
        return value
    words = " ".join(str(value).split())
    return Markup(_SPECIAL.sub(r"\\\1", escape(words, quote=False)))  # noqa: S704 - this is what makes it safe


def capital(words: str) -> str:
    """With its first letter in upper case."""
    return words[0].upper() + words[1:]


def table(
    caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, figures_from: int = 1
) -> Markup:
    """A table whose first column names the row; from column `figures_from` on it holds figures. Markup is left alone.

    On a phone each row becomes a card, in which every value stands under the name of its column.
    """
    kind = "table--rows" if figures_from < len(head) else "table--rows table--words"
    columns = " ".join(
        f'<th scope="col"{_number(index >= figures_from)}>{escape(name)}</th>'
        for index, name in enumerate(head)
    )
    body = " ".join(_row(row, head, figures_from) for row in rows)
    return Markup(  # noqa: S704 - every value was escaped
        f'<div class="table-scroll" role="region" aria-label="{escape(caption)}" tabindex="0">'
        f'<table class="{kind}"><caption>{escape(caption)}</caption><thead><tr>{columns}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(row: Sequence[str], head: Sequence[str], figures_from: int) -> str:
    name, *values = row
    # The space is for search, which reads the words without their marks.
    cells = " ".join(
        f'<td{_number(index >= figures_from)} data-label="{escape(head[index])}">{_safe(value)}</td>'
        for index, value in enumerate(values, start=1)
    )
    return f'<tr><th scope="row">{_safe(name)}</th> {cells}</tr>'


def _safe(value: str) -> str:
    return value if isinstance(value, Markup) else escape(value)


def to(address: str, words: str) -> Markup:
    """A link as HTML, for what Markdown does not read."""
    return Markup(f'<a class="alone" href="{escape(address)}">{escape(words)}</a>')  # noqa: S704 - escaped


def _number(is_figure: bool) -> str:
    return ' class="number"' if is_figure else ""


def folded(summary: str, content: Markup) -> Markup:
    """Content behind a line that opens it."""
    return Markup(  # noqa: S704 - the summary is escaped and the content was
        f'<details class="figures-folded"><summary>{escape(summary)}</summary>{content}</details>'
    )


@dataclass(frozen=True, slots=True)
class Lead:
    """A figure that leads to a page: what it is, in one sentence, and what that page is called."""

    figure: str
    sentence: str
    address: str
    page: str


def leads(items: Sequence[Lead]) -> Markup:
    """A few large figures beside each other, each with its sentence and the link to its page."""
    written = "".join(
        f'<li><span class="lead__figure">{escape(one.figure)}</span><p>{escape(one.sentence)}</p>'
        f"{to(one.address, one.page)}</li>"
        for one in items
    )
    return Markup(f'<ul class="leads">{written}</ul>')  # noqa: S704 - escaped


def facts(pairs: Sequence[tuple[str, str]]) -> Markup:
    """Large figures with what they are."""
    items = "".join(f"<div><dt>{escape(what)}</dt><dd>{escape(figure)}</dd></div>" for what, figure in pairs)
    return Markup(f'<dl class="facts">{items}</dl>')  # noqa: S704 - escaped


def links(items: Sequence[tuple[str, str, str]], *, leaf_through: bool = False) -> Markup:
    """Large links: address, name and one line about it. On paper those to `leaf_through` pages are left out."""
    written = "".join(
        f'<li><a href="{escape(to)}"><strong>{escape(name)}</strong>{escape(about)}</a></li>'
        for to, name, about in items
    )
    kind = "big-links big-links--pages" if leaf_through else "big-links"
    return Markup(f'<ul class="{kind}">{written}</ul>')  # noqa: S704 - escaped
