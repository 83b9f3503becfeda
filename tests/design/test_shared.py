"""The stylesheet that everything stands on is whole, though it is written in parts."""

from importlib.resources import files

import pytest

from kloof.design.shared import SECTIONS, shared_styles


def test_every_file_of_a_section_is_served_once_and_none_is_left_out() -> None:
    folder = files("kloof.design") / "sections"
    assert sorted(file.name for file in folder.iterdir()) == sorted(f"{name}.css" for name in SECTIONS)
    whole = shared_styles()
    for name in SECTIONS:
        assert whole.count(f"- {name} */") == 1, name


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_closes_what_it_opens(section: str) -> None:
    text = (files("kloof.design") / "sections" / f"{section}.css").read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    assert text.count("/*") == text.count("*/")
    assert text.endswith("\n")
