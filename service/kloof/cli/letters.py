"""kloof letters: print the invitations of customers who have no e-mail address."""

from pathlib import Path

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import as_json, report, with_database
from kloof.cli.tree import CompanyCommand
from kloof.domain.notation import counted


@click.command(cls=CompanyCommand)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--again", metavar="DEAL", help="Print the letter of DEAL once more, with the same link.")
@as_json
def letters(file: Path, again: str | None, as_json: bool) -> None:
    """Write a letter for each customer without an address whose survey is due to FILE, a PDF, once."""
    from kloof.actions.mailing.letters import print_again, print_new

    settings = with_database()
    now = wall_clock()
    pile = print_again(settings, file, again, now) if again else print_new(settings, file, now)
    printed = len(pile.letters)
    nothing = "No letter can be printed" if pile.unprintable else "No letter is due"
    words = f"{counted(printed, 'letter')} in {file}." if printed else f"{nothing}; no file was made."
    if pile.withdrawn:
        words += f" {counted(pile.withdrawn, 'was', 'were')} withdrawn: no answer is expected any more."
    if more := pile.waiting - len(pile.unprintable):
        words += f" {counted(more, 'more is', 'more are')} due: run this again with another file."
    for refusal in pile.unprintable:
        click.echo(str(refusal), err=True)
    report(as_json, pile.as_dict(), words)
    if pile.unprintable:
        raise SystemExit(1)
