"""Reading kloof.toml and the KLOOF_ variables; every problem is said at once, with what to do."""

import re
import secrets
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kloof.config.settings import DEMO_KEY, Settings
from kloof.domain.errors import BadSettings

ENVIRONMENT = {
    "KLOOF_SECRET_KEY": "secret_key",
    "KLOOF_DATABASE_URL": "database_url",
    "KLOOF_BASE_URL": "base_url",
    "KLOOF_SMTP_URL": "smtp_url",
    "KLOOF_MAIL_FROM": "mail_from",
    "KLOOF_BOUNCES_URL": "bounces_url",
    "KLOOF_OIDC_SECRET": "oidc_secret",
    "KLOOF_PROXIES": "proxies",
    "KLOOF_RUN": "run",
    "KLOOF_CLOCK_AHEAD": "clock_ahead",
}
DEMO_MARK = ".kloof-demo"
"""The file by which the folder of a demo is known: in there every command is one of the demo."""
FILE_KEYS = frozenset(
    {"calls", "company", "deals", "mail", "oidc", "publishing", "research", "works_council_consent"}
)


def load_settings(folder: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of the company folder. Raises BadSettings naming every key and variable that cannot be used."""
    file = folder / "kloof.toml"
    values = _from_file(file)
    values |= {
        key: environ[name].strip() for name, key in ENVIRONMENT.items() if environ.get(name, "").strip()
    }
    values.setdefault("secret_key", secret_key_of(folder))
    if values["secret_key"] == DEMO_KEY and (folder / DEMO_MARK).exists():
        values.setdefault("run", "demo")
    values.setdefault("database_url", f"sqlite:///{folder / 'instance' / 'kloof.db'}")
    try:
        return Settings(folder=folder, **values)
    except ValidationError as error:
        raise BadSettings([_worded(file, problem) for problem in error.errors()]) from None


def secret_key_of(folder: Path) -> str:
    """The key that this folder's installation made for itself on first use; readable by its owner only."""
    file = folder / "instance" / "secret_key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return file.read_text(encoding="ascii").strip()


def _from_file(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {}
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings([f"{file.name}: this is not valid TOML: {error}."]) from None
    unknown = sorted(set(values) - FILE_KEYS)
    if unknown:
        known = ", ".join(sorted(FILE_KEYS))
        raise BadSettings(
            [f"{file.name}:{_line_of(file, key)}: {key}: no such setting." for key in unknown],
            remedy=f"In this file can stand: {known}. Secrets go in KLOOF_… variables.",
        )
    return values


def _worded(file: Path, problem: Any) -> str:
    path = ".".join(str(part) for part in problem["loc"])
    variable = next((name for name, key in ENVIRONMENT.items() if key == problem["loc"][0]), None)
    if variable:
        # The value may be a secret: only what is wrong with it is said.
        return f"{variable}: {problem['msg']}."
    line = _line_of(file, str(problem["loc"][-1]))
    return f"{file.name}:{line}: {path}: {problem['msg']} (found {problem['input']!r})."


def _line_of(file: Path, key: str) -> int:
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if re.match(rf"\s*\[?{re.escape(key)}\b", line):
            return number
    return 1
