"""Every reason for which kloof says no, as visitors read it: the one table of statuses and words."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kloof.domain.errors import PERHAPS_OVER, Reason
from kloof.wording.action_words import ACTION_WORDS
from kloof.wording.file_words import FILE_WORDS, LINE_WORDS
from kloof.wording.message_words import MESSAGE_WORDS
from kloof.wording.people_words import PEOPLE_WORDS
from kloof.wording.program_words import PROGRAM_WORDS
from kloof.wording.release_words import RELEASE_WORDS
from kloof.wording.sign_in_words import SIGN_IN_WORDS


@dataclass(frozen=True, slots=True)
class RefusalWords:
    """What happened and what to do next, in English with its Dutch in nl.po; `{names}` are facts of the refusal.

    `onward` is the endpoint of the button below it, and its words.
    """

    status: int
    title: str
    remedy: str
    onward: tuple[str, str] | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        return (self.title, self.remedy, *((self.onward[1],) if self.onward else ()))


_TO_SIGN_IN = ("sign_in.ask", "Begin again")
_TO_DESK = ("desk.overview", "Back to the desk")
_TO_FILES = ("files.ask", "Back to the files")
_TO_RELEASES = ("releases.page", "Back to the releases")
_TO_SURVEYS = ("preview.overview", "To the surveys")

_TO_MEND = RefusalWords(
    503,
    "kloof has to be set right first",
    "This is on our side, and what was saved is still there. Ask who looks after kloof: its log says what it is.",
)
"""For what no visitor can do anything about."""
_FOR_WHO_LOOKS_AFTER_KLOOF = (
    Reason.RELEASES_AHEAD, Reason.RELEASES_ABSENT, Reason.RELEASES_LEAK, Reason.NOT_CERTIFIED, Reason.CLOCK_WENT_BACK,
    Reason.CLOCK_JUMPED, Reason.SITE_UNBUILT, Reason.MAIL_NOT_TAKEN, Reason.MAILBOX_UNREADABLE,
    Reason.SETTINGS_UNUSABLE, Reason.FOLDER_UNFIT, Reason.FILE_IN_THE_WAY, Reason.FILE_UNWRITABLE,
    Reason.DATABASE_BEHIND, Reason.DATABASE_AHEAD, Reason.DATABASE_TAKEN, Reason.KEY_UNFIT, Reason.HOST_DIFFERS,
    Reason.ROUTE_UNGUARDED,
    Reason.DEMO_FAILED, Reason.BACKUP_UNUSABLE, Reason.RESTORE_UNFINISHED,
)  # fmt: skip

_TRY_LATER = RefusalWords(
    503,
    "This does not work for the moment",
    "It is on our side. What you saved before is still there. What you sent just now may not be: go back, wait a few "
    "minutes, and send it once more.",
)
"""For what is over by itself, or as soon as somebody has mended it: `PERHAPS_OVER`."""

REFUSALS: Final[Mapping[Reason, RefusalWords]] = MappingProxyType(
    {
        # Not an error: the page is there, and says how it stands.
        Reason.CONSENT_MISSING: RefusalWords(
            200,
            "This page is still off",
            "It shows what one person told customers, or what customers say of their work. In the Netherlands that "
            "needs the consent of the works council first (WOR, article 27). Once the council has agreed, the desk "
            "records the date in kloof.toml as works_council_consent, and this page opens.",
        ),
        Reason.DEAL_NOT_HERE: RefusalWords(
            404,
            "There is no such deal here",
            "Check the number. Here you see deals of your own or of your team, as far as the customer agreed.",
        ),
        Reason.UPLOAD_NOT_HERE: RefusalWords(
            404, "There is no such file here", "Choose one from the list, or send it in again.", _TO_FILES
        ),
        Reason.UPLOAD_GONE: RefusalWords(
            410,
            "What this file held is not kept any more",
            "It was loaded or discarded, was here for a day, or somebody was erased in the meantime. Choose the file "
            "again.",
            _TO_FILES,
        ),
        Reason.CALL_NOT_HERE: RefusalWords(
            404,
            "There is no such call here",
            "Check the number. Here you see the calls that are yours to make.",
        ),
        Reason.SURVEY_NOT_HERE: RefusalWords(
            404, "There is no such survey", "Choose one from the list.", _TO_SURVEYS
        ),
        Reason.FINDINGS_NOT_HERE: RefusalWords(
            404,
            "There are no findings to read yet",
            "You can read them here once the first release is published and its site is built.",
        ),
        Reason.LINK_CLOSED: RefusalWords(
            404,
            "This link does not work",
            "It may be incomplete. Open it once more from the mail that you received. If it still does not work, reply "
            "to that mail and {company} will help you.",
        ),
        Reason.LINK_EXPIRED: RefusalWords(
            410,
            "This survey has closed",
            "The last day to answer is past. You need not do anything. Something left to say? Reply to the mail.",
        ),
        Reason.LINK_WITHDRAWN: RefusalWords(
            410,
            "You withdrew these answers",
            "They are erased, and this link is closed. You need not do anything more.",
        ),
        Reason.CUSTOMER_FORGOTTEN: RefusalWords(
            409, "Who this customer was is not kept any more", "Enter a new deal if they buy again."
        ),
        Reason.LINK_FORGOTTEN: RefusalWords(
            410,
            "Your answers are not kept any more",
            "They were older than {company} keeps answers, so they are erased. You need not do anything.",
        ),
        Reason.LINK_STOPPED: RefusalWords(
            410,
            "This survey was cancelled",
            "{company} does not ask you about this any more. You need not do anything.",
        ),
        Reason.LINK_PASSED_ON: RefusalWords(
            410,
            "You passed this survey on",
            "Your colleague has a link now. What you had filled in is erased. Was it a mistake? Reply to our mail.",
        ),
        Reason.PASSED_ON_BEFORE: RefusalWords(
            409,
            "This survey was passed on before",
            "That can be done once. Reply to the mail that you received if another person should answer.",
        ),
        Reason.PASSED_TO_SELF: RefusalWords(
            409, "This is your own address", "Fill in the address of your colleague."
        ),
        Reason.CODE_UNKNOWN: RefusalWords(
            404,
            "No letter has this code",
            "Compare it with your letter, letter by letter, and type it again.",
            ("letter.ask", "The code from your letter"),
        ),
        Reason.SIGN_IN_LINK_SPENT: RefusalWords(
            410,
            "This sign-in link no longer works",
            "It can be used once, within 15 minutes. Ask for a new one.",
            ("sign_in.ask", "Ask for a new link"),
        ),
        Reason.SIGN_IN_AT_PROVIDER: RefusalWords(
            410,
            "Links by mail no longer sign anybody in",
            "Sign in with your account at work.",
            ("sign_in.ask", "Sign in with my account at work"),
        ),
        Reason.SURVEY_CLOSED: RefusalWords(
            409,
            "This survey was closed in the meantime",
            "Open it once more from the mail that you received: then you see what was saved.",
        ),
        Reason.ANSWERS_FIXED: RefusalWords(
            409,
            "These answers can no longer be changed",
            "They were withdrawn, or they already count in figures that were published.",
        ),
        Reason.ANSWERS_NOT_SENT: RefusalWords(
            409,
            "These answers are no longer there",
            "They were withdrawn in the meantime. You need not do anything more.",
        ),
        Reason.HANDOVER_CLOSED: RefusalWords(
            409,
            "It is too late to say anything in advance",
            "This deal is delivered or cancelled. What was said before stays as it is.",
        ),
        Reason.PRACTICES_LOCKED: RefusalWords(409, *LINE_WORDS[Reason.PRACTICES_LOCKED]),
        Reason.CALL_CLOSED: RefusalWords(
            409, "This call was closed in the meantime", "Look at it again to see what came of it."
        ),
        Reason.CALL_IS_FOR_CUSTOMER: RefusalWords(
            422, "Only the customer can say that", "Choose one of the outcomes that are offered."
        ),
        Reason.STEP_IMPOSSIBLE: RefusalWords(
            409,
            "That is no longer possible",
            "Something changed in the meantime. Open the page again and look.",
        ),
        Reason.SURVEYS_UNUSABLE: RefusalWords(
            503,
            "The survey files cannot be used",
            "Nothing was changed. Correct them in the folder surveys/, or ask who looks after kloof.",
        ),
        Reason.RELEASE_DAMAGED: RefusalWords(
            503,
            "The published figures cannot be read",
            "A file of a release was changed or is missing. You did nothing wrong, and nothing of yours is lost. "
            "Tell the desk, or who looks after kloof: then this page comes back.",
        ),
        Reason.THRESHOLDS_TOO_LOW: RefusalWords(
            503,
            "kloof.toml allows groups that are too small",
            "Under [publishing], k is {least_k} or more. m is {usual_m} or more, or smaller_m_agreed_on is the day on "
            "which the salespeople agreed to less.",
        ),
        Reason.CUSTOMER_UNKNOWN: RefusalWords(
            404,
            "No customer is known by that",
            "Write the address or the number as it is in the deals file.",
        ),
        Reason.PAGE_UNKNOWN: RefusalWords(
            404,
            "This page does not exist",
            "Check the link. Did you get it by mail? Then click it there once more.",
        ),
        Reason.NOT_UNDERSTOOD: RefusalWords(
            400, "This request could not be understood", "Go back and try again."
        ),
        Reason.FORM_EXPIRED: RefusalWords(
            400,
            "This page was open for too long",
            "Nothing was changed. Open the page again, sign in if it asks you to, and send it once more.",
            ("sign_in.ask", "Sign in"),
        ),
        Reason.COOKIE_MISSING: RefusalWords(
            400,
            "Your browser sent no cookie with this page",
            "It keeps no cookies, or it was closed since. Nothing was changed. Allow cookies for this address, open "
            "the page again, and send it once more.",
            ("sign_in.ask", "Sign in"),
        ),
        Reason.FORM_UNKNOWN: RefusalWords(
            422,
            "Something in the form is not right",
            "It holds something that this page did not ask for. Go back, load the page again, and send it once more.",
        ),
        Reason.TEXT_TOO_LONG: RefusalWords(
            413,
            "That was too much text",
            "Go back and shorten what you wrote. What you saved before is still there.",
        ),
        Reason.FILE_TOO_LARGE: RefusalWords(
            413,
            "This file is too large",
            "A file may have at most {most} kB. Cut it into several, each with the line of column names, and load them "
            "one after the other. Nothing was changed.",
            _TO_DESK,
        ),
        Reason.TOO_MANY_SIGN_INS: RefusalWords(
            429,
            "Signing in was tried too often",
            "Look first whether a mail with a link has come. Otherwise wait a quarter of an hour, and begin again.",
            _TO_SIGN_IN,
        ),
        Reason.TOO_MANY_LINKS: RefusalWords(
            429,
            "Too many links that do not work were tried from here",
            "Open the link from your own mail: one that works is never stopped. Or wait a quarter of an hour.",
        ),
        Reason.TOO_MANY_CODES: RefusalWords(
            429,
            "Too many codes that no letter has were tried from here",
            "Type the code from your own letter: a good one is never stopped. Or wait a quarter of an hour.",
            ("letter.ask", "The code from your letter"),
        ),
        Reason.PERHAPS_SAVED: RefusalWords(
            503,
            "It is not certain whether this was saved",
            "The connection to our database broke at that very moment. Open the page again to see what was saved. Is "
            "something missing? Then send it once more. Nothing counts twice.",
        ),
        Reason.SURPRISE: RefusalWords(
            500,
            "Something went wrong on our side",
            "What you saved is still there. Try again in a few minutes.",
        ),
    }
    | {reason: RefusalWords(*words, _TO_SIGN_IN) for reason, words in SIGN_IN_WORDS.items()}
    | {reason: RefusalWords(*words, _TO_RELEASES) for reason, words in ACTION_WORDS.items()}
    | {reason: RefusalWords(*words, _TO_DESK) for reason, words in PEOPLE_WORDS.items()}
    | {reason: RefusalWords(*words, _TO_DESK) for reason, words in PROGRAM_WORDS.items()}
    | {reason: RefusalWords(*words, _TO_RELEASES) for reason, words in RELEASE_WORDS.items()}
    | {reason: RefusalWords(*words, _TO_DESK) for reason, words in MESSAGE_WORDS.items()}
    | {reason: RefusalWords(422, *words, _TO_DESK) for reason, words in FILE_WORDS.items()}
    | dict.fromkeys(_FOR_WHO_LOOKS_AFTER_KLOOF, _TO_MEND)
    | dict.fromkeys(PERHAPS_OVER, _TRY_LATER)
)
