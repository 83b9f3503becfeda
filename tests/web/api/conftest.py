"""A program that has a token."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from cast.builders import NOW, person, settings
from cast.programs import Program
from kloof.actions.access import api_tokens
from kloof.domain.access.api_tokens import Scope, TokenKind
from kloof.domain.access.people import Role
from kloof.storage.access import people

ROOT = Path(__file__).parents[3]


MakeProgram = Callable[..., Program]


@pytest.fixture
def program(app: Flask, database: str, tmp_path: Path) -> MakeProgram:
    """A function that makes a token of a kind, for some of it or for everything, and gives the program that has it."""
    surveys = tmp_path / "surveys"
    surveys.mkdir(exist_ok=True)
    shipped = (ROOT / "surveys" / "product.yaml").read_text(encoding="utf-8")
    (surveys / "product.yaml").write_text(shipped, encoding="utf-8")
    person()

    def make(kind: TokenKind = TokenKind.WRITE, *scopes: Scope) -> Program:
        owner = people.by_id(person("Noor Desk", Role.DESK))
        assert owner is not None
        made = api_tokens.make(
            settings(database, tmp_path),
            "our CRM",
            kind,
            set(scopes or Scope),
            owner,
            (NOW + timedelta(days=30)).date(),
            NOW,
        )
        return Program(app.test_client(use_cookies=False), made.secret, made.number)

    return make
