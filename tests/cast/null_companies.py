"""Companies in which nothing is going on, in a real database: what the findings claim of them is wrong.

Their answers go the whole way: saved, frozen into blocks, published into a folder, read from there, said in sentences.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from cast import builders
from cast.respondents import month
from kloof import storage
from kloof.actions.releases.freeze import freeze
from kloof.actions.releases.publish import publish
from kloof.config import Settings
from kloof.domain import findings
from kloof.domain.findings import CellReading, Finding, ReleaseReading
from kloof.domain.releases.document import Level, ReleaseDocument
from kloof.domain.surveys.definition import Survey
from kloof.domain.text import Language
from kloof.publish.release_files import read_releases
from kloof.storage.models import Customer, Deal, Pair, Practice, QueueCell, Round
from kloof.storage.releases.pair_encoding import encode, head
from kloof.storage.surveys import versions

AT_ONCE = 60
TEAMS = 2


@dataclass(frozen=True)
class Answered:
    """Deals of one month: who sold what, whether there was a joint visit, and V and R, int[deals, 2, aspects]."""

    seller: np.ndarray
    product: np.ndarray
    visited: np.ndarray
    answers: np.ndarray


def answered(
    chance: np.random.Generator,
    deals: int,
    *,
    sellers: int = 16,
    aspects: int = 4,
    icc: float = 0.1,
    by_product: float = 0.0,
    visits: Sequence[float] = (0.5,),
    taste: np.ndarray | None = None,
) -> Answered:
    """Deals in which V and R have the same mean, and customers of one salesperson are alike: `icc` of the variance of
    each is theirs. by_product: how much less is got of the second of two products than is expected. visits: the chance
    of a joint visit, of each salesperson in turn; the second product has more.
    """
    seller = chance.integers(0, sellers, deals)
    product = (chance.random(deals) < 0.3 + 0.4 * (seller % 2)).astype(int)
    own = tastes(chance, sellers, aspects) if taste is None else taste
    drawn = np.sqrt(icc) * own[seller] + np.sqrt(1 - icc) * chance.standard_normal((deals, 2, aspects))
    drawn[:, 1] -= by_product * product[:, None]
    often = np.array(visits)[seller % len(visits)]
    return Answered(
        seller=seller,
        product=product,
        visited=chance.random(deals) < often,
        answers=np.clip(np.rint(6.5 + 1.6 * drawn), 0, 10).astype(int),
    )


def tastes(chance: np.random.Generator, sellers: int, aspects: int) -> np.ndarray:
    """What the customers of each salesperson have in common, in V and in R."""
    return chance.standard_normal((sellers, 2, aspects))


def save(of: Survey, told: Answered, now: datetime) -> None:
    """Put these deals with both their answers into the open database, many at once."""
    with storage.transaction():
        version = versions.record(of, now)
        people = [builders.person(f"Seller {one}") for one in range(int(told.seller.max()) + 1)]
        first = Deal.select().count() + 1
        since, cells = Round.select().count(), _cells(version)
        ids = range(first, first + len(told.seller))
        customers = [
            {"id": i, "email": f"c{i}@example.net", "name": f"Customer {i}", "language": "nl"} for i in ids
        ]
        _insert(Customer, customers)
        _insert(Deal, [_deal(i, told, i - first, people, version, now) for i in ids])
        _insert(Pair, [_pair(i, told, i - first, people, cells, since, now) for i in ids])
        visited = [i for i in ids if told.visited[i - first]]
        done = {"name": "joint_visit", "done_on": date(2026, 2, 26)}
        _insert(Practice, [{"deal": i, **done} for i in visited])


def _cells(version: int) -> dict[tuple[int, int], int]:
    """The queue of each product and team."""
    found = {}
    for product in range(2):
        for team in range(TEAMS):
            where = {"product": f"product {product}", "region": "East", "team": f"team {team}"}
            cell = QueueCell.get_or_none(survey_version=version, **where)
            found[product, team] = (cell or QueueCell.create(survey_version=version, **where)).id
    return found


def _deal(
    i: int, told: Answered, at: int, people: Sequence[int], version: int, now: datetime
) -> dict[str, Any]:
    return {
        "id": i,
        "deal_id": f"N-{i}",
        "customer": i,
        "customer_name": f"Customer {i}",
        "customer_language": "nl",
        "salesperson": people[told.seller[at]],
        "team": f"team {told.seller[at] % TEAMS}",
        "region": "East",
        "product": f"product {told.product[at]}",
        "survey_version": version,
        "sold_on": date(2026, 2, 2),
        "delivered_on": date(2026, 2, 27),
        "added_at": now,
    }


def _pair(
    i: int,
    told: Answered,
    at: int,
    people: Sequence[int],
    cells: dict[tuple[int, int], int],
    since: int,
    now: datetime,
) -> dict[str, Any]:
    sheet = encode(bytes(told.answers[at].ravel().tolist()), first=0) + "aaaa"
    seller = int(told.seller[at])
    return {
        "id": i,
        "deal": i,
        "cell": cells[int(told.product[at]), seller % TEAMS],
        "packed": head(i, people[seller], since) + sheet,
        "completed_at": now,
    }


def _insert(table: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        table.insert_many(rows[start : start + AT_ONCE]).execute()


def release(settings: Settings, number: int) -> None:
    """Freeze and publish, with chances of their own each time."""
    freeze(settings, month(number), seed=None)
    publish(settings, month(number))


def readings(settings: Settings) -> Iterator[ReleaseReading]:
    """Each release of the folder as the site read it when it was the last."""
    documents = [published.document for published in read_releases(settings.releases_folder)]
    for at, document in enumerate(documents):
        assert isinstance(document, ReleaseDocument)
        yield findings.read(document, [one for one in documents[:at] if isinstance(one, ReleaseDocument)])


def company(reading: ReleaseReading) -> CellReading:
    return next(one for one in reading.cells if one.cell.level is Level.COMPANY)


def says(finding: Finding, *words: str, language: Language = "en") -> bool:
    """Whether its sentence holds one of these."""
    return any(one in findings.sentence(finding, language) for one in words)


def new_company(folder: Path) -> Settings:
    return builders.settings("sqlite:///unused.db", folder)
