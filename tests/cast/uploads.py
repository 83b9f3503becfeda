"""A file as a browser sends it."""

import io
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart


def form_of(raw: bytes, name: str, **fields: str) -> dict[str, Any]:
    """What a test client posts: a form with this file in it, and nothing that lies open on the disk."""
    boundary, body = encode_multipart({**fields, "file": FileStorage(io.BytesIO(raw), name)})
    return {"data": body, "content_type": f'multipart/form-data; boundary="{boundary}"'}
