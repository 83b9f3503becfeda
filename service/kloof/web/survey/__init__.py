"""The customer's room: the two forms, the receipt, and taking it back, all behind a personal link."""

from kloof.web.survey import passing, receipt  # noqa: F401  their routes belong to the same blueprint
from kloof.web.survey.routes import blueprint

__all__ = ["blueprint"]
