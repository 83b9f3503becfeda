"""How kloof serve sets its server up."""

from pathlib import Path

from builders import settings
from kloof.cli.gunicorn import Server


def test_the_address_of_a_request_is_written_to_no_log_since_it_holds_a_token(tmp_path: Path) -> None:
    server = Server(settings("sqlite:///nowhere", tmp_path), bind="127.0.0.1:0", workers=1, threads=1)
    assert server.cfg.accesslog is None
    assert not server.cfg.logger_class(server.cfg).access_log.handlers
    assert server.cfg.loglevel == "warning"
