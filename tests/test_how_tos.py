"""What the how-tos tell one to type, set and expect: each exists, and reads as shown."""

import configparser
import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from cast.builders import NOW
from instruments.handbook import SITE, blocks, typed
from instruments.running import free_port, wait_for
from kloof import storage
from kloof.actions.init import init
from kloof.actions.releases.gate import refuse_unless_together
from kloof.actions.webhooks.posting import WayOut, post
from kloof.config.sources import ENVIRONMENT, load_settings
from kloof.domain.deals.deals import DealLine
from kloof.domain.deals.files import read_deals
from kloof.domain.errors import Refused
from kloof.domain.webhooks.signing import new_signing_secret, signed_headers
from kloof.storage.releases import releases

HOW_TOS = sorted((SITE / "how-to").glob("*.md"))
PAGES = sorted(SITE.glob("*/*.md"))


def typed_in(text: str) -> Iterator[list[str]]:
    """The words after `kloof` of each command, in the code blocks and between backticks."""
    lines = "\n".join(blocks(text, "(?:sh|ini|cron)")).replace("ExecStart=", "").splitlines()
    for line in [*lines, *re.findall(r"`(kloof [^`\n]+)`", text)]:
        for command in re.findall(r"(?:^|&& |; |bin/)kloof (?:--json |--folder \S+ )*([a-z][^#;&$]*)", line):
            yield shlex.split(command)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_command_that_a_page_names_exists_with_its_options(path: Path) -> None:
    known = dict(typed())
    for words in typed_in(path.read_text(encoding="utf-8")):
        name = max((name for name in known if f"kloof {' '.join(words)} ".startswith(f"{name} ")), default="")
        assert name, words
        flags = {flag for parameter in known[name].params for flag in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= flags, words


def test_the_how_tos_type_commands_at_all() -> None:
    assert sum(1 for path in HOW_TOS for _ in typed_in(path.read_text(encoding="utf-8"))) > 60


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_variable_that_a_page_names_exists(path: Path) -> None:
    assert set(re.findall(r"\bKLOOF_[A-Z_]+", path.read_text(encoding="utf-8"))) <= set(ENVIRONMENT)


@pytest.mark.parametrize("how_to", HOW_TOS, ids=lambda path: path.stem)
def test_each_piece_of_kloof_toml_in_a_how_to_can_be_used(how_to: Path, tmp_path: Path) -> None:
    for piece in blocks(how_to.read_text(encoding="utf-8"), "toml"):
        (tmp_path / "kloof.toml").write_text(piece, encoding="utf-8")
        load_settings(tmp_path, {})


@pytest.mark.slow
def test_the_receiver_of_the_how_to_takes_what_kloof_signed_once_and_nothing_else(tmp_path: Path) -> None:
    (program,) = blocks((SITE / "how-to" / "webhooks.md").read_text(encoding="utf-8"), "python")
    secret, port = new_signing_secret(), free_port()
    told = {"WEBHOOK_SECRET": secret, "PORT": str(port)}
    receiver = subprocess.Popen(
        [sys.executable, "-c", program],
        env=os.environ | told,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    to, out = (
        urlsplit(f"http://127.0.0.1:{port}/"),
        WayOut(ssl.create_default_context(), (ip_network("127.0.0.1"),)),
    )
    try:
        wait_for(port)
        signed, forged = (
            signed_headers("msg_1", int(time.time()), b'{"type": "x"}', [one])
            for one in (secret, new_signing_secret())
        )
        old = signed_headers("msg_2", int(time.time()) - 600, b"{}", [secret])
        tries = [
            (signed, b'{"type": "x"}'),
            (signed, b'{"type": "x"}'),
            (forged, b'{"type": "x"}'),
            (signed, b"{}"),
        ]
        answered = [post(to, body, headers, out).status for headers, body in [*tries, (old, b"{}")]]
    finally:
        receiver.terminate()
        printed = receiver.communicate()[0]
    assert answered == [204, 204, 401, 401, 401]
    assert printed.decode().splitlines() == ["{'type': 'x'}"]


def test_the_first_deal_of_the_how_to_goes_in() -> None:
    (csv,) = blocks((SITE / "how-to" / "start-your-own.md").read_text(encoding="utf-8"), "csv")
    assert [type(entry) for _, entry in read_deals(csv, "first.csv")] == [DealLine]


def test_the_refusal_of_an_older_backup_reads_as_the_how_to_shows_it(database: str) -> None:
    newest = SimpleNamespace(number=4, published_on=date(2026, 11, 23))
    with storage.transaction():
        for number in (1, 2, 3):
            releases.record(number, "0" * 64, NOW)
    published = [SimpleNamespace(sha256="0" * 64, document=newest)] * 4
    with pytest.raises(Refused) as refusal:
        refuse_unless_together(published)
    (shown,) = blocks((SITE / "how-to" / "back-up.md").read_text(encoding="utf-8"), "text")
    assert shown.strip() == str(refusal.value)


PUBLISHING = (SITE / "how-to" / "publish-the-site.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("how_to", HOW_TOS, ids=lambda path: path.stem)
def test_each_shell_block_and_cron_line_of_a_how_to_is_shell(how_to: Path) -> None:
    text = how_to.read_text(encoding="utf-8")
    lines = [line for block in blocks(text, "cron") for line in block.splitlines() if line.strip()]
    scheduled = [line.split(maxsplit=5) for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[\d*/,-]+", part) for fields in scheduled for part in fields[:5])
    for script in [*blocks(text, "sh"), *(fields[5] for fields in scheduled)]:
        done = subprocess.run(["sh", "-n"], input=script, text=True, capture_output=True, check=False)
        assert done.stderr == "", script


def test_the_steps_that_systemd_and_cron_take_are_those_of_the_page_in_its_order() -> None:
    steps = [["freeze"], ["publish"], ["site", "build"]]
    (service, timer), (line,) = blocks(PUBLISHING, "ini"), blocks(PUBLISHING, "cron")
    assert [shlex.split(found) for found in re.findall(r"ExecStart=\S+/kloof (.+)", service)] == steps
    assert [shlex.split(found) for found in re.findall(r"&& kloof ([a-z ]+)", line)] == steps
    for unit in (service, timer):
        configparser.ConfigParser(strict=False, interpolation=None).read_string(unit)


def test_the_timer_of_the_page_goes_off_on_the_first_monday_of_each_month() -> None:
    """By its syntax; and, where systemd is at hand, by what systemd makes of it."""
    (when,) = re.findall(r"OnCalendar=(.+)", PUBLISHING)
    assert re.fullmatch(r"Mon \*-\*-01\.\.07 \d\d:\d\d", when)
    if shutil.which("systemd-analyze") is not None:
        ask = ["systemd-analyze", "calendar", "--iterations=6", when]
        said = subprocess.run(ask, capture_output=True, text=True, check=True).stdout
        days = [date.fromisoformat(day) for day in re.findall(r"(?:elapse|#\d+): \w+ (\S+)", said)]
        assert len(days) == 6
        assert all(day.weekday() == 0 and day.day <= 7 for day in days)


def test_git_keeps_the_releases_of_a_company_folder_and_nothing_that_is_made_of_them(tmp_path: Path) -> None:
    init(tmp_path, "Warmtehuis BV")
    kept = ["site/findings/releases/0001/release.json", "site/index.nl.md", "kloof.toml", "mkdocs.yml"]
    made = ["site/findings/index.nl.md", "build/site/index.html", "instance/kloof.db", "instance/mail/1.eml"]
    for name in [*kept, *made]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert set(kept) <= set(listed)
    assert not set(made) & set(listed)


def test_no_recipe_gives_a_password_to_a_command_line_that_everybody_on_the_machine_can_read() -> None:
    """What stands behind a command is in `ps`: an address with a password in it, or a password of its own."""
    seen = 0
    for path in SITE.rglob("*.md"):
        for block in blocks(path.read_text(encoding="utf-8"), "sh"):
            for line in block.splitlines():
                if re.search(r"\b(psql|pg_dump|pg_restore|createdb|dropdb)\b", line):
                    seen += 1
                    assert not re.search(r"DATABASE_URL|://|PGPASSWORD|--password=", line), (
                        f"{path.name}: {line}"
                    )
    assert seen >= 1
