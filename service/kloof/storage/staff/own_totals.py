"""A salesperson's pairs: kept up to date with every answer, and read for their own page."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from peewee import fn

from kloof.domain.errors import NotFound, Reason
from kloof.domain.staff.own_totals import OwnSums
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import Consent, PromiseOutcome
from kloof.storage.database import is_postgresql
from kloof.storage.fields import UtcField
from kloof.storage.models import Deal, OwnBatch, OwnPair
from kloof.storage.releases import queueing
from kloof.storage.staff import own_groups
from kloof.storage.statements import mappings, rows, run


# A submit runs these: composed by peewee they would take as long as all the rest of it.
class _Known(NamedTuple):
    """One survey of a deal, with what is known of the deal; what is not there is None."""

    consent: str | None
    wave: str | None
    salesperson: int
    customer: int
    survey_version: int
    pair: int | None
    answers: str | None
    batch: int | None
    shown_to: int | None


_KNOWN = """
SELECT r.consent AS consent, i.wave AS wave, d.salesperson_id AS salesperson,
       COALESCE(i.asked_id, d.customer_id) AS customer,
       d.survey_version_id AS survey_version, o.id AS pair, o.answers AS answers, o.batch_id AS batch,
       r.shown_to_id AS shown_to
FROM deal d
LEFT JOIN invitation i ON i.deal_id = d.id
LEFT JOIN response r ON r.invitation_id = i.id AND r.submitted_at IS NOT NULL
LEFT JOIN own_pair o ON o.deal_id = d.id
WHERE d.id = ?
"""
_KEEP = """
INSERT INTO own_pair
  (deal_id, salesperson_id, customer, survey_version_id, answers, named, was_named, completed_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (deal_id) DO UPDATE SET
  answers = excluded.answers, named = excluded.named, was_named = own_pair.was_named OR excluded.was_named,
  completed_at = CASE WHEN excluded.answers <> '' AND own_pair.answers <> ''
                      THEN own_pair.completed_at ELSE excluded.completed_at END
"""
_HOLD = "SELECT id FROM own_pair WHERE deal_id = ? AND batch_id IS NULL FOR UPDATE"


def keep(deal: int, complete: queueing.Answers | None, now: datetime) -> None:
    """Bring what the salesperson's page knows of this deal up to date, in the transaction of what changed it.

    `complete` is its pair as `queueing` gives it.

    A pair of which a part was shown to who took the deal over counts in no figures of who sold it: they are not to see
    that part, and with the sums of a month they could.

    A first survey "only in totals" leaves no row: until the second one, or another choice, there is nothing to know.
    Raises NotFound where the deal is gone.
    """
    _hold(deal)
    surveys = rows(_Known, _KNOWN, deal)
    if not surveys:
        raise NotFound(Reason.DEAL_NOT_HERE, "There is no such deal any more.")
    known = surveys[0]
    consents = {one.wave: one.consent for one in surveys if one.consent is not None}
    answers = complete.packed if complete and len(consents) > 1 else ""
    named = bool(consents) and all(consent == Consent.NAMED for consent in consents.values())
    if known.batch is not None:
        if answers != known.answers:
            own_groups.retire(known.batch, now)
        return
    if any(one.shown_to is not None for one in surveys):
        answers = ""
    if known.pair is None and not named and Wave.DELIVERY.value not in consents:
        return
    completed = UtcField.db_value(OwnPair.completed_at, now) if answers else None
    version, customer = known.survey_version, complete.customer if complete else known.customer
    run(_KEEP, deal, known.salesperson, customer, version, answers, named, named, completed)


def leave(deal: int, now: datetime) -> None:
    """Take this deal out, with the group that it stands in, before it is erased."""
    _hold(deal)
    known = OwnPair.get_or_none(OwnPair.deal == deal)
    if known and known.batch_id is not None:
        own_groups.retire(known.batch_id, now)


def _hold(deal: int) -> None:
    """Let no group take this deal between reading and writing it; one that stands in a group stays there anyway."""
    if is_postgresql():
        run(_HOLD, deal)


@dataclass(frozen=True, slots=True)
class SoldVersion:
    """A survey version that this salesperson sold under: its row, how many deals, and how many customers are named with
    a complete pair.
    """

    row: int
    survey: Survey
    deals: int
    named: int


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """What one month brought under one survey version: named pairs completed in it, or a group that closed after it."""

    version: int
    month: str
    sums: OwnSums


class _Sold(NamedTuple):
    row: int
    definition: str
    deals: int
    named: int


_SOLD = """
SELECT v.id AS row, v.definition AS definition, COUNT(*) AS deals,
       COUNT(DISTINCT CASE WHEN o.named AND o.answers <> '' THEN o.customer END) AS named
FROM deal d JOIN survey_version v ON v.id = d.survey_version_id
LEFT JOIN own_pair o ON o.deal_id = d.id AND o.salesperson_id = d.salesperson_id
WHERE d.salesperson_id = ? GROUP BY v.id, v.definition, v.survey, v.version ORDER BY v.survey, v.version
"""


def sold_versions(salesperson: int) -> list[SoldVersion]:
    """The survey versions of this salesperson's deals, in order; one query."""
    return [
        SoldVersion(sold.row, Survey.model_validate_json(sold.definition), sold.deals, sold.named)
        for sold in rows(_Sold, _SOLD, salesperson)
    ]


def named_months(salesperson: int, of: Sequence[SoldVersion]) -> list[OwnMonth]:
    """Named pairs per month in which they were completed, a customer's deals of a month averaged; one query.

    The database sums the letters: five thousand pairs would take longer to hand over.
    """
    widest = max((len(sold.survey.core) for sold in of), default=0)
    if not widest:
        return []
    places = [str(place) for place in range(1, 2 * widest + 1)]
    ends = [f"length(answers) - {back}" for back in range(len(PromiseOutcome) - 1, -1, -1)]
    columns = [_letter(place) for place in (*places, *ends)]
    inner = ", ".join(f"AVG({column}) AS c{at}" for at, column in enumerate(columns[: len(places)]))
    tail = ", ".join(
        f"SUM({column}) AS c{len(places) + at}" for at, column in enumerate(columns[len(places) :])
    )
    outer = ", ".join(f"SUM(c{at}) AS c{at}" for at in range(len(columns)))
    month = (
        "to_char(completed_at AT TIME ZONE 'UTC', 'YYYY-MM')"
        if is_postgresql()
        else "substr(completed_at, 1, 7)"
    )
    numbers = ", ".join(str(sold.row) for sold in of)
    sql = f"""
    SELECT version, month, COUNT(*) AS n, {outer} FROM (
      SELECT survey_version_id AS version, {month} AS month, customer, {inner}, {tail}
      FROM own_pair WHERE salesperson_id = ? AND named AND answers <> '' AND survey_version_id IN ({numbers})
      GROUP BY survey_version_id, {month}, customer) AS each_one
    GROUP BY version, month ORDER BY month
    """  # noqa: S608  numbers of columns and rows only
    surveys_of = {sold.row: sold.survey for sold in of}
    return [
        _month(surveys_of[row["version"]], row, [row[f"c{at}"] for at in range(len(columns))])
        for row in mappings(sql, salesperson)
    ]


def named_of_product(salesperson: int, sold: SoldVersion, product: str) -> OwnSums | None:
    """Sums over who answered with their name about this product, a customer's deals averaged; None for nobody.

    One query. Who chose totals is in none of them, whatever group they stand in.
    """
    places = [_letter(str(place)) for place in range(1, 2 * len(sold.survey.core) + 1)]
    inner = ", ".join(f"AVG({column}) AS c{at}" for at, column in enumerate(places))
    outer = ", ".join(f"SUM(c{at}) AS c{at}" for at in range(len(places)))
    sql = f"""
    SELECT COUNT(*) AS n, {outer} FROM (
      SELECT customer, {inner} FROM own_pair o JOIN deal d ON d.id = o.deal_id
      WHERE o.salesperson_id = ? AND o.named AND o.answers <> '' AND o.survey_version_id = ? AND d.product = ?
      GROUP BY customer) AS each_one
    """  # noqa: S608  numbers of columns only
    [row] = mappings(sql, salesperson, sold.row, product)
    if not row["n"]:
        return None
    v, r = _sides(sold.survey, row["n"], [row[f"c{at}"] for at in range(len(places))])
    return OwnSums(row["n"], v, r, rounded=False)


def _letter(place: str) -> str:
    code = "ascii" if is_postgresql() else "unicode"
    return f"({code}(substr(answers, {place}, 1)) - {ord('a')})"


def _month(survey: Survey, row: Mapping[str, Any], columns: Sequence[Any]) -> OwnMonth:
    v, r = _sides(survey, row["n"], columns)
    promises = tuple(int(total) for total in columns[-len(PromiseOutcome) :])
    return OwnMonth(row["version"], row["month"], OwnSums(row["n"], v, r, False, promises))


def _sides(survey: Survey, n: int, columns: Sequence[Any]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """ΣV and ΣR on the survey's scale, of sums of letters over `n` customers."""
    core, low = len(survey.core), survey.scale.low
    v, r = (
        tuple(float(total) + low * n for total in side) for side in (columns[:core], columns[core : 2 * core])
    )
    return v, r


def group_months(salesperson: int) -> list[OwnMonth]:
    """The groups that are shown, by the month before the first day of the one in which they closed; one query."""
    rows = OwnBatch.select().where(OwnBatch.salesperson == salesperson, OwnBatch.retired_at.is_null())
    return [
        OwnMonth(
            row.survey_version_id, f"{row.closed_at.replace(day=1) - timedelta(days=1):%Y-%m}", _sums(row)
        )
        for row in rows.order_by(OwnBatch.id)
    ]


def _sums(row: Any) -> OwnSums:
    kept = json.loads(row.sums)
    return OwnSums(row.customers, tuple(kept["v"]), tuple(kept["r"]), rounded=True)


def products(salesperson: int) -> dict[str, int]:
    """What this salesperson sells, by name, with the survey version (row) of its newest deal; one query."""
    newest = fn.MAX(Deal.survey_version).alias("newest")
    mine: Any = Deal.select(Deal.product, newest).where(Deal.salesperson == salesperson)
    return {
        row.product: row.newest for row in mine.group_by(Deal.product).order_by(Deal.product).namedtuples()
    }
