"""The rule for SQL, read off the sources: CONTRIBUTING.md says it in words."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

import kloof.storage
from kloof.domain import states
from kloof.domain.deals.study_arms import Arm
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Consent, PromiseOutcome

STORAGE = Path(kloof.storage.__file__).parent
# Statements are run and read here; a migration is of its own day and knows no table of the domain.
APART = {"statements.py", "database.py", "schema.py", "write_lock.py"}
SOURCES = sorted(
    path.relative_to(STORAGE).as_posix()
    for path in STORAGE.rglob("*.py")
    if path.name not in APART and "migrations" not in path.parts
)
STATES = [
    found
    for found in vars(states).values()
    if isinstance(found, type) and issubclass(found, StrEnum) and found.__module__ == states.__name__
]
WORDS = {
    word.value
    for kind in (*STATES, Arm, Wave, Consent, PromiseOutcome)
    if kind is not StrEnum
    for word in kind
}
BY_POSITION = {"fetchall", "fetchone", "fetchmany", "tuples"}


def tree(source: str) -> ast.Module:
    return ast.parse((STORAGE / source).read_text(encoding="utf-8"))


def calls(source: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(source)) if isinstance(node, ast.Call))


@pytest.mark.parametrize("source", SOURCES)
def test_a_join_is_named_sql_and_never_composed(source: str) -> None:
    joined = [
        call.lineno
        for call in calls(source)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in {"join", "join_from"}
        and not isinstance(call.func.value, ast.Constant)
    ]
    assert joined == []


@pytest.mark.parametrize("source", SOURCES)
def test_rows_come_back_by_name_and_never_by_position(source: str) -> None:
    read = [
        call.lineno
        for call in calls(source)
        if isinstance(call.func, ast.Attribute) and call.func.attr in BY_POSITION
    ]
    ran = {call for call in calls(source) if isinstance(call.func, ast.Name) and call.func.id == "run"}
    for node in ast.walk(tree(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            ran = {call for call in ran if call.lineno != node.value.lineno}
        if isinstance(node, ast.Attribute) and node.attr == "rowcount" and isinstance(node.value, ast.Call):
            ran = {call for call in ran if call.lineno != node.value.lineno}
    assert read + sorted(call.lineno for call in ran) == []


@pytest.mark.parametrize("source", SOURCES)
def test_states_in_sql_come_from_the_tables_of_the_domain(source: str) -> None:
    written = {
        (node.lineno, word)
        for node in ast.walk(tree(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for word in re.findall(r"'(\w+)'", node.value)
        if word in WORDS
    }
    assert written == set()
