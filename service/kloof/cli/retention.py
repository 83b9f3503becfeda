"""kloof retention: what is forgotten after so many months."""

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import as_json, report, with_database
from kloof.cli.tree import CompanyCommand
from kloof.domain.notation import counted


@click.command(cls=CompanyCommand)
@click.option("--dry-run", is_flag=True, help="Say what would be forgotten and change nothing.")
@as_json
def retention(dry_run: bool, as_json: bool) -> None:
    """Forget mail of longer ago than [retention] keeps it; kloof worker does it by itself."""
    from kloof.actions.mailing import retention as action

    settings, now = with_database(reading=dry_run), wall_clock()
    mails = action.old_mail(settings, now) if dry_run else action.forget_old_mail(settings, now)
    value = {**action.as_dict(settings, now, mails), "dry_run": dry_run}
    if value["before"] is None:
        words = (
            "Nothing is forgotten: mail_months under [retention] in kloof.toml says after how many months."
        )
    else:
        does = "would be forgotten (dry run: nothing was changed)" if dry_run else "forgotten"
        words = f"{counted(mails, 'mail')} of before {value['before']} {does}."
    report(as_json, value, words)
