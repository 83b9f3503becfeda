"""What the running application carries along: its settings and its clock."""

from datetime import datetime
from typing import cast

from flask import current_app

from kloof.config import Settings


def settings() -> Settings:
    """The settings that `create_app` was given."""
    return cast(Settings, current_app.extensions["kloof.settings"])


def now() -> datetime:
    """The moment of this request by the application's clock, aware, in UTC."""
    return cast(datetime, current_app.extensions["kloof.clock"]())
