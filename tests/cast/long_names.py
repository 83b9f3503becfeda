"""A company in which every name is eighty letters without a space, and the address of each of its pages."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from cast import builders, jobs, respondents
from cast.builders import CALLS, NOW, BuiltDeal, person
from cast.calls import answers, company
from cast.made_site import chained, put_releases
from cast.synthetic import Firm
from kloof import storage
from kloof.actions.access import sign_in
from kloof.actions.deals import uploads
from kloof.actions.deals.upload_work import Errand
from kloof.actions.jobs import queue
from kloof.actions.mailing.worker import work_once
from kloof.actions.releases import company_actions
from kloof.actions.staff import calls, handover
from kloof.actions.surveys import respond
from kloof.actions.webhooks import endpoints
from kloof.config import Company, Settings
from kloof.domain.access.audit_log import COMMAND_LINE, by
from kloof.domain.access.people import Person, Role
from kloof.domain.access.tokens import Purpose, token
from kloof.domain.deals.files import REQUIRED, FileKind
from kloof.domain.findings.company_actions import CompanyAction, CompanyGroup
from kloof.domain.jobs.jobs import JobKind
from kloof.domain.mailing.kinds import INVITATION, REMINDER
from kloof.domain.releases.document import Level
from kloof.domain.staff.calls import CallOutcome
from kloof.domain.staff.handover import Mark
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange
from kloof.domain.surveys.responses import PromiseOutcome as PromiseOutcome
from kloof.domain.webhooks.endpoints import DeliveryState, EndpointKind
from kloof.domain.webhooks.events import CHOSEN
from kloof.mail.caught import names
from kloof.mail.transport import Folder
from kloof.storage.access import people
from kloof.storage.deals import search
from kloof.storage.mailing import outbox
from kloof.storage.models import Call, Customer, Deal, Message, Response, SurveyVersion
from kloof.storage.models import Person as PersonRow
from kloof.storage.webhooks import outbox as webhooks

SURVEYS = Path(__file__).parents[2] / "surveys"
HEADER = "deal_id,customer_name,customer_email,language,salesperson_email,team,region,product,survey,sold_on"
EMAIL = f"{'langenaam' * 7}@{'home' * 15}.example"
SELLER, LEAD, DESK = ("Sanne de Vries", Role.SALESPERSON), ("Joris Baas", Role.LEAD), ("Noor Desk", Role.DESK)


@dataclass(frozen=True, slots=True)
class Place:
    """A page: where it is, who opens it, what they fill in, and the button that leads to how it looks after that."""

    path: str
    visitor: tuple[str, Role] | None = None
    name: str = ""
    email: str = ""
    choose: str = ""
    upload: str = ""
    press: str = ""


def long(name: str) -> str:
    """Eighty letters without a space, of which the first say what it is the name of."""
    return (name + "hybridewarmtepompinstallatiewerkzaamheden" * 2)[:80]


def house(database: str, folder: Path) -> Settings:
    """A company with such a name."""
    (folder / "surveys").mkdir()
    for survey in SURVEYS.glob("*.yaml"):
        (folder / "surveys" / survey.name).write_bytes(survey.read_bytes())
    named = {"name": long("Bedrijf"), "contact": EMAIL}
    return company(database, folder, company=Company.model_validate(named), run="demo")


def places(settings: Settings) -> dict[str, Place]:
    """Name → page, of every kind of page that there is outside the findings."""
    for who in (SELLER, LEAD, DESK):
        person(*who)
    late, made, asked = _calls(settings)
    ahead, over = _handovers(settings)
    of_five = builders.survey(aspects=5, version=2)
    fresh, passing, both = builders.deal(of_five), builders.deal(of_five), _twice()
    respondents.answered_deals(7, team=long("Team"), region=long("Regio"), product=long("Product"))
    _suspicious()
    waits = _bounced()
    queue.ask(JobKind.LOOK, COMMAND_LINE, NOW)
    jobs.done_here(settings, NOW)
    _rename()
    action = _action(settings)
    salt = bytes(Call.get(Call.deal == asked.row).link_salt or b"")
    _, link = sign_in.mint(settings, _person(SELLER), "", NOW, timedelta(hours=1))
    return (
        _of_customers(fresh, passing, both, f"/solved/{token(settings.secret_key, Purpose.SOLVED, salt)}")
        | _of_mail(settings)
        | {
            "home": Place("/"),
            "accessibility": Place("/accessibility"),
            "nothing": Place("/nothing-here"),
            "sign-in": Place("/sign-in", press="main button"),
            "sign-in-sent": Place("/sign-in", email=EMAIL, press="main button"),
            "signing-in": Place(f"/sign-in/{link}"),
            "me": Place("/me", SELLER),
            "own-deals": Place("/me/deals", SELLER),
            "deal": Place(f"/me/deals/{_deal_id(late)}", SELLER),
            "promise-first": Place("/me/promise", SELLER),
            "promise": Place(f"/me/promise?product={long('Product')}", SELLER),
            "calls": Place("/calls", SELLER),
            "call": Place(f"/calls/{_deal_id(late)}", SELLER, press="main form button"),
            "call-made": Place(f"/calls/{_deal_id(made)}?saved", SELLER),
            "desk": Place("/desk", DESK),
            "deals": Place("/desk/deals", DESK),
            "deals-found": Place("/desk/deals?q=klant", DESK),
            "deals-overdue": Place("/desk/deals?state=overdue", DESK, press="form.over button"),
            "desk-deal": Place(f"/desk/deal/{_deal_id(late)}", DESK),
            "desk-deal-bounced": Place(f"/desk/deal/{_deal_id(waits)}", DESK),
            "deal-facts": Place(f"/desk/deal-facts/{_deal_id(waits)}", DESK, press="main form button"),
            "deal-erasure": Place(f"/desk/deal-erasure/{_deal_id(late)}", DESK, press="main form button"),
            "files": Place(
                "/desk/files", DESK, upload=f"{HEADER}\n{long('Deal')},x\n", press="main form button"
            ),
            "file": Place(f"/desk/files/{_file(settings)}", DESK),
            "file-columns": Place("/desk/files/1/columns", DESK),
            "desk-calls": Place("/calls", DESK),
            "mail": Place("/desk/mail", DESK),
            "mail-one": Place(f"/desk/mail/{_mail()}", DESK),
            "people": Place("/desk/people", DESK),
            "people-add": Place("/desk/people/add", DESK, press="main form button"),
            "people-file": Place(
                "/desk/people/file",
                DESK,
                upload=f"email,name,roles\n{'x' * 50}@company.example,{'Sanne' * 10},nobody\n",
                press="main form button",
            ),
            "person": Place(f"/desk/people/{person(*SELLER)}", DESK),
            "leaving": Place(f"/desk/people/{person(*SELLER)}/leave", DESK),
            "staff-data": Place(f"/desk/people/{_gone()}/data", DESK, press="main form.stack button"),
            "releases": Place("/desk/releases", DESK),
            "actions": Place("/desk/actions", DESK),
            "action-add": Place("/desk/actions/add", DESK, press="main .actions button"),
            "action": Place(f"/desk/actions/{action}", DESK),
            "tokens": Place("/desk/tokens", DESK, press="main form.stack button"),
            "token-made": Place(
                "/desk/tokens",
                DESK,
                name=long("Programma"),
                choose="[name=scopes]",
                press="main form.stack button",
            ),
            "tokens-of-programs": Place("/desk/tokens", DESK),
            "webhooks": Place("/desk/webhooks", DESK, press="main form.stack button"),
            "webhook": Place(f"/desk/webhooks/{_webhook(settings)}", DESK),
            "fair-play": Place("/desk/fair-play", DESK),
            "surveys": Place("/desk/surveys", DESK),
            "survey-new": Place("/desk/surveys/new", DESK, press="main form button"),
            "survey-edit": Place(
                "/desk/surveys/installation.yaml", DESK, press='main button[value="add-aspects"]'
            ),
            "survey-text": Place("/desk/surveys/installation.yaml/text", DESK),
            "texts": Place("/desk/texts", DESK),
            "text": Place("/desk/texts/invitation_sale", DESK),
            "text-seen": Place("/desk/texts/invitation_sale/seen?seen-face=headers", DESK),
            "previews": Place("/preview", DESK),
            "preview": Place("/preview/installation/sale", DESK),
            "weekly": Place(builders.weekly_link(settings, person(*LEAD)), press='main button[value="stop"]'),
            "handovers": Place("/handover", LEAD),
            "handover": Place(f"/handover/{_deal_id(ahead)}", LEAD),
            "handover-over": Place(f"/handover/{_deal_id(over)}", LEAD),
        }
    )


def _of_customers(fresh: BuiltDeal, passing: BuiltDeal, both: BuiltDeal, solved: str) -> dict[str, Place]:
    """The surveys of two who have answered nothing yet, one of whom passes it on, and of one who rated everything
    twice.
    """
    first, answered, second = fresh.tokens[Wave.SALE], both.tokens[Wave.SALE], both.tokens[Wave.DELIVERY]
    return {
        "first": Place(f"/s/{first}"),
        "first-overall": Place(f"/s/{first}?page=2"),
        "first-promises": Place(f"/s/{first}?page=3"),
        "first-finish": Place(f"/s/{first}?page=4"),
        "first-check": Place(f"/s/{first}?page=5", press='main button[value="submit"]'),
        "second-promises": Place(f"/s/{second}?page=3"),
        "second-finish": Place(f"/s/{second}?page=4"),
        "second-check": Place(f"/s/{second}?page=5"),
        "receipt": Place(f"/s/{answered}/receipt"),
        "withdraw": Place(f"/s/{answered}/withdraw"),
        "pass-on": Place(f"/s/{first}/pass-on", press='main button[value="pass"].button'),
        "passed-on": Place(
            f"/s/{passing.tokens[Wave.SALE]}/pass-on",
            name=long("Collega")[:60],
            email="collega@home.example",
            choose="[name=second]",
            press='main button[value="pass"].button',
        ),
        "opt-out": Place(f"/opt-out/{fresh.opt_out_tokens[Wave.SALE]}", press="main button"),
        "letter": Place("/k", press="main .button"),
        "solved": Place(solved, press="main button"),
    }


def _of_mail(settings: Settings) -> dict[str, Place]:
    """The demo's mail catcher once mail was sent; it is also seen empty, in the tests of its own."""
    Message.update(due_at=NOW).execute()
    work_once(settings, Folder(settings.folder / "mail"), lambda: NOW)
    (name, *_) = names(settings.folder / "mail")
    faces = {face: Place(f"/mail/{name}/{face}") for face in ("text", "headers")}
    return faces | {"mails": Place("/mail/"), "mail": Place(f"/mail/{name}")}


def _file(settings: Settings) -> int:
    """A file of the desk in which every line has something to mend."""
    (settings.folder / "surveys").mkdir(exist_ok=True)
    errand = Errand(settings, dict, by(_person(DESK)), NOW)
    words = ("Deal", "Klant", "Adres", "nl", "Verkoper", "Team", "Regio", "Product", "Project", "Dag")
    text = f"{','.join(REQUIRED)}\n{','.join(map(long, words))}\n"
    return uploads.receive(errand, text.encode(), f"{long('Bestand')}.csv", FileKind.DEALS).id


def _webhook(settings: Settings) -> int:
    """An endpoint with a long name at a long host, which said something long."""
    url = f"https://{'host' * 15}.example/in"
    made = endpoints.add(settings, long("Programma"), EndpointKind.STANDARD, url, {*CHOSEN}, NOW)
    ping = endpoints.send_ping(made.number, NOW)
    with storage.transaction():
        webhooks.settle(ping, "", DeliveryState.FAILED, 503, long("Antwoord"), NOW, NOW)
    return made.number


def _mail() -> int:
    """A mail about which somebody has to decide."""
    row = Message.select().where(Message.invitation.is_null(False)).order_by(Message.id).first()
    Message.update(state="held", last_reply=long("Antwoord")).where(Message.id == row.id).execute()
    return int(row.id)


def _calls(settings: Settings) -> tuple[BuiltDeal, BuiltDeal, BuiltDeal]:
    """One that is overdue, one that was made, and one of which the customer is asked whether it is solved."""
    late = answers(settings, received=2, outcome=PromiseOutcome.BROKEN)
    Call.update(due_on=NOW.date() - timedelta(days=2)).execute()
    made, asked = answers(settings), answers(settings)
    seller = _person(SELLER)
    calls.record(settings, seller, late.deal_id, CallOutcome.NOT_REACHED, long("Voicemail"), NOW)
    for built in (made, asked):
        calls.record(settings, seller, built.deal_id, CallOutcome.SOLVED, long("Monteur"), NOW)
    answers(settings, seller="Anna", received=2)
    Call.update(due_on=NOW.date() - timedelta(days=2)).where(Call.due_on > NOW.date()).execute()
    return late, made, asked


def _handovers(settings: Settings) -> tuple[BuiltDeal, BuiltDeal]:
    """One that delivery has marked before the work starts, and one that is over."""
    found = []
    for delivered_on in (None, NOW.date()):
        built = builders.deal(seller=person())
        said = Changes(
            answers={f"a{number}": 9 for number in (1, 2, 3)},
            consent=Consent.NAMED,
            promises={0: PromiseChange(text=long("Toezegging"), aspect="a1")},
        )
        respond.save(respond.open_link(built.tokens[Wave.SALE], NOW), said, NOW, CALLS, submit=True)
        Response.update(share_with_delivery=True).execute()
        marks = {"a1": (Mark.WONT, long("Opmerking")), "promise.0": (Mark.TALK, "")}
        Deal.update(delivery_planned_on=date(2026, 3, 20)).where(Deal.id == built.row).execute()
        handover.mark(settings, _person(LEAD), built.deal_id, marks, NOW)
        Deal.update(delivered_on=delivered_on).where(Deal.id == built.row).execute()
        found.append(built)
    return found[0], found[1]


def _twice() -> BuiltDeal:
    """Somebody who answered the first survey, and rated everything in the second."""
    built = builders.deal(waves=(Wave.SALE, Wave.DELIVERY))
    rated = {"a1": 8, "a2": 8, "a3": 8}
    said = Changes(
        answers=rated,
        consent=Consent.NAMED,
        comment=long("Opmerking"),
        promises={0: PromiseChange(text=long("Toezegging"), aspect="a1")},
    )
    respond.save(respond.open_link(built.tokens[Wave.SALE], NOW), said, NOW, CALLS, submit=True)
    respond.save(
        respond.open_link(built.tokens[Wave.DELIVERY], NOW), Changes(answers=rated), NOW, CALLS, submit=False
    )
    return built


def _suspicious() -> None:
    for seller, changed in (("Anna", 12), ("Zeb", 0), ("Yde", 0)):
        rows = [builders.deal(seller=person(seller), waves=()).row for _ in range(25)]
        Deal.update(added_at=NOW - timedelta(days=40)).where(Deal.id.in_(rows)).execute()
        Deal.update(address_changed_at=NOW).where(Deal.id.in_(rows[:changed])).execute()


def _bounced() -> BuiltDeal:
    """A deal past its day, about which a mail came back while another waits."""
    built = builders.deal(delivery_planned_on=NOW.date() - timedelta(days=3))
    for kind, number in ((INVITATION, 0), (REMINDER, 1)):
        outbox.queue(NOW, kind, NOW, number, invitation=built.invitations[Wave.SALE])
    words = f"550 5.1.1 {long('Postbus')}"
    Message.update(state="bounced", sent_at=NOW, last_reply=words).where(
        Message.invitation == built.invitations[Wave.SALE], Message.kind == INVITATION.name
    ).execute()
    return built


def _rename() -> None:
    """Only now: what this company was made of knows its people and deals by their short names."""
    for deal in Deal.select():
        deal.deal_id = long(f"Deal{deal.id:03}")
        deal.customer_name, deal.product = long("Klant"), long("Product")
        deal.team, deal.region = long("Team"), long("Regio")
        deal.save()
    for customer in Customer.select():
        customer.name, customer.email = long("Klant"), f"{customer.id}{EMAIL[2:]}"
        customer.save()
    for row in PersonRow.select():
        row.name, row.team = long(row.name.partition(" ")[0]), long("Team")
        row.save()
    for version in SurveyVersion.select():
        version.definition = version.definition.replace('"Aspect ', f'"{long("Aspect")}').replace(
            "Project", long("Project")
        )
        version.save()
    search.renew(row.id for row in Deal.select(Deal.id))


def _action(settings: Settings) -> int:
    """What the company does about a finding, with the figures of before it and since; its number."""
    documents = chained(Firm(aspects=2, called=lambda _: long("Aspect")).documents())
    put_releases(settings.folder, documents)
    told = CompanyAction(
        id=0,
        survey="installation",
        aspect="lead-time",
        group=CompanyGroup(level=Level.COMPANY),
        title=long("Actie"),
        what=long("Uitleg"),
        owner=long("Eigenaar"),
        started_on=documents[0].published_on,
    )
    return company_actions.add(settings, told, NOW).id


def _gone() -> int:
    """Somebody who has left, beside one who will."""
    number = person("Bram de Wit")
    people.leave(number, NOW)
    people.plan_leaving(person("Kim Vos"), NOW.date() + timedelta(days=30), None)
    return number


def _deal_id(built: BuiltDeal) -> str:
    return str(Deal.get_by_id(built.row).deal_id)


def _person(who: tuple[str, Role]) -> Person:
    found = people.by_id(person(*who))
    assert found
    return found
