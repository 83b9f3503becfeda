"""A deal's number in a web address: whatever a CRM writes, with slashes, spaces, signs and letters of any script."""

from flask import Flask
from werkzeug.routing import BaseConverter

from kloof.domain.deals.deals import in_path


class DealNumber(BaseConverter):
    """The whole rest of the path, so a rule ends with it."""

    regex = ".+"
    part_isolating = False

    def to_url(self, value: object) -> str:
        return in_path(str(value))


def init_app(app: Flask) -> None:
    app.url_map.converters["deal"] = DealNumber
    # 2026//17 is another deal than 2026/17.
    app.url_map.merge_slashes = False
