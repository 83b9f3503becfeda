"""kloof mail and kloof outbox: prove the settings, read what comes back, see what waits, decide what is held."""

import logging
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kloof.actions.clock import wall_clock
from kloof.cli.run import as_json, company_settings, in_a_sentence, report, with_database
from kloof.cli.tree import Group
from kloof.domain.errors import Reason, Refused
from kloof.domain.mailing.refused import RefusedBy
from kloof.domain.mailing.set_aside import WhyAside
from kloof.domain.notation import counted
from kloof.domain.states import MessageState

if TYPE_CHECKING:
    from kloof.config import Settings
    from kloof.mail.mailboxes import Arrived

log = logging.getLogger(__name__)


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
    """Read a mailbox: who is dead or complains gets no more mail, who is full another try tomorrow."""
    from kloof.mail.mailboxes import from_imap, from_maildir
    from kloof.mail.opening import ca_file

    if (maildir is not None) + imap + pipe != 1:
        raise click.UsageError("Choose one of --maildir FOLDER, --imap and --pipe.")
    if pipe:
        _take_one(as_json=as_json)
        return
    settings = with_database()
    arrived = from_maildir(maildir) if maildir else from_imap(settings.bounces_url, ca_file(settings))
    _say_what_came(settings, arrived, as_json=as_json)


def _take_one(*, as_json: bool) -> None:
    """Take the mail on standard input; whatever is in the way, the mail server is asked to keep it and to come back."""
    from kloof.mail.mailboxes import from_pipe

    try:
        _say_what_came(with_database(), from_pipe(sys.stdin.buffer), as_json=as_json)
    except Exception as trouble:
        log.debug("What is in the way.", exc_info=trouble)
        click.echo(in_a_sentence(trouble) or "kloof cannot take this mail now; try again later.", err=True)
        sys.exit(TEMPORARY_FAILURE)


def _say_what_came(settings: "Settings", arrived: "Iterable[Arrived]", *, as_json: bool) -> None:
    from kloof.actions.mailing.bounces import gather

    harvest = gather(settings, arrived, wall_clock())
    counts = harvest.counts
    parts = [f"{counts[name]} {name}" for name in ("hard", "soft")]
    parts += [f"{counts[name]} {words}" for name, words in _RARER.items() if counts[name]]
    words = f"{', '.join(parts)}; {counts['other']} other mails were left unread."
    for why, count in harvest.aside.items():
        words += f" {count} set aside: {ASIDE_WORDS[why]}."
    report(as_json, harvest.as_dict(), words)


_RARER = {"us": "refused because of us", "content": "refused for what it says", "complaints": "complaints"}
TEMPORARY_FAILURE = 75
"""EX_TEMPFAIL of sysexits.h: a mail server keeps the mail that it could not hand over."""
ASIDE_WORDS = {
    WhyAside.TOO_LARGE: "larger than any bounce",
    WhyAside.TOO_DEEP: "too many parts in one another",
    WhyAside.UNREADABLE: "it cannot be read",
    WhyAside.NOT_OURS: "it is about no mail of ours",
}


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
    MessageState.BOUNCED: "came back: correct the address and import the deal again; or, where the address "
    "works after all: kloof outbox resolve --again NUMBER",
    MessageState.CANCELLED: "not needed any more",
}

REFUSED_WORDS = {
    RefusedBy.OUR_SERVER: "The mail server refuses us",
    RefusedBy.THEIRS: "Mail servers of customers refuse us",
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

    most_per_hour = with_database(reading=True).mail.most_per_hour
    view = overview(wall_clock(), most, MessageState(state) if state else None)
    lines = [", ".join(f"{count} {name}" for name, count in view.health.counts.items()) + "."]
    if view.health.oldest_due_at:
        lines.append(f"Due since {_moment(view.health.oldest_due_at)} and not sent: is kloof worker running?")
    queued = view.health.counts[MessageState.QUEUED]
    if most_per_hour:
        hours = counted(-(-queued // most_per_hour), "hour")
        lines.append(
            f"At most {counted(most_per_hour, 'mail')} an hour: to send all that is queued takes {hours}."
        )
    lines += [f"{REFUSED_WORDS[one.by]} since {_moment(one.since)}: {one.words}" for one in view.refused]
    shown = None
    for entry in view.entries:
        if entry.state is not shown:
            lines += ["", f"{ADVICE[entry.state]}"]
            shown = entry.state
        what = " ".join(part for part in (entry.name, entry.wave, entry.deal_id) if part)
        lines.append(
            f"  {entry.id:>6}  {_moment(entry.since)}  {what}  {entry.email}  {entry.reply}".rstrip()
        )
    report(as_json, view.as_dict() | {"most_per_hour": most_per_hour}, "\n".join(lines))


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


@outbox.command()
@as_json
def pause(as_json: bool) -> None:
    """Keep mail back until it is resumed; links to sign in go out all the same."""
    from kloof.actions.mailing import pause as action

    with_database()
    begun = action.pause(wall_clock())
    words = "Mail waits from now on. Go on: kloof outbox resume" if begun else "Mail was paused already."
    report(as_json, {"paused": True, "changed": begun}, words)


@outbox.command()
@as_json
def resume(as_json: bool) -> None:
    """Let mail that was paused go out again."""
    from kloof.actions.mailing import pause as action

    with_database()
    ended = action.resume(wall_clock())
    words = "Mail goes out again." if ended else "Mail was not paused."
    report(as_json, {"paused": False, "changed": ended}, words)
