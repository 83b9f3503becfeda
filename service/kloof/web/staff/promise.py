"""Before a quote: what customers of a product expect and get, what may be said about it, and a sheet to take along."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from markupsafe import Markup

from kloof.actions.staff import before_promise
from kloof.actions.staff.before_promise import PromiseGuide
from kloof.domain.staff.calibration import Advice, in_order
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.dumbbell import DumbbellRow
from kloof.publish.charts.promised_aspect import promised_aspect
from kloof.publish.charts.shares import ten_dots
from kloof.publish.charts.svg import inline
from kloof.web.app.context import now, settings
from kloof.web.app.guard import signed_in
from kloof.web.app.language import language
from kloof.web.staff.promise_words import as_expected, at_least, tenths, tip

blueprint = Blueprint("promise", __name__, url_prefix="/me")


@dataclass(frozen=True, slots=True)
class WordedAdvice:
    """One aspect as the page shows it; what is not known is empty. `dots`: as many of ten as got what they expected."""

    advice: Advice
    name: str
    picture: Markup
    dots: Markup
    as_expected: str
    good: str
    tip: str


@blueprint.get("/promise")
def sheet() -> str:
    """Choose a product and aspects; the address holds the choice, nothing is stored."""
    product, aspects = request.args.get("product", ""), request.args.getlist("aspect")
    if request.args.get("of", product) != product:  # ticked for another product, which may have other aspects
        aspects = []
    choice = before_promise.choice(settings(), signed_in(), product, aspects)
    guide = choice.guide
    return render_template(
        "me/promise.html",
        choice=choice,
        guide=guide,
        parts=worded_parts(guide) if guide else {},
        chosen={one.aspect.id for one in guide.advice} if guide else set(),
        today=settings().today(now()),
    )


def worded_parts(guide: PromiseGuide) -> dict[str, list[WordedAdvice]]:
    """The aspects by part: to be careful about, as expected, not known. The pictures share one stretch of the scale."""
    scale = guide.survey.scale
    reach = [value for one in guide.advice if (pair := _pair(one)) for value in pair.reach]
    axis = Axis.around(reach, scale.low, scale.high)
    parts = in_order(guide.advice)
    several = {"careful": parts.careful, "fitting": parts.fitting, "unknown": parts.unknown}
    return {name: [_one(one, axis, scale.good) for one in part] for name, part in several.items()}


def _one(advice: Advice, axis: Axis, mark: int) -> WordedAdvice:
    pair, identifier = _pair(advice), advice.aspect.id
    met, good = advice.shares.as_expected, advice.shares.good
    said = "" if met is None else as_expected(met)
    picture = inline(promised_aspect(pair, axis, language()), f"promised-{identifier}") if pair else ""
    dots = inline(ten_dots(tenths(met), said, language()), f"dots-{identifier}") if met is not None else ""
    return WordedAdvice(
        advice,
        advice.aspect.name[language()],
        Markup(picture),  # noqa: S704  our own drawing, its words escaped
        Markup(dots),  # noqa: S704  the same
        said,
        "" if good is None else at_least(good, mark),
        tip(advice),
    )


def _pair(advice: Advice) -> DumbbellRow | None:
    if advice.expected is None or advice.got is None:
        return None
    return DumbbellRow(advice.aspect.name[language()], advice.expected, advice.got, norm=advice.norm)
