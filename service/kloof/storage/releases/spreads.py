"""The spread of each survey version, as it was when a block last closed."""

from kloof.domain.releases.guarantee import SurveySpread
from kloof.domain.releases.spread import spread
from kloof.storage.models import Spread
from kloof.storage.releases import practice_parts
from kloof.storage.surveys import versions


def renew() -> None:
    """Reckon it anew from all answers in blocks, and keep it rounded: in the transaction that closes blocks."""
    for pairs in practice_parts.placed():
        version = versions.row_of(pairs.survey.key)
        Spread.delete().where(Spread.survey_version == version).execute()
        if found := spread(pairs):
            Spread.insert(survey_version=version, figures=found.model_dump_json()).execute()


def standing() -> tuple[SurveySpread, ...]:
    """Of each survey version that has one, in order of key."""
    found = (SurveySpread.model_validate_json(row.figures) for row in Spread.select())
    return tuple(sorted(found, key=lambda one: (one.survey, one.version)))
