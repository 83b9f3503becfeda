"""gunicorn with kloof's settings, started from the command line of kloof itself."""

import atexit
import os
import shutil
import signal
import tempfile
from typing import Any, Final

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger

from kloof import storage
from kloof.actions.clock import clock_of
from kloof.cli.arrivals import ArrivalsFirst
from kloof.cli.logs import Kind, formatter
from kloof.config import Settings
from kloof.domain.surveys.definition import Survey

SHARED_NUMBERS: Final = "PROMETHEUS_MULTIPROC_DIR"


class Log(Logger):
    """gunicorn's own log: a request line that it could not read is in it, and may hold a token."""

    kind: Kind = "text"

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter(self.kind, self.error_fmt, self.datefmt))


class StructuredLog(Log):
    """The same as JSON."""

    kind = "json"


class Worker(ArrivalsFirst):
    """A worker that leaves Ctrl-C, and a closed terminal, to the process that started it, which then tells it to stop.

    A terminal sends SIGINT to the whole group. gunicorn's own worker begins to stop at that, and at the SIGQUIT that
    follows it begins again inside the first: the two wait for each other for ever.
    """

    def init_signals(self) -> None:
        super().init_signals()
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)


def _leave_the_terminal_to_the_demo(arbiter: Arbiter) -> None:
    """The demo hears too that its terminal was closed, and stops the server. gunicorn alone would start new workers
    first, and be killed while it waits for them.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def share_numbers() -> None:
    """Let the processes of this server keep the numbers of their requests in one folder, until it ends. To be said
    before the web application is imported: prometheus-client looks once.
    """
    os.environ[SHARED_NUMBERS] = folder = tempfile.mkdtemp(prefix="kloof-numbers-")
    atexit.register(_forget, folder, os.getpid())


def _forget(folder: str, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def _stop_all() -> None:
    """The process that started this one stops the others too."""
    os.kill(os.getppid(), signal.SIGTERM)


class Server(BaseApplication):
    """Worker processes with threads; a restart by signal lets requests finish first."""

    def __init__(self, settings: Settings, *, bind: str, workers: int, threads: int) -> None:
        self.settings = settings
        self.options: dict[str, Any] = {
            "bind": bind,
            "workers": workers,
            "threads": threads,
            "worker_class": Worker,
            "worker_tmp_dir": None,
            "control_socket_disable": True,
            "accesslog": None,  # the path of a survey is a token
            "errorlog": "-",
            "logger_class": StructuredLog if settings.log == "json" else Log,
            "loglevel": "warning",
            "graceful_timeout": 10,
            "timeout": 30,
            "keepalive": 5,
            "limit_request_line": 4094,
            "when_ready": _leave_the_terminal_to_the_demo if settings.is_demo else None,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            if value is not None and name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        from kloof.actions.hosts.watch import HostWatch
        from kloof.web import create_app

        app = create_app(self.settings, clock_of(self.settings))
        if storage.is_shared():
            HostWatch(self.settings, clock_of(self.settings), _stop_all).start()
        return app


class PreviewServer(Server):
    """The preview of one survey, for one person at a desk."""

    def __init__(self, settings: Settings, survey: Survey, *, bind: str) -> None:
        self.survey = survey
        super().__init__(settings, bind=bind, workers=1, threads=2)

    def load(self) -> Flask:
        from kloof.web.survey.preview import alone

        return alone(self.settings, self.survey)
