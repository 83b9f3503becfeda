"""The errors that kloof raises on purpose: each says why, what happened, where, and what to do next."""

from collections.abc import Sequence
from enum import StrEnum, auto
from typing import Final


class Reason(StrEnum):
    """Why kloof refuses something. `web` has a status and words for each; the command line prints the sentence."""

    # What is shown, and to whom
    CONSENT_MISSING = auto()  # the works council has not agreed yet
    DEAL_NOT_HERE = auto()
    CALL_NOT_HERE = auto()
    SURVEY_NOT_HERE = auto()
    FINDINGS_NOT_HERE = auto()

    # Links, codes and signing in
    LINK_CLOSED = auto()
    LINK_EXPIRED = auto()
    LINK_WITHDRAWN = auto()
    LINK_FORGOTTEN = auto()
    LINK_STOPPED = auto()
    LINK_PASSED_ON = auto()
    CODE_UNKNOWN = auto()
    SIGN_IN_LINK_SPENT = auto()
    SIGN_IN_AT_PROVIDER = auto()
    SIGN_IN_ELSEWHERE = auto()
    PROVIDER_SAID_NO = auto()
    PROVIDER_SILENT = auto()
    PROVIDER_IS_ANOTHER = auto()
    PROVIDER_UNPROVEN = auto()
    PROVIDER_NO_ADDRESS = auto()
    PROVIDER_NO_GROUP = auto()
    PROVIDER_OTHER_ACCOUNT = auto()
    PERSON_HAS_LEFT = auto()

    # Programs
    TOKEN_UNKNOWN = auto()
    TOKEN_MAY_NOT = auto()
    TOKEN_UNFIT = auto()
    TOKEN_ABSENT = auto()
    TOO_MANY_REQUESTS = auto()
    KEY_USED_BEFORE = auto()
    CHANGED_MEANWHILE = auto()
    SHAPE_UNFIT = auto()
    KEY_UNUSABLE = auto()
    WEBHOOK_UNFIT = auto()
    WEBHOOK_ABSENT = auto()

    # People of the company
    ADDRESS_IN_USE = auto()
    DESK_EMPTY = auto()
    OWN_ACCOUNT = auto()
    SUCCESSOR_UNFIT = auto()
    STILL_HERE = auto()
    NOT_A_ROLE = auto()
    PERSON_TWICE = auto()

    # Too late, or somebody was first
    SURVEY_CLOSED = auto()
    ANSWERS_FIXED = auto()
    PASSED_ON_BEFORE = auto()
    PASSED_TO_SELF = auto()
    ANSWERS_NOT_SENT = auto()
    HANDOVER_CLOSED = auto()
    PRACTICES_LOCKED = auto()
    CALL_CLOSED = auto()
    CALL_IS_FOR_CUSTOMER = auto()
    STEP_IMPOSSIBLE = auto()

    # What is in a file from the CRM
    FILE_NOT_TEXT = auto()
    FILE_NOT_CSV = auto()
    FILE_NOT_WORKBOOK = auto()
    WORKBOOK_TOO_LARGE = auto()
    FILE_WITHOUT_LINES = auto()
    FILE_TOO_LONG = auto()
    UPLOAD_NOT_HERE = auto()
    UPLOAD_GONE = auto()
    COLUMNS_WRONG = auto()
    COLUMN_MISSING = auto()
    COLUMN_TWICE = auto()
    COLUMN_UNKNOWN = auto()
    COLUMN_UNNAMED = auto()
    HEADER_BELOW = auto()
    CELLS_MISCOUNTED = auto()
    CELL_EMPTY = auto()
    CELL_TOO_LONG = auto()
    CELL_UNFIT = auto()
    NUMBER_ROUNDED = auto()
    NOT_A_DAY = auto()
    DAY_STANDS_IN = auto()
    NOT_A_LANGUAGE = auto()
    NOT_A_TIME_ZONE = auto()
    DEAL_TWICE = auto()
    DEAL_UNKNOWN = auto()
    DEAL_UNFIT = auto()
    DEAL_CANCELLED = auto()
    DAY_IN_FUTURE = auto()
    DAY_BEFORE_SALE = auto()
    SECOND_SURVEY_ANSWERED = auto()
    CUSTOMER_HAS_ANSWERED = auto()
    ADDRESS_OF_ANOTHER = auto()
    CUSTOMER_PERHAPS_KNOWN = auto()
    CUSTOMER_ERASED = auto()
    CUSTOMER_FORGOTTEN = auto()
    NAME_UNKNOWN = auto()
    SALESPERSON_UNKNOWN = auto()
    SURVEY_UNKNOWN = auto()
    SURVEY_CHANGED = auto()

    # Releases and their site
    RELEASE_DAMAGED = auto()
    RELEASES_AHEAD = auto()
    RELEASES_ABSENT = auto()
    RELEASES_LEAK = auto()
    NOT_CERTIFIED = auto()
    NOT_APPROVED = auto()
    OWN_PROPOSAL = auto()
    DRAFT_CHANGED = auto()
    PREVIEW_ABSENT = auto()
    ACTION_UNKNOWN = auto()
    ACTION_UNTITLED = auto()
    ACTION_ENDS_EARLY = auto()
    GROUP_UNPUBLISHED = auto()
    THRESHOLDS_TOO_LOW = auto()
    CLOCK_WENT_BACK = auto()
    CLOCK_JUMPED = auto()
    SITE_UNBUILT = auto()

    # Mail, letters and the people they go to
    NOT_AN_ADDRESS = auto()
    ADDRESS_TOO_LONG = auto()
    ADDRESS_BEYOND_ASCII = auto()
    CUSTOMER_UNKNOWN = auto()
    PERSON_UNKNOWN = auto()
    MAIL_NOT_TAKEN = auto()
    MAILBOX_UNREADABLE = auto()
    MESSAGE_UNKNOWN = auto()
    MESSAGE_ON_ITS_WAY = auto()
    MESSAGE_IS_LETTER = auto()
    NOTHING_HELD = auto()
    LETTER_NOT_PRINTED = auto()
    PILE_UNKNOWN = auto()
    LETTER_UNPRINTABLE = auto()
    LETTERS_CHANGED = auto()

    # The installation
    SETTINGS_UNUSABLE = auto()
    SURVEYS_UNUSABLE = auto()
    FOLDER_UNFIT = auto()
    FILE_IN_THE_WAY = auto()
    FILE_UNWRITABLE = auto()
    BACKUP_UNUSABLE = auto()
    RESTORE_UNFINISHED = auto()
    DATABASE_BEHIND = auto()
    DATABASE_AHEAD = auto()
    DATABASE_TAKEN = auto()
    KEY_UNFIT = auto()
    HOST_DIFFERS = auto()
    DATABASE_SILENT = auto()
    DATABASE_GONE = auto()
    DATABASE_DAMAGED = auto()
    DATABASE_UNWRITABLE = auto()
    DISK_FULL = auto()
    ROUTE_UNGUARDED = auto()
    DEMO_FAILED = auto()

    # What a browser sent
    PAGE_UNKNOWN = auto()
    NOT_UNDERSTOOD = auto()
    FORM_EXPIRED = auto()
    COOKIE_MISSING = auto()
    FORM_UNKNOWN = auto()
    TEXT_TOO_LONG = auto()
    FILE_TOO_LARGE = auto()
    TOO_MANY_SIGN_INS = auto()
    TOO_MANY_LINKS = auto()
    TOO_MANY_CODES = auto()
    PERHAPS_SAVED = auto()  # the connection to the database broke during COMMIT
    SURPRISE = auto()


PERHAPS_OVER: Final = frozenset(
    {
        Reason.DATABASE_SILENT,
        Reason.DATABASE_GONE,
        Reason.DATABASE_DAMAGED,
        Reason.DATABASE_UNWRITABLE,
        Reason.DISK_FULL,
    }
)
"""What may be over the next time one looks: kloof waits for it, and goes on by itself."""


class KloofError(Exception):
    """A refusal with its reason and facts.

    `what` is one sentence, `where` a place that the reader can go to (`deals.csv:12`, `kloof.toml: k`),
    `remedy` one sentence with the next step. `str()` joins them for the command line; `web` words the reason itself,
    with the `facts` that its words name.
    """

    def __init__(
        self, reason: Reason, what: str, *, where: str = "", remedy: str = "", **facts: object
    ) -> None:
        self.reason = reason
        self.what = what
        self.where = where
        self.remedy = remedy
        self.facts = facts
        super().__init__(what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.what}" + (f" {self.remedy}" if self.remedy else "")


class Refused(KloofError):
    """The request is understood and not allowed in this state; nothing was changed."""


class NotFound(KloofError):
    """No such thing, or not for this reader: the two look the same from outside."""


class BadInput(KloofError):
    """One or more places in the input are wrong; `problems` holds every one of them, already worded.

    `parts` holds them as refusals of their own, where each has a reason that `web` can word.
    """

    def __init__(
        self,
        reason: Reason,
        problems: list[str],
        *,
        remedy: str = "",
        parts: Sequence[KloofError] = (),
        **facts: object,
    ) -> None:
        super().__init__(reason, "\n".join(problems), remedy=remedy)
        self.problems = problems
        self.parts = tuple(parts)
        self.facts = facts


class BadSettings(BadInput):
    """kloof.toml or a KLOOF_ variable holds something that cannot be used."""

    def __init__(self, problems: list[str], *, remedy: str = "") -> None:
        super().__init__(Reason.SETTINGS_UNUSABLE, problems, remedy=remedy)
