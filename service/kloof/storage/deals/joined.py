"""What became of customers, people and deals that stood there in two spellings, until it is told."""

import json
from dataclasses import dataclass
from typing import Any

from kloof.storage.models import MigrationNote


@dataclass(frozen=True, slots=True)
class Respelled:
    """A customer (row id) whose address is spelt anew; `gone` are the rows that became one with theirs, if any.

    `were` are the spellings, and `answered` says how many surveys each had answered: first of the one who stays.
    """

    kept: int
    gone: tuple[int, ...]
    were: tuple[str, ...]
    address: str
    answered: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Notes:
    """All that waits to be told."""

    customers: tuple[Respelled, ...]
    retired_blocks: tuple[int, ...]
    people: tuple[tuple[str, str], ...]
    deals: tuple[tuple[str, str], ...]


def notes() -> Notes:
    """What the migrations noted, in order; pairs are what stands and how it would be spelt."""
    told: dict[str, list[dict[str, Any]]] = {}
    for row in MigrationNote.select().order_by(MigrationNote.id):
        told.setdefault(row.what, []).append(json.loads(row.facts))
    return Notes(
        customers=tuple(
            Respelled(
                facts["kept"],
                tuple(facts["gone"]),
                tuple(facts["were"]),
                facts["address"],
                tuple(facts["answered"]),
            )
            for facts in told.get("customer", [])
        ),
        retired_blocks=tuple(facts["block"] for facts in told.get("block_retired", [])),
        people=tuple((facts["was"], facts["address"]) for facts in told.get("person_twice", [])),
        deals=tuple((facts["deal"], facts["spelled"]) for facts in told.get("deal_twice", [])),
    )


def told() -> None:
    """Nothing waits any more."""
    MigrationNote.delete().execute()
