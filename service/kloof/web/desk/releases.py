"""Releases, for the desk: which pairs are in none yet, and why."""

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from kloof.actions.releases import freeze, outlook
from kloof.domain.releases.document import WithheldReason
from kloof.web.app.context import now, settings
from kloof.web.app.language import say

if TYPE_CHECKING:
    from kloof.domain.releases.closing import Waiting

blueprint = Blueprint("releases", __name__, url_prefix="/desk")


@blueprint.get("/waiting")
def waiting() -> str:
    """Which pairs are in no release yet, why, and what has to happen first."""
    rules = freeze.thresholds(settings())
    return render_template(
        "desk/releases/waiting.html",
        forecasts=outlook.forecasts(settings(), now()),
        least=rules.least_customers,
        sellers=rules.m,
        lacks=_lacks,
    )


def _lacks(queue: "Waiting") -> str:
    return {
        WithheldReason.TOO_FEW: say("{count} customers too few.", count=queue.short_of),
        WithheldReason.TOO_FEW_SALESPEOPLE: say(
            "Too few salespeople, or one or two of them sold to nearly all of these customers."
        ),
        WithheldReason.TOO_FEW_ACCOUNTS: say(
            "Too few organisations, or too many of these customers answer for the same one."
        ),
        WithheldReason.HOMOGENEOUS: say(
            "The answers are so much alike that an average would give them away, if only to a colleague."
        ),
        WithheldReason.CERTIFICATE: say(
            "Together with what was published before, it would give too much away."
        ),
    }[queue.reason]
