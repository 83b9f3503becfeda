"""What a release of this format cannot say, whatever its hashes: sums, blocks and shares that do not go together."""

from collections.abc import Iterator

from kloof.domain.releases.document import ArmCell, Cell, PracticeCell, PublishedSurvey, ReleaseDocument
from kloof.domain.releases.rounding import known_bases


def contradictions(document: ReleaseDocument) -> Iterator[str]:
    """Each as part of a sentence; none where the release is sound."""
    keys = [survey.key for survey in document.surveys]
    if len(set(keys)) < len(keys):
        yield "a survey version stands in it twice"
    for survey in document.surveys:
        if survey.base not in known_bases(survey.scale):
            yield f"{survey.key} is rounded to {survey.base:g}, which does not go with its scale"
    for spread in document.spreads:
        if spread.key not in keys:
            yield f"it has a spread of {spread.key}, which is no survey of it"
        elif set(spread.aspects) != _aspects(document.survey(spread.key)):
            yield f"the spread of {spread.key} is about other aspects"
    every: list[Cell | PracticeCell | ArmCell] = [*document.cells, *document.practices, *document.arms]
    for cell in every:
        if cell.key not in keys:
            yield f"{cell.id} is about {cell.key}, which is no survey of it"
        else:
            yield from _of_cell(document.survey(cell.key), cell)
    for arm in document.practices:
        yield from _of_arm(arm)
    yield from _of_blocks(document)


def _of_arm(arm: PracticeCell) -> Iterator[str]:
    told = arm.spread
    if told is None:
        return
    if any(count % 5 for count in told.products.values()) or told.own_clusters % 5:
        yield f"{arm.id} counts products or salespeople exactly"
    if not set(told.clustering) <= set(arm.aspects):
        yield f"{arm.id} is widened for other aspects than its own"
    if any(factor < 1 for factor in (*told.clustering.values(), told.own_clustering or 1)):
        yield f"{arm.id} makes an interval narrower for salespeople"


def _of_cell(survey: PublishedSurvey, cell: Cell | PracticeCell | ArmCell) -> Iterator[str]:
    if set(cell.aspects) != _aspects(survey):
        yield f"{cell.id} is about other aspects than its survey"
    if cell.n == 0 or cell.customers % 5 or cell.customers > cell.n:
        yield f"{cell.id} counts {cell.n} deals of {cell.customers} customers"
    for aspect, found in cell.aspects.items():
        for total in (found,) if isinstance(found, float) else (found.v, found.r):
            if total % survey.base:
                yield f"a sum of {cell.id}, {aspect}, is no multiple of {survey.base:g}"
    if isinstance(cell, Cell) and (
        bool(cell.shares) > bool(cell.counted) or not set(cell.shares) <= _aspects(survey)
    ):
        yield f"{cell.id} has shares of blocks or aspects that it does not name"


def _of_blocks(document: ReleaseDocument) -> Iterator[str]:
    sizes = {block.id: block.n for block in document.blocks}
    for cell in document.cells:
        if not {*cell.blocks, *cell.counted} <= set(sizes):
            yield f"{cell.id} is made of blocks that the release does not name"
        elif len(set(cell.blocks)) < len(cell.blocks) or sum(sizes[one] for one in cell.blocks) != cell.n:
            yield f"{cell.id} does not count as many deals as its blocks"


def _aspects(survey: PublishedSurvey) -> set[str]:
    return {aspect.id for aspect in survey.aspects}
