"""What is said of webhooks at the desk: kinds, events, how an endpoint and a delivery stand."""

from collections.abc import Mapping

from kloof.actions.webhooks.endpoints import KEY_LOST
from kloof.actions.webhooks.sender import FAILED_FOR_DAYS, GONE
from kloof.domain.webhooks.endpoints import DeliveryState, EndpointKind, EndpointState
from kloof.domain.webhooks.events import EventKind
from kloof.domain.webhooks.reachable import LONGEST_URL, UrlFault
from kloof.web.app.language import say


def kinds() -> Mapping[EndpointKind, tuple[str, str]]:
    """In which form an endpoint is told, and what that is."""
    return {
        EndpointKind.STANDARD: (
            say("A program"),
            say("It gets numbers, states and links as signed JSON, by the Standard Webhooks specification."),
        ),
        EndpointKind.SLACK: (say("Slack"), say("A channel gets a line with a count and a link.")),
        EndpointKind.TEAMS: (say("Teams"), say("A channel gets a line with a count and a link.")),
    }


def events() -> Mapping[EventKind, str]:
    """What an endpoint can be told of, in the order in which it happens."""
    return {
        EventKind.DEAL_REFUSED: say("A deal was not loaded"),
        EventKind.INVITATION_SENT: say("A customer was invited"),
        EventKind.INVITATION_BOUNCED: say("A mail to a customer came back"),
        EventKind.INVITATION_OPTED_OUT: say("A customer wants no more mail"),
        EventKind.SURVEY_ANSWERED: say("A customer answered (told after that day)"),
        EventKind.FOLLOWUP_OPENED: say("A customer is to be called"),
        EventKind.BLOCK_CLOSED: say("Groups of customers closed"),
        EventKind.RELEASE_PUBLISHED: say("There are new findings"),
        EventKind.PING: say("Test message"),
    }


def states() -> Mapping[EndpointState, str]:
    """How an endpoint stands."""
    return {
        EndpointState.ON: say("on"),
        EndpointState.PAUSED: say("paused"),
        EndpointState.DISABLED: say("disabled"),
    }


def reasons() -> Mapping[str, str]:
    """Why an endpoint was disabled, and what to do about it."""
    return {
        FAILED_FOR_DAYS: say(
            "It accepted nothing for three days. See below what it answered, fix that, and resume it."
        ),
        GONE: say("It said that it is gone for good (410). Remove it, or resume it if that was a mistake."),
        KEY_LOST: say("Its address was sealed with a key that is lost. Remove it, and add it again."),
    }


def delivery_states() -> Mapping[DeliveryState, str]:
    """How a delivery stands."""
    return {
        DeliveryState.WAITING: say("waits"),
        DeliveryState.DELIVERED: say("delivered"),
        DeliveryState.FAILED: say("given up"),
    }


def fault(found: UrlFault) -> str:
    """What is wrong with an address that was typed."""
    return {
        UrlFault.LONG: say("Write an address of at most {most} characters.", most=LONGEST_URL),
        UrlFault.LETTERS: say("Leave out spaces, and letters that no web address has."),
        UrlFault.SCHEME: say("Write an address that begins with https://."),
        UrlFault.HOST: say("Write a whole address, without a user, a password or a #."),
        UrlFault.INSIDE: say("This address lies inside a network. The administrator can allow it."),
    }[found]


def done() -> Mapping[str, str]:
    """What was done, by the word in the address."""
    return {
        "test": say("A test message is on its way. Within a minute you see below what came of it."),
        "pause": say("It gets no messages now. What happens is kept for it."),
        "resume": say("It gets messages again."),
        "replay": say("It is sent again, with the same id."),
        "remove": say("The webhook is gone."),
    }
