"""The front page, the accessibility statement, and the addresses that machines ask whether kloof is well."""

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from kloof.actions import health
from kloof.actions.staff import published
from kloof.web.app.context import now, settings

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def front() -> str:
    house = settings()
    # Before the first release the button would lead to a page that says so.
    return render_template(
        "home.html",
        findings_are_public=house.publishing.findings == "public" and published.is_on_site(house),
    )


@blueprint.get("/accessibility")
def accessibility() -> str:
    return render_template("accessibility.html")


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    report = health.readiness(settings(), now())
    return jsonify(report), 200 if report["ready"] else 503


@blueprint.get("/workz")
def workz() -> ResponseReturnValue:
    report = health.work(settings(), now())
    return jsonify(report), 200 if report["well"] else 503
