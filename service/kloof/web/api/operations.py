"""What the API can do: each operation is a view, and its line in the document, said once."""

import hashlib
import json
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial, wraps
from types import MappingProxyType
from typing import Any, Final

from flask import Blueprint, Response, abort, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from kloof import storage
from kloof.domain.access.api_tokens import ApiToken, TokenKind, is_like_one
from kloof.domain.deals.files import LONGEST_DEAL_ID
from kloof.domain.errors import BadInput, Reason, Refused
from kloof.storage.access import keyed_answers
from kloof.storage.access.keyed_answers import AnswerKept
from kloof.web.api import problems, rates
from kloof.web.app import guard
from kloof.web.app.context import now

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

KEY_HEADER: Final = "Idempotency-Key"
LONGEST_KEY: Final = 255
KEPT_FOR: Final = timedelta(hours=24)
ONE_DEAL: Final = "/deals/{deal_id}"
_WHOLE_DEAL: Final = frozenset({"api.get_deal", "api.put_deal"})
JSON: Final = "application/json"
_UTF8: Final = frozenset({"utf-8", "utf8"})
_NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
_NOTHING: Final[Mapping[int, type[BaseModel] | None]] = MappingProxyType({204: None})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view gives: a value of its shape, with the status and the headers."""

    value: BaseModel | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: _NO_HEADERS)


View = Callable[..., Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the document: how it is called, what it takes, and what it gives by status.

    `name` is its operationId, and the endpoint behind `api.`. `refuses`: the problems that are its own. `tries`: it
    takes back itself what a token for tests asks for.
    """

    name: str
    method: str
    path: str
    about: str
    tag: str
    summary: str
    takes: type[BaseModel] | None
    asks: type[BaseModel] | None
    gives: Mapping[int, type[BaseModel] | None]
    refuses: tuple[int, ...]
    tries: bool

    @property
    def endpoint(self) -> str:
        return f"{blueprint.name}.{self.name}"

    @property
    def asks_back(self) -> bool:
        """Whether it is a POST about a deal that may have to be as the program believes."""
        return self.method == "POST" and self.path.startswith(ONE_DEAL) and 412 in self.refuses

    @property
    def takes_key(self) -> bool:
        """Whether it may be sent with an Idempotency-Key: a POST, which twice would be two."""
        return self.method == "POST"


rates.init_blueprint(blueprint)
OPERATIONS: Final[list[Operation]] = []
"""In the order of the document."""
STANDS: Final[list[Callable[[str], BaseModel | None]]] = []
"""How a deal is looked up as it stands: the one of the module about deals."""


def operation(
    method: str,
    path: str,
    *,
    tag: str,
    summary: str,
    takes: type[BaseModel] | None = None,
    asks: type[BaseModel] | None = None,
    gives: Mapping[int, type[BaseModel] | None] = _NOTHING,
    refuses: tuple[int, ...] = (),
    tries: bool = False,
) -> Callable[[View], View]:
    """Make this view an operation. `path` names its parts in braces, as the document does; the view's docstring is
    what the document says about it.
    """

    def keep(view: View) -> View:
        named = Operation(
            view.__name__, method, path, view.__doc__ or "", tag, summary, takes, asks, gives, refuses, tries
        )
        OPERATIONS.append(named)
        rule = path.replace("{deal_id}", "<deal:deal_id>").replace("{number}", "<int:number>")
        blueprint.add_url_rule(
            rule, named.name, _served(named, view), methods=[method], provide_automatic_options=False
        )
        return view

    return keep


@blueprint.before_request
def refuse_part_of_a_deal() -> None:
    """X/delivery is a part of the deal X, unless its slash is written %2F: then it is the number of a deal."""
    deal_id = (request.view_args or {}).get("deal_id", "")
    said = str(request.environ.get("RAW_URI", "")).partition("?")[0]
    if request.endpoint in _WHOLE_DEAL and any(
        deal_id.endswith(part) and said.endswith(part) for part in _parts_of_deals()
    ):
        abort(405)


@blueprint.before_request
def refuse_token_in_address() -> None:
    """Also beside one in the header: addresses stand in logs, on the way and here."""
    if any(is_like_one(value) for values in request.args.listvalues() for value in values):
        raise Refused(
            Reason.TOKEN_UNKNOWN,
            "A token stands in the address of this request, where logs keep it.",
            remedy="Have it revoked, and send a new one as Authorization: Bearer kloof_…",
        )


@cache
def _parts_of_deals() -> frozenset[str]:
    return frozenset(
        one.path.removeprefix(ONE_DEAL) for one in OPERATIONS if one.path.startswith(f"{ONE_DEAL}/")
    )


def token() -> ApiToken:
    """The token of this request."""
    return guard.program()


def _served(named: Operation, view: View) -> Callable[..., Response]:
    @wraps(view)
    def serve(**parts: Any) -> Response:
        rates.count()
        given = dict(parts)
        if named.asks:
            given["asked"] = _asked(named.asks)
        if named.takes:
            given["body"] = _body(named.takes)
        key = _key() if named.takes_key else None
        work = partial(_as_expected, view, given) if named.asks_back and expects() else partial(view, **given)
        if request.method in {"GET", "HEAD"}:
            return _unless_known(_sent(work()))
        if token().kind is TokenKind.TEST and not named.tries:
            with storage.transaction(), storage.taken_back():
                return _sent(work())
        return _sent(work()) if key is None else _once(key, work)

    return serve


def _as_expected(view: View, given: dict[str, Any]) -> Answer:
    with storage.transaction():
        refuse_unless_expected(lambda: STANDS[0](given["deal_id"]))
        return view(**given)


def _unless_known(made: Response) -> Response:
    """304 and no body where the program has what it would get."""
    if "ETag" in made.headers:
        made.make_conditional(request)
    return made


def _asked(shape: type[BaseModel]) -> BaseModel:
    found = {name: values[0] if len(values) == 1 else values for name, values in request.args.lists()}
    try:
        return shape.model_validate(found)
    except ValidationError as error:
        raise problems.unfit(error) from None


def _body(shape: type[BaseModel]) -> BaseModel:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != JSON or charset not in _UTF8 or "Content-Encoding" in request.headers:
        raise UnsupportedMediaType
    sent = request.get_data().removeprefix(BOM_UTF8)  # which RFC 8259 lets a reader ignore
    try:
        made = shape.model_validate_json(sent, strict=True)
    except ValidationError as error:
        raise problems.unfit(error) from None
    json.loads(sent, object_pairs_hook=_refuse_twice)
    return made


def _refuse_twice(pairs: list[tuple[str, object]]) -> None:
    """Of a name that stands twice in an object one reader takes the first, another the last: nobody may guess."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadInput(Reason.NOT_UNDERSTOOD, [f"{twice!r} stands twice in one object."])


def _sent(answer: Answer) -> Response:
    body = b"" if answer.value is None else answer.value.model_dump_json().encode()
    made = Response(body, answer.status, content_type=JSON if body else None)
    made.headers.extend(answer.headers)
    return made


def _key() -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is not None and not (0 < len(key) <= LONGEST_KEY and all("!" <= letter <= "~" for letter in key)):
        raise Refused(
            Reason.KEY_UNUSABLE,
            f"{KEY_HEADER} has 1 to {LONGEST_KEY} printable ASCII characters, and no space.",
        )
    return key


def _once(key: str, work: Callable[[], Answer]) -> Response:
    """The same answer for the same request with the same key, which is done once: both in one transaction.

    What is refused is not kept: a program may mend it and send it again with its key.
    """
    holder, moment = token().id, now()
    asked = hashlib.sha256(
        b"\n".join([request.method.encode(), request.full_path.encode(), request.get_data()])
    )
    with storage.transaction():
        before = keyed_answers.claim(holder, key, asked.hexdigest(), moment, forgotten=moment - KEPT_FOR)
        if before:
            return _again(before, asked.hexdigest())
        made = _sent(work())
        keyed_answers.keep(holder, key, made.status_code, made.get_data(as_text=True))
    return made


def _again(before: AnswerKept, asked: str) -> Response:
    if before.request != asked:
        raise Refused(
            Reason.KEY_USED_BEFORE,
            f"This {KEY_HEADER} was sent with another request.",
            remedy="Give every request a key of its own, and send the same one only to try that request again.",
        )
    made = Response(before.body, before.status, content_type=JSON if before.body else None)
    made.headers["Idempotent-Replayed"] = "true"
    return made


def etag(value: BaseModel) -> str:
    """The entity tag of what a GET gives (RFC 9110, 8.8.3): another one as soon as anything of it is another."""
    digest = hashlib.sha256(value.model_dump_json().encode()).hexdigest()
    return f'"{digest[:32]}"'


def expects() -> bool:
    """Whether this request says as what the program believes that it stands."""
    return bool(request.if_match or request.if_none_match)


def refuse_unless_expected(present: Callable[[], BaseModel | None]) -> None:
    """Raise Refused where If-Match or If-None-Match says that the program believes something else (RFC 9110, 13.1).

    Nothing is looked up where neither is there.
    """
    if not expects():
        return
    if len((request.view_args or {}).get("deal_id", "")) > LONGEST_DEAL_ID:
        return  # no deal can have this number, and what follows says so
    value = present()
    stands = None if value is None else etag(value).strip('"')
    wants, unwanted = request.if_match, request.if_none_match
    fits = not wants or (stands is not None and (wants.star_tag or wants.contains(stands)))
    free = not unwanted or stands is None or not (unwanted.star_tag or unwanted.contains_weak(stands))
    if not (fits and free):
        raise Refused(
            Reason.CHANGED_MEANWHILE,
            "It is not as this request believes.",
            remedy="Get it again, look what is new, and send it with the ETag of that answer.",
        )
