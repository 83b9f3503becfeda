"""The spread of each survey version, as it was when a block last closed."""

from collections.abc import Mapping

from kloof.domain.releases.guarantee import SurveySpread
from kloof.domain.surveys.definition import SurveyKey
from kloof.storage.models import Spread
from kloof.storage.surveys import versions


def renew(spreads: Mapping[SurveyKey, SurveySpread | None]) -> None:
    """Keep these, rounded, in place of what was known of their survey versions; None: nothing is known any more."""
    for key, spread in spreads.items():
        version = versions.row_of(key)
        Spread.delete().where(Spread.survey_version == version).execute()
        if spread:
            Spread.insert(survey_version=version, figures=spread.model_dump_json()).execute()


def standing() -> tuple[SurveySpread, ...]:
    """Of each survey version that has one, in order of key."""
    found = (SurveySpread.model_validate_json(row.figures) for row in Spread.select())
    return tuple(sorted(found, key=lambda one: (one.survey, one.version)))
