"""Pages that people write themselves: what is wrong with one is said with its file and line."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from kloof.publish.own_pages import problems


def page(folder: Path, content: str | bytes, name: str = "about.md") -> list[str]:
    docs = folder / "site"
    docs.mkdir(exist_ok=True)
    (docs / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return problems(docs, folder)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            "---\ntitle: Over: ons\nlang: nl\n---\n\n# Over ons\n",
            "site/about.md:2: mapping values are not allowed here",
        ),
        ("---\nlang: nl\ntitle: [a\n---\n", "site/about.md:4: "),
        ("---\nlang: nl\n\ttitle: x\n---\n", "site/about.md:3: "),
        ("---\r\ntitle: Over: ons\r\n---\r\n", "site/about.md:2: "),
        (
            "---\njust words\n---\n# Over\n",
            "site/about.md:2: the lines between --- are not of the form `name: value`.",
        ),
        ("---\ntitle: Over ons\n\n# Over\n", "site/about.md:1: the lines between --- are not closed."),
        ("# Over ons\n\nEen café\n".encode("cp1252"), "site/about.md:3: this line is not UTF-8 text."),
        ("# Over ons\n".encode("utf-16"), "site/about.md:1: this line is not UTF-8 text."),
        ("---\nx: " + "[" * 10_000 + "\n---\n", "site/about.md:2: "),
    ],
    ids=range(9),
)
def test_what_cannot_be_read_as_it_was_meant_is_named(
    tmp_path: Path, content: str | bytes, says: str
) -> None:
    [found] = page(tmp_path, content)
    assert found.startswith(says)


@pytest.mark.parametrize(
    "content",
    [
        '---\ntitle: "Over: ons"\nlang: nl\n---\n\n# Over ons\n',
        "\ufeff---\nlang: nl\n---\n# Over\n",
        "---\n---\n# Over\n",
        "# Over ons\n\n---\n\ntitle: no front matter\n",
        "---\n\nA line, and then text.\n",
        "",
    ],
    ids=range(6),
)
def test_a_page_that_is_well_is_left_alone(tmp_path: Path, content: str) -> None:
    assert page(tmp_path, content) == []


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=120))
def test_no_page_breaks_the_reading(tmp_path: Path, content: bytes) -> None:
    for front in (b"", b"---\n"):
        assert all(one.startswith("site/about.md:") for one in page(tmp_path, front + content))
