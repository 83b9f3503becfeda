"""Two databases with the same customers, each with a link to one survey: kloof's own, and the bare application's."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import bare_app

SECRET = "only for this benchmark, worth nothing"


def settings(folder: Path):  # type: ignore[no-untyped-def]
    from kloof.config import Settings

    return Settings(folder=folder, secret_key=SECRET, database_url=f"sqlite:///{folder / 'ours.db'}")


def prepare(folder: Path, customers: int) -> list[str]:
    """Fill both databases with the same customers, and pour the bare template; gives the tokens of their links."""
    from kloof import storage
    from kloof.actions.access import secret_key
    from kloof.domain.surveys.definition import Survey
    from kloof.storage.models import AuditSubject, Customer, Deal, Invitation, Person
    from kloof.storage.surveys import versions

    now = datetime.now(UTC)
    storage.open_database(settings(folder).database_url)
    storage.migrate()
    secret_key.tie(settings(folder), now)
    with storage.transaction():
        version = versions.record(Survey.model_validate(survey()), now)
        seller = Person.create(email="s@example.net", name="Sanne", roles="salesperson", added_at=now)
        customer = Customer.create(email="c@example.net", name="Customer", language="nl")
        shared = {
            "customer": customer, "customer_name": "Customer", "customer_language": "nl", "salesperson": seller,
            "team": "N", "region": "E", "product": "Heat pump", "survey_version": version, "added_at": now,
            "sold_on": now.date(),
        }  # fmt: skip
        tokens = [f"{number:043d}" for number in range(1, customers + 1)]
        for start in range(0, customers, 1000):
            chunk = range(start + 1, min(start + 1000, customers) + 1)
            Deal.insert_many([{"deal_id": f"D{number}", **shared} for number in chunk]).execute()
            # An import names each deal in the audit log.
            AuditSubject.insert_many(
                [{"deal": number, "reference": f"{number:032d}"} for number in chunk]
            ).execute()
            Invitation.insert_many(
                [invitation(number, tokens[number - 1], now) for number in chunk]
            ).execute()
    pour_bare(folder, tokens, now)
    storage.close_database()
    return tokens


def invitation(number: int, token: str, now: datetime) -> dict[str, object]:
    from kloof.domain.access.tokens import fingerprint

    return {
        "deal": number, "wave": "sale", "state": "invited", "link_salt": b"", "invite_on": now.date(),
        "link_fingerprint": fingerprint(token), "opt_out_fingerprint": str(number),
        "expires_at": now + timedelta(days=9), "created_at": now,
    }  # fmt: skip


def survey() -> dict[str, object]:
    """Twelve aspects on a scale from 0 to 10."""
    both = {"nl": "slecht", "en": "poor"}
    text = {
        "nl": "Hoe goed verwacht u dat dit zal gaan, na wat er is besproken?",
        "en": "How well will this go?",
    }
    aspects = [
        {"id": name, "name": both, "at_sale": text, "after_delivery": text, "norm": 7}
        for name in bare_app.ASPECTS
    ]
    scale = {"low": 0, "high": 10, "low_label": both, "high_label": both}
    return {"id": "bench", "version": 1, "title": both, "scale": scale, "aspects": aspects}


def pour_bare(folder: Path, tokens: list[str], now: datetime) -> None:
    """The bare application's database, and its template: kloof's own first page, with expressions for holes."""
    from babel.dates import format_date

    from kloof.actions.surveys import respond
    from kloof.domain.access.tokens import fingerprint
    from kloof.web import create_app
    from kloof.web.app.language import speak
    from kloof.web.survey import show
    from kloof.web.survey.page_cache import Placeholders
    from kloof.web.survey.pages import booklet

    with create_app(settings(folder)).test_request_context():
        speak("nl")
        opened = respond.open_link(tokens[0], now)
        book = booklet(opened)
        html = show.laid_out(opened, book, book.page(1), Placeholders())
    (folder / "bare.html").write_text(bare_app.template(html), encoding="utf-8")
    until = format_date((now + timedelta(days=9)).date(), "d MMMM y", locale="nl")
    with sqlite3.connect(folder / "bare.db") as database:
        database.executescript(bare_app.PRAGMAS + bare_app.TABLES)
        rows = [
            (fingerprint(token), number, "Heat pump", until) for number, token in enumerate(tokens, start=1)
        ]
        database.executemany("INSERT INTO link VALUES (?, ?, ?, ?)", rows)
    database.close()
