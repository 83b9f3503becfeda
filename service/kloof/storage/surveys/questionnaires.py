"""What a personal link opens: everything that a page of the form needs, in one statement."""

from datetime import date, datetime
from typing import Any, NamedTuple

from kloof.domain.errors import NotFound, Reason
from kloof.domain.states import InvitationState
from kloof.domain.surveys.answers import Answers, unpack
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import Consent, Promise, PromiseOutcome, Questionnaire, Response, Source
from kloof.domain.text import Language
from kloof.storage.models import Promise as PromiseRow
from kloof.storage.statements import day, first_row, names, timestamp
from kloof.storage.surveys import versions


class ResponseColumns(NamedTuple):
    """RESPONSE_COLUMNS as a row gives them. Where there is no response, each of them is None; otherwise as here."""

    response: int | None
    answers: bytes
    comment: str
    consent: str
    wants_call: int
    wants_findings: int
    shares_with_delivery: int
    language: Language
    submitted_at: datetime | str | None
    may_call: int | None
    shown_to: int | None


RESPONSE_COLUMNS = """r.id AS response, r.answers AS answers, r.comment AS comment, r.consent AS consent,
       r.wants_call AS wants_call, r.wants_findings AS wants_findings, r.share_with_delivery AS shares_with_delivery,
       r.language AS language, r.submitted_at AS submitted_at, r.may_call AS may_call,
       r.shown_to_id AS shown_to"""
"""What a statement gives of `response r`, for `response` to read."""


class _Opened(NamedTuple):
    invitation: int
    deal: int
    wave: str
    state: str
    expires_at: datetime | str
    survey_version: int
    fingerprint: str
    product: str
    sold_on: date | str
    seller: str
    customer_language: Language
    kept: ResponseColumns
    first_response: int | None
    first_answers: bytes
    gets_mail: int
    may_pass_on: int
    successor: int | None


_OPEN = f"""
SELECT i.id AS invitation, i.deal_id AS deal, i.wave AS wave, i.state AS state, i.expires_at AS expires_at,
       d.survey_version_id AS survey_version, v.fingerprint AS fingerprint, d.product AS product,
       d.sold_on AS sold_on, CASE WHEN p.active THEN p.name ELSE '' END AS seller,
       d.successor_id AS successor, d.customer_language AS customer_language,
       {RESPONSE_COLUMNS},
       f.id AS first_response, f.answers AS first_answers, c.email IS NOT NULL AS gets_mail,
       NOT EXISTS (SELECT 1 FROM passed_on o WHERE o.deal_id = d.id AND o.wave = i.wave) AS may_pass_on
FROM invitation i
JOIN deal d ON d.id = i.deal_id
JOIN survey_version v ON v.id = d.survey_version_id
JOIN person p ON p.id = COALESCE(d.successor_id, d.salesperson_id)
JOIN customer c ON c.id = COALESCE(i.asked_id, d.customer_id)
LEFT JOIN response r ON r.invitation_id = i.id
LEFT JOIN invitation fi ON fi.deal_id = i.deal_id
  AND fi.wave IN ({names([Wave.SALE])}) AND i.wave IN ({names([Wave.DELIVERY])})
  AND COALESCE(fi.asked_id, d.customer_id) = c.id
LEFT JOIN response f ON f.invitation_id = fi.id AND f.submitted_at IS NOT NULL
WHERE i.link_fingerprint = ?
"""  # noqa: S608  our own words


class _Salt(NamedTuple):
    salt: bytes


_SALT = """
SELECT i.link_salt AS salt FROM invitation i JOIN deal d ON d.id = i.deal_id WHERE d.deal_id = ? AND i.wave = ?
"""


def by_link(fingerprint: str) -> Questionnaire | None:
    """What the link with this fingerprint opens, in whatever state; None where there is no such link."""
    row = first_row(_Opened, _OPEN, fingerprint)
    if row is None:
        return None
    wave = Wave(row.wave)
    survey = versions.known(row.survey_version, row.fingerprint)
    return Questionnaire(
        invitation=row.invitation,
        deal=row.deal,
        wave=wave,
        state=InvitationState(row.state),
        expires_at=timestamp(row.expires_at),
        survey=survey,
        product=row.product,
        sold_on=day(row.sold_on),
        seller=row.seller,
        language=row.customer_language,
        response=response(survey, wave, row.kept),
        promises_of=row.first_response if wave is Wave.DELIVERY else row.kept.response,
        gets_mail=bool(row.gets_mail),
        may_pass_on=bool(row.may_pass_on),
        successor=row.successor,
        at_sale=_at_sale(survey, row),
    )


def _at_sale(survey: Survey, row: _Opened) -> Answers | None:
    return None if row.first_response is None else unpack(survey, Wave.SALE, bytes(row.first_answers))


def response(survey: Survey, wave: Wave, row: ResponseColumns) -> Response:
    """The value of these columns; an empty one where there is no response."""
    if row.response is None:
        return Response()
    return Response(
        answers=unpack(survey, wave, bytes(row.answers)),
        comment=row.comment,
        consent=Consent(row.consent) if row.consent else None,
        wants_call=bool(row.wants_call),
        wants_findings=bool(row.wants_findings),
        shares_with_delivery=bool(row.shares_with_delivery),
        language=row.language,
        submitted_at=None if row.submitted_at is None else timestamp(row.submitted_at),
        may_call=None if row.may_call is None else bool(row.may_call),
        shown_to=row.shown_to,
    )


class PromiseColumns(NamedTuple):
    """What `promise` reads, by the columns of the table."""

    position: int
    text: str
    aspect: str
    source: str
    outcome: str
    remark: str


def promises(response_row: int | None) -> tuple[Promise, ...]:
    """The promises that are written down in this response, in their order; none for no response."""
    if response_row is None:
        return ()
    written: Any = PromiseRow.select(
        PromiseRow.position, PromiseRow.text, PromiseRow.aspect, PromiseRow.source, PromiseRow.outcome,
        PromiseRow.remark,
    ).where(PromiseRow.response == response_row)  # fmt: skip
    return tuple(promise(row) for row in written.order_by(PromiseRow.position).objects(PromiseColumns))


def promise(row: PromiseColumns) -> Promise:
    """The value of these columns."""
    return Promise(
        row.position,
        row.text,
        row.aspect,
        Source(row.source) if row.source else None,
        PromiseOutcome(row.outcome) if row.outcome else None,
        row.remark,
    )


def link_salt(deal_id: str, wave: Wave) -> bytes:
    """The random part of the personal link of this deal and wave; with the secret key it makes the link.

    Raises NotFound where the customer was not asked: no such deal, not delivered yet, or left out by a draw.
    """
    found = first_row(_Salt, _SALT, deal_id, wave.value)
    if found is None:
        raise NotFound(Reason.LINK_CLOSED, f"Deal {deal_id} has no invitation to the survey of {wave.value}.")
    return bytes(found.salt)
