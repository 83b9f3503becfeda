"""Customers with a reason to be called, or without one, for every test about calls."""

from datetime import date
from pathlib import Path
from typing import Any

from cast.builders import ALWAYS, NOW, BuiltDeal, deal, person, settings
from kloof.actions.staff.open_calls import policy as call_policy
from kloof.actions.surveys import respond
from kloof.config import Settings
from kloof.domain.mailing.kinds import MAIL_KINDS
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange, PromiseOutcome
from kloof.storage.models import Call, Message

SANNE = "Sanne de Vries"
WORDS = "The cellar is still wet."
PROMISE = "Ready before the first frost"


def company(database: str, folder: Path, **more: object) -> Settings:
    """A company whose works council agreed; mail goes out at any hour."""
    agreed = {"works_council_consent": date(2026, 1, 15)}
    return settings(database, folder, **(agreed | {"mail": ALWAYS} | more))


def answers(
    house: Settings,
    received: int = 3,
    consent: Consent = Consent.NAMED,
    outcome: PromiseOutcome = PromiseOutcome.KEPT,
    seller: str = SANNE,
    expected: int = 8,
    **after: Any,
) -> BuiltDeal:
    """A deal whose customer expected so much of everything, got `received`, and says what became of one promise.

    They may be called about it, unless `after` says otherwise.
    """
    built = deal(seller=person(seller), waves=(Wave.SALE, Wave.DELIVERY))
    for wave, number in ((Wave.SALE, expected), (Wave.DELIVERY, received)):
        at_sale = wave is Wave.SALE
        promise = PromiseChange(text=PROMISE) if at_sale else PromiseChange(outcome=outcome)
        said = Changes(
            answers={f"a{aspect}": number for aspect in (1, 2, 3)},
            consent=consent,
            comment="" if at_sale else WORDS,
            promises={0: promise},
            **({} if at_sale else {"may_call": True} | after),
        )
        respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, call_policy(house), submit=True)
    return built


def chooses(house: Settings, built: BuiltDeal, wave: Wave = Wave.DELIVERY, **changes: Any) -> None:
    """The customer chooses again on the receipt."""
    respond.choose_again(
        respond.open_link(built.tokens[wave], NOW), Changes(**changes), NOW, call_policy(house)
    )


def state(built: BuiltDeal) -> str:
    """Where the call about this deal stands; empty where there is none."""
    row = Call.get_or_none(Call.deal == built.row)
    return "" if row is None else str(row.state)


def mails() -> list[tuple[str, str]]:
    """What every mail about a call is, and its state, in order."""
    rows = Message.select().where(Message.call.is_null(False)).order_by(Message.id)
    return [(MAIL_KINDS[row.kind].numbered(row.ordinal), row.state) for row in rows]
