"""The door for programs: JSON under /api/v1, described by its own document at /api/v1/openapi.json."""

from flask import Flask

from kloof.web.api import (
    answers,
    calls,
    customers,
    deals,
    facts,
    invitations,
    openapi,
    people,
    planner,
    problems,
    published,
    surveys,
)
from kloof.web.api.operations import OPERATIONS, blueprint
from kloof.web.app import errors
from kloof.web.app.guard import csrf

# In the order of the document: each module adds its operations to it.
MODULES = (deals, facts, answers, invitations, calls, customers, people, surveys, published, planner, openapi)
PREFIX = "/api/"


def init_app(app: Flask) -> None:
    """Open the door. No cookie opens it, so no form of another site can use it: it needs no token against that."""
    csrf.exempt(blueprint)
    errors.answer_programs(PREFIX, problems.answer)
    app.register_blueprint(blueprint)


__all__ = ["MODULES", "OPERATIONS", "init_app"]
