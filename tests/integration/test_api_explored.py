"""Schemathesis reads the document of the API and tries what it promises and what it forbids, on a real server."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from cast.builders import SECRET, person, settings
from instruments.serving import serving
from kloof import storage
from kloof.actions.access import api_tokens
from kloof.actions.clock import wall_clock
from kloof.domain.access.api_tokens import Scope, TokenKind
from kloof.domain.access.people import Role
from kloof.storage.access import people

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("api explored")]

ROOT = Path(__file__).parents[2]
# What has the right shape may be refused all the same: nobody here is called that, or a deal is too far for it.
SETTINGS = """
[checks]
positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409, 412, 422, 429]
"""


def test_schemathesis_finds_nothing(database: str, tmp_path: Path, full: bool) -> None:
    house = settings(database, tmp_path)
    person()
    owner = people.by_id(person("Noor Desk", Role.DESK))
    assert owner
    now = wall_clock()
    ends_on = (now + timedelta(days=9)).date()
    made = api_tokens.make(house, "tries", TokenKind.WRITE, set(Scope), owner, ends_on, now)
    (tmp_path / "company" / "surveys").mkdir(parents=True)
    shipped = (ROOT / "surveys" / "product.yaml").read_text(encoding="utf-8")
    (tmp_path / "company" / "surveys" / "product.yaml").write_text(shipped, encoding="utf-8")
    (tmp_path / "schemathesis.toml").write_text(SETTINGS, encoding="utf-8")
    storage.close_database()
    company = tmp_path / "company"
    with serving(tmp_path / "kloof.db", company, requests=10**6, KLOOF_BASE_URL="http://127.0.0.1") as port:
        address = f"http://127.0.0.1:{port}/api/v1"
        tried = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"), "--config-file", tmp_path / "schemathesis.toml", "run",
                f"{address}/openapi.json", "--url", address, "--header", f"Authorization: Bearer {made.secret}",
                "--max-examples", "200" if full else "8", "--seed", "17", "--continue-on-failure", "--no-color",
            ],
            cwd=tmp_path, env=os.environ | {"KLOOF_SECRET_KEY": SECRET}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert tried.returncode == 0, tried.stdout[-6000:]
