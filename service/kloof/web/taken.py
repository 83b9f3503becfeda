"""What is kept about somebody, as the file that was chosen: a PDF to read, or JSON for another program."""

import json
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

from flask import request, send_file
from flask.typing import ResponseReturnValue


def taken(found: Mapping[str, Any], name: str, as_pdf: Callable[[], bytes]) -> ResponseReturnValue:
    """A download of this name. The form says `as`: pdf, or else JSON."""
    if request.form.get("as") == "pdf":
        content, kind, ending = as_pdf(), "application/pdf", "pdf"
    else:
        content, kind = json.dumps(found, ensure_ascii=False, indent=2).encode(), "application/json"
        ending = "json"
    return send_file(
        BytesIO(content), mimetype=kind, as_attachment=True, download_name=f"{name}.{ending}", max_age=0
    )
