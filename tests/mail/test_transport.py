"""Ways out: a folder, and the catcher of the demo."""

from pathlib import Path

import pytest

from cast.selling import company
from kloof.domain.errors import BadSettings
from kloof.mail.catcher import Catcher
from kloof.mail.opening import open_transport
from kloof.mail.smtp import Smtp
from kloof.mail.transport import Folder

TEXT = b"Subject: Hello\r\n\r\nDear Piet,\r\n"


def test_a_folder_gets_a_whole_file_for_every_mail(tmp_path: Path) -> None:
    transport = Folder(tmp_path / "mail")
    for _ in range(3):
        transport.send("a@example.com", "b@example.com", TEXT)
    files = list((tmp_path / "mail").iterdir())
    assert {file.suffix for file in files} == {".eml"}
    assert [file.read_bytes() for file in files] == [TEXT] * 3


def test_the_catcher_keeps_what_arrives_by_smtp(tmp_path: Path) -> None:
    with Catcher(tmp_path / "caught") as catcher:
        transport = Smtp(catcher.url)
        transport.send("a@example.com", "b@example.com", TEXT)
        transport.close()
    (file,) = (tmp_path / "caught").glob("*.eml")
    assert file.read_bytes() == TEXT


@pytest.mark.parametrize("url", ["", "pigeon://coop", "http://mail.example"])
def test_an_unknown_way_is_refused_with_those_that_are_known(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadSettings, match="smtps://user:password@host:465"):
        open_transport(company(tmp_path).model_copy(update={"smtp_url": url}))


def test_the_folder_stands_in_the_companys_own(tmp_path: Path) -> None:
    transport = open_transport(company(tmp_path).model_copy(update={"smtp_url": "folder:instance/mail"}))
    transport.send("a@example.com", "b@example.com", TEXT)
    assert len(list((tmp_path / "instance" / "mail").glob("*.eml"))) == 1
