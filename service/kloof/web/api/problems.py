"""What went wrong, for a program: application/problem+json (RFC 9457), with a pointer to each field that is wrong."""

from http import HTTPStatus
from typing import Any, Final

from flask import Response, current_app, json, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from kloof.domain.deals.deals import PRACTICES
from kloof.domain.errors import BadInput, KloofError, NotFound, Reason
from kloof.web.app import rate_limit
from kloof.web.app.refusals import REFUSALS

MEDIA_TYPE: Final = "application/problem+json"
_PART_OF_A_DEAL: Final = "/api/v1/deals/<deal:deal_id>/"
MOST_WRONG: Final = 100
"""Fields that one problem names."""


def answer(error: KloofError, status: int | None = None) -> ResponseReturnValue:
    """The problem that this refusal is."""
    told = status or (404 if isinstance(error, NotFound) else REFUSALS[error.reason].status)
    if told < 400:  # a page that is still off is there, and says so; a program is refused
        told = 409
    problem = _told(error, told)
    if status and (said := _said(status)):
        problem |= {"title": HTTPStatus(status).phrase, "detail": said}
    made = Response(json.dumps(problem), told, content_type=MEDIA_TYPE)
    if told == 401:
        made.headers["WWW-Authenticate"] = 'Bearer realm="kloof"'
    if told == 429:
        made.headers["Retry-After"] = str(error.facts.get("seconds") or rate_limit.seconds_left())
    if told == 405:
        made.headers["Allow"] = ", ".join(sorted(_allowed()))
    return made


def _allowed() -> set[str]:
    """What the address of this request takes: RFC 9110, 15.5.6, wants it said. A part of a deal is no whole one, though
    its rule would fit.
    """
    said = str(request.environ.get("RAW_URI", "")).partition("?")[0]
    parts = [rule for rule in current_app.url_map.iter_rules() if rule.rule.startswith(_PART_OF_A_DEAL)]
    of_part = [rule for rule in parts if said.endswith(rule.rule.removeprefix(_PART_OF_A_DEAL[:-1]))]
    paths = current_app.create_url_adapter(request)
    fitting = {method for rule in of_part for method in rule.methods or ()}
    return fitting or set(paths.allowed_methods() if paths else ())


def _said(status: int) -> str:
    """What the server refuses before an operation is asked, for who wrote the program."""
    most = (request.max_content_length or 0) // 1024
    return {
        400: "The address or the body cannot be read: it is cut off, or holds a NUL.",
        404: "There is nothing at this address; the document at /api/v1/openapi.json names all that there is.",
        405: f"This address does not take {request.method}.",
        411: "Say how long the body is, by Content-Length.",
        413: f"A body has at most {most} KiB here.",
        415: "A body is JSON in UTF-8, sent as application/json, and with no Content-Encoding.",
    }.get(status, "")


def wrong(part: KloofError) -> dict[str, Any]:
    """One field that is wrong: where it stands in what was sent (RFC 6901), in what way, and what to do about it."""
    column = str(part.facts.get("column", ""))
    pointer = f"#/{_place(column)}" if column else "#"
    return {"pointer": pointer, "reason": part.reason.value, "detail": str(part)}


def unfit(error: ValidationError) -> BadInput:
    """The refusal of what does not have the shape that the document of this API says, or is no JSON."""
    if error.errors()[0]["type"] == "json_invalid":
        return BadInput(Reason.NOT_UNDERSTOOD, [f"{error.errors()[0]['msg']}."])
    parts = [_Unfit(one) for one in error.errors(include_url=False, include_input=False)[:MOST_WRONG]]
    return BadInput(Reason.SHAPE_UNFIT, [str(part) for part in parts], parts=parts)


class _Unfit(KloofError):
    """A value that is not what stands in the document of this API."""

    def __init__(self, one: Any) -> None:
        self.place = "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in one["loc"])
        super().__init__(Reason.SHAPE_UNFIT, f"{one['msg'].removeprefix('Value error, ')}.")


def _told(error: KloofError, status: int) -> dict[str, Any]:
    row = REFUSALS[error.reason]
    found: dict[str, Any] = {
        "type": f"urn:kloof:problem:{error.reason.value}",
        "title": _filled(row.title, error),
        "status": status,
        "detail": "Nothing was changed." if status >= 500 else error.what,
    }
    if error.remedy and status < 500:
        found["remedy"] = error.remedy
    if isinstance(error, BadInput) and error.parts:
        found["errors"] = [
            {
                "pointer": f"#/{part.place}" if part.place else "#",
                "reason": part.reason.value,
                "detail": part.what,
            }
            if isinstance(part, _Unfit)
            else wrong(part)
            for part in error.parts[:MOST_WRONG]
        ]
    elif "column" in error.facts:
        found["errors"] = [wrong(error)]
    return found


def _filled(title: str, error: KloofError) -> str:
    try:
        return title.format(**error.facts)
    except KeyError:
        return error.reason.value.replace("_", " ")


def _place(column: str) -> str:
    practice = column.removesuffix("_on")
    return f"practices/{practice}" if practice in PRACTICES else column
