"""What is kept about somebody, written to a file to read: new, for its owner only, and in no place of another."""

import stat
from pathlib import Path

import pytest

from cast.builders import deal, person
from instruments.commands import kloof
from instruments.paper_reading import pages
from kloof import storage
from kloof.actions.init import init
from kloof.config import load_settings
from kloof.storage.models import AuditEntry

pytestmark = pytest.mark.slow


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What is typed before the address, and the address of somebody who is known."""
    init(tmp_path / "mine", "Warmtehuis")
    monkeypatch.chdir(tmp_path / "mine")
    assert kloof("db", "migrate").exit_code == 0
    storage.open_database(load_settings(Path.cwd(), {}).database_url)
    email = deal(seller=person()).email
    return {"person": email, "people": "sanne.de.vries@company.example"}


@pytest.mark.parametrize("whom", ["person", "people"])
def test_a_pdf_is_a_new_file_for_its_owner_only(known: dict[str, str], whom: str) -> None:
    done = kloof(whom, "export", known[whom], "--pdf", "data.pdf")
    assert (done.exit_code, done.output) == (0, "Written to data.pdf.\n")
    assert known[whom] in " ".join(pages(Path("data.pdf")))
    assert stat.S_IMODE(Path("data.pdf").stat().st_mode) == 0o600
    written = Path("data.pdf").read_bytes()
    again = kloof(whom, "export", known[whom], "--pdf", "data.pdf")
    assert (again.exit_code, "There is a data.pdf already" in again.output) == (1, True)
    assert Path("data.pdf").read_bytes() == written
    storage.open_database(load_settings(Path.cwd(), {}).database_url)
    assert AuditEntry.select().where(AuditEntry.what.endswith("_exported")).count() == 1


def test_for_nobody_no_file_stays_behind(known: dict[str, str]) -> None:
    refused = kloof("person", "export", "nobody@example.com", "--pdf", "data.pdf")
    assert refused.exit_code == 1
    assert not Path("data.pdf").exists()
