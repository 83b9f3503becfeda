"""The rules of the house: a fact that lives twice is compared here, and what must not happen anywhere is looked for."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract_from_dir

from kloof.cli import COMMANDS, main
from kloof.config.settings import Calls, Company, Deals, Mail, Oidc, Publishing, Settings
from kloof.config.sources import ENVIRONMENT, FILE_KEYS
from kloof.domain import errors as domain_errors
from kloof.domain.errors import KloofError, Reason
from kloof.domain.states import CALL_STEPS, INVITATION_STEPS, MESSAGE_STEPS
from kloof.web import file_words, refusals
from kloof.web.app import errors
from kloof.web.app.routes import ROUTES
from kloof.web.refusals import REFUSALS
from kloof.wording import catalogue, translator

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "service" / "kloof"
REFERENCE = ROOT / "site" / "reference"
LONGEST_ROOM = 300


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def visible_sentences() -> set[str]:
    """Every English sentence that a template or a view hands to the translator."""
    found = extract_from_dir(
        PACKAGE / "web",
        method_map=[("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")],
        options_map={"**/templates/**.html": {"silent": "false", "trimmed": "true"}},
        keywords={"_": None, "say": None},
    )
    sentences = {message for _, _, message, _, _ in found if isinstance(message, str)}
    return sentences | {words for row in REFUSALS.values() for words in row.sentences}


def test_no_sentence_stands_twice_in_the_catalogue() -> None:
    written = re.findall(
        r"^msgid (.+)$", (PACKAGE / "wording" / "nl.po").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(written) == sorted(set(written))


def test_every_visible_sentence_has_its_dutch() -> None:
    assert len(visible_sentences()) > 100
    assert sorted(visible_sentences() - set(catalogue())) == []


def test_no_dutch_stands_there_for_a_sentence_that_is_gone() -> None:
    assert sorted(set(catalogue()) - visible_sentences()) == []


def test_dutch_and_english_fill_in_the_same_facts() -> None:
    for english, dutch in catalogue().items():
        assert sorted(re.findall(r"{(\w+)}", english)) == sorted(re.findall(r"{(\w+)}", dutch)), english


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_row_and_every_row_its_dutch(reason: Reason) -> None:
    row = REFUSALS[reason]
    say = translator("nl")
    assert all(say(sentence) != sentence for sentence in row.sentences)


def kinds(of: type[KloofError] = KloofError) -> set[str]:
    """The name of every kind of refusal."""
    return {of.__name__}.union(*(kinds(kind) for kind in of.__subclasses__()))


def caught(tree: ast.AST) -> Iterator[str]:
    """The name of every class that an `except` or an error handler of Flask takes."""
    for node in ast.walk(tree):
        taken: list[ast.expr] = []
        if isinstance(node, ast.ExceptHandler) and node.type:
            taken = [node.type]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            ("errorhandler", "error_handler")
        ):
            taken = node.args
        yield from (
            ast.unparse(part).split(".")[-1]
            for one in taken
            for part in ast.walk(one)
            if isinstance(part, ast.expr)
        )


def test_no_page_takes_a_kind_of_refusal_for_the_one_reason_that_it_has_words_for() -> None:
    """A kind carries many reasons: pages go by the reason, and classes are caught where the one table is."""
    for module in modules():
        if module.is_relative_to(PACKAGE / "web") and module != Path(errors.__file__):
            assert kinds().isdisjoint(caught(ast.parse(module.read_text(encoding="utf-8")))), module


def test_every_refusal_brings_the_facts_that_its_words_name() -> None:
    checked = 0
    for module in modules():
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in kinds() and node.args:
                kind, _, name = ast.unparse(node.args[0]).partition(".")
                if kind == "Reason":
                    words = " ".join(REFUSALS[Reason[name]].sentences)
                    brought = {keyword.arg for keyword in node.keywords} | {"company"}
                    assert set(re.findall(r"{(\w+)}", words)) <= brought, f"{module}:{node.lineno}"
                    checked += 1
    assert checked > 60


def test_no_reason_stands_there_that_nobody_gives() -> None:
    tables = {Path(str(room.__file__)) for room in (domain_errors, refusals, file_words)}
    givers = [module.read_text(encoding="utf-8") for module in modules() if module not in tables]
    given = set(re.findall(r"\bReason\.([A-Z_]+)", "\n".join(givers))) | {"SETTINGS_UNUSABLE"}
    assert set(Reason.__members__) - given == set()


def commands() -> list[str]:
    """Every command with its subcommands, as one types it."""
    found = []
    with click.Context(main) as context:
        for name in COMMANDS:
            command = main.get_command(context, name)
            assert command is not None
            inner = sorted(command.commands) if isinstance(command, click.Group) else [""]
            found += [f"kloof {name} {sub}".strip() for sub in inner]
    return found


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_reference(command: str) -> None:
    assert f"`{command}" in (REFERENCE / "commands.md").read_text(encoding="utf-8")


def test_the_reference_names_no_command_that_is_not_there() -> None:
    named = re.findall(
        r"^\| `(kloof [a-z]+(?: [a-z]+)?)", (REFERENCE / "commands.md").read_text(), re.MULTILINE
    )
    known = commands()
    assert [name for name in named if not any(command.startswith(name) for command in known)] == []


def settings() -> list[str]:
    sections = {
        "company": Company,
        "deals": Deals,
        "mail": Mail,
        "publishing": Publishing,
        "calls": Calls,
        "oidc": Oidc,
    }
    inner = [key for section in sections.values() for key in section.model_fields]
    return sorted(
        [*inner, *(FILE_KEYS - set(sections)), *(name for name in ENVIRONMENT if name != "KLOOF_RUN")]
    )


@pytest.mark.parametrize("setting", settings())
def test_every_setting_is_in_the_reference(setting: str) -> None:
    assert f"`{setting}`" in (REFERENCE / "settings.md").read_text(encoding="utf-8")


def test_every_setting_of_the_environment_is_a_field() -> None:
    assert set(ENVIRONMENT.values()) <= set(Settings.model_fields)


def test_every_state_can_be_reached_and_every_step_leads_to_a_state() -> None:
    for steps, first in (
        (INVITATION_STEPS, "planned"),
        (MESSAGE_STEPS, "queued"),
        (CALL_STEPS, "open"),
    ):
        reached = {first} | {to.value for targets in steps.values() for to in targets}
        assert reached == {state.value for state in steps}


def test_no_access_rule_is_left_over_from_a_route_that_is_gone(database: str, tmp_path: Path) -> None:
    from builders import settings as company
    from kloof.web import create_app

    app = create_app(company(database, tmp_path, run="demo"))
    assert set(ROUTES) == {rule.endpoint for rule in app.url_map.iter_rules()}


@pytest.mark.parametrize("module", modules(), ids=lambda module: str(module.relative_to(PACKAGE)))
def test_rooms_stay_small(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= LONGEST_ROOM


def test_nothing_is_called_utils_helpers_or_manager() -> None:
    for path in PACKAGE.rglob("*"):
        assert not re.search(r"\b(utils?|helpers?|managers?)\b", path.stem.replace("_", " "))


def test_the_clock_is_read_in_one_place_only() -> None:
    readers = [
        str(module.relative_to(PACKAGE))
        for module in modules()
        if re.search(
            r"\b(datetime\.now|date\.today|datetime\.utcnow|time\.time)\(", module.read_text(encoding="utf-8")
        )
    ]
    assert set(readers) <= {"actions/clock.py", "mail/catcher.py"}


def test_no_page_or_stylesheet_asks_for_anything_from_elsewhere() -> None:
    asks = re.compile(r"""(?:src|href)=["']https?://|url\(["']?https?://|@import""")
    for path in [*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.css"), *PACKAGE.rglob("*.js")]:
        links_out = asks.findall(path.read_text(encoding="utf-8"))
        assert not links_out, path


def test_the_lock_files_hold_hashes_and_no_address() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_link_and_picture_leads_to_a_file_that_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r'\]\(([^)#\s]+)\)|src="([^"]+)"', text)
    local = [target or source for target, source in targets if "://" not in (target or source)]
    assert [target for target in local if not (ROOT / target).exists()] == []


def test_each_command_in_the_readme_exists() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    typed = re.findall(
        r"\bkloof ([a-z]+(?: [a-z]+)?)", "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    )
    known = commands()
    assert typed
    assert [
        words
        for words in typed
        if not any(command.startswith(f"kloof {words.split()[0]}") for command in known)
    ] == []


@pytest.mark.xdist_group("together")
def test_tests_that_share_what_is_dear_to_make_go_to_one_worker(request: pytest.FixtureRequest) -> None:
    """Else the kiosk and the demo are played out twice, and nothing says so."""
    one_of_several = hasattr(request.config, "workerinput")
    assert request.node.nodeid.endswith("@together") == one_of_several
