"""Pictures of a salesperson's own figures over time, drawn as those on the findings site are."""

from collections.abc import Iterator

from kloof.actions.staff.own_feedback import OwnFigures
from kloof.domain.text import Language
from kloof.publish.charts.axis import Axis
from kloof.publish.charts.dumbbell import DumbbellRow
from kloof.publish.charts.svg import inline
from kloof.publish.charts.trend import trend


def trends(figures: OwnFigures, title: str, language: Language) -> Iterator[tuple[str, str]]:
    """(name of the aspect, SVG) per aspect, all on one stretch of the scale; none before there are two quarters.

    `title` is the word for what the picture shows, behind the name of the aspect.
    """
    if len(figures.quarters) < 2:
        return
    survey = figures.survey
    pairs = {
        aspect.id: [
            DumbbellRow(quarter.name, gap.expectation, gap.reality)
            for quarter in figures.quarters
            for gap in quarter.total.gaps
            if gap.aspect == aspect.id and gap.expectation is not None and gap.reality is not None
        ]
        for aspect in survey.core
    }
    reach = [value for several in pairs.values() for pair in several for value in pair.reach]
    axis = Axis.around(reach, survey.scale.low, survey.scale.high)
    for aspect in survey.core:
        name = aspect.name[language]
        drawing = trend(pairs[aspect.id], axis, f"{name}: {title}", language)
        yield name, inline(drawing, f"{survey.id}-{survey.version}-{aspect.id}")
