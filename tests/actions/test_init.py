"""A company's own folder is complete, checks out, and never writes over what is there."""

from pathlib import Path

import pytest

from kloof.actions.init import init
from kloof.actions.surveys.files import load_surveys
from kloof.config import load_settings
from kloof.domain.errors import Refused

ROOT = Path(__file__).parents[2]


def test_the_settings_can_be_read_and_hold_the_name_whatever_is_in_it(tmp_path: Path) -> None:
    name = 'Jansen "& Zn" \\ BV'
    init(tmp_path, name, "en")
    company = load_settings(tmp_path, {}).company
    assert (company.name, company.language) == (name, "en")


def test_every_default_that_is_written_in_a_comment_is_the_default(tmp_path: Path) -> None:
    init(tmp_path, "Kloof")
    before = load_settings(tmp_path, {})
    file = tmp_path / "kloof.toml"
    examples = (
        "works_council_consent", "smaller_m_agreed_on", "logo", "contact", "reply_to", "site_address", "address",
        "most_per_hour", "answer_months", "name_months", "audit_months", "mail_months",
    )  # fmt: skip
    lines = [
        line[2:] if line.startswith("# ") and " = " in line and not line[2:].startswith(examples) else line
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    assert sum(line.startswith(("accent", "hours", "k =")) for line in lines) == 3
    assert load_settings(tmp_path, {}) == before


def test_the_shipped_surveys_come_along_and_check_out(tmp_path: Path) -> None:
    init(tmp_path, "Kloof")
    assert sorted(load_surveys(tmp_path / "surveys")) == ["installation", "product"]
    for file in (ROOT / "surveys").glob("*.yaml"):
        assert (tmp_path / "surveys" / file.name).read_bytes() == file.read_bytes()


def test_nothing_that_is_there_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.nl.md").write_text("mine")
    with pytest.raises(Refused, match=r"site/index\.nl\.md"):
        init(tmp_path, "Kloof")
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert (tmp_path / "site" / "index.nl.md").read_text() == "mine"
