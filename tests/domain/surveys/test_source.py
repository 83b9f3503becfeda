"""A survey file: read as it was meant, or refused with every problem and its place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kloof.domain.errors import BadInput
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.source import SurveySource

SHIPPED = Path(__file__).parents[3] / "surveys"

SMALL = """\
id: small
version: 3
title: {nl: Klein, en: Small}
scale:
  low: 0
  high: 10
  low_label: {nl: slecht, en: poor}
  high_label: {nl: goed, en: good}
aspects:
  - id: price
    name: {nl: Prijs, en: Price}
    at_sale:
      nl: Wat verwacht u?
      en: What do you expect?
    after_delivery:
      nl: Wat kreeg u?
      en: What did you get?
    norm: 7.5
  - id: tone
    name: {nl: no, en: yes}
    at_sale: {nl: Welke toon verwacht u, en: What tone do you expect}
    after_delivery: {nl: Welke toon was er, en: What tone was there}
    core: false
overall:
  - id: satisfaction
    name: {nl: Tevreden, en: Satisfied}
    question: {nl: Hoe tevreden bent u, en: How satisfied are you}
    low_label: {nl: niet, en: not}
    high_label: {nl: heel, en: very}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(BadInput) as refused:
        SurveySource(text, "surveys/x.yaml").survey()
    return refused.value.problems


def changed(old: str, new: str) -> str:
    assert SMALL.count(old) == 1, f"{old!r} must stand once in the example"
    return SMALL.replace(old, new)


def without(line: str) -> str:
    return changed(f"{line}\n", "")


def test_a_good_file_is_the_survey_that_was_meant() -> None:
    survey = SurveySource(SMALL, "surveys/small.yaml").survey()
    assert str(survey.key) == "small v3"
    assert survey.scale.points == range(11)
    assert [aspect.norm for aspect in survey.aspects] == [7.5, None]
    assert [aspect.core for aspect in survey.aspects] == [True, False]
    assert survey.items(Wave.DELIVERY) == ("price", "tone", "satisfaction")


def test_no_and_yes_stay_words() -> None:
    assert SurveySource(SMALL, "x").survey().aspects[1].name.nl == "no"
    assert SurveySource(SMALL, "x").survey().aspects[1].name.en == "yes"


@pytest.mark.parametrize("written", ["true", "True", "yes"])
def test_core_can_be_switched_on_in_the_ways_that_people_write_it(written: str) -> None:
    assert SurveySource(changed("core: false", f"core: {written}"), "x").survey().aspects[1].core


@pytest.mark.parametrize("name", ["installation", "product"])
def test_the_surveys_that_ship_have_nothing_wrong(name: str) -> None:
    file = SHIPPED / f"{name}.yaml"
    survey = SurveySource(file.read_text(encoding="utf-8"), str(file)).survey()
    assert survey.id == name
    assert len(survey.aspects) == 8
    assert {item.id for item in survey.overall} == {"satisfaction", "buy-again"}
    assert all(aspect.norm is not None for aspect in survey.aspects)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            without("      en: What did you get?"),
            "surveys/x.yaml:15:5: aspects[0].after_delivery.en: missing English text; add it",
        ),
        (
            changed("nl: Wat kreeg u?", "nl:"),
            "surveys/x.yaml:16:7: aspects[0].after_delivery.nl: missing Dutch text; add it",
        ),
        (
            changed("en: What did you get?", 'en: "  "'),
            "surveys/x.yaml:17:7: aspects[0].after_delivery.en: missing English text; add it",
        ),
        (
            without("    at_sale: {nl: Welke toon verwacht u, en: What tone do you expect}"),
            "surveys/x.yaml:19:5: aspects[1].at_sale: this aspect has no question at sale; add at_sale with nl and en",
        ),
        (
            without("    after_delivery: {nl: Welke toon was er, en: What tone was there}"),
            "surveys/x.yaml:19:5: aspects[1].after_delivery: this aspect has no question after delivery; "
            "add after_delivery with nl and en",
        ),
        (
            changed("norm: 7.5", "norm: 10.5"),
            "surveys/x.yaml:18:5: aspects[0].norm: 10.5 is outside the scale; a norm lies on it, from 0 to 10",
        ),
        (
            changed("norm: 7.5", "norm: 7,5"),
            "surveys/x.yaml:18:5: aspects[0].norm: must be a number, such as 7.5; found '7,5'",
        ),
        (
            changed("norm: 7.5", "norm: 7.5\n    norm: 8"),
            "surveys/x.yaml:19:5: aspects[0].norm: given twice, first on line 18; keep one of the two",
        ),
        (
            changed("norm: 7.5", "nrom: 7.5"),
            "surveys/x.yaml:18:5: aspects[0].nrom: unknown field; did you mean norm?",
        ),
        (
            changed("version: 3", "version: 3\ncolour: red"),
            "surveys/x.yaml:3:1: colour: unknown field; "
            "possible here: id, version, title, scale, timing, intro, aspects, overall",
        ),
        (
            changed("id: tone", "id: price"),
            'surveys/x.yaml:19:5: aspects[1].id: the id "price" is also at aspects[0].id (line 10); '
            "give each item an id of its own",
        ),
        (
            changed("id: satisfaction", "id: tone"),
            'surveys/x.yaml:25:5: overall[0].id: the id "tone" is also at aspects[1].id (line 19); '
            "give each item an id of its own",
        ),
        (
            changed("id: tone", "id: consent"),
            'surveys/x.yaml:19:5: aspects[1].id: the form uses "consent" for a field of its own; choose another id',
        ),
        (
            changed("id: tone", "id: promise-1"),
            'surveys/x.yaml:19:5: aspects[1].id: the form uses "promise-1" for a field of its own; choose another id',
        ),
        (
            changed("id: tone", "id: Tone"),
            "surveys/x.yaml:19:5: aspects[1].id: an id has 1 to 40 of a–z, 0–9, - and _, a letter first; found 'Tone'",
        ),
        (changed("  low: 0", "  low: 4"), "surveys/x.yaml:5:3: scale.low: must be 1 or less; found '4'"),
        (changed("  high: 10", "  high: 0"), "surveys/x.yaml:6:3: scale.high: must be 2 or more; found '0'"),
        (
            changed("  low_label: {nl: slecht, en: poor}", "  low_label: slecht"),
            "surveys/x.yaml:7:3: scale.low_label: must hold the fields nl, en; found 'slecht'",
        ),
        (
            without("  high_label: {nl: goed, en: good}"),
            "surveys/x.yaml:4:1: scale.high_label: missing; add it",
        ),
        (
            changed("    core: false", "    core: nee"),
            "surveys/x.yaml:23:5: aspects[1].core: must be true or false; found 'nee'",
        ),
        (
            changed("    core: false", "    kind: speed"),
            "surveys/x.yaml:23:5: aspects[1].kind: must be one of 'time', 'appointments', 'price', 'completeness', "
            "'quality', 'result', 'communication', 'people', 'ease' or 'aftercare'; found 'speed'",
        ),
        (
            changed("version: 3", "version: 3.1"),
            "surveys/x.yaml:2:1: version: must be a whole number; found '3.1'",
        ),
        (
            changed("title: {nl: Klein, en: Small}", "title:"),
            "surveys/x.yaml:3:1: title: is empty; fill it in",
        ),
        (
            changed("title: {nl: Klein, en: Small}", "title: {nl: [a], en: Small}"),
            "surveys/x.yaml:3:9: title.nl: must be a text; found a list of 1",
        ),
        (
            changed("title: {nl: Klein, en: Small}", "title: {nl: Klein, en: Small, fr: Petit}"),
            "surveys/x.yaml:3:31: title.fr: unknown field; possible here: nl, en",
        ),
    ],
)
def test_one_mistake_is_one_sentence_with_its_place(text: str, expected: str) -> None:
    assert problems(text) == [expected]


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_file() -> None:
    text = (
        SMALL.replace("version: 3", "version: three")
        .replace("      en: What do you expect?\n", "")
        .replace("norm: 7.5", "norm: 12")
        .replace("id: tone", "id: price")
        .replace("question:", "qestion:")
    )
    assert [problem.split(": ")[1] for problem in problems(text)] == [
        "version",
        "aspects[0].at_sale.en",
        "aspects[0].norm",
        "aspects[1].id",
        "overall[0].qestion",
    ]


def test_a_survey_of_which_no_pair_could_be_complete_is_refused() -> None:
    text = changed("norm: 7.5", "core: false")
    assert problems(text) == [
        "surveys/x.yaml:9:1: aspects: no pair could ever be complete; set core: true on at least one aspect"
    ]


def test_an_unreadable_scale_is_one_problem_and_not_one_more_for_each_norm() -> None:
    assert len(problems(changed("  high: 10", "  high: ten"))) == 1


@pytest.mark.parametrize(
    ("text", "place", "word"),
    [
        ("id: a: b\n", "1:6", "not valid YAML"),
        ("title: {nl: Goed?, en: Good?}\n", "1:17", "put quotes around a text with : # or ? in it"),
        ("id: x\n\tversion: 1\n", "2:1", "not valid YAML"),
        ("id: x\n---\nid: y\n", "2:1", "single document"),
        ("id: &a x\n", "1:5", "the anchor &a"),
        ("id: *a\n", "1:5", "the alias *a"),
        ("id: !!python/name:os.system x\n", "1:5", "the tag"),
        ("id: a\x07b\n", "1:6", "U+0007"),
        ("id: x\ntitle: \x07\n", "2:8", "U+0007"),
        ('id: "\\UFFFFFFFF"\n', "1:8", "far too large"),
        ("? [a]\n: b\n", "1:3", "plain word"),
        ("[" * 10_000, "1:21", "levels deep"),
        ("", "1:1", "is empty"),
        ("# nothing yet\n", "1:1", "is empty"),
        ("just words\n", "1:1", "must hold the fields id, version"),
    ],
)
def test_what_is_no_survey_at_all_is_refused_where_it_goes_wrong(text: str, place: str, word: str) -> None:
    assert any(said.startswith(f"surveys/x.yaml:{place}: ") and word in said for said in problems(text))


def test_a_bomb_of_aliases_is_refused_before_it_grows() -> None:
    bomb = "a0: &a0 [x]\n" + "".join(
        f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]\n" for i in range(1, 12)
    )
    assert all("cannot be used here" in problem for problem in problems(bomb))


def test_a_problem_is_one_line_whatever_the_file_says() -> None:
    assert all(
        "\n" not in problem for problem in problems(changed("id: tone", 'id: "a\\nb"\n    "c\\nd": 1'))
    )


@given(
    st.lists(
        st.sampled_from(
            [
                "id",
                "aspects",
                "scale",
                ": ",
                "- ",
                "\n",
                "  ",
                "[",
                "]",
                "{",
                "}",
                '"',
                "\\ud800",
                "&a",
                "*a",
                "é",
            ]
        )
        | st.text(max_size=3),
        max_size=25,
    ).map("".join)
)
def test_no_text_brings_the_reader_down(text: str) -> None:
    with pytest.raises(BadInput):
        SurveySource(text, "x.yaml").survey()


@given(st.data())
def test_a_file_cut_or_damaged_anywhere_is_read_or_refused_with_places(data: st.DataObject) -> None:
    lines = SMALL.splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = data.draw(
        st.sampled_from(["", lines[at][:-1], lines[at] + ":", "  " + lines[at], lines[at][1:]])
    )
    try:
        SurveySource("\n".join(lines), "x.yaml").survey()
    except BadInput as refused:
        for problem in refused.problems:
            file, line, column, _ = problem.split(":", 3)
            assert file == "x.yaml"
            assert 1 <= int(line) <= len(lines) + 1
            assert int(column) >= 1
