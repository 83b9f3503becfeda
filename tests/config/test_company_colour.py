"""A company's colour that cannot be read is refused at the start, with the nearest one that can."""

from pathlib import Path

import pytest

from kloof.config import load_settings
from kloof.domain.errors import BadSettings


def accent(folder: Path, colour: str) -> str:
    (folder / "kloof.toml").write_text(f'[company]\nname = "Zon"\naccent = "{colour}"\n', encoding="utf-8")
    return load_settings(folder, {}).company.accent


def test_a_colour_that_is_too_light_is_refused_with_its_line_and_the_nearest_that_can_be_read(
    tmp_path: Path,
) -> None:
    with pytest.raises(BadSettings, match=r"kloof\.toml:3: company\.accent: .*too light.*#7c6a0c"):
        accent(tmp_path, "#ffd400")
    assert accent(tmp_path, "#7c6a0c") == "#7c6a0c"


@pytest.mark.parametrize("colour", ["#0b6e69", "#7A1FA2", "#000000"])
def test_a_colour_that_can_be_read_is_taken_as_it_is(tmp_path: Path, colour: str) -> None:
    assert accent(tmp_path, colour) == colour
