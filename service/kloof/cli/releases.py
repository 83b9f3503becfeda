"""kloof freeze, publish and audit: from answers to releases, and what an attacker would make of them."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import as_json, company_settings, report, with_database
from kloof.cli.tree import CompanyCommand
from kloof.domain.errors import Reason, Refused


@click.command(cls=CompanyCommand)
@as_json
def freeze(as_json: bool) -> None:
    """Close the blocks that can close, for good."""
    from kloof.actions.releases import freeze as freezing

    settings = with_database()
    done = freezing.freeze(settings, wall_clock())
    waiting = [_waiting(queue) for queue in done.waiting]
    value = {"blocks": done.blocks, "deals": done.deals, "customers": done.customers, "waiting": waiting}
    words = [f"{done.blocks} blocks closed, with {done.deals} deals of {done.customers} customers."]
    words += [_in_words(queue) for queue in waiting]
    report(as_json, value, "\n".join(words))


@click.command(cls=CompanyCommand)
@click.option("--dry-run", is_flag=True, help="Certify and say what would be published; write nothing.")
@as_json
def publish(dry_run: bool, as_json: bool) -> None:
    """Write the next release from the closed blocks, certified against every earlier one."""
    from kloof.actions.releases import publish as publishing

    settings = with_database(reading=dry_run)
    done = publishing.publish(settings, wall_clock(), dry_run=dry_run)
    document = done.document
    if document is None:
        report(
            as_json,
            {"release": None, "dry_run": dry_run},
            "Nothing closed since the last release: no new one.",
        )
        return
    guarantee = document.guarantee
    value = {
        "release": document.number,
        "folder": done.folder,
        "cells": len(document.cells),
        "withheld": len(document.withheld),
        "dropped": done.dropped,
        "told": done.told,
        "guarantee": guarantee.model_dump(mode="json"),
        "dry_run": dry_run,
    }
    words = [
        f"Release {document.number}: {len(document.cells)} cells, {len(document.withheld)} withheld.",
        f"Largest leverage {guarantee.max_leverage:.4f} (at most 1/{guarantee.k}), for a salesperson"
        f" {guarantee.insider_max_leverage:.4f} (at most 1/{guarantee.insider_k}).",
    ]
    words += [f"Left out, the certificate does not hold with it: {cell}" for cell in done.dropped]
    words.append("Dry run: nothing was written." if dry_run else f"Written to {done.folder}.")
    if done.told:
        words.append(
            f"{done.told} customers asked to be told: their mail goes out on the next sending day."
            " Put the site online before then."
        )
    report(as_json, value, "\n".join(words))


@click.command(cls=CompanyCommand)
@click.argument(
    "folder",
    required=False,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="[DIR]",
)
@as_json
def audit(folder: Path | None, as_json: bool) -> None:
    """Try every attack on the releases in DIR; without DIR, on those of this company."""
    from kloof.actions.releases import attack as auditing

    done = auditing.audit(folder or company_settings().releases_folder)
    value = {
        "releases": done.releases,
        "attacks": {name: [asdict(breach) for breach in found] for name, found in done.found.items()},
        "breaches": len(done.breaches),
    }
    words = [f"{name}: {_found(len(found))}" for name, found in done.found.items()]
    words += [str(breach) for breach in done.breaches]
    words.append(f"{done.releases} releases, {len(done.breaches)} breaches.")
    report(as_json, value, "\n".join(words))
    if done.breaches:
        raise Refused(
            Reason.RELEASES_LEAK,
            "These releases give people away.",
            remedy="Publish nothing more, take the pages off the site, and find out how this came about.",
        )


def _found(count: int) -> str:
    return f"{count} found" if count else "nothing found"


def _waiting(queue: Any) -> dict[str, Any]:
    place = {"level": queue.queue.level.value, "product": queue.queue.product, "region": queue.queue.region}
    counts = {"deals": queue.deals, "customers": queue.customers, "salespeople": queue.salespeople}
    needs = {"reason": queue.reason.value, "short_of": queue.short_of, "wider_after": queue.wider_after}
    arm = {"survey": str(queue.survey), "arm": queue.queue.arm.value}
    return arm | place | {"team": queue.queue.team} | counts | needs


_WHY = {
    "too_few": "{short_of} customers too few",
    "too_few_salespeople": "too few salespeople, or one of them has too many of the customers",
    "homogeneous": "the answers are too much alike",
    "certificate": "too many of these customers are in earlier blocks",
}


_ALONE = {"not_asked": "who was not asked at sale", "left": "who did not answer after delivery"}


def _in_words(queue: dict[str, Any]) -> str:
    names = ", ".join(part for part in (queue["product"], queue["region"], queue["team"]) if part)
    why = _WHY[queue["reason"]].format(**queue)
    whole = _ALONE.get(queue["arm"], "the whole company")
    wider = queue["wider_after"]
    joins = f"; after {wider} more releases they may close with a wider group" if wider else ""
    return f"waits: {queue['survey']}, {names or whole}: {queue['deals']} deals, {why}{joins}"
