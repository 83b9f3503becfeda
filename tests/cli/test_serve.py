"""How kloof serve sets its server up."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from cast.builders import SECRET, settings
from instruments.running import free_port, wait_for
from kloof.cli.gunicorn import Server

pytestmark = pytest.mark.slow

SURVEYS = Path(__file__).parents[2] / "surveys"


def test_the_address_of_a_request_is_written_to_no_log_since_it_holds_a_token(tmp_path: Path) -> None:
    server = Server(settings("sqlite:///nowhere", tmp_path), bind="127.0.0.1:0", workers=1, threads=1)
    assert server.cfg.accesslog is None
    assert not server.cfg.logger_class(server.cfg).access_log.handlers
    assert server.cfg.loglevel == "warning"


def test_ctrl_c_reaches_the_workers_only_through_the_process_that_started_them(
    database: str, tmp_path: Path
) -> None:
    """Told twice, by the terminal and by that process, a worker of gunicorn's own can wait for itself for ever."""
    (tmp_path / "kloof.toml").touch()
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "kloof", "serve", "--port", str(port), "--workers", "1"],
        cwd=tmp_path,
        env=os.environ | {"KLOOF_SECRET_KEY": SECRET, "KLOOF_DATABASE_URL": database},
        start_new_session=True,
    )
    try:
        wait_for(port)
        _ask(port)
        workers = _children(server.pid)
        for worker in workers:
            os.kill(worker, signal.SIGINT)
        _ask(port)
        assert _children(server.pid) == workers
    finally:
        os.killpg(server.pid, signal.SIGINT)
        assert server.wait(timeout=120) == 0
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_it_starts_without_its_database_says_so_and_goes_on_when_that_is_there(
    database: str, tmp_path: Path
) -> None:
    (tmp_path / "kloof.toml").touch()
    file = Path(database.removeprefix("sqlite:///"))
    file.rename(tmp_path / "away.db")
    Path(f"{file}-turn").touch()
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "kloof", "serve", "--port", str(port), "--workers", "1"],
        cwd=tmp_path,
        env=os.environ | {"KLOOF_SECRET_KEY": SECRET, "KLOOF_DATABASE_URL": database},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        wait_for(port)
        assert _ask(port) == '{"status":"ok"}\n'
        with pytest.raises(urllib.error.HTTPError, match="503") as refused:
            _ask(port, "/readyz")
        assert '"database_gone"' in refused.value.read().decode()
        (tmp_path / "away.db").rename(file)
        assert '"ready":true' in _ask(port, "/readyz")
    finally:
        os.killpg(server.pid, signal.SIGINT)
        said = server.communicate(timeout=120)[1]
    assert said.count("The database is gone") == 1
    assert "Traceback" not in said


@pytest.mark.parametrize("survey", sorted(SURVEYS.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_preview_of_a_file_shows_both_forms_in_both_languages_and_stores_nothing(
    tmp_path: Path, survey: Path
) -> None:
    (tmp_path / "kloof.toml").write_text('[company]\nname = "Warmtehuis"\n', encoding="utf-8")
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "kloof", "surveys", "preview", str(survey), "--port", str(port)],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(port)
        for wave in ("sale", "delivery"):
            for language in ("nl", "en"):
                shown = _ask(port, f"/preview/{survey.stem}/{wave}?language={language}")
                assert f'<html lang="{language}">' in shown
                assert 'type="radio"' in shown
    finally:
        os.killpg(server.pid, signal.SIGINT)
        server.wait(timeout=120)
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"kloof.toml"}


def _ask(port: int, path: str = "/healthz") -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=120) as answer:
        assert answer.status == 200
        return str(answer.read().decode())


def _children(parent: int) -> list[int]:
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
    return [int(number) for number in listed.split()]
