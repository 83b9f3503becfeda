"""A value changes in a file, and nothing else does: not a comment, not a quote, not a line that nobody touched."""

import difflib
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.surveys.yaml_edits import YamlItem, edited

SHIPPED = Path(__file__).parents[3] / "surveys"
PRODUCT = (SHIPPED / "product.yaml").read_text(encoding="utf-8")


def plain(text: str) -> Any:
    """What a YAML text says, read by PyYAML alone."""
    return yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  texts only


def as_it_is(value: dict[str, Any]) -> dict[str, Any]:
    """Everything that a file says, wanted as it is."""
    return {
        name: [YamlItem(at, dict(part)) for at, part in enumerate(held)] if isinstance(held, list) else held
        for name, held in value.items()
    }


def changed_lines(before: str, after: str) -> list[str]:
    lines = difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True))
    return [line.rstrip() for line in lines if line[0] in "+-"]


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.yaml")), ids=lambda file: file.stem)
def test_what_ships_is_the_same_to_the_letter_where_nothing_changes(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert edited(text, as_it_is(plain(text))) == text


def test_a_changed_word_changes_its_own_line() -> None:
    wanted = as_it_is(plain(PRODUCT))
    wanted["aspects"][7].fields["norm"] = "5.5"
    wanted["timing"] = {"second_after_days": "14"}
    assert changed_lines(PRODUCT, edited(PRODUCT, wanted)) == [
        "-   second_after_days: 10 # long enough to have unpacked and used it",
        "+   second_after_days: 14 # long enough to have unpacked and used it",
        "-     norm: 5.2",
        "+     norm: 5.5",
    ]


def test_an_aspect_moves_with_the_comment_above_it_and_leaves_the_others_where_they_are() -> None:
    wanted = as_it_is(plain(PRODUCT))
    wanted["aspects"].insert(0, wanted["aspects"].pop())
    after = edited(PRODUCT, wanted)
    assert [aspect["id"] for aspect in plain(after)["aspects"]][:2] == ["service", "delivery-time"]
    lines = after.splitlines()
    assert lines[lines.index("  - id: service") - 1].startswith("  # Not core: most customers need no help")
    assert sorted(after) == sorted(PRODUCT)


def test_a_new_aspect_stands_as_the_others_do_and_a_field_that_goes_takes_its_line() -> None:
    wanted = as_it_is(plain(PRODUCT))
    words = {"nl": "Hoe goed: snel, of niet?", "en": "How well?"}
    wanted["aspects"].insert(
        1, YamlItem(None, {"id": "new", "name": {"nl": "Nieuw", "en": "New"}, "at_sale": words})
    )
    wanted["aspects"][0].fields["norm"] = None
    assert changed_lines(PRODUCT, edited(PRODUCT, wanted)) == [
        "-     norm: 5.5",
        "+",
        "+   - id: new",
        "+     name: {nl: Nieuw, en: New}",
        '+     at_sale: {nl: "Hoe goed: snel, of niet?", en: "How well?"}',
    ]


LAYOUTS = {
    "dashes at the margin": "a:\n- id: x # one\n  norm: 1\n\n# about y\n- id: y\n  norm: 2\nb: c\n",
    "a dash on its own line": "a:\n  - # one - two\n    id: x\n    norm: 1\n  -\n    id: y\n    norm: 2\nb: c\n",
    "lines that end as in Windows": "a:\r\n  - id: x\r\n    norm: 1\r\n\r\n  - id: y\r\n    norm: 2\r\nb: c\r\n",
    "no end of line at the end": "b: c\na:\n  - id: x\n    norm: 1\n  - id: y\n    norm: 2",
    "a comment under an item": "a:\n  - id: x\n    norm: 1\n    # of x\n  - id: y\n    norm: 2\n# of b\nb: c\n",
    "a folded text": "a:\n  - id: >-\n      x\n    norm: 1\n  - norm: 2\n    id: |\n      y\nb: c\n",
    "braces": "a:\n  - {id: x, norm: 1}\n  - {id: y, norm: 2}\nb: c\n",
    "brackets": "a: [{id: x, norm: 1}, {id: y, norm: 2}]\nb: c\n",
    "quotes": "a:\n  - id: 'x'\n    norm: \"1\"\n  - id: \"y\"\n    norm: '2'\nb: c\n",
    "a name in quotes": "'a':\n  - id: x\n    norm: 1\n  - id: y\n    norm: 2\n\"b\": c\n",
}


@pytest.mark.parametrize("text", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("order", [[0, 1], [1, 0], [0], [1], [1, None, 0], [0, 1, None], [None]])
@pytest.mark.parametrize("norm", ["same", "9", None])
def test_whatever_a_file_looks_like_it_says_what_was_wanted_and_keeps_its_comments(
    text: str, order: list[int | None], norm: str | None
) -> None:
    before = plain(text)
    items, says = [], []
    for was in order:
        fields = dict(before["a"][was]) if was is not None else {"id": "new", "norm": "3"}
        if was is not None and norm != "same":
            fields["norm"] = norm
        items.append(YamlItem(was, fields))
        says.append({name: value for name, value in fields.items() if value is not None})
    after = edited(text, {"a": items, "b": "c"})
    left = [{name: value for name, value in item.items() if value} for item in plain(after)["a"]]
    assert plain(after) | {"a": left} == {**before, "a": says}
    if {0, 1} <= set(order) and norm is not None:
        assert [word for word in ("# one", "# about y", "# of b", "# of x") if word in text] == [
            word for word in ("# one", "# about y", "# of b", "# of x") if word in after
        ]
    if order == [0, 1] and norm == "same":
        assert after == text


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(str.strip)
ODD = st.sampled_from(
    ["null", "~", "yes", "- a", "a: b", "a #b", "#", "{x}", "[", "&a", "*a", "!t", "|", ">", "%", "@", "`", "?", "'",
     '"', "a\\", "\u2028", "\x85", "\ufeffx", "1e3", "0x1f", "=", "<<", "...", "---", "it's \"so\"", "één, twee",
     "?x", ":"]
)  # fmt: skip
TEXTS = st.one_of(ODD, WORDS).map(str.strip).filter(bool)
COMMENTS = st.sampled_from(["", "\n", "# a word: - {x}\n"])


@st.composite
def files(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A file that some program wrote, with comments between its lines, and what it says."""
    item = st.fixed_dictionaries({"id": TEXTS, "name": st.fixed_dictionaries({"nl": TEXTS, "en": TEXTS})})
    said = {"v": draw(TEXTS), "a": draw(st.lists(item, min_size=1, max_size=4)), "t": {"nl": draw(TEXTS)}}
    text = yaml.safe_dump(
        said,
        allow_unicode=True,
        sort_keys=False,
        default_flow_style=draw(st.sampled_from([False, None])),
        indent=draw(st.sampled_from([2, 4])),
        default_style=draw(st.sampled_from([None, '"', "'"])),
        width=200,
    )
    lines = text.splitlines(keepends=True) if "\u2028" not in text and "\x85" not in text else [text]
    commented = "".join(draw(COMMENTS) + line for line in lines)
    try:
        if plain(commented) == said:
            text = commented
    except yaml.YAMLError:
        pass
    return text, said


@given(files(), st.data())
def test_any_change_of_any_file_says_what_was_wanted(
    file: tuple[str, dict[str, Any]], data: st.DataObject
) -> None:
    text, said = file
    assert edited(text, as_it_is(said)) == text
    wanted, expected = as_it_is(said), deepcopy(said)
    for at in range(len(said["a"])):
        if data.draw(st.booleans()):
            words = {"nl": data.draw(TEXTS), "en": data.draw(TEXTS)}
            wanted["a"][at] = YamlItem(at, {**wanted["a"][at].fields, "name": words})
            expected["a"][at]["name"] = words
    order = data.draw(st.permutations(range(len(said["a"]))))[: data.draw(st.integers(1, 4))]
    wanted["a"] = [wanted["a"][at] for at in order]
    expected["a"] = [expected["a"][at] for at in order]
    lines = "\n".join(data.draw(st.lists(TEXTS, min_size=1, max_size=3)))
    wanted["t"] = {"nl": lines, "en": data.draw(TEXTS)}
    expected["t"] = dict(wanted["t"])
    assert plain(edited(text, wanted)) == expected


@pytest.mark.parametrize("text", ["", "# only a comment\n", "\n\n"])
def test_a_file_that_says_nothing_yet_gets_its_first_fields(text: str) -> None:
    after = edited(text, {"id": "x", "a": [YamlItem(None, {"id": "y"})], "gone": None})
    assert plain(after) == {"id": "x", "a": [{"id": "y"}]}
    assert after.startswith(text.strip())
