"""What a personal link opens: everything that a page of the form needs, in one statement."""

from datetime import date, datetime
from typing import Any, cast

from kloof.domain.errors import NotFound, Reason
from kloof.domain.states import InvitationState
from kloof.domain.surveys.answers import unpack
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import Consent, Promise, PromiseOutcome, Questionnaire, Response, Source
from kloof.storage.fields import UtcField
from kloof.storage.models import Promise as PromiseRow
from kloof.storage.statements import first
from kloof.storage.surveys import versions

_OPEN = """
SELECT i.id, i.deal_id, i.wave, i.state, i.expires_at,
       d.survey_version_id, v.fingerprint, d.product, d.sold_on, p.name, d.customer_language,
       r.id, r.answers, r.comment, r.consent, r.wants_call, r.wants_findings, r.share_with_delivery,
       r.language, r.submitted_at, r.may_call, f.id, f.answers, c.email IS NOT NULL
FROM invitation i
JOIN deal d ON d.id = i.deal_id
JOIN survey_version v ON v.id = d.survey_version_id
JOIN person p ON p.id = d.salesperson_id
JOIN customer c ON c.id = d.customer_id
LEFT JOIN response r ON r.invitation_id = i.id
LEFT JOIN invitation fi ON fi.deal_id = i.deal_id AND fi.wave = 'sale' AND i.wave = 'delivery'
LEFT JOIN response f ON f.invitation_id = fi.id AND f.submitted_at IS NOT NULL
WHERE i.link_fingerprint = ?
"""
_SALT = """
SELECT i.link_salt FROM invitation i JOIN deal d ON d.id = i.deal_id WHERE d.deal_id = ? AND i.wave = ?
"""
RESPONSE_COLUMNS = 10
_moment = UtcField().python_value


def by_link(fingerprint: str) -> Questionnaire | None:
    """What the link with this fingerprint opens, in whatever state; None where there is no such link."""
    row = first(_OPEN, fingerprint)
    if row is None:
        return None
    wave = Wave(row[2])
    survey = versions.known(row[5], row[6])
    answered, at_sale = row[11 : 11 + RESPONSE_COLUMNS], row[11 + RESPONSE_COLUMNS :]
    return Questionnaire(
        invitation=row[0],
        deal=row[1],
        wave=wave,
        state=InvitationState(row[3]),
        expires_at=cast(datetime, _moment(row[4])),
        survey=survey,
        product=row[7],
        sold_on=_day(row[8]),
        seller=row[9],
        language=row[10],
        response=response(survey, wave, answered),
        promises_of=at_sale[0] if wave is Wave.DELIVERY else answered[0],
        gets_mail=bool(at_sale[2]),
        at_sale=None if at_sale[0] is None else unpack(survey, Wave.SALE, bytes(at_sale[1])),
    )


def response(survey: Survey, wave: Wave, row: tuple[Any, ...]) -> Response:
    """The value of a row: id, answers, comment, consent, the three wishes, language, submitted_at, may_call."""
    if row[0] is None:
        return Response()
    return Response(
        answers=unpack(survey, wave, bytes(row[1])),
        comment=row[2],
        consent=Consent(row[3]) if row[3] else None,
        wants_call=bool(row[4]),
        wants_findings=bool(row[5]),
        shares_with_delivery=bool(row[6]),
        language=row[7],
        submitted_at=_moment(row[8]),
        may_call=None if row[9] is None else bool(row[9]),
    )


def promises(response_row: int | None) -> tuple[Promise, ...]:
    """The promises that are written down in this response, in their order; none for no response."""
    if response_row is None:
        return ()
    rows = PromiseRow.select().where(PromiseRow.response == response_row).order_by(PromiseRow.position)
    return tuple(promise(row) for row in rows)


def promise(row: PromiseRow) -> Promise:
    """The value of a row."""
    return Promise(
        row.position,
        row.text,
        row.aspect,
        Source(row.source) if row.source else None,
        PromiseOutcome(row.outcome) if row.outcome else None,
        row.remark,
    )


def _day(value: date | str | datetime) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def link_salt(deal_id: str, wave: Wave) -> bytes:
    """The random part of the personal link of this deal and wave; with the secret key it makes the link.

    Raises NotFound where the customer was not asked: no such deal, not delivered yet, or left out by a draw.
    """
    found = first(_SALT, deal_id, wave.value)
    if found is None:
        raise NotFound(Reason.LINK_CLOSED, f"Deal {deal_id} has no invitation to the survey of {wave.value}.")
    return bytes(found[0])
