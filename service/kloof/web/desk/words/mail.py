"""Mail in words, for the desk: how a message stands, why it waits, and what can be done about it."""

from datetime import date
from typing import Final, NamedTuple

from babel.dates import format_date

from kloof.actions.mailing.outbox import Decision
from kloof.domain.mailing.refused import MailRefused, RefusedBy
from kloof.domain.mailing.set_aside import WhyAside
from kloof.domain.mailing.waits import WhyWaits
from kloof.domain.states import MessageState
from kloof.storage.mailing.review import MailLife, OutboxEntry
from kloof.web.app.language import in_words, language, say


def decisions(state: MessageState) -> list[tuple[str, str]]:
    """What can be decided about a message in this state, each with the words on its button."""
    again = (Decision.AGAIN.value, say("Send again"))
    if state is MessageState.HELD:
        return [(Decision.ARRIVED.value, say("It arrived")), again]
    return [again] if state in {MessageState.FAILED, MessageState.BOUNCED} else []


def what_to_do() -> dict[MessageState, str]:
    """What the desk does about a message, by its state; empty where there is nothing to do."""
    return dict.fromkeys(MessageState, "") | {
        MessageState.HELD: say("Look in the log of your mail server whether it arrived, and say so."),
        MessageState.FAILED: say(
            "Correct the address and load the deal again. Or send it again, if the address is right."
        ),
        MessageState.BOUNCED: say(
            "Correct the address and load the deal again; without one it becomes a letter. Or send it again, if the "
            "address works after all."
        ),
        MessageState.LETTER: say("Print it, below."),
    }


def kind_of(entry: OutboxEntry) -> str:
    """What a message is, and about which survey if it is about one."""
    waves = {"sale": say("first survey"), "delivery": say("second survey")}
    kind = say(entry.kind.words)
    return f"{kind}, {waves[entry.wave]}" if entry.wave else kind


def states() -> dict[MessageState, str]:
    """The name of each state of a message."""
    return {
        MessageState.QUEUED: say("Waiting"),
        MessageState.LETTER: say("Letters to print"),
        MessageState.SENDING: say("On its way"),
        MessageState.SENT: say("Sent"),
        MessageState.FAILED: say("Failed"),
        MessageState.HELD: say("Not sure it arrived"),
        MessageState.BOUNCED: say("Bounced"),
        MessageState.CANCELLED: say("Not needed any more"),
    }


def refused(one: MailRefused) -> str:
    """Who refuses our mail since when, and what to do."""
    since = in_words(one.since)
    if one.by is RefusedBy.OUR_SERVER:
        return say(
            "The mail server refuses us since {moment}, so no mail goes out. Nothing is lost: all of it waits. Ask "
            "whoever looks after the mail server. It said:",
            moment=since,
        )
    return say(
        "Mail servers of customers refuse us since {moment}. These customers are asked again. Show what they said to "
        "whoever looks after the mail server:",
        moment=since,
    )


def why_aside() -> dict[WhyAside, str]:
    """Why a mail was set aside."""
    return {
        WhyAside.TOO_LARGE: say("It is larger than any bounce."),
        WhyAside.TOO_DEEP: say("It has too many parts in one another."),
        WhyAside.UNREADABLE: say("It is damaged."),
        WhyAside.NOT_OURS: say("It is about no mail of ours."),
    }


def day(day: date) -> str:
    """A day of this week, with its name."""
    return format_date(day, "EEEE d MMMM", locale=language())


def why_waits(why: WhyWaits, entry: OutboxEntry) -> str:
    """Why a mail has not gone out yet."""
    moment = in_words(entry.since)
    return {
        WhyWaits.PAUSED: say("Mail is paused."),
        WhyWaits.SERVER_REFUSES: say("The mail server refuses us."),
        WhyWaits.TRIED: say("It could not be sent. Next try: {moment}.", moment=moment),
        WhyWaits.PLANNED: say("Planned for {moment}.", moment=moment),
        WhyWaits.SOON: say("It goes out any moment."),
    }[why]


class Moment(NamedTuple):
    """One moment in a mail's life: when, what came of it, what was said then, and how it is drawn."""

    at: str
    what: str
    said: str = ""
    tone: str = ""


def life(mail: MailLife) -> list[Moment]:
    """What happened to a mail, each with its moment and the words of the server, in order; what lies ahead is last."""
    entry, outcomes = mail.entry, _outcomes()
    told = [Moment(in_words(mail.made_at), say("Put in the queue"))]
    told += [
        Moment(in_words(one.at), outcomes[one.state], one.said, _TONES.get(one.state, ""))
        for one in mail.lines
    ]
    is_told = any(one.state is entry.state and one.at == entry.since for one in mail.lines)
    if entry.state is MessageState.SENT and mail.sent_at:
        told.append(Moment(in_words(mail.sent_at), outcomes[entry.state], entry.reply, "good"))
    elif entry.state is MessageState.QUEUED:
        told.append(Moment(in_words(mail.due_at), say("Goes out from this moment on"), tone="ahead"))
    elif not is_told:
        tone = _TONES.get(entry.state, "")
        told.append(Moment(in_words(entry.since), states()[entry.state], entry.reply, tone))
    return told


_TONES: Final = {
    MessageState.SENT: "good",
    MessageState.FAILED: "bad",
    MessageState.BOUNCED: "bad",
    MessageState.HELD: "bad",
}


def _outcomes() -> dict[MessageState, str]:
    """What came of an attempt, by what the mail became."""
    return states() | {
        MessageState.QUEUED: say("Waits to be sent again"),
        MessageState.FAILED: say("Could not be sent"),
        MessageState.BOUNCED: say("Came back"),
    }
