"""Reading what comes back: which mail of ours it is about, and whom it is about."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from functools import cache

from kloof.domain.mailing.server_words import About, meaning, plain, refuses_sender
from kloof.domain.mailing.set_aside import SetAside, WhyAside
from kloof.domain.mailing.verdicts import BounceInWords, DeliveryReport, FeedbackReport, Said, whom
from kloof.mail.headers import one_line
from kloof.mail.parts import MailPart, field, fields, parsed, parts

MOST_WORDS = 300
"""Letters of what a server said that are kept for the desk."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """`message_id` is the part before the @ of the mail that it is about; empty where it cannot be found.

    `reason`: what the server said, in its own words. `asks_nothing`: it is known what it is, and nobody has to see it.
    """

    about: About
    message_id: str = ""
    reason: str = ""
    asks_nothing: bool = False


# VERP: the bounce address, a plus, and the id (see MailRenderer). Otherwise the mail itself is mostly quoted.
_VERP = re.compile(rb"\+([0-9a-f]{32})@")
_QUOTED = re.compile(rb"message-id:[ \t\r\n]{0,4}<([0-9a-f]{32})@", re.IGNORECASE)
_ANSWERED = ("delivered-to", "x-original-to", "envelope-to", "to", "x-failed-recipients")
_PLAINER = {About.ADDRESS, About.CONTENT}
_REPORTS = ("message/delivery-status", "message/global-delivery-status")
_SENDERS = ("mailerdaemon", "postmaster", "maildelivery", "maildaemon", "maildeliver")
"""Letters only: each house spells them in its own way, with a hyphen, an underscore or a space."""
_BOUNCED = """
undeliver · not deliver · non deliver · delivery status · delivery fail · failure notice · returned mail
mail failure · returned to sender · return to sender · delivery notification · delivery report · delivery problem
delivery has failed · could not send · mail system error · nondeliver · message status · failed mail · delivery error
unzustellbar · nicht zustellbar · onbestelbaar · niet bezorgd · kon niet worden · non remis · non distribu · echec de
no entregad · no se pudo entregar · devuelto · mancato recapito · mancata consegna · nao entregue · falha na entrega
niedostarcz · nie dostarczon · не доставлен · недоставлен · 配信不能 · 配信エラー · 送信エラー · メールエラー
エラーメール · 退信 · 未送达 · 系统退信 · 投递失败 · ошибка доставки · rejected · could not be delivered
non-deliver · non-remis · mail error · problem delivering · mail delivery · failed delivery · warning
"""
_ANSWERING = """
automatic reply · auto reply · autoreply · auto-reply · automatic response · autoresponse · auto response
auto-response · out of office · out of the office · out-of-office · away from · vacation · on holiday
automatisch antwoord · automatische beantwoording · afwezig · niet aanwezig · buiten kantoor · abwesen
automatische antwort · reponse automatique · absence · absent du · respuesta automatica · fuera de la oficina
ausencia · risposta automatica · fuori ufficio · assenza · resposta automatica · ausente · fora do escritorio
automatyczna odpowiedz · nieobecnos · poza biurem · автоответ · автоматическии ответ · нет на месте · отпуск
自動返信 · 自動応答 · 不在 · 自动回复 · 自動回覆 · 自动答复 · autosvar · automaattinen · automaticka odpoved
"""
_COMPLAINING = (
    "complaint about message from",
    "email feedback report",
    "abuse report",
    "feedback loop",
    "spam complaint",
)
_QUOTES = """
--- below this line is a copy · ------ this is a copy of · ----- original message · --- original message
-----original message · ----- unsent message · ----- message header · ---- message header · --- the header of the
old message: · original message follows · headers of your mail · message headers follow · ------ the body of the message
your original message · --- message from · --------- returned mail · --- returned message · --- enclosed
return-path: · received: from · received: by · message contents follow
mime-version: · original headers · ------ copy of · - message text follows · -----ursprüngliche · --- oorspronkelijk
"""
"""How the line begins after which a bounce quotes the mail that it is about."""
_ONLY_IN_A_HEADER = {
    "message-id",
    "content-type",
    "mime-version",
    "received",
    "references",
    "reply-to",
    "x-mailer",
}
_SUBJECTS = (
    "subject:",
    "onderwerp:",
    "betreff:",
    "objet:",
    "asunto:",
    "oggetto:",
    "assunto:",
    "temat:",
    "тема:",
    "件名",
)


def read(raw: bytes) -> Bounce:
    """What this mail says, About.NOTHING where it asks nothing of us.

    Raises SetAside where it cannot be read.
    """
    try:
        mail = parsed(raw)
        found = list(parts(mail))
        if _is_answer(mail):
            return Bounce(About.NOTHING, asks_nothing=True)
        said, words = _said(mail, found)
        about = whom(said) if said else About.NOTHING
        reason = one_line(words)[:MOST_WORDS] or "The mail came back."
        return Bounce(about, _message_id(mail, raw, found), reason, asks_nothing=said is not None)
    except SetAside:
        raise
    except Exception as error:
        raise SetAside(WhyAside.UNREADABLE) from error


def _said(mail: Message, found: list[MailPart]) -> tuple[Said | None, str]:
    """What it is, and in which words it said so; None where it is no bounce at all."""
    if kind := _feedback(mail, found):
        return FeedbackReport(kind), f"Feedback-Type: {kind}"
    told = "\n".join(_told(found))
    words = _server_words(told)
    if report := _report(found, told):
        status = report.get("status", "")
        diagnostic = report.get("diagnostic-code", "")
        diagnosis = diagnostic.partition(";")[2].strip() or diagnostic
        known = _says_something(diagnosis)
        words = diagnosis if known else words or diagnosis
        by_words, by_all = (DeliveryReport(report["action"], status, text) for text in (words, told))
        # Without a diagnosis, what is said to people may be plainer; it is prose, so it is never about us.
        plainer = not known and whom(by_words) is About.LATER and whom(by_all) in _PLAINER
        return by_all if plainer else by_words, words or (told if plainer else f"Status {status}")
    if not _is_bounce(mail):
        return None, ""
    if meaning(told) is About.NOTHING:  # it is still tried, whatever another server said meanwhile
        return BounceInWords(told), words or told
    for tried in (words, told, f"{told}\n{field(mail, 'subject')}"):
        said = BounceInWords(tried)
        if whom(said) is not About.NOTHING:
            break
    return said, words or told


def _report(found: list[MailPart], told: str) -> dict[str, str] | None:
    """The part for programs about the recipient that failed, else about the first; also where its type is wrong."""
    groups = [group for part in found if part.kind in _REPORTS for group in fields(part.text)]
    reports = [group for group in groups if "action" in group]
    reports = reports or [group for group in fields(told) if "action" in group and "status" in group]
    # RFC 3464 wants an action, and what goes without one says at least that it is over.
    reports = reports or [
        group | {"action": "failed"} for group in groups if group.get("status", "")[:1] == "5"
    ]
    failed = [group for group in reports if group["action"].lower().startswith(("fail", "error"))]
    return next(iter(failed or reports), None)


def _feedback(mail: Message, found: list[MailPart]) -> str:
    for part in found:
        if part.kind == "message/feedback-report" or part.kind.startswith("text/"):
            for group in fields(part.text[:20_000]):
                if "feedback-type" in group:
                    return group["feedback-type"]
    subject = plain(field(mail, "subject"))
    quotes = any(part.kind in {"message/rfc822", "text/rfc822-headers"} for part in found)
    return "abuse" if quotes and any(words in subject for words in _COMPLAINING) else ""


def _told(found: Iterable[MailPart]) -> Iterator[str]:
    """What it says to people, up to where it begins to quote."""
    outer = [part for part in found if not part.quoted]
    # Where no boundary is found, what should have parts is all text.
    texts = [part for part in outer if part.kind == "text/plain" or part.kind.startswith("multipart/")]
    texts = texts or [part for part in outer if part.kind == "text/html"]
    for part in texts[:3]:
        lines = []
        for line in part.text[:60_000].splitlines():
            said = line.lstrip("> \t").lower()
            if said.startswith(_beginnings()):
                break
            if not said.startswith(_SUBJECTS):  # our own words
                lines.append(line)
        yield "\n".join(lines[: _where_a_header_begins(lines)])


def _where_a_header_begins(lines: list[str]) -> int:
    """The number of the line from which a mail is quoted without a word about it; as many as there are otherwise."""
    begins, names = 0, set[str]()
    for number, line in enumerate(lines):
        name, colon, _ = line.removeprefix(">").removeprefix(" " if line[:1] == ">" else "").partition(":")
        if colon and name and not set(name) & {" ", "\t"}:
            begins = begins if names else number
            names.add(name.lower())
            if "from" in names and names & _ONLY_IN_A_HEADER:
                return begins
        elif not line[:1].isspace():
            names = set()
    return len(lines)


_CODED = re.compile(r"(?<![\d.-])[45]\d\d[ -](?!\d+-\d)|(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.]*\d)")


def _says_something(diagnosis: str) -> bool:
    """A gateway from another world of mail may have nothing but `Reason 1; Diagnostic -1 (Unknown)` for a program."""
    return bool(_CODED.search(diagnosis)) or meaning(diagnosis) is not None


def _server_words(told: str) -> str:
    """The first line with the code of a server in it and what follows: not what a mail system says around it."""
    lines = [line.strip() for line in told.splitlines()]
    for number, line in enumerate(lines):
        if _CODED.search(line):
            # Which command was refused stands before the code, where it is said at all.
            before = [one for one in lines[max(number - 1, 0) : number] if refuses_sender(one)]
            after = []
            for following in lines[number + 1 : number + 4]:
                if not following:
                    break
                after.append(following)
            return " ".join([*before, line, *after])
    return ""


def _is_bounce(mail: Message) -> bool:
    if (
        _is_of_a_server(mail)
        or "x-failed-recipients" in mail
        or mail.get_content_type() == "multipart/report"
    ):
        return True
    return _has_one_of(field(mail, "subject"), _BOUNCED)


def _is_answer(mail: Message) -> bool:
    """Whether a machine answers for somebody who is away (RFC 3834), or has left: the address itself works."""
    if mail.get_content_type() == "multipart/report":
        return False
    if (
        field(mail, "x-autoreply")
        or field(mail, "x-autorespond")
        or field(mail, "precedence").lower() == "auto_reply"
    ):
        return True
    if field(mail, "auto-submitted").lower().startswith("auto-replied") and not _is_of_a_server(mail):
        return True
    return _has_one_of(field(mail, "subject"), _ANSWERING)


def _is_of_a_server(mail: Message) -> bool:
    sender = field(mail, "from") or field(mail, "sender")
    letters = "".join(letter for letter in sender.casefold() if letter.isalpha())
    return sender == "<>" or any(words in letters for words in _SENDERS)


def _has_one_of(text: str, phrases: str) -> bool:
    said = plain(text)
    return any(words in said for words in _phrases(phrases))


@cache
def _beginnings() -> tuple[str, ...]:
    return tuple(words for line in _QUOTES.strip().splitlines() for words in line.split(" · "))


@cache
def _phrases(text: str) -> tuple[str, ...]:
    return tuple(plain(words) for line in text.strip().splitlines() for words in line.split(" · "))


def _message_id(mail: Message, raw: bytes, found: list[MailPart]) -> str:
    for name in _ANSWERED:
        for value in mail.get_all(name, []):
            if named := _VERP.search(str(value).encode("utf-8", "replace")):
                return named[1].decode()
    texts = [raw, *(part.content for part in found)]
    for pattern in (_QUOTED, _VERP):
        for text in texts:
            if named := pattern.search(text):
                return named[1].decode()
    return ""
