"""kloof freeze, publish and audit: from answers to releases, and what an attacker would make of them."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kloof.actions.clock import refuse_if_jumped, wall_clock
from kloof.cli.run import as_json, company_settings, readable, report, with_database
from kloof.cli.tree import CompanyCommand
from kloof.domain.access.audit_log import COMMAND_LINE
from kloof.domain.errors import Reason, Refused
from kloof.domain.notation import counted

if TYPE_CHECKING:
    from kloof.domain.releases.attacks import Breach


@click.command(cls=CompanyCommand)
@as_json
def freeze(as_json: bool) -> None:
    """Close the blocks that can close, for good."""
    from kloof.actions.releases import freeze as freezing

    settings = with_database()
    refuse_if_jumped(settings, wall_clock())
    done = freezing.freeze(settings, wall_clock())
    waiting = [_waiting(queue) for queue in done.waiting]
    value = {"blocks": done.blocks, "pairs": done.pairs, "waiting": waiting}
    words = [f"{counted(done.blocks, 'block')} closed, with {counted(done.pairs, 'pair')} of answers."]
    words += [_in_words(queue) for queue in waiting]
    report(as_json, value, "\n".join(words))


@click.command(cls=CompanyCommand)
@click.option("--dry-run", is_flag=True, help="Certify and say what would be published; write nothing.")
@as_json
@readable
def publish(dry_run: bool, as_json: bool) -> None:
    """Write the next release from the closed blocks, certified against every earlier one."""
    from kloof.actions.releases import approvals, preview
    from kloof.actions.releases import publish as publishing

    settings = with_database(reading=dry_run)
    refuse_if_jumped(settings, wall_clock())
    if dry_run:
        done = publishing.publish(settings, wall_clock(), dry_run=True)
    else:
        done = approvals.publish(settings, wall_clock(), COMMAND_LINE)
        if done.document:
            preview.clear(settings)
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
        f"Release {document.number}: {counted(len(document.cells), 'cell')}, {len(document.withheld)} withheld.",
        f"Largest leverage {guarantee.max_leverage:.4f} (at most 1/{guarantee.k}), for a salesperson"
        f" {guarantee.insider_max_leverage:.4f} and for two {guarantee.pair_max_leverage:.4f} (at most"
        f" 1/{guarantee.insider_k}), of an account {guarantee.account_max_leverage:.4f} (at most"
        f" 1/{guarantee.account_k}).",
    ]
    words += [f"Left out, the certificate does not hold with it: {cell}" for cell in done.dropped]
    words.append("Dry run: nothing was written." if dry_run else f"Written to {done.folder}.")
    if done.told:
        words.append(
            f"{counted(done.told, 'customer')} asked to be told, by mail on the next sending day."
            " Put the site online before then."
        )
    report(as_json, value, "\n".join(words))


@click.command(cls=CompanyCommand)
@click.option(
    "--gap",
    type=click.FloatRange(min=0, min_open=True),
    metavar="POINTS",
    help="The gap to be seen, in points of the scale; without it half a point of ten.",
)
@as_json
def plan(gap: float | None, as_json: bool) -> None:
    """Say about when which group closes, and how many pairs a gap needs before it can be seen."""
    from kloof.actions.releases import outlook

    settings = with_database(reading=True)
    groups = [
        _waiting(one.waiting) | {"closes_about": one.closes}
        for one in outlook.forecasts(settings, wall_clock())
    ]
    needs = [asdict(one) for one in outlook.needs(settings, gap)]
    words = [_in_words(group) + _about(group["closes_about"]) for group in groups]
    words += [
        f"{one['survey']}, {one['aspect']}: a gap of {one['gap']:g} needs about {one['pairs']} pairs;"
        f" {one['published']} stand in blocks"
        for one in needs
    ]
    if not needs:
        words.append("How many pairs a gap needs is known once 30 pairs stand in blocks.")
    report(as_json, {"waiting": groups, "needs": needs}, "\n".join(words))


def _about(day: date | None) -> str:
    return f"; at this pace it has enough about {day.isoformat()}" if day else ""


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
        "older": done.older,
        "attacks": {name: [asdict(breach) for breach in found] for name, found in done.found.items()},
        "breaches": len(done.breaches),
        "open": len(done.open),
        "not_seen": {name: NOT_SEEN[name] for name in done.found},
    }
    words = [line for name, found in done.found.items() for line in _attack_in_words(name, found)]
    words += [str(breach) for breach in done.breaches]
    words += [f"open: {question}" for question in done.open]
    if done.older:
        words.append(f"{done.older} of these releases are of an older engine, which published exact sums.")
    words.append(f"{counted(done.releases, 'release')}, {counted(len(done.breaches), 'breach', 'breaches')}.")
    report(as_json, value, "\n".join(words))
    if done.breaches:
        raise Refused(
            Reason.RELEASES_LEAK,
            "These releases give people away.",
            remedy="Publish nothing more, take the pages off the site, and find out how this came about.",
        )


TRIES = {
    "files": "that blocks, sets, counts and the certificate go together, and that nothing is impossible",
    "leverage": "every combination of sums over all releases, for one that rests on fewer than ten people",
    "differencing": "every set less every other, and what is left of all together: nobody, or ten and more",
    "linear programme": "between which answers everybody must lie, given every sum and how it was rounded",
    "integer programme": "whole answers that fit every sum and share, for somebody with at most two left",
    "fractions": "every sum, for one that is no multiple of what sums are rounded to",
    "moments": "figures from which a whole distribution could be solved",
    "counts": "shares of fewer than thirty customers or in finer steps than five, and exact counts",
    "homogeneity": "groups in which more than nine in ten certainly said the same",
    "time": "blocks that change, come back or get a new number, and versions that are pooled",
    "withheld list": "that every group with deals is published or withheld, whoever answered, and no reason is told",
    "folder": "every file of a release, for what the certified document does not say",
}
NOT_SEEN = {
    "files": "whether a sum is that of its answers; looked at inside, when a release is made",
    "leverage": "who is in which block, through whom and for which organisation; certified inside",
    "differencing": "whether those who make a difference are all alike; judged inside",
    "linear programme": "what somebody knows who took part or sold; tried inside",
    "integer programme": "what colleagues know; tried inside, and counted in the release",
    "fractions": "whether a sum was rounded once only; looked for inside",
    "moments": "figures that were told elsewhere than in these files",
    "counts": "the counts behind a share",
    "homogeneity": "likeness that rounding hides; each block is judged inside before it closes",
    "time": "people of an old block who come back with others, or in a survey of one or two aspects; looked for inside",
    "withheld list": "groups of which there are no deals in the files",
    "folder": "what descriptions in the schema and the manifest say; copies of these files elsewhere",
}


def _attack_in_words(name: str, found: "tuple[Breach, ...]") -> tuple[str, str, str]:
    proved = sum(breach.proved for breach in found)
    said = f"{proved} found" if proved else "nothing found"
    if len(found) > proved:
        said += f", {len(found) - proved} not solved in time: about these nothing is known"
    return f"{name}: {said}", f"    tries: {TRIES[name]}", f"    cannot see: {NOT_SEEN[name]}"


def _waiting(queue: Any) -> dict[str, Any]:
    place = {"level": queue.queue.level.value, "product": queue.queue.product, "region": queue.queue.region}
    counts = {"deals": queue.deals, "customers": queue.customers, "salespeople": queue.salespeople}
    needs = {"reason": queue.reason.value, "short_of": queue.short_of, "wider_after": queue.wider_after}
    arm = {"survey": str(queue.survey), "arm": queue.queue.arm.value}
    return arm | place | {"team": queue.queue.team} | counts | needs


_WHY = {
    "too_few": "{short_of} too few",
    "too_few_salespeople": "too few salespeople, or one or two of them have too many of the customers",
    "too_few_accounts": "too few accounts, or one of them has too many of the customers",
    "homogeneous": "the answers are too much alike",
    "certificate": "too many of these customers are in earlier blocks",
}


_ALONE = {
    "not_asked": "who was not asked at sale",
    "skipped": "who was asked at sale and did not answer",
    "left": "who did not answer after delivery",
}


def _in_words(queue: dict[str, Any]) -> str:
    names = ", ".join(part for part in (queue["product"], queue["region"], queue["team"]) if part)
    short_of = counted(queue["short_of"] or 0, "customer")
    why = _WHY[queue["reason"]].format(short_of=short_of)
    whole = _ALONE.get(queue["arm"], "the whole company")
    wider = queue["wider_after"]
    joins = f"; after {counted(wider, 'more release')} they may close with a wider group" if wider else ""
    return f"waits: {queue['survey']}, {names or whole}: {counted(queue['deals'], 'deal')}, {why}{joins}"
