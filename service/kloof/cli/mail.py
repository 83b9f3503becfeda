"""kloof mail and kloof outbox: prove the settings, read what comes back, see what waits, decide what is held."""

import os
import sys
from pathlib import Path

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import EXIT_STATUS, as_json, company_settings, report, with_database
from kloof.cli.tree import Group
from kloof.domain.errors import Reason, Refused
from kloof.domain.states import MessageState


@click.group(cls=Group)
def mail() -> None:
    """Prove that mail works, and read what comes back."""


@mail.command()
@click.argument("address")
@as_json
def test(address: str, as_json: bool) -> None:
    """Send a mail to ADDRESS and say, step by step, what is well and what is not."""
    from kloof.actions.mailing.trial import try_out

    proofs = list(try_out(company_settings(), address, wall_clock()))
    words = "\n".join(f"{'well ' if proof.well else 'WRONG'}  {proof.what}" for proof in proofs)
    report(as_json, {"proofs": [proof.as_dict() for proof in proofs]}, words)
    if not proofs[0].well:
        sys.exit(1)


@mail.command()
@click.option("--maildir", type=click.Path(file_okay=False, path_type=Path), help="Read this Maildir.")
@click.option("--imap", is_flag=True, help="Read the mailbox that KLOOF_BOUNCES_URL names.")
@click.option("--pipe", is_flag=True, help="Read one mail from standard input, as a mail server pipes it.")
@as_json
def bounces(maildir: Path | None, imap: bool, pipe: bool, as_json: bool) -> None:
    """Read a mailbox: dead addresses get no more mail, full ones another try tomorrow."""
    from kloof.actions.mailing.bounces import gather
    from kloof.mail.mailboxes import from_imap, from_maildir, from_pipe

    if (maildir is not None) + imap + pipe != 1:
        raise click.UsageError("Choose one of --maildir FOLDER, --imap and --pipe.")
    if pipe:
        # Whatever it is, it is none of the mail's fault: the mail server keeps it and brings it again.
        click.get_current_context().meta[EXIT_STATUS] = os.EX_TEMPFAIL
    settings = with_database()
    if maildir is not None:
        arrived = from_maildir(maildir)
    else:
        arrived = from_imap(settings.bounces_url) if imap else from_pipe(sys.stdin.buffer)
    harvest = gather(settings, arrived, wall_clock())
    words = f"{harvest.hard} hard, {harvest.soft} soft; {harvest.other} other mails were left unread."
    report(as_json, harvest.as_dict(), words)


@click.group(cls=Group)
def outbox() -> None:
    """See what waits, what failed and why, and decide what is held."""


ADVICE = {
    MessageState.QUEUED: "waiting; kloof worker sends it when it is due",
    MessageState.LETTER: "letters to print, since the customer has no address: kloof letters FILE.pdf",
    MessageState.SENDING: "on its way",
    MessageState.SENT: "sent",
    MessageState.HELD: "held: nobody knows whether it arrived. Decide: kloof outbox resolve --arrived|--again NUMBER",
    MessageState.FAILED: "failed: correct the address and import the deal again, or resolve --again NUMBER",
    MessageState.BOUNCED: "bounced: correct the address and import the deal again",
    MessageState.CANCELLED: "not needed any more",
}


@outbox.command("list")
@click.option(
    "--state",
    type=click.Choice([state.value for state in MessageState]),
    metavar="STATE",
    help=f"Only this state: {', '.join(MessageState)}.",
)
@click.option("--most", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Of each state.")
@as_json
def list_(state: str | None, most: int, as_json: bool) -> None:
    """Show what waits, since when, what failed and why, and what to do."""
    from kloof.actions.mailing.outbox import overview

    with_database(reading=True)
    view = overview(wall_clock(), most, MessageState(state) if state else None)
    lines = [", ".join(f"{count} {name}" for name, count in view.health.counts.items()) + "."]
    if view.health.oldest_due_at:
        lines.append(f"Due since {_moment(view.health.oldest_due_at)} and not sent: is kloof worker running?")
    shown = None
    for entry in view.entries:
        if entry.state is not shown:
            lines += ["", f"{ADVICE[entry.state]}"]
            shown = entry.state
        what = " ".join(part for part in (entry.name, entry.wave, entry.deal_id) if part)
        lines.append(
            f"  {entry.id:>6}  {_moment(entry.since)}  {what}  {entry.email}  {entry.reply}".rstrip()
        )
    report(as_json, view.as_dict(), "\n".join(lines))


@outbox.command()
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all-held", is_flag=True, help="Every message that is held.")
@click.option("--arrived", "decision", flag_value="arrived", help="It arrived after all.")
@click.option("--again", "decision", flag_value="again", help="It did not arrive: send it again.")
@click.option("--cancel", "decision", flag_value="cancel", help="Leave it.")
@as_json
def resolve(numbers: tuple[int, ...], all_held: bool, decision: str | None, as_json: bool) -> None:
    """Decide about messages that are held, or that failed."""
    from kloof.actions.mailing import outbox as action

    if decision is None:
        raise click.UsageError("Say what to do: --arrived, --again or --cancel.")
    if bool(numbers) == all_held:
        raise click.UsageError("Name the messages by their numbers, or use --all-held.")
    settings = with_database()
    chosen = action.all_held() if all_held else list(numbers)
    if not chosen:
        raise Refused(Reason.NOTHING_HELD, "No message is held.")
    done = action.resolve(settings, chosen, action.Decision(decision), wall_clock())
    report(as_json, {"resolved": done, "decision": decision}, f"{done} messages: {decision}.")


def _moment(moment: object) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
