"""Reading kloof.toml and the KLOOF_ variables; every problem is said at once, with what to do."""

import re
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kloof.config.company_folder import POLICY, RESTORED, RESTORING, refuse_unless_company
from kloof.config.secret_key import DEMO_KEY, kept_key
from kloof.config.secret_key import NAME as KEY_FILE
from kloof.config.settings import Settings
from kloof.domain.errors import BadSettings, Reason, Refused

ENVIRONMENT = {
    "KLOOF_FOLDER": "folder",
    "KLOOF_SECRET_KEY": "secret_key",
    "KLOOF_DATABASE_URL": "database_url",
    "KLOOF_BASE_URL": "base_url",
    "KLOOF_SMTP_URL": "smtp_url",
    "KLOOF_MAIL_FROM": "mail_from",
    "KLOOF_BOUNCES_URL": "bounces_url",
    "KLOOF_OIDC_SECRET": "oidc_secret",
    "KLOOF_METRICS_TOKEN": "metrics_token",
    "KLOOF_LOG": "log",
    "KLOOF_HOST": "host",
    "KLOOF_PROXIES": "proxies",
    "KLOOF_RUN": "run",
    "KLOOF_CLOCK_AHEAD": "clock_ahead",
}
DEMO_MARK = ".kloof-demo"
"""The file by which the folder of a demo is known: in there every command is one of the demo."""
FILE_KEYS = frozenset(
    {
        "calls",
        "company",
        "deals",
        "embed",
        "mail",
        "oidc",
        "publishing",
        "research",
        "retention",
        "webhooks",
        "works_council_consent",
    }
)


_SQLITE = "sqlite:///"


def load_settings(folder: Path, environ: Mapping[str, str], *, keep_key: bool = True) -> Settings:
    """The settings of the company folder.

    Where no secret key is set, the folder's own is taken, and made and kept where there is none. Without `keep_key`
    nothing is written: a fresh one stands in for it, which does not last. Raises Refused where there is no
    kloof.toml, and BadSettings naming every key and variable that cannot be used.
    """
    values = _from_file(folder)
    _refuse_empty_database(environ)
    values |= {
        key: environ[name].strip() for name, key in ENVIRONMENT.items() if environ.get(name, "").strip()
    }
    if "secret_key" not in values:
        kept = kept_key(folder, make=keep_key)
        fresh = {"secret_key": secrets.token_urlsafe(48), "key_is_lasting": False}
        values |= fresh if kept is None else {"secret_key": kept}
    if values["secret_key"] == DEMO_KEY and (folder / DEMO_MARK).exists():
        values.setdefault("run", "demo")
    url = values.setdefault("database_url", f"{_SQLITE}instance/kloof.db")
    if url.startswith(_SQLITE):
        values["database_url"] = sqlite_in(folder, url)
    values["folder"] = folder
    try:
        return Settings(**values)
    except ValidationError as error:
        key_from = "KLOOF_SECRET_KEY" if environ.get("KLOOF_SECRET_KEY", "").strip() else KEY_FILE
        raise BadSettings(
            [_worded(folder / POLICY, problem, key_from) for problem in error.errors()]
        ) from None


def _refuse_empty_database(environ: Mapping[str, str]) -> None:
    """A variable that a template left empty would begin another database, without a word."""
    if not environ.get("KLOOF_DATABASE_URL", "not set").strip():
        raise BadSettings(
            ["KLOOF_DATABASE_URL: is there, and empty."],
            remedy="Write the address of the database behind it, or take the variable out: then it is the SQLite file "
            "instance/kloof.db.",
        )


def sqlite_in(folder: Path, url: str) -> str:
    """The address of a SQLite database, from the folder on where it says no more; any other as it is."""
    return f"{_SQLITE}{folder / url.removeprefix(_SQLITE)}" if url.startswith(_SQLITE) else url


def _from_file(folder: Path) -> dict[str, Any]:
    refuse_unless_company(folder)
    if (folder / RESTORING / RESTORED).exists():
        raise Refused(
            Reason.RESTORE_UNFINISHED,
            f"A restore into {folder} was cut short.",
            remedy="Run the same kloof restore again: it goes on where it stopped.",
        )
    file = folder / POLICY
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:  # also of a number with thousands of digits
        raise BadSettings([f"{file.name}: this is not valid TOML: {error}."]) from None
    except RecursionError:
        raise BadSettings([f"{file.name}: too many brackets inside each other."]) from None
    unknown = sorted(set(values) - FILE_KEYS)
    if unknown:
        known = ", ".join(sorted(FILE_KEYS))
        raise BadSettings(
            [f"{file.name}:{_line_of(file, key)}: {key}: no such setting." for key in unknown],
            remedy=f"In this file can stand: {known}. Secrets go in KLOOF_… variables.",
        )
    return values


def _worded(file: Path, problem: Any, key_from: str) -> str:
    path = ".".join(str(part) for part in problem["loc"])
    variable = next((name for name, key in ENVIRONMENT.items() if key == problem["loc"][0]), None)
    if variable:
        # The value may be a secret: only what is wrong with it is said.
        return f"{key_from if variable == 'KLOOF_SECRET_KEY' else variable}: {problem['msg']}."
    line = _line_of(file, str(problem["loc"][-1]))
    return f"{file.name}:{line}: {path}: {problem['msg']} (found {problem['input']!r})."


def _line_of(file: Path, key: str) -> int:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if re.match(rf"\s*(?:\[(?:\w+\.)*)?{re.escape(key)}\b", line):
            return number
    return 1
