"""The company's own pages in a real browser: accessible, valid, usable by keyboard, at home on a phone."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, Route

from cast.builders import CALLS, NOW, BuiltDeal, deal, person, settings, survey, weekly_link
from cast.selling import line, sell
from instruments.looks import judged
from instruments.pages import axe_violations, follow, html_errors, served, sign_in
from kloof.actions.staff import handover
from kloof.actions.staff.published import Figures
from kloof.actions.surveys import respond
from kloof.domain.access.people import Role
from kloof.domain.staff.handover import Mark
from kloof.domain.surveys.definition import Wave
from kloof.domain.surveys.gap import AspectGap
from kloof.domain.surveys.responses import Changes, Consent, PromiseChange
from kloof.storage.access import people
from kloof.storage.models import Deal, Invitation, OwnPair, Person, Response
from kloof.storage.staff import own_groups
from kloof.web import create_app

NewPage = Callable[..., Page]
BOTH = (Wave.SALE, Wave.DELIVERY)
NAMES = {Role.SALESPERSON: "Sanne de Vries", Role.LEAD: "Joris Baas", Role.DESK: "Noor Desk"}
AGREED = settings("unused", Path(), works_council_consent=date(2026, 1, 15))
LOOKS = [(360, "light", "nl-NL"), (1280, "dark", "en-GB")]
WIDTHS = (360, 768, 1024, 1280, 1600)

pytestmark = pytest.mark.browser


@pytest.fixture
def app(database: str, tmp_path: Path) -> Flask:
    agreed = settings(database, tmp_path, works_council_consent=date(2026, 1, 15))
    return create_app(agreed, clock=lambda: NOW)


@pytest.fixture
def shut(database: str, tmp_path: Path) -> Flask:
    return create_app(settings(database, tmp_path), clock=lambda: NOW)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def cast(app: Flask) -> BuiltDeal:
    """Sanne with one customer who is named, eight in a closed group, one who is silent, one who gets a letter."""
    kloof_settings = app.extensions["kloof.settings"]
    sell(kloof_settings, line(9000, customer_email="", sold_on=NOW.date()), now=NOW)
    for number in range(8):
        _answered(Consent.TOTALS, number + 1, expected=9 - number % 3 if number else 1)
    OwnPair.update(completed_at=NOW - timedelta(days=20)).execute()
    assert own_groups.close_groups(NOW) == 1
    deal(seller=person())
    named = _answered(Consent.NAMED, 6)
    Response.update(wants_call=True).where(Response.consent == "named").execute()
    return before_the_work(named)


def before_the_work(built: BuiltDeal) -> BuiltDeal:
    """The same, as it was before delivery: shared with delivery, and marked in part."""
    Deal.update(delivered_on=None, delivery_planned_on=date(2026, 3, 20)).where(
        Deal.id == built.row
    ).execute()
    Response.update(share_with_delivery=True).where(
        Response.invitation == built.invitations[Wave.SALE]
    ).execute()
    lead = people.by_id(person("Joris Baas", Role.LEAD))
    assert lead
    said = {"a1": (Mark.WONT, "Eerst moet het dak worden nagekeken."), "promise.0": (Mark.TALK, "")}
    handover.mark(AGREED, lead, built.deal_id, said, NOW)
    return built


def over() -> BuiltDeal:
    """A deal that was marked and then delivered."""
    built = before_the_work(_answered(Consent.TOTALS, 5))
    Deal.update(delivered_on=NOW.date()).where(Deal.id == built.row).execute()
    return built


def _answered(consent: Consent, received: int, expected: int = 8) -> BuiltDeal:
    built = deal(survey(), seller=person(), waves=BOTH)
    promised = {0: PromiseChange(text="Klaar voor de zomer, ook als de onderdelen later komen", aspect="a1")}
    for wave, number in ((Wave.SALE, expected), (Wave.DELIVERY, received)):
        answers = {f"a{aspect}": number for aspect in (1, 2, 3)}
        said = Changes(answers=answers, consent=consent, comment="Fijn geholpen.", promises=promised)
        respond.save(respond.open_link(built.tokens[wave], NOW), said, NOW, CALLS, submit=True)
    return built


def paths_of(built: BuiltDeal) -> dict[str, tuple[str, Role | None]]:
    """Name → (path, who opens it)."""
    return {
        "home": ("/", None),
        "sign-in": ("/sign-in", None),
        "spent-link": ("/sign-in/used", None),
        "nothing": ("/nothing-here", None),
        "letter": ("/k", None),
        "wrong-code": ("/k/ABC", None),
        "me": ("/me", Role.SALESPERSON),
        "own-deals": ("/me/deals", Role.SALESPERSON),
        "deal": (f"/me/deals/{built.deal_id}", Role.SALESPERSON),
        "promise": ("/me/promise", Role.SALESPERSON),
        "promise-sheet": ("/me/promise?product=Heat+pump", Role.SALESPERSON),
        "desk": ("/desk", Role.DESK),
        "mail": ("/desk/mail", Role.DESK),
        "files": ("/desk/files", Role.DESK),
        "releases": ("/desk/releases", Role.DESK),
        "handovers": ("/handover", Role.LEAD),
        "weekly": (weekly_link(AGREED, person("Joris Baas", Role.LEAD)), None),
        "handover": (f"/handover/{built.deal_id}", Role.LEAD),
        "handover-kept": (f"/handover/{built.deal_id}?saved", Role.LEAD),
        "handover-over": (f"/handover/{over().deal_id}", Role.LEAD),
        "handover-nothing": (f"/handover/{deal(seller=person()).deal_id}", Role.LEAD),
    }


def arrive(page: Page, app: Flask, address: str, role: Role | None) -> None:
    """Be this colleague in this browser from now on, or a stranger."""
    page.context.clear_cookies()
    if role:
        sign_in(page, app, address, NAMES[role], role)


@pytest.mark.parametrize(("width", "scheme", "locale"), LOOKS)
def test_axe_finds_nothing_and_nothing_sticks_out(
    new_page: NewPage,
    app: Flask,
    address: str,
    cast: BuiltDeal,
    width: int,
    scheme: str,
    locale: str,
    full: bool,
) -> None:
    page, paths = new_page(width, scheme, locale), paths_of(cast)
    for name in judged(paths, LOOKS.index((width, scheme, locale)), full):
        path, role = paths[name]
        arrive(page, app, address, role)
        page.goto(address + path)
        assert (name, axe_violations(page)) == (name, [])
        for wide in WIDTHS:
            page.set_viewport_size({"width": wide, "height": 800})
            sideways = page.evaluate("document.documentElement.scrollWidth")
            assert sideways <= wide, f"{name} scrolls sideways at {wide}"
        page.set_viewport_size({"width": width, "height": 800})


# Words that stand on more than one line, short enough for a line of their own at twice the size.
BROKEN_WORDS = """() => {
    const found = new Set(), walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    const part = document.createRange();
    while (walker.nextNode()) {
        const text = walker.currentNode;
        if (!text.parentElement.checkVisibility({visibilityProperty: true})) continue;
        if (text.parentElement.closest("svg, table")) continue;
        let box = text.parentElement;  // what is only read aloud stands in a box of a pixel
        while (box && getComputedStyle(box).clipPath === "none" && getComputedStyle(box).clip === "auto") {
            box = box.parentElement;
        }
        if (box) continue;
        for (const word of text.data.matchAll(/(?<!\\S)\\p{L}{2,8}(?!\\S)/gu)) {
            part.setStart(text, word.index);
            part.setEnd(text, word.index + word[0].length);
            if (new Set([...part.getClientRects()].map(({top}) => Math.round(top))).size > 1) found.add(word[0]);
        }
    }
    return [...found];
}"""


def test_at_twice_the_size_no_short_word_is_broken_on_a_phone(
    new_page: NewPage, app: Flask, address: str, cast: BuiltDeal
) -> None:
    page = new_page(360, "light", "nl-NL")
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 32}})
    broken = {}
    for name, (path, role) in paths_of(cast).items():
        arrive(page, app, address, role)
        page.goto(address + path)
        page.evaluate("document.fonts.ready.then(() => null)")
        assert page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") == 32
        broken[name] = page.evaluate(BROKEN_WORDS)
    assert {name: words for name, words in broken.items() if words} == {}


def test_axe_finds_nothing_where_the_form_has_errors_or_the_view_is_off(
    new_page: NewPage, app: Flask, shut: Flask, address: str
) -> None:
    page = new_page()
    page.goto(f"{address}/sign-in")
    follow(page, page.locator("main button"))
    assert page.locator(".error-summary").is_visible()
    assert axe_violations(page) == []
    with served(shut) as elsewhere:
        sign_in(page, shut, elsewhere, "Sanne de Vries", Role.SALESPERSON)
        page.goto(f"{elsewhere}/me")
        assert "ondernemingsraad" in page.inner_text("main")
        assert axe_violations(page) == []


def test_the_desk_shows_whose_letter_waits(
    new_page: NewPage, app: Flask, address: str, cast: BuiltDeal
) -> None:
    page = new_page()
    sign_in(page, app, address, "Noor Desk", Role.DESK)
    page.goto(f"{address}/desk")
    assert "1 brief om te printen" in page.inner_text("main")
    page.goto(f"{address}/desk/mail?state=letter")
    assert "Uitnodiging, eerste vragenlijst" in page.inner_text("main")


@pytest.fixture
def elsewhere(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a kloof whose people sign in at their company's own provider."""
    roles = {"issuer": "https://login.company.example", "client_id": "kloof", "roles": {"desk": "desk"}}
    monkeypatch.setattr(
        "kloof.web.staff.sign_in.oidc.address", lambda *_: "https://login.company.example/ask"
    )
    with served(
        create_app(settings(database, tmp_path, oidc=roles, oidc_secret="s"), clock=lambda: NOW)
    ) as at:
        yield at


def stay(route: Route) -> None:
    """Let the page arrive without what sends the browser on, so that it can be looked at."""
    arrived = route.fetch()
    headers = {name: value for name, value in arrived.headers.items() if name != "refresh"}
    route.fulfill(response=arrived, headers=headers)


@pytest.mark.java
def test_the_way_to_the_companys_own_provider_is_accessible_and_valid(
    new_page: NewPage, elsewhere: str, tmp_path: Path, html_checker: None
) -> None:
    found = {}
    for width, scheme, locale in LOOKS:
        page = new_page(width, scheme, locale)
        page.route("**/sign-in/provider", stay)
        page.goto(f"{elsewhere}/sign-in")
        found[f"provider-{locale}"] = page.content()
        assert axe_violations(page) == []
        page.locator("main button").click()
        page.wait_for_url("**/sign-in/provider")
        assert page.locator("main a.button").get_attribute("href") == "https://login.company.example/ask"
        found[f"onward-{locale}"] = page.content()
        assert axe_violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert html_errors(found, tmp_path) == []


@pytest.mark.java
def test_the_html_is_valid(
    new_page: NewPage, app: Flask, address: str, cast: BuiltDeal, tmp_path: Path, html_checker: None
) -> None:
    page, html = new_page(), {}
    for name, (path, role) in paths_of(cast).items():
        arrive(page, app, address, role)
        html[name] = page.request.get(address + path).text()
    assert html_errors(html, tmp_path) == []


def test_a_salesperson_gets_from_the_list_to_a_deal_and_out_again_by_keyboard(
    new_page: NewPage, app: Flask, address: str, cast: BuiltDeal
) -> None:
    page = new_page(1280, locale="en-GB", java_script_enabled=False)
    sign_in(page, app, address, "Sanne de Vries", Role.SALESPERSON)
    page.goto(f"{address}/me/deals")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    _tab_to(page, cast.deal_id)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/me/deals/{cast.deal_id}")
    _tab_to(page, "Sanne de Vries")
    page.keyboard.press("Enter")
    _tab_to(page, "Sign out")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")
    page.goto(f"{address}/me")
    assert page.url.endswith("/sign-in")


def test_a_lead_marks_and_enters_a_day_by_keyboard_without_javascript(
    new_page: NewPage, app: Flask, address: str, cast: BuiltDeal
) -> None:
    built = before_the_work(_answered(Consent.NAMED, 6))
    Invitation.update(invite_on=date(2026, 4, 1)).execute()
    Response.delete().where(Response.invitation == built.invitations[Wave.DELIVERY]).execute()
    page = new_page(360, locale="en-GB", java_script_enabled=False)
    sign_in(page, app, address, "Joris Baas", Role.LEAD)
    page.goto(f"{address}/handover")
    _tab_to(page, built.deal_id)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/handover/{built.deal_id}")
    assert not page.locator("[name=note-a2]").is_visible(), (
        "nobody asks why of what is yes, or not answered yet"
    )
    page.locator("[name=mark-a2]").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("Not in June")
    _tab_to(page, "Save what delivery says")
    page.keyboard.press("Enter")
    page.wait_for_url("**?saved=")
    assert page.locator("[name=mark-a2][value=wont]").is_checked()
    assert page.locator("[name=note-a2]").input_value() == "Not in June"
    assert page.locator("[name=note-a2]").is_visible()
    page.locator("#handover_document_on").fill("2026-03-01")
    page.get_by_role("button", name="Save what was done").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("#handover_document_on").input_value() == "2026-03-01"


def test_axe_finds_nothing_where_a_lead_has_to_put_something_right_or_is_in_no_team(
    new_page: NewPage, app: Flask, shut: Flask, address: str, cast: BuiltDeal
) -> None:
    page = new_page()
    sign_in(page, app, address, "Joris Baas", Role.LEAD)
    page.goto(f"{address}/handover/{cast.deal_id}")
    page.locator("[name=note-a3]").evaluate("note => { note.value = 'Kan niet' }")
    follow(page, page.locator("main form button").first)
    assert page.locator(".error-summary").is_visible()
    assert axe_violations(page) == []
    Person.update(team="").where(Person.roles == "lead").execute()
    page.goto(f"{address}/handover")
    assert "geen team" in page.inner_text("main") or "niet in een team" in page.inner_text("main")
    assert axe_violations(page) == []
    with served(shut) as elsewhere:
        sign_in(page, shut, elsewhere, "Joris Baas", Role.LEAD)
        page.goto(f"{elsewhere}/handover")
        assert "ondernemingsraad" in page.inner_text("main")
        assert axe_violations(page) == []


def test_what_a_customer_wrote_keeps_its_line_breaks(
    new_page: NewPage, app: Flask, address: str, cast: BuiltDeal
) -> None:
    Response.update(comment="Fijn geholpen.\nTot ziens.", share_with_delivery=False).execute()
    page = new_page()
    sign_in(page, app, address, "Sanne de Vries", Role.SALESPERSON)
    page.goto(f"{address}/me/deals/{cast.deal_id}")
    assert page.locator("blockquote").first.inner_text() == "Fijn geholpen.\nTot ziens."


LOOKS_OF_A_FIELD = """field => {
    const {minHeight, borderRadius, borderWidth, borderColor, backgroundColor, fontSize} = getComputedStyle(field);
    return [minHeight, borderRadius, borderWidth, borderColor, backgroundColor, fontSize];
}"""
INDICATOR = """box => {
    const {opacity, position, width, height, accentColor, appearance} = getComputedStyle(box);
    return [opacity, position, width, height, accentColor, appearance];
}"""
# All that a choice is made of but its own dot or tick.
ONLY_THE_INDICATOR = """.choice, .choice span, .choice small { background: Canvas !important; color: Canvas !important;
    border-color: Canvas !important; box-shadow: none !important; outline: none !important }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_field_to_sign_in_with_looks_as_on_the_page_of_the_letter_and_is_high_enough(
    new_page: NewPage, address: str, scheme: str
) -> None:
    page = new_page(scheme=scheme, has_touch=True)
    looks = []
    for path, field in (("/sign-in", "#email"), ("/k", "#code")):
        page.goto(address + path)
        found = page.locator(field)
        box = found.bounding_box()
        assert box
        assert box["height"] >= 44
        assert box["width"] > 300
        looks.append((found.evaluate(LOOKS_OF_A_FIELD), page.locator("label").evaluate(LOOKS_OF_A_FIELD)))
    assert looks[0] == looks[1]


def test_a_choice_looks_the_same_to_colleagues_as_to_customers(
    new_page: NewPage, app: Flask, address: str, cast: BuiltDeal
) -> None:
    page = new_page()
    found = set()
    for name, role, path in (
        ("Noor Desk", Role.DESK, "/desk/files"),
        ("Joris Baas", Role.LEAD, f"/handover/{cast.deal_id}"),
        ("Noor Desk", Role.DESK, "/desk/people/add"),
        ("", None, f"/s/{cast.tokens[Wave.SALE]}/receipt"),
    ):
        if role:
            sign_in(page, app, address, name, role)
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        boxes = page.locator(".choice input")
        assert boxes.count() >= 3
        found |= {tuple(box.evaluate(INDICATOR)) for box in boxes.all()}
    ((opacity, position, width, height, _, appearance),) = found
    assert (opacity, position, width, height, appearance) == ("1", "static", "20px", "20px", "auto")


@pytest.mark.parametrize(
    "eyes",
    [{"scheme": "light"}, {"scheme": "dark"}, {"forced_colors": "active"}],
    ids=["light", "dark", "forced"],
)
def test_a_dot_or_a_tick_can_be_seen_and_so_can_its_absence(
    new_page: NewPage, app: Flask, address: str, eyes: dict[str, str]
) -> None:
    page = new_page(bypass_csp=True, reduced_motion="reduce", **eyes)
    sign_in(page, app, address, "Noor Desk", Role.DESK)
    page.goto(f"{address}/desk/people/add")
    page.add_style_tag(content=ONLY_THE_INDICATOR)
    empty_place = page.locator(".choice span").last
    shapes = {}
    for kind in ("radio", "checkbox"):
        box = page.locator(f"input[type={kind}]").last
        shapes[kind, "off"] = box.screenshot()
        box.check()
        page.mouse.move(0, 0)
        box.evaluate("box => box.blur()")
        shapes[kind, "on"] = box.screenshot()
        box.evaluate("box => { box.disabled = true }")
        shapes[kind, "on, and out of use"] = box.screenshot()
    box.evaluate("(box, place) => place.append(box)", empty_place.element_handle())
    box.evaluate("box => { box.style.opacity = 0 }")
    shapes["nothing", ""] = box.screenshot()
    assert len(set(shapes.values())) == len(shapes)


def test_a_choice_says_by_its_box_that_it_has_the_focus_is_made_or_is_out_of_use(
    new_page: NewPage, app: Flask, address: str
) -> None:
    page = new_page(reduced_motion="reduce")
    sign_in(page, app, address, "Noor Desk", Role.DESK)
    page.goto(f"{address}/desk/people/add")
    choice = page.locator(".choice:has([type=checkbox])").last
    looks = """choice => {
        const {outlineStyle, borderColor, boxShadow, cursor, backgroundColor} = getComputedStyle(choice);
        return [outlineStyle, borderColor, boxShadow, cursor, backgroundColor];
    }"""
    plain = choice.evaluate(looks)
    page.locator("[type=checkbox]").nth(-2).focus()
    page.keyboard.press("Tab")
    focused = choice.evaluate(looks)
    page.keyboard.press("Space")
    page.locator("h1").click()
    made = choice.evaluate(looks)
    choice.locator("input").evaluate("box => { box.disabled = true }")
    out_of_use = choice.evaluate(looks)
    assert (plain[0], focused[0], made[0]) == ("none", "solid", "none")
    assert made[1:3] != plain[1:3]
    assert (plain[3], out_of_use[3]) == ("pointer", "not-allowed")
    assert out_of_use[1:] != made[1:]


def _tab_to(page: Page, words: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(":focus").inner_text() == words:
            return
    raise AssertionError(f"{words!r} cannot be reached with the Tab key")


def test_no_page_asks_anything_of_another_host(
    new_page: NewPage, app: Flask, address: str, cast: BuiltDeal
) -> None:
    page = new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, app, address, "Sanne de Vries", Role.SALESPERSON)
    for path in ("/", "/me", "/sign-in"):
        page.goto(address + path)
    assert [url for url in asked if not url.startswith(address)] == []


@pytest.mark.parametrize("typefaces", [True, False], ids=["our typefaces", "the reader's typefaces"])
def test_on_paper_nothing_is_cut_off_and_nothing_to_press_is_left(
    new_page: NewPage,
    app: Flask,
    address: str,
    cast: BuiltDeal,
    typefaces: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    means = {f"a{number}": AspectGap(f"a{number}", 8.4, 7.6, 7.0) for number in (1, 2, 3)}
    monkeypatch.setattr(
        "kloof.actions.staff.published.company_figures", lambda *_: Figures(date(2026, 2, 1), 63, means)
    )
    page = new_page(718, typefaces=typefaces)  # A4 within its margins
    sign_in(page, app, address, "Sanne de Vries", Role.SALESPERSON)
    page.emulate_media(media="print")
    for path in ("/me", "/me/promise?product=Heat+pump"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 718, f"{path} is cut off"
        assert page.locator("button:visible, select:visible, nav:visible").count() == 0
        assert page.locator("h1").is_visible()
        laid_out = "<p class='own-choose no-print' id='chosen'>x</p><details><summary id='shut'>y</summary></details>"
        page.locator("main").evaluate("(main, html) => main.insertAdjacentHTML('beforeend', html)", laid_out)
        assert page.locator("#chosen:visible, #shut:visible, .page-footer:visible").count() == 0
        assert len(page.pdf(format="A4")) > 10_000
