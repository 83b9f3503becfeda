"""A file of each kind to fill in: with names that are good here, so that it shows what goes where."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from kloof.config import Settings
from kloof.domain.deals.files import REQUIRED, FileKind
from kloof.storage.access import people

_COLUMNS = (*REQUIRED, "delivery_planned_on", "account", "customer_number")


def rows(
    settings: Settings, kind: FileKind, today: date, offered: Callable[[], Mapping[str, object]]
) -> list[tuple[str, ...]]:
    """The titles and one line of a customer who does not exist."""
    if kind is not FileKind.DEALS:
        return [kind.required, ("2026-0417", today.isoformat())]
    allowed = settings.deals
    cells = {
        "deal_id": "2026-0417",
        "customer_name": "Familie Voorbeeld",
        "customer_email": "voorbeeld@example.com",
        "language": settings.company.language,
        "salesperson_email": next(iter(sorted(people.salespeople())), "name@company.example"),
        "team": next(iter(allowed.teams), "Team 1"),
        "region": next(iter(allowed.regions), "Regio 1"),
        "product": next(iter(allowed.products), "Product 1"),
        "survey": next(iter(offered()), ""),
        "sold_on": today.isoformat(),
        "delivery_planned_on": (today + timedelta(days=42)).isoformat(),
        "customer_number": "K-1001",
    }
    return [_COLUMNS, tuple(cells.get(column, "") for column in _COLUMNS)]
