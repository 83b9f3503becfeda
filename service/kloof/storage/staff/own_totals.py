"""A salesperson's pairs: kept up to date with every answer, and closed into batches where customers chose totals."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kloof.domain.errors import NotFound, Reason
from kloof.domain.staff.own_totals import CompletePair, OwnSums, fills, sums_of
from kloof.domain.surveys.definition import Survey, Wave
from kloof.domain.surveys.responses import Consent, PromiseOutcome
from kloof.storage.database import is_postgresql
from kloof.storage.fields import UtcField
from kloof.storage.models import OwnBatch, OwnPair, Person
from kloof.storage.releases import queueing
from kloof.storage.statements import run
from kloof.storage.surveys import versions

# A submit runs these: composed by peewee they would take as long as all the rest of it.
_KNOWN = """
SELECT r.consent, i.wave, d.salesperson_id, d.customer_id, d.survey_version_id,
       v.fingerprint, o.id, o.answers, o.was_named, o.batch_id
FROM deal d
JOIN survey_version v ON v.id = d.survey_version_id
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


def keep(deal: int, complete: queueing.Answers | None, now: datetime) -> None:
    """Bring what the salesperson's page knows of this deal up to date, in the transaction of what changed it.

    `complete` is its pair as `queueing` gives it.

    A first survey "only in totals" leaves no row: until the second one, or another choice, there is nothing to know.
    Raises NotFound where the deal is gone.
    """
    rows = run(_KNOWN, deal).fetchall()
    if not rows:
        raise NotFound(Reason.DEAL_NOT_HERE, "There is no such deal any more.")
    *_, salesperson, customer, version, fingerprint, known, known_answers, was_named, batch = rows[0]
    consents = {wave: consent for consent, wave, *_ in rows if consent is not None}
    answers = complete.packed if complete and len(consents) > 1 else ""
    named = bool(consents) and all(consent == Consent.NAMED for consent in consents.values())
    if batch is not None:
        if answers != known_answers:
            retire(batch, now)
        return
    if known is None and not named and Wave.DELIVERY.value not in consents:
        return
    completed = UtcField.db_value(OwnPair.completed_at, now) if answers else None
    run(_KEEP, deal, salesperson, customer, version, answers, named, named, completed)
    if answers and not (named or was_named):
        _close(salesperson, version, versions.known(version, fingerprint), now)


def leave(deal: int, now: datetime) -> None:
    """Take this deal out, with the batch that it stands in, before it is erased."""
    known = OwnPair.get_or_none(OwnPair.deal == deal)
    if known and known.batch_id is not None:
        retire(known.batch_id, now)


def retire(batch: int, now: datetime) -> None:
    """Show this batch no more, and wipe what was answered in it; its pairs are never used again."""
    OwnBatch.update(retired_at=now, sums="").where(
        OwnBatch.id == batch, OwnBatch.retired_at.is_null()
    ).execute()
    OwnPair.update(answers="").where(OwnPair.batch == batch).execute()


def _close(salesperson: int, version: int, survey: Survey, now: datetime) -> None:
    if is_postgresql():  # two answers at once must not close two batches over the same pairs
        Person.select().where(Person.id == salesperson).for_update().execute()
    waiting = list(
        OwnPair.select().where(
            OwnPair.salesperson == salesperson, OwnPair.survey_version == version, OwnPair.batch.is_null(),
            ~OwnPair.was_named, OwnPair.answers != "",
        )
    )  # fmt: skip
    sheets = [_sheet(row.customer, row.answers, survey) for row in waiting]
    if not fills(sheets, survey.scale.low, survey.scale.high):
        return
    sums = sums_of(sheets)
    batch = OwnBatch.insert(
        salesperson=salesperson,
        survey_version=version,
        customers=sums.customers,
        sums=json.dumps({"v": sums.v, "r": sums.r, "promises": sums.promises}),
        closed_at=now,
    ).execute()
    OwnPair.update(batch=batch).where(OwnPair.id.in_([row.id for row in waiting])).execute()


def _sheet(customer: int, answers: str, survey: Survey) -> CompletePair:
    core, values = len(survey.core), [ord(letter) - ord("a") for letter in answers]
    v, r = values[:core], values[core : 2 * core]
    kept, partly, broken, unknown = values[2 * core : 2 * core + len(PromiseOutcome)]
    low = survey.scale.low
    return CompletePair(
        customer,
        tuple(low + value for value in v),
        tuple(low + value for value in r),
        (kept, partly, broken, unknown),
    )


@dataclass(frozen=True, slots=True)
class SoldVersion:
    """A survey version that this salesperson sold under: its row, and how many deals."""

    row: int
    survey: Survey
    deals: int


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """What one month brought under one survey version: `named` pairs completed, or a batch of totals closed."""

    version: int
    month: str
    sums: OwnSums
    named: bool


def editions(salesperson: int) -> list[SoldVersion]:
    """The survey versions of this salesperson's deals, in order; one query."""
    sql = """
    SELECT v.id, v.definition, COUNT(*) FROM deal d JOIN survey_version v ON v.id = d.survey_version_id
    WHERE d.salesperson_id = ? GROUP BY v.id, v.definition, v.survey, v.version ORDER BY v.survey, v.version
    """
    return [
        SoldVersion(row, Survey.model_validate_json(definition), deals)
        for row, definition, deals in run(sql, salesperson).fetchall()
    ]


def named_months(salesperson: int, of: Sequence[SoldVersion]) -> list[OwnMonth]:
    """Named pairs per month in which they were completed, a customer's deals of a month averaged; one query.

    The database sums the letters: five thousand pairs would take longer to hand over.
    """
    widest = max((len(edition.survey.core) for edition in of), default=0)
    if not widest:
        return []
    places = [str(place) for place in range(1, 2 * widest + 1)]
    ends = [f"length(answers) - {back}" for back in range(len(PromiseOutcome) - 1, -1, -1)]
    columns = [_letter(place) for place in (*places, *ends)]
    inner = ", ".join(f"AVG({column}) AS c{at}" for at, column in enumerate(columns[: len(places)]))
    tail = ", ".join(
        f"SUM({column}) AS c{len(places) + at}" for at, column in enumerate(columns[len(places) :])
    )
    outer = ", ".join(f"SUM(c{at})" for at in range(len(columns)))
    month = (
        "to_char(completed_at AT TIME ZONE 'UTC', 'YYYY-MM')"
        if is_postgresql()
        else "substr(completed_at, 1, 7)"
    )
    rows = ", ".join(str(edition.row) for edition in of)
    sql = f"""
    SELECT version, month, COUNT(*), {outer} FROM (
      SELECT survey_version_id AS version, {month} AS month, customer, {inner}, {tail}
      FROM own_pair WHERE salesperson_id = ? AND named AND answers <> '' AND survey_version_id IN ({rows})
      GROUP BY survey_version_id, {month}, customer) AS each_one
    GROUP BY version, month ORDER BY month
    """  # noqa: S608  numbers of columns and rows only
    surveys_of = {edition.row: edition.survey for edition in of}
    return [_month(surveys_of[row[0]], *row) for row in run(sql, salesperson).fetchall()]


def _letter(place: str) -> str:
    code = "ascii" if is_postgresql() else "unicode"
    return f"({code}(substr(answers, {place}, 1)) - {ord('a')})"


def _month(survey: Survey, version: int, month: str, n: int, *columns: Any) -> OwnMonth:
    core, low = len(survey.core), survey.scale.low
    v = tuple(float(total) + low * n for total in columns[:core])
    r = tuple(float(total) + low * n for total in columns[core : 2 * core])
    promises = tuple(int(total) for total in columns[-len(PromiseOutcome) :])
    return OwnMonth(version, month, OwnSums(n, v, r, promises), named=True)


def batch_months(salesperson: int) -> list[OwnMonth]:
    """The batches that are shown, by the month in which they closed; one query."""
    rows = OwnBatch.select().where(OwnBatch.salesperson == salesperson, OwnBatch.retired_at.is_null())
    return [
        OwnMonth(row.survey_version_id, f"{row.closed_at:%Y-%m}", _sums(row), named=False)
        for row in rows.order_by(OwnBatch.id)
    ]


def _sums(row: Any) -> OwnSums:
    kept = json.loads(row.sums)
    return OwnSums(row.customers, tuple(kept["v"]), tuple(kept["r"]), tuple(kept["promises"]))


def products(salesperson: int) -> dict[str, int]:
    """What this salesperson sells, by name, with the survey version (row) of its newest deal; one query."""
    sql = "SELECT product, MAX(survey_version_id) FROM deal WHERE salesperson_id = ? GROUP BY product ORDER BY product"
    return dict(run(sql, salesperson).fetchall())


def waiting(salesperson: int) -> dict[int, int]:
    """How many customers wait for a first or a next batch, per survey version (row); one query."""
    sql = """
    SELECT survey_version_id, COUNT(DISTINCT customer) FROM own_pair
    WHERE salesperson_id = ? AND batch_id IS NULL AND NOT was_named AND answers <> '' GROUP BY survey_version_id
    """
    return dict(run(sql, salesperson).fetchall())
