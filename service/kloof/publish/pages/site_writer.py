"""One language of the site while it is being written: words, pictures and pages, collected before any file changes."""

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from html import escape
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kloof.domain import notation
from kloof.domain.findings import sentence
from kloof.domain.findings.values import Finding
from kloof.domain.text import Language, one_stop
from kloof.publish.charts.download import Around, standalone
from kloof.publish.charts.drawing import Drawing
from kloof.publish.charts.svg import inline
from kloof.publish.pages.markup import plain
from kloof.publish.words import pick

ROOT: Final = "findings"
FIGURES: Final = ".figures"
PICTURE_MARK: Final = re.compile(r"<!-- kloof: picture ([\w-]+) -->")
"""Where a picture of FIGURES belongs in a finished page."""


@dataclass
class SiteWriter:
    """The pages of one language. `source` stands under every downloaded picture; `day`, that of the release, above."""

    language: Language
    default_language: Language
    source: str
    day: str = ""
    files: dict[str, str] = field(default_factory=dict)

    def t(self, dutch: str, english: str, /, **facts: object) -> Markup:
        """Words of ours as Markdown, with facts of others filled in as plain text."""
        safe = {name: plain(value) for name, value in facts.items()}
        return Markup(one_stop(pick(self.language, dutch, english).format(**safe)))  # noqa: S704 - the facts were escaped

    def say(self, finding: Finding) -> Markup:
        """A finding in sentences."""
        return plain(sentence(finding, self.language))

    def alone(self, finding: Finding) -> Markup:
        """A finding on the page of its own aspect, where the name need not be said again."""
        unnamed: Any = finding
        return self.say(replace(unnamed, about=None) if hasattr(finding, "about") else finding)

    def page(self, path: str, template: str, title: str, about: str = "", /, **values: Any) -> None:
        """Write `findings/path`, without language and extension, from a template."""
        body = self._written(template, PageRef(self, path), title=title, **values)
        front = f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n"
        front += f"description: {json.dumps(about or title, ensure_ascii=False)}\n---\n\n"
        self.files[f"{ROOT}/{path}.{self.language}.md"] = front + body

    def fragment(self, template: str, here: str, /, **values: Any) -> str:
        """A piece of a page that stands at `here`."""
        return self._written(template, PageRef(self, here, folder=""), **values)

    def _written(self, template: str, here: "PageRef", **values: Any) -> str:
        words = {"writer": self, "here": here, "language": self.language, **self._notation()}
        return _environment().get_template(f"{template}.md").render(words | values).strip() + "\n"

    def _notation(self) -> Mapping[str, Any]:
        return {
            "t": self.t,
            "say": self.say,
            "alone": self.alone,
            "count": lambda value: notation.number(value, self.language, 0),
            "number": lambda value: notation.number(value, self.language),
            "percent": lambda share: notation.percent(share, self.language),
            "date": lambda day: notation.date(day, self.language),
        }


@dataclass(frozen=True)
class PageRef:
    """The page that is being written: from here every address is reckoned."""

    writer: SiteWriter
    path: str
    folder: str = ROOT

    def to(self, path: str) -> str:
        """The address of the page `findings/path` in the same language; `index` is the folder's own."""
        return self._from_here(_url(f"{ROOT}/{path}"), prefixed=True)

    def own(self, path: str) -> str:
        """The address of a page that people wrote, in the same language."""
        return self._from_here(_url(path), prefixed=True)

    def file(self, path: str) -> str:
        """The address of the file `findings/path`, which all languages share."""
        return self._from_here(f"{ROOT}/{path}", prefixed=False)

    def picture(
        self,
        drawing: Drawing,
        name: str,
        about: str,
        figures: Markup | None = None,
        *,
        question: str = "",
        here: str | None = None,
    ) -> Markup:
        """The picture under its title, with `about` between them, its `figures` as a table, and its downloads.

        name: its file's, unique on the site. question: a heading above it, for a picture that is a part of a page by
        itself. here: what stands on this page in place of `about`, where the page says most of that already.
        """
        file = f"{name}-{self.writer.language}.svg"
        self.writer.files[f"{ROOT}/pictures/{file}"] = standalone(drawing, Around(about, self.writer.source))
        heading = f'<h2 id="{escape(name)}-part">{escape(question)}</h2>' if question else ""
        return self._set_apart(
            name,
            f'<figure class="picture">{heading}<p class="picture__title">{escape(drawing.title)}</p>'
            f'<p class="picture__about">{escape(about if here is None else here)}</p>'
            f'<div class="picture__sheet">{inline(drawing, name)}</div>{figures or ""}'
            f"<figcaption>{self._downloads(file)}</figcaption></figure>",
        )

    def _downloads(self, file: str) -> str:
        language, address = self.writer.language, escape(self.file(f"pictures/{file}"))
        png = escape(file.replace(".svg", ".png"))
        copy, copied, failed = (
            (
                "Kopieer plaatje",
                "Gekopieerd. Plak het in je presentatie.",
                "Kopiëren lukte niet. Download de PNG.",
            )
            if language == "nl"
            else ("Copy picture", "Copied. Paste it into your slides.", "Copying failed. Download the PNG.")
        )
        return (
            f'<span class="downloads"><a href="{address}" download>Download SVG</a>'
            f'<a href="{address}" data-png="{png}" hidden>Download PNG</a>'
            f'<button type="button" data-copy="{address}" data-done="{copied}" data-failed="{failed}" hidden>{copy}'
            '</button><span role="status"></span></span>'
        )

    def sketch(self, drawing: Drawing, name: str) -> Markup:
        """A small picture without caption or downloads; `name` is unique on the site."""
        return self._set_apart(
            name, f'<figure class="picture picture--plain">{inline(drawing, name)}</figure>'
        )

    def _set_apart(self, name: str, figure: str) -> Markup:
        # Markdown and search would read every mark of a picture; so it waits in a file until the page is done.
        # Its links are reckoned from this page, so each page has its own.
        page = "-".join(part for part in (self.folder, *self.path.split("/")) if part)
        file = f"{page}--{name}-{self.writer.language}"
        self.writer.files[f"{ROOT}/{FIGURES}/{file}.html"] = figure + "\n"
        return Markup(f"<!-- kloof: picture {escape(file)} -->")  # noqa: S704 - a name of our own making

    def _from_here(self, target: str, *, prefixed: bool) -> str:
        language = "" if self.writer.language == self.writer.default_language else f"{self.writer.language}/"
        here = language + _url(f"{self.folder}/{self.path}" if self.folder else self.path)
        there = (language if prefixed else "") + target
        relative = posixpath.relpath("/" + there, "/" + here)
        return f"{relative}/" if there.endswith("/") else relative


def _url(path: str) -> str:
    folder, _, name = path.rpartition("/")
    own = folder if name == "index" else path
    return f"{own}/" if own else ""


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("kloof.publish.pages"),
        autoescape=True,
        finalize=plain,  # what is written is Markdown, so every value is escaped for that too
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
