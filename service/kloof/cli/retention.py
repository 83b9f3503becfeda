"""kloof retention: what is forgotten after so many months."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from kloof.actions.clock import refuse_if_jumped, running, wall_clock
from kloof.cli.run import as_json, report, with_database
from kloof.cli.tree import CompanyCommand
from kloof.domain.notation import counted

if TYPE_CHECKING:
    from kloof.actions.retention.forgetting import Forgotten

_OF: Final = {
    "answers": "deal with answers",
    "customers": "name of a customer",
    "colleagues": "name of a colleague who left",
    "audit": "line of the audit log",
    "mails": "mail",
}
_MANY: Final = {
    "answers": "deals with answers",
    "customers": "names of customers",
    "colleagues": "names of colleagues who left",
    "audit": "lines of the audit log",
}
_SETTING: Final = {
    "answers": "answer_months",
    "customers": "name_months",
    "colleagues": "name_months",
    "audit": "audit_months",
    "mails": "mail_months",
}


@click.command(cls=CompanyCommand)
@click.option("--dry-run", is_flag=True, help="Say what would be forgotten and change nothing.")
@as_json
def retention(dry_run: bool, as_json: bool) -> None:
    """Forget what is older than [retention] keeps it; kloof worker does it by itself."""
    from kloof.actions.retention import forgetting

    settings, now = with_database(reading=dry_run), wall_clock()
    if not dry_run:
        refuse_if_jumped(settings, now, machine=running())
    found = forgetting.foreseen(settings, now) if dry_run else forgetting.forget(settings, now)
    value = {kind.value: one.as_dict() for kind, one in found.items()}
    words = [_line(kind.value, one, dry_run=dry_run) for kind, one in found.items()]
    words += ["Nothing was changed: this is a dry run."] if dry_run else []
    report(as_json, {**value, "dry_run": dry_run}, "\n".join(words))


def _line(kind: str, one: Forgotten, *, dry_run: bool) -> str:
    what = counted(one.count, _OF[kind], _MANY.get(kind, ""))
    if one.before is None:
        many = _MANY.get(kind, "mails").capitalize()
        return f"{many}: kept without end; {_SETTING[kind]} says after how many months."
    does = "would be forgotten" if dry_run else "forgotten"
    wait = f"; {one.waiting} more once their answers stand in a block" if one.waiting else ""
    return f"{what} of before {one.before.date().isoformat()} {does}{wait}."
