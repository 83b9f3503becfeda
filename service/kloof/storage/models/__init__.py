"""The tables, by subject. Only storage imports them; what leaves storage is a value."""

from kloof.storage.models.audit import AuditEntry, AuditSubject
from kloof.storage.models.calls import Call, CallStep
from kloof.storage.models.deals import Account, Customer, Deal, Person, Practice, SurveyVersion
from kloof.storage.models.handover import HandoverMark
from kloof.storage.models.jobs import Job
from kloof.storage.models.mailbox import AsideMail, MailRefusal
from kloof.storage.models.migration_notes import MigrationNote
from kloof.storage.models.outbox import LastWorked, Message, OptOut
from kloof.storage.models.own_feedback import AnsweredAtOnce, OwnBatch, OwnClosing, OwnPair
from kloof.storage.models.release import (
    Block,
    ChangedPair,
    Pair,
    Placement,
    PracticePart,
    QueueCell,
    Release,
    Round,
    Spread,
)
from kloof.storage.models.responses import Invitation, Promise, Response
from kloof.storage.models.sign_in import AccountOfPerson, Attempt, KeyCheck, SignIn, StaffSession

MODELS = [
    SurveyVersion,
    Person,
    Customer,
    Account,
    Deal,
    Practice,
    Invitation,
    Response,
    Promise,
    SignIn,
    StaffSession,
    AccountOfPerson,
    KeyCheck,
    Attempt,
    Call,
    CallStep,
    Message,
    OptOut,
    LastWorked,
    MigrationNote,
    QueueCell,
    Release,
    Round,
    Block,
    Pair,
    Placement,
    AuditSubject,
    AuditEntry,
    PracticePart,
    Spread,
    OwnBatch,
    OwnPair,
    OwnClosing,
    AnsweredAtOnce,
    HandoverMark,
    ChangedPair,
    MailRefusal,
    AsideMail,
    Job,
]

__all__ = [
    "MODELS",
    "Account",
    "AccountOfPerson",
    "AnsweredAtOnce",
    "AsideMail",
    "Attempt",
    "AuditEntry",
    "AuditSubject",
    "Block",
    "Call",
    "CallStep",
    "ChangedPair",
    "Customer",
    "Deal",
    "HandoverMark",
    "Invitation",
    "Job",
    "KeyCheck",
    "LastWorked",
    "MailRefusal",
    "Message",
    "MigrationNote",
    "OptOut",
    "OwnBatch",
    "OwnClosing",
    "OwnPair",
    "Pair",
    "Person",
    "Placement",
    "Practice",
    "PracticePart",
    "Promise",
    "QueueCell",
    "Release",
    "Response",
    "Round",
    "SignIn",
    "Spread",
    "StaffSession",
    "SurveyVersion",
]
