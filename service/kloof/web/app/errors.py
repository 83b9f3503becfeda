"""Every refusal as a page in plain words; never a stack trace, never a hint about what exists."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Flask, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from kloof import storage
from kloof.domain.errors import BadInput, KloofError, Reason, Refused
from kloof.web.app import guard, rate_limit
from kloof.web.app.context import settings
from kloof.web.app.language import say
from kloof.web.app.refusals import REFUSALS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("kloof.web")

NO_FACTS: Final[Mapping[str, object]] = MappingProxyType({})
OwnPage = Callable[[KloofError], ResponseReturnValue]
_own_pages: Final[dict[tuple[str, Reason], OwnPage]] = {}
ForPrograms = Callable[[KloofError, int | None], ResponseReturnValue]
_for_programs: Final[dict[str, ForPrograms]] = {}

_OF_STATUS: Final = {
    404: Reason.PAGE_UNKNOWN,
    405: Reason.PAGE_UNKNOWN,
    413: Reason.TEXT_TOO_LONG,
    422: Reason.FORM_UNKNOWN,
}
"""What Flask and Werkzeug refuse by themselves."""


def init_app(app: Flask) -> None:
    """Turn every exception into its page."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(KloofError, _refusal)
    app.register_error_handler(Exception, _surprise)
    app.wsgi_app = _OnceMore(app.wsgi_app)  # type: ignore[method-assign]


def own_page(blueprint: Blueprint, *reasons: Reason) -> Callable[[OwnPage], OwnPage]:
    """Let a blueprint answer these reasons with a page of its own; every other one has the page of its row.

    Where the page names no status, it is that of the row.
    """

    def keep(view: OwnPage) -> OwnPage:
        _own_pages.update({(blueprint.name, reason): view for reason in reasons})
        return view

    return keep


def answer_programs(prefix: str, answer: ForPrograms) -> None:
    """Let every refusal at an address that begins so be answered by this: who asks there reads no page."""
    _for_programs[prefix] = answer


def page(
    reason: Reason,
    status: int | None = None,
    *,
    facts: Mapping[str, object] = NO_FACTS,
    wrong: Sequence[str] = (),
    places: Sequence[str] = (),
    contact: str = "",
    onward: tuple[str, str] | None = None,
) -> ResponseReturnValue:
    """The page for a reason, with nothing in it that depends on who asks; `facts` are those that its row names.

    `contact`: how to reach the company; `onward`: where else to go, and in which words. `wrong`: what is wrong one by
    one, worded. `places`: lines with a file and a fault, only for people who may know of them.
    """
    row = REFUSALS[reason]
    known = {"company": settings().company.name, **facts}
    onward = onward or row.onward or guard.way_home()
    answer = make_response(
        render_template(
            "error.html",
            title=say(row.title, **known),
            remedy=say(row.remedy, **known),
            wrong=wrong,
            places=places,
            contact=contact,
            onward=onward and (onward[0], say(onward[1])),
            for_colleagues=guard.is_for_colleagues(),
            # What is not theirs looks to the byte like what is not there, and the frame holds a token.
            framed=guard.is_inside() and row.status != 404,
            # A link cannot repeat what was posted, and what comes with an address may be good for once only.
            can_switch=(request.method == "GET" or row.status == 404)
            and not set(request.args) - {"language"},
        ),
        status or row.status,
    )
    if row.status == 429:
        answer.headers["Retry-After"] = str(rate_limit.seconds_left())
    return answer


def worded(refusal: KloofError) -> str:
    """What is wrong and what to do about it, as two sentences for a list."""
    row = REFUSALS[refusal.reason]
    return f"{say(row.title, **refusal.facts)}. {say(row.remedy, **refusal.facts)}"


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, CSRFError):
        brought = current_app.config["SESSION_COOKIE_NAME"] in request.cookies
        reason = Reason.FORM_EXPIRED if brought else Reason.COOKIE_MISSING
        return _answer(Refused(reason, str(error)))
    if error.code == 413 and request.mimetype == "multipart/form-data":
        return _answer(
            Refused(Reason.FILE_TOO_LARGE, str(error), most=(request.max_content_length or 0) // 1024)
        )
    usual = Reason.NOT_UNDERSTOOD if error.code < 500 else Reason.SURPRISE
    return _answer(Refused(_OF_STATUS.get(error.code, usual), str(error)), error.code)


def _refusal(error: KloofError) -> ResponseReturnValue:
    if REFUSALS[error.reason].status >= 500:
        log.error("%s at %s: %s", error.reason, request.endpoint, error)
    return _answer(error)


def _answer(error: KloofError, status: int | None = None) -> ResponseReturnValue:
    for prefix, for_programs in _for_programs.items():
        if request.path.startswith(prefix):
            return for_programs(error, status)
    own = _own_pages.get((request.blueprint or "", error.reason))
    if own is None:
        parts = error.parts if isinstance(error, BadInput) else ()
        wrong = [worded(part) for part in parts if part.reason is not error.reason]
        return page(error.reason, status, facts=error.facts, wrong=wrong)
    made = own(error)
    return (made, REFUSALS[error.reason].status) if isinstance(made, str) else made


def _surprise(error: Exception) -> ResponseReturnValue:
    is_cut_off = storage.was_cut_off(error)
    may_be_saved = is_cut_off and storage.commits_sent() != request.environ[_COMMITS]
    refusal = storage.explained(error)
    storage.drop_connection_after(error)
    g.pop("inside", None)  # who they are may not be known any more, and is not looked up again
    if may_be_saved and request.method == "POST":
        return _refusal(
            Refused(Reason.PERHAPS_SAVED, f"The connection was cut while it was saved: {refusal}")
        )
    if is_cut_off and not may_be_saved and _IS_LAST not in request.environ:
        request.environ[_ONCE_MORE] = request.get_data()
        log.warning(
            "The connection to the database was cut at %s: once more, over another.", request.endpoint
        )
        return ""  # seen by nobody
    if refusal:
        return _refusal(refusal)
    # The endpoint, not the address: an address may hold a token.
    log.error("%s at %s", type(error).__name__, request.endpoint, exc_info=error)
    return _answer(Refused(Reason.SURPRISE, "Something went wrong on our side."))


_COMMITS: Final = "kloof.commits"
_ONCE_MORE: Final = "kloof.once_more"
_IS_LAST: Final = "kloof.is_last_try"


class _OnceMore:
    """A request during which the connection to the database was cut, before anything was committed, is served again."""

    def __init__(self, serve: "WSGIApplication") -> None:
        self._serve = serve

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        began: list[Any] = []
        environ[_COMMITS] = storage.commits_sent()
        answer = self._serve(environ, lambda *how: began.append(how) or _never_written)  # type: ignore[func-returns-value]
        body = environ.pop(_ONCE_MORE, None)
        if body is None:
            start_response(*began[-1])
            return answer
        if hasattr(answer, "close"):
            answer.close()
        environ |= {"wsgi.input": BytesIO(body), _COMMITS: storage.commits_sent(), _IS_LAST: True}
        return self._serve(environ, start_response)


def _never_written(_: bytes) -> None:
    raise NotImplementedError("Answers are iterated over, never written.")
