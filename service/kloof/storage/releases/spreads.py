"""The spread of each survey version, as it was when a block last closed."""

from collections.abc import Mapping

from kloof.domain.releases.guarantee import SurveySpread
from kloof.domain.surveys.definition import SurveyKey
from kloof.storage.models import Spread
from kloof.storage.statements import scalar
from kloof.storage.surveys import versions

_FORGOTTEN = """
SELECT EXISTS (SELECT 1 FROM block b JOIN placement q ON q.block_id = b.id JOIN pair p ON p.id = q.id
               WHERE b.survey_version_id = ? AND b.retired_at IS NULL AND p.packed = '')
"""


def renew(spreads: Mapping[SurveyKey, SurveySpread | None]) -> None:
    """Keep these, rounded, in place of what was known of their survey versions; None: nothing is known any more, unless
    blocks stand of which the answers are not kept.
    """
    for key, spread in spreads.items():
        version = versions.row_of(key)
        if spread is None and scalar(_FORGOTTEN, version):
            continue
        Spread.delete().where(Spread.survey_version == version).execute()
        if spread:
            Spread.insert(survey_version=version, figures=spread.model_dump_json()).execute()


def standing() -> tuple[SurveySpread, ...]:
    """Of each survey version that has one, in order of key."""
    found = (SurveySpread.model_validate_json(row.figures) for row in Spread.select())
    return tuple(sorted(found, key=lambda one: (one.survey, one.version)))
