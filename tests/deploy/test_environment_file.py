"""The file of the environment is read alike by the shell in which one types and by systemd."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.handbook import SITE, blocks
from instruments.systemd_files import environment
from kloof.config.sources import ENVIRONMENT, load_settings

ROOT = Path(__file__).parents[2]
FILES = {
    f"{path.stem} {number}": text
    for path in sorted((SITE / "how-to").glob("*.md"))
    for number, text in enumerate(blocks(path.read_text(encoding="utf-8"), "sh"))
    if text.startswith("KLOOF_")
} | {
    path.name: path.read_text(encoding="utf-8")
    for path in (ROOT / "deploy" / "container").glob("*.env.example")
}


def by_shell(text: str, folder: Path) -> dict[str, str]:
    file = folder / "kloof.env"
    file.write_text(text, encoding="utf-8")
    shell = ["sh", "-c", f'set -a; . "{file}"; set +a; env -0']
    clean = {"PATH": os.environ["PATH"]}
    said = subprocess.run(shell, env=clean, capture_output=True, check=True).stdout.decode()
    pairs = (line.partition("=") for line in said.split("\0") if line)
    return {name: value for name, _, value in pairs if name.startswith(("KLOOF_", "POSTGRES_"))}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_each_file_of_the_handbook_is_read_alike(text: str, tmp_path: Path) -> None:
    assert by_shell(text, tmp_path) == environment(text)
    assert environment(text)


def test_a_password_with_signs_arrives_as_it_was_typed(tmp_path: Path) -> None:
    (first, *_) = [text for text in FILES.values() if "KLOOF_SMTP_URL" in text and "$$" in text]
    assert "pa$$word&more" in by_shell(first, tmp_path)["KLOOF_SMTP_URL"]
    (tmp_path / "kloof.toml").touch()
    known = {name: value for name, value in environment(first).items() if name in ENVIRONMENT}
    assert load_settings(tmp_path, known).mail_from == "My company <feedback@my-company.example>"


@given(
    st.text(
        st.characters(
            min_codepoint=32, max_codepoint=0x2FF, exclude_characters="'\x7f", exclude_categories=["Cc"]
        )
    )
)
def test_whatever_stands_between_single_quotes_is_read_alike(value: str) -> None:
    """As the shell does it by its own rules: every sign stands for itself."""
    assert environment(f"# a comment\nKLOOF_A='{value}'\n;\nKLOOF_B=1\n") == {
        "KLOOF_A": value,
        "KLOOF_B": "1",
    }


@pytest.mark.skipif(not shutil.which("sh"), reason="no shell")
def test_without_quotes_the_two_differ(tmp_path: Path) -> None:
    text = "KLOOF_SMTP_URL=smtp://a$b\n"
    assert by_shell(text, tmp_path) != environment(text)
