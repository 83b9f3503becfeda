"""Text goes packed to a browser that can unpack it: the styles and scripts, and the findings.

Never a page that holds a secret: its length would tell of it.
"""

import gzip
from functools import lru_cache

from flask import Response, request

_PACKED_ALREADY = frozenset({"application/zip", "font/woff2", "image/jpeg", "image/png", "image/webp"})


def pack(response: Response) -> None:
    """Compress the body with gzip, where the browser takes that and the body is not packed already.

    Its ETag becomes another one, since the bytes are others.
    """
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"] or response.mimetype in _PACKED_ALREADY:
        return
    response.direct_passthrough = False
    response.set_data(_gzipped(response.get_data()))
    response.headers["Content-Encoding"] = "gzip"
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(f"{tag}-gzip")


@lru_cache(maxsize=64)
def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
