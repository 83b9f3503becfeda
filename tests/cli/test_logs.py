"""What is blanked in a log, and what is left to read."""

import pytest

from kloof.cli.logs import discreet

TOKEN = "8nRp2Qrigt-PqzdTH_JIQu54BIi-Iz4QRXgnYjEs784"


@pytest.mark.parametrize(
    ("quoted", "written"),
    [
        (f"'GET /s/{TOKEN}?page=2'", "'GET /s/…'"),
        (f"/opt-out/{TOKEN[:9]} cut short", "/opt-out/… cut short"),
        ("GET /k/7Q2M-9XKD-4RTB-W3HN", "GET /k/…"),
        ("/sign-in/provider/back?code=abc&state=def", "/sign-in/…"),
        (f"link={TOKEN},", "link=…,"),
        ("Key (email)=(piet@example.com) already exists", "Key (email)=(…@…) already exists"),
        ("<Piet.Jansen+kloof@sub.example.co.uk>: 550", "<…@…>: 550"),
        ("postgresql://kloof:secret@db.internal/kloof", "postgresql://kloof:…@…/kloof"),
    ],
)
def test_a_key_and_an_address_are_blanked(quoted: str, written: str) -> None:
    assert discreet(quoted) == written


@pytest.mark.parametrize(
    "plain",
    [
        '  File "/srv/kloof/service/kloof/web/survey/routes.py", line 40, in form',
        '    @blueprint.get("/<token>")',
        "sqlite3.OperationalError: no such table: message",
        f"release {'0123456789abcdef' * 4}",
        "12 sent, 1 again",
    ],
)
def test_what_helps_to_mend_it_is_left(plain: str) -> None:
    assert discreet(plain) == plain
