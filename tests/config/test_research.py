"""The share of deals without a first survey, and what is refused."""

from pathlib import Path

import pytest

from kloof.config import load_settings
from kloof.domain.errors import BadSettings


def share(folder: Path, written: str) -> float:
    (folder / "kloof.toml").write_text(
        f"[research]\nshare_without_first_survey = {written}\n", encoding="utf-8"
    )
    return load_settings(folder, {}).research.share_without_first_survey


def test_everybody_is_asked_unless_said_otherwise(tmp_path: Path) -> None:
    (tmp_path / "kloof.toml").touch()
    assert load_settings(tmp_path, {}).research.share_without_first_survey == 0


@pytest.mark.parametrize("written", ["0", "0.15", "0.2"])
def test_up_to_a_fifth_of_the_deals_may_go_without(tmp_path: Path, written: str) -> None:
    assert share(tmp_path, written) == float(written)


@pytest.mark.parametrize("written", ["0.21", "-0.1", "15", "nan"])
def test_another_share_is_refused_with_its_line_and_what_to_write(tmp_path: Path, written: str) -> None:
    with pytest.raises(
        BadSettings, match=r"kloof\.toml:2: research\.share_without_first_survey: .*write 0\.15"
    ):
        share(tmp_path, written)
